"""Rules of OWL 2 RL together: through literals, owl:Thing and owl:Nothing, datatypes, and names of the same.

What the standard says; owlrl is not asked, since it leaves out several.
"""

from pathlib import Path

import pytest

from kg.errors import InconsistencyError
from kg.graph.quads import Graph
from kg.graph.store import read_triples
from kg.inference.reasoning import infer
from tests.inference.cases import HEAD

TEXT = Path(__file__).with_name("together.txt").read_text(encoding="utf-8")
CASES = [tuple(case.split("\n")) for case in TEXT.strip().split("\n\n")]
"""A name, what is given, and what follows: a triple, ``false``, or ``ok`` where only no contradiction does."""


@pytest.mark.parametrize(("given", "then"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_rules_work_together(given: str, then: str) -> None:
    graph = Graph.create()
    graph.load([("data.ttl", "data", [("<http://g>", *triple) for triple in read_triples((HEAD + given).encode())])])
    if then == "false":
        with pytest.raises(InconsistencyError):
            infer(graph)
        return
    infer(graph)
    if then != "ok":
        assert set(read_triples((HEAD + then).encode())) <= set(graph.inferred())


def test_literals_are_never_published_as_subjects() -> None:
    graph = Graph.create()
    given = ":p owl:inverseOf :q ; rdfs:range :c . :x :p 1 ."
    graph.load([("data.ttl", "data", [("<http://g>", *triple) for triple in read_triples((HEAD + given).encode())])])
    infer(graph)
    assert list(graph.inferred()) == []
