"""Tables on Spark, as lists of parts."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


@dataclass(frozen=True)
class Part:
    """Rows that do not change: in a folder of Parquet, by its name in the storage, or here, or both."""

    rows: int
    name: str | None = None
    here: pa.Table | None = None
    files: dict[str, int] = field(default_factory=dict, hash=False)

    def to_json(self) -> dict[str, Any]:
        """Return what is to be known of a part in the storage."""
        return {"name": self.name, "rows": self.rows, "files": self.files}


@dataclass
class Table:
    """A table: its columns with their types, its parts, and the rows still to be computed, with those that they need.

    A ``lasting`` one is kept in the storage; one that is only ``chosen`` from another is computed by who reads it.
    ``version`` counts its changes, ``shown`` is that of the view of it.
    """

    columns: dict[str, str]
    lasting: bool = False
    chosen: bool = False
    parts: list[Part] = field(default_factory=list)
    pending: list[tuple["DataFrame", int]] = field(default_factory=list)
    version: int = 0
    shown: int = -1

    @property
    def rows(self) -> int:
        """How many rows it has, those still to be computed left out."""
        return sum(part.rows for part in self.parts)

    @property
    def state(self) -> tuple[int, int]:
        """What tells a table as it is now from others, and from what it was."""
        return id(self), self.version

    @property
    def schema(self) -> pa.Schema:
        """Its columns as Arrow has them."""
        return pa.schema([(name, _ARROW.get(kind) or _decimal(kind)) for name, kind in self.columns.items()])

    def change(self, parts: list[Part]) -> None:
        """Have other parts, and nothing to come."""
        self.parts, self.pending = parts, []
        self.version += 1

    def await_(self, frame: "DataFrame", needs: int) -> None:
        """Have rows to be computed besides."""
        self.pending.append((frame, needs))
        self.version += 1


_ARROW = {
    "bigint": pa.int64(),
    "int": pa.int32(),
    "string": pa.string(),
    "boolean": pa.bool_(),
    "double": pa.float64(),
    "void": pa.null(),
}


def _decimal(kind: str) -> pa.DataType:
    precision, scale = kind.removeprefix("decimal(").removesuffix(")").split(",")
    return pa.decimal128(int(precision), int(scale))
