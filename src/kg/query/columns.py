"""The columns of a table that a saved query makes: what their cells are, and what they are called.

``#+ column: act iri key`` is one of the columns that tell the rows apart; ``#+ column: instrument iri of instruments``
names a row of another table by its key.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, get_args

from kg.graph.terms import XSD, parse

ColumnType = Literal["iri", "iris", "text", "texts", "integer", "decimal", "date", "year", "boolean"]
TYPES: tuple[ColumnType, ...] = get_args(ColumnType)
BETWEEN: dict[ColumnType, str] = {"iris": " ", "texts": " | "}
"""What stands between the values of a cell that has several."""
_FORM = re.compile(r"(?P<name>[a-z][a-z0-9_]*) (?P<type>[a-z]+)(?P<key> key)?(?: of (?P<of>[\w-]+))?")
_DATATYPES: dict[ColumnType, tuple[str, ...]] = {
    "integer": (f"{XSD}integer",),
    "decimal": (f"{XSD}decimal", f"{XSD}integer"),
    "date": (f"{XSD}date",),
    "year": (f"{XSD}gYear",),
    "boolean": (f"{XSD}boolean",),
}


@dataclass(frozen=True)
class Column:
    """A column: its name, what its cells are, whether it is of the key, the table whose rows it names, its headings.

    ``text`` is any literal. ``iris`` are any number of IRIs with a blank between, ``texts`` of texts with `` | ``, both
    as GROUP_CONCAT makes them. ``headings`` are by language.
    """

    name: str
    type: ColumnType
    key: bool = False
    of: str | None = None
    headings: dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> "Column | None":
        """Return the column that the value of a head line says, without its headings; None when it says none."""
        match = _FORM.fullmatch(text)
        kind = next((name for name in TYPES if match and name == match["type"]), None)
        if match is None or kind is None or (kind in BETWEEN and (match["key"] or match["of"])):
            return None
        return cls(match["name"], kind, bool(match["key"]), match["of"])

    def cell(self, token: str | None, *, order: Callable[[str], tuple[object, ...]]) -> str | None:
        """Return the text of a cell, empty for nothing; None when the token is not of the column's type.

        ``order`` is what several values of a cell are sorted by.
        """
        if token is None:
            return ""
        term = parse(token)
        if self.type in BETWEEN:
            between = BETWEEN[self.type]
            return between.join(sorted(set(term.value.split(between)), key=order)) if term.kind == "literal" else None
        if self.type == "iri":
            return term.value if term.kind == "iri" else None
        if term.kind != "literal":
            return None
        return term.value if self.type == "text" or term.datatype in _DATATYPES[self.type] else None
