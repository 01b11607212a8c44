"""Terms as rdflib has them, for the engines of reference."""

from rdflib.term import BNode, Literal, Node, URIRef

from kg.graph.terms import XSD, iri, literal, parse


def to_rdflib(token: str) -> Node:
    """Return rdflib's term of a token, its lexical form kept."""
    term = parse(token)
    if term.kind == "iri":
        return URIRef(term.value)
    if term.kind == "blank":
        return BNode(term.value)
    if term.language:
        return Literal(term.value, lang=term.language, normalize=False)
    datatype = None if term.datatype == f"{XSD}string" else term.datatype
    return Literal(term.value, datatype=datatype, normalize=False)


def from_rdflib(term: Node) -> str:
    """Return the token of rdflib's term."""
    if isinstance(term, Literal):
        return literal(str(term), datatype=term.datatype, language=term.language)
    return f"_:{term}" if isinstance(term, BNode) else iri(str(term))
