"""Ask for what nobody has thought of: paths, headers and queries at random. No answer may be 500.

python benchmarks/fuzz.py --seconds 600 --seed 1
"""

import argparse
import random
import socket
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_from_bytes, urlsplit

from serve import kg_serve

ROOT = Path(__file__).resolve().parents[1]
CLIENTS = 8
METHODS = ("GET",) * 12 + ("HEAD", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "get", "X")
PATHS = (
    "",
    "id",
    "id/",
    "id/act/erbm",
    "id/charter",
    "id/town",
    "def",
    "def/Act",
    "shapes",
    "graph/inferred",
    "doc/gazette",
    "sparql",
    "sparql/",
    "health",
    "health/ready",
    "metrics",
    "static/style.css",
    "static/",
    "query",
    "search",
    "doc/gazette/line/3",
    "openapi.json",
    "catalog.ttl",
    ".well-known/void",
)
PIECES = (
    "/",
    "//",
    ".",
    "..",
    "%2f",
    "%2e%2e",
    "%00",
    "%0a",
    "%ff",
    "%",
    "%zz",
    "é",
    "?",
    "#",
    "&",
    "=",
    ";",
    "+",
    " ",
    "~",
    "\\",
    '"',
    "<",
    ">",
    "'",
    "*",
    "line/",
    "9" * 30,
    ".ttl",
    ".html",
    ".jsonld",
    ".nt",
    ".rdf",
    ".trig",
    ".xyz",
    "a" * 2100,
    "\u202e",
    "%f0%9f%92%a9",
)
PARAMETERS = ("format", "lang", "page", "why", "query", "default-graph-uri", "named-graph-uri", "q", "update", "x")
VALUES = (
    "ttl",
    "html",
    "text/turtle",
    "fr",
    "en",
    "xx",
    "0",
    "1",
    "-1",
    "2",
    "99999999999999999999",
    "²",
    "",
    "SELECT",
    "http://x/",
    "\x00",
    "ASK {}",
    "💩",
    "%",
    "csv",
    "a" * 3000,
    "{}",
    "[",
    "1e9",
    "null",
)
HEADERS = (
    "Accept",
    "Accept-Language",
    "Accept-Encoding",
    "If-None-Match",
    "If-Match",
    "If-Modified-Since",
    "Range",
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Request-Id",
    "Content-Type",
    "Origin",
    "Cookie",
    "Expect",
    "Connection",
    "Upgrade",
    "Content-Encoding",
    "Access-Control-Request-Method",
    "Authorization",
    "Host",
    "Transfer-Encoding",
    "Content-Length",
    "Forwarded",
    "TE",
)
WORDS = (
    "*/*",
    "text/html",
    "text/turtle;q=0.5",
    "text/*;q=0",
    "application/json;q=2",
    ";q=",
    ",,,",
    "q=1",
    "*",
    "fr-FR,en;q=0",
    '"abc"',
    'W/"x"',
    "bytes=0-10",
    "bytes=-",
    "192.0.2.1",
    "1.2.3.4, 5.6.7.8",
    "unknown",
    "::1",
    "https",
    "chunked",
    "gzip",
    "100-continue",
    "close",
    "keep-alive",
    "upgrade",
    "websocket",
    "5",
    "-5",
    "99999999999",
    "",
    "application/sparql-query",
    "application/x-www-form-urlencoded",
    "application/sparql-query; charset=latin-1",
    "multipart/form-data",
    "Mon, 01 Jan 2024 00:00:00 GMT",
    "é",
    "\x7f",
    "a" * 500,
    "text/csv",
)
QUERIES = (
    "SELECT * { ?s ?p ?o } LIMIT 5",
    "ASK { ?s a ?c }",
    "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 5",
    "DESCRIBE <http://x/>",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?n LIMIT 3",
    "SELECT ?x { VALUES ?x { 1 'a'@fr '2'^^xsd:date UNDEF } FILTER(?x > 0 || REGEX(STR(?x), '^a', 'i')) }",
    "SELECT * { ?a rdfs:label/^rdfs:label+ ?b . OPTIONAL { ?b !rdfs:label ?c } MINUS { ?a a ?d } } LIMIT 2",
    "PREFIX x: <http://x/> SELECT (SUM(?n)/0 AS ?m) { BIND(STRLEN(CONCAT('é', UUID())) AS ?n) } HAVING(?n > 1)",
    "SELECT * FROM <http://x/> { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
    "INSERT DATA { <a> <b> <c> }",
    "LOAD <file:///etc/passwd>",
)


@dataclass
class Seen:
    """How often each status was answered, and each request that was answered as none may be."""

    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def mutate(text: str, chance: random.Random, pieces: tuple[str, ...]) -> str:
    """Return a text with some parts put in, taken out, doubled or moved."""
    for _ in range(chance.choice((0, 1, 1, 2, 3, 8))):
        place, other = sorted((chance.randint(0, len(text)), chance.randint(0, len(text))))
        match chance.randrange(5):
            case 0:
                text = text[:place] + chance.choice(pieces) + text[place:]
            case 1:
                text = text[:place] + text[other:]
            case 2:
                text = text[:other] + text[place:]
            case 3:
                text = (
                    text[:place]
                    + chr(chance.choice((0, 9, 10, 13, 34, 60, 92, 123, 233, 8232, 55357, 128169)))
                    + text[place:]
                )
            case _:
                text = text[:place] + text[place:other][::-1] + text[other:]
    return text[:12_000]


def escaped(text: str, chance: random.Random) -> str:
    """Return a text as it may stand in an address, more or less."""
    safe = "/" if chance.random() < 0.3 else "/%?#&=+;:@!$'()*,~[]\\\"<>"
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe=safe)


def request(chance: random.Random) -> bytes:
    """Return a request at random."""
    method = chance.choice(METHODS)
    target = "/" + escaped(mutate(chance.choice(PATHS), chance, PIECES), chance)
    query = mutate(
        chance.choice(QUERIES), chance, (*PIECES, " { ", " } ", "(", ")", "?x", " UNION ", "@fr", "^^", "<a>")
    )
    words = query.encode("utf-8", "surrogatepass")
    parameters = [
        f"{chance.choice(PARAMETERS)}={escaped(chance.choice(VALUES), chance)}"
        for _ in range(chance.choice((0, 0, 1, 3)))
    ]
    headers = {"Host": "localhost"}
    body = b""
    kind = chance.random()
    if kind < 0.25:
        method, target = "GET", "/sparql"
        parameters.append("query=" + quote(words))
    elif kind < 0.45:
        method, target = "POST", "/sparql"
        form = chance.random() < 0.5
        headers["Content-Type"] = "application/x-www-form-urlencoded" if form else "application/sparql-query"
        body = b"query=" + quote(words).encode() if form else words
        headers["Content-Length"] = str(len(body))
    for _ in range(chance.choice((0, 1, 2, 5))):
        headers[chance.choice(HEADERS)] = mutate(chance.choice(WORDS), chance, WORDS)
    asked = f"{method} {target}{'?' + '&'.join(parameters) if parameters else ''} HTTP/1.1\r\n"
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return (asked + lines).encode("utf-8", "surrogatepass") + b"Connection: close\r\n\r\n" + body


def status_of(address: str, asked: bytes) -> int:
    """Return the status of the answer to a request as it is, after the first of 1xx; 0 for none within a second."""
    where = urlsplit(address)
    with socket.create_connection((where.hostname or "", where.port or 80), timeout=1) as connection:
        try:
            connection.sendall(asked)
            answer = connection.recv(65536)
            while answer.startswith(b"HTTP/1.1 1") and answer.count(b"HTTP/1.1 ") == 1:
                if not (more := connection.recv(65536)):
                    break
                answer += more
        except (TimeoutError, ConnectionResetError, BrokenPipeError):
            return 0
    first = answer.rpartition(b"HTTP/1.1 100 Continue\r\n\r\n")[2]
    return int(first[9:12]) if first.startswith(b"HTTP/1.") else 0


def fuzz(address: str, *, seconds: float, seed: int) -> Seen:
    """Ask a server at random for so many seconds; each request follows from the seed and its number."""
    seen = Seen()
    until = time.monotonic() + seconds
    numbers = iter(range(10**9))

    def ask() -> None:
        while time.monotonic() < until:
            once(next(numbers))

    def once(number: int) -> None:
        asked = request(random.Random(f"{seed} {number}"))
        status = status_of(address, asked)
        seen.statuses[status] += 1
        if status == 500:
            seen.wrong.append(f"{number}: {asked!r}")
        if (
            number % 100 == 0
            and status_of(address, b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") != 200
        ):
            seen.wrong.append(f"{number}: /health is not answered")

    threads = [threading.Thread(target=ask) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return seen


def main() -> int:
    """Fuzz the project's own build, print how often each status was, and return 1 when one was 500."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with kg_serve(ROOT) as server:
        seen = fuzz(server.address, seconds=asked.seconds, seed=asked.seed)
        words = server.words.read_text().splitlines()[1:]
    print(f"{sum(seen.statuses.values()):,} requests:", dict(sorted(seen.statuses.items())))
    faults = seen.wrong + words
    print("\n".join(faults[:50]) or "none was answered 500")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
