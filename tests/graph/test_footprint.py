"""A query sees the triples of the predicates that its patterns name, wherever they stand; or it may see all."""

import pytest
from rdflib.plugins.sparql.parser import parseQuery

from kg.graph.footprint import footprint


@pytest.mark.parametrize(
    ("where", "seen"),
    [
        ("?s a:p ?o ; a a:C", "p type"),
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
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    assert footprint(parsed) == {f"<{rdf}type>" if name == "type" else f"<urn:a:{name}>" for name in seen.split()}


@pytest.mark.parametrize(
    "where",
    ["?s ?p ?o", "FILTER EXISTS { ?s ?p ?o }", "?s !a:p ?o", "?s a:p* ?o", "?s ^(a:p?) ?o", "?s a:p|a:q* ?o",
     "?s a:p*/a:q? ?o", "GRAPH ?g { ?s a:p ?o }"],
)  # fmt: skip
def test_or_all(where: str) -> None:
    assert footprint(parseQuery(f"PREFIX a: <urn:a:> SELECT * {{ {where} }}")) is None
