"""The tokens of Turtle, TriG, N-Triples and N-Quads, as regular expressions and with the comments around them.

They are those of Turtle 1.1, section 6.5, taken widely: what a token may hold is for Oxigraph's parser to judge,
where one ends is the same.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

BLANK = r"(?:[ \t\r\n]+|#[^\r\n]*)*+"
IRI = r"<[^<>\s]*>"
WORD = (
    r"(?!\.)(?:[^ \t\r\n<>\"'{}()\[\];,.#\\@^~|`]++|\\."
    r"|\.+(?=[^ \t\r\n<>\"'{}()\[\];,.#@^~|`]))+"
)
NODE = r"_:(?:[^ \t\r\n<>\"'{}()\[\];,.#\\@^~|`:]++|\.+(?=[^ \t\r\n<>\"'{}()\[\];,.#\\@^~|`:]))+"
NUMBER = r"[+-]?(?:[0-9]+\.[0-9]*[eE][+-]?[0-9]+|\.?[0-9]+[eE][+-]?[0-9]+|[0-9]*\.[0-9]+|[0-9]+)"
STRING = (
    r'(?:"""(?:[^"\\]|\\.|"(?!""))*+"""' r"|'''(?:[^'\\]|\\.|'(?!''))*+'''"
    r'|"(?:[^"\\\r\n]|\\.)*+"' r"|'(?:[^'\\\r\n]|\\.)*+')"
)  # fmt: skip
LITERAL = rf"{STRING}(?:{BLANK}(?:@[A-Za-z]+(?:-[A-Za-z0-9]+)*|\^\^{BLANK}(?:{IRI}|{WORD})))?"
TERM = rf"{IRI}|{LITERAL}|{NUMBER}|{NODE}|{WORD}"
SIGN = r"@[A-Za-z]+|[;,.\[\](){}]"
KEYWORD = re.compile(r"(?i:prefix|base|version|graph)")

_LEXEME = re.compile(rf"([ \t\r\n]+)|(#[^\r\n]*)|({TERM})|({SIGN})", re.DOTALL)


@dataclass
class Token:
    """A token with its comments: the lines above it (an empty one is a gap), and those behind it on its line.

    ``fresh`` says that it is the first of its line. The last token of a text is empty.
    """

    text: str
    sign: bool = False
    fresh: bool = True
    above: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a text, then an empty one; at what is none, an empty one ends the text early."""
    at, fresh, above = 0, True, list[str]()
    last: Token | None = None
    while found := _LEXEME.match(text, at):
        at = found.end()
        blank, comment, term, _ = found.groups()
        if blank is not None:
            breaks = blank.count("\n")
            fresh = fresh or breaks > 0
            if breaks > 1 and above:
                above.append("")
        elif comment is not None and not fresh and last is not None:
            last.behind.append(comment.rstrip())
        elif comment is not None:
            above.append(comment.rstrip())
        else:
            if last is not None:
                yield last
            last = Token(found[0], term is None, fresh, _gaps(above))
            fresh, above = False, []
    if last is not None:
        yield last
    yield Token("", at == len(text), True, _gaps(above))


def _gaps(lines: list[str]) -> list[str]:
    """Return comment lines with at most one empty line between two."""
    return [line for line, before in zip(lines, ["#", *lines], strict=False) if line or before]
