"""The SPARQL endpoint: the query side of the SPARQL 1.1 Protocol."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kg.service.answering import Answering, unchanged
from kg.service.description import describe, form
from kg.service.formats import GRAPHS, MEDIA_TYPES, NAMES, OFFERS, content_type, named
from kg.service.handler import Handler, unless_gone
from kg.service.negotiation import HTML, Form, choose_form
from kg.service.protocol import Asked, RefusalError, read
from kg.service.site import Site
from kg.service.view import view_of

PATH = "/sparql"
METHODS = "GET, HEAD, OPTIONS, POST"


class Endpoint:
    """The endpoint of a site."""

    def __init__(self, site: Site, answering: Answering) -> None:
        self._site = site
        self._answering = answering

    def routes(self) -> list[BaseRoute]:
        """Return the routes of the endpoint."""
        handler = Handler(self._respond, methods=METHODS)
        return [Route(PATH, handler), Route(f"{PATH}/", handler)]

    async def _respond(self, request: Request) -> Response:
        asked = await read(request, most=self._site.project.limits.body_bytes)
        if asked.query is None:
            return self._described(request, asked)
        chosen = {kind: choice(request, asked.formats, offers) for kind, offers in OFFERS.items()}
        work = self._answering.answer(request, asked.query, chosen, default=asked.default, named=asked.named)
        return await unless_gone(request, work)

    def _described(self, request: Request, asked: Asked) -> Response:
        """Return what the endpoint is: RDF, or a form for people who ask for HTML."""
        offer = choice(request, asked.formats, (*GRAPHS, HTML))
        if offer is None:
            raise RefusalError(406, f"there is: {', '.join(sorted({o.media_type for o in (*GRAPHS, HTML)}))}")
        address = self._site.address(request) + PATH
        view = view_of(request, self._site)
        tag = self._answering.tag(
            "description", self._site.digest, address, offer.media_type, view.language, view.chosen
        )
        if same := unchanged(request, tag):
            return same
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if offer is HTML:
            headers["Content-Language"] = view.language
            body = form(self._site, view)
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
