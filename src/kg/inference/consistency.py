"""Find where a graph contradicts its ontology, and say why (OWL 2 Profiles, section 4.3: the rules of ``false``)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from kg.errors import InconsistencyError
from kg.graph import literals
from kg.graph.quads import Graph
from kg.graph.terms import TYPE
from kg.inference import datatypes
from kg.inference.joins import forms
from kg.inference.owl.schema import SAME
from kg.inference.proof import Proof
from kg.inference.rules import ONE, OTHER, Denial
from kg.source.reader import Triple

_TOLD = 10
_TWO_MEMBERS = ("m0.rule = f.rule", "m1.rule = f.rule", "m0.place < m1.place")
_MOST = 1000
"""How many contradictions of one form are looked for: one is enough, and ten are told."""


@dataclass(frozen=True)
class Contradiction:
    """Triples that cannot all hold, and the rule of OWL 2 RL that says so."""

    rule: str
    triples: tuple[Triple, ...]


def check_consistency(graph: Graph, denials: Sequence[Denial], *, prove: Callable[[Triple], Proof | None]) -> None:
    """Raise InconsistencyError if the closure of ``graph`` contradicts itself by one of ``denials``.

    The error names the rules and the triples, and for each of these where files assert it, or the asserted triples
    that it follows from. ``prove`` gives the proof of a triple of the closure.
    """
    found = [*_contradictions(graph, denials), *_ill_formed(graph), *_wrong_types(graph), *_different_values(graph)]
    if not found:
        return
    told = []
    for contradiction in found[:_TOLD]:
        told.append(f"by {contradiction.rule}:")
        for triple in contradiction.triples:
            told += _reasons(triple, prove(triple), graph)
    more = [f"and {len(found) - _TOLD} more, at least"] if len(found) > _TOLD else []
    raise InconsistencyError("\n".join(["the graph contradicts its ontology", *told, *more]))


def _contradictions(graph: Graph, denials: Sequence[Denial]) -> Iterator[Contradiction]:
    _list_members(graph, denials)
    # In place of a head stand the two members of a list, if there is one: they are variables 0 and 1 then.
    bodies = [
        (i, (ONE, OTHER, ONE) if denial.members else ("?", "?", "?"), denial.body) for i, denial in enumerate(denials)
    ]
    for form in forms(graph, bodies):
        atoms = len(form.shape) - 1
        listed = form.shape[0][1] != form.shape[0][0]
        _, joined = form.join(
            ["closure"] * atoms,
            _TWO_MEMBERS if listed else (),
            beside=("member m0", "member m1") if listed else (),
            known={0: "m0.id", 1: "m1.id"} if listed else {},
        )
        columns = ", ".join(f"a{i}.{column}" for i in range(atoms) for column in "spo")
        found = graph.engine.rows(f"SELECT DISTINCT f.rule, {columns} {joined} ORDER BY ALL LIMIT {_MOST}")
        known = sorted({number for _, *ids in found for number in ids})
        tokens = dict(zip(known, graph.tokens(known), strict=True))
        for number, *ids in found:
            triples = [(tokens[s], tokens[p], tokens[o]) for s, p, o in zip(*[iter(ids)] * 3, strict=True)]
            yield Contradiction(denials[number].name, (*dict.fromkeys(triples), *denials[number].axioms))


def _list_members(graph: Graph, denials: Sequence[Denial]) -> None:
    """Make the table ``member`` of the members of the lists of denials, by the numbers of these."""
    listed = [
        (number, place, member) for number, denial in enumerate(denials) for place, member in enumerate(denial.members)
    ]
    graph.engine.run("CREATE OR REPLACE TEMP TABLE member (rule INTEGER, place INTEGER, id INTEGER)")
    if listed:
        numbers, places, members = zip(*listed, strict=True)
        graph.engine.append("member", {"rule": numbers, "place": places, "id": graph.ids(members)})


def _ill_formed(graph: Graph) -> Iterator[Contradiction]:
    # dt-not-type: a literal is not of the datatype that it says
    for s, p, o in graph.with_objects(literals.ill_formed(graph)):
        yield Contradiction("dt-not-type", ((s, p, o),))


def _wrong_types(graph: Graph) -> Iterator[Contradiction]:
    # dt-not-type: a literal is found to be of a datatype that its value is not of
    known = graph.find_all({TYPE, *datatypes.NAMES})
    kinds = ", ".join(str(number) for token, number in known.items() if token != TYPE)
    rows = graph.engine.rows(
        "SELECT DISTINCT s.token, o.token FROM closure c JOIN term s ON s.id = c.s AND starts_with(s.token, '\"') "
        f"JOIN term o ON o.id = c.o WHERE c.p = ? AND c.o IN ({kinds or 'NULL'}) "
        "AND NOT ends_with(s.token, '^^' || o.token) ORDER BY ALL",
        [known.get(TYPE)],
    )
    for literal, datatype in rows:
        if not datatypes.is_of(graph, literal, datatype):
            yield Contradiction("dt-not-type", ((literal, TYPE, datatype),))


def _different_values(graph: Graph) -> Iterator[Contradiction]:
    # dt-diff: two literals that would be the same have different values
    rows = graph.engine.rows(
        "SELECT DISTINCT s.token, o.token FROM closure c JOIN term s ON s.id = c.s AND starts_with(s.token, '\"') "
        "JOIN term o ON o.id = c.o AND starts_with(o.token, '\"') WHERE c.p = ? AND s.token < o.token ORDER BY ALL",
        [graph.find(SAME)],
    )
    for one, other in rows:
        if datatypes.differ(one, other):
            yield Contradiction("dt-diff", ((one, SAME, other),))


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
