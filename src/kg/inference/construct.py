"""CONSTRUCT queries as rules: plain joins are compiled, the rest is kept as SPARQL with what it depends on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import BNode, Literal, URIRef, Variable

from kg.errors import RuleError
from kg.graph.footprint import footprint, steps
from kg.graph.terms import literal
from kg.inference.rules import Atom, Rule, is_variable

_ANY = "?any"
_WORDS = {
    "LeftJoin": "OPTIONAL",
    "Minus": "MINUS",
    "Union": "UNION",
    "Filter": "FILTER",
    "Extend": "BIND",
    "values": "VALUES",
    "Project": "a sub-SELECT",
    "Builtin_EXISTS": "EXISTS",
    "Builtin_NOTEXISTS": "NOT EXISTS",
    "Group": "GROUP BY",
    "AggregateJoin": "GROUP BY",
    "OrderBy": "ORDER BY",
    "Slice": "LIMIT",
    "Distinct": "DISTINCT",
}
_PARSER_NOTES = re.compile(r"\s*\(at char \d+\), \(line:(\d+), col:\d+\)")


def read_rule(text: str, *, name: str, file: str) -> Rule:
    """Return the rule that a CONSTRUCT query states.

    Raises RuleError with the file (and line, for a syntax error) when it is not a CONSTRUCT over the merged
    graph, when its template makes blank nodes, or when a variable of the template is never bound.
    """
    try:
        parsed = parseQuery(text)
        query = translateQuery(parsed).algebra
    except Exception as error:  # the parser raises whatever its grammar met
        where = _PARSER_NOTES.search(str(error))
        message = _PARSER_NOTES.sub("", str(error)).splitlines()[0]
        raise RuleError(
            f"the rule does not parse: {message}", file=file, line=int(where[1]) if where else None
        ) from error
    if query.name != "ConstructQuery":
        raise RuleError("a rule must be a CONSTRUCT query", file=file)
    if query.datasetClause:
        raise RuleError("a rule sees the merged graph: FROM is not allowed", file=file)
    found = _Patterns(file)
    found.walk(query.p.p if query.p.name == "Project" else query.p, closed=False)
    body, closed = tuple(found.plain), tuple(found.closed)
    template = query.template if query.template is not None else _triples(query.p)
    head = tuple(_atom(triple, template=True, file=file) for triple in template)
    if not found.beyond:
        unbound = {place for atom in head for place in atom if is_variable(place)} - {p for atom in body for p in atom}
        if unbound:
            raise RuleError(f"the template uses {', '.join(sorted(unbound))}, which WHERE never binds", file=file)
        return Rule(name, head, body)
    everything, beyond = footprint(parsed) is None, tuple(sorted(found.beyond - {""}))
    return Rule(name, head, body, sparql=text, closed=closed, everything=everything, beyond=beyond)


@dataclass
class _Patterns:
    """The triple patterns of a query: those it joins, those that must be complete first, and what is no join."""

    file: str
    plain: list[Atom] = field(default_factory=list)
    closed: list[Atom] = field(default_factory=list)
    beyond: set[str] = field(default_factory=set)

    def walk(self, node: Any, *, closed: bool) -> None:
        if not isinstance(node, CompValue):
            if isinstance(node, list | tuple):
                for item in node:
                    self.walk(item, closed=closed)
            return
        match node.name:
            case "BGP":
                self._add(node.triples, closed=closed)
            case "TriplesBlock":  # inside EXISTS the parser leaves groups of flat triples
                flat = [tuple(group[i : i + 3]) for group in node.triples for i in range(0, len(group), 3)]
                self._add(flat, closed=closed)
            case "Join":
                self.walk([node.p1, node.p2], closed=closed)
            case "LeftJoin" | "Minus":
                self.beyond.add(_WORDS[node.name])
                self.walk(node.p1, closed=closed)
                self.walk([node.p2, node.expr], closed=True)
            case "Group" | "AggregateJoin" | "Builtin_NOTEXISTS" | "Builtin_EXISTS" | "OrderBy" | "Slice" | "Distinct":
                self.beyond.add(_WORDS[node.name])
                self.walk([value for value in node.values() if value is not node], closed=True)
            case "Graph" | "ServiceGraphPattern":
                raise RuleError("a rule sees the merged graph: GRAPH and SERVICE are not allowed", file=self.file)
            case _:
                self.beyond.add(_WORDS.get(node.name, ""))
                self.walk(list(node.values()), closed=closed)

    def _add(self, triples: Any, *, closed: bool) -> None:
        for triple in triples:
            if not isinstance(triple[1], URIRef | Variable):  # a property path: what it walks over must be complete
                self.beyond.add("a property path")
                found = sorted(steps(triple[1]))
                self.closed.extend((_ANY, _ANY if is_variable(step) else step, _ANY) for step in found)
            elif closed:
                self.closed.append(_atom(triple, template=False, file=self.file))
            else:
                self.plain.append(_atom(triple, template=False, file=self.file))


def _triples(node: Any) -> Iterator[Any]:
    """Yield the patterns of the short form CONSTRUCT WHERE { … }, whose template they are."""
    if isinstance(node, CompValue):
        if node.name == "BGP":
            yield from node.triples
        for value in node.values():
            yield from _triples(value)


def _atom(triple: Any, *, template: bool, file: str) -> Atom:
    s, p, o = (_place(term, template=template, file=file) for term in triple)
    return s, p, o


def _place(term: Any, *, template: bool, file: str) -> str:
    if isinstance(term, Variable):
        return f"?{term}"
    if isinstance(term, URIRef):
        return f"<{term}>"
    if isinstance(term, Literal):
        return literal(str(term), datatype=str(term.datatype) if term.datatype else None, language=term.language)
    if isinstance(term, BNode) and not template:
        return f"?_{term}"
    raise RuleError("a rule makes no blank nodes: give what it makes an IRI from its keys", file=file)
