"""Comunica, the query engine in JavaScript, asks one service, and joins two: ours, and ours over another graph."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg import pipeline
from kg.project import Project
from tests.service.served import Served, served

pytestmark = pytest.mark.system
TOWN = "https://example.org/town/"
OPINIONS = f"""
@prefix o: <https://example.org/opinions/def#> .
<https://example.org/opinions/id/ann> o:likes <{TOWN}id/charter>, <{TOWN}id/dale>, <{TOWN}id/nowhere> .
<https://example.org/opinions/id/bob> o:likes <{TOWN}id/hill> .
"""
CLASSES = "SELECT DISTINCT ?class { ?s a ?class FILTER(isIRI(?class)) } ORDER BY ?class"


@pytest.fixture(scope="module")
def opinions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service of another graph, which says who likes what of the town."""
    root = tmp_path_factory.mktemp("opinions")
    for folder in ("ontology", "shapes", "instances"):
        (root / folder).mkdir()
    (root / "kg.toml").write_text('base = "https://example.org/opinions/"\n', encoding="utf-8")
    (root / "instances" / "opinions.ttl").write_text(OPINIONS, encoding="utf-8")
    project = Project.find(root)
    assert pipeline.build(project, out=root / "build").build
    with served(project, "--workers", "2") as found:
        yield found


def ask(clients: Path, query: str, *sources: str) -> list[dict[str, str]]:
    """Return the solutions, or the triples, that Comunica finds in sources."""
    done = subprocess.run(
        ["node", "comunica.js", query, *sources], cwd=clients, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_it_finds_out_that_we_are_an_endpoint_and_has_our_answer(clients: Path, server: Served) -> None:
    address = f"{server.address}/sparql"
    ours = server.ask(CLASSES, accept="text/csv").text.split()[1:]
    assert len(ours) > 3
    for source in (address, f"sparql@{address}"):
        assert [row["class"] for row in ask(clients, CLASSES, source)] == ours


def test_it_reads_triples_and_booleans(clients: Path, server: Served) -> None:
    source = f"sparql@{server.address}/sparql"
    construct = f"CONSTRUCT {{ ?s <x:of> ?class }} WHERE {{ ?s a ?class FILTER(STRSTARTS(STR(?s), '{TOWN}id/')) }}"
    found = {(row["s"], row["p"], row["o"]) for row in ask(clients, construct, source)}
    assert (f"{TOWN}id/charter", "x:of", f"{TOWN}def#Act") in found
    assert ask(clients, "ASK { ?s ?p ?o }", source) == [True]


def test_it_reads_a_document_of_a_resource(clients: Path, server: Served) -> None:
    query = f"SELECT ?label {{ <{TOWN}id/charter> <http://www.w3.org/2000/01/rdf-schema#label> ?label }}"
    found = ask(clients, query, f"{server.address}/id/charter.ttl")
    assert {"label": "charte des Vallons"} in found


def test_it_joins_us_with_another_endpoint(clients: Path, server: Served, opinions: Served) -> None:
    sources = [f"sparql@{one.address}/sparql" for one in (server, opinions)]
    query = """SELECT ?who ?label {
        ?who <https://example.org/opinions/def#likes> ?what .
        ?what a ?class ; <http://www.w3.org/2000/01/rdf-schema#label> ?label
        FILTER(LANG(?label) = "fr" && STRENDS(STR(?class), "Place"))
    }"""
    found = {(row["who"].rpartition("/")[2], row["label"]) for row in ask(clients, query, *sources)}
    assert found == {("ann", "vallon"), ("bob", "colline")}


def test_it_joins_a_document_of_one_with_the_endpoint_of_the_other(
    clients: Path, server: Served, opinions: Served
) -> None:
    query = f"""SELECT ?label {{
        ?who <https://example.org/opinions/def#likes> ?what
        SERVICE <{server.address}/sparql> {{
            ?what a <{TOWN}def#Act> ; <http://www.w3.org/2000/01/rdf-schema#label> ?label
        }}
    }}"""
    assert {"label": "charte des Vallons"} in ask(clients, query, f"{opinions.address}/id/ann.ttl")
