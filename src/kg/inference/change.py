"""What a change of asserted triples may change of what follows from them.

Rules say which triples may follow from which: by their predicate, and by the class for rdf:type. What cannot follow
from a changed triple, however many rules between them, is as it was.
"""

from collections.abc import Collection, Iterable, Sequence

from kg.graph.quads import Graph
from kg.graph.terms import TYPE
from kg.inference.rules import Atom, Rule, is_variable, unify


def pattern(predicate: str, kind: str | None = None) -> Atom:
    """Return the pattern of triples with a predicate and, of rdf:type, with a class."""
    return ("?s", predicate, kind or "?o")


def affected(rules: Sequence[Rule], changed: Iterable[tuple[str, str | None]]) -> set[Atom]:
    """Return the patterns of the triples that may differ when some of the predicates and classes ``changed`` do."""
    found = {pattern(*key) for key in changed}
    while True:
        fed = (rule for rule in rules if any(unify(atom, one) for atom in (*rule.body, *rule.closed) for one in found))
        more = {_widened(head) for rule in fed for head in rule.head} - found
        if not more:
            return found
        found |= more


def concerned(rules: Sequence[Rule], patterns: Collection[Atom]) -> set[int]:
    """Return the numbers of the rules, from 1, that give triples of these patterns."""
    return {
        number
        for number, rule in enumerate(rules, 1)
        if not rule.equality and any(unify(head, one) for head in rule.head for one in patterns)
    }


def forget(graph: Graph, patterns: Collection[Atom]) -> None:
    """Take out of the closure what is inferred and of one of these patterns."""
    ids = graph.find_all(place for atom in patterns for place in atom[1:] if not is_variable(place))
    for _, predicate, value in sorted(patterns):
        conditions = [
            f"{column} = {ids.get(place, -1)}"
            for column, place in (("p", predicate), ("o", value))
            if not is_variable(place)
        ]
        graph.engine.run(f"DELETE FROM closure WHERE {' AND '.join(['round > 0', *conditions])}")


def _widened(head: Atom) -> Atom:
    _, predicate, value = head
    return ("?s", predicate, value if predicate == TYPE and not is_variable(value) else "?o")
