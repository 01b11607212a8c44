"""What a query looks for: the triples of its patterns, each with those that must be there beside it."""

from collections.abc import Collection, Iterator
from typing import Any

from rdflib.paths import Path
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import BNode, URIRef, Variable

from kg.graph.bearing import LITERAL, Pattern, Term, Wanted
from kg.graph.footprint import sees_all, steps, verbs

_ABOVE = {"Project", "Distinct", "Reduced", "OrderBy", "Slice", "Group", "AggregateJoin", "Having", "Filter", "Extend"}


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


class _AnythingError(Exception):
    """What is looked for may be anything."""


def _patterns(node: Any, beside: tuple[Wanted, ...]) -> Iterator[Pattern]:
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


def _pattern(s: Any, verb: Any, o: Any, beside: tuple[Wanted, ...]) -> Pattern:
    if not isinstance(verb, Path):
        return Pattern((_term(s), _term(verb), _term(o)), frozenset(), beside)
    if sees_all(verb) or "?" in steps(verb):
        raise _AnythingError
    return Pattern(None, frozenset(steps(verb)), ())


def _needed(node: Any) -> tuple[Wanted, ...]:
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


def _plain(triples: Collection[Any]) -> Iterator[Wanted]:
    for s, verb, o in triples:
        if not isinstance(verb, Path):
            yield _term(s), _term(verb), _term(o)


def _term(term: Any) -> Term:
    if isinstance(term, Variable | BNode):
        return f"?{term.n3()}"
    return f"<{term}>" if isinstance(term, URIRef) else LITERAL
