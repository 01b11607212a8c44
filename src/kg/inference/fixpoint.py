"""Run rules over the tables to their fixpoint.

Rules of one form, alike but for their constants, become one SQL statement over a table of those constants. Each
stratum is run semi-naively: a round joins what the round before it found with all that is known; a transitive
property is closed at once. CONSTRUCT rules that are not plain joins run as SPARQL once the joins of their stratum are
at rest. Every inferred triple keeps the first rule, by number, and the round that gave it; its premises are of
earlier rounds.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kg.graph.quads import Graph
from kg.inference import change, datatypes
from kg.inference.constructs import Constructs
from kg.inference.equality import Equality
from kg.inference.joins import Joins
from kg.inference.owl.schema import SAME
from kg.inference.rules import Rule, is_variable, stratify

_CANDIDATES = "CREATE OR REPLACE TEMP TABLE candidate (s INTEGER, p INTEGER, o INTEGER, rule INTEGER)"


@dataclass(frozen=True)
class Inference:
    """What a run did: its rounds, and the seconds that it took.

    ``spent`` are the seconds of rules by number, from 1; rules that are one statement share its time.
    """

    rounds: int
    spent: dict[int, float]
    seconds: float


def run(
    graph: Graph,
    rules: Sequence[Rule],
    *,
    changed: Iterable[tuple[str, str | None]] | None = None,
    resumed: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Inference:
    """Add to the closure of ``graph`` all that ``rules`` give. Rule number n is ``rules[n - 1]``.

    With ``changed``, the predicates and classes of asserted triples that differ from those that the closure was
    inferred from by the same rules, what they cannot concern is kept as it is. A run that is ``resumed`` finds in
    the closure the rounds of the same rules up to the last that was finished, and goes on with those that would follow.

    Raises RuleError when negation runs in a circle, QueryError when a CONSTRUCT rule fails.
    """
    started = time.perf_counter()
    engine = graph.engine
    engine.run(_CANDIDATES)
    atoms = (atom for rule in rules for atom in (*rule.head, *rule.body, *rule.closed))
    graph.ids({place for atom in atoms for place in atom if not is_variable(place)})
    last, concerned = 0, {number for number, rule in enumerate(rules, 1) if not rule.equality}
    if changed is not None:
        patterns = change.affected(rules, changed)
        change.forget(graph, patterns)
        concerned = change.concerned(rules, patterns)
    if changed is not None or resumed:
        last = engine.count("SELECT coalesce(max(round), 0) FROM closure")
    with graph.few_rows():
        running = _Run(graph, rules, last)
        for level, stratum in enumerate(stratify(rules)):
            progress(f"inferring, stratum {level + 1}")
            running.close([number + 1 for number in stratum if number + 1 in concerned])
    return Inference(running.last, dict(running.seconds), time.perf_counter() - started)


class _Run:
    """A run of rules: the number of its last round, and the seconds that it spent on each rule."""

    def __init__(self, graph: Graph, rules: Sequence[Rule], last: int) -> None:
        self.last = last
        self.seconds: defaultdict[int, float] = defaultdict(float)
        self._graph = graph
        self._rules = rules
        self._constructs = Constructs(graph, [rule for rule in rules if rule.sparql])
        self._equality = Equality(graph, rules)
        [self._same] = graph.ids([SAME])

    def close(self, numbers: Sequence[int]) -> None:
        """Run the rules of a stratum to the fixpoint."""
        joins = Joins(self._graph, {n: self._rules[n - 1] for n in numbers if self._is_join(n)})
        for number in numbers:
            if not self._rules[number - 1].body and not self._rules[number - 1].sparql:
                started = time.perf_counter()
                datatypes.propose(self._graph, number, self._rules[number - 1])
                self.seconds[number] += time.perf_counter() - started
        self._keep()
        constructs = [n for n in numbers if self._rules[n - 1].sparql]
        since = 0
        while True:
            self._join(joins, since)
            for number in constructs:
                started = time.perf_counter()
                self._constructs.propose(number, self._rules[number - 1], last=self.last)
                self.seconds[number] += time.perf_counter() - started
            if not self._keep():
                return
            since = self.last

    def _is_join(self, number: int) -> bool:
        rule = self._rules[number - 1]
        return bool(rule.body) and not rule.sparql

    def _join(self, joins: Joins, since: int) -> None:
        """Run the joins, and what equality adds, from what is of round ``since`` or later until they are at rest."""
        while True:
            joins.propose(since, self.seconds)
            if not self._keep():
                self._equality.gather()
                if not self._keep():
                    break
            since = self.last
        self._equality.spread()
        self._keep()

    def _keep(self) -> bool:
        """Move the candidates that are new into the closure as the next round; tell whether there were some.

        That a thing is itself is not said.
        """
        engine = self._graph.engine
        if engine.is_empty("candidate"):
            return False
        found = engine.insert_difference(
            "closure",
            f"SELECT s, p, o, min(rule) AS rule, {self.last + 1} AS round FROM candidate "
            f"WHERE NOT (s = o AND p = {self._same}) GROUP BY s, p, o",
            key="spo",
        )
        engine.run(_CANDIDATES)
        self.last += bool(found)
        return bool(found)
