"""What makes other reasoners blow up is closed, rightly and without a blow-up, and can be explained."""

import itertools
import re
import time

import pytest

from kg.errors import InconsistencyError
from kg.graph.quads import Graph
from kg.graph.store import Store
from kg.graph.terms import RDF, TYPE, XSD
from kg.inference.explain import Explainer
from kg.inference.owl import contradictions
from kg.inference.owl import schema as owl
from kg.inference.proof import Proof
from kg.inference.reasoning import infer
from kg.source.reader import Triple
from tests.inference.oracle import ours, theirs

P, Q = "<http://e/p>", "<http://e/q>"
TRANSITIVE = (P, TYPE, owl.TRANSITIVE)


def node(number: int) -> str:
    return f"<http://e/n{number}>"


def closed(*triples: Triple) -> tuple[Graph, Explainer]:
    graph = Graph.create()
    graph.load([("data.ttl", "data", [("<http://g>", *triple) for triple in triples])])
    rules, _ = infer(graph)
    return graph, Explainer(graph, rules, store=Store.memory)


def count(graph: Graph, predicate: str) -> int:
    return graph.engine.count("SELECT count(*) FROM closure WHERE p = ?", [graph.find(predicate)])


def check(proof: Proof | None, explainer: Explainer) -> set[Triple]:
    """Check that no step of a proof rests on itself; return what it rests on."""
    assert proof is not None

    def walk(step: Proof, above: tuple[Triple, ...]) -> None:
        assert step.triple not in above
        assert (step.rule is None) == (not step.premises)
        for premise in step.premises:
            walk(premise, (*above, step.triple))

    walk(proof, ())
    return {leaf.triple for leaf in proof.leaves()}


def test_a_transitive_chain_of_two_thousand_nodes_has_two_million_pairs_each_with_its_way() -> None:
    edges = [(node(i), P, node(i + 1)) for i in range(2000)]
    graph, explainer = closed(TRANSITIVE, *edges)
    assert count(graph, P) == 2001 * 2000 // 2
    assert check(explainer.explain((node(3), P, node(40))), explainer) == {TRANSITIVE, *edges[3:40]}


def test_a_dense_cycle_closes_to_all_pairs() -> None:
    edges = [(node(i), P, node((i + step) % 500)) for i in range(500) for step in (1, 2, 3, 5, 8, 13, 21, 34)]
    graph, explainer = closed(TRANSITIVE, *edges)
    assert count(graph, P) == 500 * 500
    assert len(check(explainer.explain((node(0), P, node(0))), explainer)) > 2


def test_hierarchies_may_be_cyclic_and_a_class_above_itself() -> None:
    classes = [f"<http://e/C{i}>" for i in range(4)]
    cycle = {(classes[i], owl.SUB_CLASS, classes[(i + 1) % 4]) for i in range(4)}
    itself = (classes[0], owl.SUB_CLASS, classes[0])
    triples = {*cycle, itself, (node(0), TYPE, classes[2])}
    assert ours(triples) == theirs(triples)
    assert {o for s, p, o in ours(triples) if s == node(0)} == set(classes) - {classes[2]}


def test_a_chain_of_fifty_properties_is_one_step() -> None:
    cells = [f"_:c{i}" for i in range(50)] + [f"<{RDF}nil>"]
    steps = [f"<http://e/step{i}>" for i in range(50)]
    chain = {(Q, owl.CHAIN, cells[0])}
    chain |= {(cells[i], owl.FIRST, steps[i]) for i in range(50)} | {
        (cells[i], owl.REST, cells[i + 1]) for i in range(50)
    }
    facts = {(node(i), steps[i], node(i + 1)) for i in range(50)}
    graph, explainer = closed(*chain, *facts)
    assert set(graph.inferred()) == {(node(0), Q, node(50))}
    assert facts <= check(explainer.explain((node(0), Q, node(50))), explainer)


def test_a_thousand_names_of_one_thing_are_not_a_thousand_times_the_work() -> None:
    names = [(node(i), owl.SAME, node(i + 1)) for i in range(999)]
    fact, more = (node(500), P, '"x"'), (P, owl.SUB_PROPERTY, Q)
    graph, explainer = closed(*names, fact, more)
    assert count(graph, P) == count(graph, Q) == 1000
    assert count(graph, owl.SAME) == 1000 * 999
    assert check(explainer.explain((node(497), Q, '"x"')), explainer) == {fact, more, *names[497:500]}
    assert check(explainer.explain((node(3), owl.SAME, node(1))), explainer) == set(names[1:3])


@pytest.mark.parametrize("given", ["asserted", "found"])
def test_thirty_names_give_what_owlrl_gives(given: str) -> None:
    if given == "asserted":
        names = {(node(i), owl.SAME, node(i + 1)) for i in range(29)}
    else:
        names = {(node(i), Q, '"key"') for i in range(30)} | {(Q, TYPE, owl.INVERSE_FUNCTIONAL)}
    triples = {*names, (node(7), P, node(8)), (node(100), P, node(3)), (P, owl.DOMAIN, "<http://e/C>")}
    assert ours(triples) == theirs(triples)


def test_names_of_classes_and_properties_count_too() -> None:
    triples = {
        ("<http://e/C>", owl.SAME, "<http://e/D>"), ("<http://e/D>", owl.SUB_CLASS, "<http://e/E>"),
        (P, owl.SAME, Q), (Q, owl.RANGE, "<http://e/C>"), (node(0), P, node(1)),
    }  # fmt: skip
    assert ours(triples) == theirs(triples)
    assert (node(1), TYPE, "<http://e/E>") in ours(triples)


def test_iris_of_any_letters_and_signs_are_themselves() -> None:
    odd = ["<http://e/é>", "<http://e/%C3%A9>", "<http://e/e%CC%81>", "<http://e/'\"'>".replace('"', ""), "<urn:日本>"]
    graph, _ = closed((P, owl.SUB_PROPERTY, Q), *((one, P, one) for one in odd))
    assert {s for s, p, _ in graph.inferred() if p == Q} == set(odd)


def test_a_literal_of_ten_megabytes_is_carried_along() -> None:
    large = f'"{"x" * 10_000_000}"'
    graph, _ = closed((P, owl.SUB_PROPERTY, Q), (node(0), P, large))
    assert list(graph.inferred()) == [(node(0), Q, large)]


def test_an_axiom_that_is_inferred_is_an_axiom() -> None:
    kind = "<http://e/Kind>"
    triples = {(kind, owl.SUB_CLASS, owl.TRANSITIVE), (P, TYPE, kind), (node(0), P, node(1)), (node(1), P, node(2))}
    _, explainer = closed(*triples)
    assert check(explainer.explain((node(0), P, node(2))), explainer) == triples


def test_an_ill_typed_literal_of_another_datatype_than_those_of_owl_stays() -> None:
    odd = f'"tomorrow"^^<{XSD}date>'
    graph, _ = closed((P, owl.SUB_PROPERTY, Q), (node(0), P, odd))
    assert list(graph.inferred()) == [(node(0), Q, odd)]


@pytest.mark.parametrize("predicate", [owl.MEMBERS, owl.DISTINCT_MEMBERS])
def test_a_thousand_things_that_all_differ_are_one_statement_with_its_proof(predicate: str) -> None:
    members = [node(number) for number in range(1000)]
    cells = ["_:axiom", *(f"_:cell{i}" for i in range(len(members))), owl.NIL]
    listed = [(cell, owl.FIRST, member) for cell, member in zip(cells[1:], members, strict=False)]
    listed += [(cell, predicate if cell == "_:axiom" else owl.REST, after) for cell, after in itertools.pairwise(cells)]
    axiom = ("_:axiom", TYPE, owl.ALL_DIFFERENT)
    started = time.process_time()
    graph, _ = closed(axiom, *listed)
    assert time.process_time() - started < 5
    assert len(list(contradictions(owl.schema_of(graph)))) == 4
    with pytest.raises(InconsistencyError) as caught:
        closed(axiom, *listed, (node(990), owl.SAME, "<http://e/other>"), ("<http://e/other>", owl.SAME, node(7)))
    told = caught.value.message
    name = "eq-diff2" if predicate == owl.MEMBERS else "eq-diff3"
    assert f"by {name}:\n  {node(7)} {owl.SAME} {node(990)}, by eq-trans, since\n" in told
    assert f"{node(990)} {owl.SAME} <http://e/other> (data.ttl)" in told
    assert f"_:axiom {predicate} _:cell0 (data.ttl)" in told
    assert told.count("by eq-diff") == 1


def test_what_a_list_says_to_differ_is_named_by_its_pairs_in_their_order() -> None:
    members = [node(number) for number in (3, 1, 2)]
    cells = ["_:c0", "_:c1", "_:c2", owl.NIL]
    listed = [(cell, owl.FIRST, member) for cell, member in zip(cells, members, strict=False)]
    listed += [(cell, owl.REST, after) for cell, after in itertools.pairwise(cells)]
    axioms = [("_:axiom", TYPE, owl.ALL_DISJOINT_CLASSES), ("_:axiom", owl.MEMBERS, "_:c0"), *listed]
    closed(*axioms, ("<http://e/a>", TYPE, node(1)), ("<http://e/b>", TYPE, node(2)))
    with pytest.raises(InconsistencyError) as caught:
        closed(*axioms, *(("<http://e/a>", TYPE, node(number)) for number in (1, 2, 3)))
    pairs = re.findall(
        r"<http://e/a> \S+ <http://e/n(\d)> .*\n.* <http://e/a> \S+ <http://e/n(\d)>", caught.value.message
    )
    assert sorted(pairs) == [("1", "2"), ("3", "1"), ("3", "2")]


def test_what_a_list_names_twice_differs_from_itself() -> None:
    listed = [("_:c0", owl.FIRST, P), ("_:c0", owl.REST, "_:c1"), ("_:c1", owl.FIRST, P), ("_:c1", owl.REST, owl.NIL)]
    axioms = [("_:axiom", TYPE, owl.ALL_DIFFERENT), ("_:axiom", owl.MEMBERS, "_:c0")]
    with pytest.raises(InconsistencyError, match="eq-diff2"):
        closed(*axioms, *listed)
