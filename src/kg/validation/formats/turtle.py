"""A report as the standard's own: one sh:ValidationReport in Turtle (SHACL, section 3.6)."""

import io
from itertools import count

from kg.graph.terms import TYPE, XSD, literal
from kg.project import Project
from kg.source.reader import Triple
from kg.source.turtle import write_turtle
from kg.validation import paths
from kg.validation.report import Finding, Report

_SH = "http://www.w3.org/ns/shacl#"


def render(report: Report, *, project: Project, language: str) -> str:
    """Return the report in Turtle: every message in its own language, results numbered in their order.

    ``language`` chooses nothing here. Complex paths are whole. What the standard's report has no place for, the
    files, is left out.
    """
    numbers = count()

    def blank() -> str:
        return f"_:n{next(numbers):06}"

    triples: list[Triple] = [
        ("_:report", TYPE, _sh("ValidationReport")),
        ("_:report", _sh("conforms"), literal(str(report.conforms).lower(), datatype=f"{XSD}boolean")),
    ]
    for number, finding in enumerate(report.findings):
        result = f"_:result{number:06}"
        triples += [("_:report", _sh("result"), result), *_result(result, finding)]
        if finding.path is not None:
            node, path = paths.triples(paths.parse(finding.path), blank)
            triples += [(result, _sh("resultPath"), node), *path]
    out = io.StringIO()
    write_turtle(out, triples, prefixes={**project.prefixes, "sh": _SH, "xsd": XSD})
    return out.getvalue()


def _sh(name: str) -> str:
    return f"<{_SH}{name}>"


def _result(result: str, finding: Finding) -> list[Triple]:
    triples = [
        (result, TYPE, _sh("ValidationResult")),
        (result, _sh("focusNode"), finding.focus),
        (result, _sh("resultSeverity"), finding.declared_severity or _sh(finding.severity.capitalize())),
        (result, _sh("sourceConstraintComponent"), finding.component),
        (result, _sh("sourceShape"), finding.shape),
    ]
    if finding.value is not None:
        triples.append((result, _sh("value"), finding.value))
    if finding.source is not None:
        triples.append((result, _sh("sourceConstraint"), finding.source))
    for language, text in finding.messages.items():
        triples.append((result, _sh("resultMessage"), literal(text, language=language or None)))
    return triples
