"""What Spark gives in one process is what DuckDB gives; calls that cannot work say why."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kg import pipeline
from kg.graph.quads import Graph
from kg.inference.reasoning import infer
from kg.project import Project
from kg.validation.validate import validate
from tests.disks import small_disk
from tests.spark.conftest import free_port

pytestmark = pytest.mark.system
ROOT = Path(__file__).resolve().parents[2]
FIXTURE = ROOT / "tests" / "fixture"
CLOSURE = (
    "SELECT s.token, p.token, o.token, c.rule, c.round FROM closure c JOIN term s ON s.id = c.s "
    "JOIN term p ON p.id = c.p JOIN term o ON o.id = c.o ORDER BY ALL"
)


def results(graph: Graph, project: Project) -> list[object]:
    pipeline.load(project, graph)
    shapes, derived = pipeline._shapes(project, graph)
    report = validate(graph, shapes)
    rules, inference = infer(graph, pipeline.constructs_of(project))
    return [
        list(graph.quads()),
        report.findings,
        [rule.to_json() for rule in rules],
        inference.rounds,
        graph.engine.rows(CLOSURE),
        list(graph.inferred()),
        validate(graph, derived, triples=Graph.UNION).findings,
    ]


@pytest.mark.parametrize(("root", "small"), [(FIXTURE, 60), (ROOT, 200_000)], ids=["in parts", "this graph"])
def test_closure_rounds_and_reports_are_those_of_duckdb(session, tmp_path: Path, root: Path, small: int) -> None:
    from kg.graph.spark.engine import Spark
    from kg.graph.spark.storage import Storage

    project = Project.find(root)
    there = Graph.empty(Spark(session, Storage(session, str(tmp_path)), scratch=tmp_path, small=small))
    for found, expected in zip(results(there, project), results(Graph.create(), project), strict=True):
        assert found == expected
    there.engine.close()


def kg(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "kg", "-C", str(FIXTURE), *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment})


def test_a_build_is_the_same_to_the_byte(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    assert kg("build", "--out", str(here)).returncode == 0
    tables = tmp_path / "tables"
    done = kg("build", "--out", str(there), "--engine", "spark", "--master", "local[2]", "--tables", str(tables))
    assert (done.returncode, done.stdout) == (0, "")
    assert len(done.stderr.splitlines()) == 1  # nothing that Java says
    for file in ("data.nq", "rules.json", "findings.json", "manifest.json"):
        assert (here / file).read_bytes() == (there / file).read_bytes()
    parts = [sorted((tables / "nquads").glob(f"{part}-*.nq")) for part in ("default", "named", "inferred")]
    assert b"".join(shard.read_bytes() for part in parts for shard in part) == (here / "data.nq").read_bytes()
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tables / "nquads", check=True)
    assert not list(tables.glob("_work/*"))


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--master", "everywhere", "--tables", "t"), 2, "not a master of Spark: everywhere"),
        (("--master", "local[2]", "--tables", "nowhere://t"), 2, "cannot keep tables in nowhere://t: No"),
        (("--master", "local[2]", "--tables", "hdfs://a.invalid/t"), 3, "hdfs://a.invalid/t: unknown host a"),
        (("--master", "local[2]", "--tables", "s3a://bucket/t"), 2, "Spark has no hadoop-aws beside it"),
        (("--master", "local[2]", "--tables", "t", "--memory", "much"), 2, "not an amount of memory: much"),
        (("--master", "local[2]", "--tables", "t", "--resume"), 2, "there is nothing to go on with"),
    ],
)
def test_a_wrong_call_is_told(tmp_path: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    given = [str(tmp_path / value) if value == "t" else value for value in arguments]
    done = kg("build", "--out", str(tmp_path / "out"), "--engine", "spark", *given)
    assert (done.returncode, said in done.stderr, done.stderr.count("\n")) == (code, True, 1), done.stderr
    assert not (tmp_path / "out").exists()


def test_a_full_disk_is_told_and_what_was_built_stays(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert kg("build", "--out", str(out)).returncode == 0
    before = out.resolve()
    with small_disk(tmp_path / "tables", size="200k") as tables:
        done = kg("build", "--out", str(out), "--engine", "spark", "--master", "local[2]", "--tables", str(tables))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "the disk is full" in done.stderr
    assert out.resolve() == before


def test_a_master_that_does_not_answer_is_told(tmp_path: Path) -> None:
    call = ("--engine", "spark", "--master", f"spark://127.0.0.1:{free_port()}", "--tables", str(tmp_path / "t"))
    done = kg("build", "--out", str(tmp_path / "out"), *call)
    assert (done.returncode, "does not answer" in done.stderr, done.stderr.count("\n")) == (3, True, 1), done.stderr


def test_no_java_and_an_old_one_are_told(tmp_path: Path) -> None:
    call = ("build", "--engine", "spark", "--master", "local[2]", "--tables", str(tmp_path / "t"))
    none = kg(*call, JAVA_HOME=str(tmp_path))
    assert (none.returncode, "install openjdk-17" in none.stderr) == (2, True)
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n")
    java.chmod(0o755)
    old = kg(*call, JAVA_HOME=str(tmp_path))
    assert (old.returncode, f"{java} is Java 11" in old.stderr) == (2, True)
