"""The asserted triples that an inferred one follows from, axioms aside."""

from collections.abc import Callable, Sequence

from kg.graph.quads import Graph
from kg.inference.explain import Explainer
from kg.inference.reasoning import store_of
from kg.inference.rules import Rule
from kg.source.reader import Triple


def premises_of(graph: Graph, rules: Sequence[Rule]) -> Callable[[Triple], tuple[Triple, ...]]:
    """Return what gives the premises of a triple of ``graph``, which ``rules`` made; none for one not inferred."""
    axioms = {axiom for rule in rules for axiom in rule.axioms}
    explainer = Explainer(graph, rules, store=lambda: store_of(graph))

    def premises(triple: Triple) -> tuple[Triple, ...]:
        proof = explainer.explain(triple)
        if proof is None or proof.rule is None:
            return ()
        return tuple(leaf.triple for leaf in proof.leaves() if leaf.triple not in axioms)

    return premises
