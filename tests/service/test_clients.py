"""Real clients: SPARQLWrapper, rdflib's SERVICE and store, and our own."""

import pytest
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
)
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from kg.graph.build import Build
from kg.project import Project
from kg.query import local, remote
from kg.query.catalogue import Catalogue
from kg.query.exchange import Endpoint
from tests.service.served import Served

SELECT = "SELECT DISTINCT ?class { ?s a ?class FILTER(isIRI(?class)) } ORDER BY ?class"
CONSTRUCT = "CONSTRUCT { ?s a ?class } WHERE { ?s a ?class FILTER(isIRI(?s)) }"


def wrapper(server: Served, query: str, *, method: str, form: str, how: str = URLENCODED) -> SPARQLWrapper:
    asking = SPARQLWrapper(f"{server.address}/sparql")
    asking.setQuery(query)
    asking.setMethod(method)
    asking.setRequestMethod(how)
    asking.setReturnFormat(form)
    return asking


@pytest.mark.parametrize(("method", "how"), [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)])
def test_sparqlwrapper_reads_every_format(method: str, how: str, server: Served) -> None:
    found = wrapper(server, SELECT, method=method, form=JSON, how=how).queryAndConvert()
    classes = [row["class"]["value"] for row in found["results"]["bindings"]]
    assert len(classes) > 3
    document = wrapper(server, SELECT, method=method, form=XML, how=how).queryAndConvert().toxml()
    assert all(one in document for one in classes)
    for form in (CSV, TSV):
        text = wrapper(server, SELECT, method=method, form=form, how=how).queryAndConvert().decode()
        assert [line.strip("<>") for line in text.split()[1:]] == classes
    graphs = [
        Graph().parse(
            wrapper(server, CONSTRUCT, method=method, form=form, how=how).query().response.read(), format=name
        )
        for form, name in ((RDFXML, "xml"), (JSONLD, "json-ld"), (TURTLE, "turtle"))
    ]
    assert len(graphs[0]) > 3
    assert set(graphs[0]) == set(graphs[1]) == set(graphs[2])


def test_sparqlwrapper_is_told_what_is_wrong(server: Served) -> None:
    with pytest.raises(QueryBadFormed, match="line 1, column"):
        wrapper(server, "SELECT {", method=GET, form=JSON).query()


def test_rdflib_joins_its_own_triples_with_ours(server: Served) -> None:
    mine = Graph()
    charter = URIRef("https://example.org/town/id/charter")
    mine.add((URIRef("http://example.org/me"), URIRef("http://example.org/likes"), charter))
    query = f"""SELECT ?thing ?class {{
        ?who <http://example.org/likes> ?thing
        SERVICE <{server.address}/sparql> {{ ?thing a ?class }}
    }}"""
    rows = {(str(row[0]), str(row[1])) for row in mine.query(query)}
    assert (str(charter), "https://example.org/town/def#Act") in rows


def test_rdflib_reads_the_endpoint_as_a_graph(server: Served) -> None:
    graph = Graph(SPARQLStore(f"{server.address}/sparql", returnFormat="xml"))
    labels = set(
        graph.objects(
            URIRef("https://example.org/town/id/charter"), URIRef("http://www.w3.org/2000/01/rdf-schema#label")
        )
    )
    assert any(str(label) == "charte des Vallons" for label in labels)


def test_the_saved_queries_have_the_same_answer_here_and_there(server: Served, served_town: Project) -> None:
    catalogue = Catalogue.of(served_town)
    build = Build.open(served_town.root / "build")
    assert len(list(catalogue)) > 3
    for query in catalogue:
        here = local.answer(query, catalogue=catalogue, build=build)
        there = remote.answer(query, catalogue=catalogue, endpoint=Endpoint(f"{server.address}/sparql"))
        assert (here.variables, sorted(map(str, here.rows)), here.triples) == (
            there.variables,
            sorted(map(str, there.rows)),
            there.triples,
        ), query.name
