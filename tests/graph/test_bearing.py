"""Quads that do not bear on a query change none of its answers."""

import random

import pytest

from kg.graph.bearing import bear
from kg.graph.patterns import patterns
from kg.graph.store import Solutions, Store
from kg.source.reader import Quad

BASE = "https://example.org/"
E = f"PREFIX e: <{BASE}> "


def name(local: object) -> str:
    return f"<{BASE}{local}>"


QUERIES = {
    "a join": "SELECT ?s ?l { ?s a e:T ; e:label ?l }",
    "an optional": "SELECT ?s ?l { ?s a e:T OPTIONAL { ?s e:label ?l FILTER(?l != 'x') } }",
    "a sub-select": """SELECT ?s ?n { ?s a e:T OPTIONAL {
        SELECT ?s (COUNT(?o) AS ?n) { ?s e:p ?o . ?o e:label ?x } GROUP BY ?s } }""",
    "a minus": "SELECT ?s { ?s e:p ?o MINUS { ?s e:label ?l } }",
    "a union": "SELECT ?s { ?s a e:T { ?s e:p ?o } UNION { ?o e:p ?s } }",
    "what exists": "SELECT ?s { ?s a e:T FILTER NOT EXISTS { ?s e:p ?o . ?o e:label ?l } }",
    "a path": "SELECT ?s ?l { ?s a e:T ; e:p/e:label ?l }",
    "a graph": "SELECT ?s ?g { ?s a e:T GRAPH ?g { ?s ?p ?o } }",
    "values": "SELECT ?s ?o { VALUES ?s { e:1 e:2 } ?s e:p ?o }",
    "something computed": "SELECT ?s ?m { ?s a e:T ; e:label ?l BIND(CONCAT(?l, '!') AS ?m) }",
    "a question": "ASK { ?s a e:T ; e:p e:1 }",
    "a value": "SELECT ?s { ?s e:label 'x' . ?s e:p ?s }",
}  # fmt: skip


def answer(store: Store, query: str) -> object:
    found = store.query(query)
    return sorted(map(str, found.rows)) if isinstance(found, Solutions) else found


@pytest.mark.parametrize("which", QUERIES)
def test_what_does_not_bear_changes_nothing(which: str) -> None:
    query = E + QUERIES[which]
    found = patterns(query, base=BASE)
    assert found is not None
    chance = random.Random(which)
    a = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"

    def quad() -> Quad:
        s, graph = name(chance.randrange(5)), chance.choice(["", name("g")])
        return chance.choice(
            [
                (graph, s, a, name("T")),
                (graph, s, name("p"), name(chance.randrange(5))),
                (graph, s, name("label"), '"x"'),
                (graph, s, name("other"), name("T")),
            ]
        )

    borne = []
    for _ in range(150):
        old = {quad() for _ in range(chance.randrange(8))}
        new = old ^ {quad()}
        stores = []
        for quads in (old, new):
            store = Store.memory()
            store.add(quads)
            stores.append(store)
        borne.append(bear(old ^ new, found, store=stores[1]))
        if not borne[-1]:
            assert answer(stores[0], query) == answer(stores[1], query)
    assert any(borne)
    assert not all(borne)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?s { ?s e:p* ?o }",
        "SELECT ?s { ?s !e:p ?o }",
        "SELECT ?s FROM e:g { ?s e:p ?o }",
        "SELECT ?g { GRAPH ?g { } }",
        "DESCRIBE e:1",
        "SELECT ?s { SERVICE e:s { ?s e:p ?o } }",
        "SELECT ?s { ?s q:p ?o }",
        "no query",
    ],
)
def test_what_may_see_anything_has_no_patterns(query: str) -> None:
    assert patterns(E + query, base=BASE) is None
