"""Search and lists at ``/search``: things by name, by class, and by the values of properties."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from starlette.requests import Request

from kg.errors import UsageError
from kg.graph.terms import XSD, iri, literal, parse
from kg.lookup.speaker import number
from kg.service.answers import Answers, RefusedError
from kg.service.collation import key
from kg.service.index import HOWS, LONGEST, Match
from kg.service.names import Names, Shown
from kg.service.negotiation import HTML, Form
from kg.service.page import turns
from kg.service.site import Site
from kg.service.things import Shelf
from kg.service.view import View

PATH = "search"
SHOWN = 50
"""How many things a page has."""
JSON = Form("json", "application/json")
CSV = Form("csv", "text/csv", "utf-8")


@dataclass(frozen=True)
class Asked:
    """What is asked for: words, a class, and the values that properties must have, by the names of parameters."""

    words: str
    kind: str | None
    filters: Mapping[str, str]
    page: int

    def query(self, **changed: str) -> dict[str, str]:
        """Return the parameters of the address of the first page."""
        kept = {"q": self.words, "class": changed.pop("kind", ""), **self.filters, **changed}
        return {name: value for name, value in kept.items() if value}


@dataclass(frozen=True, slots=True)
class Option:
    """A value that a list may be filtered by, and how many things have it."""

    value: str
    shown: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """A property that a list may be filtered by: its IRI, the parameter that names it, and its values."""

    iri: str
    parameter: str
    name: Shown
    options: Sequence[Option]


@dataclass(frozen=True, slots=True)
class Row:
    """A thing of a list: its IRI, its name, its classes, and the other name or code that was found, if one was."""

    iri: str
    thing: Shown
    kinds: Sequence[Shown]
    match: Match | None
    found: str | None


class Listing:
    """Writes lists of the things of a site."""

    def __init__(self, site: Site, shelf: Shelf) -> None:
        self._project = site.project
        self._shelf = shelf

    def write(self, request: Request, view: View, form: Form) -> bytes:
        """Return a list in a form. Raises RefusedError for a parameter that means nothing, and for no such page."""
        asked = self._asked(request, view)
        matches, kinds = self._find(asked, view)
        pages = max(1, ceil(len(matches) / SHOWN))
        if asked.page > pages:
            raise RefusedError(404)
        names = Names(self._shelf.documents, view)
        if form == CSV:
            return self._csv(matches, names, view)
        facets = self._facets(asked, matches, names)
        classes = self._classes(asked, kinds, names)
        rows = [self._row(match, names, view) for match in matches[(asked.page - 1) * SHOWN : asked.page * SHOWN]]
        query = asked.query(kind=self._short(asked.kind) if asked.kind else "")
        around = turns(view, PATH, query, page=asked.page, pages=pages)
        if form == JSON:
            return self._json(asked, rows, facets, classes, total=len(matches), pages=pages, turns=around)
        slipped = bool(matches) and matches[0].how == "typo"
        return self._html(asked, rows, facets, classes, names, view, query, around, total=len(matches), slipped=slipped)

    def _asked(self, request: Request, view: View) -> Asked:
        given = request.query_params
        page = given.get("page") or "1"
        if not (page.isascii() and page.isdecimal() and len(page) < 8 and int(page) > 0):
            raise RefusedError(404)
        filters = {name: value for name, value in given.items() if ":" in name and value}
        kind = given.get("class")
        for name in filters:
            self._expanded(name, name, view)
        return Asked(
            "".join(c for c in " ".join(given.get("q", "")[:LONGEST].split()) if c.isprintable()),
            iri(self._expanded(kind, "class", view)) if kind else None,
            filters,
            int(page),
        )

    def _expanded(self, name: str, parameter: str, view: View) -> str:
        try:
            return self._project.expand(name)
        except UsageError as error:
            raise RefusedError(400, [view.words["parameter"].format(parameter, name)]) from error

    def _short(self, token: str) -> str:
        """Return how a term is written in an address: a CURIE, an IRI, or what a literal says."""
        return self._project.compact(token[1:-1]).strip("<>") if token.startswith("<") else parse(token).value

    def _find(self, asked: Asked, view: View) -> tuple[list[Match], Counter[str]]:
        """Return the things that are asked for, in order, and how many of each class there are, were none asked for."""
        things = self._shelf.things
        order = things.order((view.language, *view.languages))
        if asked.words:
            rank = {how: place for place, how in enumerate(HOWS)}
            found = self._shelf.index.find(asked.words)
            found.sort(key=lambda m: (rank[m.how], len(m.text), order[m.thing]))
        else:
            found = [Match(n, "", "exact") for n in sorted(range(len(things.tokens)), key=order.__getitem__)]
        for name, value in asked.filters.items():
            pairs = {(iri(self._project.expand(name)), token) for token in self._tokens(value)}
            found = [match for match in found if not pairs.isdisjoint(things.pairs[match.thing])]
        kinds = Counter(kind for match in found for kind in things.kinds[match.thing])
        if asked.kind is not None:
            members = things.classes.get(asked.kind, set())
            found = [match for match in found if match.thing in members]
        return found, kinds

    def _tokens(self, value: str) -> Iterable[str]:
        """Yield the terms that a value in an address may write."""
        yield literal(value, datatype=f"{XSD}gYear")
        yield literal(value, datatype=f"{XSD}boolean")
        try:
            yield iri(self._project.expand(value))
        except UsageError:
            return

    def _facets(self, asked: Asked, matches: Sequence[Match], names: Names) -> list[Facet]:
        things = self._shelf.things
        wanted = {iri(self._project.expand(name)): value for name, value in asked.filters.items()}
        facets = []
        counts: dict[str, Counter[str]] = {p: Counter() for p in dict.fromkeys((*things.facets(asked.kind), *wanted))}
        for match in matches:
            for p, o in things.pairs[match.thing]:
                if p in counts:
                    counts[p][o] += 1
        for p, values in counts.items():
            options = [
                Option(self._short(o), names.shown(o).text, n, wanted.get(p) == self._short(o))
                for o, n in values.items()
            ]
            if p in wanted and not any(option.chosen for option in options):
                options.append(Option(wanted[p], wanted[p], 0, True))
            if options:
                parameter = next((n for n in asked.filters if self._project.expand(n) == p[1:-1]), self._short(p))
                facets.append(Facet(p[1:-1], parameter, names.shown(p), sorted(options, key=lambda o: key(o.shown))))
        return facets

    def _classes(self, asked: Asked, kinds: Mapping[str, int], names: Names) -> list[Option]:
        counted = {**kinds, **({asked.kind: kinds.get(asked.kind, 0)} if asked.kind else {})}
        options = [Option(self._short(k), names.shown(k).text, n, k == asked.kind) for k, n in counted.items()]
        return sorted(options, key=lambda option: key(option.shown))

    def _row(self, match: Match, names: Names, view: View) -> Row:
        things = self._shelf.things
        token = things.tokens[match.thing]
        shown = names.shown(token)
        kinds = [names.shown(kind) for kind in things.narrowest(things.kinds[match.thing])]
        return Row(
            token[1:-1], shown, kinds, match if match.text else None, match.text if match.text != shown.text else None
        )

    def _csv(self, matches: Iterable[Match], names: Names, view: View) -> bytes:
        """Return all of a list as CSV (RFC 4180)."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(("iri", "name", "language", "class", "found", "how"))
        for match in matches:
            row = self._row(match, names, view)
            kinds = "; ".join(kind.text for kind in row.kinds)
            how = match.how if row.match else ""
            writer.writerow((row.iri, row.thing.text, row.thing.language or "", kinds, row.found or "", how))
        return out.getvalue().encode()

    def _json(
        self,
        asked: Asked,
        rows: Sequence[Row],
        facets: Sequence[Facet],
        classes: Sequence[Option],
        *,
        total: int,
        pages: int,
        turns: Mapping[str, str | None],
    ) -> bytes:
        def values(options: Sequence[Option]) -> list[dict[str, Any]]:
            return [{"value": o.value, "name": o.shown, "count": o.count} for o in options]

        said = {
            "query": asked.words,
            "class": asked.kind[1:-1] if asked.kind else None,
            "filters": dict(asked.filters),
            "total": total,
            "page": asked.page,
            "pages": pages,
            "previous": turns["previous"],
            "next": turns["next"],
            "results": [
                {
                    "iri": row.iri,
                    "name": row.thing.text,
                    "language": row.thing.language,
                    "page": row.thing.href,
                    "classes": [kind.text for kind in row.kinds],
                    **({"found": row.match.text, "how": row.match.how} if row.match else {}),
                }
                for row in rows
            ],
            "classes": values(classes),
            "facets": [
                {"property": f.iri, "parameter": f.parameter, "name": f.name.text, "values": values(f.options)}
                for f in facets
            ],
        }
        return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode()

    def _html(
        self,
        asked: Asked,
        rows: Sequence[Row],
        facets: Sequence[Facet],
        classes: Sequence[Option],
        names: Names,
        view: View,
        query: Mapping[str, str],
        turns: Mapping[str, str | None],
        *,
        total: int,
        slipped: bool,
    ) -> bytes:
        kind = names.shown(asked.kind) if asked.kind else None
        heading = view.words["results"].format(asked.words) if asked.words else view.words["all"]
        paged = {**query, **({"page": str(asked.page)} if asked.page > 1 else {})}
        return view.render(
            "search.html",
            title=" — ".join([*([kind.text] if kind else []), *([heading] if asked.words or not kind else [])]),
            path=PATH,
            query=paged,
            trail=[Shown(view.words["home"], href=view.url("")), kind or Shown(heading)],
            asked=asked,
            kind=kind,
            heading=heading,
            rows=rows,
            facets=facets,
            classes=classes,
            total=view.words["count"].format(number(str(total), view.language)) if total > 1 else None,
            some=total,
            slipped=slipped,
            turns=turns,
            forms=[
                ("CSV", view.url(PATH, {**query, "format": "csv"})),
                ("JSON", view.url(PATH, {**paged, "format": "json"})),
            ],
        ).encode()


def answers(site: Site, shelf: Shelf) -> Answers:
    """Return the application of the search and the lists of a site."""
    return Answers(site, forms=(HTML, JSON, CSV), write=Listing(site, shelf).write)
