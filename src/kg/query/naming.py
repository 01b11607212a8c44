"""Which IRIs a query names."""

import re
from collections.abc import Mapping
from urllib.parse import urljoin

from kg.query.tokens import declared, tokens

_ESCAPED = re.compile(r"\\(.)")


def named(query: str, *, prefixes: Mapping[str, str], base: str) -> frozenset[str]:
    """Return the IRIs that a query names, in its patterns and elsewhere; what it only declares is not named.

    ``prefixes`` are known without being declared, and relative IRIs are of ``base`` unless the query has its own
    (SPARQL 1.1, section 4.1).
    """
    known = {**prefixes, **declared(query)}
    found = set()
    declaring = False
    for before, token in zip([None, *tokens(query)], tokens(query), strict=False):
        word = before.word if before else ""
        if token.kind == "name":
            declaring = word == "PREFIX"
            prefix, _, local = token.text.partition(":")
            if not declaring and prefix in known:
                found.add(known[prefix] + _ESCAPED.sub(r"\1", local))
        elif token.kind == "iri":
            name = urljoin(base, token.text[1:-1])
            if word == "BASE":
                base = name
            elif not declaring:
                found.add(name)
            declaring = False
    return frozenset(found)
