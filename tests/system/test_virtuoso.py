"""A build is pushed to a real triple store, Virtuoso from Debian, and questions give the same answers there."""

import random
import re
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from kg.errors import EndpointError
from kg.graph.build import Build
from kg.graph.canonical import canonical_nquads
from kg.graph.store import read_quads
from kg.graph.terms import XSD
from kg.project import Project
from kg.publication.pushing.push import pushed_dataset
from kg.query import remote
from kg.query.catalogue import Catalogue
from kg.query.exchange import Credentials, Endpoint
from kg.query.parameters import parse_values
from tests.competency.test_questions import EXPECTED, rows
from tests.publication.pushing.conftest import MORE, TRIPLES, dataset
from tests.publication.pushing.stores import Store, between, free_port, written

pytestmark = pytest.mark.system

SERVER = shutil.which("virtuoso-t")
INI = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DirsAllowed = {folder}
NumberOfBuffers = 20000
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
[SPARQL]
ResultSetMaxRows = 100000

"""
MERGED = "https://example.org/merged"


@contextmanager
def virtuoso(folder: Path, default_graph: str) -> Iterator[Store]:
    """Run Virtuoso on this machine's loopback, empty, with its own database."""
    assert SERVER, "virtuoso-t is not installed: make test-system installs it"
    sql, http = free_port(), free_port()
    (folder / "virtuoso.ini").write_text(INI.format(folder=folder, sql=sql, http=http))
    url = f"http://127.0.0.1:{http}"
    command = [SERVER, "+foreground", "+configfile", str(folder / "virtuoso.ini")]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            wait(f"{url}/sparql", server)
            yield Store(
                f"{url}/sparql-auth",
                f"{url}/sparql-auth",
                f"{url}/sparql-graph-crud-auth",
                default_graph,
                Credentials("dba", "dba"),
            )
        finally:
            server.kill()


def wait(url: str, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(480):
        assert server.poll() is None, "Virtuoso ended at once"
        try:
            urllib.request.urlopen(f"{url}?query=ASK%20%7B%7D", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.25)
    pytest.fail("Virtuoso did not start within two minutes")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with virtuoso(tmp_path_factory.mktemp("virtuoso"), MERGED) as running:
        yield running


@pytest.fixture
def example(tmp_path: Path) -> Project:
    (tmp_path / "kg.toml").write_text('base = "https://example.org/"\nlanguages = ["en"]\n')
    return Project.load(tmp_path / "kg.toml")


@pytest.fixture(scope="module")
def endpoint(project: Project, project_build: Build, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """Virtuoso with the whole graph of the project, asked over what was pushed."""
    with virtuoso(tmp_path_factory.mktemp("virtuoso"), f"{project.base}graph/merged") as running:
        done = running.push(project_build, project, accept_changes=True)
        quads = project_build.manifest["quads"]
        assert done.triples == quads["default"] + quads["named"] + quads["inferred"]
        # Numbers of more than fifteen decimals, which Virtuoso rounds.
        assert 0 < done.changed < 100
        url = running.queries.removesuffix("-auth")
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
