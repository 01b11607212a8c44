"""A report for people: the findings of each file or shape, each with its line and a caret, then how many there are."""

from typing import TextIO

from kg.source.excerpt import Excerpts
from kg.validation.formats.context import Context
from kg.validation.report import Finding, Report, Severity

_COLOURS: dict[Severity, str] = {"violation": "31", "warning": "33", "info": "36"}


def write(out: TextIO, report: Report, context: Context) -> None:
    """Write the findings in groups, and a last line that counts them by severity.

    A finding is its place, severity, focus, path and value as CURIEs, the line with a caret below what is wrong, then
    its message and its shape, a suggestion, and what an inferred triple follows from.
    """
    excerpts = Excerpts()
    for name, findings in context.groups(report):
        out.write(f"{name or context.word('nowhere')}\n")
        for finding in findings:
            _write(out, finding, context, excerpts)
        out.write("\n")
    out.write(f"{context.count(report)}\n")


def _write(out: TextIO, finding: Finding, context: Context, excerpts: Excerpts) -> None:
    colour = _COLOURS[finding.severity] if context.colour else None
    place = finding.place
    at = finding.at
    where = ""
    if context.group_by == "shape" and at:
        where = f"{at}: "
    elif place and place.span:
        where = f"{place.line}:{place.column}: "
    word = _painted(context.word(finding.severity), colour)
    out.write(f"  {where}{word}  {context.about(finding)}\n")
    if place and place.span and (shown := excerpts.at(context.project.root / place.file, place.span)):
        line, carets = shown.split("\n")
        gutter, _, marks = carets.partition("| ")
        out.write(f"  {line}\n  {gutter}| {_painted(marks, colour)}\n")
    said = f"{context.message(finding)} [{context.rule(finding.shape)}]".strip().replace("\n", "\n    ")
    out.write(f"    {said}\n")
    if suggestion := context.suggestion(finding):
        out.write(f"    {context.word('fix').format(suggestion)}\n")
    for premise in finding.premises:
        out.write(f"    {context.word('from').format(premise)}\n")


def _painted(text: str, colour: str | None) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m" if colour else text
