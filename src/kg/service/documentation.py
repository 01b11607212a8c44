"""Which pages document a vocabulary: of a term, of a shape, of all the terms and shapes of a document."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kg.graph.terms import iri
from kg.lookup.speaker import number
from kg.lookup.usage import Link
from kg.service import diagram
from kg.service.diagram import Box, Drawing
from kg.service.names import Name, Names, Shown
from kg.service.reading import note
from kg.service.shape_pages import Asked, ShapePages
from kg.service.shelf import Shelf
from kg.service.term_pages import TermPages, Tree
from kg.service.view import View
from kg.service.vocabulary import GROUPS, Vocabulary

NEIGHBOURS = 8
"""How many classes a diagram has on each side of a class, and how many names a link shows."""
_NAMED = 3
_ENDS = 4
"""A property that leads from or to more classes than that is in the table of a diagram, not in its drawing."""


@dataclass(frozen=True, slots=True)
class Group:
    """The terms of a vocabulary that are of a group, as trees."""

    key: str
    title: str
    count: str
    terms: Sequence[Tree]


@dataclass(frozen=True, slots=True)
class Overview:
    """What a document describes: its terms by group, its concept schemes, its shapes, and a diagram of its classes."""

    anchor: str
    name: Name
    definition: Name | None
    groups: Sequence[Group]
    schemes: Sequence[tuple[Shown, str]]
    shapes: Sequence[Asked]
    drawing: Drawing | None
    links: Sequence[tuple[Shown, Sequence[Shown], Shown]]


class Documentation:
    """Documents the vocabularies and shapes of a graph in one view."""

    def __init__(self, shelf: Shelf, names: Names, view: View) -> None:
        self._shelf = shelf
        self._documents = shelf.documents
        self._names = names
        self._view = view

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return self._shelf.vocabulary

    @cached_property
    def terms(self) -> TermPages:
        """What there is to say of terms."""
        return TermPages(self._shelf, self._names, self._view)

    @cached_property
    def shapes(self) -> ShapePages:
        """What there is to say of shapes."""
        return ShapePages(self._shelf, self._names, self._view)

    def page(self, name: str) -> tuple[str, Mapping[str, Any]]:
        """Return the template of the page of an IRI, and what it shows besides what the graph says."""
        note("d", name)
        if not self.has(name):
            return "resource.html", {}
        self._vocabulary.note()
        token = f"<{name}>"
        if token in self._vocabulary.terms:
            return "term.html", {"term": self.terms.about(token), "drawing": self.around(token)}
        if token in self._vocabulary.shapes:
            return "shape.html", {"shape": self.shapes.asked(token)}
        return "overview.html", {"overview": self.overview(name)}

    def has(self, name: str) -> bool:
        """Tell whether an IRI is that of a term, a shape, or a document of some."""
        return iri(name) in self._shelf.documented

    def overview(self, home: str) -> Overview:
        """Return what a document of terms or shapes describes."""
        vocabulary = self._vocabulary
        tops = self.terms.sorted(self.shapes.tops(vocabulary.shapes_of(home)))
        classes = set(vocabulary.terms_of(home, "classes"))
        return Overview(
            anchor=self._documents.address(home) or "",
            name=self._names.name(f"<{home}>"),
            definition=self.terms.definition(f"<{home}>"),
            groups=[group for key in GROUPS if (group := self._group(home, key)).terms],
            schemes=list(self._schemes(home)),
            shapes=[self.shapes.asked(node) for node in tops],
            drawing=self._drawing(classes) if classes else None,
            links=self._table(link for link in vocabulary.links if {link.source, link.target} & classes),
        )

    def around(self, token: str) -> Drawing | None:
        """Return the diagram of a class; None for a property, and where it would show the class alone."""
        vocabulary, hierarchy = self._vocabulary, self._vocabulary.hierarchy
        if vocabulary.terms[token] != "classes":
            return None
        above, below = hierarchy.parents(token), hierarchy.children(token)
        line = {token, *hierarchy.above(token)}
        leaving = {side.name for side in vocabulary.usage.from_class.get(token, ())}
        coming = {side.name for side in vocabulary.usage.to_class.get(token, ())}
        links = vocabulary.links_of(line)
        after = self._sides(
            (link.target, link.property)
            for link in links
            if link.source == token or (link.source in line and link.property in leaving)
        )
        before = self._sides(
            (link.source, link.property)
            for link in links
            if link.target == token or (link.target in line and link.property in coming)
        )
        if not (above or below or after or before):
            return None
        middle = diagram.box(self._names.shown(token), here=True)
        return diagram.around(middle, above=self._boxes(above), below=self._boxes(below), before=before, after=after)

    def _boxes(self, tokens: Sequence[str]) -> list[Box]:
        chosen = self.terms.sorted(tokens)
        boxes = [diagram.box(self._names.shown(other)) for other in chosen[:3]]
        if len(chosen) > 3:
            boxes[-1] = diagram.box(Shown(self._view.words["others_more"].format(len(chosen) - 2)))
        return boxes

    def _sides(self, pairs: Iterator[tuple[str, str]]) -> list[tuple[Box, list[str]]]:
        """Return classes with the names of the properties that link them, those of most triples first."""
        found: dict[str, list[str]] = {}
        for other, name in pairs:
            called = self._names.name(name).text
            if called not in found.setdefault(other, []):
                found[other].append(called)
        sides = []
        for other, names in list(found.items())[:NEIGHBOURS]:
            more = [f"+ {len(names) - _NAMED + 1}"] if len(names) > _NAMED else []
            sides.append((diagram.box(self._names.shown(other)), names[: _NAMED - len(more)] + more))
        return sides

    def _drawing(self, classes: set[str]) -> Drawing | None:
        """Return the diagram of classes: those below no other, with those below them, and what links them."""
        hierarchy = self._vocabulary.hierarchy
        root = {
            one: min(top for top in {one, *hierarchy.above(one)} & classes if not hierarchy.above(top) & classes)
            for one in classes
        }
        boxes = {}
        for top in sorted(set(root.values())):
            kinds = self.terms.sorted(one for one, of in root.items() if of == top and one != top)
            names = [self._names.name(one).text for one in kinds]
            more = [self._view.words["others_more"].format(len(names) - 3)] if len(names) > 4 else []
            shown = names[:3] if more else names
            boxes[top] = diagram.box(self._names.shown(top), below=[*shown, *more])
        ends: dict[str, set[str]] = {}
        for link in self._vocabulary.links:
            ends.setdefault(f"→{link.property}", set()).add(link.target)
            ends.setdefault(f"←{link.property}", set()).add(link.source)
        titles: dict[tuple[str, str], list[str]] = {}
        for link in self._vocabulary.links:
            few = max(len(ends[f"→{link.property}"]), len(ends[f"←{link.property}"])) <= _ENDS
            if few and link.source in root and link.target in root:
                names = titles.setdefault((root[link.source], root[link.target]), [])
                if (called := self._names.name(link.property).text) not in names:
                    names.append(called)
        said = {pair: f"{self._between(*pair)} {', '.join(names)}" for pair, names in titles.items()}
        return diagram.layered(boxes, said)

    def _between(self, source: str, target: str) -> str:
        pair = (self._names.name(source).text, self._names.name(target).text)
        return self._view.words["linked"].format(*pair)

    def _table(self, links: Iterator[Link]) -> list[tuple[Shown, list[Shown], Shown]]:
        """Return which properties lead from which class to which, by the names of the classes."""
        found: dict[tuple[str, str], list[str]] = {}
        for link in links:
            found.setdefault((link.source, link.target), []).append(link.property)
        order = {token: place for place, token in enumerate(self.terms.sorted({t for pair in found for t in pair}))}
        return [
            (self._names.shown(a), [self._names.shown(p) for p in properties], self._names.shown(b))
            for (a, b), properties in sorted(found.items(), key=lambda item: (order[item[0][0]], order[item[0][1]]))
        ]

    def _group(self, home: str, key: str) -> Group:
        terms = self._vocabulary.terms_of(home, key)
        tops = [term for term in terms if not self._vocabulary.hierarchy.above(term) & set(terms)]
        trees = [self.terms.branch(top, within=terms) for top in self.terms.sorted(tops)]
        return Group(key, self._view.words[key], number(str(len(terms)), self._view.language), trees)

    def _schemes(self, home: str) -> Iterator[tuple[Shown, str]]:
        """Yield the concept schemes with the numbers of their concepts; those of the only vocabulary, if it is that."""
        if list(self._vocabulary.homes) == [home]:
            for scheme in self.terms.sorted(self._vocabulary.schemes):
                concepts = self._vocabulary.schemes[scheme]
                yield self._names.shown(scheme), number(str(len(concepts)), self._view.language)
