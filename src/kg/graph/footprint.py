"""Which triples a SPARQL query can see: by the predicates of its patterns, for stores that hold no others."""

from collections.abc import Iterator
from typing import Any

from rdflib.paths import AlternativePath, InvPath, MulPath, NegatedPath, Path, SequencePath
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import URIRef

from kg.graph.terms import TYPE

Seen = tuple[str, str | None]
"""The token of a predicate, and of rdf:type that of the one class, where a query names it."""


def footprint(parsed: Any) -> frozenset[Seen] | None:
    """Return what triples a query, as rdflib parses it, can see; None when it can see all."""
    found: set[Seen] = set()
    for verb, value in verbs(translateQuery(parsed).algebra):
        if not isinstance(verb, URIRef | Path) or sees_all(verb):
            return None
        kind = f"<{value}>" if isinstance(verb, URIRef) and isinstance(value, URIRef) else None
        found |= {(step, kind if step == TYPE else None) for step in steps(verb)}
    return frozenset(found)


def steps(verb: Any) -> set[str]:
    """Return the tokens of the predicates that a verb, an IRI or a property path, walks over; ``?`` for others."""
    if isinstance(verb, URIRef):
        return {f"<{verb}>"}
    if isinstance(verb, NegatedPath):
        return {"?"}
    parts = verb.args if isinstance(verb, SequencePath | AlternativePath) else [getattr(verb, "arg", None) or verb.path]
    return set().union(*(steps(part) for part in parts))


def verbs(node: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the verbs of patterns, each with what comes after it; None for a pattern of any graph."""
    if isinstance(node, CompValue):
        if node.name in ("Graph", "GraphGraphPattern"):
            yield None, None
        for name, value in node.items():
            if name == "triples":
                for triple in value:  # a pattern, or in EXISTS a flat run of some
                    flat = list(triple)
                    yield from zip(flat[1::3], flat[2::3], strict=True)
            else:
                yield from verbs(value)
    elif isinstance(node, list | tuple):
        for item in node:
            yield from verbs(item)


def sees_all(verb: Any) -> bool:
    """Tell whether a path can join a node with itself that no triple of its own has led to."""
    if isinstance(verb, InvPath):
        return sees_all(verb.arg)
    if isinstance(verb, SequencePath):
        return all(sees_all(part) for part in verb.args)
    if isinstance(verb, AlternativePath):
        return any(sees_all(part) for part in verb.args)
    return (isinstance(verb, MulPath) and verb.zero) or "?" in steps(verb)
