"""The SPARQL endpoint: the query side of the SPARQL 1.1 Protocol."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kg.service.answering import Answering, unchanged
from kg.service.description import describe
from kg.service.editor import Editor
from kg.service.formats import GRAPHS, MEDIA_TYPES, NAMES, OFFERS, content_type, named
from kg.service.handler import Handler, unless_gone
from kg.service.headers import SCRIPTED
from kg.service.negotiation import HTML, Form, choose_form
from kg.service.protocol import Asked, RefusalError, read
from kg.service.reading import note_nothing_else
from kg.service.site import Site
from kg.service.view import view_of

PATH = "/sparql"
METHODS = "GET, HEAD, OPTIONS, POST"


class Endpoint:
    """The endpoint of a site."""

    def __init__(self, site: Site, answering: Answering, editor: Editor) -> None:
        self._site = site
        self._answering = answering
        self._editor = editor

    def routes(self) -> list[BaseRoute]:
        """Return the routes of the endpoint."""
        handler = Handler(self._respond, methods=METHODS)
        terms = Handler(self._editor.complete, methods="GET, HEAD, OPTIONS")
        return [Route(PATH, handler), Route(f"{PATH}/", handler), Route(f"{PATH}/terms", terms)]

    async def _respond(self, request: Request) -> Response:
        asked = await read(request, limits=self._site.project.limits)
        if asked.query is None:
            return self._described(request, asked)
        chosen = {kind: choice(request, asked.formats, offers) for kind, offers in OFFERS.items()}
        work = self._answering.answer(request, asked.query, chosen, default=asked.default, named=asked.named)
        return await unless_gone(request, work)

    def _described(self, request: Request, asked: Asked) -> Response:
        """Return what the endpoint is: RDF, or a page for people who ask for HTML."""
        offer = HTML if asked.formats == (HTML.suffix,) else choice(request, asked.formats, (*GRAPHS, HTML))
        if offer is None:
            raise RefusalError(406, f"there is: {', '.join(sorted({o.media_type for o in (*GRAPHS, HTML)}))}")
        address = self._site.address(request) + PATH
        view = view_of(request, self._site)
        saved = request.query_params.get("saved") if offer is HTML else None
        shown = [self._editor.digest, saved, view.language, view.root] if offer is HTML else None
        tag = self._answering.tag("description", self._site.digest, shown, address, offer.media_type)
        # Also of a 304: a browser takes its headers for those of the page that it has kept.
        policy = {"Content-Security-Policy": SCRIPTED} if offer is HTML else {}
        if same := unchanged(request, tag):
            same.headers.update(policy)
            return same
        headers = {"ETag": tag, "Cache-Control": "no-cache", **policy}
        if offer is HTML:
            note_nothing_else()
            headers["Content-Language"] = view.language
            body = self._editor.page(view, saved=saved)
        else:
            body = describe(self._site, address=address, format=offer.suffix)
        return Response(body, headers=headers, media_type=content_type(offer.media_type))


def choice(request: Request, formats: Sequence[str], offers: tuple[Form, ...]) -> Form | None:
    """Return the offer that ``?format=``, else Accept, takes; None when it takes none."""
    if not formats:
        return choose_form(request.headers.get("accept"), forms=offers)
    known = [name for name in formats if name in NAMES or name in MEDIA_TYPES]
    if not known:
        raise RefusalError(400, f"unknown format; there is: {', '.join(NAMES)}")
    return named(known[0], offers)
