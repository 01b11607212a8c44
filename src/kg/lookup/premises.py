"""The asserted triples that an inferred one follows from, axioms aside."""

from collections.abc import Callable, Sequence

from kg.graph.citations import Citations
from kg.graph.quads import Graph
from kg.graph.store import Store
from kg.inference.explain import Explainer
from kg.inference.rules import Rule
from kg.project import Project
from kg.source.reader import Triple


def premises_of(graph: Graph, rules: Sequence[Rule], *, project: Project) -> Callable[[Triple], tuple[Triple, ...]]:
    """Return what gives the premises of a triple of ``graph``, which ``rules`` made; none for one not inferred."""
    axioms = {axiom for rule in rules for axiom in rule.axioms}
    explainers: list[Explainer] = []  # made when first asked: the store takes a while to fill

    def premises(triple: Triple) -> tuple[Triple, ...]:
        if not explainers:
            store = Store.memory()
            if any(rule.sparql for rule in rules):
                store.add(("", *said) for said in graph.union())
            citations = Citations(graph, project=project, language=project.languages[0])
            explainers.append(Explainer(graph, list(rules), store, citations))
        proof = explainers[0].explain(triple)
        if proof is None or proof.rule is None:
            return ()
        return tuple(leaf.triple for leaf in proof.leaves() if leaf.triple not in axioms)

    return premises
