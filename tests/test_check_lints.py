"""One seeded defect per lint: named by its code, at its line and column."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from kg.check import check
from kg.check.problem import MESSAGES
from kg.cli import main
from kg.errors import UsageError
from kg.project import Project

PLACES = "instances/reference/places.ttl"
GAZETTE = "instances/passages/gazette.trig"
SEAT = "instances/deduced/seat.trig"
ONTOLOGY = "ontology/town.ttl"
SHAPES = "shapes/act.ttl"
WHO = "queries/competency/who-signed.rq"


class Run(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def kg(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Call kg in a folder, in this process and in English."""
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")

    def call(folder: Path, *arguments: str) -> Run:
        monkeypatch.setattr(sys, "argv", ["kg", "-C", str(folder), *arguments])
        monkeypatch.chdir(folder)
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Run(int(ended.value.code or 0), out, err)

    return call


def seeded(project: Project, file: str, old: str, new: str) -> tuple[int, int]:
    """Put ``new``, where § marks the fault, in the place of ``old``; return the line and column of the mark."""
    path = project.root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    marked = text.replace(old, new, 1)
    before, _, after = marked.partition("§")
    path.write_text(before + after, encoding="utf-8")
    return before.count("\n") + 1, len(before) - before.rfind("\n")


DEFECTS = [
    ("syntax", PLACES, "t:within id:country ;", "t:within id:country §id:hill ;"),
    ("syntax", GAZETTE, "t:amends id:charter ;", 't:amends "é" , §] ;'),
    ("undeclared-prefix", PLACES, "t:within id:country ;", "t:within §other:country ;"),
    ("relative-iri", PLACES, "t:within id:country ;", "t:within §<country> ;"),
    ("unused-prefix", PLACES, "@prefix t:", "@prefix §sk: <http://e/> .\n@prefix t:"),
    ("unused-prefix", PLACES, "@prefix t:", "@prefix §sk: <http://e/> .\n@prefix t:"),
    ("unknown-term", PLACES, "t:neighbour", "§t:neighbor"),
    ("unknown-term", ONTOLOGY, "owl:TransitiveProperty", "§owl:TransitivProperty"),
    ("unknown-term", SHAPES, "sh:minCount", "§sh:mincount"),
    ("unknown-term", SHAPES, "sh:datatype xsd:date", "sh:datatype §xsd:dat"),
    ("unknown-term", WHO, "t:signatory", "§t:signatry"),
    ("deprecated-term", ONTOLOGY, "t:Act\n", "t:Act\n    owl:deprecated true ;\n"),
    ("unknown-scheme", PLACES, "t:within id:country ;", "t:within id:country ;\n    t:within §<htpp://e/x> ;"),
    ("name-in-brackets", PLACES, "t:within id:country ;", "t:within id:country ;\n    t:within §<id:hill> ;"),
    ("shape-without-target", SHAPES, "    sh:targetClass t:Pact ;\n", ""),
    ("shape-without-message", SHAPES, '    sh:message "Un pacte a un jour de signature."@fr ;\n', ""),
    ("no-label", ONTOLOGY, '    rdfs:label "acte"@fr ;\n', ""),
    ("several-definitions", ONTOLOGY, '"Agreement."@en', '"Agreement."@en , "Deal."@en'),
    ("not-a-passage", GAZETTE, "GRAPH <doc/gazette#line=2,3>", "GRAPH §<doc/gazette#line=6,7>"),
    ("blank-nodes", GAZETTE, "    id:pact\n        t:amends id:charter ;", "    §[] t:amends id:charter ; "),
    ("no-reasoning", SEAT, '        t:reasoning "The league is named after its place."@en ;\n', ""),
    ("query", WHO, "#+ title@fr: Qui a signé le pacte ?\n", ""),
]


@pytest.mark.parametrize(("code", "file", "old", "new"), DEFECTS, ids=lambda value: str(value)[:24])
def test_a_defect_is_named_by_its_code_where_it_is(copy: Project, code: str, file: str, old: str, new: str) -> None:
    place = seeded(copy, file, old, new if "§" in new else f"§{new}")
    found = [p for p in check(copy) if p.code == code]
    assert found
    if code == "deprecated-term":
        assert {p.values[0] for p in found} == {"t:Act"}
        return
    assert {p.file for p in found} == {file}
    if "§" in new:
        assert place in {(p.span.line, p.span.column) for p in found if p.span}
    else:
        assert all(p.span for p in found)


def test_a_policy_of_iris_is_a_setting(copy: Project) -> None:
    settings = copy.settings_file
    text = settings.read_text(encoding="utf-8")
    policy = "[check]\niris = '(def|shapes)#[A-Za-z-]*|id/[a-z/-]+|doc/.*|graph/.*'\n"
    settings.write_text(text + policy, encoding="utf-8")
    assert check(Project.find(copy.root)) == []
    seeded(copy, PLACES, "t:within id:country ;", "t:within id:country ;\n    t:within §id:Big_Hill ;")
    (problem,) = check(Project.find(copy.root))
    assert problem.code == "iri-policy"
    assert "id:Big_Hill" in problem.message
    settings.write_text(text + "[check]\niris = '('\n", encoding="utf-8")
    with pytest.raises(UsageError, match="no regular expression"):
        Project.find(copy.root)


def test_a_shape_that_no_example_expects_is_named_where_examples_exist(copy: Project) -> None:
    examples = copy.root / "tests" / "shapes"
    examples.mkdir(parents=True)
    (examples / "a.ttl").write_text("# expects: s:PactShape-signedOn sh:MinCountConstraintComponent id:bad\n")
    untested = {p.values[0] for p in check(copy) if p.code == "shape-without-test"}
    assert "s:PactShape-signedOn" not in untested
    (examples / "a.ttl").write_text("# expects: nothing\n")
    assert "s:PactShape-signedOn" in {p.values[0] for p in check(copy) if p.code == "shape-without-test"}


def test_every_message_is_in_french_too_and_in_the_document(project_root: Path) -> None:
    document = (project_root / "docs" / "check.md").read_text(encoding="utf-8")
    for code, (english, french) in MESSAGES.items():
        assert english.count("{") == french.count("{") or code == "relative-iri"
        assert f"| `{code}` |" in document, code


def test_a_folder_without_settings_is_checked_for_what_needs_none(kg: Callable[..., Run], tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "a.ttl").write_text(
        "@prefix e: <http://e/ns#> .\n@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n\n"
        "e:Town a owl:Class .\ne:size a owl:DatatypProperty .\n<#me> a e:Twn ; e:size 1 ; e:near <http://e/ns#x> .\n"
    )
    run = kg(tmp_path, "check", "data")
    assert run.code == 1
    lines = [line for line in run.out.splitlines() if line.endswith("]")]
    assert [line.rpartition(" ")[2] for line in lines] == ["[unused-prefix]"] + ["[unknown-term]"] * 3
    assert "data/a.ttl:6:10: unknown term" in run.out
    assert "    6 | e:size a owl:DatatypProperty .\n      |          ^^^^^^^^^^^^^^^^^^^" in run.out
    (data / "a.ttl").write_text("<#me> <http://e/p> 1 .\n")
    assert kg(tmp_path, "check", "data").code == 0


def test_fix_lays_files_out_and_twice_changes_nothing(kg: Callable[..., Run], copy: Project) -> None:
    path = copy.root / PLACES
    clean = path.read_text(encoding="utf-8")
    path.write_text(clean.replace(" ;\n    .", " .").replace("@prefix t:", "@prefix sk: <http://e/> .\n@prefix t:"))
    assert kg(copy.root, "check").code == 1
    run = kg(copy.root, "check", "--fix")
    assert run.code == 0
    assert f"{PLACES}: laid out, without the prefixes sk" in run.err
    fixed = path.read_text(encoding="utf-8")
    assert "sk:" not in fixed
    again = kg(copy.root, "check", "--fix")
    assert "laid out" not in again.err
    assert path.read_text(encoding="utf-8") == fixed


def test_diff_prints_what_fix_would_write_and_writes_nothing(kg: Callable[..., Run], copy: Project) -> None:
    assert kg(copy.root, "check", "--diff").code == 0
    path = copy.root / PLACES
    clean = path.read_text(encoding="utf-8")
    loose = clean.replace(" ;\n    .", " .").rstrip("\n")
    path.write_text(loose, encoding="utf-8")
    run = kg(copy.root, "check", "--diff")
    assert run.code == 1
    assert "1 file to lay out" in run.err
    assert path.read_text(encoding="utf-8") == loose
    subprocess.run(["git", "apply", "-"], cwd=copy.root, input=run.out.encode(), check=True)
    assert path.read_text(encoding="utf-8") == clean
    refused = kg(copy.root, "check", "--diff", "--fix")
    assert refused.code == 2
    assert "give one of them" in refused.err
