"""Answer queries: by a worker, or with what the same query of the same build was answered before."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import IO, Any

from starlette.concurrency import iterate_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from kg.graph.results import Kind
from kg.service.formats import OFFERS, content_type
from kg.service.kept import Kept
from kg.service.negotiation import Form, matches
from kg.service.protocol import RefusalError
from kg.service.reading import note
from kg.service.site import Site
from kg.service.turns import BusyError
from kg.service.worker import Question
from kg.service.workers import Pool

Chosen = Mapping[Kind, Form | None]
"""The form that a client takes of each kind of answer, if it takes one."""
_PIECE = 256 * 1024  # bytes read from an answer at once; a shorter one is sent at once, and kept


class _Outcome:
    """What those who wait for the answer of another are told: the answer or the refusal, which are theirs too.

    Else they ask themselves: the answer may be another at each run, is too large to be shared, or its query was
    ``gone`` with its client.
    """

    def __init__(self, response: Response | RefusalError | None = None, *, gone: bool = False) -> None:
        self.response = response
        self.gone = gone


_Told = asyncio.Future[_Outcome]


class _OtherError(Exception):
    """The turn has come, and another client's turn before it, whose query is the same: that is waited for."""


class Answering:
    """Answers the queries of a site.

    Answers in one piece are kept, within the limit of the settings; who asks what is being answered waits for it.
    A client has all that it asks at once answered in one turn, and joins the query of another client when it runs:
    while that waits for its turn, behind whatever else that client asks, nobody else waits with it.
    """

    def __init__(self, site: Site, pool: Pool) -> None:
        self._site = site
        self._pool = pool
        self._kept = Kept(limit=site.project.limits.cache_memory)
        self._waiting: dict[tuple[str, str], _Told] = {}
        self._running: dict[str, _Told] = {}

    def tag(self, *parts: Any) -> str:
        """Return the entity tag of an answer of this build: weak, for the engine may order the same rows otherwise."""
        known = [self._site.build.folder.name, sorted(self._site.project.prefixes.items()), *parts]
        return f'W/"{hashlib.sha256(json.dumps(known).encode()).hexdigest()[:32]}"'

    async def answer(
        self,
        request: Request,
        query: str,
        chosen: Chosen,
        *,
        default: tuple[str, ...] = (),
        named: tuple[str, ...] = (),
        whole: bool = False,
    ) -> Response:
        """Return the answer of a query; unless it is to be ``whole`` in any case, 304 where the client has it.

        ``default`` and ``named`` are the graphs of the protocol. Raises RefusalError for what is wrong with the query,
        or where it is past a limit.
        """
        note("q", query)
        formats = {kind: (form.suffix, form.media_type) if form else None for kind, form in chosen.items()}
        tag = self.tag(query, default, named, formats)
        if not whole and (same := unchanged(request, tag)):
            return same
        question = Question(query, "", self._site.project.base, formats, list(default), list(named))
        client = request.client.host if request.client else ""
        while True:
            if kept := self._kept.get((tag,)):
                return kept
            told = self._running.get(tag) or self._waiting.get((tag, client))
            if told is None:
                with suppress(_OtherError):
                    return await self._first(question, tag, client)
                continue
            outcome = await asyncio.shield(told)
            if isinstance(outcome.response, RefusalError):
                raise outcome.response
            if outcome.response:
                return outcome.response
            if not outcome.gone:
                return await self._asked(question, tag, client, begin=lambda: None)

    async def _first(self, question: Question, tag: str, client: str) -> Response:
        """Return the answer of a worker, and let those have it who ask the same meanwhile.

        Raises _OtherError when another client's turn has come before.
        """
        outcome = _Outcome(gone=True)
        self._waiting[tag, client] = told = asyncio.get_running_loop().create_future()

        def begin() -> None:
            if tag in self._running or self._kept.get((tag,)):
                raise _OtherError
            self._running[tag] = told

        try:
            response = await self._asked(question, tag, client, begin=begin)
            outcome = _Outcome()
            if not isinstance(response, StreamingResponse) and "etag" in response.headers:
                outcome = _Outcome(response)
                self._kept.put((tag,), response)
            return response
        except RefusalError as error:
            outcome = _Outcome(error)
            raise
        finally:
            del self._waiting[tag, client]
            if self._running.get(tag) is told:
                del self._running[tag]
            told.set_result(outcome)

    async def _asked(self, question: Question, tag: str, client: str, *, begin: Callable[[], None]) -> Response:
        try:
            async with self._pool.answer(question, client=client, begin=begin) as answer:
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


def unchanged(request: Request, tag: str) -> Response | None:
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
