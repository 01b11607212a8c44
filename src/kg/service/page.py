"""The pages of resources: what is said of one, and why a fact holds. Values for the templates, no HTML."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from kg.graph.terms import iri
from kg.inference.proof import Proof
from kg.lookup.speaker import number
from kg.project import Project
from kg.service.described import Description, Statement
from kg.service.documentation import Documentation
from kg.service.names import Names, Shown
from kg.service.negotiation import FORMS
from kg.service.shelf import Shelf
from kg.service.view import View
from kg.source.reader import Triple

VALUES = 100
"""How many values of a property a page shows."""
_DEEPEST = 8


def mark(triple: Triple) -> str:
    """Return the short name by which a page asks why a triple holds."""
    return hashlib.sha256(" ".join(triple).encode()).hexdigest()[:16]


class Told(NamedTuple):
    """A value, what is said of it where it is a blank node, the passages that state it, or the address of its proof."""

    value: Shown
    nested: "Sequence[Group]" = ()
    sources: Sequence[Shown] = ()
    why: str | None = None


class Group(NamedTuple):
    """A property with its values; ``more`` leads to those that are not shown."""

    property: Shown
    values: Sequence[Told]
    more: Shown | None = None


class Step(NamedTuple):
    """A step of a proof: the triple, the passages or graphs that state it, or the rule and what it follows from."""

    triple: Sequence[Shown]
    sources: Sequence[Shown] = ()
    rule: str | None = None
    premises: "Sequence[Step]" = ()
    seen: bool = False


class Page:
    """Writes the pages of one site in one view."""

    def __init__(self, shelf: Shelf, view: View) -> None:
        self._shelf = shelf
        self._documents = shelf.documents
        self._project: Project = shelf.documents.project
        self._view = view
        self._names = Names(shelf.documents, view)
        self._documentation = Documentation(shelf, self._names, view)
        self._about = ""
        self._address = ""
        self._here: dict[str, str] = {}
        self._why = ""

    def resource(self, described: Description, *, path: str, deprecated: bool = False) -> str:
        """Return the page of a resource. ``path`` is its address without suffix, relative to the root."""
        self._about, self._address = described.iri, path
        self._here = {"page": str(described.page)} if described.page > 1 else {}
        self._why = self._view.url(path, {**self._here, "why": ""})
        token = iri(described.iri)
        said = _by_subject(described.part.facts)
        name = self._names.name(token)
        template, documented = self._documentation.page(described.iri) if described.page == 1 else ("resource.html", {})
        return self._view.render(
            template,
            **documented,
            title=name.text,
            path=path,
            query=self._here,
            trail=self._trail(described.iri),
            name=name,
            iri=described.iri,
            kinds=[self._names.listed(kind) for kind in self._shelf.things.kinds_of(token)],
            deprecated=deprecated,
            first=self._view.url(path) if described.page > 1 else None,
            facts=self._grouped(said.get(token, ()), said),
            parts=self._parts(described),
            contents=self._contents(described),
            incoming=self._incoming(described),
            counts=[self._number(count) for count in described.whole.counts] if described.page == 1 else None,
            turns=turns(self._view, path, {}, page=described.page, pages=described.pages),
            forms=[
                (form.media_type, self._view.url(path, {**self._here, "format": form.suffix}, plain=True))
                for form in FORMS[1:]
            ],
        )

    def proof(self, described: Description, proof: Proof, *, path: str) -> str:
        """Return the page that says why a triple holds, down to the passages that state what it follows from."""
        return self._view.render(
            "proof.html",
            title=f"{self._view.words['why']} — {self._names.name(proof.triple[0]).text}",
            path=path,
            query={"why": mark(proof.triple)},
            trail=[*self._trail(described.iri), Shown(self._view.words["why"])],
            back=self._view.url(path),
            proof=self._step(proof, set()),
        )

    def _trail(self, about: str) -> list[Shown]:
        """Return the steps from the first page to a resource."""
        things = self._shelf.things
        line = things.above(iri(about))
        kinds = [self._names.listed(kind) for kind in things.kinds_of(line[0])[:1]]
        shown = [self._names.shown(token) for token in line]
        return [Shown(self._view.words["home"], href=self._view.url("")), *kinds, *shown]

    def _step(self, of: Proof, seen: set[Triple]) -> Step:
        triple = [self._names.shown(token) for token in of.triple]
        if of.rule is None:
            return Step(triple, [self._names.source(citation.graph) for citation in of.citations])
        if of.triple in seen:
            return Step(triple, seen=True)
        seen.add(of.triple)
        return Step(triple, rule=of.rule, premises=[self._step(premise, seen) for premise in of.premises])

    def _grouped(self, facts: Iterable[Statement], nested: Mapping[str, list[Statement]], deep: int = 0) -> list[Group]:
        """Return facts of one subject grouped by property, in their order; those of blank nodes inside."""
        groups = []
        facts = list(facts)
        unit = self._unit(facts)
        for predicate, group in groupby(facts, key=lambda said: said.triple[1]):
            values = list(group)
            more = None
            if len(values) > VALUES:
                words = self._view.words["more"].format(self._number(len(values) - VALUES))
                more = Shown(words, href=self._view.url(self._address, {"format": "ttl"}, plain=True))
            told = [self._told(fact, nested, unit, deep) for fact in values[:VALUES]]
            groups.append(Group(self._names.shown(predicate), told, more))
        return groups

    def _unit(self, facts: Iterable[Statement]) -> str | None:
        """Return the unit of the numbers of a subject, as the settings say where it stands."""
        if (unit := self._project.pages.unit) is None:
            return None
        of = iri(unit)
        return next((fact.triple[2] for fact in facts if fact.triple[1] == of), None)

    def _told(self, said: Statement, nested: Mapping[str, list[Statement]], unit: str | None, deep: int) -> Told:
        o = said.triple[2]
        value = self._names.shown(o) if unit is None else self._names.measured(o, unit)
        if o.startswith("_:") and o in nested and deep < _DEEPEST:
            return Told(value, self._grouped(nested[o], nested, deep + 1))
        return self._backed(said, value)

    def _backed(self, said: Statement, value: Shown) -> Told:
        """Return a value with where it is stated, or the address of why it holds."""
        if said.inferred:
            return Told(value, why=self._why + mark(said.triple))
        left_out = (self._project.inferred_graph, self._about)
        return Told(value, sources=[self._names.source(graph) for graph in said.graphs if graph not in left_out])

    def _parts(self, described: Description) -> list[Shown]:
        shown = []
        for part in described.part.parts:
            if passage := self._project.evidence.locate(part):
                shown.append(Shown(self._view.words["line"].format(passage[1]), href=self._names.href(part)))
            else:
                shown.append(self._names.shown(iri(part)))
        return shown

    def _contents(self, described: Description) -> list[tuple[Shown, list[Group]]]:
        """Return what the named graphs hold, by subject; a document's are left to the pages of its passages."""
        if described.whole.parts:
            return []
        nested = _by_subject(described.part.contents)
        return [
            (self._names.shown(subject), self._grouped(facts, nested))
            for subject, facts in nested.items()
            if not subject.startswith("_:")
        ]

    def _incoming(self, described: Description) -> list[Group]:
        """Return the things that name the resource, grouped by the property that does."""
        return [
            Group(
                self._names.shown(predicate), [self._backed(said, self._names.shown(said.triple[0])) for said in group]
            )
            for predicate, group in groupby(described.part.incoming, key=lambda said: said.triple[1])
        ]

    def _number(self, count: int) -> str:
        return number(str(count), self._view.language)


def turns(view: View, path: str, query: Mapping[str, str], *, page: int, pages: int) -> Mapping[str, str | None]:
    """Return which page of how many this is, and the addresses of the one before and of the one after."""

    def url(other: int) -> str | None:
        asked = {**query, "page": str(other)} if other > 1 else query
        return view.url(path, asked) if 1 <= other <= pages else None

    here, all_ = (number(str(count), view.language) for count in (page, pages))
    where = view.words["page"].format(here, all_) if pages > 1 else None
    return {"where": where, "previous": url(page - 1), "next": url(page + 1)}


def _by_subject(facts: Iterable[Statement]) -> dict[str, list[Statement]]:
    found: dict[str, list[Statement]] = {}
    for fact in facts:
        found.setdefault(fact.triple[0], []).append(fact)
    return found
