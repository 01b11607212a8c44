"""The way from files to a build: the same bytes anywhere, whole or not at all."""

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kg.errors import InconsistencyError, RuleError, SourceError, UsageError
from kg.graph.build import Build
from kg.graph.store import Solutions, Store
from kg.graph.terms import parse
from kg.lookup import explain
from kg.pipeline import build, validate_files
from kg.project import Project

GAZETTE = "instances/passages/gazette.trig"


@pytest.fixture
def copy(town: Project, tmp_path: Path) -> Project:
    root = tmp_path / "a town"
    shutil.copytree(town.root, root, ignore=shutil.ignore_patterns("build", "build.d"), symlinks=True)
    return Project.find(root)


def edit(project: Project, file: str, old: str, new: str) -> None:
    path = project.root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_same_input_gives_the_same_bytes_at_another_place(town: Project, town_build: Build, copy: Project) -> None:
    again = build(copy, out=copy.root / "build").build
    assert again is not None
    assert again.dump.read_bytes() == town_build.dump.read_bytes()
    assert (again.folder / "manifest.json").read_bytes() == (town_build.folder / "manifest.json").read_bytes()


def test_a_second_build_gives_the_same_bytes_and_leaves_one_folder(copy: Project) -> None:
    first = build(copy, out=copy.root / "build").build
    assert first is not None
    bytes_ = first.dump.read_bytes()
    second = build(copy, out=copy.root / "build").build
    assert second is not None
    assert second.dump.read_bytes() == bytes_
    assert [p.name for p in (copy.root / "build.d").iterdir() if not p.name.startswith(".")] == [second.folder.name]


def test_the_manifest_names_each_input_and_counts_what_came_out(town_build: Build) -> None:
    manifest = json.loads((town_build.folder / "manifest.json").read_text(encoding="utf-8"))
    assert {GAZETTE, "ontology/town.ttl", "queries/rules/remote.rq", "kg.toml"} <= set(manifest["files"])
    lines = town_build.dump.read_text(encoding="utf-8").splitlines()
    assert len(lines) == manifest["quads"]["default"] + manifest["quads"]["named"] + manifest["quads"]["inferred"]


def test_the_default_graph_holds_each_triple_once_and_no_shape(town_build: Build) -> None:
    found = town_build.store.query("SELECT (COUNT(*) AS ?n) { ?s <https://example.org/town/def#signatory> ?o }")
    assert isinstance(found, Solutions)
    assert found.rows == (('"2"^^<http://www.w3.org/2001/XMLSchema#integer>',),)
    assert town_build.store.query("ASK { ?s a <http://www.w3.org/ns/shacl#NodeShape> }") is False
    assert town_build.store.query("ASK { GRAPH ?g { ?s a <http://www.w3.org/ns/shacl#NodeShape> } }") is True


def test_the_store_is_made_once_whoever_asks(copy: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    made = build(copy, out=copy.root / "build").build
    assert made is not None
    begun = []
    create = Store.create

    def slowly(folder: Path, nquads: Path) -> Store:
        begun.append(folder)
        time.sleep(0.2)
        return create(folder, nquads)

    monkeypatch.setattr(Store, "create", slowly)
    with ThreadPoolExecutor(3) as threads:
        found = [asked.result() for asked in [threads.submit(lambda: Build(made.folder).store) for _ in range(3)]]
    assert len(begun) == 1
    assert all(store.query("ASK { ?s ?p ?o }") for store in found)
    assert [path.name for path in made.folder.iterdir() if path.name.startswith(".store")] == []


def test_what_is_inferred_has_a_graph_of_its_own(town: Project, town_build: Build) -> None:
    asked = f"ASK {{ GRAPH <{town.inferred_graph}> {{ ?s <https://example.org/town/def#hasDescendant> ?o }} }}"
    assert town_build.store.query(asked) is True


def test_a_violation_stops_the_build_and_leaves_the_old_one(copy: Project) -> None:
    before = build(copy, out=copy.root / "build").build
    assert before is not None
    edit(copy, GAZETTE, '"2020-05-03"^^xsd:date', '"3 mai 2020"')
    outcome = build(copy, out=copy.root / "build")
    assert outcome.build is None
    assert [finding.file for finding in outcome.report.findings] == [GAZETTE]
    assert Build.open(copy.root / "build").folder == before.folder
    assert [p.name for p in (copy.root / "build.d").iterdir() if not p.name.startswith(".")] == [before.folder.name]


def test_a_warning_of_the_derived_shapes_is_listed_and_stops_nothing(copy: Project) -> None:
    edit(copy, "instances/reference/places.ttl", "    t:amends id:oath ;\n", "")
    outcome = build(copy, out=copy.root / "build")
    assert outcome.build is not None
    assert [finding.severity for finding in outcome.report.findings] == ["warning"]


def test_a_contradiction_is_an_error_that_names_the_thing_and_its_file(copy: Project) -> None:
    edit(
        copy, "instances/reference/places.ttl", "id:town\n    a t:Party ;", "id:town\n    a t:Party ;\n    a t:Place ;"
    )
    with pytest.raises(InconsistencyError, match=r"id/town.*places\.ttl"):
        build(copy, out=copy.root / "build")


def test_a_syntax_error_names_file_and_line(copy: Project) -> None:
    edit(copy, GAZETTE, "t:signatory id:town ;", "t:signatory id:town id:league ;")
    with pytest.raises(SourceError) as caught:
        build(copy, out=copy.root / "build")
    assert (caught.value.file, caught.value.line) == (GAZETTE, 20)


def test_an_undeclared_prefix_says_which_line_to_add(copy: Project) -> None:
    edit(copy, GAZETTE, "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n", "")
    with pytest.raises(SourceError, match="Add: @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#>"):
        build(copy, out=copy.root / "build")


def test_an_unknown_prefix_suggests_the_nearest(copy: Project) -> None:
    edit(copy, GAZETTE, "rdfs:label", "rdf2:label")
    with pytest.raises(SourceError, match="Did you mean rdf") as caught:
        build(copy, out=copy.root / "build")
    assert caught.value.line == 12


def test_a_missing_folder_is_named(copy: Project) -> None:
    shutil.rmtree(copy.root / "shapes")
    with pytest.raises(UsageError, match="shapes/"):
        build(copy, out=copy.root / "build")


def test_a_rule_that_denies_itself_names_the_cycle(copy: Project) -> None:
    edit(copy, "queries/rules/remote.rq", "t:neighbour ?other }", "t:remoteFrom ?other }")
    with pytest.raises(RuleError, match="remote → remote"):
        build(copy, out=copy.root / "build")


def test_a_place_that_is_not_a_build_is_refused(copy: Project) -> None:
    (copy.root / "build").mkdir()
    (copy.root / "build" / "mine.txt").write_text("precious")
    with pytest.raises(UsageError, match="not made by kg"):
        build(copy, out=copy.root / "build")
    assert (copy.root / "build" / "mine.txt").read_text() == "precious"


def test_killed_at_any_moment_a_build_leaves_the_old_one_whole(copy: Project) -> None:
    out = copy.root / "build"
    assert build(copy, out=out).build is not None
    started = time.perf_counter()
    command = [sys.executable, "-m", "kg", "-q", "-C", str(copy.root), "build"]
    subprocess.run(command, check=True)
    whole = time.perf_counter() - started
    chance = random.Random(20190630)
    for turn in range(8):
        edit(
            copy,
            GAZETTE,
            "# What the gazette states.",
            f"# What the gazette states. {turn}\n# What the gazette states.",
        )
        process = subprocess.Popen(command)
        # most of the kills fall late, where files are written and the link is moved
        time.sleep(whole * chance.uniform(0.6, 1.02))
        process.send_signal(signal.SIGKILL)
        process.wait()
        left = Build.open(out)
        assert left.store.query("ASK { ?s <https://example.org/town/def#hasDescendant> ?o }") is True
        assert left.graph.engine.count("SELECT count(*) FROM closure") > 0
        assert len(left.dump.read_bytes()) == left.manifest["dump"]["bytes"]
        left.graph.engine.close()
        edit(copy, GAZETTE, f"# What the gazette states. {turn}\n", "")
    subprocess.run(command, check=True)
    assert [p for p in (copy.root / "build.d").iterdir() if p.name.startswith(".tmp")] == []


def test_files_are_validated_with_the_ontology_alone(copy: Project, tmp_path: Path) -> None:
    data = tmp_path / "data.ttl"
    data.write_text("<http://e/1> a <https://example.org/town/def#Pact> .\n")
    report = validate_files(copy, paths=[data]).report
    assert [(finding.focus, finding.severity) for finding in report.findings] == [("<http://e/1>", "violation")]


def test_what_has_not_changed_is_not_built_again(copy: Project) -> None:
    first, again = (build(copy, out=copy.root / "build") for _ in range(2))
    assert first.build is not None
    assert again.build is not None
    assert (again.build.folder, again.report, again.inference) == (first.build.folder, first.report, None)


def state(built: Build) -> tuple[bytes, bytes, bytes, int, set[str]]:
    """Return what a build says, in each of its files, without the rounds that led there."""
    named = "SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
    found = built.store.query(named)
    assert isinstance(found, Solutions)
    assert found.rows[0][0] is not None
    read = [(built.folder / name).read_bytes() for name in ("data.nq", "manifest.json", "findings.json")]
    terms = {token for (token,) in built.graph.engine.rows("SELECT token FROM term JOIN quad ON g = id OR o = id")}
    return read[0], read[1], read[2], int(parse(found.rows[0][0]).value), terms


def test_a_build_from_the_one_before_is_byte_for_byte_a_whole_one(copy: Project) -> None:
    chance = random.Random(20190630)
    out = copy.root / "build"
    facts = sorted(path for path in copy.instances.rglob("*") if path.suffix in (".ttl", ".trig"))
    statements = [
        f"id:{s} t:{p} id:{o} ."
        for s in ("town", "league", "pact", "oath", "valley", "annex")
        for p, o in (("amends", "pact"), ("within", "valley"), ("signatory", "town"), ("neighbour", "town"))
    ]
    previous = build(copy, out=out).build
    assert previous is not None
    kept = 0
    for _ in range(12):
        path = chance.choice(facts)
        text = path.read_text(encoding="utf-8")
        edited = copy.root / "instances" / "editorial" / f"more-{chance.randrange(3)}.ttl"
        edited.parent.mkdir(exist_ok=True)
        if edited.exists() and chance.random() < 0.4:
            edited.unlink()
        elif chance.random() < 0.8:
            head = "@prefix id: <https://example.org/town/id/> .\n@prefix t: <https://example.org/town/def#> .\n"
            edited.write_text(head + "\n".join(chance.sample(statements, 3)) + "\n", encoding="utf-8")
        else:
            path.write_text(f"{text}# {chance.random()}\n", encoding="utf-8")
        try:
            made = build(copy, out=out).build
        except InconsistencyError:
            edited.unlink(missing_ok=True)
            continue
        if made is None:
            edited.unlink(missing_ok=True)
            continue
        whole = build(copy, out=copy.root / "whole").build
        assert whole is not None
        assert state(made) == state(whole)
        for triple in list(made.graph.inferred())[::7]:
            assert explain(made, triple, project=copy, language="en") is not None
        shutil.rmtree(copy.root / "whole.d")
        (copy.root / "whole").unlink()
        kept += 1
    assert kept >= 6


def test_a_changed_shape_rule_or_axiom_counts(copy: Project) -> None:
    out = copy.root / "build"
    assert build(copy, out=out).build is not None
    ontology = next(iter(sorted(copy.ontology.glob("*.ttl"))))
    ontology.write_text(
        ontology.read_text(encoding="utf-8")
        + "<https://example.org/town/def#within> a <http://www.w3.org/2002/07/owl#SymmetricProperty> .\n"
    )
    made = build(copy, out=out).build
    whole = build(copy, out=copy.root / "whole").build
    assert made is not None
    assert whole is not None
    assert state(made) == state(whole)
    within = "<https://example.org/town/def#within>"
    assert any(p == within and s.endswith("id/valley>") for s, p, o in made.graph.inferred())
