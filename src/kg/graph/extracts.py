"""What a finished graph says of some subjects, and of its blank nodes, in each of the parts that it is published in."""

from collections.abc import Collection
from dataclasses import dataclass

from kg.graph.quads import Graph
from kg.source.reader import Quad, Triple

_LOOKED = """
SELECT id, starts_with(token, '_:') AS blank FROM term
WHERE starts_with(token, '_:') OR token IN (SELECT token FROM {given})
"""
# The few rows are chosen before their terms are looked for.
_ABOUT = """
WITH t AS MATERIALIZED (
  SELECT DISTINCT g, s, p, o FROM ({rows})
  WHERE s IN (SELECT id FROM looked) OR o IN (SELECT id FROM looked WHERE blank)
)
SELECT coalesce(g.token, ''), s.token, p.token, o.token FROM t LEFT JOIN term g ON g.id = t.g
JOIN term s ON s.id = t.s JOIN term p ON p.id = t.p JOIN term o ON o.id = t.o
"""
_GRAPHS = "SELECT DISTINCT g.token FROM quad q JOIN term g ON g.id = q.g WHERE g.token <> '' ORDER BY 1"


@dataclass(frozen=True)
class Said:
    """The triples that have some subjects, or a blank node: the merged graph, what is asserted of it, named graphs."""

    merged: Collection[Triple]
    asserted: Collection[Triple]
    named: Collection[Quad]


def extract(graph: Graph, subjects: Collection[str], *, inferred_graph: str) -> Said:
    """Return what is said of subjects, by their tokens; ``inferred_graph`` is the token of that which is inferred."""
    engine = graph.engine
    with engine.given({"token": sorted(subjects)}) as given:
        engine.make("looked", _LOOKED.format(given=given))

    def about(rows: str) -> list[Quad]:
        return engine.rows(_ABOUT.format(rows=rows))

    def of_no_graph(rows: str) -> list[Triple]:
        return [(s, p, o) for _, s, p, o in about(f"SELECT NULL::INTEGER AS g, * FROM ({rows})")]

    merged, asserted = of_no_graph(Graph.UNION), of_no_graph("SELECT s, p, o FROM closure WHERE round = 0")
    inferred = ((inferred_graph, *triple) for triple in of_no_graph("SELECT s, p, o FROM inferred"))
    named = (quad for quad in about("SELECT g, s, p, o FROM quad") if quad[0])
    return Said(merged, asserted, [*named, *inferred])


def graphs(graph: Graph, *, inferred_graph: str) -> list[str]:
    """Return the tokens of the named graphs, sorted, that of what is inferred last, where it has nothing else."""
    names = [token for (token,) in graph.engine.rows(_GRAPHS)]
    if inferred_graph not in names and graph.engine.count("SELECT count(*) FROM inferred"):
        names.append(inferred_graph)
    return names
