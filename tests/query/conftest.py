"""A small graph of boats: a project, a build of it, and an HTTP endpoint that answers from it."""

import io
import json
import shutil
import threading
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kg.errors import QueryError
from kg.graph.build import DUMP, MANIFEST, STORE, Build
from kg.graph.store import Store
from kg.project import Project
from kg.query.answer import Answer
from kg.query.catalogue import Catalogue
from kg.source.turtle import write_turtle

HERE = Path(__file__).parent


@pytest.fixture
def boats(tmp_path: Path) -> Project:
    """The project, in a folder that a test may change."""
    shutil.copy(HERE / "kg.toml", tmp_path / "kg.toml")
    shutil.copytree(HERE / "queries", tmp_path / "queries")
    return Project.load(tmp_path / "kg.toml")


@pytest.fixture
def catalogue(boats: Project) -> Catalogue:
    return Catalogue.of(boats)


@pytest.fixture
def build(tmp_path: Path) -> Build:
    folder = tmp_path / "build"
    folder.mkdir()
    shutil.copy(HERE / "fixture.nq", folder / DUMP)
    (folder / MANIFEST).write_text("{}")
    store = Store.create(folder / STORE, folder / DUMP)
    del store
    return Build.open(folder)


@dataclass
class Server:
    """An endpoint whose next answers can be set: each is (status, headers, body), or the seconds to be silent.

    ``seen`` are the headers and the form of each question, ``followed`` the headers of what was redirected.
    """

    url: str = ""
    store: Store = field(default_factory=Store.memory)
    script: list[tuple[int, dict[str, str], bytes] | float] = field(default_factory=list)
    seen: list[tuple[dict[str, str], dict[str, list[str]]]] = field(default_factory=list)
    followed: list[dict[str, str]] = field(default_factory=list)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, build: Build) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "*")
    state = Server(store=build.store)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = urllib.parse.parse_qs(body, strict_parsing=True)
            state.seen.append((dict(self.headers.items()), form))
            step = state.script.pop(0) if state.script else answer_of(state.store, form["query"][0])
            if isinstance(step, float):
                time.sleep(step)
                self.close_connection = True
                return
            status, headers, data = step
            self.send_response(status)
            for name, value in {"Content-Length": str(len(data)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            """Answer a redirected question with the status that the path names."""
            state.followed.append(dict(self.headers.items()))
            self.send_error(int(self.path[1:]))

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http_server:
        http_server.daemon_threads = False
        state.url = f"http://127.0.0.1:{http_server.server_port}/sparql"
        thread = threading.Thread(target=http_server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield state
        http_server.shutdown()
        thread.join()


def answer_of(store: Store, query: str) -> tuple[int, dict[str, str], bytes]:
    """Answer as an endpoint does: with explicit xsd:string, and blank nodes of its own names."""
    try:
        result = store.query(query)
    except QueryError as error:
        return 400, {"Content-Type": "text/plain"}, error.message.encode()
    if isinstance(result, tuple):
        out = io.StringIO()
        write_turtle(out, result, prefixes={})
        return 200, {"Content-Type": "text/turtle"}, out.getvalue().encode()
    document = json.loads(Answer.of(result).render("json", project=Project(HERE, "https://example.org/", HERE)))
    for row in document.get("results", {}).get("bindings", []):
        for term in row.values():
            if term["type"] == "bnode":
                term["value"] = "node" + term["value"]
            elif term["type"] == "literal" and not term.keys() & {"xml:lang", "datatype"}:
                term["datatype"] = "http://www.w3.org/2001/XMLSchema#string"
    return 200, {"Content-Type": "application/sparql-results+json"}, json.dumps(document).encode()
