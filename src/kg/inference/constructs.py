"""CONSTRUCT rules that are no plain joins, run as SPARQL between the joins."""

from collections.abc import Sequence

from kg.graph.quads import Graph
from kg.graph.store import Store
from kg.graph.terms import TYPE
from kg.inference.rules import Atom, Rule, is_variable


class Constructs:
    """The rules that run as SPARQL, on a store that follows the closure."""

    def __init__(self, graph: Graph, rules: Sequence[Rule]) -> None:
        self._graph = graph
        self._store = Store.memory()
        self._synced = -1
        self._ran: dict[int, int] = {}
        everything = any(rule.everything for rule in rules)
        atoms = {atom for rule in rules for atom in (*rule.body, *rule.closed)}
        self._seen = ["true"] if everything else sorted({self._sees(atom) for atom in atoms})

    def propose(self, number: int, rule: Rule, *, last: int) -> None:
        """Put among the candidates what ``rule`` constructs, unless it has nothing new to look at.

        ``last`` is the last round of the closure.
        """
        assert rule.sparql is not None
        if not self._news(number, rule, last):
            return
        self._sync(last)
        triples = self._store.query(rule.sparql)
        assert isinstance(triples, tuple)
        if triples:
            ids = self._graph.ids(token for triple in triples for token in triple)
            columns = {"s": ids[0::3], "p": ids[1::3], "o": ids[2::3], "rule": [number] * len(triples)}
            self._graph.engine.append("candidate", columns)

    def _news(self, number: int, rule: Rule, last: int) -> bool:
        """Tell whether there is something new that a rule may look at since it ran last."""
        seen = {self._sees(atom) for atom in (*rule.body, *rule.closed)}
        since = self._ran.get(number, -1)
        self._ran[number] = last
        news = f"SELECT 1 FROM closure WHERE round > {since} AND ({' OR '.join(sorted(seen)) or 'true'}) LIMIT 1"
        return since < last and bool(self._graph.engine.rows(news))

    def _sees(self, atom: Atom) -> str:
        """Return the condition on triples of the closure that an atom may match."""
        _, predicate, value = atom
        if is_variable(predicate):
            return "true"
        [known] = self._graph.ids([predicate])
        if predicate != TYPE or is_variable(value):
            return f"p = {known}"
        return f"p = {known} AND o = {self._graph.ids([value])[0]}"

    def _sync(self, last: int) -> None:
        if self._synced == last:
            return
        some = " OR ".join(f"({condition})" for condition in self._seen) or "false"
        # OWL may say something of a literal; a graph of RDF, and so SPARQL, does not.
        select = (
            f"SELECT s, p, o FROM closure WHERE round > {self._synced} AND ({some}) "
            "AND s NOT IN (SELECT id FROM term WHERE starts_with(token, '\"'))"
        )
        self._store.add_lines(self._graph.lines(select))
        self._synced = last
