"""Close a graph under its ontology and its rules."""

from collections.abc import Callable, Iterable, Sequence

from kg.graph.quads import Graph
from kg.graph.store import Store
from kg.inference.consistency import check_consistency
from kg.inference.explain import Explainer
from kg.inference.fixpoint import Inference, run
from kg.inference.owl import contradictions, rules, schema_of
from kg.inference.rules import Rule


def infer(
    graph: Graph,
    constructs: Sequence[Rule] = (),
    *,
    changed: Iterable[tuple[str, str | None]] | None = None,
    known: Sequence[Rule] = (),
    resumed: bool = False,
    keep: Callable[[Sequence[Rule]], None] = lambda _: None,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[list[Rule], Inference]:
    """Add to the closure of ``graph`` what follows by OWL 2 RL and ``constructs``; return the rules in their order.

    Axioms that are themselves inferred have rules too, found when all else is at rest. With ``changed``, the closure
    holds what follows by the rules ``known`` from asserted triples that differ in these predicates and classes;
    where it is ``resumed``, what followed by these rules when it was left. ``keep`` is told the rules before they run.

    Raises InconsistencyError where the graph contradicts itself, SourceError for an ill-formed axiom, and what
    ``fixpoint.run`` raises.
    """
    found = list(known) if resumed or changed is not None else [*rules(schema_of(graph)), *constructs]
    while True:
        keep(found)
        inference = run(graph, found, changed=changed, resumed=resumed, progress=progress)
        schema = schema_of(graph)
        there = set(found)
        more = [rule for rule in rules(schema) if rule not in there]
        if not more:
            break
        changed, resumed = None, False
        found = [*found, *more]
        graph.forget()
    explainer = Explainer(graph, found, store=lambda: store_of(graph))
    check_consistency(graph, list(contradictions(schema)), prove=explainer.explain)
    return found, inference


def store_of(graph: Graph) -> Store:
    """Return a store in memory of what is asserted, and what is inferred and published."""
    store = Store.memory()
    store.add_lines(graph.lines(Graph.UNION))
    return store
