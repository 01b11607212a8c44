"""Each question gives the answer read from the text: ``<question>.csv``, and ``<question>@<date>.csv`` as of a date."""

import csv
import io
from pathlib import Path

import pytest

from kg.graph.build import Build
from kg.graph.store import Solutions
from kg.lookup import explain
from kg.project import Project
from kg.query.catalogue import Catalogue
from kg.query.local import answer
from kg.query.parameters import parse_values

HERE = Path(__file__).parent
EXPECTED = sorted(HERE.glob("*.csv"))


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize("file", EXPECTED, ids=lambda file: file.stem)
def test_the_answer_is_the_one_read_from_the_text(file: Path, project: Project, project_build: Build) -> None:
    name, _, date = file.stem.partition("@")
    catalogue = Catalogue.of(project)
    query = catalogue.find(name)
    assert project.as_of is not None
    dated = "asOf" in {parameter.name for parameter in query.params}
    given = {"asOf": date or project.as_of.isoformat()} if dated else {}
    values = parse_values(given, query.params, query=name, project=project)
    found = answer(query, catalogue=catalogue, build=project_build, values=values)
    text = found.render("csv", project=project).replace(project.base, "")
    assert rows(text) == rows(file.read_text(encoding="utf-8"))


def test_every_question_has_an_expected_answer(project: Project) -> None:
    questions = {query.name for query in Catalogue.of(project) if query.folder == "competency"}
    assert questions == {file.stem.partition("@")[0] for file in EXPECTED}
    assert len(questions) >= 60


def ask(build: Build, query: str) -> list[tuple[str | None, ...]]:
    head = (
        "PREFIX rc: <https://w3id.org/republique-contractuelle/def#> "
        "PREFIX act: <https://w3id.org/republique-contractuelle/id/act/> "
        "PREFIX territory: <https://w3id.org/republique-contractuelle/id/territory/> "
    )
    found = build.store.query(head + query)
    assert isinstance(found, Solutions)
    return list(found.rows)


def test_nothing_flows_from_the_cper_down_to_the_contract_of_calais(project_build: Build) -> None:
    region = "territory:nuts-fre1"
    assert ask(
        project_build, f"SELECT ?a {{ ?a rc:coversTerritory {region} FILTER(?a = act:cper-nord-pas-de-calais-2015) }}"
    )
    assert ask(project_build, f"SELECT ?p {{ act:cdt-calais ?p {region} }}") == []
    money = "SELECT ?m { act:cper-nord-pas-de-calais-2015 rc:funding ?m . act:cdt-calais rc:funding ?m }"
    assert ask(project_build, money) == []
    parties = "SELECT DISTINCT ?d { act:cdt-calais rc:touchesDepartement ?d }"
    assert [row[0] for row in ask(project_build, parties)] == [
        f"<{project_build.manifest['base']}id/territory/departement-62>"
    ]


def test_each_step_of_a_parent_chain_is_inferred(project_build: Build) -> None:
    parents = "SELECT ?a { act:ctes-sambre-avesnois-thierache rc:hasAncestor ?a } ORDER BY ?a"
    base = f"{project_build.manifest['base']}id/act/"
    assert [row[0] for row in ask(project_build, parents)] == [f"<{base}ctes-sambre-avesnois>", f"<{base}pacte-sat>"]


def test_a_fact_stated_in_two_passages_counts_once(project_build: Build) -> None:
    stated = ask(project_build, "SELECT (COUNT(?g) AS ?n) { GRAPH ?g { act:erbm rc:signedOn ?day } }")
    counted = ask(project_build, "SELECT (COUNT(?day) AS ?n) { act:erbm rc:signedOn ?day }")
    integer = "^^<http://www.w3.org/2001/XMLSchema#integer>"
    assert stated[0][0] not in (f'"0"{integer}', f'"1"{integer}')
    assert counted == [(f'"1"{integer}',)]


def test_a_conflict_is_proved_by_the_values_that_the_passages_state(project: Project, project_build: Build) -> None:
    base = f"{project.base}id/figure/pacte-sat-population-"
    triple = (f"<{base}2589>", f"<{project.base}def#conflictsWith>", f"<{base}1380>")
    proof = explain(project_build, triple, project=project, language="en")
    values = {
        leaf.triple[2].split('"')[1]: leaf.citations[0].line
        for leaf in proof.leaves()
        if leaf.triple[1].endswith("#value>")
    }
    assert values == {"305000.0": 1380, "300000.0": 2589}


def test_the_related_instrument_of_the_contract_of_calais_is_proved_by_its_passages(
    project: Project, project_build: Build
) -> None:
    triple = (
        f"<{project.base}id/act/cdt-calais>",
        f"<{project.base}def#relatedInstrument>",
        f"<{project.base}id/instrument/cper>",
    )
    proof = explain(project_build, triple, project=project, language="fr")
    lines = {citation.line for leaf in proof.leaves() for citation in leaf.citations}
    assert {249, 945, 2475} <= lines


def test_ten_questions_and_more_have_an_empty_answer() -> None:
    empty = [file.stem for file in EXPECTED if len(rows(file.read_text(encoding="utf-8"))) == 1]
    assert len(empty) >= 10
