"""Find where a graph contradicts its ontology, and say why (OWL 2 Profiles, section 4.3: the rules of ``false``)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kg.errors import InconsistencyError
from kg.graph import literals
from kg.graph.quads import Graph
from kg.graph.terms import TYPE
from kg.inference.joins import forms
from kg.inference.owl.schema import FUNCTIONAL
from kg.inference.proof import Proof
from kg.inference.rules import Rule
from kg.source.reader import Triple

_TOLD = 10


@dataclass(frozen=True)
class Contradiction:
    """Triples that cannot all hold, and the rule of OWL 2 RL that says so."""

    rule: str
    triples: tuple[Triple, ...]


def check_consistency(graph: Graph, rules: Sequence[Rule], *, prove: Callable[[Triple], Proof | None]) -> None:
    """Raise InconsistencyError if the closure of ``graph`` contradicts itself by one of ``rules``, which have no head.

    The error names the rules and the triples, and for each of these where files assert it, or the asserted triples
    that it follows from. ``prove`` gives the proof of a triple of the closure.
    """
    found = [*_contradictions(graph, rules), *_ill_formed(graph), *_different_values(graph)]
    if not found:
        return
    told = []
    for contradiction in found[:_TOLD]:
        told.append(f"by {contradiction.rule}:")
        for triple in contradiction.triples:
            told += _reasons(triple, prove(triple), graph)
    more = [f"and {len(found) - _TOLD} more"] if len(found) > _TOLD else []
    raise InconsistencyError("\n".join(["the graph contradicts its ontology", *told, *more]))


def _contradictions(graph: Graph, rules: Sequence[Rule]) -> Iterator[Contradiction]:
    bodies = [(number, ("?", "?", "?"), rule.body) for number, rule in enumerate(rules)]
    for form in forms(graph, bodies):
        atoms = len(form.shape) - 1
        _, joined = form.join(["closure"] * atoms)
        columns = ", ".join(f"a{i}.{column}" for i in range(atoms) for column in "spo")
        for number, *ids in graph.engine.rows(f"SELECT DISTINCT f.rule, {columns} {joined} ORDER BY ALL"):
            tokens = graph.tokens(ids)
            triples = [(tokens[i], tokens[i + 1], tokens[i + 2]) for i in range(0, len(tokens), 3)]
            yield Contradiction(rules[number].name, (*dict.fromkeys(triples), *rules[number].axioms))


def _ill_formed(graph: Graph) -> Iterator[Contradiction]:
    # dt-not-type: a literal is not of the datatype that it says
    for s, p, o in graph.with_objects(literals.ill_formed(graph)):
        yield Contradiction("dt-not-type", ((s, p, o),))


def _different_values(graph: Graph) -> Iterator[Contradiction]:
    # prp-fp and dt-diff: the two values of a functional property would be the same, and differ
    functional = [graph.find(TYPE), graph.find(FUNCTIONAL)]
    if None in functional:
        return
    kinds = "SELECT s FROM closure WHERE p = {} AND o = {}".format(*functional)
    literals.create(graph, f"SELECT o FROM closure WHERE p IN ({kinds})")
    one, other = (f"{alias}.s, {alias}.p, {alias}.o" for alias in "ab")
    rows = graph.engine.rows(
        f"SELECT DISTINCT {one}, {other}, f.s, f.p, f.o FROM closure f JOIN closure a ON a.p = f.s "
        "JOIN closure b ON b.p = f.s AND b.s = a.s AND b.o > a.o "
        "JOIN literal l ON l.id = a.o JOIN literal m ON m.id = b.o "
        "WHERE f.p = ? AND f.o = ? AND l.family IS NOT NULL AND m.family IS NOT NULL AND (l.family <> m.family OR "
        "coalesce(l.exact <> m.exact, l.number <> m.number, l.lexical <> m.lexical)) ORDER BY ALL",
        functional,
    )
    for row in rows:
        tokens = graph.tokens(row)
        yield Contradiction("dt-diff", tuple((tokens[i], tokens[i + 1], tokens[i + 2]) for i in range(0, 9, 3)))


def _reasons(triple: Triple, proof: Proof | None, graph: Graph) -> Iterator[str]:
    if proof is None or proof.rule is None:
        yield f"  {' '.join(triple)}{_files(graph, triple)}"
        return
    yield f"  {' '.join(triple)}, by {proof.rule}, since"
    for leaf in proof.leaves():
        yield f"    {' '.join(leaf.triple)}{_files(graph, leaf.triple)}"


def _files(graph: Graph, triple: Triple) -> str:
    files = sorted({file for _, file in graph.places(triple)})
    return f" ({', '.join(files[:3])})" if files else ""
