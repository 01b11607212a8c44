"""What the page of a term says of it beyond the graph: its place, its use, examples, what constrains and needs it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kg.graph.terms import OWL, RDFS, SKOS, parse
from kg.lookup.speaker import number
from kg.lookup.usage import Side
from kg.query.catalogue import Query
from kg.service.documents import DCT
from kg.service.examples import Example, example
from kg.service.names import Name, Names, Shown
from kg.service.reading import note
from kg.service.shape_pages import Asked, ShapePages
from kg.service.shelf import Shelf
from kg.service.view import View
from kg.service.wordings import WORDINGS

_DEFINITIONS = (f"<{SKOS}definition>", f"<{DCT}description>", f"<{RDFS}comment>")
_NOTES = tuple(f"<{SKOS}{name}>" for name in ("scopeNote", "note", "example", "editorialNote", "changeNote"))
_SAME = (f"<{OWL}equivalentClass>", f"<{OWL}equivalentProperty>")
_APART = (f"<{OWL}disjointWith>", f"<{OWL}propertyDisjointWith>")
_INVERSE = (f"<{OWL}inverseOf>",)
_ELSEWHERE = (
    *_SAME, f"<{RDFS}subClassOf>", f"<{RDFS}subPropertyOf>", f"<{RDFS}seeAlso>",
    *(f"<{SKOS}{kind}Match>" for kind in ("exact", "close", "broad", "narrow", "related")),
)  # fmt: skip
FIRST = 10
"""How many things of a class, and how many rows of a table, a page shows."""

BRANCHES = 100
"""How many terms a page shows next below another."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A term in its hierarchy; ``inferred`` says that nothing states that it is below what is above it here."""

    name: Shown
    count: str | None
    inferred: bool = False
    here: bool = False
    under: "Sequence[Tree]" = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A property or a class with the number of things, and of the triples that they are in."""

    name: Shown
    things: str
    triples: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a page of all terms says of one: each part is empty where there is nothing to say."""

    anchor: str
    name: Name
    iri: str
    group: str
    definition: Name | None
    translations: Sequence[tuple[str, Sequence[Shown]]]
    notes: Sequence[Shown]
    tree: Sequence[Tree]
    relations: Sequence[tuple[str, Sequence[Shown]]]
    figures: Sequence[tuple[str, str]]
    shapes: Sequence[Asked]


@dataclass(frozen=True, slots=True, kw_only=True)
class Documented(Described):
    """What its own page says of a term."""

    tables: Sequence[tuple[str, Sequence[Row]]]
    things: Sequence[Shown]
    all_things: Shown | None
    example: Example | None
    inherited: Sequence[Shown]
    inferred: Sequence[tuple[Shown, Sequence[Sequence[Shown]], str]]
    rules: Sequence[Shown]
    questions: Sequence[Shown]


class TermPages:
    """Says what there is to say of the terms of a vocabulary, in one view."""

    def __init__(self, shelf: Shelf, names: Names, view: View) -> None:
        self._vocabulary = shelf.vocabulary
        self._things = shelf.things
        self._documents = shelf.documents
        self._names = names
        self._view = view
        self._shapes = ShapePages(shelf, names, view)

    def described(self, token: str) -> Described:
        """Return what a page of all terms says of one."""
        return Described(**self._described(token))

    def about(self, token: str) -> Documented:
        """Return what there is to say of a term."""
        vocabulary, is_class = self._vocabulary, self._is_class(token)
        return Documented(
            **self._described(token),
            tables=self._class_tables(token) if is_class else self._property_tables(token),
            things=self._first(token) if is_class else (),
            all_things=self._all(token) if is_class else None,
            example=example(token, self._vocabulary, self._documents, self._names),
            inherited=self._inherited(token),
            inferred=self._inferred(token),
            rules=[self._titled(query, href=False) for query in vocabulary.rules.get(token, ())],
            questions=[self._titled(query, href=True) for query in vocabulary.questions.get(token, ())],
        )

    def _described(self, token: str) -> dict[str, Any]:
        """Return the fields of what any page says of a term."""
        vocabulary = self._vocabulary
        return {
            "anchor": self._documents.address(token[1:-1]) or "",
            "name": self._names.name(token),
            "iri": token[1:-1],
            "group": self._view.words[f"one_{vocabulary.terms[token]}"],
            "definition": self.definition(token),
            "translations": self._translations(token),
            "notes": [self._names.shown(o) for p in _NOTES for o in self._documents.objects(token, p)],
            "tree": self._tree(token),
            "relations": self._relations(token),
            "figures": self._class_figures(token) if self._is_class(token) else self._property_figures(token),
            "shapes": [self._shapes.asked(node, about=token) for node in vocabulary.shapes_about.get(token, ())],
        }

    def _is_class(self, token: str) -> bool:
        return self._vocabulary.terms[token] in ("classes", "datatypes")

    def definition(self, token: str) -> Name | None:
        """Return what a term is, in the language of the view, else in another."""
        for p in _DEFINITIONS:
            if best := self._best(token, p):
                return best
        return None

    def branch(self, token: str, *, within: Iterable[str], here: str = "", above: str | None = None) -> Tree:
        """Return a term with those below it that are within some."""
        hierarchy = self._vocabulary.hierarchy
        chosen = frozenset(within)
        below = self.sorted(child for child in hierarchy.children(token) if child in chosen)
        under = [self.branch(child, within=chosen, here=here, above=token) for child in below[:BRANCHES]]
        if len(below) > BRANCHES:
            more = self._view.words["others_more"].format(self._number(len(below) - BRANCHES))
            under.append(Tree(Shown(more), None))
        inferred = above is not None and not hierarchy.is_asserted(token, above)
        return Tree(self._names.shown(token), self.count(token), inferred, token == here, under)

    def sorted(self, tokens: Iterable[str]) -> list[str]:
        """Return terms in the order of their names."""
        return sorted(tokens, key=lambda token: (self._names.name(token).text.casefold(), token))

    def count(self, token: str) -> str | None:
        """Return how many things are of a class, or triples of a property."""
        use = self._vocabulary.usage.properties.get(token)
        n = use.triples if use else self._vocabulary.usage.classes.get(token)
        return None if n is None else self._number(n)

    def _best(self, token: str, p: str) -> Name | None:
        order = [self._view.language, *self._view.languages]
        terms = [parse(o) for o in self._documents.objects(token, p) if o.startswith('"')]
        ranked = sorted(terms, key=lambda t: order.index(t.language) if t.language in order else len(order))
        return Name(ranked[0].value, ranked[0].language) if ranked else None

    def _translations(self, token: str) -> list[tuple[str, list[Shown]]]:
        """Return the labels and definitions in the other languages of the graph, by language."""
        labels = [fact.triple[2] for fact in self._documents.labels(token)]
        said = [parse(o) for o in labels if o.startswith('"')]
        said += [parse(o) for p in _DEFINITIONS for o in self._documents.objects(token, p) if o.startswith('"')]
        languages = dict.fromkeys(t.language for t in said if t.language and t.language != self._view.language)
        return [
            (
                WORDINGS[language]["name"] if language in WORDINGS else language,
                [Shown(t.value, language) for t in said if t.language == language],
            )
            for language in languages
        ]

    def _tree(self, token: str) -> list[Tree]:
        """Return the hierarchy that a term is in: what is above it, and all that is below."""
        hierarchy = self._vocabulary.hierarchy
        above = hierarchy.above(token)
        if not above and not hierarchy.below(token):
            return []
        within = {*above, token, *hierarchy.below(token)}
        tops = [other for other in (*above, token) if not hierarchy.above(other) & within]
        return [self.branch(top, within=within, here=token) for top in self.sorted(tops)]

    def _relations(self, token: str) -> list[tuple[str, list[Shown]]]:
        """Return the terms that are the same, have nothing in common or are the inverse, and those of others."""
        found = []
        for key, properties in (("same", _SAME), ("apart", _APART), ("inverse_of", _INVERSE)):
            others = {o for p in properties for o in self._documents.objects(token, p) if o.startswith("<")}
            others |= {s for p in properties for s in self._documents.subjects(p, token) if s.startswith("<")}
            own = sorted(other for other in others - {token} if self._vocabulary.is_own(other))
            if own:
                found.append((self._view.words[key], [self._names.shown(other) for other in own]))
        elsewhere = sorted(
            {
                o
                for p in _ELSEWHERE
                for o in self._documents.objects(token, p)
                if o.startswith("<") and not self._vocabulary.is_own(o)
            }
        )
        if elsewhere:
            found.append((self._view.words["elsewhere"], [self._foreign(other) for other in elsewhere]))
        return found

    def _foreign(self, token: str) -> Shown:
        """Return a term of another vocabulary with its prefixed name, which says whose it is."""
        shown, short = self._names.shown(token), self._names.project.compact(token[1:-1]).strip("<>")
        text = shown.text if short in (shown.text, token[1:-1]) else f"{shown.text} ({short})"
        return Shown(text, shown.language, shown.href)

    def _class_figures(self, token: str) -> list[tuple[str, str]]:
        n = self._vocabulary.usage.classes.get(token, 0)
        return [(self._view.words["instances"], self._number(n))]

    def _property_figures(self, token: str) -> list[tuple[str, str]]:
        use = self._vocabulary.usage.properties.get(token)
        words = self._view.words
        if use is None:
            return [(words["triples"], "0")]
        inferred = sum(n for _, n in self._vocabulary.usage.inferred.get(token, ()))
        figures = [("triples", use.triples), ("of_them_inferred", inferred)]
        figures += [("having", use.subjects), ("values", use.objects)]
        return [(words[key], self._number(n)) for key, n in figures if n or key == "triples"]

    def _class_tables(self, token: str) -> list[tuple[str, list[Row]]]:
        usage, words = self._vocabulary.usage, self._view.words
        return [
            table
            for table in (
                (words["its_properties"], self._rows(usage.from_class.get(token, ()))),
                (words["leading_to_it"], self._rows(usage.to_class.get(token, ()))),
            )
            if table[1]
        ]

    def _property_tables(self, token: str) -> list[tuple[str, list[Row]]]:
        usage, words = self._vocabulary.usage, self._view.words
        datatypes = [
            Row(self._names.shown(datatype), self._number(n), self._number(n))
            for datatype, n in usage.datatypes.get(token, ())
        ]
        return [
            table
            for table in (
                (words["leading_from"], self._rows(usage.subjects.get(token, ()))),
                (words["leading_to"], self._rows(usage.objects.get(token, ())) + datatypes),
            )
            if table[1]
        ]

    def _rows(self, sides: Sequence[Side]) -> list[Row]:
        """Return the rows of a table, those of most things first."""
        return [
            Row(self._names.shown(side.name), self._number(side.things), self._number(side.triples)) for side in sides
        ]

    def _first(self, token: str) -> list[Shown]:
        note("m", token)
        numbers = sorted(self._things.classes.get(token, ()))[:FIRST]
        return [self._names.shown(self._things.tokens[number]) for number in numbers]

    def _all(self, token: str) -> Shown | None:
        note("m", token)
        if len(self._things.classes.get(token, ())) <= FIRST:
            return None
        return Shown(self._view.words["all_of_them"], href=self._names.listed(token).href)

    def _inherited(self, token: str) -> list[Shown]:
        """Return the shapes that aim at a class above."""
        above, targets = self._vocabulary.hierarchy.above(token), self._vocabulary.checked.shapes.targets
        aimed = [node for node, found in targets.items() if any(t.kind == "class" and t.term in above for t in found)]
        return [self._names.shown(node) for node in aimed if self._vocabulary.is_own(node)]

    def _inferred(self, token: str) -> list[tuple[Shown, list[list[Shown]], str]]:
        """Return the rules that bring triples of a term: the name, the axioms that it applies, and how many."""
        found = []
        for rule, n in self._vocabulary.usage.inferred.get(token, ()):
            written = self._vocabulary.build_rules[rule - 1]
            axioms = [
                [self._names.shown(part) for part in axiom]
                for axiom in written["axioms"]
                if not any(part.startswith("_:") for part in axiom)
            ]
            own = self._vocabulary.saved.get(written["name"])
            name = self._titled(own, href=False) if own else Shown(written["name"])
            found.append((name, axioms, self._number(n)))
        return found

    def _titled(self, query: Query, *, href: bool) -> Shown:
        return Shown(
            query.title(self._view.language),
            None if self._view.language in query.titles else next(iter(query.titles), None),
            self._view.url(f"query/{query.name}") if href else None,
        )

    def _number(self, count: int) -> str:
        return number(str(count), self._view.language)
