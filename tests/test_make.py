"""``make run`` answers the first question and ends with the service, or says why it cannot."""

import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from kg.project import Project


@pytest.fixture
def installed(project_root: Path) -> Path:
    if not (project_root / ".venv" / ".installed").is_file():
        pytest.skip("the checkout is not installed by make")
    return project_root


def test_make_run_ends_with_the_service(installed: Path, project: Project, tmp_path: Path) -> None:
    words = tmp_path / "words"
    with words.open("w") as said:
        run = subprocess.Popen(
            ["make", "run", "PORT=0"], cwd=installed, stdout=said, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        end = time.monotonic() + 120
        while not (found := re.search(r"the graph is at (http://127\.0\.0\.1:\d+)/", words.read_text())):
            assert run.poll() is None, words.read_text()
            assert time.monotonic() < end, words.read_text()
            time.sleep(0.1)
        with httpx.Client(base_url=found[1], timeout=30, trust_env=False) as client:
            assert client.get("/health").status_code == 200
            dataset = client.get("/", follow_redirects=True, headers={"Accept": "text/html"})
            assert (dataset.status_code, dataset.headers["content-type"]) == (200, "text/html; charset=utf-8")
    finally:
        os.killpg(run.pid, signal.SIGINT)
        run.wait(timeout=30)
    text = words.read_text()
    assert text.index("triples") < text.index("CTE") < text.index("the graph is at")
    assert "Traceback" not in text


def test_make_run_says_that_a_port_is_taken(installed: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = subprocess.run(
            ["make", "run", f"PORT={port}"], cwd=installed, capture_output=True, text=True, timeout=180
        )
    assert run.returncode == 2
    assert f"error: cannot listen on 127.0.0.1, port {port}: Address already in use" in run.stderr
