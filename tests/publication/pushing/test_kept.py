"""What a store answers is told apart: the same, another form of the same value, another value."""

import pytest

from kg.publication.pushing.kept import compare
from kg.source.reader import Triple

XSD = "http://www.w3.org/2001/XMLSchema#"
WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"
VIRTUOSO = "http://www.openlinksw.com/schemas/virtrdf#Geometry"


def of(*objects: str) -> list[Triple]:
    return [("<urn:s>", "<urn:p>", token) for token in objects]


@pytest.mark.parametrize(
    ("sent", "got"),
    [
        (f'"1.50"^^<{XSD}decimal>', f'"1.5"^^<{XSD}decimal>'),
        (f'"100"^^<{XSD}decimal>', f'"100.0"^^<{XSD}decimal>'),
        (f'"007"^^<{XSD}integer>', f'"7"^^<{XSD}integer>'),
        (f'"123456789012345678901234567890"^^<{XSD}integer>', f'"123456789012345678901234567890"^^<{XSD}decimal>'),
        (f'"-0.0"^^<{XSD}decimal>', f'"0"^^<{XSD}decimal>'),
        (f'"1"^^<{XSD}double>', f'"1.0E0"^^<{XSD}double>'),
        (f'"true"^^<{XSD}boolean>', f'"1"^^<{XSD}boolean>'),
        ('"x"@fr-BE', '"x"@fr-be'),
        (f'"POINT (2.770 49.97)"^^<{WKT}>', f'"POINT(2.77 49.97)"^^<{VIRTUOSO}>'),
    ],
)
def test_another_form_of_the_same_value_is_counted(sent: str, got: str) -> None:
    kept = compare(of(sent, '"y"'), of(got, '"y"'))
    assert kept.faithful
    assert (kept.held, kept.otherwise) == (2, 1)


@pytest.mark.parametrize(
    ("sent", "got"),
    [
        (f'"x"^^<{XSD}integer>', f'"0"^^<{XSD}integer>'),
        (f'"1.5"^^<{XSD}integer>', f'"1"^^<{XSD}integer>'),
        (f'"1.5"^^<{XSD}integer>', f'"1.5"^^<{XSD}decimal>'),
        (f'"1E5"^^<{XSD}decimal>', f'"100000"^^<{XSD}decimal>'),
        (f'"0.1234567890123456"^^<{XSD}decimal>', f'"0.123456789012346"^^<{XSD}decimal>'),
        (f'"P1Y"^^<{XSD}duration>', f'"12"^^<{XSD}duration>'),
        (f'"2000-01-01T00:00:00.1234567Z"^^<{XSD}dateTime>', f'"2000-01-01T00:00:00.123456Z"^^<{XSD}dateTime>'),
        (f'"POINT (2.77 49.97)"^^<{WKT}>', f'"POINT(2.77 49.9)"^^<{VIRTUOSO}>'),
        ('"x"@fr', '"x"@en'),
        ('"x"@fr', '"x"'),
        ("<urn:a>", "<urn:b>"),
        (f'"9"^^<{XSD}string>', f'"9"^^<{XSD}integer>'),
        (f'"NaN"^^<{XSD}decimal>', f'"INF"^^<{XSD}decimal>'),
    ],
)
def test_another_value_is_told(sent: str, got: str) -> None:
    kept = compare(of(sent, '"y"'), of(got, '"y"'))
    assert not kept.faithful
    assert kept.lost == (f"<urn:s> <urn:p> {sent} .",)
    assert kept.strange == (f"<urn:s> <urn:p> {got} .",)
    assert kept.otherwise == 0


def test_what_is_missing_and_what_is_more_is_told() -> None:
    kept = compare(of('"a"', '"b"'), of('"b"', '"c"'))
    assert kept.lost == ('<urn:s> <urn:p> "a" .',)
    assert kept.strange == ('<urn:s> <urn:p> "c" .',)


def test_blank_nodes_are_compared_whatever_their_labels() -> None:
    sent = [("_:a", "<urn:p>", "_:b"), ("_:b", "<urn:p>", f'"1.0"^^<{XSD}decimal>')]
    same = [("_:n7", "<urn:p>", f'"1"^^<{XSD}decimal>'), ("_:n9", "<urn:p>", "_:n7")]
    cut = [("_:n7", "<urn:p>", f'"1"^^<{XSD}decimal>'), ("_:n9", "<urn:p>", "_:n8")]
    assert compare(sent, same).faithful
    assert compare(sent, same).otherwise == 1
    assert not compare(sent, cut).faithful
    twice = [*sent, ("_:c", "<urn:p>", "_:d"), ("_:d", "<urn:p>", f'"1.0"^^<{XSD}decimal>')]
    assert not compare(sent, twice).faithful


def test_values_that_become_one_are_kept() -> None:
    kept = compare(of(f'"1.0"^^<{XSD}decimal>', f'"1"^^<{XSD}decimal>'), of(f'"1"^^<{XSD}decimal>'))
    assert kept.faithful
    assert kept.held == 1
