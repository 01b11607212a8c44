"""The benchmarks' data are the same anywhere and can be read, and what they measure runs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kg.pipeline import build
from kg.project import Project

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))

import datasets  # noqa: E402
import scale  # noqa: E402
import synthetic  # noqa: E402
import tables  # noqa: E402
import university  # noqa: E402


@pytest.mark.parametrize(("source", "number"), [(synthetic, 200), (university, 1)])
def test_the_data_are_the_same_each_time_and_build(tmp_path: Path, source, number: int) -> None:
    counts = [
        datasets.write(tmp_path / name, ontology=source.ONTOLOGY, shapes=source.SHAPES, lines=source.lines(number))
        for name in ("one", "other")
    ]
    assert counts[0] == counts[1] > 1000
    files = [(tmp_path / name / "instances" / "data.nt").read_bytes() for name in ("one", "other")]
    assert files[0] == files[1]
    outcome = build(Project.find(tmp_path / "one"), out=tmp_path / "build")
    assert outcome.inference is not None or outcome.report.counts["violation"]


def test_each_of_our_tools_runs_and_gives_its_result(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    lines = synthetic.lines(100)
    triples = datasets.write(folder, ontology=synthetic.ONTOLOGY, shapes=synthetic.SHAPES, lines=lines)
    for tool, result in (("kg_closure", "c"), ("kg_report", "r"), ("kg_whole", "kg-whole"), ("duckdb_bytes", "f")):
        command = [sys.executable, str(ROOT / "benchmarks" / "tools.py"), tool, str(folder), str(folder / result)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert float(done.stdout.split()[0]) > 0
    closure = (folder / "c").read_text(encoding="utf-8").splitlines()
    assert len(closure) == len(set(closure)) > triples
    assert sorted((folder / "kg-whole").read_text(encoding="utf-8").splitlines()) == sorted(closure)
    assert sorted((folder / "f").read_text(encoding="utf-8").splitlines()) == sorted(closure)
    assert (folder / "r").read_text(encoding="utf-8").startswith("[[")


def test_the_tables_say_where_a_peer_is_ahead() -> None:
    row = {"question": "closure", "data": "d", "triples": 10, "work": 1.0, "megabytes": 5.0, "same": "the same"}
    rows = [{**row, "tool": "kg", "seconds": 2.0}, {**row, "tool": "owlrl", "seconds": 1.0}]
    assert "Ahead of kg: owlrl is faster on 10 triples of d." in tables.render(rows)
    rows[1]["seconds"] = 9.0
    assert "No peer is ahead." in tables.render(rows)
    assert "| d | 10 | owlrl | 9.00 | 4.5 | 1.00 | 1.0 | 5 | the same |" in tables.render(rows)
    assert "<polyline" not in tables.picture(rows)
    assert "<polyline" in tables.picture([{**one, "data": "contracts"} for one in rows])


def test_lines_of_costs_are_those_of_their_points() -> None:
    found = scale.line((float(n), 2.0 + 3e-6 * n) for n in (10_000, 100_000, 1_000_000))
    assert (round(found.a, 6), round(found.b * 1e6, 6)) == (2.0, 3.0)
    assert found.at(10_000_000) == pytest.approx(32.0)
    assert scale.line((float(n), 1e-6 * n) for n in (10, 1000)).exponent == pytest.approx(1.0)


def test_the_page_of_scale_has_the_tables_of_what_was_measured() -> None:
    points = [scale.Point(**one) for one in json.loads((ROOT / "benchmarks" / "scale.json").read_text())]
    page = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    assert page.endswith(f"{scale.MARK}\n\n{scale.render(points)}")
    assert {point.engine for point in points if not point.seen} == {"duckdb", "spark"}
