"""Property paths as text and as SHACL, and through a whole report."""

from itertools import count

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from kg.graph.quads import Graph
from kg.graph.terms import RDF, TYPE, XSD
from kg.project import Project
from kg.source.reader import Triple
from kg.validation import paths
from kg.validation.formats import render
from kg.validation.reference import validate
from kg.validation.report import Report

SH = "http://www.w3.org/ns/shacl#"
INTEGER = f"^^<{XSD}integer>"


def nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    part = inner.map(
        lambda path: path if path.startswith("<") and path.count("<") == 1 and path[-1] == ">" else f"({path})"
    )
    many = st.lists(part, min_size=2, max_size=3)
    return st.one_of(
        part.map("^{}".format),
        *(part.map(lambda path, suffix=suffix: path + suffix) for suffix in "*+?"),
        many.map("/".join),
        many.map("|".join),
    )


def value_in(triples: list[Triple]):
    return lambda subject, predicate: next((o for s, p, o in triples if (s, p) == (subject, predicate)), None)


@given(st.recursive(st.sampled_from(["<http://e/p>", "<http://e/q>"]), nested, max_leaves=6))
def test_a_path_in_shacl_reads_back_as_the_text_it_came_from(path: str) -> None:
    numbers = count()
    node, triples = paths.triples(paths.parse(path), lambda: f"_:b{next(numbers)}")
    assert paths.text(paths.read(node, value_in(triples))) == path


@pytest.mark.parametrize("path", ["", "<http://e/p>/", "(<http://e/p>", "<http://e/p>)", "|<http://e/p>", "*"])
def test_what_is_not_a_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        paths.parse(path)


def test_what_is_not_a_path_in_shacl_is_refused() -> None:
    with pytest.raises(ValueError, match="not a SHACL path"):
        paths.read("_:nothing", value_in([]))
    with pytest.raises(ValueError, match="contains itself"):
        paths.read("_:self", value_in([("_:self", f"<{SH}inversePath>", "_:self")]))
    with pytest.raises(ValueError, match="not a list"):
        paths.read(
            "_:list", value_in([("_:list", f"<{RDF}first>", "<http://e/p>"), ("_:list", f"<{RDF}rest>", "_:list")])
        )


def test_only_a_path_of_one_step_names_a_triple() -> None:
    assert paths.single("<http://e/p>") == ("<http://e/p>", False)
    assert paths.single("^<http://e/p>") == ("<http://e/p>", True)
    assert paths.single("<http://e/p>/<http://e/q>") is None
    assert paths.single("<http://e/p>*") is None


def report_of(data: list[Triple], shape_triples: list[Triple]) -> Report:
    graph = Graph.create()
    graph.load(
        [
            ("a.ttl", "data", [("<http://g>", *triple) for triple in data[:1]]),
            ("b.ttl", "data", [("<http://g>", *triple) for triple in data[1:]]),
            ("s.ttl", "shapes", [("<http://s>", *triple) for triple in shape_triples]),
        ]
    )
    return validate(graph.asserted(), shape_triples, graph=graph)


def test_a_complex_path_is_whole_in_the_report_and_in_turtle(town: Project) -> None:
    shapes: list[Triple] = [
        ("<http://e/S>", TYPE, f"<{SH}PropertyShape>"),
        ("<http://e/S>", f"<{SH}targetNode>", "<http://e/x>"),
        ("<http://e/S>", f"<{SH}path>", "_:sequence"),
        ("<http://e/S>", f"<{SH}minCount>", f'"1"{INTEGER}'),
        ("_:sequence", f"<{RDF}first>", "_:inverse"),
        ("_:sequence", f"<{RDF}rest>", "_:rest"),
        ("_:rest", f"<{RDF}first>", "<http://e/q>"),
        ("_:rest", f"<{RDF}rest>", f"<{RDF}nil>"),
        ("_:inverse", f"<{SH}inversePath>", "<http://e/p>"),
    ]
    report = report_of([("<http://e/x>", TYPE, "<http://e/C>")], shapes)
    assert [finding.path for finding in report.findings] == ["(^<http://e/p>)/<http://e/q>"]
    assert "(^<http://e/p>)/<http://e/q>" in render("text", report, project=town, language="en")
    written = render("turtle", report, project=town, language="en")
    assert written == render("turtle", Report.of(report.findings), project=town, language="fr")
    graph = rdflib.Graph().parse(data=written, format="turtle")
    (steps,) = graph.objects(None, rdflib.URIRef(f"{SH}resultPath"))
    inverse, last = graph.items(steps)
    assert last == rdflib.URIRef("http://e/q")
    assert graph.value(inverse, rdflib.URIRef(f"{SH}inversePath")) == rdflib.URIRef("http://e/p")


def test_a_value_at_the_end_of_an_inverse_path_is_in_the_file_that_asserts_it() -> None:
    shapes: list[Triple] = [
        ("<http://e/S>", TYPE, f"<{SH}PropertyShape>"),
        ("<http://e/S>", f"<{SH}targetNode>", "<http://e/x>"),
        ("<http://e/S>", f"<{SH}path>", "_:inverse"),
        ("<http://e/S>", f"<{SH}class>", "<http://e/C>"),
        ("_:inverse", f"<{SH}inversePath>", "<http://e/p>"),
    ]
    (finding,) = report_of(
        [("<http://e/x>", TYPE, "<http://e/D>"), ("<http://e/y>", "<http://e/p>", "<http://e/x>")], shapes
    ).findings
    assert (finding.path, finding.value, finding.file) == ("^<http://e/p>", "<http://e/y>", "b.ttl")


def test_a_message_with_a_placeholder_keeps_its_language() -> None:
    shapes: list[Triple] = [
        ("<http://e/S>", TYPE, f"<{SH}NodeShape>"),
        ("<http://e/S>", f"<{SH}targetClass>", "<http://e/C>"),
        ("<http://e/S>", f"<{SH}sparql>", "_:query"),
        ("_:query", f"<{SH}select>", '"SELECT $this ?value WHERE { $this <http://e/p> ?value }"'),
        ("_:query", f"<{SH}message>", '"not {?value}, ever"@en'),
        ("_:query", f"<{SH}message>", '"jamais {?value}"@fr'),
    ]
    data: list[Triple] = [("<http://e/x>", TYPE, "<http://e/C>"), ("<http://e/x>", "<http://e/p>", '"seven"')]
    (finding,) = report_of(data, shapes).findings
    assert dict(finding.messages) == {"en": "not seven, ever", "fr": "jamais seven"}
    assert (finding.shape, finding.shape_file) == ("<http://e/S>", "s.ttl")


def test_a_shape_that_others_use_is_checked_by_them_and_by_its_own_targets() -> None:
    shapes: list[Triple] = [
        ("<http://e/S>", TYPE, f"<{SH}NodeShape>"),
        ("<http://e/S>", f"<{SH}targetClass>", "<http://e/C>"),
        ("<http://e/S>", f"<{SH}property>", "<http://e/S-p>"),
        ("<http://e/S-p>", TYPE, f"<{SH}PropertyShape>"),
        ("<http://e/S-p>", f"<{SH}path>", "<http://e/p>"),
        ("<http://e/S-p>", f"<{SH}minCount>", f'"1"{INTEGER}'),
        ("<http://e/U>", TYPE, f"<{SH}NodeShape>"),
        ("<http://e/U>", f"<{SH}targetClass>", "<http://e/D>"),
        ("<http://e/U>", f"<{SH}property>", "<http://e/U-q>"),
        ("<http://e/U-q>", TYPE, f"<{SH}PropertyShape>"),
        ("<http://e/U-q>", f"<{SH}path>", "<http://e/q>"),
        ("<http://e/U-q>", f"<{SH}node>", "<http://e/S>"),
    ]
    data: list[Triple] = [
        ("<http://e/c>", TYPE, "<http://e/C>"),
        ("<http://e/d>", TYPE, "<http://e/D>"),
        ("<http://e/d>", "<http://e/q>", "<http://e/other>"),
    ]
    found = {(finding.shape, finding.focus, finding.value) for finding in report_of(data, shapes).findings}
    assert found == {
        ("<http://e/S-p>", "<http://e/c>", None),
        ("<http://e/U-q>", "<http://e/d>", "<http://e/other>"),
    }


def test_a_deactivated_shape_finds_nothing() -> None:
    shapes: list[Triple] = [
        ("<http://e/S>", TYPE, f"<{SH}NodeShape>"),
        ("<http://e/S>", f"<{SH}deactivated>", f'"true"^^<{XSD}boolean>'),
        ("<http://e/S>", f"<{SH}targetClass>", "<http://e/C>"),
        ("<http://e/S>", f"<{SH}property>", "<http://e/S-p>"),
        ("<http://e/S-p>", TYPE, f"<{SH}PropertyShape>"),
        ("<http://e/S-p>", f"<{SH}path>", "<http://e/p>"),
        ("<http://e/S-p>", f"<{SH}minCount>", f'"1"{INTEGER}'),
    ]
    assert report_of([("<http://e/c>", TYPE, "<http://e/C>")], shapes).conforms
