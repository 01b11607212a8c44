"""Files into tables on a cluster: parsed by the executors.

The files of the project are there under the same paths; those of lines that are not compressed are parsed in pieces.
Data by their URIs are read by Spark: files of lines in pieces, others whole. What a syntax error says of its place it
says of the whole file: that is parsed again by the driver then.
"""

import pickle
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING

import pyarrow as pa

from kg.graph.loading import File, source_of
from kg.graph.quads import Graph, Source
from kg.graph.spark.each import TRIED, Piece, parsing, parsing_lines, parsing_whole
from kg.graph.spark.engine import Spark
from kg.graph.spark.failures import told
from kg.graph.spark.inputs import Datum, as_path, fetch
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


@told()
def load(graph: Graph, files: Iterable[File], *, project: Project, data: Sequence[Datum] = ()) -> None:
    """Load files, and data by their URIs, into a graph on Spark, and merge what is data into its closure.

    Raises what ``load_files`` raises.
    """
    engine = graph.engine
    assert isinstance(engine, Spark)
    here = dict(enumerate(files, graph.next_source()))
    there = dict(enumerate(data, graph.next_source() + len(here)))
    graph.add_sources(source_of(number, file, project) for number, file in here.items())
    graph.add_sources(Source(number, datum.uri, "data", datum.home(project)) for number, datum in there.items())
    frames = [*_of_project(engine, here, project), *_of_uris(engine, there, project)]
    if frames:
        tried = engine.computed(reduce(lambda one, other: one.unionAll(other), frames))
        _raise_first(engine, tried, here, there, project)
        tried.createOrReplaceTempView("tried")
        engine.add("incoming", engine.session.sql(_PLACES))
        graph.settle()
    graph.merge()


def _of_project(engine: Spark, files: Mapping[int, File], project: Project) -> "list[DataFrame]":
    """Return the frame (source, text, error) of the lines of files, by their numbers, if there are any."""
    pieces = [piece for number, file in files.items() for piece in _pieces(number, file)]
    if not pieces:
        return []
    batch = pa.table({"piece": pa.array([pickle.dumps(piece) for piece in pieces], pa.binary())})
    spread = engine.session.createDataFrame(batch).repartition(min(len(pieces), 10_000))
    return [spread.mapInArrow(parsing(project), TRIED)]


def _of_uris(engine: Spark, data: Mapping[int, Datum], project: Project) -> "list[DataFrame]":
    """Return the frames (source, text, error) of the lines of data, by their numbers, if there are any."""
    from pyspark.sql.functions import broadcast, col

    if not data:
        return []
    uris = {number: datum.uri for number, datum in data.items()}
    known = pa.table({"uri": pa.array(uris.values(), pa.string()), "source": pa.array(uris, pa.int64())})
    numbers = broadcast(engine.session.createDataFrame(known))
    lines, whole = ([as_path(datum) for datum in data.values() if datum.of_lines == so] for so in (True, False))
    frames = []
    # As the listing of the files says it; and a line is what ends with LF, a CR before it is blank.
    address = "regexp_replace({}, '^file:/+', 'file:///') AS uri"
    if lines:
        text = engine.session.read.option("lineSep", "\n").text(lines)
        text = text.selectExpr("CAST(value AS binary) AS text", address.format("_metadata.file_path"))
        numbered = text.join(numbers, "uri", "left").select("source", "text")
        frames.append(numbered.mapInArrow(parsing_lines(uris), TRIED))
    if whole:
        files = engine.session.read.format("binaryFile").load(whole)
        files = files.selectExpr("content", address.format("_metadata.file_path"))
        numbered = files.join(numbers, "uri", "left").select("source", "content")
        frames.append(numbered.repartition(len(whole), col("source")).mapInArrow(parsing_whole(uris, project), TRIED))
    return frames


def _pieces(number: int, file: File) -> list[Piece]:
    size = file.path.stat().st_size if file.path.is_file() else 0
    if file.path.suffix not in LINES or size <= _PIECE:
        return [Piece(number, file.path, file.base)]
    starts = range(0, size, _PIECE)
    return [Piece(number, file.path, file.base, (start, min(start + _PIECE, size))) for start in starts]


def _raise_first(
    engine: Spark, tried: "DataFrame", files: Mapping[int, File], data: Mapping[int, Datum], project: Project
) -> None:
    """Raise the error of the first file that has one."""
    for source, said in sorted(tried.where("error IS NOT NULL").select("source", "error").collect()):
        if source in data:
            if data[source].of_lines:
                path = fetch(engine.session, data[source], engine.scratch)
                for _ in line_chunks(path, project=project, name=data[source].uri):
                    pass
        elif files[source].path.suffix in LINES:
            for _ in line_chunks(files[source].path, project=project, base=files[source].base):
                pass
        raise pickle.loads(said)
