"""Triple stores to push to, real ones: Oxigraph's server, and something in between that fails."""

import http.client
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from kg.graph.build import DUMP, MANIFEST, Build
from kg.graph.canonical import canonical_nquads
from kg.graph.store import read_quads
from kg.project import Project
from kg.publication.pushing.push import Pushed, push
from kg.publication.pushing.store import Place
from kg.query.credentials import Credentials
from kg.query.exchange import Endpoint

OXIGRAPH = Path(sys.executable).with_name("oxigraph")
RECORD = "https://example.org/graph/pushed"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Store:
    """A running store, by the URLs of its three protocols."""

    queries: str
    updates: str
    graphs: str
    default_graph: str | None = None
    credentials: Credentials = field(default_factory=Credentials)

    @property
    def place(self) -> Place:
        urls = (self.queries, self.updates, self.graphs)
        return Place(*(Endpoint(url, timeout=120, pause=0.01, credentials=self.credentials) for url in urls))

    def push(self, build: Build, project: Project, **options: bool) -> Pushed:
        return push(
            build,
            project=project,
            place=self.place,
            default_graph=self.default_graph,
            progress=lambda step: None,
            **options,
        )

    def command(self, root: Path, build: Path) -> list[str]:
        """Return the command that pushes a build of the project in ``root``."""
        default = ["--default-graph", self.default_graph] if self.default_graph else []
        places = [self.queries, "--update", self.updates, "--graphs", self.graphs]
        return [sys.executable, "-m", "kg", "-C", str(root), "push", *places, *default, "--build", str(build)]

    def through(self, proxy: str) -> "Store":
        """Return the same store, asked at another host."""
        return Store(*(proxy + urlsplit(url).path for url in (self.queries, self.updates, self.graphs)))


@contextmanager
def oxigraph(*options: str) -> Iterator[Store]:
    """Run Oxigraph's server, empty, in memory."""
    port = free_port()
    command = [str(OXIGRAPH), "serve", "--bind", f"127.0.0.1:{port}", *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        url = f"http://127.0.0.1:{port}"
        try:
            for _ in range(200):
                try:
                    httpx.get(url)
                    break
                except httpx.TransportError:
                    time.sleep(0.05)
            yield Store(f"{url}/query", f"{url}/update", f"{url}/store")
        finally:
            server.terminate()


def contents(store: Store) -> list[str]:
    """Return all that Oxigraph's server holds but the record and the pieces, in canonical N-Quads."""
    dump = httpx.get(store.graphs, headers={"Accept": "application/n-quads"}, timeout=60)
    return canonical_nquads(q for q in read_quads(dump.content, suffix=".nq") if not q[0].startswith(f"<{RECORD}"))


def of(build: Build) -> list[str]:
    """Return a build in canonical N-Quads."""
    return canonical_nquads(read_quads(build.dump.read_bytes(), suffix=".nq"))


def written(folder: Path, nquads: str) -> Build:
    """Return a build that has this dump."""
    folder.mkdir()
    (folder / DUMP).write_text("".join(sorted(nquads.splitlines(keepends=True))), encoding="utf-8")
    (folder / MANIFEST).write_text("{}")
    return Build.open(folder)


@dataclass
class Proxy:
    """What stands between: after so many requests it fails in this way; it lets in who says ``wants``, if anything.

    ``only`` is the method that fails, if it is not any.
    """

    url: str = ""
    after: int = 0
    fault: str = ""
    only: str = ""
    wants: str = ""
    seen: int = 0
    refused: int = 0
    methods: list[str] = field(default_factory=list)


@contextmanager
def between(store: Store) -> Iterator[Proxy]:
    """Pass requests on to a store, and fail as the proxy says: "500", "cut" in the answer, "drop" without one."""
    proxy = Proxy()
    host = urlsplit(store.queries).netloc

    class Handler(BaseHTTPRequestHandler):
        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            proxy.seen += 1
            proxy.methods.append(self.command)
            fault = proxy.fault if proxy.seen > proxy.after and proxy.only in ("", self.command) else ""
            if proxy.wants and self.headers["Authorization"] != proxy.wants:
                proxy.refused += 1
                self.send_response(401)
                self.send_header("WWW-Authenticate", f'{proxy.wants.split()[0]} realm="store"')
                self.end_headers()
                return
            if fault == "500":
                self.send_error(500, explain="the disk is full")
                return
            passed = http.client.HTTPConnection(host, timeout=60)
            passed.request(self.command, self.path, body, {k: v for k, v in self.headers.items() if k != "Host"})
            answer = passed.getresponse()
            data = answer.read()
            passed.close()
            if fault == "drop":
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name in ("Content-Type", "WWW-Authenticate"):
                if value := answer.headers[name]:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(data) + (10 if fault == "cut" else 0)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = pass_on  # noqa: N815  # names that http.server wants

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()


def masked(text: str) -> str:
    """Return a message without ports."""
    return re.sub(r"127\.0\.0\.1:\d+", "HOST", text)
