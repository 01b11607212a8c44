"""The tables of a cluster as those of one machine: what every other command reads."""

from pathlib import Path

from kg.graph.duckdb_engine import DuckDB
from kg.graph.engine import quoted
from kg.graph.quads import Graph
from kg.graph.spark.engine import Spark

_DENSE = "CREATE TEMP TABLE dense AS SELECT id, row_number() OVER (ORDER BY token) - 1 AS number, token FROM {term}"
_TABLES = {
    "source": "SELECT id, path, role, home FROM {source}",
    "term": "SELECT number, token FROM dense",
    "quad": "SELECT g.number, s.number, p.number, o.number, q.source FROM {quad} q JOIN dense g ON g.id = q.g "
    "JOIN dense s ON s.id = q.s JOIN dense p ON p.id = q.p JOIN dense o ON o.id = q.o",
    "closure": "SELECT s.number, p.number, o.number, c.rule, c.round FROM {closure} c "
    "JOIN dense s ON s.id = c.s JOIN dense p ON p.id = c.p JOIN dense o ON o.id = c.o",
}


def tables_of(graph: Graph) -> Graph:
    """Return the same graph in tables of this machine, ids numbered in the order of terms.

    Raises ResourceError when the disk is too small for them.
    """
    engine = graph.engine
    assert isinstance(engine, Spark)
    engine.commit()
    folder = engine.scratch / "tables"
    lasting = {name: _parquet(engine.fetched_files(name, folder / name)) for name in _TABLES}
    found = Graph.create()
    assert isinstance(found.engine, DuckDB)
    found.engine.run(_DENSE.format(**lasting))
    for name, select in _TABLES.items():
        found.engine.run(f"INSERT INTO {name} {select.format(**lasting)}")
    return found


def _parquet(files: list[Path]) -> str:
    return f"read_parquet([{', '.join(quoted(str(file)) for file in files)}])"
