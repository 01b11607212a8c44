"""Places in a text, and the line at a place as compilers show it, with a caret below."""

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True, order=True)
class Span:
    """A piece of a file, from (line, column) up to but without (end_line, end_column).

    Lines and columns count from 1; columns count Unicode characters, not bytes and not UTF-16 units.
    """

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class Text:
    """A text whose offsets, counted in characters from 0, can be told as lines and columns."""

    content: str

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        end = self.content.find("\n")
        while end >= 0:
            starts.append(end + 1)
            end = self.content.find("\n", end + 1)
        return starts

    def span(self, start: int, end: int) -> Span:
        """Return the place of the characters from offset ``start`` up to but without ``end``."""
        line, end_line = bisect_right(self._starts, start), bisect_right(self._starts, end)
        return Span(line, start - self._starts[line - 1] + 1, end_line, end - self._starts[end_line - 1] + 1)

    def slice(self, span: Span) -> str:
        """Return the characters at a place."""
        start = self._starts[span.line - 1] + span.column - 1
        return self.content[start : self._starts[span.end_line - 1] + span.end_column - 1]


@dataclass(frozen=True)
class Excerpts:
    """The lines at places of files; the last file read is kept, so ask file by file.

    A file that cannot be read has no excerpt: what is wrong there is said elsewhere.
    """

    width: int = 120
    _kept: dict[Path, list[str]] = field(default_factory=dict, repr=False)

    def at(self, path: Path, span: Span) -> str:
        """Return the line of ``span`` with its number and a caret below, or an empty string.

        A long line is cut around the place. Tabs are kept below tabs, and a wide character gets two carets.
        """
        if path not in self._kept:
            self._kept.clear()
            try:
                self._kept[path] = path.read_bytes().decode("utf-8-sig").split("\n")
            except (OSError, UnicodeDecodeError):
                self._kept[path] = []
        lines = self._kept[path]
        if not 1 <= span.line <= len(lines):
            return ""
        return _pointed(lines[span.line - 1].rstrip("\r"), span, self.width)


def _pointed(line: str, span: Span, width: int) -> str:
    start = min(span.column - 1, len(line))
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    end = max(start + 1, min(end, len(line)))
    left = max(0, start - width // 3) if len(line) > width else 0
    shown = line[left : left + width]
    before = "…" if left else ""
    after = "…" if left + width < len(line) else ""
    pad = (" " if left else "") + "".join(_blank(c) for c in line[left:start])
    carets = "".join("^" * len(_blank(c)) for c in line[start : min(end, left + width)].replace("\t", " ")) or "^"
    gutter = f"{span.line:>5} | "
    return f"{gutter}{before}{shown}{after}\n{' ' * (len(gutter) - 2)}| {pad}{carets}"


def _blank(character: str) -> str:
    """Return blanks as wide as a character in a terminal."""
    if character == "\t":
        return "\t"
    if unicodedata.combining(character):
        return ""
    return "  " if unicodedata.east_asian_width(character) in "WF" else " "
