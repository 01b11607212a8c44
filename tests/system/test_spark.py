"""Spark builds the same graph as DuckDB, goes on after its driver was killed, and fails in clear words."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kg import pipeline
from kg.graph.build import Build
from kg.project import Project

pytestmark = pytest.mark.system

pytest.importorskip("pyspark", reason="the extra is not installed: pip install -e '.[spark]'")

_PROOFS = (
    "SELECT s.token, p.token, o.token, c.rule, c.round FROM closure c JOIN term s ON s.id = c.s "
    "JOIN term p ON p.id = c.p JOIN term o ON o.id = c.o ORDER BY ALL"
)


def command(project: Project, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "kg", "-C", str(project.root), *arguments]


def on_spark(project: Project, folder: Path, *more: str, master: str = "local[2]") -> list[str]:
    tables, out = str(folder / "tables"), str(folder / "build")
    return command(project, "build", "--engine", "spark", "--master", master, "--tables", tables, "--out", out, *more)


def run(arguments: list[str], **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        arguments, capture_output=True, text=True, check=False, timeout=1800, env={**os.environ, **environment}
    )


def same(one: Build, other: Build) -> None:
    assert one.dump.read_bytes() == other.dump.read_bytes()
    assert one.findings == other.findings
    assert one.rules == other.rules
    assert one.graph.engine.rows(_PROOFS) == other.graph.engine.rows(_PROOFS)


def test_the_graph_its_proofs_and_its_report_are_those_of_duckdb(copy: Project, tmp_path: Path) -> None:
    ours = pipeline.build(copy, out=tmp_path / "ours").build
    assert ours is not None
    done = run(on_spark(copy, tmp_path / "spark"))
    assert done.returncode == 0, done.stderr
    same(Build.open(tmp_path / "spark" / "build"), ours)
    shards = sorted((tmp_path / "spark" / "tables" / "nquads").glob("default-*.nq"))
    assert b"".join(shard.read_bytes() for shard in shards) in ours.dump.read_bytes()


def test_a_build_goes_on_after_its_driver_was_killed(copy: Project, tmp_path: Path) -> None:
    ours = pipeline.build(copy, out=tmp_path / "ours").build
    assert ours is not None
    tables = tmp_path / "spark" / "tables"
    driver = subprocess.Popen(on_spark(copy, tmp_path / "spark"), stderr=subprocess.PIPE, start_new_session=True)
    until = time.monotonic() + 1200
    while len(list(tables.glob("manifest-*.json"))) < 2 and driver.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    os.killpg(driver.pid, signal.SIGKILL)
    driver.wait()
    assert not (tmp_path / "spark" / "build").exists()
    done = run(on_spark(copy, tmp_path / "spark", "--resume"))
    assert done.returncode == 0, done.stderr
    same(Build.open(tmp_path / "spark" / "build"), ours)


def test_a_master_that_does_not_answer_is_one_message(copy: Project, tmp_path: Path) -> None:
    done = run(on_spark(copy, tmp_path, master="spark://127.0.0.1:9"))
    assert done.returncode == 3
    assert "does not answer" in done.stderr
    assert "Traceback" not in done.stderr
