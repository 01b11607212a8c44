import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from kg.graph.terms import XSD, literal, parse, same_value


@given(st.text(st.characters(exclude_categories=["Cs"])), st.sampled_from(["", "fr", "en-GB"]))
def test_a_literal_is_written_as_oxigraph_writes_it_and_read_back(text: str, language: str) -> None:
    token = literal(text, language=language or None)
    assert parse(token) == parse(str(Literal(text, language=language or None)))
    assert parse(token).value == text


def test_the_parts_of_a_token_are_told() -> None:
    assert parse("<http://e/x>").value == "http://e/x"
    assert parse("_:b1").kind == "blank"
    typed = parse(str(Literal("5", datatype=NamedNode(f"{XSD}decimal"))))
    assert (typed.value, typed.datatype) == ("5", f"{XSD}decimal")


@pytest.mark.parametrize("text", ["", "x", '"open', "<open", '"a"@', '"a"^^xsd:date'])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an N-Triples term"):
        parse(text)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (f'"5.0"^^<{XSD}decimal>', f'"5"^^<{XSD}decimal>', True),
        (f'"5.0"^^<{XSD}decimal>', f'"5"^^<{XSD}integer>', False),
        ('"5.0"', '"5"', False),
        (f'"x"^^<{XSD}decimal>', f'"5"^^<{XSD}decimal>', False),
        ("<http://e/x>", "<http://e/x>", True),
    ],
)
def test_numbers_of_one_value_are_the_same(one: str, other: str, same: bool) -> None:
    assert same_value(one, other) is same
