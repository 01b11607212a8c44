"""What a query may not do, found in its text before the engine sees it.

The engine would fetch what SERVICE names, so that no reading of the text may hide one. A ``<`` can begin an IRI or mean
«less than», and Oxigraph needs no space after a keyword: ``FILTER(?a<2)SERVICE#>`` and ``SERVICEex:x{`` are both calls
of a service. Both readings of each ``<`` are followed; an IRI with a scheme and ``//`` has one only.
"""

import re
from dataclasses import dataclass
from urllib.parse import urljoin

from kg.errors import QueryError
from kg.query.tokens import FORMS, Token, readings, tokens

_UPDATES = {"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"}
_VOLATILE = {"NOW", "RAND", "UUID", "STRUUID", "BNODE"}


class RefusedError(QueryError):
    """A query asks for what this service does not do."""


@dataclass(frozen=True)
class Screened:
    """What was read in a query: the graphs that it names after FROM, and whether each run may differ."""

    graphs: tuple[str, ...]
    volatile: bool


def screen(query: str, *, prefixes: dict[str, str], base: str) -> Screened:
    """Return what a query says of its dataset and functions. Raises RefusedError for SERVICE and updates."""
    found = tokens(query)
    _refuse_updates(found)
    _refuse_services(query)
    words = {token.word for token in found if token.kind == "word"}
    return Screened(tuple(_graphs(found, dict(prefixes), base)), bool(words & _VOLATILE))


def _refuse_updates(found: list[Token]) -> None:
    for token in found:
        if token.kind == "word" and token.word not in ("PREFIX", "BASE"):
            if token.word in _UPDATES and token.word not in FORMS:
                raise RefusedError("updates are refused: the graph is read only")
            return


def _refuse_services(query: str) -> None:
    """Refuse a word with SERVICE in it, and a name before a brace whose prefix may be the keyword and the prefix."""
    for token, following in readings(query):
        prefix = token.text.split(":", 1)[0] if token.kind == "name" and following == "{" else ""
        if "SERVICE" in token.word or "SERVICE" in prefix.upper():
            line = query.count("\n", 0, token.start) + 1
            raise RefusedError(f"SERVICE is refused (line {line}): this service asks no other")


def _graphs(found: list[Token], prefixes: dict[str, str], base: str) -> list[str]:
    """Return the IRIs after FROM and FROM NAMED (SPARQL 1.1, section 13.2), resolved as the query says."""
    graphs: list[str] = []
    for i, token in enumerate(found):
        following = found[i + 1 : i + 3]
        if token.word == "BASE" and following and following[0].kind == "iri":
            base = _resolved(base, following[0])
        elif token.word == "PREFIX" and len(following) == 2 and following[1].kind == "iri":
            prefixes[following[0].text.rstrip(":")] = _resolved(base, following[1])
        elif token.word == "FROM" and following:
            name = following[1] if following[0].word == "NAMED" and len(following) == 2 else following[0]
            if name.kind == "iri":
                graphs.append(_resolved(base, name))
            elif name.kind == "name":
                prefix, _, local = name.text.partition(":")
                if prefix in prefixes:  # else the parser says so
                    graphs.append(prefixes[prefix] + re.sub(r"\\(.)", r"\1", local))
    return graphs


def _resolved(base: str, token: Token) -> str:
    iri = token.text[1:-1]
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", iri):
        return iri
    return urljoin(base, iri) + ("#" if iri.endswith("#") else "")  # urljoin drops an empty fragment
