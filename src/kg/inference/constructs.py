"""CONSTRUCT rules that are no plain joins, run as SPARQL between the joins."""

from collections.abc import Sequence

from kg.graph.quads import Graph
from kg.graph.store import Store
from kg.graph.terms import TYPE
from kg.inference.rules import Rule, is_variable


class Constructs:
    """The rules that run as SPARQL, on a store that follows the closure."""

    def __init__(self, graph: Graph, rules: Sequence[Rule]) -> None:
        self._graph = graph
        self._store = Store.memory()
        self._synced = -1
        self._ran: dict[int, int] = {}
        predicates = {atom[1] for rule in rules for atoms in (rule.body, rule.closed) for atom in atoms}
        everything = any(rule.everything for rule in rules) or any(map(is_variable, predicates))
        self._predicates = None if everything else graph.ids(sorted(predicates))

    def propose(self, number: int, rule: Rule) -> None:
        """Put among the candidates what ``rule`` constructs, unless it has nothing new to look at."""
        assert rule.sparql is not None
        if not self._news(number, rule):
            return
        self._sync()
        triples = self._store.query(rule.sparql)
        assert isinstance(triples, tuple)
        if triples:
            ids = self._graph.ids(token for triple in triples for token in triple)
            columns = {"s": ids[0::3], "p": ids[1::3], "o": ids[2::3], "rule": [number] * len(triples)}
            self._graph.engine.append("candidate", columns)

    def _news(self, number: int, rule: Rule) -> bool:
        """Tell whether there is something new that a rule may look at since it ran last."""
        ids = self._graph.find_all(place for atom in (*rule.body, *rule.closed) for place in atom)
        seen = []
        for _, predicate, value in (*rule.body, *rule.closed):
            kind = f" AND o = {ids[value]}" if predicate == TYPE and not is_variable(value) else ""
            seen.append("true" if is_variable(predicate) else f"p = {ids[predicate]}{kind}")
        since = self._ran.get(number, -1)
        self._ran[number] = last = self._graph.engine.count("SELECT coalesce(max(round), 0) FROM closure")
        news = f"SELECT 1 FROM closure WHERE round > {since} AND ({' OR '.join(dict.fromkeys(seen)) or 'true'}) LIMIT 1"
        return since < last and bool(self._graph.engine.rows(news))

    def _sync(self) -> None:
        engine = self._graph.engine
        condition = (
            "" if self._predicates is None else f"AND c.p IN ({', '.join(map(str, self._predicates)) or 'NULL'})"
        )
        rows = engine.rows(
            "SELECT '', s.token, p.token, o.token FROM closure c JOIN term s ON s.id = c.s "
            f"JOIN term p ON p.id = c.p JOIN term o ON o.id = c.o WHERE c.round > ? {condition}",
            [self._synced],
        )
        self._store.add(rows)
        self._synced = engine.count("SELECT coalesce(max(round), 0) FROM closure")
