"""Which triples a SPARQL query can see: by the predicates of its patterns, for stores that hold no others."""

from collections.abc import Iterator
from typing import Any

from rdflib.paths import AlternativePath, InvPath, MulPath, NegatedPath, Path, SequencePath
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import URIRef


def footprint(parsed: Any) -> frozenset[str] | None:
    """Return the tokens of the predicates that a query, as rdflib parses it, can see; None when it can see all."""
    found: set[str] = set()
    for verb in verbs(translateQuery(parsed).algebra):
        if not isinstance(verb, URIRef | Path) or sees_all(verb):
            return None
        found |= steps(verb)
    return frozenset(found)


def steps(verb: Any) -> set[str]:
    """Return the tokens of the predicates that a verb, an IRI or a property path, walks over; ``?`` for others."""
    if isinstance(verb, URIRef):
        return {f"<{verb}>"}
    if isinstance(verb, NegatedPath):
        return {"?"}
    parts = verb.args if isinstance(verb, SequencePath | AlternativePath) else [getattr(verb, "arg", None) or verb.path]
    return set().union(*(steps(part) for part in parts))


def verbs(node: Any) -> Iterator[Any]:
    """Yield the verbs of all patterns in a part of a query; None for what a variable graph may be."""
    if isinstance(node, CompValue):
        if node.name in ("Graph", "GraphGraphPattern"):
            yield None
        for name, value in node.items():
            if name == "triples":
                for triple in value:  # a pattern, or in EXISTS a flat run of some
                    yield from list(triple)[1::3]
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
