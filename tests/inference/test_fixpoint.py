import pytest

from kg.errors import InconsistencyError, SourceError
from kg.graph.quads import Graph
from kg.graph.terms import TYPE
from kg.inference.construct import read_rule
from kg.inference.fixpoint import run
from kg.inference.owl import schema as owl
from kg.inference.reasoning import infer
from kg.inference.rules import Rule
from kg.source.reader import Triple

P, Q, R = "<http://e/p>", "<http://e/q>", "<http://e/r>"


def graph_of(*triples: Triple) -> Graph:
    graph = Graph.create()
    graph.load([("data.ttl", "data", [("<http://g>", *triple) for triple in triples])])
    return graph


def node(number: int) -> str:
    return f"<http://e/n{number}>"


def test_a_transitive_chain_closes_in_few_rounds() -> None:
    graph = graph_of(*((node(i), P, node(i + 1)) for i in range(64)))
    rule = Rule("prp-trp", (("?x", P, "?z"),), (("?x", P, "?y"), ("?y", P, "?z")))
    done = run(graph, [rule])
    assert len(list(graph.inferred())) == 65 * 64 // 2 - 64
    assert done.rounds < 9


def test_a_cycle_ends() -> None:
    graph = graph_of(*((node(i), P, node((i + 1) % 5)) for i in range(5)))
    run(graph, [Rule("prp-trp", (("?x", P, "?z"),), (("?x", P, "?y"), ("?y", P, "?z")))])
    assert len(list(graph.union())) == 25


def test_joins_and_sparql_rules_feed_each_other() -> None:
    graph = graph_of(*((node(i), P, node(i + 1)) for i in range(5)), (node(0), Q, node(0)))
    step = read_rule(
        f"CONSTRUCT {{ ?b {Q} ?b }} WHERE {{ ?a {Q} ?a ; {P} ?b FILTER(?b != {node(4)}) }}", name="step", file="step.rq"
    )
    run(graph, [step, Rule("copy", (("?x", R, "?x"),), (("?x", Q, "?x"),))])
    assert {s for s, p, _ in graph.union() if p == R} == {node(i) for i in range(4)}


def test_a_sparql_rule_does_not_see_what_owl_says_of_a_literal() -> None:
    kind = "<http://e/C>"
    graph = graph_of((P, owl.RANGE, kind), (node(0), P, '"x"'), (node(1), P, node(2)))
    typed = read_rule(f"CONSTRUCT {{ ?x {Q} ?k }} WHERE {{ ?x a ?k FILTER(?k = {kind}) }}", name="typed", file="t.rq")
    infer(graph, [typed])
    assert [s for s, p, _ in graph.union() if p == Q] == [node(2)]


def test_a_count_is_taken_once_all_is_known() -> None:
    graph = graph_of(*((node(i), P, node(i + 1)) for i in range(3)))
    closure = Rule("prp-trp", (("?x", P, "?z"),), (("?x", P, "?y"), ("?y", P, "?z")))
    count = read_rule(
        f"CONSTRUCT {{ ?x {R} ?n }} WHERE {{ SELECT ?x (COUNT(?y) AS ?n) WHERE {{ ?x {P} ?y }} GROUP BY ?x }}",
        name="count",
        file="count.rq",
    )
    run(graph, [count, closure])
    assert (node(0), R, '"3"^^<http://www.w3.org/2001/XMLSchema#integer>') in set(graph.inferred())


def test_what_is_asserted_is_never_inferred() -> None:
    graph = graph_of((node(0), P, node(1)), (node(0), Q, node(1)))
    run(graph, [Rule("prp-spo1", (("?x", Q, "?y"),), (("?x", P, "?y"),))])
    assert list(graph.inferred()) == []


def test_rules_of_one_form_share_a_statement_and_keep_their_names() -> None:
    graph = graph_of((node(0), P, node(1)), (node(0), Q, node(2)))
    rules = [Rule("one", (("?x", R, "?y"),), (("?x", P, "?y"),)), Rule("two", (("?x", R, "?y"),), (("?x", Q, "?y"),))]
    run(graph, rules)
    assert graph.given_by_rule() == {1: 1, 2: 1}


def test_disjoint_classes_with_a_common_member_are_a_contradiction_that_names_the_file() -> None:
    graph = graph_of((node(0), TYPE, P), (node(0), TYPE, Q), (P, owl.DISJOINT, Q))
    with pytest.raises(InconsistencyError, match=r"by cax-dw:\n  <http://e/n0> .* \(data\.ttl\)"):
        infer(graph)


def test_a_chain_that_is_no_list_is_an_error() -> None:
    with pytest.raises(SourceError, match="well-formed list"):
        infer(graph_of((P, owl.CHAIN, "_:b0")))


def test_what_came_first_does_not_depend_on_the_order_of_ids() -> None:
    one, other, both, parts = "<http://e/a>", "<http://e/b>", "<http://e/Both>", ("<http://e/C>", "<http://e/D>")
    triples = [
        (one, owl.SAME, other),
        (one, TYPE, parts[0]),
        (other, TYPE, parts[1]),
        (both, owl.INTERSECTION, "_:l"),
        ("_:l", owl.FIRST, parts[0]),
        ("_:l", owl.REST, "_:m"),
        ("_:m", owl.FIRST, parts[1]),
        ("_:m", owl.REST, owl.NIL),
    ]
    closures = []
    for order in ((one, other), (other, one)):
        graph = Graph.create()
        for token in order:
            graph.ids([token])
        graph.load([("data.ttl", "data", [("<http://g>", *triple) for triple in triples])])
        infer(graph)
        rows = graph.engine.rows("SELECT s, p, o, rule, round FROM closure WHERE round > 0")
        closures.append({(*graph.tokens(row[:3]), *row[3:]) for row in rows})
    assert closures[0] == closures[1]
    assert {row[0] for row in closures[0] if row[2] == both} == {one, other}
