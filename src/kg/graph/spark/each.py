"""What executors do with rows one by one: parse files, and look into literals as DuckDB does.

Executors import this module: the program is installed there too. Rows come and go as batches of Arrow.
"""

import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyarrow as pa

from kg.errors import KgError
from kg.graph.duckdb_engine import DuckDB
from kg.graph.engine import Looking
from kg.project import Project
from kg.source.reader import line_chunks

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


def _lines(piece: Piece, project: Project) -> Iterator[pa.RecordBatch]:
    try:
        for text in line_chunks(piece.path, project=project, base=piece.base, part=piece.part):
            yield _batch(piece.number, text[:-1].decode().split("\n"))
    except KgError as error:
        yield _batch(piece.number, [], error=pickle.dumps(error))


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
