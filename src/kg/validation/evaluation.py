"""Evaluate shapes over the tables: each constraint once, over all its focus nodes.

A ``Run`` is one shape on one set of nodes. Its results are rows of ``result(run, number, focus, path, value, note)``:
``number`` is that of the constraint, ``path`` the predicate of a result that has its own, ``note`` the number of what
a SPARQL constraint said. Runs made to ask whether nodes conform to a shape are not reported.
"""

import re
from dataclasses import dataclass, field

from kg.errors import ShapeError
from kg.graph import literals
from kg.graph.quads import Graph
from kg.graph.terms import RDFS, TYPE
from kg.validation.plan import PLANNERS, follow, quoted
from kg.validation.shapes import Constraint, Shape, Shapes, Target, sh
from kg.validation.sparql import Queries, Said

_PROPERTY = sh("PropertyConstraintComponent")


@dataclass(frozen=True)
class Run:
    """A shape on a set of nodes, with the runs of the property shapes inside it.

    ``values`` is the table (focus, value) of its value nodes, ``path`` whether they are not the focus nodes themselves.
    """

    number: int
    values: str
    path: bool
    inner: list["Run"] = field(default_factory=list)


class Evaluation:
    """The evaluation of shapes over the triples of a SELECT (s, p, o); a ``World`` for the planners."""

    def __init__(self, graph: Graph, shapes: Shapes, triples: str) -> None:
        """Make the tables; ``graph`` must be one that takes new terms."""
        self._graph = graph
        self._shapes = shapes
        self._tables = 0
        self._runs = 0
        self._instances: dict[str, str] = {}
        self.constraints: list[tuple[Shape, Constraint]] = []
        self.said: list[Said] = []
        engine = graph.engine
        graph.find_all(token for triple in shapes.triples() for token in triple)
        graph.ids(target.term for targets in shapes.targets.values() for target in targets if target.kind == "node")
        literals.create(graph)
        engine.run(
            "CREATE OR REPLACE TEMP TABLE result "
            "(run INTEGER, number INTEGER, focus INTEGER, path INTEGER, value INTEGER, note INTEGER)"
        )
        engine.run("CREATE OR REPLACE TEMP TABLE reported (run INTEGER, node INTEGER, times BIGINT)")
        self.data, _ = self._table(f"SELECT s, p, o FROM ({triples}) ORDER BY p, s, o")
        self._queries = Queries(graph, shapes, self.data)

    def evaluate(self) -> str:
        """Evaluate all shapes that have targets.

        Return the SELECT (number, focus, path, value, note, times) of the results to report. A result is reported as
        many times as its focus node is reached through the property shapes outside (SHACL, section 4.7.2).
        """
        plain: list[int] = []
        weighed: list[int] = []
        for node, targets in self._shapes.targets.items():
            if not self._shapes[node].deactivated:
                focus = " UNION ".join(f"(SELECT DISTINCT node FROM ({self._target(target)}))" for target in targets)
                self._report(self._run(self._shapes[node], *self._table(focus)), plain, weighed)
        columns = "r.number, r.focus, r.path, r.value, r.note"
        return (
            f"SELECT {columns}, 1 AS times FROM result r WHERE r.run IN ({_numbers(plain)}) UNION ALL "
            f"SELECT {columns}, k.times FROM result r JOIN reported k ON k.run = r.run AND k.node = r.focus "
            f"WHERE r.run IN ({_numbers(weighed)})"
        )

    def _report(self, run: Run, plain: list[int], weighed: list[int], *, once: bool = True) -> None:
        """Count how often each focus node of a run and of those inside it is reached, unless it is ``once``."""
        (plain if once else weighed).append(run.number)
        for inner in run.inner:
            still = once and not run.path
            if not still:
                times = "1" if once else "k.times"
                known = "" if once else f"JOIN reported k ON k.run = {run.number} AND k.node = v.focus"
                self._graph.engine.run(
                    f"INSERT INTO reported SELECT {inner.number}, v.value, sum({times}) "
                    f"FROM {run.values} v {known} GROUP BY v.value"
                )
            self._report(inner, plain, weighed, once=still)

    def id(self, token: str) -> str:
        """Return the id of a term as SQL, NULL when the graph does not hold it."""
        found = self._graph.find(token)
        return "NULL" if found is None else str(found)

    def instances(self, token: str) -> str:
        """Return the table (node) of the SHACL instances of a class (SHACL, section 1.1)."""
        if token not in self._instances:
            kind, sub = self.id(TYPE), self.id(f"<{RDFS}subClassOf>")
            self._instances[token], _ = self._table(
                f"WITH RECURSIVE sub(class) AS ((SELECT {self.id(token)}) UNION "
                f"(SELECT t.s FROM {self.data} t JOIN sub ON t.o = sub.class WHERE t.p = {sub})) "
                f"SELECT DISTINCT t.s AS node FROM {self.data} t JOIN sub ON t.o = sub.class WHERE t.p = {kind}"
            )
        return self._instances[token]

    def failing(self, shape: str, nodes: str) -> str:
        """Return the table (node) of those among ``nodes``, a SELECT of one column, that do not conform to a shape."""
        run = self._run(self._shapes[shape], *self._table(f"SELECT DISTINCT node FROM ({nodes}) AS nodes(node)"))
        return self._table(f"SELECT DISTINCT node FROM ({self._failures(run)})")[0]

    def matches(self, expression: str, strings: str) -> str:
        """Return the condition that a row of ``strings``, a SELECT (value, text), matches a regular expression.

        The engine's expressions have no references back and no assertions ahead: Python's take their place then.
        """
        engine = self._graph.engine
        if engine.takes(expression):
            return f"regexp_matches(text, {quoted(expression)})"
        try:
            matcher = re.compile(expression)
        except re.error as error:
            raise ShapeError(f"not a regular expression: {expression} ({error})") from error
        rows = engine.rows(f"SELECT DISTINCT value, text FROM ({strings}) WHERE text IS NOT NULL")
        found, _ = self._table("SELECT NULL::INTEGER AS node WHERE false")
        engine.append(found, {"node": [value for value, text in rows if matcher.search(text)]})
        return f"value IN (SELECT node FROM {found})"

    def _failures(self, run: Run) -> str:
        found = [f"SELECT focus AS node FROM result WHERE run = {run.number}"]
        found += [
            f"SELECT v.focus FROM {run.values} v JOIN ({self._failures(inner)}) i ON i.node = v.value"
            for inner in run.inner
        ]
        return " UNION ALL ".join(found)

    def _run(self, shape: Shape, focus: str, count: int) -> Run:
        """Evaluate a shape on the nodes of a table (node), each once, of ``count`` rows."""
        values = f"(SELECT node AS focus, node AS value FROM {focus})"
        inner, reached = focus, count
        if shape.path is not None and count and not shape.deactivated:
            start = follow(shape.path, f"SELECT node AS focus, node FROM {focus}", self)
            values, reached = self._table(f"SELECT DISTINCT focus, node AS value FROM ({start})")
            if any(constraint.component == _PROPERTY for constraint in shape.constraints):
                inner, reached = self._table(f"SELECT DISTINCT value AS node FROM {values}")
        self._runs += 1
        run = Run(self._runs, values, shape.path is not None)
        if not count or shape.deactivated:
            return run
        selects = []
        for constraint in shape.constraints:
            if constraint.component == _PROPERTY:
                run.inner.append(self._run(self._shapes[constraint.one("property")], inner, reached))
                continue
            number = len(self.constraints)
            self.constraints.append((shape, constraint))
            if planner := PLANNERS.get(constraint.component):
                try:
                    select = planner(constraint, focus, values, self)
                except ShapeError as error:
                    raise ShapeError(f"the shape {self._shapes.owner(shape.node)} is ill-formed: {error}") from error
                selects.append(f"SELECT {run.number}, {number}, *, NULL FROM ({select})")
            else:
                self._ask(run, number, shape, constraint, focus)
        if selects:
            self._graph.engine.run(f"INSERT INTO result {' UNION ALL '.join(selects)}")
        return run

    def _ask(self, run: Run, number: int, shape: Shape, constraint: Constraint, focus: str) -> None:
        """Add the results of a SPARQL constraint."""
        found = list(self._queries.results(shape, constraint, focus, run.values))
        if found:
            first = len(self.said)
            self.said += found
            columns: dict[str, list[int | None]] = {
                "run": [run.number for _ in found],
                "number": [number for _ in found],
                "focus": [said.focus for said in found],
                "path": [self._known(said.path) for said in found],
                "value": [self._known(said.value) for said in found],
                "note": [first + i for i in range(len(found))],
            }
            self._graph.engine.append("result", columns)

    def _known(self, token: str | None) -> int | None:
        return None if token is None else self._graph.find(token)

    def _target(self, target: Target) -> str:
        if target.kind == "node":
            return f"SELECT {self.id(target.term)} AS node"
        if target.kind == "class":
            return f"SELECT node FROM {self.instances(target.term)}"
        column = "s" if target.kind == "subjectsOf" else "o"
        return f"SELECT {column} AS node FROM {self.data} WHERE p = {self.id(target.term)}"

    def _table(self, select: str) -> tuple[str, int]:
        """Return the name of a new table of the rows of a SELECT, and how many they are."""
        self._tables += 1
        name = f"shacl_{self._tables}"
        return name, self._graph.engine.make(name, select)


def _numbers(runs: list[int]) -> str:
    return ", ".join(map(str, runs)) or "NULL"
