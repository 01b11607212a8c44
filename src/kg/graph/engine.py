"""What the tables of a graph are in: a relational engine, which takes the SQL that DuckDB takes.

``kg.graph.duckdb_engine`` is embedded and the one that every command reads with; ``kg.graph.spark`` takes the same
statements to a cluster.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kg.graph.duckdb_engine import DuckDB

Row = tuple[Any, ...]
Columns = Mapping[str, Sequence[int | None] | Sequence[str | None] | Sequence[int] | Sequence[str]]
"""Rows given column by column."""
Looking = Callable[["DuckDB", str], str]
"""What makes the SELECT of rows, with DuckDB, of the rows of another SELECT, each by itself."""


class Engine(ABC):
    """A relational engine: run statements, read rows, append columns of integers and strings."""

    hashed: str | None = None
    """The SQL of the id of a ``{token}``, where ids follow from tokens; else they are numbered as they come."""
    sorts_texts = False
    """Whether texts are sorted as they are; else by the ranks of the terms that they are of."""

    @property
    @abstractmethod
    def scratch(self) -> Path:
        """The folder for files on their way in or out."""

    @abstractmethod
    def beside(self) -> "Engine":
        """Return another engine on the same tables, for another thread, whose temporary tables are its own."""

    @abstractmethod
    def alone(self) -> AbstractContextManager[None]:
        """Keep the other engines on the same tables out of such blocks of theirs."""

    @abstractmethod
    def many_small(self) -> AbstractContextManager[None]:
        """Run many statements over few rows."""

    @abstractmethod
    def run(self, sql: str, parameters: Sequence[object] = ()) -> None:
        """Run one statement. Raises ResourceError when memory or the disk are too small for it."""

    @abstractmethod
    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Return the rows of a query. Raises ResourceError as ``run`` does."""

    @abstractmethod
    def make(self, table: str, select: str) -> int:
        """Make a temporary table of the rows of a SELECT, instead of one of that name; return how many they are."""

    def define(self, table: str, select: str) -> None:
        """Make a temporary table as ``make`` does, where nobody asks how many rows it has."""
        self.make(table, select)

    @abstractmethod
    def insert_difference(self, table: str, select: str, *, key: str) -> int:
        """Insert the rows of a SELECT but those whose ``key`` the table has already; return how many they are.

        ``key`` are columns of one letter, a predicate ``p`` among them. The SELECT has no key twice.
        """

    @abstractmethod
    def is_empty(self, table: str) -> bool:
        """Tell whether a table has no rows; an engine to which it costs much may say no."""

    @abstractmethod
    def look_at_each(self, table: str, select: str, look: Looking) -> None:
        """Insert into a table what ``look`` makes of the rows of a SELECT, each by itself."""

    @abstractmethod
    def takes(self, expression: str) -> bool:
        """Return whether ``regexp_matches`` takes a regular expression."""

    @abstractmethod
    def lines(self, select: str) -> str:
        """Return the rows of a SELECT (text) as lines, without the end of the last.

        Raises ResourceError when there are more than one process should hold.
        """

    @abstractmethod
    def write_lines(self, select: str, file: Path) -> int:
        """Write the rows of a SELECT to a file, a line each, a blank between columns; return how many they are.

        No value may be empty.
        """

    @abstractmethod
    def given(self, columns: Columns) -> AbstractContextManager[str]:
        """Yield the name of a table of these columns, to read while the block lasts; an empty one is of strings."""

    def count(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Return the one integer that a query gives."""
        return int(self.rows(sql, parameters)[0][0])

    def append(self, table: str, columns: Columns) -> None:
        """Append rows, given column by column, to ``table``."""
        if not any(columns.values()):
            return
        with self.given(columns) as given:
            self.run(f"INSERT INTO {table} ({', '.join(columns)}) SELECT * FROM {given}")

    @abstractmethod
    def interrupt(self) -> None:
        """Stop the statement that runs, in another thread, if one does; it raises KeyboardInterrupt there."""

    def finish(self) -> None:  # noqa: B027 -- what is on one machine is whole when its file is
        """Say that what lasts is whole, where that has to be said."""

    @abstractmethod
    def close(self) -> None:
        """Close the tables."""


def quoted(text: str) -> str:
    """Return a text as a string of SQL."""
    return "'" + text.replace("'", "''") + "'"


def kind_of(values: Sequence[object]) -> str:
    """Return the type, of SQL, of a column of integers or strings."""
    return "INTEGER" if any(isinstance(value, int) for value in values) else "VARCHAR"


@contextmanager
def nothing() -> Iterator[None]:
    """Do nothing around a block."""
    yield
