"""Rules as joins: those that are alike but for their constants are one statement over a table of these constants."""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

from kg.graph.quads import Graph
from kg.inference.rules import Atom, Rule, is_variable

Shape = tuple[tuple[tuple[str, int], ...], ...]
"""The head and then the body of a form of rule; a place is ("v", variable number) or ("c", constant number)."""


class Joins:
    """The plain rules of one stratum: those that say a property transitive, and the others grouped by form."""

    def __init__(self, graph: Graph, rules: Mapping[int, Rule]) -> None:
        self._graph = graph
        self._transitive: dict[int, int] = {}
        self._edges: dict[int, int] = {}
        plain: list[tuple[int, Atom, tuple[Atom, ...]]] = []
        for number, rule in rules.items():
            if predicate := transitive(rule):
                [self._transitive[number]] = graph.ids([predicate])
            else:
                plain += [(number, head, rule.body) for head in rule.head]
        self._forms = forms(graph, plain)

    def propose(self, since: int, seconds: dict[int, float]) -> None:
        """Put among the candidates what the rules give of what is of round ``since`` or later and all that is known."""
        engine = self._graph.engine
        engine.run("CREATE OR REPLACE TEMP TABLE delta AS SELECT s, p, o FROM closure WHERE round >= ?", [since])
        fresh = {p for (p,) in engine.rows("SELECT DISTINCT p FROM delta")}
        for form in self._forms:
            started = time.perf_counter()
            for position, known in enumerate(form.predicates):
                if since == 0 and position > 0:
                    break  # all is new: the first position already joins everything with everything
                if known is None or known & fresh:
                    engine.run(_join(form, position, since))
            for number in form.numbers:
                seconds[number] += (time.perf_counter() - started) / len(form.numbers)
        for number, predicate in self._transitive.items():
            if predicate in fresh:
                started = time.perf_counter()
                self._close(number, predicate)
                seconds[number] += time.perf_counter() - started

    def _close(self, number: int, predicate: int) -> None:
        """Put among the candidates where the edges of a property lead, unless they are those that were followed before.

        # prp-trp: T(?p, rdf:type, owl:TransitiveProperty), T(?x, ?p, ?y), T(?y, ?p, ?z) → T(?x, ?p, ?z)
        """
        engine = self._graph.engine
        edges = f"SELECT s, o FROM closure WHERE p = {predicate} AND rule <> {number}"
        count = engine.make("edge", edges)
        if count == self._edges.get(number):
            return
        self._edges[number] = count
        engine.run(
            f"INSERT INTO candidate SELECT s, {predicate}, o, {number} FROM ("
            "WITH RECURSIVE led(s, o) AS (SELECT s, o FROM edge UNION "
            "SELECT l.s, e.o FROM led l JOIN edge e ON e.s = l.o) SELECT s, o FROM led)"
        )


@dataclass(frozen=True)
class Form:
    """Rules that are alike but for their constants, which are in a table; the constant predicates of each body atom."""

    shape: Shape
    table: str
    numbers: tuple[int, ...]
    predicates: tuple[set[int] | None, ...]

    @classmethod
    def make(cls, graph: Graph, table: str, shape: Shape, members: Sequence[tuple[int, list[int]]]) -> Self:
        """Return a form, its table made of ``members``: numbers of rules and their constants."""
        names = [f"c{k}" for k in range(len(members[0][1]))]
        columns = ", ".join(["rule INTEGER", *(f"{name} INTEGER" for name in names)])
        graph.engine.run(f"CREATE OR REPLACE TEMP TABLE {table} ({columns})")
        values = {"rule": [number for number, _ in members]}
        values |= {name: [constants[k] for _, constants in members] for k, name in enumerate(names)}
        graph.engine.append(table, values)
        predicates = tuple(
            {constants[place] for _, constants in members} if sort == "c" else None
            for sort, place in (atom[1] for atom in shape[1:])
        )
        return cls(shape, table, tuple(number for number, _ in members), predicates)

    def join(
        self,
        tables: Sequence[str],
        conditions: Sequence[str] = (),
        *,
        beside: Sequence[str] = (),
        known: Mapping[int, str] = MappingProxyType({}),
    ) -> tuple[dict[int, str], str]:
        """Return the column of each variable, and FROM and WHERE of the body over tables ``a0``, ``a1``, ….

        ``beside`` are other tables, with their names, that ``conditions`` speak of, and ``known`` the variables that
        are columns of theirs.
        """
        bound = dict(known)
        found = list(conditions)
        for i, atom in enumerate(self.shape[1:]):
            for (sort, number), column in zip(atom, "spo", strict=True):
                here = f"a{i}.{column}"
                if sort == "c":
                    found.append(f"{here} = f.c{number}")
                elif number in bound:
                    found.append(f"{here} = {bound[number]}")
                else:
                    bound[number] = here
        named = ", ".join([f"{self.table} f", *(f"{table} a{i}" for i, table in enumerate(tables)), *beside])
        return bound, f"FROM {named} WHERE {' AND '.join(found) or 'true'}"


def forms(graph: Graph, rules: Iterable[tuple[int, Atom, tuple[Atom, ...]]]) -> list[Form]:
    """Return the forms of rules, each given as its number, a head and its body."""
    grouped: defaultdict[Shape, list[tuple[int, list[int]]]] = defaultdict(list)
    for number, head, body in rules:
        shape, constants = _form(head, body)
        grouped[shape].append((number, graph.ids(constants)))
    return [Form.make(graph, f"form_{i}", shape, members) for i, (shape, members) in enumerate(grouped.items())]


def transitive(rule: Rule) -> str | None:
    """Return the predicate that a rule says to be transitive, if that is what it says."""
    if len(rule.head) != 1 or len(rule.body) != 2:
        return None
    (a, p, c), (x, q, y), (v, r, z) = rule.head[0], *rule.body
    alike = p == q == r and not is_variable(p) and (a, c, v) == (x, z, y) and len({a, c, v}) == 3
    return p if alike and all(map(is_variable, (a, c, v))) else None


def _form(head: Atom, body: Sequence[Atom]) -> tuple[Shape, list[str]]:
    """Return the form of a rule and the constants that make it this rule."""
    variables: dict[str, int] = {}
    constants: list[str] = []

    def place(token: str) -> tuple[str, int]:
        if is_variable(token):
            return "v", variables.setdefault(token, len(variables))
        constants.append(token)
        return "c", len(constants) - 1

    return tuple(tuple(place(token) for token in atom) for atom in (head, *body)), constants


def _join(form: Form, position: int, since: int) -> str:
    """Return the statement that runs a form with the new triples at one position of its body.

    A predicate is an IRI: what a rule gives otherwise is dropped. A literal may be a subject, as the standard has it,
    while rules run; what is published has none.
    """
    tables = ["delta" if i == position else "closure" for i in range(len(form.shape) - 1)]
    bound, joined = form.join(tables, [f"a{i}.round < {since}" for i in range(position)])
    places = [f"f.c{number}" if sort == "c" else bound[number] for sort, number in form.shape[0]]
    if places[1].endswith((".s", ".o")):
        joined += f" AND {places[1]} IN (SELECT id FROM term WHERE starts_with(token, '<'))"
    # One pattern gives each triple once; what several give more than once is not worth keeping so long.
    distinct = "DISTINCT " if len(tables) > 1 else ""
    return f"INSERT INTO candidate SELECT {distinct}{', '.join(places)}, f.rule {joined}"
