"""Shapes in words: what each constraint asks, in a sentence whose terms are links."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kg.graph.terms import parse
from kg.service.names import Names, Shown
from kg.service.view import View
from kg.validation.messages import listed, wording
from kg.validation.paths import Path
from kg.validation.shapes import Constraint, Shape, Shapes, sh

_PROPERTY = sh("PropertyConstraintComponent")
_REFERRING = {"not", "and", "or", "xone", "node", "qualifiedValueShape"}


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a constraint asks: the pieces of a sentence, the shapes without a name that it means, a query if it is one.

    ``inner`` gives of each such shape its path, if it has one, and its own sentences.
    """

    pieces: Sequence[Shown]
    inner: "Sequence[tuple[Sequence[Shown], Sequence[Sentence]]]" = ()
    query: str | None = None


class Reader:
    """Puts the constraints of shapes into the words of one view."""

    def __init__(self, shapes: Shapes, names: Names, view: View) -> None:
        self._shapes = shapes
        self._names = names
        self._view = view

    def sentences(self, shape: Shape) -> list[Sentence]:
        """Return what the constraints of a shape ask, its property shapes aside."""
        return [self._sentence(c) for c in shape.constraints if c.component != _PROPERTY]

    def path(self, path: Path | None) -> list[Shown]:
        """Return a property path: its properties as links, between the marks of SPARQL."""
        return [] if path is None else list(self._path(path, inside=False))

    def message(self, shape: Shape) -> Shown | None:
        """Return what a shape says, in the language of the view, else in another."""
        return self.best(shape.messages)

    def best(self, tokens: Sequence[str]) -> Shown | None:
        """Return the text in the language of the view, else in the first of the others."""
        order = [self._view.language, *self._view.languages]
        terms = [parse(token) for token in tokens]
        ranked = sorted(terms, key=lambda t: order.index(t.language) if t.language in order else len(order))
        return Shown(ranked[0].value, ranked[0].language) if ranked else None

    def _sentence(self, constraint: Constraint) -> Sentence:
        words = wording(constraint)
        before, mark, after = (words.get(self._view.language) or words["en"]).partition("{}")
        nodes = [v for v in listed(constraint) if v.startswith("_:") and constraint.parameters.keys() & _REFERRING]
        inner = [(self.path(self._shapes[v].path), self._inside(self._shapes[v])) for v in nodes]
        query = None
        if constraint.source is not None:
            query = next((parse(q).value for q in self._shapes.values(constraint.source, sh("select"))), None)
            query = query or next((parse(q).value for q in self._shapes.values(constraint.source, sh("ask"))), None)
            said = self.best(self._shapes.values(constraint.source, sh("message")))
            if said:
                return Sentence([said], query=query)
        if not mark:
            return Sentence([Shown(before)], query=query)
        values = [token for token in listed(constraint) if token not in nodes]
        pieces = [Shown(before), *self._enumerated(values), Shown(after if values else after.lstrip(" ."))]
        if not values:
            pieces[0] = Shown(before.rstrip())
        return Sentence([piece for piece in pieces if piece.text], inner, query)

    def _inside(self, shape: Shape) -> list[Sentence]:
        """Return what a shape without a name asks, its property shapes within."""
        found = self.sentences(shape)
        for constraint in shape.constraints:
            if constraint.component == _PROPERTY:
                part = self._shapes[constraint.one("property")]
                found.append(Sentence((), [(self.path(part.path), self._inside(part))]))
        return found

    def _enumerated(self, tokens: Sequence[str]) -> Iterator[Shown]:
        for number, token in enumerate(tokens):
            if number:
                yield Shown(", ")
            yield self._names.shown(token)

    def _path(self, path: Path, *, inside: bool) -> Iterator[Shown]:
        if isinstance(path, str):
            yield self._names.shown(path)
            return
        operator, *parts = path
        if inside:
            yield Shown("(")
        if operator == "^":
            yield Shown(f"{self._view.words['inverse']} ")
        for number, part in enumerate(parts):
            if number:
                yield Shown(f" {self._view.words['or'] if operator == '|' else '/'} ")
            yield from self._path(part, inside=True)
        if operator in "*+?":
            yield Shown(operator)
        if inside:
            yield Shown(")")
