"""The kinds of pictures, and the columns that the query of each must have.

A picture is a query of ``queries/pictures/`` whose head says its kind, ``#+ picture: map``, what it shows, and what
its columns are called, ``#+ heading@en: place territory``. The names of columns say what is drawn of them; any other
column stands in the table below the picture. A needed column may be unbound in a row, which then has nothing to draw.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_STEP = re.compile(r"step[1-9]")


@dataclass(frozen=True)
class Kind:
    """A kind of picture: the columns that it needs, and whether it needs steps, ``step1 step2 …``, besides."""

    needs: tuple[str, ...]
    stepped: bool = False


KINDS: Mapping[str, Kind] = {
    "map": Kind(("place", "wkt")),
    "timeline": Kind(("earliest", "latest", "thing")),
    "matrix": Kind(("row", "column")),
    "flows": Kind(("amount",), stepped=True),
    "tree": Kind(("thing", "parent")),
}
RESERVED = (
    "catalog", "data", "health", "index", "metrics", "openapi", "query", "release", "releases", "robots", "search",
    "sitemap", "sparql", "static", "vocabulary",
)  # fmt: skip
"""Names that no picture has: they are addresses of other pages."""


def steps(columns: Sequence[str]) -> list[str]:
    """Return those of some columns that are steps of a flow, in their order."""
    return sorted(column for column in columns if _STEP.fullmatch(column))


def missing(kind: str, columns: Sequence[str]) -> list[str]:
    """Return the columns that a picture of a kind needs and that are not among some columns."""
    wanted = KINDS[kind].needs + (("step1", "step2") if KINDS[kind].stepped else ())
    return [name for name in wanted if name not in columns]
