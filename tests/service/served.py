"""Servers over small graphs, each a process of its own that is asked over HTTP."""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from kg import pipeline
from kg.project import Project

LIMITS = """
[serve]
query-seconds = 2
query-memory = "100MB"
query-rows = 20_000
body-bytes = 100_000
"""


@dataclass(frozen=True)
class Served:
    """A server: the address it printed, its process, and a client of its own."""

    address: str
    process: subprocess.Popen[str]
    client: httpx.Client
    words: Callable[[], str]

    def ask(self, query: str, *, method: str = "GET", accept: str = "*/*", **parameters: str) -> httpx.Response:
        asked = {"query": query, **parameters}
        if method == "POST":
            return self.client.post("/sparql", data=asked, headers={"Accept": accept})
        return self.client.request(method, "/sparql", params=asked, headers={"Accept": accept})


@contextmanager
def served(project: Project, *options: str, ends: int = 0, says: str | None = "") -> Iterator[Served]:
    """Serve a project's build at a free port; at the end it stops when asked, with this exit code and these words.

    ``says`` is None where the words are for the test to judge.
    """
    command = [sys.executable, "-m", "kg", "-C", str(project.root), "serve", "--port", "0", *options]
    # What it says goes to a file: a pipe that nobody reads would stop it once it is full.
    with tempfile.TemporaryFile("w+") as said, subprocess.Popen(command, stderr=said, text=True) as process:

        def words() -> str:
            said.seek(0)
            return said.read()

        try:
            until = time.monotonic() + 60
            while "\n" not in words() and process.poll() is None and time.monotonic() < until:
                time.sleep(0.02)
            first = words()
            found = re.search(r"(http://\S+)/sparql", first)
            assert found, first
            with httpx.Client(base_url=found[1], timeout=30) as client:
                yield Served(found[1], process, client, words)
        finally:
            process.terminate()
            process.wait()
        assert process.returncode == ends, words()
        assert says is None or words().removeprefix(first) == says


def limited(project: Project) -> Project:
    """Return a built project whose queries may take little."""
    project.settings_file.write_text(project.settings_file.read_text() + LIMITS)
    project = Project.load(project.settings_file)
    assert pipeline.build(project, out=project.root / "build").build
    return project
