"""A build on a master and two workers is the build of one machine, whatever happens to them on the way."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.spark.conftest import Cluster, rounds_in, wait_for

pytestmark = pytest.mark.system


COMMUNES = 215_000
"""Of a graph of 1.4 million triples."""


def contracts(folder: Path) -> str:
    """Write a graph of contracts, without its shapes, of which it breaks some; return them."""
    import datasets
    import synthetic

    triples = datasets.write(folder, ontology=synthetic.ONTOLOGY, shapes="", lines=synthetic.lines(COMMUNES))
    assert triples > 1_400_000
    return synthetic.SHAPES


def france(folder: Path) -> str:
    """Write the whole of France, without its shapes; return them."""
    import datasets
    import geography

    lines = geography.lines(geography.fetch(folder.parent))
    datasets.write(folder, ontology=geography.ONTOLOGY, shapes="", lines=lines)
    return geography.SHAPES


def project_of(folder: Path) -> Path:
    """Write the graph of contracts."""
    contracts(folder)
    return folder


def command(project: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "kg", "-C", str(project), *arguments]


def on(cluster: Cluster, tables: Path) -> tuple[str, ...]:
    return ("--engine", "spark", "--master", cluster.url, "--tables", str(tables), "--memory", "1GB")


def build(project: Path, out: Path, *arguments: str) -> None:
    done = subprocess.run(command(project, "build", "--out", str(out), *arguments), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def same(one: Path, other: Path) -> bool:
    """Tell whether two builds are the same, rounds of proofs included."""
    files = ("data.nq", "rules.json", "findings.json", "manifest.json")
    return all((one / file).read_bytes() == (other / file).read_bytes() for file in files) and rounds(one) == rounds(
        other
    )


def rounds(build: Path) -> list[tuple[int, int, int]]:
    from kg.graph.build import Build

    asked = "SELECT rule, round, count(*), bit_xor(hash(s.token || ' ' || p.token || ' ' || o.token)) FROM closure c "
    joins = "JOIN term s ON s.id = c.s JOIN term p ON p.id = c.p JOIN term o ON o.id = c.o GROUP BY ALL ORDER BY ALL"
    return Build.open(build).graph.engine.rows(asked + joins)


@pytest.mark.parametrize(("write", "findings"), [(contracts, 300), (france, 0)])
def test_a_graph_is_closed_and_validated_as_by_one_machine(
    cluster: Cluster, tmp_path: Path, write: Callable[[Path], str], findings: int
) -> None:
    project = tmp_path / "project"
    shapes = write(project)
    build(project, tmp_path / "here")
    build(project, tmp_path / "there", *on(cluster, tmp_path / "tables"))
    assert same(tmp_path / "here", tmp_path / "there")
    (project / "shapes" / "shapes.ttl").write_text(shapes)
    reports = []
    for number, arguments in enumerate(((), on(cluster, tmp_path / "more"))):
        report = tmp_path / f"{number}.json"
        asked = command(project, "validate", "--format", "json", "--output", str(report), *arguments)
        done = subprocess.run(asked, capture_output=True, text=True)
        assert done.returncode in (0, 1), done.stderr
        reports.append(json.loads(report.read_text()))
    assert reports[0] == reports[1]
    assert len(reports[0]["findings"]) >= findings


def test_a_worker_that_is_killed_changes_nothing(cluster: Cluster, tmp_path: Path) -> None:
    project = project_of(tmp_path / "project")
    build(project, tmp_path / "here")
    asked = command(project, "build", "--out", str(tmp_path / "there"), *on(cluster, tmp_path / "tables"))
    with subprocess.Popen(asked, stderr=subprocess.PIPE, text=True) as running:
        wait_for(lambda: rounds_in(tmp_path / "tables") >= 2 or running.poll() is not None, "two rounds", seconds=600)
        assert running.poll() is None
        cluster.kill_worker()
        _, said = running.communicate()
    assert running.returncode == 0, said
    assert same(tmp_path / "here", tmp_path / "there")


def test_a_driver_that_is_killed_goes_on_from_its_last_round(cluster: Cluster, tmp_path: Path) -> None:
    project, tables = project_of(tmp_path / "project"), tmp_path / "tables"
    build(project, tmp_path / "here")
    asked = command(project, "build", "--out", str(tmp_path / "there"), *on(cluster, tables))
    with subprocess.Popen(asked, stderr=subprocess.DEVNULL, start_new_session=True) as running:
        wait_for(lambda: rounds_in(tables) >= 2 or running.poll() is not None, "two rounds", seconds=600)
        os.killpg(running.pid, signal.SIGKILL)
    assert running.returncode == -signal.SIGKILL
    assert not (tmp_path / "there").exists()
    first = sorted(tables.glob("tables/**/*.parquet"))
    build(project, tmp_path / "there", *on(cluster, tables), "--resume")
    assert same(tmp_path / "here", tmp_path / "there")
    assert {file for file in first if "closure" in file.parts} <= set(tables.glob("tables/**/*.parquet"))
    lost = next(tables.glob("tables/**/*.parquet"))
    lost.unlink()
    done = subprocess.run(
        command(project, "build", "--out", str(tmp_path / "there"), *on(cluster, tables), "--resume"),
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "is not whole" in done.stderr
    assert same(tmp_path / "here", tmp_path / "there")
