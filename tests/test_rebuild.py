"""A build from the one before it uses what still holds, and nothing else; a violation is told before all else."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kg import rebuild
from kg.errors import InconsistencyError, ShapeError
from kg.graph.build import Build
from kg.pipeline import build
from kg.project import Project
from tests.labels import labelled_alike

PLACES = "instances/reference/places.ttl"
QUERIED = """
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix t: <https://example.org/town/def#> .

<https://example.org/town/shapes#Queried>
    a sh:NodeShape ;
    sh:severity sh:Warning ;
    sh:sparql [ sh:select "SELECT $this ?value { $this <https://example.org/town/def#PREDICATE> ?value }" ] ;
    sh:targetClass t:Pact .
"""


@pytest.fixture
def copy(town: Project, tmp_path: Path) -> Project:
    root = tmp_path / "town"
    shutil.copytree(town.root, root, ignore=shutil.ignore_patterns("build", "build.d"), symlinks=True)
    return Project.find(root)


def made(project: Project, out: str = "build") -> Build:
    found = build(project, out=project.root / out).build
    assert found is not None
    return found


def touch(project: Project, text: str) -> None:
    path = project.root / PLACES
    path.write_text(f"{path.read_text(encoding='utf-8')}{text}\n", encoding="utf-8")


def shape(project: Project, predicate: str, *, folder: str = ".") -> None:
    path = project.shapes / folder / "queried.ttl"
    path.write_text(QUERIED.replace("PREDICATE", predicate), encoding="utf-8")


def queried(of: Build) -> list[str]:
    return [found["value"] for found in of.findings if found["shape"].endswith("#Queried>")]


@pytest.mark.parametrize("folder", [".", "derived"])
def test_a_query_that_changed_is_asked_as_it_is_now(copy: Project, folder: str) -> None:
    shape(copy, "signatory", folder=folder)
    first = queried(made(copy))
    assert first
    shape(copy, "amends", folder=folder)
    second = queried(made(copy))
    assert second
    assert second != first
    assert second == queried(made(copy, "whole"))
    shape(copy, "signatory", folder=folder)
    assert queried(made(copy)) == first


def test_a_query_that_is_not_allowed_is_refused_whatever_was_built_before(copy: Project) -> None:
    shape(copy, "signatory")
    made(copy)
    path = copy.shapes / "queried.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace("?value }", "?value MINUS { ?value ?value ?value } }"))
    with pytest.raises(ShapeError, match="MINUS"):
        build(copy, out=copy.root / "build")


def test_queries_are_not_parsed_again_when_facts_alone_have_changed(copy: Project) -> None:
    shape(copy, "signatory")
    shape(copy, "amends", folder="derived")
    made(copy)
    touch(copy, "# a remark")
    program = (
        "import sys; from pathlib import Path; from kg.pipeline import build; from kg.project import Project; "
        "p = Project.find(Path(sys.argv[1])); assert build(p, out=p.root / 'build').build; "
        "print('rdflib' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", program, str(copy.root)], check=True, capture_output=True, text=True)
    assert said.stdout == "False\n"
    assert queried(Build.open(copy.root / "build")) == queried(made(copy, "whole"))


def test_another_program_begins_anew(copy: Project) -> None:
    cache = made(copy).folder / "cache.json"
    assert rebuild.previous(copy.root / "build") is not None
    known = json.loads(cache.read_text(encoding="utf-8"))
    cache.write_text(json.dumps({**known, "program": "another"}), encoding="utf-8")
    assert rebuild.previous(copy.root / "build") is None


def test_a_violation_is_told_before_a_contradiction(copy: Project) -> None:
    before = made(copy)
    path = copy.root / PLACES
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("id:town\n    a t:Party ;", "id:town\n    a t:Party ;\n    a t:Place ;"))
    with pytest.raises(InconsistencyError):
        build(copy, out=copy.root / "build")
    touch(copy, "id:accord a t:Pact .")
    outcome = build(copy, out=copy.root / "build")
    assert outcome.build is None
    assert outcome.report.counts["violation"]
    assert Build.open(copy.root / "build").folder == before.folder


def test_a_violation_of_what_is_derived_leaves_the_old_build(copy: Project) -> None:
    before = made(copy)
    path = copy.shapes / "derived" / "act.ttl"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("sh:minCount 2", "sh:minCount 9").replace("sh:Warning", "sh:Violation"))
    outcome = build(copy, out=copy.root / "build")
    assert outcome.build is None
    assert outcome.report.counts["violation"]
    assert Build.open(copy.root / "build").folder == before.folder
    assert [p.name for p in (copy.root / "build.d").iterdir() if not p.name.startswith(".")] == [before.folder.name]


def test_steps_in_turn_give_the_bytes_of_steps_beside_each_other(
    copy: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    shape(copy, "signatory")
    shape(copy, "amends", folder="derived")
    beside = made(copy)
    monkeypatch.setattr("kg.graph.quads._FEW", 0)
    in_turn = made(copy, "whole")
    for name in ("data.nq", "manifest.json", "findings.json", "rules.json"):
        assert (in_turn.folder / name).read_bytes() == (beside.folder / name).read_bytes(), name
    path = copy.shapes / "derived" / "queried.ttl"
    path.write_text(path.read_text(encoding="utf-8").replace("sh:Warning", "sh:Violation"), encoding="utf-8")
    assert build(copy, out=copy.root / "whole").build is None
    assert Build.open(copy.root / "whole").folder == in_turn.folder


@pytest.mark.parametrize(
    ("old", "new", "is_copied"),
    [
        ("owl:hasValue <https://example.org/town/id/league>", "owl:hasValue t:Act", False),
        ('"Act that the league signed."@en', '"Act that is signed by the league."@en', True),
    ],
)
def test_the_store_of_a_build_from_the_one_before_is_that_of_a_new_one(
    copy: Project, old: str, new: str, is_copied: bool
) -> None:
    _ = made(copy).store
    terms = copy.root / "ontology/town.ttl"
    text = terms.read_text(encoding="utf-8")
    assert old in text
    terms.write_text(text.replace(old, new), encoding="utf-8")
    again = made(copy)
    assert (again.folder / "store").is_dir() is is_copied
    assert labelled_alike(again.store.quads()) == labelled_alike(made(copy, "whole").store.quads())


@pytest.mark.parametrize(("goes", "stays"), [("12.50", "12.5"), ("12.5", "12.50")])
def test_a_number_that_is_written_in_two_ways_stays_in_the_store_when_one_of_them_goes(
    copy: Project, goes: str, stays: str
) -> None:
    said = f"id:charter t:sum {goes} , {stays} ."
    touch(copy, said)
    _ = made(copy).store
    path = copy.root / PLACES
    path.write_text(path.read_text(encoding="utf-8").replace(said, f"id:charter t:sum {stays} ."), encoding="utf-8")
    again = made(copy)
    found = [o for *_, o in again.store.quads(predicate="<https://example.org/town/def#sum>", graph="")]
    assert found == ['"12.5"^^<http://www.w3.org/2001/XMLSchema#decimal>']
    path.write_text(path.read_text(encoding="utf-8").replace(f"t:sum {stays}", "t:sum 7.50"), encoding="utf-8")
    assert (made(copy).folder / "store").is_dir()
