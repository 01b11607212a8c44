"""A build is pushed to a real triple store, Virtuoso from Debian, and questions give the same answers there."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from benchmarks.virtuoso import PASSWORD, Virtuoso, virtuoso

from kg.errors import EndpointError
from kg.graph.build import Build
from kg.graph.canonical import canonical_nquads
from kg.graph.store import read_quads
from kg.graph.terms import XSD
from kg.project import Project
from kg.publication.pushing.push import pushed_dataset
from kg.query import local, remote
from kg.query.catalogue import Catalogue
from kg.query.credentials import Credentials
from kg.query.exchange import Endpoint
from kg.query.parameters import parse_values
from tests.competency.test_questions import EXPECTED, rows
from tests.conftest import ROOT
from tests.publication.pushing.conftest import MORE, TRIPLES, dataset
from tests.publication.pushing.stores import Store, between, written

pytestmark = pytest.mark.system

MERGED = "https://example.org/merged"


def as_store(server: Virtuoso, default_graph: str) -> Store:
    asked, graphs = f"{server.url}/sparql-auth", f"{server.url}/sparql-graph-crud-auth"
    return Store(asked, asked, graphs, default_graph, Credentials("dba", PASSWORD))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Virtuoso]:
    with virtuoso(tmp_path_factory.mktemp("virtuoso"), rows=100_000) as running:
        yield running


@pytest.fixture(scope="module")
def store(server: Virtuoso) -> Store:
    return as_store(server, MERGED)


@pytest.fixture
def example(tmp_path: Path) -> Project:
    (tmp_path / "kg.toml").write_text('base = "https://example.org/"\nlanguages = ["en"]\n')
    return Project.load(tmp_path / "kg.toml")


@pytest.fixture(scope="module")
def endpoint(project: Project, project_build: Build, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """Virtuoso with the whole graph of the project, asked over what was pushed."""
    with virtuoso(tmp_path_factory.mktemp("virtuoso"), rows=100_000) as running:
        filled = as_store(running, f"{project.base}graph/merged")
        done = filled.push(project_build, project, accept_changes=True)
        quads = project_build.manifest["quads"]
        assert done.triples == quads["default"] + quads["named"] + quads["inferred"]
        # Numbers of more than fifteen decimals, which Virtuoso rounds.
        assert 0 < done.changed < 100
        url = filled.queries.removesuffix("-auth")
        found = pushed_dataset(Endpoint(url), base=project.base, default_graph=f"{project.base}graph/merged")
        yield Endpoint(url, timeout=60, dataset=found)


@pytest.mark.parametrize("file", EXPECTED, ids=lambda file: file.stem)
def test_the_endpoint_gives_the_answer_read_from_the_text(file: Path, endpoint: Endpoint, project: Project) -> None:
    name, _, date = file.stem.partition("@")
    catalogue = Catalogue.of(project)
    query = catalogue.find(name)
    assert project.as_of is not None
    dated = "asOf" in {parameter.name for parameter in query.params}
    values = parse_values({"asOf": date or project.as_of.isoformat()} if dated else {}, query.params, query=name,
                          project=project)  # fmt: skip
    answer = remote.answer(query, catalogue=catalogue, endpoint=endpoint, values=values)
    same = replace(answer, rows=tuple(tuple(map(plain, row)) for row in answer.rows))
    text = same.render("csv", project=project).replace(project.base, "")
    expected = file.read_text(encoding="utf-8")
    assert rows(text) == rows(re.sub(r"POINT \(", "POINT(", expected))


PICTURES = sorted(file.stem for file in (ROOT / "queries" / "pictures").glob("*.rq"))


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_has_the_same_rows_in_the_same_order(
    name: str, endpoint: Endpoint, project: Project, project_build: Build
) -> None:
    catalogue = Catalogue.of(project)
    here = local.answer(catalogue.find(name), catalogue=catalogue, build=project_build)
    there = remote.answer(catalogue.find(name), catalogue=catalogue, endpoint=endpoint)
    assert here.rows
    assert [tuple(map(spaceless, row)) for row in there.rows] == [tuple(map(spaceless, row)) for row in here.rows]


def spaceless(token: str | None) -> str | None:
    """Return a term as it is compared: a geometry without spaces, of whichever datatype."""
    if token and token.endswith(("#wktLiteral>", "#Geometry>")):
        return re.sub(r"\s", "", token.rpartition("^^")[0])
    return plain(token)


def plain(token: str | None) -> str | None:
    """Return a term as it is compared: Virtuoso writes true as 1 (a point, it writes without a space)."""
    return f'"true"^^<{XSD}boolean>' if token == f'"1"^^<{XSD}boolean>' else token


def test_a_fact_stated_in_two_passages_counts_once(endpoint: Endpoint, project: Project) -> None:
    base = project.base
    query = f"SELECT (COUNT(?day) AS ?n) {{ <{base}id/act/erbm> <{base}def#signedOn> ?day }}"
    assert remote.ask(query, endpoint=endpoint).rows == (('"1"^^<http://www.w3.org/2001/XMLSchema#integer>',),)


def test_a_question_of_yes_or_no_is_answered(endpoint: Endpoint, project: Project) -> None:
    for act, known in (("erbm", True), ("nothing", False)):
        asked = f"ASK {{ <{project.base}id/act/{act}> ?p ?o }}"
        assert remote.ask(asked, endpoint=endpoint).boolean is known


def there(store: Store, graph: str) -> list[str]:
    """Return a graph of the store in canonical N-Triples."""
    who = httpx.DigestAuth("dba", "dba")
    reply = httpx.get(store.graphs, params={"graph": graph}, auth=who, headers={"Accept": "application/n-triples"})
    return canonical_nquads(read_quads(reply.content if reply.status_code == 200 else b"", suffix=".nt"))


def in_build(build: Build, graph: str) -> list[str]:
    quads = read_quads(build.dump.read_bytes(), suffix=".nq")
    return canonical_nquads(("", s, p, o) for g, s, p, o in quads if g == (f"<{graph}>" if graph else ""))


def assert_same(store: Store, build: Build) -> None:
    assert there(store, MERGED) == in_build(build, "")
    for token in TRIPLES:
        assert there(store, token[1:-1]) == in_build(build, token[1:-1])


def test_blank_nodes_languages_and_iris_are_intact_and_a_newer_build_takes_the_place(
    store: Store, example: Project, tmp_path: Path
) -> None:
    first = written(tmp_path / "first", dataset(MORE).replace("@en-GB", "@en"))
    store.push(first, example)
    assert_same(store, first)
    assert store.push(first, example).sent == 0
    second = written(tmp_path / "second", dataset().replace("@en-GB", "@en").replace("2019", "2021"))
    store.push(second, example)
    assert_same(store, second)


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_a_random_moment_and_begun_again_it_is_the_same(
    seed: int, store: Store, example: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    monkeypatch.setenv("KG_PUSH_USER", "dba")
    monkeypatch.setenv("KG_PUSH_PASSWORD", "dba")
    more = "".join(
        f'<https://example.org/s{i}> <urn:p{seed}> "{i}"@fr <https://example.org/g{i % 2 + 1}> .\n'
        f"<https://example.org/s{i}> <urn:q> _:n{i // 2} .\n"
        for i in range(3000)
    )
    build = written(tmp_path / "b", dataset(more).replace("@en-GB", "@en"))
    command = store.command(tmp_path, build.folder)
    for _ in range(3):
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            time.sleep(chance.uniform(0.4, 3))
            process.send_signal(signal.SIGKILL)
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    assert_same(store, build)


def test_a_store_that_fails_halfway_is_told_and_the_push_goes_on(
    store: Store, example: Project, tmp_path: Path
) -> None:
    build = written(tmp_path / "b", dataset().replace("@en-GB", "@en").replace("2019", "2023"))
    with between(store) as proxy:
        broken = replace(store.through(proxy.url), default_graph=MERGED, credentials=store.credentials)
        for after in (0, 8, 14):
            proxy.seen, proxy.after, proxy.fault = 0, after, "500"
            with pytest.raises(EndpointError, match=r"(?s)answered 500 Internal Server Error: .*the disk is full"):
                broken.push(build, example)
    store.push(build, example)
    assert_same(store, build)


@pytest.mark.parametrize("who", [Credentials(), Credentials("dba", "wr0ngpassword"), Credentials(token="t0kentoken")])
def test_refused_credentials_are_told_without_them(
    who: Credentials, store: Store, example: Project, tmp_path: Path
) -> None:
    build = written(tmp_path / "b", dataset())
    with pytest.raises(EndpointError) as caught:
        replace(store, credentials=who).push(build, example)
    assert "answered 401 Unauthorized" in str(caught.value)
    assert "KG_PUSH_USER" in str(caught.value) or "credentials" in str(caught.value)
    assert "wr0ng" not in str(caught.value)
    assert "t0ken" not in str(caught.value)
    assert caught.value.exit_code == 3


@pytest.fixture
def reader(server: Virtuoso) -> Iterator[None]:
    """A user who may ask, and change nothing."""
    server.run("DB.DBA.USER_CREATE('reader', 'r3ad-only'); GRANT SPARQL_SELECT TO \"reader\";")
    yield
    server.run("DB.DBA.USER_DROP('reader');")


@pytest.mark.usefixtures("reader")
def test_who_asks_a_question_is_known_by_the_environment(store: Store, example: Project, tmp_path: Path) -> None:
    store.push(written(tmp_path / "b", dataset().replace("@en-GB", "@en")), example)
    where = ["--endpoint", store.queries, "--default-graph", MERGED, "--format", "csv"]
    query = "SELECT (COUNT(*) AS ?n) { GRAPH <https://example.org/g1> { ?s ?p ?o } }"
    command = [sys.executable, "-m", "kg", "-C", str(tmp_path), "query", "-e", query, *where]

    def asked(**who: str) -> "subprocess.CompletedProcess[str]":
        others = {name: value for name, value in os.environ.items() if not name.startswith("KG_PUSH")}
        return subprocess.run(command, capture_output=True, text=True, env=others | who)

    for user, password in (("reader", "r3ad-only"), ("dba", PASSWORD)):
        done = asked(KG_PUSH_USER=user, KG_PUSH_PASSWORD=password)
        assert (done.returncode, done.stdout.split()) == (0, ["n", "6"]), done.stderr
    for who in ({"KG_PUSH_USER": "reader", "KG_PUSH_PASSWORD": "wr0ng"}, {"KG_PUSH_TOKEN": "wr0ng"}, {}):
        refused = asked(**who)
        assert (refused.returncode, refused.stdout) == (3, "")
        assert f"{store.queries} answered 401 Unauthorized" in refused.stderr
        assert "environment" in refused.stderr
        assert "wr0ng" not in refused.stderr


@pytest.mark.usefixtures("reader")
def test_who_may_read_only_is_told_so_before_anything_is_written(
    store: Store, example: Project, tmp_path: Path
) -> None:
    good = written(tmp_path / "good", dataset().replace("@en-GB", "@en"))
    store.push(good, example)
    newer = written(tmp_path / "newer", dataset().replace("@en-GB", "@en").replace("2019", "2024"))
    with pytest.raises(EndpointError, match="answered [45]") as caught:
        replace(store, credentials=Credentials("reader", "r3ad-only")).push(newer, example)
    assert "r3ad" not in str(caught.value)
    assert_same(store, good)


def literals(*tokens: str) -> str:
    return dataset("".join(f"<urn:s> <urn:p{i}> {token} .\n" for i, token in enumerate(tokens))).replace(
        "@en-GB", "@en"
    )


@pytest.mark.parametrize(
    "token",
    [
        f'"x"^^<{XSD}integer>',
        f'"1.5"^^<{XSD}integer>',
        f'"0.1234567890123456789"^^<{XSD}decimal>',
        f'"2000-01-01T00:00:00.123456789Z"^^<{XSD}dateTime>',
        f'"P1Y"^^<{XSD}duration>',
        f"<https://example.org/{'long' * 1000}>",
    ],
)
def test_a_value_that_virtuoso_would_change_is_found_before_it_is_in_place(
    token: str, store: Store, example: Project, tmp_path: Path
) -> None:
    good = written(tmp_path / "good", literals())
    store.push(good, example)
    bad = written(tmp_path / "bad", literals(token))
    with pytest.raises(EndpointError, match=r"would change the values of 1 triples.*\n.*sent:") as caught:
        store.push(bad, example)
    assert token[:100] in str(caught.value)
    assert_same(store, good)


def test_years_zones_and_long_literals_are_kept(store: Store, example: Project, tmp_path: Path) -> None:
    same = [f'"2000"^^<{XSD}gYear>', f'"2000-01-01"^^<{XSD}date>', f'"2000-01-01T00:00:00+05:30"^^<{XSD}dateTime>',
            '"' + "é" * 25_000 + '"@fr', '"x"^^<urn:mine>', "<https://example.org/été/中>"]  # fmt: skip
    build = written(tmp_path / "b", literals(*same))
    assert store.push(build, example).changed == 0
    assert_same(store, build)
    others = [f'"1.50"^^<{XSD}decimal>', f'"007"^^<{XSD}integer>', f'"true"^^<{XSD}boolean>']
    done = store.push(written(tmp_path / "others", literals(*others)), example)
    assert (done.changed, done.otherwise) == (0, 2)  # a boolean is read back as it was sent, and 1 in an answer
