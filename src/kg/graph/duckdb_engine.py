"""The engine in this process: DuckDB, embedded. The only module that knows it."""

import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import duckdb

from kg.errors import ResourceError, UsageError
from kg.graph.engine import Columns, Engine, Looking, Row, kind_of, quoted


@dataclass
class _Shared:
    """What the engines on one database have in common: a lock, and how many of them run many small statements."""

    lock: threading.RLock = field(default_factory=threading.RLock)
    many_small: int = 0


class DuckDB(Engine):
    """A DuckDB database.

    An engine is for one thread. ``beside`` gives one for another thread, whose temporary tables are its own.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, shared: _Shared | None = None) -> None:
        self._connection = connection
        self._shared = shared or _Shared()
        connection.execute("SET enable_progress_bar = false")  # it draws one of its own in a process without a script

    @classmethod
    def create(cls, *, memory: str | None = None, scratch: Path | None = None) -> Self:
        """Return an engine on a new database in memory.

        ``memory`` is the most that it may take, such as ``4GB``; beyond, it works on the disk, in the folder
        ``scratch``, which is the caller's to remove (default: one that goes with the engine). Raises UsageError for
        what is not an amount of memory.
        """
        folder = scratch or Path(tempfile.mkdtemp(prefix="kg-"))
        connection = duckdb.connect(
            ":memory:", config={"temp_directory": str(folder), "preserve_insertion_order": False}
        )
        engine = cls(connection)
        if scratch is None:
            weakref.finalize(engine, shutil.rmtree, folder, ignore_errors=True)
        if memory is not None:
            try:
                engine.run(f"SET memory_limit = {quoted(memory)}")
            except duckdb.Error as error:
                raise UsageError(f"not an amount of memory: {memory} (such as 4GB or 500MB)") from error
        return engine

    @classmethod
    def open(cls, file: Path) -> Self:
        """Return an engine that only reads the database in ``file``; any number of processes may.

        Raises UsageError when it is missing or not a database.
        """
        try:
            return cls(duckdb.connect(str(file), read_only=True))
        except duckdb.Error as error:
            raise UsageError(f"cannot read the tables of the build: {error}") from error

    @property
    def scratch(self) -> Path:
        """The folder for what is too large for memory, and for files on their way into tables."""
        [(folder,)] = self.rows("SELECT current_setting('temp_directory')")
        return Path(folder)

    def beside(self) -> "DuckDB":
        """Return another engine on the same database, for another thread."""
        return DuckDB(self._connection.cursor(), self._shared)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep the other engines on the database out of such blocks of theirs."""
        with self._shared.lock:
            yield

    @contextmanager
    def many_small(self) -> Iterator[None]:
        """Run many statements over few rows: without threads of the engine's own each takes two thirds of the time."""
        self._count_many_small(1)
        try:
            yield
        finally:
            self._count_many_small(-1)

    def _count_many_small(self, more: int) -> None:
        with self.alone():
            before, self._shared.many_small = self._shared.many_small, self._shared.many_small + more
            if 0 in (before, before + more):
                self.run("RESET threads" if before else "SET threads = 1")

    def run(self, sql: str, parameters: Sequence[object] = ()) -> None:
        """Run one statement. Raises ResourceError when the memory limit or the disk is too small for it."""
        self._execute(sql, parameters)

    def make(self, table: str, select: str) -> int:
        """Make a temporary table of the rows of a SELECT, instead of one of that name; return how many they are."""
        return self.count(f"CREATE OR REPLACE TEMP TABLE {table} AS {select}")

    def insert_difference(self, table: str, select: str, *, key: str) -> int:
        """Insert the rows of a SELECT whose key the table lacks; return how many they are."""
        # By themselves, so that the engine knows how many there are; and looked up among those of their predicates.
        self.make("fresh", select)
        known = f"SELECT {', '.join(key)} FROM {table} WHERE p IN (SELECT DISTINCT p FROM fresh)"
        same = " AND ".join(f"k.{column} = c.{column}" for column in key)
        return self.count(
            f"INSERT INTO {table} SELECT c.* FROM fresh c WHERE NOT EXISTS (SELECT 1 FROM ({known}) k WHERE {same})"
        )

    def is_empty(self, table: str) -> bool:
        """Tell whether a table has no rows."""
        return not self.rows(f"SELECT 1 FROM {table} LIMIT 1")

    def look_at_each(self, table: str, select: str, look: Looking) -> None:
        """Insert into a table what ``look`` makes of the rows of a SELECT."""
        self.run(f"INSERT INTO {table} {look(self, select)}")

    def looked_at(self, rows: Any, look: Looking) -> Any:
        """Return what ``look`` makes of rows; they come and go as tables of Arrow."""
        self._connection.register("arrow", rows)
        try:
            return self._connection.sql(look(self, "SELECT * FROM arrow")).to_arrow_table()
        finally:
            self._connection.unregister("arrow")

    def takes(self, expression: str) -> bool:
        """Return whether ``regexp_matches`` takes a regular expression."""
        try:
            self.rows("SELECT regexp_matches('', ?)", [expression])
        except duckdb.InvalidInputException:
            return False
        return True

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Return the rows of a query. Raises ResourceError as ``run`` does."""
        return self._execute(sql, parameters).fetchall()

    def lines(self, select: str) -> str:
        """Return the rows of a SELECT (text) as lines."""
        [(text,)] = self.rows(f"SELECT coalesce(string_agg(text, chr(10)), '') FROM ({select})")
        return str(text)

    @contextmanager
    def given(self, columns: Columns) -> Iterator[str]:
        """Yield the name of a table of these columns, to read while the block lasts; an empty one is of strings."""
        self.run(f"CREATE OR REPLACE TEMP TABLE given AS {_unnested(columns)}", _lists(columns))
        yield "given"

    def append(self, table: str, columns: Columns) -> None:
        """Append rows, given column by column, to ``table``."""
        if any(columns.values()):
            self.run(f"INSERT INTO {table} ({', '.join(columns)}) {_unnested(columns)}", _lists(columns))

    def read_lines(self, file: Path, *, select: str, into: str, longest: int = 1 << 25) -> bool:
        """Insert into a table what ``select`` says of ``{lines}``, a table (text) of the lines of a text file.

        The file may be compressed, by gzip or zstd. It is read by parts of ``longest`` bytes side by side. Return
        False, with nothing inserted, when it is not text in UTF-8, when it has a line that is longer, or when the
        SELECT refuses a line by ``error()``.
        """
        lines = (
            f"(SELECT text FROM read_csv({quoted(str(file))}, columns = {{'text': 'VARCHAR'}}, auto_detect = false, "
            "header = false, delim = '\x01', quote = '', escape = '', comment = '', strict_mode = false, "
            f"max_line_size = {longest}, buffer_size = {longest}) WHERE text IS NOT NULL)"
        )
        try:
            self.run(f"INSERT INTO {into} {select.replace('{lines}', lines)}")
        except duckdb.InvalidInputException:
            return False
        return True

    def write_lines(self, select: str, file: Path) -> int:
        """Write the rows of a SELECT to a file, a line each, a blank between columns; return how many they are.

        No value may be empty.
        """
        options = "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER ' ')"
        return self.count(f"COPY ({select}) TO {quoted(str(file))} {options}")

    @contextmanager
    def saved(self, file: Path) -> Iterator[str]:
        """Write the database, temporary tables aside, to a new file; yield its name, to change it before it closes."""
        self.run(f"ATTACH {quoted(str(file))} AS saved")
        self.run("COPY FROM DATABASE memory TO saved")
        yield "saved"
        self.run("DETACH saved")

    def restore(self, file: Path, *, name: str) -> None:
        """Copy into this database, which must be empty, what ``saved`` wrote; the file stays to be read under ``name``.

        Raises UsageError when it is missing or not a database.
        """
        try:
            self.run(f"ATTACH {quoted(str(file))} AS {name} (READ_ONLY)")
            self.run(f"COPY FROM DATABASE {name} TO memory")
        except duckdb.Error as error:
            raise UsageError(f"cannot read the tables of the build: {error}") from error

    def interrupt(self) -> None:
        """Stop the statement that runs, in another thread, if one does; it raises KeyboardInterrupt there."""
        self._connection.interrupt()

    def close(self) -> None:
        """Close the database; a file is then whole on disk."""
        self._connection.close()

    def _execute(self, sql: str, parameters: Sequence[object]) -> duckdb.DuckDBPyConnection:
        with self._told():
            return self._connection.execute(sql, list(parameters))

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell the errors of DuckDB as ours."""
        try:
            yield
        except duckdb.OutOfMemoryException as error:
            limit = self._connection.execute("SELECT current_setting('memory_limit')").fetchall()[0][0]
            raise ResourceError(f"{limit} of memory are too few for this graph: {_first(error)}") from error
        except (duckdb.InterruptException, RuntimeError) as error:
            if isinstance(error, duckdb.Error) or str(error) == "Query interrupted":
                raise KeyboardInterrupt from None
            raise
        except duckdb.IOException as error:
            if "space" in str(error).lower():
                raise ResourceError(f"the disk is full: {_first(error)}") from error
            raise


def _unnested(columns: Columns) -> str:
    """Return the SELECT of columns that are given as parameters, in lists."""
    return "SELECT " + ", ".join(f"unnest(?::{kind_of(values)}[]) AS {name}" for name, values in columns.items())


def _lists(columns: Columns) -> list[list[object]]:
    return [list(values) for values in columns.values()]


def _first(error: Exception) -> str:
    return str(error).splitlines()[0]
