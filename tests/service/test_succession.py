"""A new build takes the place of the old one while hundreds of requests are answered, and none of them fails."""

import datetime
import itertools
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from kg import pipeline
from kg.cli import kg
from kg.errors import UsageError
from kg.graph.build import Build
from kg.graph.swap import hold
from kg.project import Project
from kg.publication.release import release
from tests.service.served import LIMITS, Served, limited, served
from tests.service.test_limits import CROSS, resident, wait_until_ready

LABEL = 'SELECT ?label { <https://example.org/town/id/charter> rdfs:label ?label FILTER(LANG(?label) = "fr") }'


PLACES = "instances/reference/places.ttl"


@pytest.fixture
def town(copy: Project) -> Project:
    path = copy.root / PLACES
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('"charte des Vallons"@fr ;', '"charte des Vallons"@fr ;  # the charter'), encoding="utf-8"
    )
    return limited(copy)


@dataclass
class Seen:
    """What clients were answered: statuses, labels of one thing by queries and by documents, and entity tags."""

    statuses: list[int] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    turtle: list[str] = field(default_factory=list)
    tags: set[tuple[str, str]] = field(default_factory=set)


@contextmanager
def asked_all_along(server: Served, clients: int = 4) -> Iterator[Seen]:
    """Ask for a query and for a document, by some clients, each one request after another."""
    seen = Seen()
    over = threading.Event()

    def ask(name: str) -> None:
        with httpx.Client(base_url=server.address, timeout=30, headers={"X-Forwarded-For": name}) as client:
            while not over.is_set():
                found = client.get("/sparql", params={"query": LABEL}, headers={"Accept": "text/csv"})
                seen.statuses.append(found.status_code)
                seen.labels.append(found.text.split("\r\n")[1] if found.status_code == 200 else found.text)
                seen.tags.add(("query", found.headers.get("etag", "")))
                document = client.get("/id/charter.ttl")
                seen.statuses.append(document.status_code)
                seen.turtle.append(document.text)
                seen.tags.add(("document", document.headers.get("etag", "")))

    with ThreadPoolExecutor(clients) as threads:
        tasks = [threads.submit(ask, f"192.0.2.{number}") for number in range(clients)]
        try:
            yield seen
        finally:
            over.set()
        for task in tasks:
            task.result()


def rename(project: Project, label: str) -> None:
    """Give the charter another label in French."""
    path = project.root / PLACES
    text = path.read_text(encoding="utf-8")
    path.write_text(
        re.sub(r'label "[^"]*"@fr ;  # the charter', f'label "{label}"@fr ;  # the charter', text), encoding="utf-8"
    )


def until(happens: Callable[[], bool], *, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def builds(project: Project) -> set[str]:
    return {path.name for path in (project.root / "build.d").iterdir() if not path.name.startswith(".")}


def test_builds_of_another_process_are_served_and_no_request_fails(town: Project) -> None:
    with served(town, "--workers", "2") as server:
        wait_until_ready(server)
        first = server.client.get("/id/charter.ttl")
        with asked_all_along(server) as seen:
            for number in (1, 2, 3):
                rename(town, f"charte {number}")
                assert pipeline.build(town, out=town.root / "build").build
                until(lambda wanted=f"charte {number}": wanted in seen.labels[-1:] and wanted in seen.turtle[-1])
        again = server.client.get("/id/charter.ttl", headers={"If-None-Match": first.headers["etag"]})
        until(lambda: len(builds(town)) == 1)
        wait_until_ready(server)
    assert again.status_code == 200
    assert set(seen.statuses) == {200}
    assert len(seen.statuses) > 200
    labels = [label for label, _ in itertools.groupby(seen.labels)]
    assert [label for label in labels if label.startswith("charte ")][-1] == "charte 3"
    assert {"charte 1", "charte 2", "charte 3"} < set(labels)
    for kind in ("query", "document"):
        assert len({tag for one, tag in seen.tags if one == kind}) == 4


def test_a_release_made_while_a_build_is_served_is_served_too(town: Project) -> None:
    with served(town, "--workers", "2") as server:
        wait_until_ready(server)
        first = server.client.get("/")
        assert "1.0.0" not in first.text
        assert server.client.get("/release/1.0.0/release.ttl").status_code == 404
        release(Build.open(town.root / "build"), "1.0.0", project=town, date=datetime.date(2026, 11, 28))
        tag = {"If-None-Match": first.headers["etag"]}
        until(lambda: server.client.get("/", headers=tag).status_code == 200)
        assert '"version":"1.0.0"' in server.client.get("/", headers=tag).text.replace(" ", "")
        assert server.client.get("/release/1.0.0/release.ttl").status_code == 200
        assert server.client.get("/catalog.ttl").text.count('dcat:version "1.0.0"') == 2


def test_what_is_under_way_ends_on_the_old_build_which_is_kept_for_it(town: Project) -> None:
    with served(town, "--workers", "2") as server, ThreadPoolExecutor(1) as threads:
        wait_until_ready(server)
        old = (town.root / "build").resolve()
        memory = resident(server)
        long = threads.submit(server.ask, CROSS)
        time.sleep(0.3)
        rename(town, "autre charte")
        assert pipeline.build(town, out=town.root / "build").build
        assert old.is_dir()
        assert long.result().status_code == 504
        until(lambda: "autre charte" in server.client.get("/id/charter.ttl").text)
        until(lambda: not old.exists())
        until(lambda: resident(server) < memory + 60_000_000)


def test_watch_builds_when_a_file_changes_and_goes_on_when_it_cannot(town: Project) -> None:
    file = town.root / PLACES
    right = file.read_text(encoding="utf-8")
    with served(town, "--workers", "2", "--watch", says=None) as server:
        wait_until_ready(server)
        with asked_all_along(server, clients=1) as seen:
            file.write_text(right + "\nthis is no Turtle", encoding="utf-8")
            until(lambda: "the build failed; the one before it goes on" in server.words())
            assert file.name in server.words()
            file.write_text(right, encoding="utf-8")
            rename(town, "charte vue")
            until(lambda: "charte vue" in seen.turtle[-1] and seen.labels[-1] == "charte vue")
            limits = LIMITS.replace("query-rows = 20_000", "query-rows = 1")
            text = town.settings_file.read_text(encoding="utf-8")
            town.settings_file.write_text(text.replace(LIMITS, limits), encoding="utf-8")
            until(lambda: server.ask("SELECT * { ?s ?p ?o }").text.startswith("the answer has more than 1 row"))
    assert set(seen.statuses) == {200}


def test_watch_needs_a_link(town: Project) -> None:
    folder = (town.root / "build").resolve()
    with pytest.raises(UsageError, match="--watch makes new builds"):
        kg.main(["-C", str(town.root), "serve", "--watch", "--build", str(folder)], standalone_mode=False)


def test_a_folder_that_is_held_is_removed_by_the_first_run_after(town: Project) -> None:
    link = town.root / "build"
    held = hold(link)
    rename(town, "une")
    assert pipeline.build(town, out=link).build
    assert held.folder.is_dir()
    held.release()
    rename(town, "deux")
    assert pipeline.build(town, out=link).build
    assert builds(town) == {link.resolve().name}
