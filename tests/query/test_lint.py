"""The lint says on which line a query misuses a parameter, or leaves its rows without an order."""

import pytest

from kg.project import Project
from kg.query.catalogue import Catalogue
from kg.query.lint import lint, lint_order, lint_query
from kg.query.parameters import Parameter

X = Parameter("x", "xsd:string")
OPEN = Parameter("x", "iri", optional=True)


@pytest.mark.parametrize(
    ("query", "parameter", "line", "fault"),
    [
        ("SELECT ?s {\n VALUES ?x { 1 }\n { SELECT ?s {\n ?s ?p ?x } } }", X, 4, "a sub-SELECT does not see"),
        ("SELECT ?s {\n VALUES ?x { 1 } ?s ?p ?o\n MINUS { ?s ?q ?x } }", X, 3, "MINUS does not see"),
        ("SELECT ?s {\n VALUES ?x { 1 }\n { ?s ?p ?o FILTER(?o < ?x) } }", X, 3, "a FILTER does not see"),
        ("SELECT ?s { ?s ?p ?o\n BIND(?x AS ?y)\n VALUES ?x { 1 } }", X, 2, "BIND sees the parameter ?x only after"),
        ("SELECT ?s { ?s ?p ?x }\nVALUES ?x { 1 }", X, 2, "joined after the aggregates"),
        ("SELECT ?s { ?s ?p ?x }", X, 1, "no VALUES ?x { … } block"),
        ("SELECT ?s {\n VALUES ?x { 1 2 } ?s ?p ?x }", X, 2, "one variable and one term"),
        ("SELECT ?s {\n VALUES (?x ?y) { (1 2) } ?s ?p ?x }", X, 2, "one variable and one term"),
        ("SELECT ?s { VALUES ?x { 1 } ?s ?p ?x\n MINUS { VALUES ?x { 2 } ?s ?q ?x } }", X, 2, "different values"),
        ("SELECT ?s { VALUES ?x { UNDEF } ?s ?p ?o\n FILTER(?o = ?x) }", OPEN, 2, "the optional parameter ?x"),
        ("SELECT ?s { VALUES ?x { UNDEF } ?s ?p ?o\n OPTIONAL { ?s ?q ?x } }", OPEN, 2, "the optional parameter ?x"),
    ],
)
def test_a_trap_is_refused_on_its_line(query: str, parameter: Parameter, line: int, fault: str) -> None:
    assert [at for at, message in lint(query, [parameter]) if fault in message] == [line]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("SELECT ?s { VALUES ?x { 1 } ?s ?p ?o FILTER(?o <= ?x) }", X),
        ("SELECT ?s { VALUES ?x { 1 } ?s ?p ?x { SELECT ?s { VALUES ?x { 1 } ?s ?p ?x } } }", X),
        ("SELECT ?s { VALUES ?x { 1 } ?s ?p ?o OPTIONAL { ?s ?q ?x } }", X),
        ("SELECT ?s { VALUES ?x { 1 } ?s ?p ?o FILTER NOT EXISTS { ?s ?q ?r FILTER(?r > ?x) } }", X),
        ("SELECT ?s { VALUES ?x { UNDEF } ?s ?p ?x }", OPEN),
        ("SELECT ?s ?x { VALUES ?x { UNDEF } ?s ?p ?x } ORDER BY ?s ?x", OPEN),
        ("SELECT ?s { VALUES ?x { 1 } ?s ?p '?x } MINUS { ?x' FILTER(?s != ?x) } # MINUS { ?x }", X),
    ],
)
def test_the_right_forms_are_let_through(query: str, parameter: Parameter) -> None:
    assert lint(query, [parameter]) == []


@pytest.mark.parametrize(
    ("query", "line", "fault"),
    [
        ("SELECT ?s {\n?s ?p ?o }", 1, "no ORDER BY"),
        ("SELECT * {\n?s ?p ?o } ORDER BY ?s", 1, "SELECT * hides the columns"),
        ("SELECT ?s ?o ?p {\n?s ?p ?o }\nORDER BY ?s", 3, "ORDER BY is not total: add ?o ?p"),
        ("SELECT ?s (STR(?o) AS ?text) {\n?s ?p ?o }\nORDER BY ?s", 3, "add ?text"),
        ("SELECT ?s (COUNT(?o) AS ?n) {\n?s ?p ?o } GROUP BY ?s", 1, "no ORDER BY"),
        ("SELECT ?s { { SELECT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 1 } }", 1, "no ORDER BY"),
    ],
)
def test_rows_that_may_come_in_any_order_are_refused(query: str, line: int, fault: str) -> None:
    ((at, message),) = lint_order(query)
    assert (at, fault in message) == (line, True)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?s ?o { ?s ?p ?o } ORDER BY DESC(?o) ?s LIMIT 3",
        "SELECT ?s (STR(?o) AS ?text) { ?s ?p ?o } ORDER BY ?s ?o",
        "SELECT ?s (COUNT(?o) AS ?n) { ?s ?p ?o } GROUP BY ?s ORDER BY ?s",
        "SELECT (COUNT(?o) AS ?n) { ?s ?p ?o }",
        "SELECT ?s (?x AS ?asked) { VALUES ?x { 1 } ?s ?p ?x } ORDER BY ?s",
    ],
)
def test_rows_in_one_order_are_let_through(query: str) -> None:
    assert lint_order(query, [X]) == []


def test_the_queries_of_a_project_are_without_fault(project: Project, boats: Project) -> None:
    for catalogue in (Catalogue.of(project), Catalogue.of(boats)):
        assert {query.name: lint_query(query) for query in catalogue if lint_query(query)} == {}


def test_returns_must_name_the_columns(boats: Project) -> None:
    path = boats.queries / "competency" / "kinds-of-boats.rq"
    path.write_text(path.read_text().replace("returns: kind, boats", "returns: kind, ships"))
    assert lint_query(Catalogue.of(boats).find("kinds-of-boats")) == [(4, "returns must name the columns: kind, boats")]
