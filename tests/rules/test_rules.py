"""Each rule of ``queries/rules/`` on a few triples: what it gives, and what it does not."""

from pathlib import Path

import pytest

from kg.graph.quads import Graph
from kg.inference.construct import read_rule
from kg.inference.reasoning import infer
from kg.project import Project
from kg.source.reader import Triple, read

HEAD = """
@prefix act: <https://w3id.org/republique-contractuelle/id/act/> .
@prefix f: <https://w3id.org/republique-contractuelle/id/figure/> .
@prefix m: <https://w3id.org/republique-contractuelle/id/measure/> .
@prefix p: <https://w3id.org/republique-contractuelle/id/party/> .
@prefix per: <https://w3id.org/republique-contractuelle/id/perimeter/> .
@prefix q: <https://w3id.org/republique-contractuelle/id/qualifier/> .
@prefix rc: <https://w3id.org/republique-contractuelle/def#> .
@prefix t: <https://w3id.org/republique-contractuelle/id/territory/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
EPCI = """
p:a a rc:EPCI ; rc:hasPerimeter per:a-2015 , per:a-2017 , per:a-2019 .
p:b a rc:EPCI ; rc:hasPerimeter per:b-2019 .
p:region a rc:Region ; rc:hasPerimeter per:b-2019 .
per:a-2015 rc:vintage "2015"^^xsd:gYear . per:a-2017 rc:vintage "2017"^^xsd:gYear .
per:a-2019 rc:vintage "2019"^^xsd:gYear . per:b-2019 rc:vintage "2019"^^xsd:gYear .
"""


@pytest.fixture
def given(project: Project, tmp_path: Path):
    """Return what a rule infers from Turtle, as (subject, predicate, object) local names, sorted."""

    def run(rule: str, turtle: str) -> list[tuple[str, str, str]]:
        data = tmp_path / "data.ttl"
        data.write_text(HEAD + turtle, encoding="utf-8")
        graph = Graph.create()
        graph.load([("data.ttl", "data", list(read(data, project=project)))])
        path = project.queries / "rules" / f"{rule}.rq"
        infer(graph, [read_rule(path.read_text(encoding="utf-8"), name=rule, file=path.name)])
        return sorted(local(triple) for triple in graph.inferred())

    return run


def local(triple: Triple) -> tuple[str, str, str]:
    def name(token: str) -> str:
        return token.split('"')[1] if token.startswith('"') else token.replace("#", "/").rsplit("/", 1)[-1][:-1]

    s, p, o = triple
    return name(s), name(p), name(o)


@pytest.mark.parametrize(
    ("signed", "perimeters"),
    [
        ('act:x rc:signedOn "2015-11-13"^^xsd:date', ["a-2015"]),
        ('act:x rc:signedOn "2017-03-07"^^xsd:date', ["a-2017"]),
        ('act:x rc:signedOn "2018-11-07"^^xsd:date', ["a-2019"]),
        ('act:x rc:signedOn "2020-01-09"^^xsd:date', ["a-2019"]),
        ('act:x rc:signedNotBefore "2015-06-21"^^xsd:date ; rc:signedNotAfter "2015-09-22"^^xsd:date', ["a-2015"]),
        ('act:x rc:signedOn "2017-03-07"^^xsd:date ; rc:signedNotAfter "2015-01-01"^^xsd:date', ["a-2017"]),
        ("act:x rc:status act:y", []),
    ],
)
def test_a_signatory_brings_its_perimeter_of_the_year_else_the_latest(
    given, signed: str, perimeters: list[str]
) -> None:
    found = given("signatory-perimeter", f"{EPCI} {signed} ; rc:signatory p:a .")
    assert found == [("x", "signatoryPerimeter", perimeter) for perimeter in perimeters]


def test_an_authority_of_one_vintage_brings_it_and_a_region_brings_none(given) -> None:
    act = 'act:x rc:signedOn "2015-11-13"^^xsd:date ; rc:signatory p:b , p:region ; rc:participant p:a .'
    assert given("signatory-perimeter", EPCI + act) == [("x", "signatoryPerimeter", "b-2019")]


def test_only_communes_are_members(given) -> None:
    data = "t:c a rc:Commune ; rc:within t:d . t:a a rc:Arrondissement ; rc:within t:d ."
    assert given("member-commune", data) == [("d", "hasMemberCommune", "c")]


@pytest.mark.parametrize(
    ("qualifier", "lowest", "highest"),
    [
        ("exact", "100", "100"),
        ("about", "95", "105"),
        ("almost", "95", "105"),
        ("more-than", "100", None),
        ("at-least", "100", None),
        ("at-most", None, "100"),
        ("vague", None, None),
    ],
)
def test_a_qualifier_gives_an_interval(given, qualifier: str, lowest: str | None, highest: str | None) -> None:
    for value in ("rc:value", "rc:amount"):
        found = given("figure-interval", f"f:x rc:qualifier q:{qualifier} ; {value} 100.0 .")
        expected = [("x", "highest", highest), ("x", "lowest", lowest)]
        assert found == [triple for triple in expected if triple[2]]


def test_bounds_are_an_interval(given) -> None:
    found = given("range-interval", "f:x rc:minimum 2.0 ; rc:maximum 3.0 .")
    assert found == [("x", "highest", "3.0"), ("x", "lowest", "2.0")]


FIGURES = "f:{0} rc:figureOf act:x ; rc:measure m:{1} ; rc:lowest {2} ; rc:highest {3} ."


@pytest.mark.parametrize(
    ("other", "conflict"),
    [
        (FIGURES.format("b", "population", "300000.0", "300000.0"), True),
        (FIGURES.format("b", "population", "300000.0", "305000.0"), False),
        (FIGURES.format("b", "communes", "300000.0", "300000.0"), False),
    ],
)
def test_disjoint_figures_of_one_measure_disagree(given, other: str, conflict: bool) -> None:
    found = given("figure-conflict", FIGURES.format("a", "population", "305000.0", "305000.0") + other)
    assert found == ([("b", "conflictsWith", "a")] if conflict else [])


@pytest.mark.parametrize(
    ("period", "conflict"),
    [
        ("", True),
        ('f:a rc:periodStart "2010"^^xsd:gYear . f:b rc:periodStart "2018"^^xsd:gYear .', False),
        ('f:a rc:periodEnd "2022"^^xsd:gYear .', False),
        ('f:a rc:periodEnd "2022"^^xsd:gYear . f:b rc:periodEnd "2022"^^xsd:gYear .', True),
        ("f:a rc:baseline f:b .", False),
    ],
)
def test_figures_of_two_periods_or_before_and_after_do_not_disagree(given, period: str, conflict: bool) -> None:
    data = FIGURES.format("a", "doctors", "25.0", "25.0") + FIGURES.format("b", "doctors", "15.0", "15.0") + period
    assert given("figure-conflict", data) == ([("b", "conflictsWith", "a")] if conflict else [])


def test_the_parts_of_a_total_are_summed_and_compared(given) -> None:
    data = "f:t rc:value 199.0 . f:a rc:value 108.0 ; rc:termOfSum f:t . f:b rc:value 92.0 ; rc:termOfSum f:t ."
    assert given("sum-of-parts", data) == [("t", "sumDifference", "1"), ("t", "sumOfParts", "200")]
    money = "f:t rc:amount 57.0 . f:a rc:amount 57.0 ; rc:termOfSum f:t ; rc:partOfTotal f:u ."
    assert given("sum-of-parts", money) == [("t", "sumDifference", "0"), ("t", "sumOfParts", "57")]


@pytest.mark.parametrize(
    ("bounds", "conflict"),
    [
        ("rc:lowest 199.0 ; rc:highest 199.0", True),
        ("rc:lowest 190.0 ; rc:highest 210.0", False),
        ("rc:lowest 201.0", True),
        ("rc:lowest 199.0", False),
        ("rc:highest 199.0", True),
    ],
)
def test_a_sum_outside_what_the_total_allows_contradicts_it(given, bounds: str, conflict: bool) -> None:
    found = given("sum-conflict", f"f:t rc:sumOfParts 200.0 ; {bounds} .")
    assert found == ([("t", "contradictedBySum", "200")] if conflict else [])


def test_a_part_with_an_amount_has_a_share_of_its_total(given) -> None:
    data = "f:t rc:amount 130000.0 . f:a rc:amount 104000.0 ; rc:partOfTotal f:t . f:b rc:partOfTotal f:t ."
    [(part, name, share)] = given("computed-share", data)
    assert (part, name, float(share)) == ("a", "computedShare", 0.8)


@pytest.mark.parametrize(
    ("narrow", "conflict"),
    [
        ("", True),
        ("f:a rc:funder p:a .", False),
        ("f:b rc:partOfTotal f:c .", False),
        ('f:a rc:periodStart "2019"^^xsd:gYear .', False),
    ],
)
def test_two_totals_of_an_act_disagree_unless_one_is_a_part(given, narrow: str, conflict: bool) -> None:
    data = "act:x rc:funding f:a , f:b . f:a rc:lowest 24.0 ; rc:highest 24.0 . f:b rc:lowest 28.0 ; rc:highest 28.0 ."
    found = given("total-conflict", f"{data} {narrow}")
    assert found == ([("a", "conflictsWith", "b")] if conflict else [])


@pytest.mark.parametrize(("announced", "conflict"), [("6.0", True), ("2.0", False)])
def test_an_announced_number_of_axes_disagrees_with_a_list_of_another_length(
    given, announced: str, conflict: bool
) -> None:
    data = f"f:n rc:figureOf act:list ; rc:measure m:axes ; rc:value {announced} . act:list rc:axis act:one , act:two ."
    found = given("axis-count-conflict", data)
    assert found == ([("n", "conflictsWith", "list")] if conflict else [])


def test_every_rule_is_tested(project: Project) -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert [path.stem for path in (project.queries / "rules").glob("*.rq") if f'"{path.stem}"' not in text] == []
