"""Findings and reports as values, and in each format."""

import io
import json

import pytest
import rdflib

from kg.errors import ShapeError
from kg.graph.quads import Graph
from kg.project import Project
from kg.source.reader import Triple
from kg.validation.formats import Context, render, write
from kg.validation.reference import validate
from kg.validation.report import Report

SH = "http://www.w3.org/ns/shacl#"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
ID, T = "https://example.org/town/id/", "https://example.org/town/def#"


def shapes(*extra: Triple) -> list[Triple]:
    return [
        ("<http://e/S>", TYPE, f"<{SH}NodeShape>"),
        ("<http://e/S>", f"<{SH}targetClass>", f"<{T}Pact>"),
        ("<http://e/S>", f"<{SH}property>", "<http://e/S-p>"),
        ("<http://e/S-p>", TYPE, f"<{SH}PropertyShape>"),
        ("<http://e/S-p>", f"<{SH}path>", f"<{T}signedOn>"),
        ("<http://e/S-p>", f"<{SH}datatype>", "<http://www.w3.org/2001/XMLSchema#date>"),
        ("<http://e/S-p>", f"<{SH}minCount>", '"1"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("<http://e/S-p>", f"<{SH}message>", '"one day"@en'),
        ("<http://e/S-p>", f"<{SH}message>", '"un jour"@fr'),
        *extra,
    ]


DATA: list[Triple] = [
    (f"<{ID}pact>", TYPE, f"<{T}Pact>"),
    (f"<{ID}pact>", f"<{T}signedOn>", '"3 mai"'),
    (f"<{ID}other>", TYPE, f"<{T}Pact>"),
    (f"<{ID}other>", f"<{T}seat>", f"<{ID}hill>"),
]


def report_of(data: list[Triple], shape_triples: list[Triple]) -> Report:
    graph = Graph.create()
    graph.load(
        [
            ("instances/a.ttl", "data", [("<http://g>", *triple) for triple in data[:2]]),
            ("instances/b.ttl", "data", [("<http://g>", *triple) for triple in data[2:]]),
            ("shapes/s.ttl", "shapes", [("<http://s>", *triple) for triple in shape_triples]),
        ]
    )
    return validate(graph.asserted(), shape_triples, graph=graph)


@pytest.fixture(scope="module")
def report() -> Report:
    return report_of(DATA, shapes())


def test_a_finding_names_the_file_of_the_triple_or_of_the_thing_that_lacks_it(report: Report) -> None:
    places = {(f.focus, f.component.rsplit("#", 1)[-1][:-1]): (f.file, f.shape_file) for f in report.findings}
    assert places == {
        (f"<{ID}pact>", "DatatypeConstraintComponent"): ("instances/a.ttl", "shapes/s.ttl"),
        (f"<{ID}other>", "MinCountConstraintComponent"): ("instances/b.ttl", "shapes/s.ttl"),
    }


def test_a_report_is_stable_and_counts(report: Report) -> None:
    assert Report.of(reversed(report.findings)) == report
    assert (report + report).counts["violation"] == 2 * report.counts["violation"]
    assert dict(report.counts) == {"violation": 2, "warning": 0, "info": 0}
    assert (report.worst, report.exit_code(), Report().exit_code()) == ("violation", 1, 0)
    assert not report.conforms


def test_a_warning_fails_only_when_asked(report: Report) -> None:
    warning = report_of(DATA, shapes(("<http://e/S-p>", f"<{SH}severity>", f"<{SH}Warning>")))
    assert (warning.worst, warning.exit_code(), warning.exit_code("warning")) == ("warning", 0, 1)


def test_the_text_is_grouped_by_file_in_the_language_asked_for(report: Report, town: Project) -> None:
    text = render("text", report, project=town, language="en")
    assert text.index("instances/a.ttl") < text.index("id:pact t:signedOn") < text.index("instances/b.ttl")
    assert "one day" in text
    assert "un jour" in render("text", report, project=town, language="fr")
    assert "\x1b" not in text
    out = io.StringIO()
    write("text", out, report, Context(town, "en", colour=True))
    assert "\x1b" in out.getvalue()


def test_turtle_is_the_report_of_the_standard(report: Report, town: Project) -> None:
    graph = rdflib.Graph().parse(data=render("turtle", report, project=town, language="en"), format="turtle")
    space = rdflib.Namespace(SH)
    results = set(graph.objects(None, space.result))
    assert len(results) == 2
    assert set(graph.objects(None, space.conforms)) == {rdflib.Literal(False)}
    focus = {str(graph.value(result, space.focusNode)) for result in results}
    assert focus == {f"{ID}pact", f"{ID}other"}
    assert all(graph.value(result, space.resultPath) == rdflib.URIRef(f"{T}signedOn") for result in results)


def test_json_has_each_finding_with_its_place(report: Report, town: Project) -> None:
    data = json.loads(render("json", report, project=town, language="fr"))
    text = json.dumps(data)
    assert "instances/a.ttl" in text
    assert "un jour" in text


def test_a_shape_that_is_not_shacl_is_named_with_its_file() -> None:
    with pytest.raises(ShapeError) as caught:
        report_of(DATA, shapes(("<http://e/S-p>", f"<{SH}pattern>", '"("')))
    assert "http://e/S-p" in caught.value.message
    assert caught.value.file == "shapes/s.ttl"


def test_nothing_is_said_on_stderr_of_ill_typed_literals(capfd: pytest.CaptureFixture[str]) -> None:
    wrong = [*DATA, (f"<{ID}other>", f"<{T}signedOn>", '"never"^^<http://www.w3.org/2001/XMLSchema#date>')]
    found = report_of(wrong, shapes())
    assert {f.value for f in found.findings} >= {'"never"^^<http://www.w3.org/2001/XMLSchema#date>'}
    assert capfd.readouterr().err == ""
