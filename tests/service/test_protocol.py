"""The W3C's tests of the SPARQL 1.1 Protocol, over HTTP."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest
from rdflib import RDF, BNode, Graph, Namespace, URIRef
from rdflib.collection import Collection

from kg import pipeline
from kg.project import Project
from tests.conftest import SHARED
from tests.service.served import Served, served

pytestmark = pytest.mark.conformance

HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
DATA = "http://kasei.us/2009/09/sparql/data/"
FOLDER = SHARED / "conformance" / "sparql11" / "protocol"
KINDS = {
    "boolean": {"application/sparql-results+json", "application/sparql-results+xml"},
    "tabular": {
        *("application/sparql-results+json", "application/sparql-results+xml"),
        *("text/csv", "text/tab-separated-values"),
    },
    "RDF": {"text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json"},
}


def manifest() -> Graph:
    return Graph().parse(FOLDER / "manifest.ttl", publicID="http://example.org/manifest")


def entries() -> list[URIRef]:
    if not FOLDER.is_dir():
        return []
    graph = manifest()
    found = next(graph.objects(None, MF.entries))
    return [test for test in Collection(graph, found) if isinstance(test, URIRef)]


def name(test: URIRef) -> str:
    return test.split("#")[1]


ENTRIES = entries()
QUERIES = [test for test in ENTRIES if name(test).startswith(("query", "bad_query", "bad_multiple_queries"))]
UPDATES = [test for test in ENTRIES if test not in QUERIES]


@pytest.fixture(scope="module")
def tests(conformance: Path) -> Graph:
    return manifest()


@pytest.fixture(scope="module")
def endpoint(conformance: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over the tests' graphs; data0.rdf, of which they say nothing, is a graph with one triple."""
    root = tmp_path_factory.mktemp("protocol")
    for folder in ("ontology", "shapes", "instances"):
        (root / folder).mkdir()
    (root / "kg.toml").write_text('base = "http://example.org/"\n')
    graphs = {f"{DATA}data{i}.rdf": (FOLDER / f"data{i}.nt").read_text() for i in (1, 2, 3)}
    graphs[f"{DATA}data0.rdf"] = "<http://example.org/s> <http://example.org/p> <http://example.org/o> ."
    text = "".join(f"<{iri}> {{ {triples} }}\n" for iri, triples in graphs.items())
    (root / "instances" / "data.trig").write_text(text)
    project = Project.find(root)
    assert pipeline.build(project, out=root / "build").build
    with served(project, "--workers", "1") as found:
        yield found


def send(graph: Graph, request: BNode, endpoint: Served) -> httpx.Response:
    """Send a request as the manifest says it."""
    path = str(graph.value(request, HT.absolutePath))
    assert path.startswith("/sparql/")
    headers = {}
    if listed := graph.value(request, HT.headers):
        for header in Collection(graph, listed):
            headers[str(graph.value(header, HT.fieldName))] = str(graph.value(header, HT.fieldValue))
    content = None
    if body := graph.value(request, HT.body):
        encoding = str(graph.value(body, CNT.characterEncoding))
        content = str(graph.value(body, CNT.chars)).encode(encoding)
    url = urljoin(endpoint.address, path)
    return endpoint.client.request(str(graph.value(request, HT.methodName)), url, headers=headers, content=content)


def requests(graph: Graph, test: URIRef) -> list[BNode]:
    action = graph.value(test, MF.action)
    return [one for one in Collection(graph, graph.value(action, HT.requests)) if isinstance(one, BNode)]


def test_the_suite_has_twenty_tests_of_queries(conformance: Path) -> None:
    assert len(QUERIES) == 20
    assert len(UPDATES) == 14


@pytest.mark.parametrize("test", QUERIES, ids=name)
def test_queries_are_answered_as_the_standard_says(test: URIRef, tests: Graph, endpoint: Served) -> None:
    assert (test, RDF.type, MF.ProtocolTest) in tests
    found = requests(tests, test)
    assert found
    for request in found:
        response = send(tests, request, endpoint)
        said = tests.value(request, HT.resp)
        expected = {str(status)[-3] for status in tests.objects(said, MF.expectedStatus)}
        assert str(response.status_code)[0] in expected, response.text
        kind = tests.value(said, MF.expectedFormat)
        if kind is not None:
            assert response.headers["content-type"].split(";")[0] in KINDS[str(kind)]
        boolean = tests.value(said, MF.expectedBoolean)
        if boolean is not None:
            assert response.json()["boolean"] is boolean.toPython()


@pytest.mark.parametrize("test", UPDATES, ids=name)
def test_updates_are_refused(test: URIRef, tests: Graph, endpoint: Served) -> None:
    response = send(tests, requests(tests, test)[0], endpoint)
    wrong_request = name(test).startswith("bad_update") and response.status_code == 415
    assert response.status_code == 403 or wrong_request, response.text
