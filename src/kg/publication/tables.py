"""The tables of a publication, for who does not read RDF: each is made by a query in ``queries/tables/``.

``data/tables/<name>.csv`` is in UTF-8, as RFC 4180 has it: a line of headers, which are the names of the columns, then
a row each, in the order of their keys. IRIs are whole.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kg.errors import QueryError
from kg.graph.bearing import Pattern
from kg.graph.build import Build
from kg.project import Project
from kg.query.catalogue import Catalogue, Query
from kg.query.columns import Column
from kg.query.local import answer

FOLDER = "data/tables/"
Row = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table: the query that made it, and its rows of cells, empty where there is nothing; ``kept`` is its file."""

    query: Query
    rows: tuple[Row, ...]
    kept: str | None = None

    @property
    def path(self) -> str:
        """The path of its file below the root of the publication."""
        return path_of(self.query)

    @property
    def key(self) -> tuple[Column, ...]:
        """The columns that tell its rows apart."""
        return tuple(column for column in self.query.columns if column.key)

    def text(self) -> str:
        """Return the whole file."""
        if self.kept is not None:
            return self.kept
        out = io.StringIO(newline="")
        writer = csv.writer(out)
        writer.writerow(column.name for column in self.query.columns)
        writer.writerows(self.rows)
        return out.getvalue()


def path_of(query: Query) -> str:
    """Return the path of the file of a table, by its query."""
    return f"{FOLDER}{query.name}.csv"


def _read_rows(text: str) -> tuple[Row, ...]:
    """Return the rows that the whole file of a table has."""
    return tuple(tuple(row) for row in csv.reader(io.StringIO(text, newline="")))[1:]


def patterns_of_tables(project: Project) -> Mapping[str, Sequence[Pattern] | None]:
    """Return what the queries of tables look for, by the paths of their files; None for anything."""
    from kg.graph.patterns import patterns  # which takes a quarter of a second to read

    queries = Catalogue.of(project).tables if project.queries.is_dir() else ()
    return {path_of(query): patterns(query.bound({}), base=project.base) for query in queries}


def tables(build: Build, *, project: Project, kept: Callable[[str], str | None] = lambda _: None) -> tuple[Table, ...]:
    """Return the tables of a build, by name; none where the project has no queries for them.

    ``kept`` gives the file that a table has still, by its path, if that is known.

    Raises QueryError, with file and line, when a query fails, a cell is not of its column's type, two rows have one
    key, a row has none, or a cell names a row of another table that is not there.
    """
    if not project.queries.is_dir():
        return ()
    catalogue = Catalogue.of(project)
    made = {}
    for query in catalogue.tables:
        text = kept(path_of(query))
        made[query.name] = _table(query, catalogue, build) if text is None else Table(query, _read_rows(text), text)
    for table in made.values():
        _check_links(table, made, project)
    return tuple(made.values())


def _table(query: Query, catalogue: Catalogue, build: Build) -> Table:
    project = catalogue.project
    found = answer(query, catalogue=catalogue, build=build)
    if found.kind != "select" or set(found.variables) != set(query.returns):
        raise _error(query, project, query.line("column"), "column must name the columns of the SELECT")

    def order(name: str) -> tuple[object, ...]:
        passage = project.evidence.locate(name)
        return (0, passage[0].iri, passage[1]) if passage else (1, name, 0)

    places = [found.variables.index(column.name) for column in query.columns]
    rows: dict[Row, Row] = {}
    for tokens in found.rows:
        cells = []
        for column, place in zip(query.columns, places, strict=True):
            cell = column.cell(tokens[place], order=order)
            if cell is None or (column.key and not cell):
                said = tokens[place] or "nothing"
                raise _error(query, project, _line(query, column), f"{column.name} is {column.type}, not {said}")
            cells.append(cell)
        key = tuple(cell for column, cell in zip(query.columns, cells, strict=True) if column.key)
        if key in rows:
            raise _error(query, project, 1, f"two rows have the key {' '.join(key)}")
        rows[key] = tuple(cells)
    return Table(query, tuple(row for _, row in sorted(rows.items())))


def _check_links(table: Table, others: Mapping[str, Table], project: Project) -> None:
    """Raise QueryError for a cell that names no row of the table that its column is of."""
    for place, column in enumerate(table.query.columns):
        if column.of is None:
            continue
        line = _line(table.query, column)
        other = others.get(column.of)
        if other is None or len(other.key) != 1:
            raise _error(table.query, project, line, f"no table {column.of} with a key of one column")
        known = {row[other.query.columns.index(other.key[0])] for row in other.rows}
        if missing := sorted({row[place] for row in table.rows if row[place]} - known):
            raise _error(table.query, project, line, f"the table {column.of} has no {missing[0]}")


def _line(query: Query, column: Column) -> int:
    return query.line("column", f"{column.name} ")


def _error(query: Query, project: Project, line: int, message: str) -> QueryError:
    return QueryError(message, file=project.relative(query.path), line=line)
