"""An answer in each of its formats, read again."""

import csv
import io
import json

import pytest
import rdflib

from kg.errors import UsageError
from kg.graph.store import Solutions, Store, read_results
from kg.project import Project
from kg.query.answer import FORMATS, Answer

XSD = "http://www.w3.org/2001/XMLSchema#"
ROWS = (
    ("<https://example.org/town/id/pact>", '"a | \\"b\\"\\nc é"@fr'),
    ("<http://other.example/x>", None),
    (None, f'"05.50"^^<{XSD}decimal>'),
    ("_:b0", '"plain"'),
)
ANSWER = Answer.of(Solutions(("thing", "value"), ROWS))


@pytest.mark.parametrize("form", ["json", "xml", "tsv"])
def test_results_come_back_as_they_were(form: str, town: Project) -> None:
    found = read_results(ANSWER.render(form, project=town).encode(), format=form)  # type: ignore[arg-type]
    assert isinstance(found, Solutions)
    assert Answer.of(found) == ANSWER


def test_csv_has_the_bare_values(town: Project) -> None:
    rows = list(csv.reader(io.StringIO(ANSWER.render("csv", project=town))))
    assert rows[0] == ["thing", "value"]
    assert rows[1] == ["https://example.org/town/id/pact", 'a | "b"\nc é']
    assert rows[2] == ["http://other.example/x", ""]


def test_markdown_is_a_pipe_table_whose_cells_are_escaped(town: Project) -> None:
    lines = ANSWER.render("markdown", project=town).strip().splitlines()
    assert len([line for line in lines if line.startswith("|")]) == 6
    assert "\\|" in lines[2]


def test_turtle_is_a_result_set_that_others_read(town: Project) -> None:
    graph = rdflib.Graph().parse(data=ANSWER.render("turtle", project=town), format="turtle")
    space = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
    assert len(list(graph.objects(None, space.solution))) == 4
    assert {str(name) for name in graph.objects(None, space.resultVariable)} == {"thing", "value"}


def test_the_table_shows_prefixed_names_and_counts_rows(town: Project) -> None:
    text = ANSWER.render("table", project=town)
    assert "id:pact" in text
    assert text.endswith("4 rows\n")
    assert max(len(line) for line in ANSWER.render("table", project=town, width=60).splitlines()) <= 60


@pytest.mark.parametrize("form", FORMATS)
def test_a_boolean_and_a_graph_have_every_format(form: str, town: Project) -> None:
    store = Store.memory()
    store.add([("", "<http://e/s>", "<http://e/p>", '"o"')])
    assert "true" in Answer.of(store.query("ASK { ?s ?p ?o }")).render(form, project=town)
    assert "http://e/s" in Answer.of(store.query("CONSTRUCT WHERE { ?s ?p ?o }")).render(form, project=town)


def test_an_answer_without_rows_has_its_columns(town: Project) -> None:
    empty = Answer.of(Solutions(("thing", "value"), ()))
    for form in FORMATS:
        assert "thing" in empty.render(form, project=town)
    assert json.loads(empty.render("json", project=town))["results"]["bindings"] == []


def test_an_unknown_format_suggests_the_nearest(town: Project) -> None:
    with pytest.raises(UsageError, match="Did you mean json"):
        ANSWER.render("jsn", project=town)
