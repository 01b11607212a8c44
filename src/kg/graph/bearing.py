"""Whether quads bear on the answer of a query: one that no solution of its patterns can have changes nothing.

A quad bears on a pattern when it fits it, and each pattern that must be there beside it may be there too, with the
terms of the quad in the places of its variables. That is looked for pattern by pattern: what does not bear surely does
not; what does may still change nothing.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from rdflib.paths import Path
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import BNode, URIRef, Variable

from kg.graph.footprint import sees_all, steps, verbs
from kg.graph.store import Store
from kg.source.reader import Quad

_LITERAL = '"'
_ABOVE = {"Project", "Distinct", "Reduced", "OrderBy", "Slice", "Group", "AggregateJoin", "Having", "Filter", "Extend"}
_Term = str
"""The token of an IRI, ``?name``, or ``"`` for any literal."""
_Triple = tuple[_Term, _Term, _Term]


@dataclass(frozen=True)
class Pattern:
    """What a query looks for: a triple, or one of some predicates; and the triples that must be there beside it."""

    triple: _Triple | None
    predicates: frozenset[str]
    beside: tuple[_Triple, ...]


def patterns(query: str, *, base: str) -> tuple[Pattern, ...] | None:
    """Return what a query looks for, its relative IRIs below ``base``; None when that may be anything."""
    try:
        parsed = parseQuery(query)
        algebra = translateQuery(parsed, base=base).algebra
    except Exception:  # the parser raises whatever its grammar met
        return None
    if algebra.name not in ("SelectQuery", "AskQuery") or algebra.datasetClause:
        return None
    try:
        return tuple(_patterns(algebra.p, ()))
    except _AnythingError:
        return None


def bear(quads: Collection[Quad], found: Collection[Pattern], *, store: Store) -> bool:
    """Tell whether quads that a store has, or has no more, may bear on an answer."""
    return any(_bears(quad, pattern, quads, store) for pattern in found for quad in quads)


class _AnythingError(Exception):
    """What is looked for may be anything."""


def _patterns(node: Any, beside: tuple[_Triple, ...]) -> Iterator[Pattern]:
    """Yield the patterns of a part of a query, whose solutions are joined with those of the triples ``beside``."""
    match node.name:
        case "BGP":
            triples = list(node.triples)
            for place, (s, verb, o) in enumerate(triples):
                others = (*beside, *_plain(triples[:place] + triples[place + 1 :]))
                yield _pattern(s, verb, o, others)
        case "Join":
            yield from _patterns(node.p1, (*beside, *_needed(node.p2)))
            yield from _patterns(node.p2, (*beside, *_needed(node.p1)))
        case "LeftJoin" | "Minus":
            yield from _patterns(node.p1, beside)
            yield from _patterns(node.p2, (*beside, *_needed(node.p1)))
        case "Union":
            yield from _patterns(node.p1, beside)
            yield from _patterns(node.p2, beside)
        case "Graph" if node.p.name == "BGP" and node.p.triples:
            yield from _patterns(node.p, beside)
        case "ToMultiSet":  # a variable of a sub-SELECT may be another one than outside
            yield from _patterns(node.p, ())
        case "values":
            pass
        case name if name in _ABOVE:
            yield from _patterns(node.p, beside)
        case _:
            raise _AnythingError
    yield from _inside(node)


def _inside(node: CompValue) -> Iterator[Pattern]:
    """Yield the patterns of EXISTS in what a part of a query computes, by their predicates alone."""
    for name, value in node.items():
        if name not in ("p", "p1", "p2", "triples"):
            for verb, _ in verbs(value):
                if not isinstance(verb, URIRef | Path) or sees_all(verb):
                    raise _AnythingError
                yield Pattern(None, frozenset(steps(verb)), ())


def _pattern(s: Any, verb: Any, o: Any, beside: tuple[_Triple, ...]) -> Pattern:
    if not isinstance(verb, Path):
        return Pattern((_term(s), _term(verb), _term(o)), frozenset(), beside)
    if sees_all(verb) or "?" in steps(verb):
        raise _AnythingError
    return Pattern(None, frozenset(steps(verb)), ())


def _needed(node: Any) -> tuple[_Triple, ...]:
    """Return triples that are there for each solution of a part of a query."""
    match node.name:
        case "BGP":
            return tuple(_plain(node.triples))
        case "Join":
            return (*_needed(node.p1), *_needed(node.p2))
        case "LeftJoin" | "Minus":
            return _needed(node.p1)
        case "Filter" | "Extend" | "Graph":
            return _needed(node.p)
    return ()


def _plain(triples: Collection[Any]) -> Iterator[_Triple]:
    for s, verb, o in triples:
        if not isinstance(verb, Path):
            yield _term(s), _term(verb), _term(o)


def _term(term: Any) -> _Term:
    if isinstance(term, Variable | BNode):
        return f"?{term.n3()}"
    return f"<{term}>" if isinstance(term, URIRef) else _LITERAL


def _bears(quad: Quad, pattern: Pattern, quads: Collection[Quad], store: Store) -> bool:
    _, s, p, o = quad
    if pattern.triple is None:
        return p in pattern.predicates
    bound: dict[str, str] = {}
    for term, token in zip(pattern.triple, (s, p, o), strict=True):
        if not _fits(bound.setdefault(term, token) if term[0] == "?" else term, token):
            return False
    return all(_may_be_there(triple, bound, quads, store) for triple in pattern.beside)


def _fits(term: _Term, token: str) -> bool:
    return term == token or (term == _LITERAL and token[0] == _LITERAL)


def _may_be_there(triple: _Triple, bound: dict[str, str], quads: Collection[Quad], store: Store) -> bool:
    """Tell whether there is a triple with what is bound of it, in a store or among quads."""
    if bound.keys().isdisjoint(triple):
        return True
    known = [bound.get(term, term) for term in triple]
    s, p, o = (None if term[0] in "?_" or term[0] == _LITERAL else term for term in known)
    if known[0][0] == _LITERAL:
        return False  # no literal is a subject
    if any(all(want in (None, token) for want, token in zip((s, p, o), quad[1:], strict=True)) for quad in quads):
        return True
    return next(store.quads(subject=s, predicate=p, object=o), None) is not None
