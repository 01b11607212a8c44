"""What kg check finds, each on a copy of the fixture with one thing wrong."""

import pytest

from kg.check import check
from kg.project import Project
from kg.source.layout import SUFFIXES, lay_out

PLACES = "instances/reference/places.ttl"
GAZETTE = "instances/passages/gazette.trig"
SEAT = "instances/deduced/seat.trig"
ONTOLOGY = "ontology/town.ttl"
WHO = "queries/competency/who-signed.rq"


def test_the_fixture_and_the_project_have_no_problem(copy: Project, project: Project) -> None:
    assert check(copy) == []
    assert check(project) == []


def test_every_file_is_in_the_canonical_layout(copy: Project, project: Project) -> None:
    folders = [(project, project.root / "tests" / "shapes")]
    folders += [(of, folder) for of in (copy, project) for folder in (of.ontology, of.shapes, of.instances)]
    files = [path for of, folder in folders for path in of.files(folder, suffixes=SUFFIXES)]
    assert len(files) > 100
    texts = {path: path.read_text(encoding="utf-8") for path in files}
    assert [path for path, text in texts.items() if lay_out(text).text != text] == []


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "message"),
    [
        (PLACES, "t:within id:country ;", "t:within id:country id:hill ;", 28, "dot"),
        (PLACES, "@prefix t:", "@prefix sk: <http://e/> .\n@prefix t:", 5, '"sk" is declared and not used'),
        (PLACES, "town/id/> .", "town/di/> .", 3, "in the settings"),
        (PLACES, "t:neighbour", "t:neighbor", 21, "unknown term t:neighbor. Did you mean t:neighbour"),
        (ONTOLOGY, "owl:TransitiveProperty", "owl:TransitivProperty", None, "Did you mean owl:TransitiveProperty"),
        ("shapes/act.ttl", "sh:minCount", "sh:mincount", 19, "unknown term sh:mincount"),
        (ONTOLOGY, '    rdfs:label "acte"@fr ;\n', "", 8, "t:Act has no label in fr"),
        (ONTOLOGY, '    skos:definition "Agreement."@en ;\n', "", 8, "t:Act has no definition in en"),
        (ONTOLOGY, '"Agreement."@en', '"Agreement."@en , "Deal."@en', 8, "t:Act has more than one definition in en"),
        (GAZETTE, "GRAPH <doc/gazette#line=2,3>", "GRAPH <doc/gazette#line=6,7>", 9, "not a passage"),
        (GAZETTE, "    id:pact\n        t:amends id:charter ;", "    [] t:amends id:charter ; ", None, "blank nodes"),
        (SEAT, '        t:reasoning "The league is named after its place."@en ;\n', "", 8, "no t:reasoning in en"),
        (SEAT, "<doc/gazette#line=3,4>", "<doc/nothing>", 8, "names no passage"),
        (WHO, "#+ title@fr: Qui a signé le pacte ?\n", "", 1, "title@fr"),
        (WHO, "ORDER BY ?party ?name", "ORDER BY ?party", None, "not total"),
        (WHO, "FILTER(?day <= ?asOf)", "FILTER(?day <= ?asOf", None, "parse"),
        (WHO, "VALUES ?asOf { \"2020-06-30\"^^xsd:date }", "", 4, "stands in no block"),
        ("queries/rules/remote.rq", "CONSTRUCT { ?one", "CONSTRUCT { []", None, "no blank nodes"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_file_and_line(
    copy: Project, file: str, old: str, new: str, line: int | None, message: str
) -> None:
    path = copy.root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    problems = [problem for problem in check(copy) if problem.file == file and message in problem.message]
    assert problems
    if line is not None:
        assert line in {problem.line for problem in problems}


def test_a_fact_in_the_default_graph_is_found(copy: Project) -> None:
    path = copy.root / GAZETTE
    path.write_text(path.read_text(encoding="utf-8") + "\nid:pact t:signatory id:town .\n", encoding="utf-8")
    assert [p.message for p in check(copy)] == ["a fact in the default graph: id:pact t:signatory id:town"]


def test_the_offenders_of_a_check_are_named_with_their_file(copy: Project) -> None:
    path = copy.root / PLACES
    path.write_text(
        path.read_text(encoding="utf-8").replace(
            "    t:amends id:oath ;", '    t:signedOn "2020"^^<http://e/year> ;\n    t:amends id:oath ;'
        ),
        encoding="utf-8",
    )
    (problem,) = check(copy, language="en")
    assert problem.file == PLACES
    assert problem.message.startswith("The date of a pact is in a passage: id:charter t:signedOn")


def test_only_what_is_asked_for_is_reported(copy: Project) -> None:
    path = copy.root / PLACES
    path.write_text(path.read_text(encoding="utf-8").replace("t:neighbour", "t:neighbor"), encoding="utf-8")
    assert check(copy, paths=(copy.root / "instances" / "reference",))
    assert check(copy, paths=(copy.root / "ontology",)) == []
