"""Terms as canonical N-Triples tokens, and what a token says."""

import re
from decimal import Decimal, InvalidOperation
from typing import Literal, NamedTuple

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
XSD = "http://www.w3.org/2001/XMLSchema#"

TYPE = f"<{RDF}type>"

Kind = Literal["iri", "blank", "literal"]

_LITERAL = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"(?:\^\^<([^>]*)>|@([A-Za-z0-9-]+))?', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([tbnrf\"'\\])|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")
_ESCAPED = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_NUMBERS = {f"{XSD}{name}" for name in ("decimal", "integer", "double", "float")}
_TO_ESCAPE = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"}


class Term(NamedTuple):
    """What a token says: its kind, its IRI, label or lexical form, and a literal's datatype and language."""

    kind: Kind
    value: str
    datatype: str | None = None
    language: str | None = None


def parse(token: str) -> Term:
    """Return what ``token`` says. Raises ValueError for what is not an N-Triples token."""
    if token.startswith("<") and token.endswith(">"):
        return Term("iri", token[1:-1])
    if token.startswith("_:"):
        return Term("blank", token[2:])
    match = _LITERAL.fullmatch(token)
    if not match:
        raise ValueError(f"not an N-Triples term: {token}")
    lexical, datatype, language = match.groups()
    if "\\" in lexical:
        lexical = _ESCAPE.sub(lambda m: _ESCAPED[m[1]] if m[1] else chr(int(m[2] or m[3], 16)), lexical)
    if language:
        return Term("literal", lexical, f"{RDF}langString", language)
    return Term("literal", lexical, datatype or f"{XSD}string")


def same_value(one: str, other: str) -> bool:
    """Tell whether two tokens are one term, or numbers of one datatype and one value: a store may write 5.0 as 5."""
    if one == other:
        return True
    a, b = parse(one), parse(other)
    if a.kind != "literal" or a.datatype != b.datatype or a.datatype not in _NUMBERS:
        return False
    try:
        return Decimal(a.value) == Decimal(b.value)
    except InvalidOperation:
        return False


def iri(value: str) -> str:
    """Return the token of an IRI."""
    return f"<{value}>"


def literal(lexical: str, *, datatype: str | None = None, language: str | None = None) -> str:
    """Return the token of a literal; without datatype and language it is an xsd:string. Languages are lower case."""
    quoted = '"' + re.sub(r'[\\"\n\r]', lambda m: _TO_ESCAPE[m[0]], lexical) + '"'
    if language:
        return f"{quoted}@{language.lower()}"
    if datatype and datatype != f"{XSD}string":
        return f"{quoted}^^<{datatype}>"
    return quoted
