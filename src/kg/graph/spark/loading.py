"""Files into tables on a cluster: parsed by the executors, which have them under the same paths.

Files of lines that are not compressed are parsed in pieces. What a syntax error says of its place it says of the whole
file: that is parsed again by the driver then.
"""

import pickle
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from kg.graph.loading import File
from kg.graph.quads import Graph
from kg.graph.spark.each import TRIED, Piece, parsing
from kg.graph.spark.engine import Spark
from kg.project import Project
from kg.source.reader import LINES, line_chunks

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_PIECE = 16 << 20  # bytes
# The columns of a canonical line. A literal has a quotation mark after its last blank, the name of a graph has none.
_PLACES = """
SELECT source, g, part[0] AS s, part[1] AS p, array_join(slice(part, 3, last - 2), ' ') AS o FROM (
  SELECT source, part, g, size(part) - CASE WHEN g IS NULL THEN 1 ELSE 2 END AS last FROM (
    SELECT source, part,
      CASE WHEN size(part) > 4 AND NOT contains(part[size(part) - 2], '"') THEN part[size(part) - 2] END AS g
    FROM (SELECT source, split(text, ' ') AS part FROM tried)))
"""


def load(graph: Graph, files: Mapping[int, File], project: Project) -> None:
    """Load files, by their numbers, into a graph on Spark. Raises what ``write_lines`` raises."""
    engine = graph.engine
    assert isinstance(engine, Spark)
    pieces = [piece for number, file in files.items() for piece in _pieces(number, file)]
    if not pieces:
        return
    batch = pa.table({"piece": pa.array([pickle.dumps(piece) for piece in pieces], pa.binary())})
    spread = engine.session.createDataFrame(batch).repartition(min(len(pieces), 10_000))
    tried = engine.computed(spread.mapInArrow(parsing(project), TRIED))
    _raise_first(tried, files, project)
    tried.createOrReplaceTempView("tried")
    engine.add("incoming", engine.session.sql(_PLACES))
    graph.settle()


def _pieces(number: int, file: File) -> list[Piece]:
    size = file.path.stat().st_size if file.path.is_file() else 0
    if file.path.suffix not in LINES or size <= _PIECE:
        return [Piece(number, file.path, file.base)]
    starts = range(0, size, _PIECE)
    return [Piece(number, file.path, file.base, (start, min(start + _PIECE, size))) for start in starts]


def _raise_first(tried: "DataFrame", files: Mapping[int, File], project: Project) -> None:
    """Raise the error of the first file that has one."""
    for source, said in sorted(tried.where("error IS NOT NULL").select("source", "error").collect()):
        file = files[source]
        if file.path.suffix in LINES:
            for _ in line_chunks(file.path, project=project, base=file.base):
                pass
        raise pickle.loads(said)
