"""What things and values are called on pages, in a language."""

import re
from calendar import monthrange
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from kg.graph.store import read_triples
from kg.graph.terms import XSD, Term, parse
from kg.lookup.speaker import number
from kg.project import Document, Project
from kg.service.addresses import list_of
from kg.service.documents import LABELS, Documents
from kg.service.reading import note
from kg.service.view import View

_WEB = ("http://", "https://")
_NUMBERS = {
    f"{XSD}{name}"
    for name in (
        "integer", "decimal", "double", "float", "long", "int", "short", "byte", "nonNegativeInteger",
        "positiveInteger", "nonPositiveInteger", "negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort",
        "unsignedByte",
    )
}  # fmt: skip
_DATES = {f"{XSD}{name}" for name in ("date", "dateTime", "dateTimeStamp", "gYear", "gYearMonth")}
# XML Schema 1.1 part 2, section 3.3; HTML has times of years from 1 to 9999 only.
_DATE = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>0[1-9]|1[0-2])(?:-(?P<day>0[1-9]|[12]\d|3[01])"
    r"(?:T(?P<time>\d\d:\d\d)(?::(?P<seconds>\d\d(?:\.\d+)?))?)?)?)?(?P<zone>Z|[+-]\d\d:\d\d)?"
)


class Name(NamedTuple):
    """What a thing is called, and in which language; None when it has no label, and is called by its IRI."""

    text: str
    language: str | None = None


class Shown(NamedTuple):
    """How a term is shown: a text, its language, the address that it links to, and a date as machines read it."""

    text: str
    language: str | None = None
    href: str | None = None
    date: str | None = None


@dataclass(frozen=True)
class Called:
    """What was found out in one view: the names of things, how terms are shown, classes listed, and graphs named."""

    names: dict[str, Name] = field(default_factory=dict)
    shown: dict[str, Shown] = field(default_factory=dict)
    listed: dict[str, Shown] = field(default_factory=dict)
    sources: dict[str, Shown] = field(default_factory=dict)

    def but(self, tokens: Collection[str]) -> "Called":
        """Return the same without some things."""
        names = {token: name for token, name in self.names.items() if token not in tokens}
        shown, listed = ({t: s for t, s in of.items() if t not in tokens} for of in (self.shown, self.listed))
        return Called(names, shown, listed, dict(self.sources))


class Names:
    """The names of a site in one view: those of the graph, then those that we give to terms of other vocabularies.

    ``called`` is what is known of them.
    """

    def __init__(self, documents: Documents, view: View, called: Called | None = None) -> None:
        self._documents = documents
        self.project: Project = documents.project
        self.origin = documents.origin
        self._view = view
        self._order: list[str | None] = [*dict.fromkeys([view.language, *self.project.languages]), None]
        self.called = called or Called()

    def name(self, token: str) -> Name:
        """Return what a thing is called in the language, else in another; else its IRI, short."""
        note("n", token)
        known = self.called.names
        if token not in known:
            ours = _others().get(token, {}).get(self._view.language)
            label = self._label(token)
            if ours and (label is None or label.language != self._view.language):
                label = ours
            known[token] = label or self._unnamed(token)
        return known[token]

    def _label(self, token: str) -> Name | None:
        """Return the best label of a thing: in the language, else in one of the project, by preferred property."""
        labels = ((p, parse(o)) for p, o in self._documents.naming(token) if o[0] == '"')

        def rank(label: tuple[str, Term]) -> tuple[int, int, str, str]:
            p, term = label
            place = self._order.index(term.language) if term.language in self._order else len(self._order)
            return place, LABELS.index(p), term.value, term.language or ""

        best = min(labels, key=rank, default=None)
        return Name(best[1].value, best[1].language) if best else None

    def _unnamed(self, token: str) -> Name:
        """Return the words that state a thing, else what its address says."""
        if as_stated := self.project.evidence.as_stated:
            for words in self._documents.objects(token, f"<{as_stated}>")[:1]:
                term = parse(words)
                return Name(term.value, term.language)
        iri = token[1:-1]
        if passage := self.project.evidence.locate(iri):
            return Name(self.passage(*passage))
        short = self.project.compact(iri).strip("<>")
        if short == iri and iri.startswith(self._documents.origin):
            return Name(iri.removeprefix(self._documents.origin) or iri)
        if short == iri and iri.startswith(_WEB):
            return Name(iri.partition("://")[2].removesuffix("/"))
        return Name(short)

    def passage(self, document: Document, line: int) -> str:
        """Return what a passage is called."""
        return f"{document.iri.removeprefix(self._documents.origin)}, {self._view.words['line'].format(line)}"

    def shown(self, token: str) -> Shown:
        """Return how a term is shown: a thing by its name, with a link, a number or a date as people write it."""
        if token.startswith("<"):
            note("n", token)
        known = self.called.shown
        if token not in known:
            term = parse(token)
            match term.kind:
                case "iri":
                    name = self.name(token)
                    known[token] = Shown(name.text, name.language, self.href(term.value))
                case "blank":
                    known[token] = Shown(self._view.words["anonymous"])
                case _:
                    known[token] = self._literal(term)
        return known[token]

    def values(self, token: str, predicate: str) -> list[Shown]:
        """Return the values of a property of a thing: of texts those in the language, else in the best there is."""
        objects = self._documents.objects(token, predicate)
        places = {o: self._order.index(parse(o).language) for o in objects if parse(o).language in self._order}
        best = min((place for o, place in places.items() if parse(o).language), default=None)
        return [self.shown(o) for o in objects if parse(o).language is None or places.get(o) == best]

    def measured(self, token: str, unit: str) -> Shown:
        """Return how a term is shown, a number that may have a fraction with its unit."""
        shown = self.shown(token)
        if not token.endswith(f"^^<{XSD}decimal>"):
            return shown
        return Shown(self._view.words["measured"].format(shown.text, self.name(unit).text))

    def _literal(self, term: Term) -> Shown:
        if term.language is not None:
            return Shown(term.value, term.language)
        if term.datatype in _NUMBERS:
            try:
                return Shown(number(term.value, self._view.language))
            except ArithmeticError:
                return Shown(term.value)
        if term.datatype in _DATES and (said := date(term.value, self._view.words)):
            return Shown(said, date=term.value)
        if term.datatype == f"{XSD}boolean" and term.value in ("true", "false", "1", "0"):
            return Shown(self._view.words["yes" if term.value in ("true", "1") else "no"])
        if term.datatype == f"{XSD}anyURI" and term.value.startswith(_WEB):
            return Shown(term.value, href=term.value)
        return Shown(term.value)

    def listed(self, kind: str) -> Shown:
        """Return a class with the address of the list of its things."""
        name = self.name(kind)
        if kind not in self.called.listed:
            address = self._view.url(list_of(kind[1:-1], self.project))
            self.called.listed[kind] = Shown(name.text, name.language, address)
        return self.called.listed[kind]

    def source(self, graph: str) -> Shown:
        """Return a named graph, by its IRI, as what states something."""
        if graph not in self.called.sources:
            passage = self.project.evidence.locate(graph)
            short = self.passage(*passage) if passage else graph.removeprefix(self.origin)
            self.called.sources[graph] = Shown(short, href=self.href(graph))
        return self.called.sources[graph]

    def href(self, iri: str) -> str | None:
        """Return the address of the page of an IRI, or the IRI where the web has it."""
        address = self._documents.address(iri)
        if address is not None:
            return self._view.url(address)
        return iri if iri.startswith(_WEB) else None


def date(lexical: str, words: Mapping[str, str]) -> str | None:
    """Return a date, a month, a year or a moment as a language writes it; None when it is none that HTML has."""
    match = _DATE.fullmatch(lexical)
    if match is None or match["year"] == "0000" or (match["zone"] and not match["time"]):
        return None
    if not match["month"]:
        return match["year"]
    if match["day"] and int(match["day"]) > monthrange(int(match["year"]), int(match["month"]))[1]:
        return None
    month = words["months"].split(" ")[int(match["month"]) - 1]
    if not match["day"]:
        return f"{month} {match['year']}"
    day = words["first"] if match["day"] == "01" else str(int(match["day"]))
    said = f"{day} {month} {match['year']}"
    if not match["time"]:
        return said
    zone = match["zone"] or ""
    return words["moment"].format(said, match["time"]) + (f" (UTC{zone.removeprefix('Z')})" if zone else "")


@cache
def _others() -> Mapping[str, Mapping[str, Name]]:
    """Return our names of terms of other vocabularies, by token and language."""
    found: dict[str, dict[str, Name]] = {}
    for s, _, o in read_triples(files("kg.service").joinpath("vocabularies.ttl").read_bytes()):
        term = parse(o)
        found.setdefault(s, {})[term.language or ""] = Name(term.value, term.language)
    return found
