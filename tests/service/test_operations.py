"""What who runs the service sees of it, and what it keeps from those who ask: ids, log, figures, limits, failures."""

import json
import re
import shutil
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from kg.project import Project
from kg.service.protocol import QUERY
from tests.service.served import LIMITS, Served, limited, served
from tests.service.test_limits import CROSS, ask_as, simple, wait_until_ready, watched

REQUESTS = """
request-seconds = 2
connections = 300
url-bytes = 4_000
header-bytes = 5_000
"""


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "access.jsonl"


@pytest.fixture(scope="module")
def strict(log: Path, project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server whose requests may take little."""
    root = tmp_path_factory.mktemp("strict") / "town"
    shutil.copytree(project_root / "tests" / "fixture", root)
    project = limited(Project.find(root))
    text = project.settings_file.read_text(encoding="utf-8")
    project.settings_file.write_text(text.replace(LIMITS, LIMITS + REQUESTS), encoding="utf-8")
    with served(project, "--workers", "2", "--access-log", str(log)) as server:
        wait_until_ready(server)
        yield server


def figures(server: Served) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Return the samples at /metrics, read by the parser of Prometheus's own library."""
    response = server.client.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def figure(server: Served, name: str, **labels: str) -> float:
    return figures(server).get((name, frozenset(labels.items())), 0)


def lines(log: Path, *ids: str) -> list[dict[str, object]]:
    """Return the lines of the requests of these ids; they are written when the answer has been sent."""
    for _ in range(100):
        found = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        found = [line for line in found if line.get("id") in ids]
        if len(found) == len(ids):
            break
        time.sleep(0.02)
    return found


def say(server: Served, data: bytes, *, seconds: float = 10) -> bytes:
    """Send bytes as they are and return all that is answered until the server closes."""
    port = httpx.URL(server.address).port
    with socket.create_connection(("127.0.0.1", port or 0), timeout=seconds) as connection:
        connection.sendall(data)
        answer = b""
        with suppress(ConnectionResetError):
            while piece := connection.recv(65536):
                answer += piece
    return answer


@pytest.mark.parametrize("given", ["abc", "0123456789abcdef.req-7_", "x" * 64])
def test_an_id_that_is_well_formed_is_kept(given: str, strict: Served, log: Path) -> None:
    response = strict.client.get("/id/charter", headers={"X-Request-Id": given})
    assert response.headers["x-request-id"] == given
    assert len(lines(log, given)) == 1


@pytest.mark.parametrize("given", [None, "", "a b", "<script>", "-x", "x" * 65, 'a"b'])
def test_another_is_made(given: str | None, strict: Served) -> None:
    made = {
        strict.client.get("/health", headers={} if given is None else {"X-Request-Id": given}).headers["x-request-id"]
        for _ in range(3)
    }
    assert len(made) == 3
    assert all(re.fullmatch("[0-9a-f]{16}", one) for one in made)


def test_every_request_has_a_line_in_the_log(strict: Served, log: Path) -> None:
    document = strict.client.get("/id/charter.ttl?x=1", headers={"X-Forwarded-For": "192.0.2.7"})
    answers = (
        document,
        strict.client.head("/id/charter.ttl"),
        strict.client.get("/id/nothing%1b%22"),
        strict.ask(simple(), method="POST"),
    )
    found = lines(log, *(answer.headers["x-request-id"] for answer in answers))
    assert [(line["method"], line["path"], line["status"]) for line in found] == [
        ("GET", "/id/charter.ttl", 200),
        ("HEAD", "/id/charter.ttl", 200),
        ("GET", "/id/nothing%1b%22", 400),
        ("POST", "/sparql", 200),
    ]
    assert set(found[0]) == {"time", "id", "client", "method", "path", "status", "bytes", "seconds"}
    assert found[0]["client"] == "192.0.2.7"
    assert found[0]["bytes"] == len(document.content)
    assert found[1]["bytes"] == 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", str(found[0]["time"]))


def test_requests_and_queries_are_counted(strict: Served) -> None:
    before = figures(strict)
    strict.client.get("/id/charter.ttl")
    strict.client.get("/id/nothing")
    strict.ask(simple())
    strict.ask("SELECT {")
    strict.ask(CROSS)
    after = figures(strict)

    def more(name: str, **labels: str) -> float:
        key = (name, frozenset(labels.items()))
        return after.get(key, 0) - before.get(key, 0)

    assert more("kg_http_requests_total", route="resource", status="200") == 1
    assert more("kg_http_requests_total", route="resource", status="404") == 1
    assert more("kg_http_requests_total", route="sparql", status="504") == 1
    assert more("kg_http_request_seconds_count", route="sparql") == 3
    assert more("kg_http_request_seconds_sum", route="sparql") > 2
    assert more("kg_http_request_seconds_bucket", route="sparql", le="+Inf") == 3
    assert more("kg_queries_total", outcome="answered") == 1
    assert more("kg_queries_total", outcome="failed") == 1
    assert more("kg_queries_total", outcome="time") == 1


def test_what_is_now_is_told(strict: Served) -> None:
    wait_until_ready(strict)
    with ThreadPoolExecutor(6) as threads:
        asked = [threads.submit(ask_as, strict, "192.0.2.8", CROSS) for _ in range(6)]
        seen = set()
        while not all(one.done() for one in asked):
            now = figures(strict)
            seen.add((now["kg_queries_running", frozenset()], now["kg_queries_waiting", frozenset()]))
            time.sleep(0.1)
        assert {(1, 3), (1, 2), (1, 1), (1, 0)} <= seen
        statuses = [one.result().status_code for one in asked]
    assert sorted(statuses) == [429, 429, 504, 504, 504, 504]
    assert figure(strict, "kg_queries_total", outcome="refused") >= 2
    wait_until_ready(strict)
    now = figures(strict)
    (build,) = [dict(labels) for name, labels in now if name == "kg_build_info"]
    assert re.fullmatch("[0-9a-f]{64}", build["sha256"])
    assert now["kg_workers", frozenset()] == 2
    assert now["kg_workers_memory_bytes", frozenset()] > 20_000_000
    assert 0 < now["kg_uptime_seconds", frozenset()] < 600


@pytest.mark.parametrize(
    ("request_", "status", "reason"),
    [
        (b"GET /" + b"a" * 4_100 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414, b"at most 4,000 bytes"),
        (b"GET /sparql?query=" + b"a" * 500_000, 414, b"at most 4,000 bytes"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 5_100 + b"\r\n\r\n", 431, b"more than 5,000 bytes"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 900 + b"\r\n", 431, b"more than 5,000 bytes"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 1_000_000, 431, b"more than 5,000 bytes"),
        (b"nonsense\r\n\r\n", 400, b"no request of HTTP/1.1"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, b"no request of HTTP/1.1"),
        (b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n", 400, b""),
    ],
    ids=["address", "endless-address", "header", "headers", "endless-header", "nonsense", "tls", "bytes"],
)
def test_what_is_too_large_or_no_request_is_refused(
    request_: bytes, status: int, reason: bytes, strict: Served
) -> None:
    answer = say(strict, request_)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert reason in answer
    assert b"connection: close" in answer.lower()
    assert strict.client.get("/health").status_code == 200


def test_a_body_too_large_is_refused(strict: Served) -> None:
    response = strict.client.post(
        "/sparql", content=b"# " + b"x" * 5_000_000, headers={"Content-Type": "application/sparql-query"}
    )
    assert (response.status_code, response.text) == (413, "a request has at most 100,000 bytes\n")


def slow(server: Served, first: bytes, more: bytes) -> tuple[bytes, float]:
    """Send some bytes and then one after another, slowly; return what was answered, and in how many seconds."""
    port = httpx.URL(server.address).port
    begun = time.monotonic()
    answer = b""
    with socket.create_connection(("127.0.0.1", port or 0), timeout=10) as connection:
        connection.sendall(first)
        connection.settimeout(0.25)
        while time.monotonic() - begun < 15:
            try:
                piece = connection.recv(65536)
                answer += piece
                if not piece:
                    break
            except TimeoutError:
                pass
            except ConnectionResetError:
                break
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(more)
    return answer, time.monotonic() - begun


def test_two_hundred_slow_clients_hinder_nobody_and_each_is_sent_away(strict: Served) -> None:
    ways = [
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: ", b"a"),
        (b"GET /id/chart", b"e"),
        (b"", b""),
        (f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: {QUERY}\r\nContent-Length: 90000\r\n\r\n".encode(), b"#"),
    ]
    wait_until_ready(strict)
    refused = figure(strict, "kg_http_connections_refused_total", status="408")
    with ThreadPoolExecutor(200) as threads, watched(strict) as seen:
        asked = [threads.submit(slow, strict, *ways[number % len(ways)]) for number in range(200)]
        time.sleep(1)
        begun = time.monotonic()
        assert ask_as(strict, "192.0.2.9", simple()).status_code == 200
        assert strict.client.get("/id/charter.ttl").status_code == 200
        assert time.monotonic() - begun < 1
        answers = [one.result() for one in asked]
    assert {answer.split(b"\r\n")[0] for answer, _ in answers} == {b"HTTP/1.1 408 Request Timeout"}
    assert max(seconds for _, seconds in answers) < 8
    assert {status for status, _ in seen} == {200}
    assert figure(strict, "kg_http_connections_refused_total", status="408") == refused + 150


def test_a_connection_that_is_kept_is_closed_when_the_next_request_does_not_come(strict: Served) -> None:
    answer, seconds = slow(strict, b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n", b"G")
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert seconds < 8


def test_more_connections_than_there_may_be_are_turned_away(strict: Served) -> None:
    port = httpx.URL(strict.address).port or 0
    held = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(310)]
    try:
        answers = [connection.recv(1000) for connection in held[-5:]]
        assert all(answer.startswith(b"HTTP/1.1 503 ") and b"too many connections" in answer for answer in answers)
    finally:
        for connection in held:
            connection.close()
    time.sleep(0.2)
    assert strict.client.get("/health").status_code == 200


def test_requests_one_behind_another_are_answered_in_order(strict: Served) -> None:
    one = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /health/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = say(strict, one * 20 + last)
    assert answer.count(b"HTTP/1.1 200 OK") == 21
    assert answer.rindex(b'"ready"') > answer.rindex(b'"live"')


def test_a_failure_tells_an_id_and_nothing_of_the_machine(copy: Project, tmp_path: Path) -> None:
    project = limited(copy)
    log = tmp_path / "log"
    with served(project, "--workers", "1", "--access-log", str(log), says=None) as server:
        wait_until_ready(server, 1)
        assert server.client.get("/id/charter.ttl").status_code == 200
        for path in (project.root / "build").resolve().joinpath("store").glob("*.sst"):
            size = path.stat().st_size
            with path.open("r+b") as file:
                file.write(b"\0" * size)
        names = ("town", "valley", "hamlet", "mayor", "graph", "commune-a", "commune-b")
        asked = [server.client.get(f"/id/{name}.ttl", headers={"X-Request-Id": name}) for name in names]
        query = server.ask("SELECT * { ?s ?p ?o }")
        health = server.client.get("/health")
        words = server.words()
        answers = [answer for answer in asked if answer.status_code == 500]
        failed = [answer.headers["x-request-id"] for answer in answers]
        logged = [line["status"] for line in lines(log, *failed)]
        counted = figure(server, "kg_http_requests_total", route="resource", status="500")
    assert answers
    assert logged == [500] * len(answers)
    assert counted == len(answers)
    assert health.status_code == 200
    for answer, name in zip(answers, failed, strict=True):
        assert answer.text == f"the service failed at request {name}\n"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert f"request {name} failed\nTraceback" in words
    assert query.status_code == 500
    assert re.fullmatch("the service failed at request [0-9a-f]{16}\n", query.text)
    for answer in (*answers, query):
        told = answer.text + str(answer.headers)
        assert str(project.root) not in told
        assert ".sst" not in told
        assert "Traceback" not in told
