"""A report as JSON, for programs.

::

    {
      "conforms": false,
      "counts": {"violation": 1, "warning": 0, "info": 0},
      "known": 0, "leftOut": 0,
      "findings": [
        {
          "severity": "violation",
          "shape": IRI, "component": IRI,
          "focus": TERM, "path": SPARQL property path or null, "value": TERM or null,
          "message": text in the language asked for, "messages": {language: text},
          "file": path or null, "shapeFile": path or null,
          "place": PLACE or null, "shapePlace": PLACE or null, "premises": [PLACE],
          "suggestion": TERM or null, "fingerprint": text
        }
      ]
    }

``conforms`` is the standard's: false when there is any finding. A TERM is as in the SPARQL 1.1 results format:
``{"type": "uri" | "bnode" | "literal", "value": …}`` with ``datatype`` (xsd:string left out) or ``xml:lang``.
A PLACE is ``{"file", "line", "column", "endLine", "endColumn"}``, from 1, the end after the last character.
A shape that is a blank node is ``_:label``. Findings are in the order of the report, one a line.
"""

import json
from typing import Any, TextIO

from kg.graph import terms
from kg.validation.formats.context import Context
from kg.validation.report import Finding, Place, Report

_TYPES = {"iri": "uri", "blank": "bnode", "literal": "literal"}


def write(out: TextIO, report: Report, context: Context) -> None:
    """Write the report as JSON with a final newline."""
    head = {
        "conforms": context.conforms(report),
        "counts": dict(report.counts),
        "known": context.known,
        "leftOut": context.left_out,
    }
    out.write("{\n")
    for name, value in head.items():
        out.write(f"  {dumps(name)}: {dumps(value)},\n")
    out.write('  "findings": [')
    separator = "\n"
    for finding in report.findings:
        out.write(f"{separator}    {dumps(_finding(finding, context))}")
        separator = ",\n"
    out.write("\n  ]\n}\n" if report.findings else "]\n}\n")


dumps = json.JSONEncoder(ensure_ascii=False).encode
"""Return a value as JSON on one line."""


def _finding(finding: Finding, context: Context) -> dict[str, Any]:
    return {
        "severity": finding.severity,
        "shape": _name(finding.shape),
        "component": _name(finding.component),
        "focus": _term(finding.focus),
        "path": finding.path,
        "value": None if finding.value is None else _term(finding.value),
        "message": context.message(finding),
        "messages": dict(finding.messages),
        "file": finding.file,
        "shapeFile": finding.shape_file,
        "place": _place(finding.place),
        "shapePlace": _place(finding.shape_place),
        "premises": [_place(place) for place in finding.premises],
        "suggestion": None if finding.suggestion is None else _term(finding.suggestion),
        "fingerprint": finding.fingerprint,
    }


def _place(place: Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    names = {"file": place.file, "line": place.line, "column": place.column}
    return {**names, "endLine": place.end_line, "endColumn": place.end_column}


def _name(token: str) -> str:
    return token[1:-1] if token.startswith("<") else token


def _term(token: str) -> dict[str, str]:
    said = terms.parse(token)
    term = {"type": _TYPES[said.kind], "value": said.value}
    if said.language:
        term["xml:lang"] = said.language
    elif said.datatype and said.datatype != f"{terms.XSD}string":
        term["datatype"] = said.datatype
    return term
