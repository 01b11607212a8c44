"""Parameters stand in VALUES blocks: terms go in there, and nowhere else."""

import pytest

from kg.errors import QueryError
from kg.graph.store import Solutions, Store
from kg.project import Project
from kg.query.lint import lint
from kg.query.parameters import Parameter, bind, parse_value, parse_values

X = Parameter("x", "xsd:string", optional=False)
OPTIONAL = Parameter("x", "iri", optional=True)


def test_a_term_replaces_the_default_in_every_block_of_its_variable_only() -> None:
    query = 'SELECT * { VALUES ?x { "a" } VALUES ?y { "a" } { SELECT ?x { VALUES ?x { "a" } } } }'
    bound = bind(query, {"x": '"b"'})
    assert bound == 'SELECT * { VALUES ?x { "b" } VALUES ?y { "a" } { SELECT ?x { VALUES ?x { "b" } } } }'


def test_what_looks_like_a_block_in_a_string_an_iri_or_a_comment_is_left() -> None:
    query = "# VALUES ?x { 1 }\nSELECT * { ?s <http://e/?x{1}> '''VALUES ?x { 1 }''' VALUES ?x { 1 } }".replace(
        "{1}", ""
    )
    assert bind(query, {"x": '"2"'}) == query.replace("VALUES ?x { 1 } }", 'VALUES ?x { "2" } }')


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


@pytest.mark.parametrize(
    ("query", "parameter", "fault"),
    [
        ("SELECT ?s { VALUES ?x { 1 } { SELECT ?s { ?s ?p ?x } } }", X, "sub-SELECT"),
        ("SELECT ?s { VALUES ?x { 1 } ?s ?p ?o MINUS { ?s ?q ?x } }", X, "MINUS"),
        ("SELECT ?s { ?s ?p ?x } VALUES ?x { 1 }", X, "after WHERE"),
        ("SELECT ?s { ?s ?p ?x }", X, "no VALUES"),
        ("SELECT ?s { VALUES ?x { UNDEF } ?s ?p ?o FILTER(?o = ?x) }", OPTIONAL, "UNDEF"),
        ("SELECT ?s { VALUES ?x { 1 } ?s ?p ?x { SELECT ?s { VALUES ?x { 2 } ?s ?p ?x } } }", X, "different values"),
    ],
)
def test_a_trap_is_refused(query: str, parameter: Parameter, fault: str) -> None:
    assert any(fault in message for _, message in lint(query, [parameter]))


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("SELECT ?s { VALUES ?x { 1 } ?s ?p ?o FILTER(?o <= ?x) }", X),
        ("SELECT ?s { VALUES ?x { 1 } ?s ?p ?x { SELECT ?s { VALUES ?x { 1 } ?s ?p ?x } } }", X),
        ("SELECT ?s { VALUES ?x { UNDEF } ?s ?p ?x }", OPTIONAL),
    ],
)
def test_the_right_forms_are_let_through(query: str, parameter: Parameter) -> None:
    assert lint(query, [parameter]) == []
