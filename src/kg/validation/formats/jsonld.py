"""A report as the standard's own: one sh:ValidationReport in JSON-LD 1.1 (SHACL, section 3.6)."""

from typing import Any, TextIO

from kg.graph import terms
from kg.graph.terms import TYPE, XSD
from kg.validation import paths
from kg.validation.formats.context import Context
from kg.validation.formats.json import dumps
from kg.validation.formats.results import CONFORMS, KG, PATH, REPORT, RESULT, SH, boolean, properties
from kg.validation.report import Finding, Report

_CONTEXT = {"sh": SH, "kg": KG, "xsd": XSD}
_OPERATORS = {
    "^": "inversePath", "|": "alternativePath", "*": "zeroOrMorePath", "+": "oneOrMorePath", "?": "zeroOrOnePath"
}  # fmt: skip


def write(out: TextIO, report: Report, context: Context) -> None:
    """Write the report, a result a line."""
    out.write(f'{{\n  "@context": {dumps(_CONTEXT)},\n  "@type": {dumps(_name(REPORT))},\n')
    out.write(f"  {dumps(_name(CONFORMS))}: {dumps(_term(boolean(context.conforms(report))))},\n")
    out.write(f"  {dumps(_name(RESULT))}: [")
    separator = "\n"
    for finding in report.findings:
        out.write(f"{separator}    {dumps(_result(finding))}")
        separator = ",\n"
    out.write("\n  ]\n}\n" if report.findings else "]\n}\n")


def _result(finding: Finding) -> dict[str, Any]:
    node: dict[str, Any] = {}
    for predicate, said in properties(finding):
        if predicate == TYPE:
            node["@type"] = _name(said)
        else:
            node.setdefault(_name(predicate), []).append(_term(said))
    if finding.path is not None:
        node[_name(PATH)] = _path(paths.parse(finding.path))
    return node


def _name(token: str) -> str:
    """Return an IRI, short where it is of the context's namespaces."""
    iri = token[1:-1]
    for prefix, namespace in _CONTEXT.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def _term(token: str) -> dict[str, str]:
    said = terms.parse(token)
    if said.kind != "literal":
        return {"@id": said.value if said.kind == "iri" else token}
    if said.language:
        return {"@value": said.value, "@language": said.language}
    if said.datatype is None or said.datatype == f"{XSD}string":
        return {"@value": said.value}
    return {"@value": said.value, "@type": said.datatype}


def _path(path: paths.Path) -> dict[str, Any]:
    """Return a path as a node (SHACL, section 2.3.1)."""
    if isinstance(path, str):
        return {"@id": path[1:-1]}
    operator, *parts = path
    inner = [_path(part) for part in parts]
    if operator == "/":
        return {"@list": inner}
    return {f"sh:{_OPERATORS[operator]}": {"@list": inner} if operator == "|" else inner[0]}
