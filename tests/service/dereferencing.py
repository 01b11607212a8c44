"""Sites whose resources are served over real HTTP, and a client that asks as it is told."""

import http.client
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from urllib.parse import urljoin

import uvicorn

from kg.project import Project
from kg.service.app import application
from kg.service.connections import Connection
from kg.service.site import Site

FORMER = """
@prefix dct: <http://purl.org/dc/terms/> .
@prefix id: <https://example.org/town/id/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix t: <https://example.org/town/def#> .

id:old-town a t:Place ; rdfs:label "ancienne ville"@fr ; owl:deprecated true ; dct:isReplacedBy id:town .
id:lost a t:Place ; rdfs:label "ville perdue"@fr ; owl:deprecated true .
id:moved a t:Place ; owl:deprecated true ; dct:isReplacedBy <https://elsewhere.example/moved> .
t:Old a owl:Class ; owl:deprecated true ; dct:isReplacedBy t:Act .
t:Gone a owl:Class ; owl:deprecated true .
id:hostile a t:Place ; rdfs:label "<script>alert('x')</script> & \\"quoted\\""@fr ; rdfs:seeAlso <javascript:alert(1)> .
<https://example.org/town/id/café> a t:Place .
<https://example.org/town/id/caf%C3%A9s> a t:Place .
<https://example.org/town/id/notes.ttl> a t:Place .
<https://example.org/town/id/v1.0> a t:Place .
"""


@dataclass(frozen=True)
class Reply:
    """An answer: its status, its headers by name in lower case, and its body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass(frozen=True)
class Client:
    """Asks a server for targets as they are written, which libraries would tidy up."""

    port: int
    project: Project

    def ask(self, target: str, *, method: str = "GET", headers: Mapping[str, str] | None = None) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.putrequest(method, target, skip_host="Host" in (headers or {}), skip_accept_encoding=True)
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, found, answer.read())
        finally:
            connection.close()

    def follow(self, target: str, *, headers: Mapping[str, str]) -> Reply:
        """Ask, and ask where a 303 sends, twice at most."""
        reply = self.ask(target, headers=headers)
        for _ in range(2):
            if reply.status == 303:
                reply = self.ask(reply.headers["location"], headers=headers)
        return reply


def joined(target: str, link: str) -> str:
    """Return what a link of the page at a target leads to, without its fragment."""
    return urljoin(f"http://site{target}", link).removeprefix("http://site").partition("#")[0]


@contextmanager
def serving(site: Site) -> Iterator[Client]:
    """Serve a site on a free port, in a thread."""
    app = application(site, workers=1)
    connection = partial(Connection, limits=site.project.limits, refused=lambda *_: None)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws="none", lifespan="on", http=connection))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        yield Client(server.servers[0].sockets[0].getsockname()[1], site.project)
    finally:
        server.should_exit = True
        thread.join()
