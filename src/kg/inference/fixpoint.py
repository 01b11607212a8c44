"""Run rules over the tables to their fixpoint.

Rules of one form, alike but for their constants, become one SQL statement over a table of those constants. Each
stratum is run semi-naively: a round joins what the round before it found with all that is known. CONSTRUCT rules
that are not plain joins run as SPARQL once the joins of their stratum are at rest. Every inferred triple keeps the
first rule, by number, and the round that gave it; its premises are of earlier rounds.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kg.errors import InconsistencyError
from kg.graph.quads import Graph
from kg.graph.store import Store
from kg.graph.terms import TYPE
from kg.inference import change
from kg.inference.rules import Atom, Rule, is_variable, stratify

Shape = tuple[tuple[tuple[str, int], ...], ...]
"""The head and then the body of a form of rule; a place is ("v", variable number) or ("c", constant number)."""


@dataclass(frozen=True)
class Inference:
    """What a run did: rounds, and for each rule by number (from 1) the triples that it was first to give."""

    rounds: int
    rows: dict[int, int]
    seconds: float


def infer(
    graph: Graph,
    rules: Sequence[Rule],
    *,
    changed: Iterable[tuple[str, str | None]] | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Inference:
    """Add to the closure of ``graph`` all that ``rules`` give. Rule number n is ``rules[n - 1]``.

    With ``changed``, the predicates and classes of asserted triples that differ from those that the closure was
    inferred from by the same rules, what they cannot concern is kept as it is.

    Raises RuleError when negation runs in a circle, QueryError when a CONSTRUCT rule fails.
    """
    started = time.perf_counter()
    engine = graph.engine
    engine.run("CREATE OR REPLACE TEMP TABLE candidate (s INTEGER, p INTEGER, o INTEGER, rule INTEGER)")
    store = _SparqlRules(graph, [rule for rule in rules if rule.sparql])
    last, concerned = 0, set(range(1, len(rules) + 1))
    if changed is not None:
        patterns = change.affected(rules, changed)
        change.forget(graph, patterns)
        concerned = change.concerned(rules, patterns)
        last = engine.count("SELECT coalesce(max(round), 0) FROM closure")
    for level, everything in enumerate(stratify(rules)):
        progress(f"inferring, stratum {level + 1}")
        stratum = [i for i in everything if i + 1 in concerned]
        joins = _Joins(graph, [(i + 1, rules[i]) for i in stratum if not rules[i].sparql], level)
        constructs = [(i + 1, rules[i]) for i in stratum if rules[i].sparql]
        since = 0
        while True:
            last = joins.run(since=since, last=last)
            found = sum(store.propose(number, rule) for number, rule in constructs)
            if not (found and _keep(graph, last + 1)):
                break
            last += 1
            since = last
    rows: dict[int, int] = dict(engine.rows("SELECT rule, count(*) FROM inferred GROUP BY rule ORDER BY rule"))
    return Inference(last, rows, time.perf_counter() - started)


def check_consistency(graph: Graph, disjoint: Iterable[tuple[str, str]]) -> None:
    """Raise InconsistencyError for things that belong to two disjoint classes (cax-dw), naming them and their files."""
    kind = graph.find(TYPE)
    clashes = []
    for one, other in disjoint:
        ids = [graph.find(one), graph.find(other)]
        rows = graph.engine.rows(
            "SELECT t.token FROM closure a JOIN closure b ON a.s = b.s JOIN term t ON t.id = a.s "
            "WHERE a.p = ? AND b.p = ? AND a.o = ? AND b.o = ? ORDER BY t.token",
            [kind, kind, *ids],
        )
        for (token,) in rows:
            files = ", ".join(graph.files_about(token)[:3])
            clashes.append(f"{token} belongs to {one} and to {other}, which are disjoint ({files})")
    if clashes:
        more = f"\nand {len(clashes) - 10} more" if len(clashes) > 10 else ""
        raise InconsistencyError("the graph contradicts its ontology:\n" + "\n".join(clashes[:10]) + more)


class _Joins:
    """The plain rules of one stratum, grouped by form."""

    def __init__(self, graph: Graph, rules: Sequence[tuple[int, Rule]], level: int) -> None:
        self._graph = graph
        self._forms: list[tuple[Shape, str, list[set[int] | None]]] = []
        grouped: defaultdict[Shape, list[tuple[int, list[int]]]] = defaultdict(list)
        for number, rule in rules:
            for head in rule.head:
                shape, constants = _form(head, rule.body)
                grouped[shape].append((number, graph.ids(constants)))
        for i, (shape, members) in enumerate(grouped.items()):
            table = f"form_{level}_{i}"
            width = len(members[0][1])
            names = [f"c{k}" for k in range(width)]
            columns = ", ".join(["rule INTEGER", *(f"{name} INTEGER" for name in names)])
            graph.engine.run(f"CREATE OR REPLACE TEMP TABLE {table} ({columns})")
            values = {"rule": [number for number, _ in members]}
            values |= {name: [constants[k] for _, constants in members] for k, name in enumerate(names)}
            graph.engine.append(table, values)
            predicates = [
                {constants[place] for _, constants in members} if sort == "c" else None
                for sort, place in (atom[1] for atom in shape[1:])
            ]
            self._forms.append((shape, table, predicates))

    def run(self, *, since: int, last: int) -> int:
        """Run to the fixpoint. What is of round ``since`` or later is new; return the number of the last round."""
        engine = self._graph.engine
        while True:
            engine.run("CREATE OR REPLACE TEMP TABLE delta AS SELECT s, p, o FROM closure WHERE round >= ?", [since])
            fresh = {p for (p,) in engine.rows("SELECT DISTINCT p FROM delta")}
            for shape, table, predicates in self._forms:
                for position, known in enumerate(predicates):
                    if since == 0 and position > 0:
                        break  # all is new: the first position already joins everything with everything
                    if known is None or known & fresh:
                        engine.run(_join(shape, table, position, since))
            if not _keep(self._graph, last + 1):
                return last
            last += 1
            since = last


class _SparqlRules:
    """The rules that run as SPARQL, on a store that follows the closure."""

    def __init__(self, graph: Graph, rules: Sequence[Rule]) -> None:
        self._graph = graph
        self._store = Store.memory()
        self._synced = -1
        predicates = {atom[1] for rule in rules for atoms in (rule.body, rule.closed) for atom in atoms}
        everything = any(is_variable(predicate) for predicate in predicates)
        self._predicates = None if everything else graph.ids(sorted(predicates))

    def propose(self, number: int, rule: Rule) -> int:
        """Put what ``rule`` constructs among the candidates, and return how many triples that is."""
        assert rule.sparql is not None
        self._sync()
        triples = self._store.query(rule.sparql)
        assert isinstance(triples, tuple)
        if triples:
            ids = self._graph.ids(token for triple in triples for token in triple)
            columns = {"s": ids[0::3], "p": ids[1::3], "o": ids[2::3], "rule": [number] * len(triples)}
            self._graph.engine.append("candidate", columns)
        return len(triples)

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


def _keep(graph: Graph, number: int) -> int:
    """Move the candidates that are new into the closure as round ``number``; return how many they are.

    A literal is no subject and a predicate is an IRI: what a rule gives otherwise is not RDF and is dropped.
    """
    engine = graph.engine
    before = engine.count("SELECT count(*) FROM closure")
    engine.run(
        "INSERT INTO closure SELECT c.s, c.p, c.o, min(c.rule), ? FROM candidate c "
        "JOIN term s ON s.id = c.s AND s.token NOT LIKE '\"%' JOIN term p ON p.id = c.p AND p.token LIKE '<%' "
        "WHERE NOT EXISTS (SELECT 1 FROM closure k WHERE k.s = c.s AND k.p = c.p AND k.o = c.o) "
        "GROUP BY c.s, c.p, c.o",
        [number],
    )
    engine.run("DELETE FROM candidate")
    return engine.count("SELECT count(*) FROM closure") - before


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


def _join(shape: Shape, table: str, position: int, since: int) -> str:
    """Return the statement that runs a form with the new triples at one position of its body."""
    head, *body = shape
    bound: dict[int, str] = {}
    conditions: list[str] = []
    for i, atom in enumerate(body):
        for (sort, number), column in zip(atom, "spo", strict=True):
            here = f"a{i}.{column}"
            if sort == "c":
                conditions.append(f"{here} = f.c{number}")
            elif number in bound:
                conditions.append(f"{here} = {bound[number]}")
            else:
                bound[number] = here
        if i < position:
            conditions.append(f"a{i}.round < {since}")
    tables = ", ".join(f"{'delta' if i == position else 'closure'} a{i}" for i in range(len(body)))
    places = [f"f.c{number}" if sort == "c" else bound[number] for sort, number in head]
    return (
        f"INSERT INTO candidate SELECT DISTINCT {', '.join(places)}, f.rule FROM {table} f, {tables} "
        f"WHERE {' AND '.join(conditions) or 'true'}"
    )
