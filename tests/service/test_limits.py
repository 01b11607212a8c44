"""Whatever is asked, the service goes on: each query ends in a clear status, and health answers throughout."""

import itertools
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from kg.project import Project
from tests.service.served import Served, served

CROSS = "SELECT (COUNT(*) AS ?n) { " + " ".join(f"?a{i} ?b{i} ?c{i} ." for i in range(7)) + " }"
NUMBERS = itertools.count()


def simple() -> str:
    """Return a simple query that was not asked before: an answer may be kept."""
    return f"ASK {{ ?s ?p ?o }} # {next(NUMBERS)}"


def workers(server: Served) -> set[int]:
    """Return the ids of the server's processes that answer queries."""
    pid = server.process.pid
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended may wait for its parent to know."""
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


def resident(server: Served) -> int:
    """Return the bytes that the server and its workers have in memory."""
    pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in (server.process.pid, *workers(server))]
    return sum(pages) * os.sysconf("SC_PAGE_SIZE")


def wait_until_ready(server: Served, count: int = 2) -> None:
    for _ in range(100):
        if server.client.get("/health/ready").json()["workers"] == count:
            return
        time.sleep(0.05)
    pytest.fail("the workers were not replaced within 5 s")


@contextmanager
def watched(server: Served) -> Iterator[list[tuple[int, float]]]:
    """Ask for health all the while; yield what it answered, and in how many seconds."""
    seen: list[tuple[int, float]] = []
    over = threading.Event()

    def watch() -> None:
        with httpx.Client(base_url=server.address, timeout=30) as client:
            while not over.is_set():
                begun = time.monotonic()
                status = client.get("/health").status_code
                seen.append((status, time.monotonic() - begun))
                time.sleep(0.01)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def ask_as(server: Served, client: str, query: str) -> httpx.Response:
    """Ask for a client whose address a proxy on this machine tells."""
    asked = {"query": query}
    return httpx.get(
        f"{server.address}/sparql", params=asked, headers={"X-Forwarded-For": client}, timeout=30, trust_env=False
    )


def test_twenty_cross_products_at_once_disturb_nobody(server: Served) -> None:
    wait_until_ready(server)
    before = resident(server)
    with watched(server) as seen, ThreadPoolExecutor(20) as threads:
        asked = [threads.submit(ask_as, server, "192.0.2.1", f"{CROSS} # {number}") for number in range(20)]
        time.sleep(0.5)
        begun = time.monotonic()
        honest = ask_as(server, "192.0.2.2", simple())
        waited = time.monotonic() - begun
        responses = [one.result() for one in asked]
    statuses = [response.status_code for response in responses]
    assert set(statuses) == {504, 429}
    assert statuses.count(504) == 4
    assert all("took more than 2 s" in r.text for r in responses if r.status_code == 504)
    assert all(r.headers["retry-after"] == "1" for r in responses if r.status_code == 429)
    assert (honest.status_code, honest.json()["boolean"]) == (200, True)
    assert waited < 1
    assert {status for status, _ in seen} == {200}
    times = sorted(spent for _, spent in seen)
    assert times[int(len(times) * 0.99)] < 0.2
    wait_until_ready(server)
    assert resident(server) < before + 30_000_000


def test_a_small_answer_is_not_held_back(server: Served) -> None:
    wait_until_ready(server)
    times = []
    for _ in range(30):
        begun = time.monotonic()
        assert server.ask(simple()).status_code == 200
        times.append(time.monotonic() - begun)
    assert sorted(times)[5] < 0.03


def test_the_same_client_is_answered_within_a_second_of_the_kill(server: Served) -> None:
    wait_until_ready(server)
    old = workers(server)
    with ThreadPoolExecutor(1) as threads:
        bad = threads.submit(server.ask, CROSS)
        time.sleep(0.2)
        assert ask_as(server, "127.0.0.1", simple()).status_code == 200
        ended = time.monotonic()
        assert bad.result().status_code == 504
    assert time.monotonic() - ended < 1
    wait_until_ready(server)
    new = workers(server)
    assert len(new) == len(old) == 2
    assert len(new - old) == 1


@pytest.mark.parametrize(
    ("query", "status", "reason"),
    [
        ("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", 503, "more than 20,000 rows"),
        ("CONSTRUCT { ?a ?e ?i } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", 503, "more than 20,000 rows"),
        ("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?a", 503, "more than 100,000,000 bytes"),
        (
            "SELECT (STRLEN(?z) AS ?n) { BIND('0123456789' AS ?x0) "
            + " ".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(30))
            + " BIND(?x30 AS ?z) }",
            503,
            "more than 100,000,000 bytes",
        ),
        (f"SELECT ('{'x' * 30_000}' AS ?x) {{ ?a ?b ?c . ?d ?e ?f }} LIMIT 15000", 503, "more than 100,000,000 bytes"),
        (CROSS, 504, "more than 2 s"),
        ("ASK { " + "{ " * 10_000 + "} " * 10_000 + "}", 503, "its worker was lost"),
    ],
    ids=["rows", "triples", "sort", "text", "bytes", "time", "depth"],
)
def test_a_query_past_its_limit_ends_with_a_reason(query: str, status: int, reason: str, server: Served) -> None:
    with watched(server) as seen:
        response = server.ask(query, method="POST")
        again = server.ask(simple())
    assert (response.status_code, reason in response.text) == (status, True), response.text
    assert again.status_code == 200
    assert {status for status, _ in seen} == {200}
    wait_until_ready(server)


def test_a_worker_that_something_else_ends_is_replaced(server: Served) -> None:
    wait_until_ready(server)
    old = workers(server)
    for pid in old:
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.2)
    assert server.ask(simple()).status_code == 200
    wait_until_ready(server)
    assert not workers(server) & old


def test_while_no_worker_can_begin_the_service_says_so(served_town: Project, tmp_path: Path) -> None:
    says = "a query worker cannot begin; trying again (is the build still there?)\n"
    build = served_town.root / "build"
    other = tmp_path / "build"
    shutil.copytree(build.resolve(), other)
    with served(served_town, "--workers", "1", "--build", str(other), says=says) as found:
        wait_until_ready(found, 1)
        other.rename(tmp_path / "away")
        for pid in workers(found):
            os.kill(pid, signal.SIGKILL)
        wait_until_ready(found, 0)
        response = found.ask(simple())
        assert (response.status_code, response.text) == (503, "no worker was free within 7 s\n")
        assert found.client.get("/health/ready").status_code == 503
        assert found.client.get("/health").status_code == 200
        (tmp_path / "away").rename(other)
        wait_until_ready(found, 1)
        assert found.ask(simple()).status_code == 200


def test_a_query_whose_client_has_gone_is_ended(server: Served) -> None:
    wait_until_ready(server)
    old = workers(server)
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{server.address}/sparql", params={"query": CROSS}, timeout=0.3, trust_env=False)
    for _ in range(20):
        if workers(server) != old:
            break
        time.sleep(0.05)
    assert workers(server) != old
    wait_until_ready(server)


def test_no_answer_is_left_behind(server: Served) -> None:
    folder = next(Path(link) for link in open_folders(server))
    assert server.ask(simple()).status_code == 200
    for _ in range(100):  # what others have asked may be under way
        if not (left := list(folder.iterdir())):
            break
        time.sleep(0.05)
    assert left == []


def open_folders(server: Served) -> list[str]:
    temporary = Path(os.environ.get("TMPDIR", "/tmp"))
    return sorted((str(p) for p in temporary.glob("kg-serve-*")), key=lambda p: Path(p).stat().st_mtime, reverse=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_is_under_way_is_finished_before_the_end(number: signal.Signals, served_town: Project) -> None:
    with served(served_town, "--workers", "1") as found, ThreadPoolExecutor(1) as threads:
        wait_until_ready(found, 1)
        children = workers(found)
        under_way = threads.submit(found.ask, CROSS)
        time.sleep(0.5)
        found.process.send_signal(number)
        assert under_way.result().status_code == 504
        assert found.process.wait(timeout=10) == 0
        assert not any(alive(pid) for pid in children)


def test_workers_end_with_a_server_that_is_killed(served_town: Project) -> None:
    with served(served_town, "--workers", "1", ends=-signal.SIGKILL) as found:
        wait_until_ready(found, 1)
        children = workers(found)
        assert len(children) == 1
        found.process.kill()
    time.sleep(0.5)
    assert not any(alive(pid) for pid in children)
