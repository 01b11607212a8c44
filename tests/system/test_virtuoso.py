"""The saved questions give the same answers on a real triple store, Virtuoso from Debian, as on the build."""

import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, RdfFormat, parse, serialize

from kg.graph.build import Build
from kg.graph.terms import XSD
from kg.project import Project
from kg.query import local, remote
from kg.query.catalogue import Catalogue
from kg.query.exchange import Endpoint
from kg.query.parameters import parse_values

pytestmark = pytest.mark.system

SERVER = shutil.which("virtuoso-t")
ISQL = shutil.which("isql-vt")
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
DEFAULT_GRAPH = "urn:kg:default"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def endpoint(project_build: Build, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Virtuoso on this machine's loopback, holding the dump of the build."""
    assert SERVER, "virtuoso-t is not installed: make test-system installs it"
    assert ISQL, "isql-vt is not installed: make test-system installs it"
    folder = tmp_path_factory.mktemp("virtuoso")
    sql, http = free_port(), free_port()
    (folder / "virtuoso.ini").write_text(INI.format(folder=folder, sql=sql, http=http))
    server = subprocess.Popen([SERVER, "+foreground", "+configfile", str(folder / "virtuoso.ini")], cwd=folder)
    url = f"http://127.0.0.1:{http}/sparql?default-graph-uri={DEFAULT_GRAPH}"
    try:
        wait(url, server)
        load(project_build, folder, sql)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=60)


def wait(url: str, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(240):
        assert server.poll() is None, "Virtuoso ended at once"
        try:
            urllib.request.urlopen(f"{url}&query=ASK%20%7B%7D", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.25)
    pytest.fail("Virtuoso did not start within a minute")


def load(build: Build, folder: Path, port: int) -> None:
    """Load the dump: named graphs as they are, the default graph as the one that DefaultGraph names."""
    named, default = folder / "named.nq", folder / "default.nt"
    quads = list(parse(path=build.dump))
    serialize((q for q in quads if not isinstance(q.graph_name, DefaultGraph)), named, RdfFormat.N_QUADS)
    serialize((q.triple for q in quads if isinstance(q.graph_name, DefaultGraph)), default, RdfFormat.N_TRIPLES)
    statements = (
        f"TTLP_MT(file_to_string_output('{named}'), '', 'urn:kg:none', 512);"
        f"TTLP_MT(file_to_string_output('{default}'), '', '{DEFAULT_GRAPH}', 0);checkpoint;"
    )
    command = [str(ISQL), f"127.0.0.1:{port}", "dba", "dba", "ERRORS=STDOUT", f"EXEC={statements}"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert "Error" not in done.stdout, done.stdout


QUESTIONS = [path.stem for path in sorted((Path(__file__).parents[2] / "queries" / "competency").glob("*.rq"))]


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_endpoint_gives_the_same_answer(name: str, endpoint: str, project: Project, project_build: Build) -> None:
    catalogue = Catalogue.of(project)
    query = catalogue.find(name)
    dated = any(parameter.name == "asOf" for parameter in query.params)
    values = parse_values({"asOf": "2019-12-31"} if dated else {}, query.params, query=name, project=project)
    here = local.answer(query, catalogue=catalogue, build=project_build, values=values)
    there = remote.answer(query, catalogue=catalogue, endpoint=Endpoint(endpoint, timeout=30), values=values)
    # Virtuoso has no unnamed graph: the one that stands for it is named too, and would be a source of everything.
    rows = tuple(tuple(map(plain, row)) for row in there.rows if f"<{DEFAULT_GRAPH}>" not in row)
    assert rows == tuple(tuple(map(plain, row)) for row in here.rows)


def plain(token: str | None) -> str | None:
    """Return a term as it is compared: Virtuoso writes true as 1, and geometries in a datatype of its own."""
    if token == f'"1"^^<{XSD}boolean>':
        return f'"true"^^<{XSD}boolean>'
    if token and token.endswith(("virtrdf#Geometry>", "geosparql#wktLiteral>")):
        return re.sub(r"\s*([(,)])\s*", r"\1", token.partition("^^")[0])
    return token


def test_a_fact_stated_in_two_passages_counts_once(endpoint: str, project: Project) -> None:
    base = project.base
    query = f"SELECT (COUNT(?day) AS ?n) {{ <{base}id/act/erbm> <{base}def#signedOn> ?day }}"
    assert remote.ask(query, endpoint=Endpoint(endpoint, timeout=30)).rows == (
        ('"1"^^<http://www.w3.org/2001/XMLSchema#integer>',),
    )
