"""An answer in each of its formats, read again by others."""

import csv
import html
import io
import json
import re

import pytest
import rdflib
import rdflib.compare
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from kg.errors import UsageError
from kg.graph.build import Build
from kg.graph.store import Solutions, Store, read_results, read_term
from kg.graph.terms import parse
from kg.project import Project
from kg.query import local
from kg.query.answer import FORMATS, Answer
from kg.query.catalogue import Catalogue

XSD = "http://www.w3.org/2001/XMLSchema#"
ROWS = (
    ("<https://example.org/town/id/pact>", '"a | \\"b\\"\\nc é"@fr'),
    ("<http://other.example/x_y_z>", None),
    (None, f'"05.50"^^<{XSD}decimal>'),
    ("_:b0", '"plain"'),
    ("_:b0", '"\\\\u0041 `*_[x](y)~ <b>&amp; \U0001f600\\t, ; =1+1"'),
    ("<https://example.org/town/def>", '" \\"\\" "'),
    (None, None),
    ("<https://example.org/town/graph/a*b*>", '""'),
    ("<https://example.org/town/l#4,5>", None),
)
ANSWER = Answer.of(Solutions(("thing", "value"), ROWS))
RESULT_SET = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")


def values(answer: Answer) -> list[list[str]]:
    return [["" if token is None else parse(token).value for token in row] for row in answer.table[1]]


def canonical_token(text: str, suffix: str) -> str:
    escaped = "".join(f"\\U{ord(character):08x}" for character in text)
    return read_term(f'"{escaped}"{suffix}', prefixes={})


# What XML 1.0 can hold; the other formats hold any character.
TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff") | st.sampled_from("\t\n\r")
)
TOKENS = st.builds(canonical_token, TEXTS, st.sampled_from(["", "@fr", f"^^<{XSD}date>", f"^^<{XSD}integer>"]))
CELLS = st.none() | TOKENS | st.sampled_from(["<https://example.org/town/a>", "<urn:x-y:é>", "<urn:,>", "_:b7", "_:a"])
ANSWERS = st.lists(st.tuples(CELLS, CELLS)).map(lambda rows: Answer.of(Solutions(("a", "b"), tuple(rows))))


@given(ANSWERS)
def test_any_results_come_back_as_they_were(town: Project, answer: Answer) -> None:
    for form in ("json", "xml", "tsv"):
        found = read_results(answer.render(form, project=town).encode(), format=form)  # type: ignore[arg-type]
        assert isinstance(found, Solutions)
        assert Answer.of(found) == answer


@pytest.mark.parametrize("form", ["json", "xml", "tsv"])
def test_results_come_back_as_they_were(form: str, town: Project) -> None:
    found = read_results(ANSWER.render(form, project=town).encode(), format=form)  # type: ignore[arg-type]
    assert isinstance(found, Solutions)
    assert Answer.of(found) == ANSWER


@pytest.mark.parametrize("form", ["json", "xml", "tsv"])
def test_rdflib_reads_the_same_results(form: str, town: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    data = ANSWER.render(form, project=town)
    found = rdflib.query.Result.parse(io.BytesIO(data.encode()), format=form)
    assert [str(name) for name in found.vars or []] == ["thing", "value"]
    rows = [
        ["" if (term := row.get(name)) is None else str(term) for name in found.vars or []] for row in found.bindings
    ]
    blank = [row[0] for row in rows if row[1] == "plain"]
    assert [["b0" if cell in blank else cell for cell in row] for row in rows] == values(ANSWER)


def test_csv_has_the_bare_values(town: Project) -> None:
    head, *rows = csv.reader(io.StringIO(ANSWER.render("csv", project=town), newline=""))
    assert head == ["thing", "value"]
    assert [[cell.removeprefix("_:") for cell in row] for row in rows] == values(ANSWER)


@given(ANSWERS)
def test_any_text_comes_back_from_csv(town: Project, answer: Answer) -> None:
    _, *rows = csv.reader(io.StringIO(answer.render("csv", project=town), newline=""))
    assert [[re.sub(r"^_:b", "b", cell) for cell in row] for row in rows] == values(answer)


def test_markdown_is_a_pipe_table_that_shows_each_value_as_it_is(town: Project) -> None:
    text = ANSWER.render("markdown", project=town)
    assert text.count("\n") == 2 + len(ROWS)
    page = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    assert not re.findall(r"<(?!/?(?:table|thead|tbody|tr|th|td|br|a)\b)[^>]*>", page)
    rows = [
        re.findall(r"<t[hd]>(.*?)</t[hd]>", row, re.DOTALL) for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    ]
    shown = [[html.unescape(re.sub(r"</?a[^>]*>", "", cell.replace("<br>", "\n"))) for cell in row] for row in rows]
    assert shown[0] == ["thing", "value"]
    things = ["id:pact", "http://other.example/x_y_z", "", "_:b0", "_:b0", "<def>", "", "<graph/a*b*>", "<l#4,5>"]
    assert [row[0] for row in shown[1:]] == things
    assert [row[1].split() for row in shown[1:]] == [row[1].split() for row in values(ANSWER)]


def test_turtle_is_a_result_set_that_others_read(town: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)
    graph = rdflib.Graph().parse(data=ANSWER.render("turtle", project=town), format="turtle")
    (result_set,) = graph.subjects(rdflib.RDF.type, RESULT_SET.ResultSet)
    assert {str(name) for name in graph.objects(result_set, RESULT_SET.resultVariable)} == {"thing", "value"}
    found: dict[int, dict[str, str]] = {}
    for solution in graph.objects(result_set, RESULT_SET.solution):
        cells = found.setdefault(int(str(graph.value(solution, RESULT_SET["index"]))), {})
        for binding in graph.objects(solution, RESULT_SET.binding):
            term = graph.value(binding, RESULT_SET.value)
            cells[str(graph.value(binding, RESULT_SET.variable))] = "_" if isinstance(term, rdflib.BNode) else str(term)
    wanted = [
        {n: "_" if t.startswith("_:") else parse(t).value for n, t in zip(("thing", "value"), row, strict=True) if t}
        for row in ROWS
    ]
    assert [found[index] for index in sorted(found)] == wanted


def test_the_triples_of_a_construct_are_the_turtle(town: Project, build: Build) -> None:
    answer = local.ask("CONSTRUCT WHERE { ?s ?p ?o }", build=build)
    graph = rdflib.Graph().parse(data=answer.render("turtle", project=town), format="turtle")
    expected = rdflib.Graph().parse(data="".join(f"{s} {p} {o} .\n" for s, p, o in answer.triples), format="nt")
    assert rdflib.compare.isomorphic(graph, expected)
    found = read_results(answer.render("tsv", project=town).encode(), format="tsv")
    assert isinstance(found, Solutions)
    assert (found.variables, found.rows) == (("subject", "predicate", "object"), answer.triples)


def test_blank_nodes_of_a_graph_have_the_same_names_whatever_they_were_called() -> None:
    lines = [("_:x", "p", "same"), ("_:y", "p", "same"), ("_:x", "q", "1"), ("_:y", "q", "2")]
    triples = (*((s, f"<urn:{p}>", f'"{o}"') for s, p, o in lines), ("_:x", "<urn:to>", "_:y"))
    swap = {"_:x": "_:y", "_:y": "_:x"}
    swapped = tuple((swap[s], p, swap.get(o, o)) for s, p, o in reversed(triples))
    assert Answer.of(triples) == Answer.of(swapped)


def test_the_reasons_stand_in_json_where_no_reader_of_results_minds_them(
    catalogue: Catalogue, build: Build, boats: Project
) -> None:
    answer = local.answer(catalogue.find("boats-signed"), catalogue=catalogue, build=build)
    text = answer.render("json", project=boats, language="en")
    first, second = json.loads(text)["because"]
    assert (first["id"], first["title"]) == ("every-date", "The dates known by then")
    assert len(second["results"]["results"]["bindings"]) == 2
    found = read_results(text.encode())
    assert isinstance(found, Solutions)
    assert Answer.of(found).rows == answer.rows
    by_rdflib = rdflib.query.Result.parse(io.BytesIO(text.encode()), format="json")
    assert len(by_rdflib.bindings) == len(answer.rows)


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "json"])
def test_other_formats_are_the_same_with_and_without_reasons(
    form: str, catalogue: Catalogue, build: Build, boats: Project
) -> None:
    answer = local.answer(catalogue.find("boats-signed"), catalogue=catalogue, build=build)
    assert answer.because
    assert answer.render(form, project=boats) == answer.explained(()).render(form, project=boats)


def test_a_boolean_comes_back_with_its_reasons(catalogue: Catalogue, build: Build, boats: Project) -> None:
    reason = catalogue.find("kinds-of-boats")
    because = local.answer(reason, catalogue=catalogue, build=build)
    for truth in (True, False):
        answer = Answer.of(truth).explained([(reason, because)])
        assert read_results(answer.render("json", project=boats).encode()) is truth
        assert read_results(answer.render("xml", project=boats).encode(), format="xml") is truth


def test_the_table_shows_prefixed_names_and_counts_rows(town: Project) -> None:
    text = ANSWER.render("table", project=town)
    assert "id:pact" in text
    assert text.endswith("9 rows\n")
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
