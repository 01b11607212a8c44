"""A report in Markdown for the comment of a pull request: how many there are, then a fold per file or shape."""

import re
from typing import TextIO

from kg.validation.formats.context import Context
from kg.validation.report import Finding, Report, Severity

LIMIT = 60_000  # characters; GitHub takes 65 536 in a comment
_MARKS: dict[Severity, str] = {"violation": "❌", "warning": "⚠️", "info": "ℹ️"}


def write(out: TextIO, report: Report, context: Context) -> None:
    """Write the report in at most ``LIMIT`` characters, and say how many findings found no room."""
    head = f"### {'✅' if context.conforms(report) else _MARKS[report.worst or 'info']} {context.word('title')}\n\n"
    head += f"{context.count(report)}\n"
    out.write(head)
    room = LIMIT - len(head) - 200
    written = 0
    for name, findings in context.groups(report):
        opening = f"\n<details><summary>{_plain(name or context.word('nowhere'))}</summary>\n\n"
        room -= len(opening) + len("\n</details>\n")
        opened = False
        for finding in findings:
            item = _item(finding, context)
            room -= len(item)
            if room < 0:
                break
            if not opened:
                out.write(opening)
                opened = True
            out.write(item)
            written += 1
        if opened:
            out.write("\n</details>\n")
        if room < 0:
            break
    if rest := len(report.findings) - written:
        out.write(f"\n{context.word('left', rest).format(rest)}.\n")


def _item(finding: Finding, context: Context) -> str:
    place = f"{_code(str(at))} " if (at := finding.at) else ""
    message = _plain(context.message(finding))
    item = f"* {_MARKS[finding.severity]} {place}{message}<br>{_code(context.about(finding))}"
    if suggestion := context.suggestion(finding):
        item += f"<br>{context.word('fix').format(_code(suggestion))}"
    return f"{item} — {_code(context.rule(finding.shape))}\n"


def _code(text: str) -> str:
    """Return a code span, within which nothing is markup (CommonMark, section 6.1)."""
    text = " ".join(text.split())
    if len(text) > 300:
        text = f"{text[:299]}…"
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence} {text} {fence}" if "`" in text else f"`{text}`"


def _plain(text: str) -> str:
    """Return a text whose characters are no markup, neither Markdown's, HTML's nor a mention."""
    text = " ".join(text.split())
    if len(text) > 1000:
        text = f"{text[:999]}…"
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "@\u2060")
    return re.sub(r"([\\`*_{}\[\]#|~])", r"\\\1", text)
