"""Evaluate shapes over the tables: each component once, over all the shapes that use it and all their focus nodes.

A ``Run`` is one shape on one set of nodes. Runs are evaluated together, level by level: their focus nodes, their value
nodes, the property shapes inside them, then the shapes that their constraints refer to, and last the constraints. The
results are rows of ``result(run, number, focus, path, value, note)``: ``number`` is that of the constraint, ``path``
the predicate of a result that has its own, ``note`` the number of what a SPARQL constraint said. Runs made to ask
whether nodes conform to a shape are not reported.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kg.errors import ShapeError
from kg.graph import literals
from kg.graph.engine import quoted
from kg.graph.quads import Graph
from kg.graph.terms import RDFS, TYPE
from kg.validation.analyses import Analyses
from kg.validation.plan import LOOKING, PLANNERS, Use
from kg.validation.shapes import Constraint, Shape, Shapes, Target, sh
from kg.validation.sparql import Queries, Said
from kg.validation.walk import follow

_PROPERTY = sh("PropertyConstraintComponent")
_REFERRING = ("not", "and", "or", "xone", "node", "qualifiedValueShape")
_AIMS = {
    "node": "SELECT run, term FROM {targets} WHERE term IS NOT NULL",
    "class": "SELECT k.run, i.node AS term FROM {targets} JOIN instance i ON i.class = k.term",
    "subjectsOf": "SELECT k.run, d.s AS term FROM {targets} JOIN data d ON d.p = k.term",
    "objectsOf": "SELECT k.run, d.o AS term FROM {targets} JOIN data d ON d.p = k.term",
}
_TABLES = {
    "focus": "run INTEGER, node INTEGER",
    "value": "run INTEGER, focus INTEGER, value INTEGER",
    "failed": "run INTEGER, node INTEGER",
    "result": "run INTEGER, number INTEGER, focus INTEGER, path INTEGER, value INTEGER, note INTEGER",
    "reported": "run INTEGER, node INTEGER, times BIGINT",
}


@dataclass(frozen=True)
class Run:
    """A shape on a set of nodes, with the runs of the property shapes inside it."""

    number: int
    shape: Shape
    inner: list["Run"] = field(default_factory=list)

    @property
    def focus(self) -> str:
        """The table (node) of the focus nodes."""
        return f"(SELECT node FROM focus WHERE run = {self.number})"

    @property
    def values(self) -> str:
        """The table (focus, value) of the value nodes."""
        return f"(SELECT focus, value FROM value WHERE run = {self.number})"


class Evaluation:
    """The evaluation of shapes over the triples of a SELECT (s, p, o); a ``World`` for the planners."""

    data = "data"

    def __init__(self, graph: Graph, shapes: Shapes, triples: str, *, analyses: Analyses | None = None) -> None:
        """Make the tables; ``graph`` must be one that takes new terms. ``analyses`` are of queries known before."""
        self._graph = graph
        self._shapes = shapes
        self._runs = 0
        self._matching = 0
        self.constraints: list[tuple[Shape, Constraint]] = []
        self.said: list[Said] = []
        graph.find_all({token for triple in shapes.triples() for token in triple})
        graph.ids(target.term for targets in shapes.targets.values() for target in targets if target.kind == "node")
        for name, columns in _TABLES.items():
            graph.engine.run(f"CREATE OR REPLACE TEMP TABLE {name} ({columns})")
        graph.engine.make(self.data, triples)
        self._find_instances()
        self._queries = Queries(graph, shapes, self.data, analyses or Analyses())
        constraints = ((shape, constraint) for shape in shapes for constraint in shape.constraints)
        self._queries.expect((s, c) for s, c in constraints if not _inside(c) and c.component not in PLANNERS)

    def evaluate(self) -> str:
        """Evaluate all shapes that have targets.

        Return the SELECT (number, focus, path, value, note, times) of the results to report. A result is reported as
        many times as its focus node is reached through the property shapes outside (SHACL, section 4.7.2).
        """
        runs = {node: self._run(self._shapes[node]) for node in self._shapes.targets}
        self._aim([(runs[node], target) for node, found in self._shapes.targets.items() for target in found])
        self._evaluate([run for run in runs.values() if not run.shape.deactivated])
        plain: list[int] = []
        weighed: list[int] = []
        for run in runs.values():
            self._report(run, plain, weighed)
        columns = "r.number, r.focus, r.path, r.value, r.note"
        return (
            f"SELECT {columns}, 1 AS times FROM result r WHERE r.run IN ({_listed(plain)}) UNION ALL "
            f"SELECT {columns}, k.times FROM result r JOIN reported k ON k.run = r.run AND k.node = r.focus "
            f"WHERE r.run IN ({_listed(weighed)})"
        )

    def id(self, token: str) -> str:
        """Return the id of a term as SQL, NULL when the graph does not hold it."""
        found = self._graph.find(token)
        return "NULL" if found is None else str(found)

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
        self._matching += 1
        engine.run(f"CREATE OR REPLACE TEMP TABLE matching_{self._matching} (node INTEGER)")
        engine.append(f"matching_{self._matching}", {"node": [value for value, text in rows if matcher.search(text)]})
        return f"value IN (SELECT node FROM matching_{self._matching})"

    def _run(self, shape: Shape) -> Run:
        self._runs += 1
        return Run(self._runs, shape)

    def _find_instances(self) -> None:
        """Make the table of the SHACL instances of the classes that shapes name (SHACL, section 1.1)."""
        named = [c.one("class") for shape in self._shapes for c in shape.constraints if "class" in c.parameters]
        named += [t.term for targets in self._shapes.targets.values() for t in targets if t.kind == "class"]
        classes = ", ".join(f"({self.id(token)})" for token in dict.fromkeys(named)) or "(NULL)"
        kind, sub = self.id(TYPE), self.id(f"<{RDFS}subClassOf>")
        self._graph.engine.make(
            "instance",
            f"WITH RECURSIVE below(class, sub) AS (SELECT c, c FROM (VALUES {classes}) k(c) UNION "
            f"SELECT b.class, t.s FROM data t JOIN below b ON t.o = b.sub WHERE t.p = {sub}) "
            f"SELECT DISTINCT b.class, t.s AS node FROM data t JOIN below b ON t.o = b.sub WHERE t.p = {kind}",
        )

    def _aim(self, targets: Sequence[tuple[Run, Target]]) -> None:
        """Put the nodes that shapes aim at into the table of focus nodes (SHACL, section 2.1.3)."""
        selects = []
        for kind, select in _AIMS.items():
            pairs = [f"({run.number}, {self.id(target.term)})" for run, target in targets if target.kind == kind]
            if pairs:
                selects.append(select.format(targets=f"(VALUES {', '.join(pairs)}) k(run, term)"))
        if selects:
            self._graph.engine.run(f"INSERT INTO focus SELECT DISTINCT run, term FROM ({' UNION ALL '.join(selects)})")

    def _evaluate(self, runs: Iterable[Run]) -> None:
        """Put the results of runs, whose focus nodes are in their table, among the results."""
        numbers = _listed(run.number for run in runs)
        there = {n for (n,) in self._graph.engine.rows(f"SELECT DISTINCT run FROM focus WHERE run IN ({numbers})")}
        active = [run for run in runs if run.number in there]
        if not active:
            return
        self._reach(active)
        uses = self._uses(active)
        self._read_literals([use for _, use in uses])
        for component in dict.fromkeys(use.constraint.component for _, use in uses):
            some = [(run, use) for run, use in uses if use.constraint.component == component]
            if component in PLANNERS:
                self._graph.engine.run(f"INSERT INTO result SELECT *, NULL FROM ({self._plan(component, some)})")
            else:
                for run, use in some:
                    self._ask(run, use)

    def _read_literals(self, uses: Sequence[Use]) -> None:
        """Put into their table the literals that constraints look into."""
        asking = [use for use in uses if use.constraint.component in LOOKING]
        if not asking:
            return
        tokens = [token for use in asking for values in use.constraint.parameters.values() for token in values]
        known = _listed(self._graph.find_all(tokens).values())
        literals.create(
            self._graph,
            f"SELECT value FROM value WHERE run IN ({_listed({use.run for use in asking})}) "
            f"UNION SELECT id FROM term WHERE id IN ({known}) UNION SELECT o FROM data WHERE p IN ({known})",
        )

    def _plan(self, component: str, uses: Sequence[tuple[Run, Use]]) -> str:
        """Return the SELECT of a component. Raises ShapeError with the shape whose use of it is ill-formed."""
        try:
            return PLANNERS[component]([use for _, use in uses], self)
        except ShapeError as error:
            if len(uses) > 1:
                return " UNION ALL ".join(self._plan(component, [use]) for use in uses)
            owner = self._shapes.owner(uses[0][0].shape.node)
            raise ShapeError(f"the shape {owner} is ill-formed: {error}") from error

    def _reach(self, runs: Sequence[Run]) -> None:
        """Put the value nodes of runs into their table."""
        steps: dict[str, list[tuple[int, str]]] = {"forward": [], "backward": []}
        themselves = [run.number for run in runs if run.shape.path is None]
        selects = [f"SELECT run, node, node FROM focus WHERE run IN ({_listed(themselves)})"]
        for run in runs:
            path = run.shape.path
            if path is None:
                continue
            if isinstance(path, str):
                steps["forward"].append((run.number, self.id(path)))
            elif path[0] == "^" and isinstance(path[1], str):
                steps["backward"].append((run.number, self.id(path[1])))
            else:
                start = follow(path, f"SELECT node AS focus, node FROM {run.focus}", self)
                selects.append(f"SELECT DISTINCT {run.number}, focus, node FROM ({start})")
        for way, (here, there) in (("forward", "so"), ("backward", "os")):
            if steps[way]:
                listed = ", ".join(f"({number}, {predicate})" for number, predicate in steps[way])
                selects.append(
                    f"SELECT f.run, f.node, t.{there} FROM focus f JOIN (VALUES {listed}) k(run, p) "
                    f"ON k.run = f.run JOIN data t ON t.{here} = f.node AND t.p = k.p"
                )
        self._graph.engine.run(f"INSERT INTO value {' UNION ALL '.join(selects)}")

    def _descend(self, asked: Sequence[tuple[Run, Shape, list[Run]]]) -> None:
        """Evaluate shapes on the value nodes of runs; each new run goes to the end of the list that it comes with."""
        if not asked:
            return
        inside = [self._run(shape) for _, shape, _ in asked]
        for (_, _, known), run in zip(asked, inside, strict=True):
            known.append(run)
        pairs = zip(asked, inside, strict=True)
        listed = ", ".join(f"({outer.number}, {run.number})" for (outer, _, _), run in pairs)
        self._graph.engine.run(
            f"INSERT INTO focus SELECT DISTINCT k.inside, v.value FROM value v JOIN (VALUES {listed}) k(run, inside) "
            "ON k.run = v.run"
        )
        self._evaluate(inside)

    def _uses(self, runs: Sequence[Run]) -> list[tuple[Run, Use]]:
        """Return the constraints of runs, once the shapes inside and those that they refer to are evaluated."""
        found: list[tuple[Run, int, Constraint, list[list[Run]]]] = []
        inner: list[tuple[Run, Shape, list[Run]]] = []
        referred: list[tuple[Run, Shape, list[Run]]] = []
        for run in runs:
            for constraint in run.shape.constraints:
                if _inside(constraint):
                    inner.append((run, self._shapes[constraint.one("property")], run.inner))
                    continue
                nested: list[list[Run]] = []
                for name in _REFERRING:
                    for token in constraint.parameters.get(name, ()) if constraint.component in PLANNERS else ():
                        nested.append([])
                        referred.append((run, self._shapes[token], nested[-1]))
                found.append((run, len(self.constraints), constraint, nested))
                self.constraints.append((run.shape, constraint))
        for _, shape, known in referred:
            if shape.deactivated:  # everything conforms to it
                known.append(self._run(shape))
        self._descend([asked for asked in (*inner, *referred) if not asked[1].deactivated])
        self._fail([known[0] for _, _, known in referred])
        return [
            (run, Use(run.number, number, constraint, tuple(known[0].number for known in nested)))
            for run, number, constraint, nested in found
        ]

    def _fail(self, runs: Sequence[Run]) -> None:
        """Put the nodes that do not conform to the shapes of runs into their table."""
        if not runs:
            return
        inner = [(run, inside) for run in runs for inside in run.inner]
        self._fail([inside for _, inside in inner])
        pairs = ", ".join(f"({run.number}, {inside.number})" for run, inside in inner) or "(NULL, NULL)"
        self._graph.engine.run(
            "INSERT INTO failed SELECT DISTINCT run, node FROM ("
            f"SELECT run, focus AS node FROM result WHERE run IN ({_listed(run.number for run in runs)}) UNION ALL "
            f"SELECT v.run, v.focus FROM value v JOIN (VALUES {pairs}) k(run, inside) ON k.run = v.run "
            "JOIN failed x ON x.run = k.inside AND x.node = v.value)"
        )

    def _report(self, run: Run, plain: list[int], weighed: list[int], *, once: bool = True) -> None:
        """Count how often each focus node of a run and of those inside it is reached, unless it is ``once``."""
        (plain if once else weighed).append(run.number)
        for inner in run.inner:
            still = once and run.shape.path is None
            if not still:
                times = "1" if once else "k.times"
                known = "" if once else f"JOIN reported k ON k.run = {run.number} AND k.node = v.focus"
                self._graph.engine.run(
                    f"INSERT INTO reported SELECT {inner.number}, v.value, sum({times}) "
                    f"FROM {run.values} v {known} GROUP BY v.value"
                )
            self._report(inner, plain, weighed, once=still)

    def _ask(self, run: Run, use: Use) -> None:
        """Add the results of a SPARQL constraint."""
        found = list(self._queries.results(run.shape, use.constraint, run.focus, run.values))
        if found:
            first = len(self.said)
            self.said += found
            columns: dict[str, list[int | None]] = {
                "run": [run.number for _ in found],
                "number": [use.number for _ in found],
                "focus": [said.focus for said in found],
                "path": [self._known(said.path) for said in found],
                "value": [self._known(said.value) for said in found],
                "note": [first + i for i in range(len(found))],
            }
            self._graph.engine.append("result", columns)

    def _known(self, token: str | None) -> int | None:
        return None if token is None else self._graph.find(token)


def _inside(constraint: Constraint) -> bool:
    return constraint.component == _PROPERTY


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers)) or "NULL"
