"""Count a finished graph as VoID does: by class, by property and by named graph (W3C note VoID, section 4)."""

from dataclasses import dataclass

from kg.graph.build import Build
from kg.graph.quads import Graph
from kg.graph.terms import TYPE
from kg.lookup.usage import PropertyUse

_MERGED = """
CREATE OR REPLACE TEMP TABLE merged AS
SELECT s, p, o FROM closure WHERE round = 0 UNION ALL SELECT s, p, o FROM inferred
"""
_TOTALS = "SELECT count(*), count(DISTINCT s), count(DISTINCT o) FROM merged"
_ENTITIES = "SELECT count(DISTINCT m.s) FROM merged m JOIN term s ON s.id = m.s WHERE starts_with(s.token, ?)"
_CLASSES = """
SELECT o.token, count(DISTINCT m.s) FROM merged m JOIN term p ON p.id = m.p JOIN term o ON o.id = m.o
WHERE p.token = ? AND o.token LIKE '<%' GROUP BY o.token ORDER BY o.token
"""
_PROPERTIES = """
SELECT p.token, count(*), count(DISTINCT m.s), count(DISTINCT m.o) FROM merged m JOIN term p ON p.id = m.p
GROUP BY p.token ORDER BY p.token
"""
_GRAPHS = """
SELECT g.token, count(*) FROM (SELECT DISTINCT g, s, p, o FROM quad) q JOIN term g ON g.id = q.g
WHERE g.token <> '' GROUP BY g.token ORDER BY g.token
"""
_USES = f"""
SELECT token, n FROM (SELECT {{term}} AS id, count(*) AS n FROM ({Graph.UNION}) {{where}} GROUP BY {{term}})
JOIN term USING (id) WHERE token LIKE '<%' ORDER BY token
"""


@dataclass(frozen=True)
class Statistics:
    """What a graph holds: totals and uses in the merged graph, and triples of each named graph; keys are IRIs.

    ``entities`` are the subjects below the base IRI; ``classes`` gives the instances of each named class.
    """

    triples: int
    entities: int
    subjects: int
    objects: int
    classes: dict[str, int]
    properties: dict[str, PropertyUse]
    graphs: dict[str, int]


def count(build: Build, *, base: str, inferred_graph: str) -> Statistics:
    """Return the statistics of ``build``; entities are the subjects whose IRI begins with ``base``."""
    engine = build.graph.engine
    engine.run(_MERGED)
    triples, subjects, objects = engine.rows(_TOTALS)[0]
    graphs = {graph[1:-1]: n for graph, n in engine.rows(_GRAPHS)}
    if inferred := engine.count("SELECT count(*) FROM inferred"):
        graphs[inferred_graph] = graphs.get(inferred_graph, 0) + inferred
    statistics = Statistics(
        triples=triples,
        entities=engine.count(_ENTITIES, [f"<{base}"]),
        subjects=subjects,
        objects=objects,
        classes={name[1:-1]: n for name, n in engine.rows(_CLASSES, [TYPE])},
        properties={name[1:-1]: PropertyUse(*numbers) for name, *numbers in engine.rows(_PROPERTIES)},
        graphs=graphs,
    )
    engine.run("DROP TABLE merged")
    return statistics


def uses(build: Build) -> tuple[dict[str, int], dict[str, int]]:
    """Return the instances of each named class and the triples of each property, in the merged graph of ``build``."""
    engine = build.graph.engine
    classes = engine.rows(_USES.format(term="o", where="WHERE p = (SELECT id FROM term WHERE token = ?)"), [TYPE])
    properties = engine.rows(_USES.format(term="p", where=""))
    return {name[1:-1]: n for name, n in classes}, {name[1:-1]: n for name, n in properties}
