"""Answers are found once: kept by build and query within a limit, and shared by all who ask the same at once."""

import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest

from kg import pipeline
from kg.graph.build import Build
from kg.graph.results import Found, Kind
from kg.graph.store import Store
from kg.project import Project
from kg.service.site import Site
from kg.service.worker import Memory, Question, Settings, respond
from kg.service.workers import Pool
from tests.service.dereferencing import serving
from tests.service.served import Served
from tests.service.test_limits import CROSS, ask_as, wait_until_ready


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Yield the queries that workers were asked, as they are asked."""
    asked: list[str] = []
    ask = Pool._ask

    async def asking(self: Pool, question: Question) -> object:
        asked.append(question.query)
        return await ask(self, question)

    with monkeypatch.context() as patched:
        patched.setattr(Pool, "_ask", asking)
        yield asked


def test_an_answer_is_found_once_for_a_build(old_town: tuple[Project, Build], monkeypatch: pytest.MonkeyPatch) -> None:
    with counted(monkeypatch) as asked, serving(Site(*old_town)) as client:
        target = "/sparql?query=SELECT%20?s%20{?s%20a%20?c}%20ORDER%20BY%20?s"
        first, again = client.ask(target), client.ask(target)
        assert (first.status, first.body, first.headers["etag"]) == (200, again.body, again.headers["etag"])
        assert len(asked) == 1
        head = client.ask(target, method="HEAD")
        assert (head.headers["content-length"], head.headers["etag"]) == (str(len(first.body)), first.headers["etag"])
        assert client.ask(target, headers={"If-None-Match": first.headers["etag"]}).status == 304
        assert len(asked) == 1
        other = client.ask(target, headers={"Accept": "text/csv"})
        assert other.headers["content-type"] == "text/csv; charset=utf-8"
        client.ask(target + "&default-graph-uri=https://example.org/town/graph/ontology/town")
        assert len(asked) == 3


def test_errors_and_what_may_differ_are_never_kept(
    old_town: tuple[Project, Build], monkeypatch: pytest.MonkeyPatch
) -> None:
    with counted(monkeypatch) as asked, serving(Site(*old_town)) as client:
        for query in ("SELECT (NOW() AS ?now) {}", "SELECT {", "SELECT ?s { ?s ?p ?o } ORDER BY RAND()"):
            for _ in range(2):
                client.ask("/sparql?query=" + query.replace(" ", "%20"))
        assert len(asked) == 6


def test_a_new_build_gives_new_answers(tmp_path: Path, project_root: Path) -> None:
    shutil.copytree(project_root / "tests" / "fixture", tmp_path / "town")
    project = Project.find(tmp_path / "town")
    answers = []
    for more in ("", "\n<https://example.org/town/id/new> a <https://example.org/town/def#Place> .\n"):
        places = project.instances / "reference" / "places.ttl"
        places.write_text(places.read_text() + more)
        build = pipeline.build(project, out=project.root / "build").build
        assert build
        with serving(Site(project, build)) as client:
            answers.append(client.ask("/sparql?query=SELECT%20?s%20{?s%20a%20t:Place}%20ORDER%20BY%20?s"))
    assert answers[0].headers["etag"] != answers[1].headers["etag"]
    assert b"id/new" in answers[1].body
    assert b"id/new" not in answers[0].body


def test_fifty_who_ask_the_same_at_once_have_it_run_once(server: Served) -> None:
    wait_until_ready(server)
    query = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d a ?f } # fifty"
    with ThreadPoolExecutor(50) as threads:
        clients = [f"192.0.2.{n % 5}" for n in range(50)]
        found = [one.result() for one in [threads.submit(ask_as, server, client, query) for client in clients]]
    assert {answer.status_code for answer in found} == {200}
    assert len({answer.text for answer in found}) == 1


def test_many_clients_share_one_run(old_town: tuple[Project, Build], monkeypatch: pytest.MonkeyPatch) -> None:
    with counted(monkeypatch) as asked, serving(Site(*old_town)) as client:
        begin = threading.Barrier(20)

        def ask() -> bytes:
            begin.wait()
            query = "SELECT%20(COUNT(*)%20AS%20?n)%20{?a%20?b%20?c%20.%20?d%20?e%20?f}"
            return client.ask(f"/sparql?query={query}").body

        with ThreadPoolExecutor(20) as threads:
            bodies = {one.result() for one in [threads.submit(ask) for _ in range(20)]}
        assert len(bodies) == 1
        assert len(asked) == 1


def test_what_may_differ_is_not_shared(old_town: tuple[Project, Build]) -> None:
    with serving(Site(*old_town)) as client, ThreadPoolExecutor(4) as threads:
        target = "/sparql?query=SELECT%20(UUID()%20AS%20?id)%20{}"
        bodies = {one.result().body for one in [threads.submit(client.ask, target) for _ in range(4)]}
    assert len(bodies) == 4


def test_a_client_does_not_wait_behind_the_questions_of_another(server: Served) -> None:
    """One asks what takes long, and last what the other asks too: the other has it at once."""
    wait_until_ready(server)
    with ThreadPoolExecutor(4) as threads:
        slow = [threads.submit(ask_as, server, "192.0.2.1", f"{CROSS} # behind {n}") for n in range(2)]
        time.sleep(0.3)
        mine = threads.submit(ask_as, server, "192.0.2.1", "ASK { ?s ?p ?o } # popular")
        time.sleep(0.3)
        begun = time.monotonic()
        assert ask_as(server, "192.0.2.2", "ASK { ?s ?p ?o } # popular").status_code == 200
        assert time.monotonic() - begun < 1
        assert mine.result().status_code == 200
        assert [one.result().status_code for one in slow] == [504, 504]


def test_the_one_who_asked_first_may_go_away(server: Served) -> None:
    wait_until_ready(server)
    query = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g a ?h } # first"
    with ThreadPoolExecutor(2) as threads:

        def leave() -> None:
            with pytest.raises(httpx.ReadTimeout):
                httpx.get(f"{server.address}/sparql", params={"query": query}, timeout=0.05, trust_env=False)

        first = threads.submit(leave)
        time.sleep(0.02)
        second = threads.submit(ask_as, server, "127.0.0.1", query)
        first.result()
        assert second.result().status_code in (200, 504)


def test_a_worker_looks_once_for_what_is_asked_in_two_formats(old_town: tuple[Project, Build], tmp_path: Path) -> None:
    _, build = old_town
    settings = Settings(str(build.folder), seconds=5, memory=10**9, rows=1000, prefixes={})
    looked: list[str] = []

    class Looking(Store):
        """A store that tells what is looked for."""

        @contextmanager
        def find(self, text: str, **given: Any) -> Iterator[Found]:
            looked.append(text)
            with super().find(text, **given) as found:
                yield found

    _ = build.store  # made, if it was not
    store, memory = Looking.open(build.folder / "store"), Memory()

    def answer(query: str, format: str, *, named: Sequence[str] = ()) -> bytes:
        file = tmp_path / "answer"
        formats: dict[Kind, tuple[str, str] | None] = {"solutions": (format, ""), "boolean": ("json", "")}
        question = Question(query, str(file), "https://example.org/", formats, [], list(named))
        assert respond(question, store=store, settings=settings, memory=memory).status == 200
        alone = tmp_path / "alone"
        respond(replace(question, answer=str(alone)), store=build.store, settings=settings)
        assert file.read_bytes() == alone.read_bytes() or "RAND" in query
        return file.read_bytes()

    things, classes = "SELECT ?s { ?s a ?c } ORDER BY ?s", "SELECT DISTINCT ?c { ?s a ?c } ORDER BY ?c"
    for name in ("json", "csv", "tsv", "xml", "json"):
        answer(things, name)
    assert looked == [things]
    answer(classes, "json")
    answer(things, "csv")
    assert looked == [things, classes, things]
    answer(things, "csv", named=["https://example.org/town/graph/ontology/town"])
    volatile = "SELECT (RAND() AS ?r) {}"
    assert answer(volatile, "csv") != answer(volatile, "csv")
    answer("ASK {}", "json")
    answer("ASK {}", "json")
    assert looked[3:] == [things, volatile, volatile, "ASK {}", "ASK {}"]


def test_many_solutions_are_not_remembered() -> None:
    store = Store.memory()
    store.add_lines("".join(f"<urn:s> <urn:p> <urn:o{n}> .\n" for n in range(20)))
    for most, known in ((19, False), (20, True)):
        with store.find("SELECT ?o { ?s ?p ?o }", prefixes={}, base="urn:") as found:
            told = found.remembering(most)
            one, other = BytesIO(), BytesIO()
            told.write(one, format="csv", prefixes={}, most=100)
            assert told.is_known is known
            if known:
                told.write(other, format="csv", prefixes={}, most=100)
                assert other.getvalue() == one.getvalue()
            assert one.getvalue().count(b"\n") == 21
