"""Findings point at what is wrong: each case is a file, its shape, and the text that the place must cut out."""

from pathlib import Path

import pytest

from kg import pipeline
from kg.cli.validating import located
from kg.project import Project
from kg.source.excerpt import Text
from kg.validation.report import Finding, Report

HEAD = """@prefix : <http://e/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def validated(folder: Path, shapes: str, **files: str) -> Report:
    (folder / "s.ttl").write_text(HEAD + shapes, encoding="utf-8")
    paths = []
    for name, text in files.items():
        stem, _, suffix = name.rpartition("_")
        paths.append(folder / f"{stem}.{suffix}")
        paths[-1].write_text(text if suffix in ("nt", "nq", "jsonld", "rdf") else HEAD + text, encoding="utf-8")
    project = Project.bare(folder)
    outcome = pipeline.validate_files(project, paths=paths, shapes=[folder / "s.ttl"])
    return located(project, outcome, {})


def meant(folder: Path, finding: Finding) -> tuple[str, str, int]:
    """The file of a place, the text that it cuts out, and its line below the head."""
    place = finding.place
    assert place is not None
    assert place.span is not None
    text = Text((folder / place.file).read_text(encoding="utf-8"))
    head = HEAD.count("\n") if place.file.endswith(("ttl", "trig")) else 0
    return place.file, text.slice(place.span), place.span.line - head


def shape(constraint: str, target: str = "sh:targetSubjectsOf :p") -> str:
    return f":S a sh:NodeShape ; {target} ; sh:property [ sh:path :p ; {constraint} ] ."


@pytest.mark.parametrize(
    ("shapes", "data", "text", "line"),
    [
        pytest.param(shape("sh:datatype xsd:date"), ':a\n  :q 1 ;\n  :p "é" , "x"^^xsd:date .', '"é"', 3, id="a value"),
        pytest.param(shape("sh:nodeKind sh:IRI"), ":a :p [ :q 1 ] .", "[", 1, id="a value without a name"),
        pytest.param(shape("sh:maxCount 1"), ":a :p 1 ;\n :q 0 .\n:a :p 2 .", "2", 3, id="too many"),
        pytest.param(shape("sh:uniqueLang true"), ':a :p "x"@fr ,\n"y"@en ,\n"z"@fr .', '"z"@fr', 3, id="a language"),
        pytest.param(
            shape("sh:minCount 1", "sh:targetClass :C"), ":b :q :a .\n:a :q 1 ;\n a :C .", ":a", 2, id="a missing one"
        ),
        pytest.param(
            shape("sh:minCount 1", "sh:targetObjectsOf :q"), ":b :r 2 ;\n :q :a .", ":a", 2, id="of what is only named"
        ),
        pytest.param(
            ":S a sh:NodeShape ; sh:targetSubjectsOf :p ; sh:closed true ; sh:property [ sh:path :p ] .",
            ":a :p 1 ;\n   :pp 2 .", ":pp", 2, id="a property that is not allowed",
        ),
        pytest.param(
            ":S a sh:NodeShape ; sh:targetNode :x ; sh:property [ sh:path [ sh:inversePath :p ] ; sh:class :C ] .",
            ":b :q 1 .\n:a :p :x .", ":a", 2, id="backwards",
        ),
        pytest.param(
            ":S a sh:NodeShape ; sh:targetSubjectsOf :p ; sh:property [ sh:path (:p :q) ; sh:minLength 2 ] .",
            ':z :q "b" .\n:a :p :b , :c .\n:b :q "ok" .\n:c :q "b" .', '"b"', 4, id="at the end of a way",
        ),
        pytest.param(
            ":S a sh:NodeShape ; sh:targetSubjectsOf :p ; "
            "sh:property [ sh:path ([ sh:oneOrMorePath :p ] [ sh:alternativePath (:q :r) ]) ; sh:minLength 2 ] .",
            ':a :p :b .\n:b :p :c ;\n :r "b" .', '"b"', 3, id="at the end of a winding way",
        ),
        pytest.param(
            ":S a sh:NodeShape ; sh:targetSubjectsOf :p ; "
            "sh:property [ sh:path [ sh:inversePath (:q :r) ] ; sh:class :C ] .",
            ":a :p 1 .\n:b :r :a .\n:c :q :b .", ":c", 3, id="back along a way",
        ),
        pytest.param(shape("sh:equals :q"), ":a :p 1 ;\n :q 1 ,\n  2 .", "2", 3, id="a value that is there only"),
        pytest.param(
            ":S a sh:NodeShape ; sh:targetSubjectsOf :p ; sh:nodeKind sh:BlankNode .",
            "\n:a :p 1 .", ":a", 2, id="a node",
        ),
        pytest.param(shape("sh:maxLength 3"), ':a :p """many\nlines""" .', '"""many\nlines"""', 1, id="many lines"),
    ],
)  # fmt: skip
def test_a_place_is_that_of_what_is_wrong(tmp_path: Path, shapes: str, data: str, text: str, line: int) -> None:
    found = [meant(tmp_path, finding) for finding in validated(tmp_path, shapes, d_ttl=data).findings]
    assert ("d.ttl", text, line) in found


def test_a_place_is_in_the_file_that_says_it(tmp_path: Path) -> None:
    report = validated(
        tmp_path, shape("sh:datatype xsd:date"),
        a_ttl=":a :q 1 , 2 , 3 .", b_trig="GRAPH :g {\n  :a :p :x .\n}", c_nt='<http://e/a> <http://e/p> "x" .\n',
    )  # fmt: skip
    assert {meant(tmp_path, finding) for finding in report.findings} == {("b.trig", ":x", 2), ("c.nt", '"x"', 1)}


def test_a_node_of_jsonld_and_rdfxml_has_its_line(tmp_path: Path) -> None:
    report = validated(
        tmp_path, shape("sh:datatype xsd:date"),
        a_jsonld='{\n  "@id": "http://e/a",\n  "http://e/p": "x"\n}\n',
    )  # fmt: skip
    (finding,) = report.findings
    assert finding.place is not None
    assert (finding.place.file, finding.place.line in (1, 2)) == ("a.jsonld", True)


def test_a_shape_has_its_place_and_a_thing_that_no_file_speaks_of_is_told_there(tmp_path: Path) -> None:
    report = validated(tmp_path, "\n" + shape("sh:minCount 1", "sh:targetNode :nobody"), d_ttl=":a :q 1 .")
    (finding,) = report.findings
    assert finding.place is None
    assert finding.at == finding.shape_place
    assert (str(finding.at).split(":")[0], finding.at.line if finding.at else None) == ("s.ttl", 5)


def test_an_inferred_triple_points_at_what_it_follows_from(town: Project, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "town"
    shutil.copytree(town.root, copy, ignore=shutil.ignore_patterns("build*"))
    (copy / "shapes" / "derived" / "act.ttl").write_text(
        "@prefix s: <https://example.org/town/shapes#> .\n@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
        "@prefix t: <https://example.org/town/def#> .\n\n"
        "s:Far a sh:NodeShape ; sh:targetClass t:Pact ; sh:property s:Far-ancestor .\n"
        "s:Far-ancestor sh:path t:hasAncestor ; sh:nodeKind sh:Literal ; sh:severity sh:Warning .\n"
    )
    project = Project.find(copy)
    report = located(project, pipeline.validate_project(project), {})
    far = next(f for f in report.findings if f.value == "<https://example.org/town/id/oath>")
    assert {place.file for place in far.premises} == {
        "instances/passages/gazette.trig", "instances/reference/places.ttl"
    }  # fmt: skip
    lines = {(copy / p.file).read_text().split("\n")[(p.line or 0) - 1].strip() for p in far.premises}
    assert lines == {"t:amends id:charter ;", "t:amends id:oath ;"}


SLIPS = """:Town a :Class . :grandville a :Town . :petiteville a :Town .
:a :p %s .
"""


@pytest.mark.parametrize(
    ("constraint", "value", "suggestion"),
    [
        ("sh:in (:north :south :east)", ":nroth", "<http://e/north>"),
        ("sh:in (:north :south :east)", ":elsewhere", None),
        ("sh:in (:north1 :north2)", ":north3", None),
        ("sh:in ('North' 'South')", '"north "', '"North"'),
        ("sh:class :Town", ":grandvile", "<http://e/grandville>"),
        ("sh:class :Town", ":a", None),
        ("sh:datatype xsd:date", '"2020-05-03"', '"2020-05-03"^^<http://www.w3.org/2001/XMLSchema#date>'),
        ("sh:datatype xsd:date", '"2020-02-30"', None),
        ("sh:datatype xsd:date", '"3 mai"', None),
        ("sh:datatype xsd:integer", '"12"', '"12"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ("sh:datatype xsd:integer", '"12"@fr', None),
        ("sh:nodeKind sh:IRI", '"http://e/x"', "<http://e/x>"),
        ("sh:nodeKind sh:IRI", '"x"', None),
        ('sh:pattern "^no" ; <urn:kg:shape:checkDigit> "luhn"', '"732829321"', '"732829320"'),
        ('sh:pattern "^no"', '"732829321"', None),
        ('sh:pattern "^no" ; <urn:kg:shape:checkDigit> "luhn"', '"732829320"', None),
    ],
)
def test_what_should_stand_there_is_suggested_when_it_is_certain(
    tmp_path: Path, constraint: str, value: str, suggestion: str | None
) -> None:
    (finding,) = validated(tmp_path, shape(constraint), d_ttl=SLIPS % value).findings
    assert finding.suggestion == suggestion


def test_the_property_meant_is_suggested_where_another_is_not_allowed(tmp_path: Path) -> None:
    closed = ":S a sh:NodeShape ; sh:targetSubjectsOf :p ; sh:closed true ; "
    closed += "sh:property [ sh:path :p ] , [ sh:path :label ] ."
    report = validated(tmp_path, closed, d_ttl=":a :p 1 ; :lable 2 ; :other 3 .")
    assert {f.path: f.suggestion for f in report.findings} == {
        "<http://e/lable>": "<http://e/label>", "<http://e/other>": None
    }  # fmt: skip
