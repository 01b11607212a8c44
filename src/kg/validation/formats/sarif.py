"""A report in SARIF 2.1.0 (OASIS), which GitHub and editors read.

A rule is a shape. ``kgFinding/v1`` is the finding's fingerprint: it stays when lines move.
"""

from collections.abc import Iterable, Iterator
from importlib.metadata import version
from typing import Any, TextIO

from kg.validation.described import Described, Texts
from kg.validation.formats.context import Context, uri
from kg.validation.formats.json import dumps
from kg.validation.report import Finding, Place, Report, Severity

FINGERPRINT = "kgFinding/v1"

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: dict[Severity, str] = {"violation": "error", "warning": "warning", "info": "note"}
_ROOT = "%SRCROOT%"


def write(out: TextIO, report: Report, context: Context) -> None:
    """Write the report as one run; its paths are relative to the project, whose folder is %SRCROOT%."""
    shapes = {**{f.shape: Described(f.shape, f.shape) for f in report.findings}, **context.shapes}
    numbers = {shape: number for number, shape in enumerate(sorted(shapes))}
    out.write(f'{{\n"$schema": {dumps(_SCHEMA)},\n"version": "2.1.0",\n"runs": [{{\n')
    out.write(f'"tool": {{"driver": {{"name": "kg", "semanticVersion": {dumps(version("kg-publisher"))}, "rules": [')
    _items(out, (_rule(shapes[shape], context) for shape in numbers))
    out.write(']}},\n"columnKind": "unicodeCodePoints",\n')
    where = {"fr": "Le dossier du projet.", "en": "The folder of the project."}
    text = where.get(context.language, where["en"])
    out.write(f'"originalUriBaseIds": {dumps({_ROOT: {"description": {"text": text}}})},\n')
    out.write(f'"properties": {dumps({"known": context.known, "leftOut": context.left_out})},\n"results": [')
    _items(out, (_result(finding, numbers[finding.shape], context) for finding in report.findings))
    out.write("]\n}]\n}\n")


def _items(out: TextIO, items: Iterable[object]) -> None:
    separator = "\n"
    for item in items:
        out.write(f"{separator}{dumps(item)}")
        separator = ",\n"


def _rule(shape: Described, context: Context) -> dict[str, Any]:
    title = _chosen(shape.titles, context.language)
    message = _chosen(shape.messages, context.language)
    rule: dict[str, Any] = {"id": context.rule(shape.shape)}
    if title:
        rule["name"] = title
    if short := title or message:
        rule["shortDescription"] = {"text": short}
    texts = [shape.titles, shape.help, shape.messages]
    languages = sorted({language for said in texts for language in said})
    told = {language: "\n".join(said[language] for said in texts if language in said) for language in languages}
    if told:
        rule["fullDescription"] = {"text": _chosen(shape.help, context.language) or message or short}
        rule["help"] = {
            "text": "\n\n".join(told.values()),
            "markdown": "\n\n".join(f"**{language}**: {text}" if language else text for language, text in told.items()),
        }
    if shape.page:
        rule["helpUri"] = shape.page
    rule["defaultConfiguration"] = {"level": _LEVELS[shape.severity]}
    if shape.messages:
        rule["properties"] = {"messages": dict(shape.messages)}
    return rule


def _result(finding: Finding, rule: int, context: Context) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": context.rule(finding.shape),
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{context.message(finding)} [{context.about(finding)}]"},
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
        "properties": {"messages": dict(finding.messages)},
    }
    if at := finding.at:
        names = [{"fullyQualifiedName": context.term(finding.focus), "kind": "resource"}]
        result["locations"] = [{**_location(at), "logicalLocations": names}]
    if related := list(_related(finding)):
        result["relatedLocations"] = related
    if finding.suggestion and finding.place and finding.place.line:
        replacement = {"deletedRegion": _region(finding.place), "insertedContent": {"text": finding.suggestion}}
        change = {"artifactLocation": _artifact(finding.place), "replacements": [replacement]}
        text = context.word("fix").format(context.suggestion(finding))
        result["fixes"] = [{"description": {"text": text}, "artifactChanges": [change]}]
    return result


def _related(finding: Finding) -> Iterator[dict[str, Any]]:
    shape = finding.shape_place or (Place(finding.shape_file) if finding.shape_file else None)
    if shape:
        yield {"id": 0, "message": {"text": "shape"}, **_location(shape)}
    for number, premise in enumerate(finding.premises, 1):
        yield {"id": number, "message": {"text": "premise"}, **_location(premise)}


def _location(place: Place) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(place)}
    if place.line:
        physical["region"] = _region(place)
    return {"physicalLocation": physical}


def _artifact(place: Place) -> dict[str, str]:
    reference = uri(place.file)
    return {"uri": reference} if ":" in reference.split("/")[0] else {"uri": reference, "uriBaseId": _ROOT}


def _region(place: Place) -> dict[str, int]:
    ends = {"endLine": place.end_line or place.line, "endColumn": place.end_column}
    columns = {"startLine": place.line, "startColumn": place.column, **ends}
    return {name: number for name, number in columns.items() if number is not None}


def _chosen(texts: Texts, language: str) -> str:
    """Return the text in a language, else in English, else in any, else an empty one."""
    return next((texts[wanted] for wanted in (language, "en", "", *texts) if wanted in texts), "")
