"""owl:sameAs by connected components: rules run over one representative of each, and all say the same in the end.

While rules run, what is said of a thing is also said of the representative of its component, and of those of its
other names that rules speak of (eq-rep-s, eq-rep-p, eq-rep-o). When they are at rest, everything is said of every
name, and every two names are the same (eq-sym, eq-trans). So a thing of a thousand names costs rules no more than
one of two.
"""

from collections.abc import Iterable, Sequence

from kg.graph.quads import Graph
from kg.inference.owl.schema import SAME
from kg.inference.rules import Rule, is_variable

Name = tuple[str, int]
"""The token of a thing, and its id."""
_PLACES = ("s", "p", "o")
_RULE_OF = dict(zip(_PLACES, ("eq-rep-s", "eq-rep-p", "eq-rep-o"), strict=True))


class Equality:
    """The components of a closure, by the rules of equality among ``rules``; nothing at all where there are none."""

    def __init__(self, graph: Graph, rules: Sequence[Rule]) -> None:
        self._graph = graph
        self._numbers = {rule.name: i for i, rule in enumerate(rules, 1) if rule.equality}
        self._spoken = graph.ids({place for rule in rules for place in _constants(rule)}) if self._numbers else []
        self._known = 0
        if self._numbers:
            self._same = graph.ids([SAME])[0]
            self._graph.engine.run("CREATE OR REPLACE TEMP TABLE name (rep INTEGER, id INTEGER)")

    def gather(self) -> None:
        """Put among the candidates what is said of a name, as said of its representative and of names in rules."""
        if not self._find():
            return
        spoken = ", ".join(map(str, self._spoken)) or "NULL"
        self._say(f"SELECT rep, id FROM name WHERE id = rep OR id IN ({spoken})")

    def spread(self) -> None:
        """Put among the candidates what is said of one name, as said of every other, and that they are the same."""
        if not self._find():
            return
        self._say("SELECT rep, id FROM name")
        self._graph.engine.run(
            f"INSERT INTO candidate SELECT a.id, {self._same}, b.id, {self._numbers['eq-trans']} "
            "FROM name a JOIN name b ON b.rep = a.rep WHERE a.id <> b.id"
        )

    def _find(self) -> bool:
        """Find the components of the closure; tell whether there are some."""
        if not self._numbers:
            return False
        engine = self._graph.engine
        pairs = f"FROM closure WHERE p = {self._same} AND s <> o AND rule <> {self._numbers['eq-trans']}"
        count = engine.count(f"SELECT count(*) {pairs}")
        if count != self._known:
            self._known = count
            rows = engine.rows(f"SELECT s, o {pairs}")
            ids = sorted({number for pair in rows for number in pair})
            named = dict(zip(ids, zip(self._graph.tokens(ids), ids, strict=True), strict=True))
            # By their tokens: ids differ from one engine to another, and what came first with them would.
            found = _components((named[one], named[other]) for one, other in rows)
            names = {one: top for (_, one), (_, top) in found.items()}
            engine.run("DELETE FROM name")
            engine.append("name", {"rep": list(names.values()), "id": list(names)})
        return count > 0

    def _say(self, names: str) -> None:
        """Say of the ``names``, a SELECT (rep, id), in each place what is said of any name."""
        engine = self._graph.engine
        engine.make("said", names)
        joins = " ".join(f"LEFT JOIN name n{c} ON n{c}.id = c.{c}" for c in _PLACES)
        more = " ".join(f"LEFT JOIN said m{c} ON m{c}.rep = n{c}.rep" for c in _PLACES)
        values = ", ".join(f"coalesce(m{c}.id, c.{c})" for c in _PLACES)
        number = " ".join(f"WHEN m{c}.id <> c.{c} THEN {self._numbers[_RULE_OF[c]]}" for c in _PLACES)
        engine.run(
            f"INSERT INTO candidate SELECT DISTINCT {values}, CASE {number} END FROM closure c {joins} {more} "
            f"WHERE c.p <> {self._same} AND ({' OR '.join(f'm{c}.id <> c.{c}' for c in _PLACES)}) "
            "AND coalesce(mp.id, c.p) IN (SELECT id FROM term WHERE starts_with(token, '<'))"
        )


def _constants(rule: Rule) -> Iterable[str]:
    return (place for atom in (*rule.body, *rule.closed) for place in atom if not is_variable(place))


def _components(pairs: Iterable[tuple[Name, Name]]) -> dict[Name, Name]:
    """Return the representative, the first, of each thing in some pair."""
    above: dict[Name, Name] = {}

    def top(one: Name) -> Name:
        while above[one] != one:
            above[one] = one = above[above[one]]
        return one

    for pair in pairs:
        for one in pair:
            above.setdefault(one, one)
        low, high = sorted(map(top, pair))
        above[high] = low
    return {one: top(one) for one in above}
