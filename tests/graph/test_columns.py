"""Quads in memory are those of the store."""

import shutil
from pathlib import Path

import pytest
from tests.labels import labelled_alike

from kg import pipeline
from kg.graph import columns
from kg.graph.build import Build
from kg.graph.columns import Columns, inferred_as_stored
from kg.graph.store import as_stored
from kg.project import Project
from kg.source.reader import Triple

XSD = "http://www.w3.org/2001/XMLSchema#"
WRITTEN = f"""@prefix id: <https://example.org/town/id/> .
@prefix xsd: <{XSD}> .
id:oath id:sum 12.50, 12.5, 7, "007"^^xsd:integer, "08"^^xsd:integer, "008"^^xsd:integer ; id:by [ id:sum 7 ] .
id:oath id:said "a\\tb \\"c\\" é"@fr-FR, "a\\tb \\"c\\" é" .
"""


@pytest.fixture(scope="module")
def town(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Build]:
    root = tmp_path_factory.mktemp("columns") / "town"
    shutil.copytree(project_root / "tests" / "fixture", root)
    (root / "instances" / "reference" / "sums.ttl").write_text(WRITTEN, encoding="utf-8")
    project = Project.find(root)
    build = pipeline.build(project, out=root / "build").build
    assert build is not None
    return project, build


@pytest.fixture(scope="module")
def read(town: tuple[Project, Build]) -> Columns:
    found = Columns.read(Build(town[1].folder), inferred_graph=town[0].inferred_graph)
    assert found is not None
    return found


def test_all_quads_are_those_of_the_store(town: tuple[Project, Build], read: Columns) -> None:
    one, other = list(read.quads()), list(town[1].store.quads())
    assert labelled_alike(one) == labelled_alike(other)
    assert len(one) > 300
    assert len(set(one)) == len(one)


def test_what_is_looked_for_is_what_the_store_finds(town: tuple[Project, Build], read: Columns) -> None:
    store = town[1].store
    looked = 0
    for g, s, p, o in [quad for quad in store.quads() if "_:" not in {quad[1][:2], quad[3][:2]}]:
        for given in (
            {"subject": s}, {"object": o}, {"graph": g}, {"predicate": p}, {"subject": s, "predicate": p, "graph": ""},
            {"predicate": p, "object": o, "graph": ""}, {"subject": s, "graph": g}, {"subject": o}, {"object": s},
        ):  # fmt: skip
            assert labelled_alike(read.quads(**given)) == labelled_alike(store.quads(**given))
            looked += 1
    assert looked > 2_000


def test_what_is_not_there_is_not_found(read: Columns) -> None:
    assert not list(read.quads(subject="<https://example.org/none>"))
    assert not list(read.quads(subject="<https://example.org/town/id/oath>", graph="<https://example.org/none>"))


def test_literals_are_written_as_the_store_writes_them() -> None:
    seven, plain = f'"7"^^<{XSD}integer>', '"7"'
    assert as_stored([f'"007"^^<{XSD}integer>', seven, plain]) == {f'"007"^^<{XSD}integer>': seven}


def inferred(project_root: Path, root: Path, sums: str) -> tuple[list[Triple] | None, list[Triple]]:
    """Return what is inferred where the oath has some sums, which are numbers: of the tables, and of the store."""
    shutil.copytree(project_root / "tests" / "fixture", root)
    prefixes = "@prefix id: <https://example.org/town/id/> .\n@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
    (root / "ontology" / "sums.ttl").write_text(f"{prefixes}id:sum rdfs:subPropertyOf id:number .\n", encoding="utf-8")
    (root / "instances" / "reference" / "sums.ttl").write_text(f"{prefixes}id:oath id:sum {sums} .\n", encoding="utf-8")
    project = Project.find(root)
    build = pipeline.build(project, out=root / "build").build
    assert build is not None
    name = f"<{project.inferred_graph}>"
    return inferred_as_stored(build.graph, name), [(s, p, o) for _, s, p, o in build.store.quads(graph=name)]


def test_what_is_inferred_is_what_the_store_has(project_root: Path, tmp_path: Path) -> None:
    found, stored = inferred(project_root, tmp_path / "town", "12.50, 12.5, 7")
    assert found is not None
    assert sorted(found) == sorted(stored)
    assert [o for _, p, o in found if p.endswith("number>") and "12" in o] == [f'"12.5"^^<{XSD}decimal>']


def test_blank_nodes_of_what_is_inferred_are_left_to_the_store(project_root: Path, tmp_path: Path) -> None:
    found, stored = inferred(project_root, tmp_path / "town", "[ id:sum 7 ]")
    assert any("_:" in (s[:2], o[:2]) for s, _, o in stored)
    assert found is None


def test_too_many_quads_are_left_to_the_store(town: tuple[Project, Build], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "_MOST", 10)
    assert Columns.read(Build(town[1].folder), inferred_graph=town[0].inferred_graph) is None
