"""One mistake, one finding: four edits on a copy of the whole graph, and a fact moved out of its passage."""

import shutil
from pathlib import Path

import pytest

from kg.check import check
from kg.pipeline import validate_project
from kg.project import Project
from kg.validation.report import Finding

BETHUNE = "200072460"
EDITS = {
    "a SIREN literal mistyped": (
        "instances/reference/epci.ttl",
        f'rc:siren "{BETHUNE}"',
        'rc:siren "200072461"',
        [("PartyShape-siren", f"party/siren-{BETHUNE}", "instances/reference/epci.ttl")],
    ),
    "a date as text": (
        "instances/external/cte.ttl",
        '"2020-01-09"^^xsd:date',
        '"9 janvier 2020"',
        [("ActShape-signedOn", "act/cte-beauvaisis", "instances/external/cte.ttl")],
    ),
    "an act with two instruments": (
        "instances/external/cte.ttl",
        "act:cte-bethune-bruay\n",
        "act:cte-bethune-bruay\n    rc:underInstrument instrument:pat ;\n",
        [("ActShape-underInstrument", "act/cte-bethune-bruay", "instances/external/cte.ttl")],
    ),
    "an EPCI typed as a territory": (
        "instances/reference/epci.ttl",
        f"party:siren-{BETHUNE}\n    a rc:EPCI ;",
        f"party:siren-{BETHUNE}\n    a rc:EPCI ;\n    a rc:Territory ;",
        [("PartyShape-notTerritory", f"party/siren-{BETHUNE}", "instances/reference/epci.ttl")],
    ),
}


def copied(project: Project, root: Path) -> Project:
    for name in ("ontology", "shapes", "instances", "queries"):
        shutil.copytree(project.root / name, root / name)
    shutil.copy(project.root / "pyproject.toml", root)
    return Project.find(root)


def edit(project: Project, file: str, old: str, new: str) -> None:
    path = project.root / file
    text = path.read_text(encoding="utf-8")
    assert old in text, (file, old)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def violations(project: Project) -> list[Finding]:
    return [finding for finding in validate_project(project).report.findings if finding.severity == "violation"]


def test_the_graph_has_no_violation(project: Project) -> None:
    assert violations(project) == []


@pytest.mark.parametrize("mistake", EDITS)
def test_one_mistake_gives_one_finding(mistake: str, project: Project, tmp_path: Path) -> None:
    file, old, new, expected = EDITS[mistake]
    copy = copied(project, tmp_path)
    edit(copy, file, old, new)
    found = [
        (f.shape.split("#")[-1][:-1], f.focus.removeprefix(f"<{project.base}id/")[:-1], f.file)
        for f in violations(copy)
    ]
    assert found == expected


def test_a_fact_moved_to_the_default_graph_is_found(project: Project, tmp_path: Path) -> None:
    copy = copied(project, tmp_path)
    file = "instances/magazine/erbm.trig"
    path = copy.root / file
    path.write_text(
        path.read_text(encoding="utf-8") + "\nact:erbm rc:signedAt territory:commune-62637 .\n", encoding="utf-8"
    )
    (problem,) = check(copy)
    assert problem.file == file
    assert problem.message == "a fact in the default graph: act:erbm rc:signedAt territory:commune-62637"
