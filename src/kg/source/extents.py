"""Find where each triple of a Turtle-like text stands, without reading its terms.

The scan knows the grammar of Turtle 1.1 (section 6.5), TriG 1.1 (section 4), N-Triples and N-Quads as far as
places need it. It yields one entry per triple, in the order in which Oxigraph's parser gives them, and is meant
for texts that this parser takes: of others it says as much as it can and stops.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from kg.source.tokens import BLANK, IRI, KEYWORD, SIGN, STRING, TERM, WORD

Extent = tuple[int, int]
"""The offsets of a token, in characters from 0: its start, and the first after its end."""
Extents = tuple[Extent, Extent, Extent]
"""The extents of a triple's subject, predicate and object."""

_ANONYMOUS = rf"\[{BLANK}\]|\({BLANK}\)"
_TOKEN = re.compile(rf"{BLANK}(?:({_ANONYMOUS}|{TERM})|({SIGN}))", re.DOTALL)
_DIRECTIVE = re.compile(
    rf"(?i:@?prefix){BLANK}{WORD}{BLANK}{IRI}|(?i:@?base){BLANK}{IRI}|(?i:@?version){BLANK}{STRING}|(?i:graph)"
)
_DOT = re.compile(rf"{BLANK}\.")
_SIMPLE = r"[A-Za-z_][A-Za-z0-9_-]*:[A-Za-z0-9_-]*"
# The common line: a verb, an object, and what ends them.
_LINE = re.compile(
    rf"[ \t\r\n]*(a|{_SIMPLE})[ \t]+({_SIMPLE}|{IRI}|\"[^\"\\\r\n]*+\"(?:@[a-z]+|\^\^{_SIMPLE})?)"
    r"[ \t]*([;,.])(?=[ \t\r\n])"
)
_CLOSING = {"[": "]", "(": ")"}

# What may come next.
_STATEMENT, _VERB, _OBJECT, _AFTER = range(4)


class _Frame(NamedTuple):
    """A bracket that is open: what closes it, the subject and predicate to go back to, and where it stands."""

    closing: str
    subject: Extent
    predicate: Extent
    opening: Extent
    as_subject: bool


def extents(text: str) -> Iterator[Extents]:
    """Yield the extents of every triple of a Turtle, TriG, N-Triples or N-Quads text.

    A keyword ``a`` stands for its predicate, ``[`` for the node of a property list, ``[]`` and ``()`` for
    themselves. In a collection ``(`` is its first cell, every member the cell that holds it, ``)`` the end;
    the ``rdf:first`` of a cell stands at its member, the ``rdf:rest`` at the next one or at the end.

    The parser gives what one token completes in reverse: the member before the link to its cell. A string is
    complete at the next token only, when it has neither language nor datatype.
    """
    token, line = _TOKEN.match, _LINE.match
    stack: list[_Frame] = []
    link: Extents | None = None  # the triple that leads to the cell whose member comes next
    late: Extents | None = None  # the triple of a string that a language or a datatype could still have followed
    s = p = (0, 0)
    at, state = 0, _STATEMENT
    while True:
        if state == _VERB:
            while found := line(text, at):
                p = found.span(1)
                yield s, p, found.span(2)
                at = found.end()
                if found[3] != ";":
                    state = _OBJECT if found[3] == "," else _STATEMENT
                    break
            if state != _VERB:
                continue
        found = token(text, at)
        if not found:
            return
        at = found.end()
        here = found.span(found.lastindex or 0)
        sign = text[here[0]] if found.lastindex == 2 else ""
        if state == _OBJECT:
            if sign and sign not in "[(":
                return
            item = (s, p, here)
            simple = not sign and text[here[0]] not in "[("
            string = simple and text[here[1] - 1] in "\"'"
            if simple and not string:
                yield item
            if link:
                yield link
            if late:
                yield late
            link, late = None, item if string else None
            if not sign:
                if not simple:
                    yield item
                state = _AFTER
                continue
            stack.append(_Frame(_CLOSING[sign], s, p, here, as_subject=False))
            s, state = here, _VERB
            if sign == "(":
                link, p, state = item, _next(text, at), _OBJECT
        elif state == _AFTER and stack and stack[-1].closing == ")":
            rest = (s, here, here)
            if sign == ")":
                yield rest
                if late:
                    yield late
                    late = None
                frame = stack.pop()
                if frame.as_subject:
                    s, state = frame.opening, _VERB
                else:
                    s, p = frame.subject, frame.predicate
            else:
                cell = (here[0], here[0] + 1) if sign else here
                link, s, p, at, state = (s, cell, cell), cell, cell, here[0], _OBJECT
        elif sign == "]":
            if not stack:
                return
            frame = stack.pop()
            if frame.as_subject:
                s, state = frame.opening, _VERB
            else:
                s, p, state = frame.subject, frame.predicate, _AFTER
                yield s, p, frame.opening
            if late:
                yield late
                late = None
        elif state == _AFTER:
            if late:
                yield late
                late = None
            if sign == ";":
                state = _VERB
            elif sign == ",":
                state = _OBJECT
            elif sign in (".", "}") and sign:
                state = _STATEMENT
            elif sign:  # a fourth term is the graph of N-Quads
                return
        elif state == _VERB:
            if not sign:
                p, state = here, _OBJECT
            elif sign != ";":  # the end of a statement, a graph's opening or its end
                state = _STATEMENT
        elif sign in ("[", "("):
            stack.append(_Frame(_CLOSING[sign], s, p, here, as_subject=True))
            s, state = here, _VERB
            if sign == "(":
                p, state = _next(text, at), _OBJECT
        elif sign == "@" or (not sign and KEYWORD.fullmatch(found[1])):
            end = _after_directive(text, here[0])
            if end is None:
                return
            at = end
        elif not sign:
            s, state = here, _VERB


def labels(text: str) -> Iterator[Extent]:
    """Yield the extents of the names of the graphs of a TriG text, each before its ``{``."""
    at, last = 0, None
    while found := _TOKEN.match(text, at):
        at = found.end()
        if found[2] == "{" and last is not None:
            yield last
        last = found.span(1) if found[1] else None


def _next(text: str, at: int) -> Extent:
    """Return where the next token stands, its opening bracket alone if it has one."""
    found = _TOKEN.match(text, at)
    return found.span(found.lastindex or 0) if found else (at, at)


def _after_directive(text: str, at: int) -> int | None:
    """Return the end of the directive at an offset, or None when it is not whole; ``GRAPH`` is one by itself."""
    found = _DIRECTIVE.match(text, at)
    if found and text[at] == "@":
        found = _DOT.match(text, found.end())
    return found.end() if found else None
