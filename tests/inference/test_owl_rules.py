"""Each rule of OWL 2 RL gives what the standard says, as owlrl does; each ``false`` is an error that says why."""

from pathlib import Path

import pytest

from kg.errors import InconsistencyError
from kg.graph.quads import Graph
from kg.graph.store import read_triples
from kg.inference.reasoning import infer
from kg.source.reader import Triple
from tests.inference.cases import CASES, HEAD, Case, page
from tests.inference.oracle import theirs, they_contradict

NOT_THEIRS = ("eq-diff2", "eq-diff3", "prp-adp", "dt-diff")  # owlrl 7.6 does not see these
WRITTEN = [case for case in CASES if case.given]


def triples(turtle: str) -> list[Triple]:
    return list(read_triples((HEAD + turtle).encode()))


def graph_of(given: list[Triple]) -> Graph:
    graph = Graph.create()
    graph.load([("data.ttl", "data", [("<http://g>", *triple) for triple in given])])
    return graph


@pytest.mark.parametrize("case", [case for case in WRITTEN if case.then != "false"], ids=lambda case: case.rule)
def test_a_rule_concludes(case: Case) -> None:
    given, then = triples(case.given), set(triples(case.then))
    graph = graph_of(given)
    rules, done = infer(graph)
    assert then <= set(graph.inferred())
    names = {rules[number - 1].name for number in (*graph.given_by_rule(), *done.spent)}
    assert case.rule.replace("eq-sym", "eq-trans") in names
    if case.rule != "prp-key":  # owlrl wants the values of keys to be things
        assert then <= theirs(set(given))


@pytest.mark.parametrize("case", [case for case in WRITTEN if case.then == "false"], ids=lambda case: case.rule)
def test_a_contradiction_is_told_with_its_rule_and_its_triples(case: Case) -> None:
    given = triples(case.given)
    with pytest.raises(InconsistencyError, match=rf"by {case.rule}:\n(.*\n)*.*\(data\.ttl\)"):
        infer(graph_of(given))
    if case.rule not in NOT_THEIRS:
        assert they_contradict(set(given))


@pytest.mark.parametrize("case", [case for case in WRITTEN if case.then == "false"], ids=lambda case: case.rule)
def test_without_one_of_its_triples_there_is_no_contradiction(case: Case) -> None:
    given = [triple for triple in triples(case.given) if not triple[0].startswith("<http://e/x>")]
    if len(given) < len(triples(case.given)):
        infer(graph_of(given))


def test_the_page_lists_every_rule(project_root: Path) -> None:
    assert (project_root / "docs" / "owl-rules.md").read_text(encoding="utf-8") == page()
