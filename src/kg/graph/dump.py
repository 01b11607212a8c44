"""Write a graph as N-Quads: the merged default graph, then the named graphs, then what is inferred.

Each of the three parts is in the bytewise order of its lines and holds no line twice, so that the same
graph gives the same bytes. The merged default graph is the union of the graphs of role ``data`` and of the
published inferred triples; shapes are in their named graphs only.
"""

from dataclasses import dataclass
from pathlib import Path

from kg.graph.engine import quoted
from kg.graph.quads import Graph
from kg.graph.terms import iri

# Lines are sorted by the ranks of their terms. It is the order of their bytes: a token is never the beginning
# of another, but for "x" and "x"@fr or _:b1 and _:b10, whose next character is greater than the space.
_LINES = """
WITH part AS (
    SELECT 0 AS part, s, p, o, NULL AS g FROM closure WHERE round = 0
    UNION ALL SELECT 0, s, p, o, NULL FROM inferred
    UNION ALL SELECT 1, s, p, o, g FROM named
    UNION ALL SELECT 2, s, p, o, NULL FROM inferred
), ranked AS (
    SELECT id, token, row_number() OVER (ORDER BY token) AS rank FROM term
)
SELECT s.token || ' ' || p.token || ' ' || o.token
    || CASE part WHEN 0 THEN '' WHEN 1 THEN ' ' || g.token ELSE ' {graph}' END || ' .' AS line
FROM part JOIN ranked s ON s.id = part.s JOIN ranked p ON p.id = part.p JOIN ranked o ON o.id = part.o
LEFT JOIN ranked g ON g.id = part.g
ORDER BY part, s.rank, p.rank, o.rank, g.rank
"""


@dataclass(frozen=True)
class Counts:
    """How many lines of a dump are in the default graph, in the named graphs of files, and in that of inferences."""

    default: int
    named: int
    inferred: int


def write_nquads(graph: Graph, *, inferred_graph: str, out: Path) -> Counts:
    """Write the whole graph to ``out`` as N-Quads, sorted, and return how many lines each part has.

    ``inferred_graph`` is the IRI of the graph of the published inferred triples. The engine sorts and
    writes, out of core when it must. Raises OSError when ``out`` cannot be written.
    """
    engine = graph.engine
    out.open("wb").close()
    engine.run(
        "CREATE OR REPLACE TEMP TABLE named AS "
        "SELECT DISTINCT q.s, q.p, q.o, q.g FROM quad q JOIN term g ON g.id = q.g WHERE g.token <> ''"
    )
    engine.run(
        f"COPY ({_LINES.replace('{graph}', quoted(iri(inferred_graph))[1:-1])}) TO {quoted(str(out))} "
        "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01')"
    )
    inferred = engine.count("SELECT count(*) FROM inferred")
    named = engine.count("SELECT count(*) FROM named")
    engine.run("DROP TABLE named")
    return Counts(
        default=engine.count("SELECT count(*) FROM closure WHERE round = 0") + inferred, named=named, inferred=inferred
    )
