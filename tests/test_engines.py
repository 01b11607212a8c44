"""The reference engine, owlrl and pySHACL, gives the same graph and the same report."""

from pathlib import Path

from kg.lookup import explain
from kg.pipeline import build, validate_project
from kg.project import Project


def test_both_engines_build_the_same_graph(town: Project, tmp_path: Path) -> None:
    ours = build(town, out=tmp_path / "ours").build
    theirs = build(town, out=tmp_path / "theirs", engine="reference").build
    assert ours is not None
    assert theirs is not None
    assert theirs.dump.read_bytes() == ours.dump.read_bytes()
    assert theirs.findings == ours.findings
    triple = next(theirs.graph.inferred())
    proof = explain(theirs, triple, project=town, language="en")
    assert (proof.rule, proof.premises) == ("owlrl", ())


def test_both_engines_find_the_same(town: Project) -> None:
    reports = [validate_project(town, engine=engine).report for engine in ("duckdb", "reference")]
    assert reports[0] == reports[1]
