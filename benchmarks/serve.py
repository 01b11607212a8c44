"""A server of a build, as a process of its own, for what is measured from outside."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

_open = build_opener(ProxyHandler({})).open


@dataclass(frozen=True)
class Server:
    """Where it is asked, its process, and what it has said."""

    address: str
    pid: int
    words: Path


@contextmanager
def kg_serve(project: Path, *options: str) -> Iterator[Server]:
    """Serve the build of a project at a free port, with all its workers ready."""
    command = [sys.executable, "-m", "kg", "-C", str(project), "serve", "--port", "0", *options]
    with tempfile.TemporaryDirectory() as folder:
        words = Path(folder) / "words"
        with words.open("w") as said, subprocess.Popen(command, stderr=said) as process:
            try:
                yield Server(_address(words, process), process.pid, words)
            finally:
                process.terminate()
                process.wait()


def _address(words: Path, process: subprocess.Popen[bytes]) -> str:
    while not (found := re.search(r"(http://\S+)/sparql", words.read_text())):
        if process.poll() is not None:
            raise SystemExit(words.read_text())
        time.sleep(0.05)
    workers = (os.cpu_count() or 1) + 1
    for _ in range(600):
        try:
            with _open(f"{found[1]}/health/ready") as answer:
                if f'"workers":{workers}' in answer.read().decode():
                    return found[1]
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit("the workers did not begin")


def resident(pid: int) -> int:
    """Return the bytes that a process and its children have in memory."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    pages = 0
    for one in (str(pid), *children):
        try:
            pages += int(Path(f"/proc/{one}/statm").read_text().split()[1])
        except (OSError, IndexError):  # it has just ended
            continue
    return pages * os.sysconf("SC_PAGE_SIZE")
