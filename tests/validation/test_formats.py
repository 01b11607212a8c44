"""Every format of a report, read by what others made to read it."""

import dataclasses
import io
import json
import re
import tracemalloc
from collections import Counter
from html.parser import HTMLParser
from itertools import repeat
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
import rdflib
import xmlschema
from rdflib.compare import isomorphic
from rdflib.namespace import RDF, SH

from kg.project import Project
from kg.validation.described import Described
from kg.validation.formats import Context, render, write
from kg.validation.report import FORMATS, Finding, Place, Report

T, ID, XSD = "https://example.org/town/def#", "https://example.org/town/id/", "http://www.w3.org/2001/XMLSchema#"
SHAPE = "<https://example.org/town/shapes#PactShape-signedOn>"
NASTY = '%, : \r\n::error::no & <b>"é" ]]> @all | `x` --> \x01'
FORM = rdflib.Namespace("urn:kg:finding:")


def component(name: str) -> str:
    return f"<{SH}{name}ConstraintComponent>"


PLACED = Finding(
    "violation", SHAPE, component("Datatype"), f"<{ID}pact>", f"<{T}signedOn>", '"2020-05-03"',
    {"en": "one day", "fr": "un jour"}, "instances/a file.ttl", "shapes/act.ttl",
    place=Place("instances/a file.ttl", 7, 6, 7, 18), shape_place=Place("shapes/act.ttl", 14, 1, 14, 22),
    premises=(Place("instances/b.trig", 3, 1, 3, 4),), suggestion=f'"2020-05-03"^^<{XSD}date>',
)  # fmt: skip
FINDINGS = (
    PLACED,
    Finding("warning", "_:b1", component("MinCount"), f"<{ID}other>", f"^<{T}seat>/<{T}of>|<{T}x>*", None,
            {"": NASTY}, "instances/b.trig", "shapes/act.ttl"),
    Finding("info", SHAPE, component("Closed"), "_:b2", f"<{T}Ünï>", f'"{"x" * 30}"@fr', {"fr": "tout"}),
)  # fmt: skip
SHAPES = {
    SHAPE: Described(SHAPE, SHAPE, f"<{T}signedOn>", messages={"en": "one day", "fr": "un jour"}, help={"en": "why"}),
    "_:b1": Described("_:b1", SHAPE, f"<{T}seat>", "warning"),
    "<http://e/Silent>": Described("<http://e/Silent>", "<http://e/Silent>", page="http://e/page"),
}


def written(form: str, town: Project, report: Report | None = None, **options) -> str:
    out = io.StringIO()
    report = Report(FINDINGS) if report is None else report
    write(form, out, report, Context(town, options.pop("language", "en"), shapes=SHAPES, **options))
    return out.getvalue()


@pytest.mark.conformance
def test_sarif_is_valid_by_the_schema_of_oasis(conformance: Path, town: Project) -> None:
    schema = json.loads((conformance / "formats" / "sarif-schema-2.1.0.json").read_text())
    for report in (Report(FINDINGS), Report()):
        for language in ("fr", "en"):
            jsonschema.validate(json.loads(written("sarif", town, report, language=language)), schema)


def test_sarif_says_where_and_what_to_write(town: Project) -> None:
    (run,) = json.loads(written("sarif", town))["runs"]
    placed, nameless, nowhere = run["results"]
    rules = run["tool"]["driver"]["rules"]
    assert [rules[r["ruleIndex"]]["id"] for r in run["results"]] == [r["ruleId"] for r in run["results"]]
    assert {rule["id"] for rule in rules} == {"s:PactShape-signedOn", "s:PactShape-signedOn t:seat", "http://e/Silent"}
    assert "one day" in rules[placed["ruleIndex"]]["help"]["text"]
    assert "un jour" in rules[placed["ruleIndex"]]["help"]["markdown"]
    physical = placed["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"] == {"uri": "instances/a%20file.ttl", "uriBaseId": "%SRCROOT%"}
    assert physical["region"] == {"startLine": 7, "startColumn": 6, "endLine": 7, "endColumn": 18}
    (replacement,) = placed["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement == {
        "deletedRegion": physical["region"],
        "insertedContent": {"text": f'"2020-05-03"^^<{XSD}date>'},
    }
    assert [r["level"] for r in run["results"]] == ["error", "warning", "note"]
    assert "region" not in nameless["locations"][0]["physicalLocation"]
    assert "locations" not in nowhere


def test_a_fingerprint_stays_when_lines_move_or_blank_nodes_are_numbered_anew() -> None:
    moved = dataclasses.replace(PLACED, place=Place("instances/c.ttl", 99), file="instances/c.ttl")
    assert moved.fingerprint == PLACED.fingerprint
    assert dataclasses.replace(FINDINGS[1], shape="_:b77").fingerprint == FINDINGS[1].fingerprint
    assert dataclasses.replace(PLACED, value='"2020-05-04"').fingerprint != PLACED.fingerprint


@pytest.mark.conformance
def test_junit_is_valid_by_its_schema(conformance: Path, town: Project) -> None:
    schema = xmlschema.XMLSchema(str(conformance / "formats" / "junit.xsd"))
    for report in (Report(FINDINGS), Report()):
        schema.validate(written("junit", town, report))


def test_junit_has_a_case_per_shape_and_file_and_counts_them(town: Project) -> None:
    again = Finding("violation", SHAPE, component("MinCount"), f"<{ID}x>", file="instances/a file.ttl")
    for fail_on, failures in (("violation", 1), ("warning", 2), ("info", 3)):
        root = ElementTree.fromstring(written("junit", town, Report((*FINDINGS, again)), fail_on=fail_on))
        assert len(root.findall("*/testcase/failure")) == failures
        for suite in root:
            assert int(suite.get("tests", "")) == len(suite.findall("testcase"))
            assert int(suite.get("failures", "")) == len(suite.findall("testcase/failure"))
    cases = {(c.get("classname"), c.get("name")) for c in root.iter("testcase")}
    assert ("instances/a file.ttl", "s:PactShape-signedOn") in cases
    assert ("http://e/Silent", "http://e/Silent") in cases


# https://docs.github.com/actions/reference/workflow-commands-for-github-actions:
# ::workflow-command parameter1={data},parameter2={data}::{command value}
COMMAND = re.compile(r"::(?P<name>error|warning|notice)(?: (?P<properties>[^:\r\n]*))?::(?P<value>[^\r\n]*)")
ESCAPES = (("%0A", "\n"), ("%0D", "\r"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))


def unescaped(text: str) -> str:
    for escape, character in ESCAPES:
        text = text.replace(escape, character)
    return text


def test_github_reads_one_command_a_line_whatever_messages_hold(town: Project) -> None:
    lines = written("github", town).split("\n")[:-1]
    found = [match for line in lines if (match := COMMAND.fullmatch(line))]
    assert [m["name"] for m in found] == ["error", "warning", "notice", "notice"]
    properties = [
        {k: unescaped(v) for k, v in (item.split("=", 1) for item in m["properties"].split(","))} for m in found
    ]
    assert properties[0] == {
        "file": "instances/a file.ttl", "line": "7", "endLine": "7", "col": "6", "endColumn": "18",
        "title": "s:PactShape-signedOn",
    }  # fmt: skip
    assert "line" not in properties[1]
    assert unescaped(found[1]["value"]).startswith(NASTY)


def test_gitlab_has_what_its_documentation_requires(town: Project) -> None:
    issues = json.loads(written("gitlab", town, Report((*FINDINGS, PLACED))))
    for issue in issues:
        assert {"description", "check_name", "fingerprint", "severity", "location"} <= issue.keys()
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert issue["location"]["path"]
        assert not issue["location"]["path"].startswith("./")
        assert isinstance(issue["location"]["lines"]["begin"], int)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    assert issues[0]["location"] == {"path": "instances/a file.ttl", "lines": {"begin": 7, "end": 7}}
    assert json.loads(written("gitlab", town, Report())) == []


def test_markdown_stays_below_the_limit_of_a_comment_and_says_what_is_left(town: Project) -> None:
    many = Report(tuple(repeat(PLACED, 1000)))
    text = written("markdown", town, many)
    assert len(text) < 65_536
    shown = text.count("\n* ")
    assert f"{1000 - shown} more, not shown" in text
    assert text.count("<details>") == text.count("</details>") == 1
    nasty = written("markdown", town)
    assert "<b>" not in nasty
    assert "@all" not in re.sub("`[^`]*`", "", nasty)


class Page(HTMLParser):
    """The elements of a page, in order, each closed where HTML wants it."""

    VOID = ("meta", "input", "br")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: Counter[str] = Counter()
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen[tag] += 1
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_is_one_well_formed_page_in_both_languages_without_any_other_file(town: Project) -> None:
    page = Page()
    text = written("html", town)
    page.feed(text)
    page.close()
    assert page.open == []
    assert page.seen["li"] == len(FINDINGS)
    assert page.seen["h1"] == page.seen["main"] == 1
    names = {name for name, _ in page.attributes}
    assert names.isdisjoint({"src", "href", "onclick", "style"})
    assert "url(" not in text
    assert page.seen["script"] == page.seen["b"] - len(FINDINGS) == 0
    assert ("lang", "fr") in page.attributes
    assert ("lang", "en") in page.attributes
    assert "one day" in text
    assert "un jour" in text


def test_turtle_and_jsonld_are_the_same_report(town: Project) -> None:
    turtle = rdflib.Graph().parse(data=written("turtle", town), format="turtle")
    linked = rdflib.Graph().parse(data=written("jsonld", town), format="json-ld")
    assert isomorphic(turtle, linked)
    (node,) = turtle.subjects(SH.focusNode, rdflib.URIRef(f"{ID}pact"))
    assert turtle.value(node, FORM.line) == rdflib.Literal(7)
    assert turtle.value(node, FORM.file) == rdflib.Literal("instances/a file.ttl")
    assert turtle.value(node, FORM.shapeLine) == rdflib.Literal(14)
    assert turtle.value(node, FORM.suggestion) == rdflib.Literal("2020-05-03", datatype=rdflib.XSD.date)
    (node,) = turtle.subjects(SH.focusNode, rdflib.URIRef(f"{ID}other"))
    assert turtle.value(node, FORM.file) is None
    assert turtle.value(node, SH.resultMessage) == rdflib.Literal(NASTY)
    assert len(set(turtle.subjects(RDF.type, SH.ValidationResult))) == 3
    for form in ("turtle", "json-ld"):
        text = written(form.replace("-", ""), town, Report())
        graph = rdflib.Graph().parse(data=text, format=form)
        assert set(graph.objects(None, SH.conforms)) == {rdflib.Literal(True)}


def test_a_report_of_which_something_is_left_out_does_not_conform(town: Project) -> None:
    for options in ({"known": 2}, {"left_out": 3}):
        data = json.loads(written("json", town, Report(), **options))
        assert data["conforms"] is False
        assert (data["known"], data["leftOut"]) == (options.get("known", 0), options.get("left_out", 0))
        for form in ("turtle", "jsonld"):
            assert "true" not in written(form, town, Report(), **options)
    assert "2 already known" in written("text", town, Report(), known=2)
    assert "3 de plus, non montrés" in written("text", town, Report(), left_out=3, language="fr")


def test_text_shows_the_line_with_a_caret_below_what_is_wrong(town: Project, tmp_path: Path) -> None:
    (tmp_path / "instances").mkdir()
    (tmp_path / "instances" / "a file.ttl").write_text("\n" * 6 + '\té   "2020-05-03" ;\n', encoding="utf-8")
    here = Project.bare(tmp_path)
    lines = render("text", Report((PLACED,)), project=here, language="en").splitlines()
    start = next(i for i, line in enumerate(lines) if " 7 | " in line)
    shown, carets = (line.split(" | ", 1)[1] for line in lines[start : start + 2])
    assert shown == '\té   "2020-05-03" ;'
    assert carets == "\t    " + "^" * 12
    assert "suggestion: " in "\n".join(lines)
    assert "from instances/b.trig:3:1" in "\n".join(lines)


def test_text_is_grouped_by_shape_when_asked(town: Project) -> None:
    heads = [line for line in written("text", town, group_by="shape").splitlines() if line and line[0] != " "]
    assert heads[:-1] == sorted({"s:PactShape-signedOn", "s:PactShape-signedOn t:seat"})


class Sink(io.TextIOBase):
    """Takes text and keeps none."""

    size = 0

    def write(self, text: str) -> int:
        self.size += len(text)
        return len(text)


@pytest.mark.parametrize("form", FORMATS)
def test_memory_does_not_grow_with_the_findings_written(form: str, town: Project) -> None:
    def peak(number: int) -> tuple[int, int]:
        report = Report((PLACED,) * number)
        assert report.counts["violation"] == number
        sink = Sink()
        write(form, sink, report, Context(town, "en", shapes=SHAPES))
        tracemalloc.start()
        write(form, sink, report, Context(town, "en", shapes=SHAPES))
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest, sink.size

    few, many = peak(100), peak(4000)
    # Those that sort keep lists of references, not of texts: each finding is written in some 500 bytes.
    assert many[0] < few[0] + 4000 * 64
    if form != "markdown":
        assert many[1] > few[1] * 30
