"""A report as JSON, for programs.

::

    {
      "conforms": false,
      "counts": {"violation": 1, "warning": 0, "info": 0},
      "findings": [
        {
          "severity": "violation",
          "shape": IRI, "component": IRI,
          "focus": TERM, "path": SPARQL property path or null, "value": TERM or null,
          "message": text in the language asked for, "messages": {language: text},
          "file": path or null, "shapeFile": path or null
        }
      ]
    }

``conforms`` is the standard's: false when there is any finding. A TERM is as in the SPARQL 1.1 results format:
``{"type": "uri" | "bnode" | "literal", "value": …}`` with ``datatype`` (xsd:string left out) or ``xml:lang``.
A shape that is a blank node is ``_:label``. Findings are in the order of the report.
"""

import json
from typing import Any

from kg.graph import terms
from kg.project import Project
from kg.validation.report import Finding, Report

_TYPES = {"iri": "uri", "blank": "bnode", "literal": "literal"}


def render(report: Report, *, project: Project, language: str) -> str:
    """Return the report as JSON, indented, with a final newline."""
    document = {
        "conforms": report.conforms,
        "counts": dict(report.counts),
        "findings": [_finding(finding, language) for finding in report.findings],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _finding(finding: Finding, language: str) -> dict[str, Any]:
    return {
        "severity": finding.severity,
        "shape": _name(finding.shape),
        "component": _name(finding.component),
        "focus": _term(finding.focus),
        "path": finding.path,
        "value": None if finding.value is None else _term(finding.value),
        "message": finding.message(language),
        "messages": dict(finding.messages),
        "file": finding.file,
        "shapeFile": finding.shape_file,
    }


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
