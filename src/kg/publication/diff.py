"""What differs between two graphs, by resource and property, and as quads."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from kg.graph.blanks import align
from kg.graph.terms import TYPE, parse
from kg.publication.sides import Side
from kg.source.reader import Quad, Triple

Kind = Literal["added", "removed", "changed", "restated"]


@dataclass(frozen=True)
class Change:
    """What became of the values of a property of a subject, tokens all.

    ``old`` and ``new`` are the values that are gone and that came; a literal's language has changes of its own.
    ``restated`` is of one value, in both: the graphs that state it no more and those that do now are ``left`` and
    ``entered``.
    """

    kind: Kind
    subject: str
    predicate: str
    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    entered: tuple[str, ...] = ()


@dataclass(frozen=True)
class Resource:
    """A resource that differs, by its token: new, gone or changed, with the changes of the blank nodes below it."""

    token: str
    kind: Kind
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Diff:
    """How ``new`` differs from ``old``: by resource, and the quads to take out and to put in, sorted.

    The blank nodes have the labels of ``old``, and those that it lacks others.
    """

    old: Side
    new: Side
    resources: tuple[Resource, ...]
    gone: tuple[Quad, ...]
    fresh: tuple[Quad, ...]

    def __bool__(self) -> bool:
        """Tell whether anything differs."""
        return bool(self.gone or self.fresh)

    def count(self, kind: Kind) -> int:
        """Return how many resources are of a kind."""
        return sum(resource.kind == kind for resource in self.resources)


def compare(old: Side, new: Side, *, inferred: bool = False) -> Diff:
    """Return how ``new`` differs from ``old`` in the quads of their named graphs, the ``inferred`` ones when asked."""
    before = set(old.quads(inferred=inferred))
    after = set(align(list(new.quads(inferred=inferred)), old=before))
    gone, fresh = before - after, after - before
    return Diff(old, new, _resources(before, after, gone, fresh), tuple(sorted(gone)), tuple(sorted(fresh)))


def _resources(before: set[Quad], after: set[Quad], gone: set[Quad], fresh: set[Quad]) -> tuple[Resource, ...]:
    owners = _owners(before) | _owners(after)
    there, here = {s for _, s, _, _ in before}, {s for _, s, _, _ in after}
    changes: defaultdict[str, list[Change]] = defaultdict(list)
    for change in _changes(before, after, gone, fresh):
        changes[_owner(change.subject, owners)].append(change)
    resources = []
    for token, found in sorted(changes.items()):
        kind: Kind = "changed" if (token in there) == (token in here) else "added" if token in here else "removed"
        resources.append(Resource(token, kind, tuple(sorted(found, key=_order))))
    return tuple(resources)


def _order(change: Change) -> tuple[bool, str, bool, str, tuple[str, ...], tuple[str, ...]]:
    """Order changes: those of the resource before those of blank nodes, its types before the rest."""
    blank = change.subject.startswith("_:")
    return blank, change.subject, change.predicate != TYPE, change.predicate, change.old, change.new


def _changes(before: set[Quad], after: set[Quad], gone: set[Quad], fresh: set[Quad]) -> Iterable[Change]:
    touched = {quad[1:] for quad in gone | fresh}
    left, entered = _graphs(gone, touched), _graphs(fresh, touched)
    was, remains = _graphs(before, touched), _graphs(after, touched)
    values: defaultdict[tuple[str, str, str | None], tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for s, p, o in sorted(touched):
        triple = (s, p, o)
        if triple in was and triple in remains:
            graphs = (tuple(sorted(of.get(triple, ()))) for of in (left, entered))
            yield Change("restated", s, p, (o,), (o,), *graphs)
        else:
            language = parse(o).language if o.startswith('"') else None
            values[s, p, language][triple in remains].append(o)
    for (s, p, _), (old, new) in values.items():
        kind: Kind = "changed" if old and new else "added" if new else "removed"
        yield Change(kind, s, p, tuple(old), tuple(new))


def _graphs(quads: Iterable[Quad], triples: set[Triple]) -> Mapping[Triple, set[str]]:
    """Return the graphs that state each of some triples."""
    graphs: defaultdict[Triple, set[str]] = defaultdict(set)
    for g, *triple in quads:
        if (found := (triple[0], triple[1], triple[2])) in triples:
            graphs[found].add(g)
    return graphs


def _owners(quads: Iterable[Quad]) -> dict[str, str]:
    """Return, of each blank node that a triple names, the least of its subjects."""
    owners: dict[str, str] = {}
    for _, s, _, o in quads:
        if o.startswith("_:") and s != o:
            owners[o] = min(s, owners.get(o, s))
    return owners


def _owner(subject: str, owners: Mapping[str, str]) -> str:
    """Return the resource that a blank node belongs to, or the subject itself."""
    seen: set[str] = set()
    token = subject
    while token.startswith("_:") and token in owners and token not in seen:
        seen.add(token)
        token = owners[token]
    return token if token.startswith("<") else subject
