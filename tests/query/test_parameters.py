"""Parameters stand in VALUES blocks: terms go in there, and nowhere else."""

import pytest
import rdflib
from hypothesis import example, given
from hypothesis import strategies as st

from kg.errors import QueryError
from kg.graph.store import Solutions, Store
from kg.graph.terms import parse
from kg.project import Project
from kg.query.parameters import TYPES, Parameter, bind, parse_value, parse_values, pieces

X = Parameter("x", "xsd:string", optional=False)


def test_a_term_replaces_the_default_in_every_block_of_its_variable_only() -> None:
    query = 'SELECT * { VALUES ?x { "a" } VALUES ?y { "a" } { SELECT ?x { VALUES ?x { "a" } } } }'
    bound = bind(query, {"x": '"b"'})
    assert bound == 'SELECT * { VALUES ?x { "b" } VALUES ?y { "a" } { SELECT ?x { VALUES ?x { "b" } } } }'


def test_what_looks_like_a_block_in_a_string_an_iri_or_a_comment_is_left() -> None:
    query = "# VALUES ?x { 1 }\nSELECT * { ?s <http://e/?x{1}> '''VALUES ?x { 1 }''' VALUES ?x { 1 } }".replace(
        "{1}", ""
    )
    assert bind(query, {"x": '"2"'}) == query.replace("VALUES ?x { 1 } }", 'VALUES ?x { "2" } }')


def test_a_query_is_its_pieces_with_what_stands_between_them() -> None:
    query = "SELECT * { VALUES ?x { 1 } # VALUES ?x { 2 }\n VALUES ?y { UNDEF } VALUES ?z { 3 } VALUES ?x { -4 } }"
    cut = pieces(query, {"x", "y"})
    assert [(piece.name, piece.standing) for piece in cut] == [("x", "1"), ("y", "UNDEF"), ("x", "-4"), (None, "")]
    assert "".join(piece.text + piece.standing for piece in cut) == query
    assert pieces("ASK {}", {"x"})[0].text == "ASK {}"


@pytest.mark.parametrize("text", ['"', "}", "\\", "a\nb", "' } DROP ALL #", "\\u0022"])
def test_no_text_escapes_from_its_block(text: str, town: Project) -> None:
    token = parse_value(text, X, project=town)
    found = Store.memory().query(bind('SELECT ?x { VALUES ?x { "d" } }', {"x": token}))
    assert isinstance(found, Solutions)
    assert found.rows == ((token,),)


@pytest.mark.parametrize(
    ("type", "text", "token"),
    [
        ("xsd:date", "2019-12-31", '"2019-12-31"^^<http://www.w3.org/2001/XMLSchema#date>'),
        ("xsd:integer", "-3", '"-3"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("xsd:boolean", "true", '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
        ("iri", "id:pact", "<https://example.org/town/id/pact>"),
        ("iri", "http://e/x", "<http://e/x>"),
    ],
)
def test_a_value_is_typed(type: str, text: str, token: str, town: Project) -> None:
    assert parse_value(text, Parameter("p", type, optional=False), project=town) == token


@pytest.mark.parametrize(
    ("type", "text"),
    [("xsd:date", "2019-02-29"), ("xsd:date", "31/12/2019"), ("xsd:integer", "1.5"), ("iri", "a b"), ("iri", "no:pe")],
)
def test_a_value_of_another_form_names_the_parameter(type: str, text: str, town: Project) -> None:
    with pytest.raises(QueryError, match='the parameter "p" must be'):
        parse_value(text, Parameter("p", type, optional=False), project=town)


def test_an_unknown_parameter_suggests_the_nearest(town: Project) -> None:
    with pytest.raises(QueryError, match="Did you mean asOf"):
        parse_values({"asof": "x"}, [Parameter("asOf", "xsd:date", optional=False)], query="q", project=town)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")) | st.from_regex(r'[\\\\"uU0-9}#]+'))
@example("\\U0000")
@example("\\u0041beef")
@example("\x010000")
def test_any_text_reaches_both_engines_as_it_is(town: Project, text: str) -> None:
    query = bind('SELECT ?x { VALUES ?x { "d" } }', {"x": parse_value(text, X, project=town)})
    found = Store.memory().query(query)
    assert isinstance(found, Solutions)
    assert [parse(str(row[0])).value for row in found.rows] == [text]
    assert [str(row[0]) for row in rdflib.Graph().query(query)] == [text]  # type: ignore[index]


@given(st.text(), st.sampled_from(TYPES))
def test_whatever_is_typed_is_one_term_or_a_clear_error(town: Project, text: str, type: str) -> None:
    refusal, token = "", ""
    try:
        token = parse_value(text, Parameter("p", type), project=town)
    except QueryError as error:
        refusal = error.message
    if refusal:
        assert 'the parameter "p" must be' in refusal
        return
    found = Store.memory().query(bind("SELECT ?x { VALUES ?x { 1 } }", {"x": token}))
    assert isinstance(found, Solutions)
    assert len(found.rows) == 1


@pytest.mark.parametrize("token", ["_:b0", "<relative>", "?y", '"a" } #', "<http://e/a b>", '"\\x"', "UNDEF"])
def test_what_is_no_iri_and_no_literal_is_never_put_in(token: str) -> None:
    with pytest.raises(QueryError, match="not an absolute IRI or a literal"):
        bind("SELECT ?x { VALUES ?x { 1 } }", {"x": token})


def test_a_value_for_a_variable_without_a_block_suggests_the_nearest() -> None:
    with pytest.raises(QueryError, match=r"no VALUES \?asof .* Did you mean asOf"):
        bind("SELECT ?s { VALUES ?asOf { 1 } ?s ?p ?asof }", {"asof": '"2"'})
