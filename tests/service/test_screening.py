"""What is refused is found whatever the text looks like, and what only looks like it is not refused."""

import socket

import pyoxigraph
import pytest

from kg.errors import QueryError
from kg.service.screening import RefusedError, screen
from tests.service.served import Served

PREFIXES = {"ex": "http://127.0.0.1:9/"}
SERVICES = [
    "SELECT * { SERVICE <http://127.0.0.1:9/x> { ?s ?p ?o } }",
    "SELECT * { service silent ?g { ?s ?p ?o } }",
    "SELECT * { SERVICEex:x { ?s ?p ?o } }",
    "SELECT * { SERVICE:x { ?s ?p ?o } }",
    "SELECT * { SERVICESILENTex:x { ?s ?p ?o } }",
    "SELECT * { ?s a trueSERVICE?x { ?s ?p ?o } }",
    "SELECT * { BIND(1 AS ?a) FILTER(?a<2)SERVICE#>\n<http://127.0.0.1:9/x> { ?s ?p ?o } }",
    "SELECT * { BIND('a' AS ?a) FILTER(?a<'>')SERVICE <http://127.0.0.1:9/x> { ?s ?p ?o } FILTER(?a<'b') }",
    'SELECT * { BIND(1 AS ?a) FILTER(?a<1)#>"""\nSERVICE <http://127.0.0.1:9/x> { ?s ?p ?o } #"""\n }',
    "SELECT * { { SELECT * { SERVICE ex:x { ?s ?p ?o } } } }",
    "ASK { FILTER EXISTS { SERVICE ex:x { ?s ?p ?o } } }",
]
HARMLESS = [
    'SELECT ("SERVICE <http://x/> {" AS ?x) {}',
    "SELECT * { ?s ?p '''SERVICE <http://x/> {''' }",
    "SELECT * { ?s ?p ?o } # SERVICE <http://x/> {}",
    "SELECT * { ?s ?p <http://example.org/SERVICE> }",
    "SELECT * { ?s <http://example.org/service#kind> ?o FILTER(?o < 3) }",
    "SELECT ?service { ?service a ex:Service }",
    "PREFIX service: <http://x/> SELECT * { ?s service:x ?o }",
    "SELECT ?load { ?load a ex:LOAD }",
    "SELECT (1 < 2 AS ?x) { FILTER(1<2&&3>2) }",
]


@pytest.mark.parametrize("query", SERVICES)
def test_services_are_refused(query: str) -> None:
    with pytest.raises(RefusedError, match="SERVICE is refused"):
        screen(query, prefixes=PREFIXES, base="http://b/")


@pytest.mark.parametrize("query", HARMLESS)
def test_what_only_looks_like_it_is_not_refused(query: str) -> None:
    screen(query, prefixes=PREFIXES, base="http://b/")
    pyoxigraph.Store().query(query, prefixes=PREFIXES)


@pytest.mark.parametrize(
    "update",
    [
        "LOAD <http://x/>",
        "PREFIX a: <http://b/> insert data { a:x a a:y }",
        "BASE <http://b/> #c\nDROP ALL",
        "clear all",
    ],
)
def test_updates_are_refused(update: str) -> None:
    with pytest.raises(RefusedError, match="read only"):
        screen(update, prefixes={}, base="http://b/")


def test_the_graphs_after_from_are_found() -> None:
    query = "BASE <http://a/> PREFIX p: <q#> SELECT * FROM <g> FROM NAMED p:x FROM ex:y FROM NAMED <http://z/> {}"
    found = screen(query, prefixes=PREFIXES, base="http://b/")
    assert found.graphs == ("http://a/g", "http://a/q#x", "http://127.0.0.1:9/y", "http://z/")


@pytest.mark.parametrize(("query", "volatile"), [("SELECT (NOW() AS ?x) {}", True), ("SELECT ('NOW' AS ?x) {}", False)])
def test_answers_that_differ_each_time_are_known(query: str, volatile: bool) -> None:
    assert screen(query, prefixes={}, base="http://b/").volatile is volatile


def test_a_refusal_is_an_error_of_the_query() -> None:
    assert issubclass(RefusedError, QueryError)


def test_no_query_makes_the_server_connect_anywhere(server: Served) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        for query in SERVICES:
            there = f"PREFIX ex: <http://127.0.0.1:9/> PREFIX : <http://127.0.0.1:9/> {query}".replace(
                ":9/", f":{port}/"
            )
            assert server.ask(there, method="POST").status_code == 403
        listening.settimeout(0.1)
        with pytest.raises(TimeoutError):
            listening.accept()
