"""The standard's report as values: the properties of each result (SHACL, section 3.6), and where it is.

What the standard has no place for is in the namespace ``urn:kg:finding:``: ``file``, ``line``, ``column``, ``endLine``
and ``endColumn`` of what is wrong, ``shapeFile`` and ``shapeLine`` of the shape, ``suggestion``, the term that should
stand there. They are said of findings that have places only.
"""

from collections.abc import Iterator

from kg.graph.terms import TYPE, XSD, literal
from kg.validation.report import Finding, Place

SH = "http://www.w3.org/ns/shacl#"
KG = "urn:kg:finding:"
REPORT = f"<{SH}ValidationReport>"
CONFORMS = f"<{SH}conforms>"
RESULT = f"<{SH}result>"
PATH = f"<{SH}resultPath>"


def properties(finding: Finding) -> Iterator[tuple[str, str]]:
    """Yield the predicates and objects of a result but for its path, as tokens."""
    yield TYPE, _sh("ValidationResult")
    yield _sh("focusNode"), finding.focus
    yield _sh("resultSeverity"), finding.declared_severity or _sh(finding.severity.capitalize())
    yield _sh("sourceConstraintComponent"), finding.component
    yield _sh("sourceShape"), finding.shape
    if finding.value is not None:
        yield _sh("value"), finding.value
    if finding.source is not None:
        yield _sh("sourceConstraint"), finding.source
    for language, text in finding.messages.items():
        yield _sh("resultMessage"), literal(text, language=language or None)
    yield from _places(finding)


def boolean(value: bool) -> str:
    """Return the token of a boolean."""
    return literal(str(value).lower(), datatype=f"{XSD}boolean")


def _places(finding: Finding) -> Iterator[tuple[str, str]]:
    if place := finding.place:
        yield _kg("file"), literal(place.file)
        numbers = {"line": place.line, "column": place.column, "endLine": place.end_line, "endColumn": place.end_column}
        for name, number in numbers.items():
            if number is not None:
                yield _kg(name), _integer(number)
    if shape := finding.shape_place:
        yield from _shape(shape)
    if finding.suggestion is not None:
        yield _kg("suggestion"), finding.suggestion


def _shape(place: Place) -> Iterator[tuple[str, str]]:
    yield _kg("shapeFile"), literal(place.file)
    if place.line is not None:
        yield _kg("shapeLine"), _integer(place.line)


def _integer(number: int) -> str:
    return literal(str(number), datatype=f"{XSD}integer")


def _sh(name: str) -> str:
    return f"<{SH}{name}>"


def _kg(name: str) -> str:
    return f"<{KG}{name}>"
