"""What executors do with rows one by one: parse files, and look into literals as DuckDB does.

Executors import this module: the program is installed there too. Rows come and go as batches of Arrow.
"""

import pickle
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from tempfile import NamedTemporaryFile

import pyarrow as pa

from kg.errors import KgError
from kg.graph.duckdb_engine import DuckDB
from kg.graph.engine import Looking
from kg.graph.spark.inputs import suffixes
from kg.project import Project
from kg.source.reader import chunks_of, line_chunks

TRIED = "source bigint, text string, error binary"
"""The columns of lines: the number of their file, and a line of canonical N-Quads, or the error that ended the file."""


@dataclass(frozen=True)
class Piece:
    """A file to parse, or of its lines those that begin between two places."""

    number: int
    path: Path
    base: str | None = None
    part: tuple[int, int] | None = None


def looking(look: Looking) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Return what makes of batches of rows those that ``look`` makes of them."""

    def looked_at(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        engine = _engine()
        for batch in batches:
            if batch.num_rows:
                yield from engine.looked_at(pa.Table.from_batches([batch]), look).to_batches()

    return looked_at


def matches(texts: pa.Array, expressions: pa.Array) -> pa.Array:
    """Return for each text whether it matches the regular expression, one for all, as DuckDB does."""
    if not len(texts):
        return pa.array([], pa.bool_())
    [expression] = set(expressions.to_pylist())
    rows = pa.table({"text": texts})
    literal = "'" + expression.replace("'", "''") + "'"
    found = _engine().looked_at(rows, lambda _, rows: f"SELECT regexp_matches(text, {literal}) AS found FROM ({rows})")
    return found.column("found").combine_chunks()


def parsing(project: Project) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Return what makes of batches (piece), pickled, the lines that these say."""

    def parsed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for said in batch.column(0).to_pylist():
                yield from _lines(pickle.loads(said), project)

    return parsed


def parsing_lines(uris: Mapping[int, str]) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Return what makes of batches (source, text) of lines of N-Triples or N-Quads the lines that these say.

    ``uris`` are the files by their numbers.
    """

    def parsed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            sources, texts = (column.to_pylist() for column in batch.columns)
            for source, some in groupby(zip(sources, texts, strict=True), key=itemgetter(0)):
                lines = b"\n".join(text for _, text in some)
                yield from _tried(source, chunks_of(lines, name=uris[source]))

    return parsed


def parsing_whole(
    uris: Mapping[int, str], project: Project
) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """Return what makes of batches (source, content) of whole files the lines that these say."""

    def parsed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for source, content in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                uri = uris[source]
                with NamedTemporaryFile(suffix=suffixes(uri)) as file:
                    file.write(content)
                    file.flush()
                    yield from _tried(source, line_chunks(Path(file.name), project=project, base=uri, name=uri))

    return parsed


def _lines(piece: Piece, project: Project) -> Iterator[pa.RecordBatch]:
    return _tried(piece.number, line_chunks(piece.path, project=project, base=piece.base, part=piece.part))


def _tried(number: int, chunks: Iterator[bytes]) -> Iterator[pa.RecordBatch]:
    """Yield the lines of a file, by its number, and the error that ends it, if one does."""
    try:
        for text in chunks:
            yield _batch(number, text[:-1].decode().split("\n"))
    except KgError as error:
        yield _batch(number, [], error=pickle.dumps(error))


def _batch(number: int, lines: list[str], *, error: bytes | None = None) -> pa.RecordBatch:
    rows = max(len(lines), error is not None)
    texts: list[str | None] = [*lines] or [None] * rows
    columns = [
        pa.array([number] * rows, pa.int64()),
        pa.array(texts, pa.string()),
        pa.array([error] * rows, pa.binary()),
    ]
    return pa.record_batch(columns, names=["source", "text", "error"])


@cache
def _engine() -> DuckDB:
    return DuckDB.create(memory="1GB")
