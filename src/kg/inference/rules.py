"""Rules as values, and the order in which they may run."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

from kg.errors import RuleError
from kg.source.reader import Triple

Atom = tuple[str, str, str]
"""A triple pattern: each place a token, or a variable written ``?name``."""


@dataclass(frozen=True)
class Rule:
    """An implication: when all of ``body`` holds, all of ``head`` does.

    ``axioms`` are the asserted triples that the rule was instantiated from. ``sparql`` is the text of a
    CONSTRUCT query for a rule that joins alone cannot express; ``body`` then holds its plain patterns, which
    are the premises of a proof, and ``closed`` the patterns that it negates, makes optional or counts over:
    these must be complete before it runs; ``beyond`` names what in it is no join. ``everything`` tells that it may see
    any triple, ``equality`` that it is not run as a join but by ``kg.inference.equality``.
    """

    name: str
    head: tuple[Atom, ...]
    body: tuple[Atom, ...]
    axioms: tuple[Triple, ...] = ()
    sparql: str | None = None
    closed: tuple[Atom, ...] = ()
    everything: bool = False
    equality: bool = False
    beyond: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the rule as JSON values."""
        return dict(vars(self))

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Return the rule that ``to_json`` wrote."""

        def atoms(key: str) -> tuple[Atom, ...]:
            return tuple((s, p, o) for s, p, o in data[key])

        return cls(
            data["name"],
            atoms("head"),
            atoms("body"),
            axioms=atoms("axioms"),
            sparql=data["sparql"],
            closed=atoms("closed"),
            everything=data["everything"],
            equality=data["equality"],
            beyond=tuple(data["beyond"]),
        )


ONE, OTHER = "?one", "?other"


@dataclass(frozen=True)
class Denial:
    """What a graph contradicts itself by: all of ``body`` holds.

    ``axioms`` are as those of a rule. With ``members``, those of a list, ``ONE`` and ``OTHER`` in the body are an
    earlier and a later one of them.
    """

    name: str
    body: tuple[Atom, ...]
    axioms: tuple[Triple, ...] = ()
    members: tuple[str, ...] = ()


def is_variable(place: str) -> bool:
    """Tell whether a place of an atom is a variable."""
    return place.startswith("?")


def unify(one: Atom, other: Atom) -> bool:
    """Tell whether a triple could match both atoms."""
    return all(a == b or is_variable(a) or is_variable(b) for a, b in zip(one, other, strict=True))


def stratify(rules: Sequence[Rule]) -> list[list[int]]:
    """Return the indices of rules by stratum: what a rule must find complete comes from strata before its own.

    Rules of equality, which hold everywhere, are of none.

    Raises RuleError, naming the cycle, when a rule depends on the absence of its own result.
    """
    feeds = list(_feeds(rules))
    stratum = [0] * len(rules)
    for _ in range(len(rules) + 1):
        changed = False
        for producer, consumer, closed in feeds:
            if stratum[consumer] < stratum[producer] + closed:
                stratum[consumer] = stratum[producer] + closed
                changed = True
        if not changed:
            break
    else:
        raise RuleError(f"a rule depends on the absence of its own result: {' → '.join(_cycle(rules, feeds))}")
    plain = [i for i, rule in enumerate(rules) if not rule.equality]
    return [[i for i in plain if stratum[i] == level] for level in range(max(stratum, default=-1) + 1)]


def _feeds(rules: Sequence[Rule]) -> Iterator[tuple[int, int, int]]:
    """Yield (producer, consumer, closed): what one rule gives another may join, or must find complete."""
    heads: defaultdict[tuple[str, str], set[tuple[Atom, int]]] = defaultdict(set)
    objects: defaultdict[str, set[str]] = defaultdict(set)
    for producer, rule in enumerate(rules):
        for head in rule.head if not rule.equality else ():
            predicate, value = ("?" if is_variable(place) else place for place in head[1:])
            heads[predicate, value].add((head, producer))
            objects[predicate].add(value)
    for consumer, rule in enumerate(rules):
        for atom, closed in [*((atom, 0) for atom in rule.body), *((atom, 1) for atom in rule.closed)]:
            _, predicate, value = atom
            for near in list(objects) if is_variable(predicate) else [predicate, "?"]:
                for known in objects[near] if is_variable(value) else {value, "?"} & objects[near]:
                    for head, producer in heads[near, known]:
                        if not rule.equality and unify(head, atom):
                            yield producer, consumer, closed


def _cycle(rules: Sequence[Rule], feeds: Iterable[tuple[int, int, int]]) -> list[str]:
    edges = sorted(set(feeds))
    for producer, consumer, closed in edges:
        if closed and (path := _path(edges, consumer, producer)):
            return [rules[i].name for i in (*path, consumer)]
    return []


def _path(edges: Sequence[tuple[int, int, int]], start: int, goal: int) -> list[int]:
    paths = {start: [start]}
    queue = [start]
    while queue:
        node = queue.pop(0)
        if node == goal:
            return paths[node]
        for producer, consumer, _ in edges:
            if producer == node and consumer not in paths:
                paths[consumer] = [*paths[node], consumer]
                queue.append(consumer)
    return []
