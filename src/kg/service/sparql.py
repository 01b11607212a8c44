"""The SPARQL endpoint: the query side of the SPARQL 1.1 Protocol."""

import asyncio
import hashlib
import json
from collections.abc import Coroutine
from typing import IO, Any

from starlette.concurrency import iterate_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from kg.rebuild import program_digest
from kg.service.description import describe, form
from kg.service.formats import GRAPHS, MEDIA_TYPES, NAMES, OFFERS, content_type, named
from kg.service.headers import options
from kg.service.negotiation import HTML, Form, choose_form, matches
from kg.service.protocol import Asked, RefusalError, read
from kg.service.site import Site
from kg.service.turns import BusyError
from kg.service.view import view_of
from kg.service.worker import Question
from kg.service.workers import Pool

PATH = "/sparql"
METHODS = "GET, HEAD, OPTIONS, POST"
_PIECE = 256 * 1024  # bytes read from an answer at once; a shorter one is sent at once
_OPTIONS = options(METHODS, conditions="If-None-Match")


class Endpoint:
    """The endpoint as an ASGI application."""

    def __init__(self, site: Site, pool: Pool) -> None:
        self._site = site
        self._pool = pool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            response = await self._respond(request)
        except RefusalError as error:
            response = PlainTextResponse(f"{error.message}\n", error.status, error.headers)
        response.headers.setdefault("Vary", "Accept, Accept-Language")
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_OPTIONS)
        if request.method not in METHODS.split(", "):
            raise RefusalError(405, f"the endpoint knows {METHODS}", {"Allow": METHODS})
        asked = await read(request, limits=self._site.project.limits)
        if asked.query is None:
            return self._described(request, asked)
        return await _unless_gone(request, self._answered(request, asked, asked.query))

    def _described(self, request: Request, asked: Asked) -> Response:
        """Return what the endpoint is: RDF, or a form for people who ask for HTML."""
        offer = _choice(request, asked, (*GRAPHS, HTML))
        if offer is None:
            raise RefusalError(406, f"there is: {', '.join(sorted({o.media_type for o in (*GRAPHS, HTML)}))}")
        address = _address(self._site, request)
        view = view_of(request, self._site)
        tag = self._tag("description", program_digest(), address, offer.media_type, view.language, view.chosen)
        if same := _unchanged(request, tag):
            return same
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if offer is HTML:
            headers["Content-Language"] = view.language
            body = form(self._site, view)
        else:
            body = describe(self._site, address=address, format=offer.suffix)
        return Response(body, headers=headers, media_type=content_type(offer.media_type))

    async def _answered(self, request: Request, asked: Asked, query: str) -> Response:
        """Return the answer of a query, or what is wrong with it."""
        chosen = {kind: _choice(request, asked, offers) for kind, offers in OFFERS.items()}
        formats = {kind: (offer.suffix, offer.media_type) if offer else None for kind, offer in chosen.items()}
        tag = self._tag(query, asked.default, asked.named, formats)
        if same := _unchanged(request, tag):
            return same
        question = Question(query, "", self._site.project.base, formats, list(asked.default), list(asked.named))
        try:
            async with self._pool.answer(question, client=request.client.host if request.client else "") as answer:
                reply = answer.reply
                if reply.status == 200:
                    headers = {"Cache-Control": "no-store"}
                    if not reply.volatile:
                        headers = {"Cache-Control": "no-cache", "ETag": tag}
                    return _sent(answer.file.open("rb"), headers | {"Content-Type": content_type(reply.media)})
        except BusyError as error:
            raise RefusalError(error.status, error.message, {"Retry-After": "1"}) from error
        if reply.status == 500:
            raise RuntimeError(reply.message)  # for the log, and not for the client
        if reply.kind is not None:
            offers = OFFERS[reply.kind]
            raise RefusalError(406, f"there is: {', '.join(dict.fromkeys(offer.media_type for offer in offers))}")
        raise RefusalError(reply.status, reply.message)

    def _tag(self, *parts: Any) -> str:
        """Return the entity tag of an answer of this build: weak, for the engine may order the same rows otherwise."""
        known = [self._site.build.folder.name, sorted(self._site.project.prefixes.items()), *parts]
        return f'W/"{hashlib.sha256(json.dumps(known).encode()).hexdigest()[:32]}"'


def _choice(request: Request, asked: Asked, offers: tuple[Form, ...]) -> Form | None:
    """Return the offer that ``?format=``, else Accept, takes; None when it takes none."""
    if not asked.formats:
        return choose_form(request.headers.get("accept"), forms=offers)
    known = [name for name in asked.formats if name in NAMES or name in MEDIA_TYPES]
    if not known:
        raise RefusalError(400, f"unknown format; there is: {', '.join(NAMES)}")
    return named(known[0], offers)


def _unchanged(request: Request, tag: str) -> Response | None:
    """Return 304 when a GET or HEAD says that the client has this answer (RFC 9110, section 13.1.2)."""
    condition = request.headers.get("if-none-match", "")
    if request.method == "POST" or not matches(condition, tag.removeprefix("W/")):
        return None
    return Response(status_code=304, headers={"ETag": tag, "Cache-Control": "no-cache"})


def _sent(file: IO[bytes], headers: dict[str, str]) -> Response:
    """Return a response with the bytes of a file, which is closed at its end."""
    with_length = headers | {"Content-Length": str(file.seek(0, 2))}
    file.seek(0)
    if int(with_length["Content-Length"]) <= _PIECE:
        with file:
            return Response(file.read(), headers=headers)

    def pieces() -> Any:
        with file:
            while piece := file.read(_PIECE):
                yield piece

    return StreamingResponse(iterate_in_threadpool(pieces()), headers=with_length)


async def _unless_gone(request: Request, work: Coroutine[Any, Any, Response]) -> Response:
    """Return what the work returns; stop it when the client goes away."""
    answer = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(request.receive())
    try:
        await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            answer.cancel()
            return Response(status_code=499)  # nobody reads it
        return answer.result()
    finally:
        gone.cancel()
        answer.cancel()


def _address(site: Site, request: Request) -> str:
    """Return the address of the endpoint that the public sees; without a host that is one, the server's own."""
    if site.public_url:
        return site.public_url + PATH
    return f"{request.url.scheme}://{request.url.netloc}{site.base_path}{PATH}"
