"""Documents of results: the W3C's tests of JSON, CSV and TSV, and the limit of rows."""

import csv
import io
import json
import re
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph, Namespace, URIRef
from rdflib.collection import Collection
from tests.conftest import SHARED

from kg.errors import QueryError, ResourceError
from kg.graph.store import Dataset, Store

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
FOLDERS = [SHARED / "conformance" / "sparql11" / name for name in ("json-res", "csv-tsv-res")]


def cases() -> list[tuple[Path, Path, Path]]:
    """Return the query, the data and the expected results of each test."""
    found = []
    for folder in FOLDERS:
        if not folder.is_dir():
            continue
        graph = Graph().parse(folder / "manifest.ttl", publicID="file:/")
        for test in Collection(graph, next(graph.objects(None, MF.entries))):
            action = graph.value(test, MF.action)
            of_test = graph.value(action, QT.query), graph.value(action, QT.data), graph.value(test, MF.result)
            query, data, result = (folder / str(URIRef(str(one))).split("/")[-1] for one in of_test)
            found.append((query, data, result))
    return found


CASES = cases()


def write(store: Store, query: str, format: str, *, most: int = 100, dataset: Dataset | None = None) -> bytes:
    out = io.BytesIO()
    with store.find(query, prefixes={}, base="http://example.org/", dataset=dataset) as found:
        found.write(out, format=format, prefixes={}, most=most)
    return out.getvalue()


def number(term: str) -> str:
    """Return a number by its value: the store keeps numbers, not how they were written nor which integers they are."""
    match = re.fullmatch(r'"?([-+]?[\d.]+(?:[eE][-+]?\d+)?)(?:"\^\^<\S+#(?:\w*[iI]nteger|decimal|double)>)?', term)
    return str(float(match[1])) if match else term


def rows(document: bytes, suffix: str) -> object:
    """Return a document of results as a value; blank nodes are all alike in these tests."""
    if suffix == "csv":
        names, *lines = csv.reader(io.StringIO(re.sub(r"_:\w+", "_:", document.decode())))
        return sorted(sorted(zip(names, map(number, line), strict=True)) for line in lines)
    form = {"srj": ox.QueryResultsFormat.JSON, "tsv": ox.QueryResultsFormat.TSV}[suffix]
    found = ox.parse_query_results(document, format=form)
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    names = sorted(variable.value for variable in found.variables)
    return names, sorted([number(re.sub(r"_:\w+", "_:", str(row[name]))) for name in names] for row in found)


@pytest.mark.conformance
def test_the_suites_have_ten_tests(conformance: Path) -> None:
    assert len(CASES) == 10


@pytest.mark.conformance
@pytest.mark.parametrize(("query", "data", "result"), CASES, ids=[case[2].name for case in CASES])
def test_results_are_those_of_the_standard(query: Path, data: Path, result: Path) -> None:
    store = Store.memory()
    store.add_lines(Graph().parse(data).serialize(format="nt"))
    suffix = result.suffix[1:]
    document = write(store, query.read_text(), "json" if suffix == "srj" else suffix)
    assert rows(document, suffix) == rows(result.read_bytes(), suffix)


def town() -> Store:
    store = Store.memory()
    store.add_lines("".join(f'<http://x/{i}> <http://x/p> "{i}" .\n' for i in range(10)))
    store.add_lines("<http://x/a> <http://x/p> <http://x/b> <http://x/g> .\n")
    return store


@pytest.mark.parametrize("format", ["json", "xml", "csv", "tsv"])
def test_more_rows_than_the_limit_are_an_error(format: str) -> None:
    query = "SELECT ?s { ?s ?p ?o }"
    assert write(town(), query, format, most=10)
    with pytest.raises(ResourceError, match="more than 9 rows"):
        write(town(), query, format, most=9)


@pytest.mark.parametrize("format", ["turtle", "nt", "rdf", "jsonld", "trig"])
def test_more_triples_than_the_limit_are_an_error(format: str) -> None:
    query = "CONSTRUCT WHERE { ?s ?p ?o }"
    assert write(town(), query, format, most=10)
    with pytest.raises(ResourceError, match="more than 9 rows"):
        write(town(), query, format, most=9)


def test_a_dataset_goes_before_that_of_the_query() -> None:
    query = "SELECT (COUNT(*) AS ?n) FROM <http://x/none> { ?s ?p ?o }"
    assert json.loads(write(town(), query, "json", dataset=Dataset(default=("http://x/g",))))["results"][
        "bindings"
    ] == [{"n": {"type": "literal", "value": "1", "datatype": "http://www.w3.org/2001/XMLSchema#integer"}}]
    assert b'"boolean":false' in write(town(), "ASK { ?s ?p ?o }", "json", dataset=Dataset(named=("http://x/g",)))


def test_a_graph_of_the_store_is_known() -> None:
    assert town().has_graph("http://x/g")
    assert not town().has_graph("http://x/other")
    assert not town().has_graph("no iri")


def test_terms_beyond_rdf_1_1_are_an_error() -> None:
    with pytest.raises(QueryError, match="not a term of RDF 1.1"):
        write(town(), "SELECT (<<( <http://x/s> <http://x/p> 1 )>> AS ?x) {}", "json")
