"""What answers of pages have in common: methods, languages, forms, entity tags, conditions, errors."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from kg.service.headers import options
from kg.service.kept import Kept
from kg.service.negotiation import HTML, Form, choose_form, matches, matches_strongly
from kg.service.problem import problem
from kg.service.site import Site
from kg.service.view import View, view_of

METHODS = "GET, HEAD, OPTIONS"
_OPTIONS = options(METHODS, conditions="If-Match, If-None-Match")
_KEPT = 16 << 20

Write = Callable[[Request, View, Form], bytes]
"""Writes what is asked for, in a form. Raises RefusedError."""


class RefusedError(Exception):
    """A request gets an answer of this status; ``lines`` say more."""

    def __init__(self, status: int, lines: Sequence[str] = ()) -> None:
        super().__init__(status)
        self.status = status
        self.lines = lines


class Answers:
    """The application that answers at one address, in some forms, the first of them preferred.

    ``headers`` are those of its own answers.
    """

    def __init__(
        self, site: Site, *, forms: Sequence[Form], write: Write, headers: Mapping[str, str] | None = None
    ) -> None:
        self._site = site
        self._forms = forms
        self._write = write
        self._headers = headers or {}
        self._kept = Kept(limit=_KEPT)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, beside others."""
        response = await answer(Request(scope), self._site, self._given)
        await response(scope, receive, send)

    async def _given(self, request: Request) -> Response:
        view = view_of(request, self._site)
        wanted = request.query_params.get("format") or None
        form = (
            next((form for form in self._forms if wanted in (form.suffix, form.media_type)), None)
            if wanted
            else choose_form(listed(request, "accept"), forms=self._forms)
        )
        if form is None:
            return refuse(request, self._site, 406, [form.media_type for form in self._forms])
        asked = (request.scope["path"], request.scope["query_string"], form.suffix, view.language)
        if (kept := self._kept.get(asked)) is not None:
            return kept
        try:
            body = await run_in_threadpool(self._write, request, view, form)
        except RefusedError as refused:
            return refuse(request, self._site, refused.status, refused.lines)
        parts = (*(str(part) for part in asked), view.root)
        headers = {"ETag": tag(self._site, *parts), "Content-Language": view.language, **fresh(), **self._headers}
        response = respond(200, body, form.content_type, headers)
        self._kept.put(asked, response)
        return response


async def answer(request: Request, site: Site, given: Callable[[Request], Awaitable[Response]]) -> Response:
    """Return the answer to a request: what its method or its conditions make of the one that is ``given``."""
    return of_method(request, site) or on_condition(await given(request), request, site)


def of_method(request: Request, site: Site) -> Response | None:
    """Return the answer to OPTIONS and to a method that pages do not know; None for GET and HEAD."""
    if request.method == "OPTIONS":
        return respond(204, headers=_OPTIONS)
    if request.method not in ("GET", "HEAD"):
        return refuse(request, site, 405)
    return None


def tag(site: Site, *parts: object) -> str:
    """Return the strong entity tag (RFC 9110, section 8.8.3) of what a request of this site gets.

    It changes with the build, the settings and the program, which may write the same otherwise.
    """
    return f'"{hashlib.sha256(json.dumps([site.digest, site.root, *parts]).encode()).hexdigest()[:32]}"'


def on_condition(response: Response, request: Request, site: Site) -> Response:
    """Return an answer as the conditions of the request have it (RFC 9110, section 13.2.2)."""
    etag = response.headers.get("etag")
    if etag is None:
        return response
    condition = request.headers.get("if-match")
    if condition is not None and not matches_strongly(condition, etag):
        return refuse(request, site, 412)
    condition = request.headers.get("if-none-match")
    if condition is not None and matches(condition, etag):
        # Starlette's names of headers are in lower case.
        left_out = ("content-type", "content-length")
        kept = {name: value for name, value in response.headers.items() if name not in left_out}
        return Response(status_code=304, headers=kept)
    return response


def refuse(request: Request, site: Site, status: int, lines: Sequence[str] = ()) -> Response:
    """Return what an error says: a page for those who take HTML, else problem details or lines."""
    view = view_of(request, site)
    headers = {"Content-Language": view.language, **fresh(), **({"Allow": METHODS} if status == 405 else {})}
    said = view.words[str(status)]
    if choose_form(listed(request, "accept")) == HTML:
        page = view.render("problem.html", title=said, path=None, lines=lines)
        return respond(status, page.encode(), HTML.content_type, headers)
    body, form = problem(listed(request, "accept"), status, "\n".join((said, *lines)))
    return respond(status, body, form.content_type, headers)


def listed(request: Request, name: str) -> str | None:
    """Return the value of a header that may stand on several lines (RFC 9110, section 5.3)."""
    return ", ".join(request.headers.getlist(name)) or None


def fresh() -> dict[str, str]:
    """Return the headers of an answer that is to be asked for again, with its tag."""
    return {"Vary": "Accept, Accept-Language", "Cache-Control": "no-cache"}


def respond(
    status: int, body: bytes = b"", content_type: str | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an answer."""
    said = {**(headers or {}), **({"Content-Type": content_type} if content_type else {})}
    return Response(body, status_code=status, headers=said)
