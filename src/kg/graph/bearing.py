"""Whether quads bear on the answer of a query: one that no solution of its patterns can have changes nothing.

A quad bears on a pattern when it fits it, and each pattern that must be there beside it may be there too, with the
terms of the quad in the places of its variables. That is looked for pattern by pattern: what does not bear surely does
not; what does may still change nothing. What a query looks for is read by ``kg.graph.patterns``.
"""

from collections.abc import Collection
from typing import NamedTuple

from kg.graph.store import Store
from kg.source.reader import Quad

LITERAL = '"'
Term = str
"""The token of an IRI, ``?name``, or ``"`` for any literal."""
Wanted = tuple[Term, Term, Term]
"""A triple that is looked for."""


class Pattern(NamedTuple):
    """What a query looks for: a triple, or one of some predicates; and the triples that must be there beside it."""

    triple: Wanted | None
    predicates: frozenset[str]
    beside: tuple[Wanted, ...]


def bear(quads: Collection[Quad], found: Collection[Pattern], *, store: Store) -> bool:
    """Tell whether quads that a store has, or has no more, may bear on an answer."""
    return any(_bears(quad, pattern, quads, store) for pattern in found for quad in quads)


def _bears(quad: Quad, pattern: Pattern, quads: Collection[Quad], store: Store) -> bool:
    _, s, p, o = quad
    if pattern.triple is None:
        return p in pattern.predicates
    bound: dict[str, str] = {}
    for term, token in zip(pattern.triple, (s, p, o), strict=True):
        if not _fits(bound.setdefault(term, token) if term[0] == "?" else term, token):
            return False
    return all(_may_be_there(triple, bound, quads, store) for triple in pattern.beside)


def _fits(term: Term, token: str) -> bool:
    return term == token or (term == LITERAL and token[0] == LITERAL)


def _may_be_there(triple: Wanted, bound: dict[str, str], quads: Collection[Quad], store: Store) -> bool:
    """Tell whether there is a triple with what is bound of it, in a store or among quads."""
    if bound.keys().isdisjoint(triple):
        return True
    known = [bound.get(term, term) for term in triple]
    s, p, o = (None if term[0] in "?_" or term[0] == LITERAL else term for term in known)
    if known[0][0] == LITERAL:
        return False  # no literal is a subject
    if any(all(want in (None, token) for want, token in zip((s, p, o), quad[1:], strict=True)) for quad in quads):
        return True
    return next(store.quads(subject=s, predicate=p, object=o), None) is not None
