"""What the query of a picture finds, to be drawn."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kg.errors import QueryError, ResourceError
from kg.graph.store import Solutions, read_results
from kg.query.catalogue import Query
from kg.query.lint import picture_faults
from kg.service.collation import key
from kg.service.names import Names, Shown
from kg.service.site import Site

MOST = 5000
"""How many rows a picture may have."""
Row = Mapping[str, str]
"""The tokens of a row by column; a column that is unbound is left out."""


@dataclass(frozen=True)
class Rows:
    """The rows of a picture, in the order of its query; ``keys`` are short names of things, for marks and scripts."""

    columns: tuple[str, ...]
    rows: Sequence[Row]
    keys: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, found: Solutions) -> "Rows":
        """Return solutions as rows, what they name numbered in the order in which it is named."""
        rows = [
            {name: token for name, token in zip(found.variables, row, strict=True) if token is not None}
            for row in found.rows
        ]
        keys: dict[str, str] = {}
        for row in rows:
            for token in row.values():
                keys.setdefault(token, f"k{len(keys)}")
        return cls(found.variables, rows, keys)


def read_rows(query: Query, site: Site) -> Rows:
    """Return the rows of a picture. Raises QueryError, with file and line, when they cannot be drawn."""
    file = site.project.relative(query.path)
    for line, message in picture_faults(query):
        raise QueryError(message, file=file, line=line)
    found = read_results(_ask(query, site, "json"))
    assert isinstance(found, Solutions)
    if {*found.variables} != {*query.returns}:
        columns = ", ".join(found.variables)
        raise QueryError(f"returns must name the columns: {columns}", file=file, line=query.line("returns"))
    return Rows.of(found)


def write_csv(query: Query, site: Site) -> bytes:
    """Return the rows of a picture as SPARQL 1.1 results in CSV. Raises QueryError when there are too many."""
    return _ask(query, site, "csv")


def _ask(query: Query, site: Site, format: str) -> bytes:
    """Return the answer of a query in a format of results; no more is read than a picture may have."""
    project, out = site.project, io.BytesIO()
    try:
        with site.build.store.find(query.text, prefixes=project.prefixes, base=project.base) as found:
            found.write(out, format=format, prefixes=project.prefixes, most=MOST)
    except (QueryError, ResourceError) as error:
        raise QueryError(error.message, file=project.relative(query.path), line=error.line) from error
    return out.getvalue()


def by_name(tokens: Iterable[str], names: Names) -> list[str]:
    """Return things in the order of their names."""
    return sorted(tokens, key=lambda token: (key(names.shown(token).text), token))


def shortened(shown: Shown, most: int) -> str:
    """Return the text of a name, cut to some number of characters."""
    return shown.text if len(shown.text) <= most else f"{shown.text[: most - 1].rstrip()}…"
