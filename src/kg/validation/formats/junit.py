"""A report as JUnit writes it, by the schema of Ant's: a suite per file, in it a case per shape.

The last suite has the shapes that found nothing, each a case that passed.
"""

import datetime
import re
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import TextIO
from xml.sax.saxutils import escape, quoteattr

from kg.validation.formats.context import Context
from kg.validation.report import SEVERITIES, Finding, Report

# What XML 1.0 cannot hold (section 2.2).
_NO_CHARACTER = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(out: TextIO, report: Report, context: Context) -> None:
    """Write the report; a case fails when a finding in it is as bad as ``fail_on``, the others stand in system-out."""
    bad = SEVERITIES[: SEVERITIES.index(context.fail_on) + 1]

    def key(finding: Finding) -> tuple[str, str]:
        return context.file(finding), context.rule(finding.shape)

    findings = sorted(report.findings, key=key)
    cases = Counter[str]()
    failed = Counter[str]()
    for (file, _), group in groupby(findings, key):
        cases[file] += 1
        failed[file] += any(finding.severity in bad for finding in group)
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n')
    for number, (file, of_file) in enumerate(groupby(findings, lambda finding: key(finding)[0])):
        out.write(_suite(file or context.word("nowhere"), number, cases[file], failed[file], context))
        others: list[Finding] = []
        for (_, rule), group in groupby(of_file, key):
            out.write(f'  <testcase name={_value(rule)} classname={_value(file or "-")} time="0"')
            faults: list[Finding] = []
            for finding in group:
                (faults if finding.severity in bad else others).append(finding)
            _failure(out, faults, context)
        out.write("  <system-out>")
        out.writelines(_lines(others, context))
        out.write("</system-out>\n  <system-err/>\n</testsuite>\n")
    found = {finding.shape for finding in findings}
    passed = [described for shape, described in sorted(context.shapes.items()) if shape not in found]
    out.write(_suite(context.word("shapes"), len(cases), len(passed), 0, context))
    for described in passed:
        rule = context.rule(described.shape)
        out.write(f'  <testcase name={_value(rule)} classname={_value(rule.split(" ")[0])} time="0"/>\n')
    out.write(
        f"  <system-out>{_text(context.count(report))}</system-out>\n  <system-err/>\n</testsuite>\n</testsuites>\n"
    )


def _suite(name: str, number: int, tests: int, failures: int, context: Context) -> str:
    return (
        f'<testsuite name={_value(name)} package="kg" id="{number}" timestamp="{_timestamp(context)}" '
        f'hostname="localhost" tests="{tests}" failures="{failures}" errors="0" time="0">\n  <properties/>\n'
    )


def _failure(out: TextIO, faults: list[Finding], context: Context) -> None:
    if not faults:
        out.write("/>\n")
        return
    component = re.split(r"[#/]", faults[0].component.strip("<>"))[-1]
    out.write(f">\n    <failure message={_value(context.message(faults[0]))} type={_value(component)}>")
    out.writelines(_lines(faults, context))
    out.write("</failure>\n  </testcase>\n")


def _lines(findings: list[Finding], context: Context) -> Iterator[str]:
    for finding in findings:
        suggestion = context.suggestion(finding)
        more = f" ({context.word('fix').format(suggestion)})" if suggestion else ""
        place = f"{at}: " if (at := finding.at) else ""
        word = context.word(finding.severity)
        yield _text(f"{place}{word}: {context.about(finding)}: {context.message(finding)}{more}\n")


def _timestamp(context: Context) -> str:
    """Return the date of the settings, never the clock's: the same input gives the same report."""
    return f"{context.project.issued or datetime.date(1970, 1, 1)}T00:00:00"


def _value(text: str) -> str:
    return quoteattr(" ".join(_NO_CHARACTER.sub("\ufffd", text).split()))


def _text(text: str) -> str:
    return escape(_NO_CHARACTER.sub("\ufffd", text))
