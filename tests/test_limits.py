"""Whatever ends a build too early, the one that was there stays whole, and nothing is left behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kg.graph.build import Build
from kg.project import Project
from tests.disks import small_disk


@pytest.fixture
def crowd(tmp_path: Path) -> Project:
    """A project of some hundred thousand triples, built once when it was small."""
    for name in ("ontology", "shapes", "instances"):
        (tmp_path / name).mkdir()
    (tmp_path / "kg.toml").write_text('base = "https://example.org/"\n')
    (tmp_path / "ontology" / "o.ttl").write_text(
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n<http://e/p> owl:inverseOf <http://e/q> .\n"
    )
    (tmp_path / "instances" / "a.nt").write_text("<http://e/s> <http://e/p> <http://e/o> .\n")
    assert run(tmp_path, "build").returncode == 0
    with (tmp_path / "instances" / "b.nt").open("w") as out:
        out.writelines(f"<http://e/s{i}> <http://e/p> <http://e/o{i}> .\n" for i in range(300_000))
    return Project.find(tmp_path)


def run(root: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "kg", "-C", str(root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environment})


def left(project: Project) -> list[str]:
    return sorted(path.name for path in (project.root / "build.d").iterdir() if path.name.startswith(".tmp"))


def whole(project: Project) -> bool:
    build = Build.open(project.root / "build")
    return build.dump.read_bytes().startswith(b"<http://e/o> <http://e/q> <http://e/s> .\n")


def test_too_little_memory_is_told_with_code_2(crowd: Project, tmp_path: Path) -> None:
    done = run(crowd.root, "build", "--memory", "20MB")
    assert done.returncode == 2
    assert "of memory are too few" in done.stderr
    assert (left(crowd), whole(crowd)) == ([], True)
    wrong = run(crowd.root, "build", "--memory", "plenty")
    assert (wrong.returncode, "not an amount of memory: plenty" in wrong.stderr) == (2, True)


def test_a_limit_that_is_enough_is_kept(crowd: Project) -> None:
    assert run(crowd.root, "build", "--memory", "400MB").returncode == 0
    assert Build.open(crowd.root / "build").manifest["quads"]["inferred"] == 300_001


def test_interrupted_it_says_so_and_leaves_nothing(crowd: Project) -> None:
    command = [sys.executable, "-m", "kg", "-C", str(crowd.root), "build"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 30
    while not left(crowd) and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, "interrupted" in said) == (130, True)
    assert (left(crowd), whole(crowd)) == ([], True)


@pytest.mark.system
def test_a_full_disk_is_told_with_code_2(crowd: Project, tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", size="24m") as small:
        first = crowd.root / "instances" / "b.nt"
        kept = first.read_bytes()
        first.unlink()
        assert run(crowd.root, "build", "--out", str(small / "build")).returncode == 0
        before = (small / "build").resolve()
        first.write_bytes(kept)
        done = run(crowd.root, "build", "--out", str(small / "build"))
        assert done.returncode == 2
        assert "the disk is full" in done.stderr or "No space left" in done.stderr
        assert (small / "build").resolve() == before
        assert [path.name for path in (small / "build.d").iterdir() if path.name.startswith(".tmp")] == []
