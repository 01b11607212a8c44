"""Find the proof of a triple of a closure."""

from collections.abc import Callable, Sequence

from kg.errors import QueryError
from kg.graph.citations import Citations
from kg.graph.quads import Graph
from kg.graph.store import Solutions, Store
from kg.graph.terms import same_value
from kg.inference.joins import transitive
from kg.inference.owl.schema import SAME
from kg.inference.premises import select_premises
from kg.inference.proof import Proof
from kg.inference.rules import Atom, Rule, is_variable
from kg.source.reader import Triple


class Explainer:
    """Proofs over one graph, the rules that made it in the order of their numbers, and the store that holds it.

    ``store`` is called for when a rule is no join. ``citations``, when they are given, are those of the leaves.
    """

    def __init__(
        self, graph: Graph, rules: Sequence[Rule], *, store: Callable[[], Store], citations: Citations | None = None
    ) -> None:
        self._graph = graph
        self._citations = citations
        self._rules = rules
        self._store = store
        self._proofs: dict[Triple, Proof] = {}

    def explain(self, triple: Triple) -> Proof | None:
        """Return the proof of a triple, or None when the graph does not hold it.

        Premises are of earlier rounds than their conclusion, so a proof is finite and never rests on itself.
        """
        if triple in self._proofs:
            return self._proofs[triple]
        row = self._row(triple)
        if row is None:
            return None
        rule, number = row
        if number == 0:
            proof = Proof(triple, citations=tuple(self._citations.of(triple)) if self._citations else ())
        else:
            proof = self._inferred(triple, self._rules[rule - 1], number)
        self._proofs[triple] = proof
        return proof

    def _inferred(self, triple: Triple, rule: Rule, number: int) -> Proof:
        for head in rule.head:
            bindings = _match(head, triple)
            if bindings is None:
                continue
            premises: list[Triple] | None
            if rule.sparql is None and not rule.body:
                premises = []
            elif rule.sparql:
                premises = self._solve_sparql(rule, bindings, number)
            elif rule.equality:
                premises = self._solve_equality(triple, number)
            elif predicate := transitive(rule):
                premises = self._way(triple[0], predicate, triple[2], number)
            else:
                premises = self._solve(rule.body, bindings, number)
            if premises is not None:
                chain = [*rule.axioms, *premises]
                proofs = [proof for premise in chain if (proof := self.explain(premise))]
                return Proof(triple, rule.name, tuple(proofs))
        raise QueryError(f"the build has no proof of {' '.join(triple)} by {rule.name}: run kg build again")

    def _row(self, triple: Triple) -> tuple[int, int] | None:
        ids = [self._graph.find(token) for token in triple]
        if None in ids:
            return None
        rows = self._graph.engine.rows("SELECT rule, round FROM closure WHERE s = ? AND p = ? AND o = ?", ids)
        return (int(rows[0][0]), int(rows[0][1])) if rows else None

    def _held(self, triple: Triple) -> tuple[Triple, int] | None:
        """Return a triple as the tables write it and its round: the store may have rewritten a number."""
        if row := self._row(triple):
            return triple, row[1]
        s, p, o = triple
        for token in self._graph.objects(s, p) if o.startswith('"') else ():
            if same_value(token, o) and (row := self._row((s, p, token))):
                return (s, p, token), row[1]
        return None

    def _solve(self, body: tuple[Atom, ...], bindings: dict[str, str], number: int) -> list[Triple] | None:
        """Return triples of earlier rounds that match ``body`` under ``bindings``, the earliest ones first."""
        bound: dict[str, str] = {}
        conditions: list[str] = []
        for i, atom in enumerate(body):
            conditions.append(f"a{i}.round < {number}")
            for place, column in zip(atom, "spo", strict=True):
                here = f"a{i}.{column}"
                token = bindings.get(place) if is_variable(place) else place
                if token is not None:
                    conditions.append(f"{here} = {self._graph.find(token)}")
                elif place in bound:
                    conditions.append(f"{here} = {bound[place]}")
                else:
                    bound[place] = here
        columns = [f"a{i}.{column}" for i in range(len(body)) for column in "spo"]
        rounds = [f"a{i}.round" for i in range(len(body))]
        rows = self._graph.engine.rows(
            f"SELECT {', '.join(columns)} FROM {', '.join(f'closure a{i}' for i in range(len(body)))} "
            f"WHERE {' AND '.join(conditions)} ORDER BY greatest({', '.join(rounds)}), {', '.join(columns)} LIMIT 1"
        )
        if not rows:
            return None
        tokens = self._graph.tokens(rows[0])
        return [(tokens[i], tokens[i + 1], tokens[i + 2]) for i in range(0, len(tokens), 3)]

    def _way(self, start: str, predicate: str, end: str, number: int, *, both: bool = False) -> list[Triple] | None:
        """Return the triples of earlier rounds that lead from one thing to another, as few as there can be.

        With ``both``, triples may be followed backwards.
        """
        came = self._reached(start, predicate, number, both=both, until=end)
        if end not in came:
            return None
        way: list[Triple] = []
        here = end
        while not way or here != start:
            here, triple = came[here]
            way.insert(0, triple)
        return way

    def _reached(
        self, start: str, predicate: str, number: int, *, both: bool, until: str | None = None
    ) -> dict[str, tuple[str, Triple]]:
        """Return what triples of earlier rounds lead to, each with where from and by which, the nearest first."""
        came: dict[str, tuple[str, Triple]] = {}
        border = [start]
        while border and until not in came:
            fresh = []
            for columns in (("s", "o"), ("o", "s")) if both else (("s", "o"),):
                for here, there in self._steps(border, predicate, number, *columns):
                    if there not in came:
                        came[there] = (
                            here,
                            (here, predicate, there) if columns[0] == "s" else (there, predicate, here),
                        )
                        fresh.append(there)
            border = fresh
        return came

    def _steps(self, border: list[str], predicate: str, number: int, one: str, other: str) -> list[tuple[str, str]]:
        numbers = ", ".join(map(str, self._graph.find_all(border).values()))
        return self._graph.engine.rows(
            f"SELECT a.token, b.token FROM closure c JOIN term a ON a.id = c.{one} JOIN term b ON b.id = c.{other} "
            f"WHERE c.p = ? AND c.round < ? AND c.{one} IN ({numbers}) ORDER BY ALL",
            [self._graph.find(predicate), number],
        )

    def _solve_equality(self, triple: Triple, number: int) -> list[Triple] | None:
        """Return what says the same of other names, and the triples of earlier rounds that say that these are names."""
        if triple[1] == SAME:
            return self._way(triple[0], SAME, triple[2], number, both=True)
        names = [{place, *self._reached(place, SAME, number, both=True)} for place in triple]
        ids = [", ".join(map(str, self._graph.find_all(some).values())) for some in names]
        here = [self._graph.find(place) for place in triple]
        rows = self._graph.engine.rows(
            f"SELECT s, p, o FROM closure WHERE s IN ({ids[0]}) AND p IN ({ids[1]}) AND o IN ({ids[2]}) AND round < ? "
            "ORDER BY (s <> ?)::INTEGER + (p <> ?)::INTEGER + (o <> ?)::INTEGER, round, s, p, o LIMIT 1",
            [number, *here],
        )
        if not rows:
            return None
        s, p, o = self._graph.tokens(rows[0])
        ways = [
            way
            for place, named in zip((s, p, o), triple, strict=True)
            if place != named and (way := self._way(place, SAME, named, number, both=True))
        ]
        return [(s, p, o), *(step for way in ways for step in way)]

    def _solve_sparql(self, rule: Rule, bindings: dict[str, str], number: int) -> list[Triple] | None:
        """Return the patterns of a CONSTRUCT rule that hold, in its first solution resting on earlier rounds only."""
        assert rule.sparql is not None
        found = self._store().query(select_premises(rule.sparql, bindings=bindings))
        assert isinstance(found, Solutions)
        for row in sorted(found.rows, key=lambda row: [cell or "" for cell in row]):
            solution = bindings | {f"?{n}": cell for n, cell in zip(found.variables, row, strict=True) if cell}
            premises: list[Triple] = []
            rests = True
            for atom in (*rule.body, *rule.closed):
                s, p, o = (solution.get(place, place) for place in atom)
                if is_variable(s) or is_variable(p) or is_variable(o):
                    continue
                held = self._held((s, p, o))
                if held and held[1] >= number:
                    rests = False
                elif held and held[0] not in premises:
                    premises.append(held[0])
            if rests:
                return premises
        return None


def _match(head: Atom, triple: Triple) -> dict[str, str] | None:
    """Return the bindings that make ``head`` this triple, or None."""
    bindings: dict[str, str] = {}
    for place, token in zip(head, triple, strict=True):
        if not is_variable(place):
            if place != token:
                return None
        elif bindings.setdefault(place, token) != token:
            return None
    return bindings
