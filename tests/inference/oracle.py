"""owlrl, the reference, behind the filter that the two are compared through.

Compared: triples that were not asserted, whose subject is an IRI outside the RDF, RDFS, OWL and XSD vocabularies,
whose class is not an anonymous expression, that do not say a thing of itself, and that do not only say that
something is a thing, a class, a property or a literal of its datatype, or what owl:Nothing is.
"""

import owlrl
import rdflib

from kg.graph.quads import Graph
from kg.graph.terms import OWL, RDF, RDFS, TYPE, XSD, literal
from kg.inference.owl import schema as owl
from kg.inference.reasoning import infer
from kg.source.reader import Triple

_SPACES = tuple(f"<{space}" for space in (RDF, RDFS, OWL, XSD))
_ERROR = rdflib.URIRef("http://www.daml.org/2002/03/agents/agent-ont#ErrorMessage")
_LINKS = {TYPE, owl.SUB_CLASS, owl.EQUIVALENT_CLASS, owl.DOMAIN, owl.RANGE}
_REFLEXIVE = {owl.SUB_CLASS, owl.SUB_PROPERTY, owl.EQUIVALENT_CLASS, owl.EQUIVALENT_PROPERTY, f"<{OWL}sameAs>"}


def token(term: rdflib.term.Node) -> str:
    if isinstance(term, rdflib.Literal):
        return literal(str(term), datatype=term.datatype, language=term.language)
    return f"_:{term}" if isinstance(term, rdflib.BNode) else f"<{term}>"


def node(text: str) -> rdflib.term.Node:
    if text.startswith("_:"):
        return rdflib.BNode(text[2:])
    return rdflib.URIRef(text[1:-1]) if text.startswith("<") else rdflib.util.from_n3(text)


def compared(triples: set[Triple], asserted: set[Triple]) -> set[Triple]:
    return {
        (s, p, o)
        for s, p, o in triples - asserted
        if s.startswith("<")
        and not s.startswith(_SPACES)
        and not (p in _LINKS and (o.startswith(("_:", *_SPACES))))
        and not (p in _REFLEXIVE and s == o)
        and not p.startswith("_:")
    }


def ours(asserted: set[Triple]) -> set[Triple]:
    graph = Graph.create()
    graph.load([("data", "data", [("<http://g>", *triple) for triple in sorted(asserted)])])
    infer(graph)
    return compared(set(graph.inferred()), asserted)


def expanded(asserted: set[Triple]) -> rdflib.Graph:
    graph = rdflib.Graph()
    for s, p, o in asserted:
        graph.add((node(s), node(p), node(o)))
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False).expand(graph)
    return graph


def theirs(asserted: set[Triple]) -> set[Triple]:
    found = {(token(s), token(p), token(o)) for s, p, o in expanded(asserted) if not isinstance(s, rdflib.Literal)}
    return compared(found, asserted)


def they_contradict(asserted: set[Triple]) -> bool:
    return any(expanded(asserted).subjects(rdflib.RDF.type, _ERROR))
