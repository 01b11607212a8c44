"""A report as GitLab's Code Quality reads it: an array of issues.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from collections import Counter
from typing import Any, TextIO

from kg.validation.formats.context import Context
from kg.validation.formats.json import dumps
from kg.validation.report import Finding, Report, Severity

_SEVERITIES: dict[Severity, str] = {"violation": "major", "warning": "minor", "info": "info"}


def write(out: TextIO, report: Report, context: Context) -> None:
    """Write one issue per finding. GitLab wants a file and a line: without a line it is the first.

    Two findings that say the same differ in the end of their fingerprints, which must be unique.
    """
    seen: Counter[str] = Counter()
    out.write("[")
    separator = "\n"
    for finding in report.findings:
        seen[finding.fingerprint] += 1
        out.write(f"{separator}{dumps(_issue(finding, seen[finding.fingerprint], context))}")
        separator = ",\n"
    out.write("\n]\n" if seen else "]\n")


def _issue(finding: Finding, times: int, context: Context) -> dict[str, Any]:
    at = finding.at
    text = f"{context.message(finding)} [{context.about(finding)}]"
    if suggestion := context.suggestion(finding):
        text += f" {context.word('fix').format(suggestion)}"
    lines = {"begin": (at.line if at else None) or 1}
    if at and at.end_line:
        lines["end"] = at.end_line
    return {
        "description": text,
        "check_name": context.rule(finding.shape),
        "fingerprint": finding.fingerprint + (f"-{times}" if times > 1 else ""),
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": at.file if at else ".", "lines": lines},
    }
