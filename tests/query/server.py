"""A SPARQL endpoint on the loopback, over a store of Oxigraph, that can also misbehave."""

import json
import threading
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from kg.errors import QueryError
from kg.graph.store import Solutions, Store
from kg.query.answer import Answer


@contextmanager
def endpoint(
    store: Store, *, faults: list[tuple[int, str, dict[str, str]]] | None = None, pause: float = 0
) -> Iterator[str]:
    """Yield the URL of an endpoint that first gives each of ``faults`` (status, body, headers), then answers."""
    waiting = list(faults or [])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"] or 0)
            query = urllib.parse.parse_qs(self.rfile.read(length).decode())["query"][0]
            time.sleep(pause)
            if waiting:
                status, body, headers = waiting.pop(0)
                return self.answer(status, headers.get("Content-Type", "text/plain"), body.encode(), headers)
            try:
                found = store.query(query)
            except QueryError as error:
                return self.answer(400, "text/plain", str(error).encode(), {})
            if isinstance(found, tuple):
                text = "".join(f"{s} {p} {o} .\n" for s, p, o in found)
                return self.answer(200, "text/turtle", text.encode(), {})
            return self.answer(200, "application/sparql-results+json", json.dumps(document(found)).encode(), {})

        def answer(self, status: int, kind: str, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                if name != "Content-Type":
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/sparql"
    finally:
        server.shutdown()
        server.server_close()


def document(found: Solutions | bool) -> dict:
    from kg.query.answer import _document

    return _document(Answer.of(found))
