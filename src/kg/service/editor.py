"""The page of the endpoint: a form that needs no script, and what the editor that takes its place is told."""

import hashlib
import json
from collections.abc import Mapping
from importlib.resources.abc import Traversable
from threading import Lock
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from kg.graph.build import Build
from kg.graph.terms import iri, parse
from kg.publication.statistics import uses
from kg.query.catalogue import Catalogue
from kg.rebuild import program_digest
from kg.service.documents import LABELS, Documents
from kg.service.negotiation import matches
from kg.service.reading import note, note_nothing_else
from kg.service.scripts import bundle, dump_address, folder_of_scripts, told
from kg.service.site import Site
from kg.service.view import View, language_of
from kg.service.wordings import spoken

_FORMATS = ("csv", "json", "xml", "tsv", "turtle", "jsonld", "nt", "rdf", "trig")
_EXAMPLE = "SELECT ?class (COUNT(?thing) AS ?things) { ?thing a ?class } GROUP BY ?class ORDER BY DESC(?things)"


class Editor:
    """Writes the page of the endpoint of a site, and what its editor completes.

    ``digest`` is one of what they show besides the build. Raises QueryError when the head of a saved query is wrong.
    """

    def __init__(self, site: Site, documents: Documents, *, folder: Traversable | None = None) -> None:
        self._site = site
        self._documents = documents
        self._project = site.project
        self.bundle = bundle(folder or folder_of_scripts())
        self._queries = Catalogue.of(site.project).questions
        self._counting = Lock()
        self._counted: tuple[Mapping[str, int], Mapping[str, int]] | None = None
        shown = [program_digest(), repr(self.bundle), *(query.text for query in self._queries)]
        self.digest = hashlib.sha256(json.dumps(shown).encode()).hexdigest()

    def page(self, view: View, *, saved: str | None) -> bytes:
        """Return the page, with a saved query when there is one of that name, else with an example."""
        chosen = next((query for query in self._queries if query.name == saved), None)
        page = view.render(
            "endpoint.html",
            title=view.words["endpoint"],
            path="sparql",
            query={"saved": chosen.name} if chosen else None,
            saved=chosen.name if chosen else None,
            text=chosen.text if chosen else _EXAMPLE,
            queries=self._titled(view.language),
            formats=_FORMATS,
            prefixes=sorted(self._project.prefixes.items()),
            bundle=self.bundle,
            site=told(self._project, view),
            dump=dump_address(self._project, view),
        )
        return page.encode()

    async def complete(self, request: Request) -> Response:
        """Return what the editor completes, as JSON in the language that is asked for."""
        language, _ = language_of(request, spoken(self._project.languages))
        known = f"{self._site.build.folder.name} {self.digest} {language}"
        headers = {"ETag": f'"{hashlib.sha256(known.encode()).hexdigest()[:32]}"', "Cache-Control": "no-cache"}
        if matches(request.headers.get("if-none-match", ""), headers["ETag"]):
            return Response(status_code=304, headers=headers)
        note("u", "")
        note_nothing_else()
        body = await run_in_threadpool(self._terms, language)
        return Response(body, headers=headers | {"Content-Language": language}, media_type="application/json")

    def _titled(self, language: str) -> list[tuple[str, str]]:
        """Return the names and titles of the saved queries, by title."""
        return sorted(((query.name, query.title(language)) for query in self._queries), key=_by_title)

    def _terms(self, language: str) -> bytes:
        """Return, as JSON, the classes and properties with labels and uses, and the saved queries."""
        with self._counting:
            if self._counted is None:
                self._counted = self._count()
        classes, properties = self._counted
        listed: dict[str, Any] = {
            "classes": self._listed(classes, language),
            "properties": self._listed(properties, language),
            "queries": {query.name: query.text for query in self._queries},
        }
        return json.dumps(listed, ensure_ascii=False).encode()

    def _count(self) -> tuple[Mapping[str, int], Mapping[str, int]]:
        build = Build(self._site.build.folder)  # tables of its own: a connection is for one thread
        try:
            return uses(build)
        finally:
            build.graph.engine.close()

    def _listed(self, used: Mapping[str, int], language: str) -> list[tuple[str, str, int]]:
        """Return IRIs with their label, empty when there is none, and their uses; the most used first."""
        ranked = sorted(used.items(), key=lambda item: (-item[1], item[0]))
        return [(name, self._label(name, language), number) for name, number in ranked]

    def _label(self, name: str, language: str) -> str:
        """Return the label of an IRI in a language, else in another one of the project, else any."""
        said = [fact.triple for fact in self._documents.labels(iri(name))]
        labels = [(LABELS.index(p), parse(o)) for _, p, o in said if o.startswith('"')]
        order = [*dict.fromkeys([language, *self._project.languages])]
        ranked = [
            (order.index(term.language) if term.language in order else len(order), place, term.value)
            for place, term in labels
        ]
        return min(ranked, default=(0, 0, ""))[2]


def _by_title(query: tuple[str, str]) -> tuple[str, str]:
    name, title = query
    return title.casefold(), name
