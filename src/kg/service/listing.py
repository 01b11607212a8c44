"""What a search or a list finds at ``/search``: things by name, by class, and by the values of properties."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from math import ceil

from starlette.requests import Request

from kg.errors import UsageError
from kg.graph.terms import XSD, iri, literal, parse
from kg.service.addresses import list_of
from kg.service.answers import RefusedError
from kg.service.collation import key
from kg.service.index import HOWS, LONGEST, How, Match
from kg.service.names import Names, Shown
from kg.service.reading import note, note_nothing_else
from kg.service.shelf import Shelf
from kg.service.site import Site
from kg.service.view import View
from kg.service.wordings import spoken

PATH = "search"
SHOWN = 50
"""How many things a page has."""


@dataclass(frozen=True)
class Asked:
    """What is asked for: words, a class, and the values that properties must have, by the names of parameters."""

    words: str
    kind: str | None
    filters: tuple[tuple[str, str], ...]
    page: int


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
    """A thing of a list: its IRI, its name, its classes; of a search also what was found of it, and how.

    ``other`` says that this is another name or a code, which a reader would look for in vain in the labels.
    """

    iri: str
    thing: Shown
    kinds: Sequence[Shown]
    found: str | None
    how: How | None
    other: bool


@dataclass(frozen=True)
class Found:
    """What is found: all ``matches``, the ``rows`` of the page, and what the list may be filtered by.

    ``kind`` is the class that is asked for; ``path`` and ``query`` are the address of the first page.
    """

    asked: Asked
    kind: Shown | None
    path: str
    query: Mapping[str, str]
    matches: Sequence[Match]
    rows: Sequence[Row]
    classes: Sequence[Option]
    facets: Sequence[Facet]
    pages: int


class Listing:
    """Finds the things of a site that a request asks for."""

    def __init__(self, site: Site, shelf: Shelf) -> None:
        self._project = site.project
        self._shelf = shelf
        # Whoever turns the pages of a list has it sorted once.
        self._sift = lru_cache(maxsize=16)(self._sifted)
        self._list = lru_cache(maxsize=256)(self.listed)
        self._all = lru_cache(maxsize=4)(self._everything)
        self._short = lru_cache(maxsize=16_384)(self._shortened)

    def find(self, request: Request, view: View, names: Names) -> Found:
        """Return what a request asks for. Raises RefusedError for what names nothing, and for no such page."""
        asked = self._asked(request, view)
        if asked.words or asked.filters:
            matches, classes, facets = self._sift(replace(asked, page=1), view.language)
        else:
            note("l", f"{view.language} {asked.kind or ''}")
            note_nothing_else()
            matches, classes, facets = self._list(asked.kind, view.language)
        pages = max(1, ceil(len(matches) / SHOWN))
        if asked.page > pages:
            raise RefusedError(404)
        listed = asked.kind is not None and asked.kind in self._shelf.things.classes
        path = list_of(asked.kind[1:-1], self._project) if asked.kind and listed else PATH
        kind = self._short(asked.kind) if asked.kind and path == PATH else ""
        query = {"q": asked.words, "class": kind, **dict(asked.filters)}
        return Found(
            asked=asked,
            kind=names.shown(asked.kind) if asked.kind else None,
            path=path,
            query={name: value for name, value in query.items() if value},
            matches=matches,
            rows=[self.row(match, names) for match in matches[(asked.page - 1) * SHOWN : asked.page * SHOWN]],
            classes=classes,
            facets=facets,
            pages=pages,
        )

    def listed(self, kind: str | None, language: str) -> tuple[list[Match], list[Option], list[Facet]]:
        """Return the things of a class, or all, in order, and what they may be filtered by."""
        return self._sifted(Asked("", kind, (), 1), language)

    def _sifted(self, asked: Asked, language: str) -> tuple[list[Match], list[Option], list[Facet]]:
        """Return all that is asked for, and what it may be filtered by: the same for each page of a list."""
        view = View(".", language, spoken(self._project.languages))
        names = self._shelf.names(view)
        matches, kinds = self._matches(asked, view)
        return matches, self._classes(asked, kinds, names), self._facets(asked, matches, names)

    def row(self, match: Match, names: Names) -> Row:
        """Return how a thing is listed."""
        things = self._shelf.things
        token = things.tokens[match.thing]
        kinds = [names.shown(kind) for kind in things.kinds_of(token)]
        if not match.text:
            return Row(token[1:-1], names.shown(token), kinds, None, None, other=False)
        other = all(name.text != match.text for name in things.names[match.thing] if name.is_label)
        return Row(token[1:-1], names.shown(token), kinds, match.text, match.how, other)

    def _asked(self, request: Request, view: View) -> Asked:
        given = request.query_params
        page = given.get("page") or "1"
        if not (page.isascii() and page.isdecimal() and len(page) < 8 and int(page) > 0):
            raise RefusedError(404)
        filters = {name: value for name, value in given.items() if ":" in name and value}
        kind = self._listed(request.path_params["list"]) if "list" in request.path_params else given.get("class")
        for name in filters:
            self._expanded(name, name, view)
        return Asked(
            "".join(c for c in " ".join(given.get("q", "")[:LONGEST].split()) if c.isprintable()),
            iri(self._expanded(kind, "class", view)) if kind else None,
            tuple(filters.items()),
            int(page),
        )

    def _listed(self, name: str) -> str:
        """Return the class whose list has this name. Raises RefusedError when there is none."""
        if f"{PATH}/{name}" not in self._lists:
            raise RefusedError(404)
        return self._lists[f"{PATH}/{name}"]

    @cached_property
    def _lists(self) -> Mapping[str, str]:
        """The classes that have a list, by its path."""
        return {list_of(kind[1:-1], self._project): kind[1:-1] for kind in self._shelf.things.classes}

    def _expanded(self, name: str, parameter: str, view: View) -> str:
        try:
            return self._project.expand(name)
        except UsageError as error:
            raise RefusedError(400, [view.words["parameter"].format(parameter, name)]) from error

    def _shortened(self, token: str) -> str:
        """Return how a term is written in an address: a CURIE, an IRI, or what a literal says."""
        return self._project.compact(token[1:-1]).strip("<>") if token.startswith("<") else parse(token).value

    def _matches(self, asked: Asked, view: View) -> tuple[list[Match], Counter[str]]:
        """Return the things that are asked for, in order, and how many of each class there are, were none asked for."""
        things = self._shelf.things
        languages = (view.language, *view.languages)
        found, kinds = self._all(languages)
        if asked.words:
            order = things.order(languages)
            found = self._shelf.index.find(asked.words)
            found.sort(key=lambda m: (HOWS.index(m.how), len(m.text), order[m.thing]))
        for name, value in asked.filters:
            pairs = {(iri(self._project.expand(name)), token) for token in self._tokens(value)}
            found = [match for match in found if not pairs.isdisjoint(things.pairs[match.thing])]
        if asked.words or asked.filters:
            kinds = Counter(kind for match in found for kind in things.kinds[match.thing])
        if asked.kind is not None:
            members = things.classes.get(asked.kind, set())
            found = [match for match in found if match.thing in members]
        return found, kinds

    def _everything(self, languages: tuple[str, ...]) -> tuple[list[Match], Counter[str]]:
        """Return all things in order, and how many of each class there are."""
        things = self._shelf.things
        order = things.order(languages)
        found = [Match(n, "", "exact") for n in sorted(range(len(things.tokens)), key=order.__getitem__)]
        return found, Counter(kind for match in found for kind in things.kinds[match.thing])

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
        wanted = {iri(self._project.expand(name)): value for name, value in asked.filters}
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
                parameter = next((n for n, _ in asked.filters if self._project.expand(n) == p[1:-1]), self._short(p))
                facets.append(Facet(p[1:-1], parameter, names.shown(p), sorted(options, key=lambda o: key(o.shown))))
        return facets

    def _classes(self, asked: Asked, kinds: Mapping[str, int], names: Names) -> list[Option]:
        counted = {**kinds, **({asked.kind: kinds.get(asked.kind, 0)} if asked.kind else {})}
        options = [Option(self._short(k), names.shown(k).text, n, k == asked.kind) for k, n in counted.items()]
        return sorted(options, key=lambda option: key(option.shown))
