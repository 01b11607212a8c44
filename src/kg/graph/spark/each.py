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
from kg.graph.loading import SELECT_LINES
from kg.project import Project
from kg.source.reader import line_chunks

TRIED = "source bigint, g string, s string, p string, o string, error binary"
"""The columns of what files say: the number of the file, and a quad, or the error that ended the file."""


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
    """Return what makes of batches (piece), pickled, the quads that these say."""

    def parsed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for said in batch.column(0).to_pylist():
                yield from _lines(pickle.loads(said), project)

    return parsed


def _lines(piece: Piece, project: Project) -> Iterator[pa.RecordBatch]:
    try:
        for text in line_chunks(piece.path, project=project, base=piece.base, part=piece.part):
            lines = text[:-1].decode().split("\n")
            rows = pa.table({"source": pa.array([piece.number] * len(lines), pa.int64()), "text": lines})
            apart = _engine().looked_at(rows, lambda _, rows: SELECT_LINES.replace("{lines}", f"({rows})"))
            yield from apart.append_column("error", pa.nulls(len(lines), pa.binary())).to_batches()
    except KgError as error:
        values = [piece.number, None, None, None, None, pickle.dumps(error)]
        kinds = [pa.int64(), *[pa.string()] * 4, pa.binary()]
        columns = [pa.array([value], kind) for value, kind in zip(values, kinds, strict=True)]
        yield pa.record_batch(columns, names=["source", "g", "s", "p", "o", "error"])


@cache
def _engine() -> DuckDB:
    return DuckDB.create(memory="1GB")
