"""The endpoint over HTTP: formats, errors, conditional requests, other origins, what it says of itself."""

import csv
import io
import json
import xml.etree.ElementTree as ET

import httpx
import pyoxigraph as ox
import pytest
from rdflib import RDF, Graph, Namespace

from kg.project import Project
from tests.service.served import Served, served

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
SELECT = "SELECT DISTINCT ?s { ?s a ?class FILTER(isIRI(?s)) } ORDER BY ?s LIMIT 3"
CONSTRUCT = "CONSTRUCT { ?s a ?c } WHERE { ?s a ?c FILTER(isIRI(?s)) } ORDER BY ?s ?c LIMIT 3"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

CHOICES = [
    (SELECT, "*/*", "application/sparql-results+json"),
    (SELECT, "", "application/sparql-results+json"),
    (SELECT, "application/sparql-results+xml", "application/sparql-results+xml"),
    (SELECT, "text/csv", "text/csv; charset=utf-8"),
    (SELECT, "text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
    (SELECT, "application/json", "application/json"),
    (SELECT, "text/csv;q=0.2, text/tab-separated-values;q=0.3", "text/tab-separated-values; charset=utf-8"),
    (SELECT, "application/sparql-results+json;q=0, */*;q=0.1", "application/sparql-results+xml"),
    (SELECT, "text/*", "text/csv; charset=utf-8"),
    (SELECT, "text/*, text/csv;q=0.5", "text/tab-separated-values; charset=utf-8"),
    (SELECT, "TEXT/CSV", "text/csv; charset=utf-8"),
    (SELECT, BROWSER, "application/xml"),
    ("ASK {}", "*/*", "application/sparql-results+json"),
    ("ASK {}", "text/csv, application/sparql-results+xml;q=0.1", "application/sparql-results+xml"),
    (CONSTRUCT, "*/*", "text/turtle; charset=utf-8"),
    (CONSTRUCT, "application/n-triples", "application/n-triples"),
    (CONSTRUCT, "application/rdf+xml", "application/rdf+xml"),
    (CONSTRUCT, "application/ld+json", "application/ld+json"),
    (CONSTRUCT, "application/trig", "application/trig"),
    ("DESCRIBE <https://example.org/town/def#Town>", "application/rdf+xml, text/turtle;q=0.9", "application/rdf+xml"),
]


@pytest.mark.parametrize(("query", "accept", "media"), CHOICES)
def test_the_format_is_the_one_that_the_client_likes_best(query: str, accept: str, media: str, server: Served) -> None:
    response = server.ask(query, accept=accept)
    assert (response.status_code, response.headers["content-type"]) == (200, media)
    assert response.headers["vary"] == "Accept, Accept-Language"
    assert response.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("method", ["GET", "POST", "HEAD"])
@pytest.mark.parametrize(
    ("query", "accept"),
    [
        (SELECT, "image/png"),
        (SELECT, "text/turtle"),
        (CONSTRUCT, "text/csv"),
        ("ASK {}", "text/csv"),
        (SELECT, "*/*;q=0"),
    ],
)
def test_what_no_format_satisfies_is_not_acceptable(query: str, accept: str, method: str, server: Served) -> None:
    response = server.ask(query, accept=accept, method=method)
    assert response.status_code == 406
    assert method == "HEAD" or "there is: " in response.text


@pytest.mark.parametrize(
    ("query", "name", "media"),
    [
        (SELECT, "json", "application/sparql-results+json"),
        (SELECT, "xml", "application/sparql-results+xml"),
        (SELECT, "csv", "text/csv; charset=utf-8"),
        (SELECT, "text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        (CONSTRUCT, "json", "application/ld+json"),
        (CONSTRUCT, "xml", "application/rdf+xml"),
        (CONSTRUCT, "ttl", "text/turtle; charset=utf-8"),
    ],
)
def test_format_goes_before_accept(query: str, name: str, media: str, server: Served) -> None:
    for method in ("GET", "POST"):
        response = server.ask(query, accept="image/png", format=name, method=method)
        assert (response.status_code, response.headers["content-type"]) == (200, media)


def test_an_unknown_format_is_named(server: Served) -> None:
    assert server.ask(SELECT, format="doc").status_code == 400
    assert server.ask(SELECT, format="turtle").status_code == 406


def test_all_formats_say_the_same(server: Served) -> None:
    documents = {name: server.ask(SELECT, format=name).content for name in ("json", "xml", "csv", "tsv")}
    rows = [row["s"]["value"] for row in json.loads(documents["json"])["results"]["bindings"]]
    assert len(rows) == 3
    assert [row[0] for row in csv.reader(io.StringIO(documents["csv"].decode()))] == ["s", *rows]
    assert documents["tsv"].decode().splitlines() == ["?s", *(f"<{row}>" for row in rows)]
    assert [e.text for e in ET.fromstring(documents["xml"]).iter("{http://www.w3.org/2005/sparql-results#}uri")] == rows
    graphs = {name: server.ask(CONSTRUCT, format=name).content for name in ("turtle", "nt", "rdf", "jsonld", "trig")}
    triples = {name: set(Graph().parse(data, format=form)) for name, form, data in (
        ("turtle", "turtle", graphs["turtle"]),
        ("nt", "nt", graphs["nt"]),
        ("rdf", "xml", graphs["rdf"]),
    )}  # fmt: skip
    triples["jsonld"] = set(Graph().parse(graphs["jsonld"], format="json-ld"))
    triples["trig"] = set(Graph().parse(graphs["trig"], format="turtle"))
    assert len(triples["nt"]) == 3
    assert all(found == triples["nt"] for found in triples.values())


def test_a_malformed_query_is_told_with_its_line_and_column(server: Served) -> None:
    response = server.ask("SELECT *\n{ ?s nope:x ?o }")
    assert response.status_code == 400
    assert response.text.startswith('line 2, column 12: the query does not parse: the prefix "nope" is not known')


@pytest.mark.parametrize(
    "query", ["SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "LOAD <http://127.0.0.1:9/>"]
)
def test_what_would_fetch_is_refused(query: str, server: Served) -> None:
    assert server.ask(query).status_code == 403
    assert server.ask(query, method="POST").status_code == 403


def test_the_dataset_is_made_of_graphs_of_the_store(server: Served) -> None:
    inferred = "https://example.org/town/graph/inferred"
    assert server.ask("ASK { ?s ?p ?o }", **{"default-graph-uri": inferred}).json()["boolean"] is True
    whole = int(server.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", format="csv").text.split()[1])
    part = server.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", format="csv", **{"default-graph-uri": inferred})
    assert 0 < int(part.text.split()[1]) < whole
    named = server.ask("ASK { ?s ?p ?o }", **{"named-graph-uri": inferred})
    assert named.json()["boolean"] is False
    for name in ("default-graph-uri", "named-graph-uri"):
        for wrong in ("https://example.org/other", "no iri", ""):
            response = server.ask("ASK {}", **{name: wrong})
            assert (response.status_code, "no such graph" in response.text) == (400, True)
    assert server.ask("ASK FROM <https://example.org/other> {}").status_code == 400
    assert server.ask(f"ASK FROM <{inferred}> {{ ?s ?p ?o }}").json()["boolean"] is True


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_are_not_allowed(method: str, server: Served) -> None:
    response = server.client.request(method, "/sparql")
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")


def test_options_say_the_methods_and_another_origin_may_ask(server: Served) -> None:
    response = server.client.options(
        "/sparql", headers={"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    )
    assert response.status_code == 204
    assert response.headers["allow"] == response.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS, POST"
    assert "Content-Type" in response.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in response.headers


def test_bodies_are_limited_and_are_what_they_say(server: Served) -> None:
    post = server.client.post
    assert post("/sparql", content=b"ASK {}").status_code == 415
    assert (
        post("/sparql", content=b"ASK {\xff}", headers={"Content-Type": "application/sparql-query"}).status_code == 400
    )
    assert post("/sparql", data={"update": "DROP ALL"}).status_code == 403
    assert post("/sparql", data={"format": "json"}).status_code == 400
    assert post("/sparql", data={"query": "ASK {}"}, params={"query": "ASK {}"}).status_code == 400
    large = "ASK { # " + "x" * 5_000_000 + "\n}"
    response = post("/sparql", content=large.encode(), headers={"Content-Type": "application/sparql-query"})
    assert (response.status_code, response.text) == (413, "a request has at most 100,000 bytes\n")
    pieces = (b"x" * 10_000 for _ in range(100))
    assert post("/sparql", content=pieces, headers={"Content-Type": "application/sparql-query"}).status_code == 413


def test_head_has_the_headers_of_get_and_no_body(server: Served) -> None:
    got, asked = server.ask(SELECT), server.ask(SELECT, method="HEAD")
    left = {"date", "x-request-id"}
    assert {k: v for k, v in got.headers.items() if k not in left} == {
        k: v for k, v in asked.headers.items() if k not in left
    }
    assert asked.content == b""


def test_an_answer_that_the_client_has_is_not_sent_again(server: Served) -> None:
    tag = server.ask(SELECT).headers["etag"]
    asked = {"params": {"query": SELECT}, "headers": {"If-None-Match": f'"other", {tag}'}}
    for method in ("GET", "HEAD"):
        response = server.client.request(method, "/sparql", **asked)
        assert (response.status_code, response.content, response.headers["etag"]) == (304, b"", tag)
        assert response.headers["vary"]
    assert server.ask(SELECT, accept="text/csv").headers["etag"] != tag
    assert server.ask(CONSTRUCT).headers["etag"] != tag
    assert server.client.get("/sparql", params=asked["params"], headers={"If-None-Match": '"other"'}).status_code == 200
    posted = server.client.post("/sparql", data={"query": SELECT}, headers={"If-None-Match": tag})
    assert posted.status_code == 200


def test_what_differs_each_time_has_no_tag(server: Served) -> None:
    response = server.ask("SELECT (RAND() AS ?x) {}")
    assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")
    assert "etag" not in response.headers


def test_a_large_answer_comes_whole(server: Served) -> None:
    query = "SELECT * { ?s ?p ?o . ?a ?b ?c } LIMIT 10000"
    response = server.ask(query)
    assert len(response.json()["results"]["bindings"]) == 10_000
    assert int(response.headers["content-length"]) == len(response.content) > 1_000_000


# The W3C's three tests of service descriptions: RDF is returned, the endpoint is said, the vocabulary is kept.
@pytest.mark.parametrize(
    "accept", ["*/*", "text/turtle", "application/rdf+xml", "application/ld+json", "application/trig"]
)
def test_without_a_query_the_endpoint_describes_itself(accept: str, server: Served) -> None:
    response = server.client.get("/sparql", headers={"Accept": accept})
    media = response.headers["content-type"].split(";")[0]
    graph = Graph().parse(response.content, format="turtle" if media == "application/trig" else media)
    service = next(graph.subjects(RDF.type, SD.Service))
    assert {str(o) for o in graph.objects(service, SD.endpoint)} == {f"{server.address}/sparql"}
    assert set(graph.objects(service, SD.supportedLanguage)) == {SD.SPARQL11Query}
    assert (next(graph.objects(service, SD.defaultDataset)), RDF.type, SD.Dataset) in graph
    used = {p for p in graph.predicates() if p in SD} | {o for o in graph.objects(None, RDF.type) if o in SD}
    known = "Service Dataset Graph endpoint supportedLanguage resultFormat defaultDataset defaultGraph".split()
    assert used == {SD[name] for name in known}


def test_the_description_says_how_many_triples_there_are(server: Served) -> None:
    graph = Graph().parse(server.client.get("/sparql").content, format="turtle")
    said = next(graph.objects(None, Namespace("http://rdfs.org/ns/void#").triples))
    assert int(said) == int(server.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", format="csv").text.split()[1])


@pytest.mark.parametrize(("languages", "language"), [("fr-FR, en;q=0.5", "fr"), ("de, en;q=0.1", "en"), ("", "fr")])
def test_people_get_a_form_in_their_language(languages: str, language: str, server: Served) -> None:
    response = server.client.get("/sparql", headers={"Accept": BROWSER, "Accept-Language": languages})
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["content-language"] == language
    assert f'<html lang="{language}">' in response.text
    assert "<script>" not in response.text
    assert "default-src 'none'" in response.headers["content-security-policy"]
    tag = response.headers["etag"]
    again = {"Accept": BROWSER, "Accept-Language": languages, "If-None-Match": tag}
    assert server.client.get("/sparql", headers=again).status_code == 304


def test_a_description_that_cannot_be_had_is_not_acceptable(server: Served) -> None:
    assert server.client.get("/sparql", headers={"Accept": "image/png"}).status_code == 406


def test_a_host_that_is_none_is_not_believed(server: Served) -> None:
    response = server.client.get("/sparql", headers={"Host": "x> <http://y"})
    assert f"<{server.address}/sparql>" in response.text
    assert "http://y" not in response.text


def test_behind_a_proxy_the_endpoint_knows_its_address(served_town: Project) -> None:
    with served(
        served_town, "--workers", "1", "--base-path", "/g/", "--public-url", "https://data.example.org/g/"
    ) as found:
        assert found.address.endswith("/g")
        response = found.client.get(f"{found.address}/sparql")
        graph = Graph().parse(response.content, format="turtle")
        assert [str(o) for o in graph.objects(None, SD.endpoint)] == ["https://data.example.org/g/sparql"]
        assert found.client.get(f"{found.address}/health").json() == {"status": "live"}
        root = httpx.URL(found.address).copy_with(path="/sparql")
        assert httpx.get(root).status_code == 404


def test_every_kind_of_term_is_read_by_another_reader(server: Served) -> None:
    rows = """(<http://x/,> "a\\"\\n\\té,") ("x"@fr 1) ("2020-01-01"^^xsd:date UNDEF) (true 1.50) ("<&>" "\\r")"""
    formats = {"json": ox.QueryResultsFormat.JSON, "xml": ox.QueryResultsFormat.XML, "tsv": ox.QueryResultsFormat.TSV}
    read = {}
    for name, form in formats.items():
        found = ox.parse_query_results(
            server.ask(f"SELECT * {{ VALUES (?a ?b) {{ {rows} }} }}", format=name).content, format=form
        )
        assert isinstance(found, ox.QuerySolutions)
        read[name] = [(row["a"], row["b"]) for row in found]
    assert len(read["json"]) == 5
    assert read["json"][0] == (ox.NamedNode("http://x/,"), ox.Literal('a"\n\té,'))
    assert read["json"] == read["xml"] == read["tsv"]


def test_a_character_that_xml_cannot_say_is_told(server: Served) -> None:
    response = server.ask('SELECT ("\\u0001" AS ?x) {}', format="xml")
    assert (response.status_code, "ask for another format" in response.text) == (400, True)


def test_an_upgrade_to_a_websocket_is_answered_as_http(server: Served) -> None:
    headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "x", "Sec-WebSocket-Version": "13"}
    assert server.client.get("/sparql", params={"query": "ASK {}"}, headers=headers).status_code == 200
