"""A report as the standard's own: one sh:ValidationReport in Turtle (SHACL, section 3.6)."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TextIO

from kg.graph.terms import TYPE, XSD
from kg.validation import paths
from kg.validation.formats.context import Context
from kg.validation.formats.results import CONFORMS, KG, PATH, REPORT, RESULT, SH, boolean, properties
from kg.validation.report import Report

_IRI = re.compile(r"<([^>]*)>\Z")
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?|")
_OPERATORS = {
    "^": "sh:inversePath", "|": "sh:alternativePath", "*": "sh:zeroOrMorePath", "+": "sh:oneOrMorePath",
    "?": "sh:zeroOrOnePath",
}  # fmt: skip


def write(out: TextIO, report: Report, context: Context) -> None:
    """Write the report: every message in its own language, results in their order, complex paths whole."""
    namespaces = {
        name: iri for name, iri in context.project.prefixes.items() if re.fullmatch("[A-Za-z][A-Za-z0-9-]*", name)
    } | {"sh": SH, "kg": KG, "xsd": XSD}
    term = _names(namespaces)
    for name, namespace in sorted(namespaces.items()):
        out.write(f"@prefix {name}: <{namespace}> .\n")
    out.write(f"\n[]\n    a {term(REPORT)} ;\n    {term(CONFORMS)} {term(boolean(context.conforms(report)))} ;\n")
    for finding in report.findings:
        out.write(f"    {term(RESULT)} [\n")
        for predicate, said in properties(finding):
            out.write(f"        {'a' if predicate == TYPE else term(predicate)} {term(said)} ;\n")
        if finding.path is not None:
            out.write(f"        {term(PATH)} {_path(paths.parse(finding.path), term)} ;\n")
        out.write("    ] ;\n")
    out.write("    .\n")


def _names(namespaces: Mapping[str, str]) -> Callable[[str], str]:
    """Return what writes a token as a prefixed name where there is one, else as it is: N-Triples is Turtle."""
    longest = sorted(namespaces.items(), key=lambda item: -len(item[1]))

    @lru_cache(maxsize=10_000)
    def term(token: str) -> str:
        if token.startswith('"') and token.endswith(">"):
            quoted, _, datatype = token.rpartition("^^")
            return f"{quoted}^^{term(datatype)}"
        if match := _IRI.match(token):
            for name, namespace in longest:
                if match[1].startswith(namespace) and _LOCAL.fullmatch(local := match[1][len(namespace) :]):
                    return f"{name}:{local}"
        return token

    return term


def _path(path: paths.Path, term: Callable[[str], str]) -> str:
    """Return a path as Turtle writes its description (SHACL, section 2.3.1)."""
    if isinstance(path, str):
        return term(path)
    operator, *parts = path
    inner = " ".join(_path(part, term) for part in parts)
    if operator == "/":
        return f"( {inner} )"
    return f"[ {_OPERATORS[operator]} {f'( {inner} )' if operator == '|' else inner} ]"
