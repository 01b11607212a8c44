"""A report as workflow commands of GitHub Actions, which become annotations of the lines.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from typing import TextIO

from kg.validation.formats.context import Context
from kg.validation.report import Finding, Report, Severity

_COMMANDS: dict[Severity, str] = {"violation": "error", "warning": "warning", "info": "notice"}
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def write(out: TextIO, report: Report, context: Context) -> None:
    """Write one command per finding, then one that counts them."""
    for finding in report.findings:
        out.write(f"{_command(finding, context)}\n")
    if not context.conforms(report):
        out.write(f"::notice title=kg validate::{context.count(report).translate(_DATA)}\n")


def _command(finding: Finding, context: Context) -> str:
    properties: dict[str, object] = {}
    if at := finding.at:
        properties["file"] = at.file
        if at.line:
            properties |= {"line": at.line, "endLine": at.end_line or at.line}
            if at.column and at.end_column and at.end_line in (None, at.line):  # columns are of one line only
                properties |= {"col": at.column, "endColumn": at.end_column}
    properties["title"] = context.rule(finding.shape)
    said = ",".join(f"{name}={str(value).translate(_PROPERTY)}" for name, value in properties.items())
    lines = [context.message(finding), context.about(finding)]
    if suggestion := context.suggestion(finding):
        lines.append(context.word("fix").format(suggestion))
    text = "\n".join(lines)
    return f"::{_COMMANDS[finding.severity]} {said}::{text.translate(_DATA)}"
