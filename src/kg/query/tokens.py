"""Cut a SPARQL query into tokens, so that a change never lands in a string, an IRI or a comment."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, cast

from kg.errors import QueryError

TokenKind = Literal["comment", "string", "iri", "variable", "blank", "name", "language", "number", "word", "mark"]
Form = Literal["SELECT", "ASK", "CONSTRUCT", "DESCRIBE"]

FORMS: tuple[Form, ...] = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")

_LOCAL = r"(?:[\w:·-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])"
# SPARQL 1.1, section 19.8, as far as the ends of tokens go; the longest match wins, hence the order.
_TOKEN = re.compile(
    rf"""
      (?P<comment>\#[^\n\r]*)
    | (?P<string>\"{{3}}(?:\"{{0,2}}(?:[^"\\]|\\.))*\"{{3}} | '{{3}}(?:'{{0,2}}(?:[^'\\]|\\.))*'{{3}}
                | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*')
    | (?P<iri><[^<>"{{}}|^`\\\x00-\x20]*>)
    | (?P<variable>[?$]\w+)
    | (?P<blank>_:\w(?:[\w.·-]*[\w·-])?)
    | (?P<name>(?:[^\W\d_](?:[\w.·-]*[\w·-])?)?:(?:(?:{_LOCAL}|\.)*{_LOCAL})?)
    | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<number>(?:\d+\.?\d*|\.\d+)[eE][+-]?\d+ | \d*\.\d+ | \d+)
    | (?P<word>[^\W\d]\w*)
    | (?P<mark>\^\^|&&|\|\||[<>!]=|\S)
    """,
    re.VERBOSE | re.DOTALL,
)
_WITH_AUTHORITY = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*://")
_PATTERN = ("{", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES")


@dataclass(frozen=True)
class Token:
    """A token: its kind, its text, and where it starts and ends in the query."""

    kind: TokenKind
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """The keyword in capitals, or the mark itself; empty for every other kind."""
        return self.text.upper() if self.kind in ("word", "mark") else ""

    @property
    def variable(self) -> str | None:
        """The name of a variable, without its ``?`` or ``$``."""
        return self.text[1:] if self.kind == "variable" else None


def tokens(query: str) -> list[Token]:
    """Return the tokens of a query in order, comments left out."""
    return [token for token in _all(query) if token.kind != "comment"]


def _all(query: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(query):
        yield Token(cast(TokenKind, match.lastgroup), match[0], match.start(), match.end())


def readings(query: str) -> Iterator[tuple[Token, str]]:
    """Yield each token that some reading of the query has, comments left out, and the mark after it or nothing.

    A ``<`` is the start of an IRI or «less than», as only the grammar knows; both are followed, but where an IRI's
    scheme and ``//`` cannot be an expression.
    """
    starts, seen = [0], {0}
    while starts:
        match = _TOKEN.search(query, starts.pop())
        if match is None:
            continue
        token = Token(cast(TokenKind, match.lastgroup), match[0], match.start(), match.end())
        if token.kind != "comment":
            following = _TOKEN.search(query, token.end)
            while following and following.lastgroup == "comment":
                following = _TOKEN.search(query, following.end())
            yield token, following[0] if following and following.lastgroup == "mark" else ""
        ends = {token.end}
        if token.kind == "iri" and not _WITH_AUTHORITY.match(token.text):
            ends.add(token.start + 1)
        starts += ends - seen
        seen |= ends


def line_of(query: str, position: int) -> int:
    """Return the line, from 1, of a position in the query."""
    return query.count("\n", 0, position) + 1


def form(query: str) -> Form:
    """Return the form of a query (SPARQL 1.1, section 16). Raises QueryError when it is none of the four."""
    for token in tokens(query):
        if token.kind == "word" and token.word not in ("PREFIX", "BASE"):
            for known in FORMS:
                if token.word == known:
                    return known
            break
    raise QueryError("not a query: SELECT, ASK, CONSTRUCT or DESCRIBE must follow the prefixes")


def declared(query: str) -> dict[str, str]:
    """Return the prefixes that a query declares, by name."""
    found = tokens(query)
    return {
        name.text[:-1]: iri.text[1:-1]
        for word, name, iri in zip(found, found[1:], found[2:], strict=False)
        if word.word == "PREFIX" and name.kind == "name" and iri.kind == "iri"
    }


def used(query: str) -> set[str]:
    """Return the names of the prefixes that a query uses or declares."""
    return {token.text.split(":", 1)[0] for token in tokens(query) if token.kind == "name"}


def over(query: str, default: Iterable[str], named: Iterable[str]) -> str:
    """Return a query over a dataset of these graphs, by IRI (SPARQL 1.1, section 13.2); one that says its own keeps it.

    Raises QueryError when it is no query.
    """
    clauses = [*(f"FROM <{iri}>" for iri in default), *(f"FROM NAMED <{iri}>" for iri in named)]
    if not clauses or any(token.word == "FROM" for token in tokens(query)):
        return query
    place = _after_head(query, form(query))
    return f"{query[:place]} {' '.join(clauses)} {query[place:]}"


def _after_head(query: str, kind: Form) -> int:
    """Return where the dataset of a query is said: after what is selected, before the pattern and what modifies it."""
    found = tokens(query)
    start = next(i for i, token in enumerate(found) if token.word == kind)
    depth, template = 0, False
    for before, token in zip(found[start:], found[start + 1 :], strict=False):
        if depth == 0 and token.word == "{" and kind == "CONSTRUCT" and before is found[start]:
            template = True
        elif depth == 0 and token.word in _PATTERN:
            return token.start
        depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(token.word, 0)
        if template and depth == 0:
            return token.end
    return found[-1].end
