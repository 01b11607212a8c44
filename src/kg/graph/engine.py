"""The relational engine: DuckDB, embedded. The only module that knows it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import duckdb
import pyarrow as pa

from kg.errors import UsageError

Row = tuple[Any, ...]


class Engine:
    """A DuckDB database: run statements, read rows, append columns of integers and strings."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    @classmethod
    def create(cls) -> Self:
        """Return an engine on a new database in memory."""
        return cls(duckdb.connect(":memory:"))

    @classmethod
    def open(cls, file: Path) -> Self:
        """Return an engine that only reads the database in ``file``; any number of processes may.

        Raises UsageError when it is missing or not a database.
        """
        try:
            return cls(duckdb.connect(str(file), read_only=True))
        except duckdb.Error as error:
            raise UsageError(f"cannot read the tables of the build: {error}") from error

    @contextmanager
    def many_small(self) -> Iterator[None]:
        """Run many statements over few rows: without threads each takes two thirds of the time."""
        self._connection.execute("SET threads = 1")
        try:
            yield
        finally:
            self._connection.execute("RESET threads")

    def run(self, sql: str, parameters: Sequence[object] = ()) -> None:
        """Run one statement."""
        self._connection.execute(sql, list(parameters))

    def make(self, table: str, select: str) -> int:
        """Make a temporary table of the rows of a SELECT, instead of one of that name; return how many they are."""
        return self.count(f"CREATE OR REPLACE TEMP TABLE {table} AS {select}")

    def takes(self, expression: str) -> bool:
        """Return whether ``regexp_matches`` takes a regular expression."""
        try:
            self.rows("SELECT regexp_matches('', ?)", [expression])
        except duckdb.InvalidInputException:
            return False
        return True

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Return the rows of a query."""
        return self._connection.execute(sql, list(parameters)).fetchall()

    def count(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Return the one integer that a query gives."""
        return int(self.rows(sql, parameters)[0][0])

    def append(self, table: str, columns: Mapping[str, Sequence[int | None] | Sequence[int] | Sequence[str]]) -> None:
        """Append rows, given column by column, to ``table``."""
        arrow = pa.table({name: pa.array(values) for name, values in columns.items()})
        self._connection.register("_appended", arrow)
        self._connection.execute(f"INSERT INTO {table} ({', '.join(columns)}) SELECT * FROM _appended")
        self._connection.unregister("_appended")

    def save(self, file: Path) -> None:
        """Write the database, temporary tables aside, to a new file."""
        quoted = str(file).replace("'", "''")
        self._connection.execute(f"ATTACH '{quoted}' AS saved")
        self._connection.execute("COPY FROM DATABASE memory TO saved")
        self._connection.execute("DETACH saved")

    def close(self) -> None:
        """Close the database; a file is then whole on disk."""
        self._connection.close()
