"""The tables of a publication are what their queries say, and a data package that other readers take."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import frictionless
import pytest

from kg.errors import QueryError
from kg.graph.build import Build
from kg.project import Project
from kg.publication.publish import Publication
from kg.publication.tables import tables

QUERIES = Path(__file__).parent / "tables"
BASE = "https://example.org/town/"


def rows(site: Publication, name: str) -> list[dict[str, str]]:
    with (site.folder / "data" / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def package(site: Publication) -> dict[str, object]:
    text = (site.folder / "data" / "tables" / "datapackage.json").read_text(encoding="utf-8")
    read: dict[str, object] = json.loads(text)
    return read


def test_a_table_has_the_columns_of_its_query_and_a_row_for_each_key(tabled: Publication) -> None:
    assert rows(tabled, "pacts") == [
        {
            "pact": f"{BASE}id/pact",
            "name": "pacte de Grandville",
            "signed_on": "2020-05-03",
            "signatories": "2",
            "passages": " ".join(f"{BASE}doc/gazette#line={n - 1},{n}" for n in (3, 4, 5)),
        }
    ]
    assert [(row["party"], row["pact"]) for row in rows(tabled, "signatories")] == [
        (f"{BASE}id/league", f"{BASE}id/pact"),
        (f"{BASE}id/town", f"{BASE}id/pact"),
    ]


def test_a_file_is_as_rfc_4180_has_it(tabled: Publication) -> None:
    data = (tabled.folder / "data" / "tables" / "signatories.csv").read_bytes()
    lines = data.split(b"\r\n")
    assert lines[0] == b"party,pact,names"
    assert lines[-1] == b""
    assert b"\n" not in b"".join(lines)
    assert '""fr""' in data.decode()


@pytest.mark.parametrize("published", ["tabled", "whole"])
def test_frictionless_finds_every_table_as_the_package_says(published: str, request: pytest.FixtureRequest) -> None:
    site: Publication = request.getfixturevalue(published)
    file = site.folder / "data" / "tables" / "datapackage.json"
    report = frictionless.validate(str(file))
    assert report.valid, report.flatten(["name", "type", "message"])
    assert {task.name: task.stats["rows"] for task in report.tasks} == {
        path.stem: len(rows(site, path.stem)) for path in file.parent.glob("*.csv")
    }
    assert all(task.stats["rows"] for task in report.tasks)


def test_frictionless_sees_a_key_given_twice_and_a_link_that_leads_nowhere(tabled: Publication, tmp_path: Path) -> None:
    folder = shutil.copytree(tabled.folder / "data" / "tables", tmp_path / "tables")
    with (folder / "signatories.csv").open("a", encoding="utf-8", newline="") as out:
        out.write(f"{BASE}id/town,{BASE}id/pact,x\r\n{BASE}id/town,{BASE}id/none,x\r\n")
    found = frictionless.validate(str(folder / "datapackage.json")).flatten(["type"])
    assert {"primary-key", "foreign-key"} <= {kind for [kind] in found}


def test_the_package_says_in_each_language_what_columns_are(tabled: Publication) -> None:
    described = package(tabled)
    assert described["titles"] == {"fr": "Actes de la ville", "en": "Acts of the town"}
    assert described["licenses"] == [
        {
            "name": "etalab-2.0",
            "path": "https://spdx.org/licenses/etalab-2.0",
            "title": "https://spdx.org/licenses/etalab-2.0",
        }
    ]
    resources = described["resources"]
    assert isinstance(resources, list)
    schema = resources[1]["schema"]
    assert schema["primaryKey"] == ["party", "pact"]
    assert schema["foreignKeys"] == [{"fields": ["pact"], "reference": {"resource": "pacts", "fields": ["pact"]}}]
    assert schema["fields"][1] == {
        "name": "pact",
        "type": "string",
        "format": "uri",
        "title": "IRI du pacte",
        "titles": {"fr": "IRI du pacte", "en": "IRI of the pact"},
        "constraints": {"required": True},
    }


def test_a_project_without_queries_for_tables_has_none(site: Publication) -> None:
    assert not (site.folder / "data" / "tables").exists()


# What is wrong with a table


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("#+ column: signed_on date", "#+ column: signed_on integer", 12, "signed_on is integer, not "),
        ("#+ column: passages iris", "#+ column: passages iri", 18, "passages is iri, not "),
        (
            "#+ column: signed_on date",
            "#+ column: signed_on date of signatories",
            12,
            "no table signatories with a key of",
        ),
        ("#+ column: name text", "#+ column: name text of parties", 9, "no table parties with a key of one column"),
        ("#+ column: signed_on date", "#+ column: signed_on day", 12, "a column must be #+ column: name type"),
        ("#+ column: passages iris", "#+ column: passages iris key", 18, "a column must be #+ column: name type"),
        ("#+ column: pact iri key", "#+ column: pact iri", 1, "no column of the table is its key"),
        ("#+ heading@en: name Name\n", "", 9, "the column has no #+ heading@en: name"),
        ("#+ heading@en: name Name", "#+ heading@en: nam Name", 11, "Did you mean name?"),
        ("#+ description@en: The pacts of the town, one a row.\n", "", 1, "the head has no #+ description@en:"),
        ("SELECT ?pact ?name", "SELECT ?pact", 6, "column must name the columns of the SELECT"),
    ],
)
def test_a_table_that_cannot_be_made_is_told_with_its_line(
    town: Project, town_build: Build, tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    project = with_tables(town, tmp_path, lambda text: text.replace(old, new))
    with pytest.raises(QueryError) as caught:
        tables(town_build, project=project)
    assert message in caught.value.message
    assert (caught.value.file, caught.value.line) == ("queries/tables/pacts.rq", line)


def test_two_rows_of_one_key_are_told(town: Project, town_build: Build, tmp_path: Path) -> None:
    project = with_tables(
        town,
        tmp_path,
        lambda text: text.replace("rdfs:label ?name ;", "t:signatory ?name_of ;").replace(
            "t:signedOn ?signed_on .", "t:signedOn ?signed_on . BIND(STR(?name_of) AS ?name)"
        ),
    )
    with pytest.raises(QueryError, match=f"two rows have the key {BASE}id/pact"):
        tables(town_build, project=project)


def test_a_link_to_a_row_that_is_not_there_is_told(town: Project, town_build: Build, tmp_path: Path) -> None:
    project = with_tables(town, tmp_path, lambda text: text.replace("?pact a t:Pact ;", "?pact a t:Pact ; t:none 1 ;"))
    with pytest.raises(QueryError, match=f"the table pacts has no {BASE}id/pact") as caught:
        tables(town_build, project=project)
    assert (caught.value.file, caught.value.line) == ("queries/tables/signatories.rq", 9)


def with_tables(town: Project, folder: Path, rewrite: Callable[[str], str]) -> Project:
    """Return a copy of the town's project with tables, one of them rewritten."""
    root = folder / "town"
    shutil.copytree(town.root, root, ignore=shutil.ignore_patterns("build*"))
    shutil.copytree(QUERIES, root / "queries" / "tables")
    file = root / "queries" / "tables" / "pacts.rq"
    text = file.read_text(encoding="utf-8")
    assert rewrite(text) != text
    file.write_text(rewrite(text), encoding="utf-8")
    return Project.find(root)


def test_each_table_of_this_graph_says_where_its_rows_come_from(
    project: Project, project_build: Build, whole: Publication
) -> None:
    graphs = {graph[1:-1] for graph, *_ in project_build.graph.quads()}
    for path in (whole.folder / "data" / "tables").glob("*.csv"):
        sources = [set(row["sources"].split()) for row in rows(whole, path.stem)]
        assert set().union(*sources) <= graphs, path
        # What the editors alone have described has no passage: project territories, and parties named in passing.
        without = sum(not named for named in sources)
        assert without <= (25 if path.stem in ("territories", "parties") else 0), path
