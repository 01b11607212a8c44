"""The saved queries as addresses: ``/query/NAME?parameter=value``, with the negotiation of the endpoint, and pages."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from kg.errors import QueryError, suggestion
from kg.graph.results import Kind
from kg.query.catalogue import Catalogue, Query
from kg.query.headings import read_headings
from kg.query.parameters import default_values, parse_values
from kg.service import library_page as pages
from kg.service.answering import Answering, unchanged
from kg.service.formats import OFFERS
from kg.service.handler import Handler, unless_gone
from kg.service.headers import SCRIPTED
from kg.service.names import Names
from kg.service.negotiation import HTML, Form, choose_form
from kg.service.openapi import describe
from kg.service.protocol import RefusalError, discard_body, read_parameters
from kg.service.reading import note_nothing_else
from kg.service.screening import screen
from kg.service.scripts import bundle, folder_of_scripts
from kg.service.shelf import Shelf
from kg.service.site import Site
from kg.service.sparql import choice
from kg.service.view import View, view_of

PATH = "/query"
METHODS = "GET, HEAD, OPTIONS"
LARGEST = 20_000_000
"""How many bytes an answer may have to be shown in a page."""
_JSON = Form("json", "application/json")
# What a page reads an answer as.
_READ: Mapping[Kind, Form] = {
    "solutions": Form("json", "application/sparql-results+json"),
    "boolean": Form("json", "application/sparql-results+json"),
    "graph": Form("nt", "application/n-triples"),
}


@dataclass(frozen=True)
class _Asked:
    """A query of the library, the texts given for its parameters, and the format that is named, if one is."""

    query: Query
    given: Mapping[str, str]
    formats: tuple[str, ...]


class Library:
    """The saved queries of a site that people ask."""

    def __init__(self, site: Site, answering: Answering, shelf: Shelf) -> None:
        self._site = site
        self._answering = answering
        self._shelf = shelf
        self._catalogue = Catalogue.of(site.project)
        self._queries = {query.name: query for query in self._catalogue.questions}
        self._scripts = bundle(folder_of_scripts())
        self._headings = read_headings(site.project)

    def routes(self) -> list[BaseRoute]:
        """Return the routes of the list, of each query, and of the description of the service."""
        return [
            Route(PATH, Handler(self._list, methods=METHODS)),
            Route(f"{PATH}/", Handler(self._list, methods=METHODS)),
            Route(f"{PATH}/{{name}}", Handler(self._answer, methods=METHODS)),
            Route("/openapi.json", Handler(self._describe, methods=METHODS)),
        ]

    async def _list(self, request: Request) -> Response:
        """Return the list of the queries: JSON, or a page."""
        form = choose_form(request.headers.get("accept"), forms=(_JSON, HTML))
        if named := request.query_params.get("format"):
            form = {"json": _JSON, "html": HTML}.get(named.lower())
        if form is None:
            raise RefusalError(406, f"there is: {_JSON.media_type}, {HTML.media_type}")
        note_nothing_else()
        view = view_of(request, self._site)
        tag = self._tag("list", form.suffix, view)
        if same := unchanged(request, tag):
            return same
        queries = sorted(self._queries.values(), key=lambda query: (query.title(view.language).casefold(), query.name))
        if form == HTML:
            return _page(pages.listed(queries, view), view, tag)
        told = [{"name": q.name, "title": q.title(view.language), "url": view.url(f"query/{q.name}")} for q in queries]
        return _json(told, view, tag)

    async def _describe(self, request: Request) -> Response:
        """Return the description of the service (OpenAPI 3.1)."""
        view = view_of(request, self._site)
        server = self._site.address(request)
        tag = self._tag("openapi", server, view)
        if same := unchanged(request, tag):
            return same
        dataset = self._site.project.dataset
        title = Names(self._shelf.documents, view).name(f"<{dataset}>").text if dataset else self._site.project.base
        queries = list(self._queries.values())
        told = describe(queries, project=self._site.project, title=title, server=server, language=view.language)
        return _json(told, view, tag)

    async def _answer(self, request: Request) -> Response:
        """Return the answer of a query in a format of results or graphs, or as a page."""
        note_nothing_else()
        asked = self._read(request)
        await discard_body(request, limits=self._site.project.limits)
        if _prefers_html(request, asked.formats):
            return await unless_gone(request, self._page(request, asked))
        chosen = {kind: choice(request, asked.formats, offers) for kind, offers in OFFERS.items()}
        try:
            bound = self._bound(asked.query, asked)
        except QueryError as error:
            raise RefusalError(400, error.message) from error
        return await unless_gone(request, self._answering.answer(request, bound, chosen))

    def _read(self, request: Request) -> _Asked:
        """Return what is asked. Raises RefusalError for an unknown query, and a parameter that is given twice."""
        name: str = request.path_params["name"]
        if name not in self._queries:
            raise RefusalError(404, f'unknown query "{name[:200]}".{suggestion(name[:200], self._queries)}')
        given: dict[str, str] = {}
        for key, value in read_parameters(request):
            if key in given:
                raise RefusalError(400, f'the parameter "{key}" is given twice')
            given[key] = value
        named = given.pop("format", "").lower()
        given.pop("lang", None)
        query = self._queries[name]
        open_ones = {param.name for param in query.params if param.optional}
        given = {key: value for key, value in given.items() if value or key not in open_ones}
        return _Asked(query, given, (named,) if named else ())

    def _bound(self, query: Query, asked: _Asked) -> str:
        """Return the text of a query with the values that are given. Raises QueryError for a wrong one."""
        params = asked.query.params
        values = parse_values(asked.given, params, query=asked.query.name, project=self._site.project)
        return query.bound(values)

    async def _page(self, request: Request, asked: _Asked) -> Response:
        """Return the page of a query with its answer, and the answers that say why."""
        view = view_of(request, self._site)
        names = Names(self._shelf.documents, view)
        defaults = default_values(asked.query.text, asked.query.params, project=self._site.project)
        reasons = self._catalogue.reasons(asked.query)
        filled = pages.Filled(
            asked.query, asked.given, defaults, asked.query.text, reasons, self._scripts, self._headings
        )
        try:
            bound = self._bound(asked.query, asked)
        except QueryError as error:
            filled = replace(filled, error=error.message)
            text = await run_in_threadpool(pages.shown, filled, [], names, view, self._shelf.things)
            return _page(text, view, None, status=400)
        tag = self._tag("page", bound, view)
        volatile = self._may_differ(asked.query)
        if not volatile and (same := unchanged(request, tag)):
            same.headers["Content-Security-Policy"] = SCRIPTED  # a browser takes it for that of the page that it kept
            return same
        told = [await self._ask(request, asked.query, bound)]
        if told[0].message is None:
            told += [await self._ask(request, reason, self._bound(reason, asked)) for reason in reasons]
        filled = replace(filled, text=bound)
        text = await run_in_threadpool(pages.shown, filled, told, names, view, self._shelf.things)
        kept = not volatile and all(one.message is None for one in told)
        return _page(text, view, tag if kept else None, status=told[0].status)

    def _may_differ(self, query: Query) -> bool:
        """Tell whether the answer of a query, or one that says why, may be another at each run."""
        project = self._site.project
        return any(
            screen(one.text, prefixes=dict(project.prefixes), base=project.base).volatile
            for one in (query, *self._catalogue.reasons(query))
        )

    async def _ask(self, request: Request, query: Query, bound: str) -> pages.Told:
        """Return the answer of a query to be shown, or what stood in its way."""
        try:
            response = await self._answering.answer(request, bound, _READ, whole=True)
        except RefusalError as error:
            return pages.Told(query, status=error.status, message=error.message)
        if int(response.headers["content-length"]) > LARGEST:
            return pages.Told(query, message=f"{response.headers['content-length']} bytes")
        if isinstance(response, StreamingResponse):
            pieces = [piece async for piece in response.body_iterator if isinstance(piece, bytes)]
            return pages.Told(query, b"".join(pieces))
        return pages.Told(query, bytes(response.body))

    def _tag(self, kind: str, what: str, view: View) -> str:
        scripts = repr(self._scripts)  # not of the build: they may change without another one
        return self._answering.tag(kind, what, self._site.digest, scripts, view.root, view.language)


def _prefers_html(request: Request, formats: tuple[str, ...]) -> bool:
    """Tell whether a page is asked for, or liked better than any other form."""
    if formats:
        return formats[0] in ("html", HTML.media_type)
    others = tuple(offer for offers in OFFERS.values() for offer in offers)
    return choose_form(request.headers.get("accept"), forms=(*others, HTML)) == HTML


def _page(text: str, view: View, tag: str | None, *, status: int = 200) -> Response:
    fresh = {"Cache-Control": "no-cache", "ETag": tag} if tag else {"Cache-Control": "no-store"}
    headers = {"Content-Language": view.language, "Content-Type": HTML.content_type}
    return Response(text, status, headers | fresh | {"Content-Security-Policy": SCRIPTED})


def _json(value: Any, view: View, tag: str) -> Response:
    headers = {"Content-Language": view.language, "Cache-Control": "no-cache", "Content-Type": _JSON.media_type}
    return Response(json.dumps(value, ensure_ascii=False, indent=2) + "\n", headers=headers | {"ETag": tag})
