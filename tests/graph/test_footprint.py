"""A query sees the triples of the predicates that its patterns name, wherever they stand; or it may see all."""

import pytest
from rdflib.plugins.sparql.parser import parseQuery

from kg.graph.footprint import footprint
from kg.graph.terms import TYPE


@pytest.mark.parametrize(
    ("where", "seen"),
    [
        ("?s a:p ?o ; a a:C", "p type=C"),
        ("?s a:p ?o ; a ?c", "p type"),
        ("?s a/a:p* a:C", "p type"),
        ("FILTER EXISTS { ?s a a:C , a:D }", "type=C type=D"),
        ("?s a:p ?o OPTIONAL { ?o a:q ?x FILTER EXISTS { ?x a:r ?y MINUS { ?x a:t 1 } } }", "p q r t"),
        ("FILTER NOT EXISTS { ?s a:p 1 , 2 ; a:q 3 }", "p q"),
        ("BIND (EXISTS { ?s a:p ?o } AS ?b)", "p"),
        ("{ SELECT ?s { ?s a:p ?o } } UNION { ?s a:q ?o }", "p q"),
        ("?s a:p/(a:q|^a:r)+/a:t* ?o", "p q r t"),
        ("?s a:p+ ?o", "p"),
    ],
)
def test_the_predicates_of_all_its_patterns(where: str, seen: str) -> None:
    parsed = parseQuery(f"PREFIX a: <urn:a:> SELECT * {{ {where} }}")
    expected = set()
    for name in seen.split():
        predicate, _, kind = name.partition("=")
        token = TYPE if predicate == "type" else f"<urn:a:{predicate}>"
        expected.add((token, f"<urn:a:{kind}>" if kind else None))
    assert footprint(parsed) == expected


@pytest.mark.parametrize(
    "where",
    ["?s ?p ?o", "FILTER EXISTS { ?s ?p ?o }", "?s !a:p ?o", "?s a:p* ?o", "?s ^(a:p?) ?o", "?s a:p|a:q* ?o",
     "?s a:p*/a:q? ?o", "GRAPH ?g { ?s a:p ?o }"],
)  # fmt: skip
def test_or_all(where: str) -> None:
    assert footprint(parseQuery(f"PREFIX a: <urn:a:> SELECT * {{ {where} }}")) is None
