"""A report for people: the findings of each file or shape, each with its line and a caret, then how many there are."""

from functools import lru_cache
from pathlib import Path
from typing import TextIO

from kg.validation.formats.context import Context
from kg.validation.report import Finding, Place, Report, Severity

_COLOURS: dict[Severity, str] = {"violation": "31", "warning": "33", "info": "36"}
_WIDTH = 160  # columns of a line that are shown; a longer one is cut around the caret


def write(out: TextIO, report: Report, context: Context) -> None:
    """Write the findings in groups, and a last line that counts them by severity.

    A finding is its place, severity, focus, path and value as CURIEs, the line with a caret below what is wrong, then
    its message and its shape, a suggestion, and what an inferred triple follows from.
    """
    for name, findings in context.groups(report):
        out.write(f"{name or context.word('nowhere')}\n")
        for finding in findings:
            _write(out, finding, context)
        out.write("\n")
    out.write(f"{context.count(report)}\n")


def _write(out: TextIO, finding: Finding, context: Context) -> None:
    colour = _COLOURS[finding.severity] if context.colour else None
    place = finding.place
    at = finding.at
    where = ""
    if context.group_by == "shape" and at:
        where = f"{at}: "
    elif place and place.line:
        where = f"{place.line}:{place.column}: "
    word = _painted(context.word(finding.severity), colour)
    out.write(f"  {where}{word}  {context.about(finding)}\n")
    if place and place.line:
        for line in excerpt(context.project.root, place, colour=colour):
            out.write(f"    {line}\n")
    message = context.message(finding).replace("\n", "\n    ")
    out.write(f"    {message} [{context.rule(finding.shape)}]\n".replace("     [", "    ["))
    if suggestion := context.suggestion(finding):
        out.write(f"    {context.word('fix').format(suggestion)}\n")
    for premise in finding.premises:
        out.write(f"    {context.word('from').format(premise)}\n")


def excerpt(root: Path, place: Place, *, colour: str | None = None) -> list[str]:
    """Return the line at a place, and below it a caret for each character that is meant; nothing without the file."""
    lines = _lines(root / place.file)
    if place.line is None or not 0 < place.line <= len(lines):
        return []
    line = lines[place.line - 1]
    start = (place.column or 1) - 1
    end = place.end_column - 1 if place.end_column and place.end_line in (None, place.line) else len(line)
    cut = max(0, start - _WIDTH // 2) if len(line) > _WIDTH else 0
    shown = line[cut : cut + _WIDTH]
    carets = "^" * max(1, min(end - start, len(shown) - (start - cut)))
    number = str(place.line)
    # A tab stays a tab, so that the caret is below what it means however wide tabs are.
    indent = "".join("\t" if c == "\t" else " " for c in shown[: start - cut])
    return [f"{number} | {shown}", f"{' ' * len(number)} | {indent}{_painted(carets, colour)}"]


@lru_cache(maxsize=1)
def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return []


def _painted(text: str, colour: str | None) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m" if colour else text
