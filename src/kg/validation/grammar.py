"""Read the text of a SPARQL constraint as SHACL wants it (SHACL, section 5 and appendix A), by rdflib's parser."""

from collections.abc import Collection, Iterator
from typing import Any

from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Variable

from kg.graph.footprint import footprint
from kg.validation.analyses import Analysis

_FORBIDDEN = {"MinusGraphPattern": "MINUS", "ServiceGraphPattern": "SERVICE", "InlineData": "VALUES"}
_PLAIN = {"TriplesBlock", "Filter", "Bind", "OptionalGraphPattern"}


def analyse(text: str, prebound: Collection[str]) -> Analysis:
    """Return what a query tells. Raises ValueError for one that does not parse, or that SHACL does not allow."""
    try:
        parsed_query = parseQuery(text)
        parsed = parsed_query[1]
    except Exception as error:  # the parser raises whatever its grammar met
        raise ValueError(f"does not parse: {str(error).splitlines()[0]}") from error
    if why := next(_faults(parsed, prebound), None):
        raise ValueError(f"{why} (SHACL, appendix A)")
    plain = _plain(parsed.where) and not (parsed.groupby or parsed.having or parsed.limitoffset)
    return Analysis(plain, footprint(parsed_query))


def _faults(node: Any, prebound: Collection[str]) -> Iterator[str]:
    """Yield what SHACL does not allow in a query with pre-bound variables (appendix A)."""
    if not isinstance(node, CompValue):
        if isinstance(node, list | tuple) or hasattr(node, "asList"):
            for item in node:
                yield from _faults(item, prebound)
        return
    if node.name in _FORBIDDEN:
        yield f"uses {_FORBIDDEN[node.name]}, which SHACL does not allow"
    if node.name == "SubSelect":
        returned = {str(item.var or item.evar) for item in node.projection or ()} or set(_visible(node.where))
        if "this" not in returned:
            yield "has a sub-SELECT that does not return $this"
    assigned = node.var if node.name == "Bind" else node.evar if node.name == "vars" else None
    if assigned is not None and str(assigned) in prebound:
        yield f"assigns a value to ${assigned}, which is pre-bound"
    for value in node.values():
        yield from _faults(value, prebound)


def _visible(node: Any) -> Iterator[str]:
    """Yield the variables that a group binds: those of its patterns, not those of its filters alone."""
    if isinstance(node, Variable):
        yield str(node)
    elif isinstance(node, CompValue):
        if node.name != "Filter":
            for value in node.values():
                yield from _visible(value)
    elif isinstance(node, list | tuple) or hasattr(node, "asList"):
        for item in node:
            yield from _visible(item)


def _plain(group: Any) -> bool:
    """Return whether a variable bound at the head of a group is bound wherever the group uses it."""
    if not isinstance(group, CompValue) or group.name != "GroupGraphPatternSub":
        return False
    return all(part.name in _PLAIN and all(_plain(inner) for inner in _groups(part)) for part in group.part or [])


def _groups(node: Any) -> Iterator[CompValue]:
    """Yield the outermost groups inside a part of a group."""
    if isinstance(node, CompValue):
        for value in node.values():
            if isinstance(value, CompValue) and value.name in (
                "GroupGraphPatternSub",
                "SubSelect",
                "GroupOrUnionGraphPattern",
            ):
                yield value
            else:
                yield from _groups(value)
    elif isinstance(node, list | tuple) or hasattr(node, "asList"):
        for item in node:
            yield from _groups(item)
