"""Tables by their names, and the frames of statements over them.

What is inserted is computed when it is read first: the joins of a round are one job. Rows that come from few rows stay
with the driver and go with the plans that read them.
"""

import itertools
import uuid
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from kg.graph.spark import dialect
from kg.graph.spark.failures import told
from kg.graph.spark.storage import Storage
from kg.graph.spark.tables import Part, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

WORK = "_work"
"""The folder of what goes with the process that made it."""
_FEW = {
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.autoBroadcastJoinThreshold": "-1",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.leafNodeDefaultParallelism": "1",
    "spark.sql.shuffle.partitions": "1",
}
"""The settings of Spark for few rows."""


class Catalog:
    """The tables and views of a session; rows that come from ``small`` rows at most stay with the driver."""

    def __init__(self, session: "SparkSession", storage: Storage, *, small: int) -> None:
        self.session = session
        self.storage = storage
        self.small = small
        self.tables: dict[str, Table] = {}
        self.views: dict[str, tuple[dialect.Tree, tuple[int, ...]]] = {}
        self.work = f"{WORK}/{uuid.uuid4().hex[:8]}"
        self._numbers = itertools.count(1)
        self._many: bool | None = None
        self._usual = {key: session.conf.get(key) for key in _FEW}

    def make(self, name: str, tree: dialect.Tree, *, inline: bool = False) -> int:
        """Make a table of the rows of a SELECT, instead of one of that name; return how many they are."""
        with told():
            frame, needs = self.frame(tree, inline=inline)
            made = Table(columns_of(frame))
            made.change(self.store(cast_to(frame, made.columns), made, needs))
            self.tables[name] = made
            return made.rows

    def frame(self, tree: dialect.Tree, *, inline: bool = False) -> "tuple[DataFrame, int]":
        """Return the frame of a SELECT, and how many rows it reads; ``inline``, what is to be computed is not kept."""
        tree = self._unrolled(tree)
        needs = sum(self._show(name, inline=inline) for name in dialect.tables_of(tree))
        return self.session.sql(dialect.write(tree)), needs

    def _show(self, name: str, *, inline: bool) -> int:
        """Have Spark know a table as it is; return how many rows it has at most."""
        if name in self.views:
            self._compute(name)
        table = self.tables[name]
        if not (inline or table.chosen):
            self.settle(table)
        if table.shown != table.version:
            self._union(table).createOrReplaceTempView(name)
            table.shown = table.version
        return table.rows + sum(needs for _, needs in table.pending)

    def _compute(self, name: str) -> None:
        """Make the table of a view anew, if what it reads has changed."""
        tree, before = self.views[name]
        now = tuple(part for base in dialect.tables_of(tree) for part in self.tables[base].state)
        if now != before or name not in self.tables:
            self.make(name, tree.copy())
            self.views[name] = (tree, now)

    def settle(self, table: Table) -> None:
        """Compute the rows of a table that are to come."""
        if table.pending:
            frames, needs = zip(*table.pending, strict=True)
            come = self.store(reduce(lambda one, other: one.unionAll(other), frames), table, sum(needs))
            table.change([*table.parts, *come])

    def _union(self, table: Table) -> "DataFrame":
        """Return the frame of all the rows of a table."""
        frames = [frame for frame, _ in table.pending]
        here = [part.here for part in table.parts if part.here is not None]
        if there := [self.storage.of(part.name) for part in table.parts if part.here is None and part.name]:
            frames.append(self.session.read.schema(ddl_of(table.columns)).parquet(*there))
        if here:
            frames.append(self.session.createDataFrame(pa.concat_tables(here)))
        if not frames:
            return self.session.createDataFrame([], ddl_of(table.columns))
        return reduce(lambda one, other: one.unionAll(other), frames)

    def store(self, frame: "DataFrame", table: Table, needs: int) -> list[Part]:
        """Return the part of the rows of a frame, which reads so many."""
        self.expect(needs)
        if needs <= self.small:
            found = frame.toArrow().cast(table.schema)
            return [Part(found.num_rows, here=found)] if found.num_rows else []
        name = self.draft() if not table.lasting else f"tables/{uuid.uuid4().hex}"
        part = self.fetched(table, self._write(frame, name))
        return [part] if part.rows else []

    def written(self, name: str, table: Table, part: Part) -> Part:
        """Return a part that is here as one that is in the storage too."""
        assert part.here is not None
        frame = self.session.createDataFrame(part.here).coalesce(1)
        return replace(self._write(frame, f"tables/{name}/{uuid.uuid4().hex}"), here=part.here)

    def _write(self, frame: "DataFrame", name: str) -> Part:
        """Write a frame; near each other are the triples of a predicate, and the terms in the order of their ids."""
        order = [column for column in ("p", "s", "o") if column in frame.columns] or frame.columns[:1]
        frame.sortWithinPartitions(*order).write.parquet(self.storage.of(name))
        rows = self.session.read.parquet(self.storage.of(name)).count()
        return Part(rows, name, files=self.storage.files(name))

    def fetched(self, table: Table, part: Part) -> Part:
        """Return a part of the storage as one that is here too, if it is small."""
        if part.rows > self.small or not part.name:
            return part
        frame = self.session.read.schema(ddl_of(table.columns)).parquet(self.storage.of(part.name))
        return replace(part, here=frame.toArrow().cast(table.schema))

    def expect(self, rows: int) -> None:
        """Have Spark plan what it runs next for so many rows.

        Few are in one piece: no shuffle and no broadcast is worth a job of its own, and to compile takes longer than
        to interpret.
        """
        many = rows > self.small
        if many != self._many:
            self._many = many
            for key, few in _FEW.items():
                value = self._usual[key] if many else few
                if value is None:
                    self.session.conf.unset(key)
                else:
                    self.session.conf.set(key, value)

    def draft(self) -> str:
        """Return a name for something that goes with this process."""
        return f"{self.work}/{next(self._numbers)}"

    def _unrolled(self, tree: dialect.Tree) -> dialect.Tree:
        """Return a tree whose recursive tables have been made: each round adds what follows from the round before.

        They have names of their own, since a statement may have several, in different places, of one name.
        """
        while found := next((some for some in tree.find_all(exp.With) if some.args.get("recursive")), None):
            for cte in list(found.expressions):
                union = cte.this.unnest()
                if isinstance(union, exp.Union) and any(t.name == cte.alias for t in union.find_all(exp.Table)):
                    own = f"{cte.alias}_{next(self._numbers)}"
                    assert found.parent is not None
                    dialect.rename(found.parent, cte.alias, own)
                    self._follow(own, [c.name for c in cte.args["alias"].columns], union)
                    cte.pop()
            found.set("recursive", False)
            if not found.expressions:
                found.pop()
        return tree

    def _follow(self, name: str, columns: list[str], union: exp.Union) -> None:
        """Make a table of a recursive union, whose second part reads it once."""
        first, step = union.this.unnest(), union.expression.unnest()
        frame, needs = self.frame(exp.select("*").distinct().from_(first.copy().subquery("f")))
        names = columns or frame.columns
        everything = Table(dict(zip(names, columns_of(frame).values(), strict=True)))
        delta = self.store(cast_to(frame.toDF(*names), everything.columns), everything, needs)
        everything.change(delta)
        led = f"{name}_led"
        while delta:
            self.tables[name] = Table(everything.columns)
            self.tables[name].change(delta)
            self.tables[led] = everything
            more = exp.select("*").from_(step.copy().subquery("f"))
            frame, needs = self.frame(exp.except_(more, exp.select("*").from_(led)))
            delta = self.store(cast_to(frame.toDF(*names), everything.columns), everything, needs)
            everything.change([*everything.parts, *delta])
        self.tables[name] = everything


def columns_of(frame: "DataFrame") -> dict[str, str]:
    """Return the columns of a frame with their types; one of NULLs alone is of integers, and no name is there twice."""
    names: dict[str, str] = {}
    for number, (name, kind) in enumerate(frame.dtypes):
        names[name if name not in names else f"_{number}"] = "bigint" if kind == "void" else kind
    return names


def cast_to(frame: "DataFrame", columns: dict[str, str]) -> "DataFrame":
    """Return a frame with these names and types, by the places of its columns."""
    from pyspark.sql.functions import col

    there = frame.dtypes
    if [kind for _, kind in there] == list(columns.values()) and [name for name, _ in there] == list(columns):
        return frame
    frame = frame.toDF(*columns)
    return frame.select(*(col(f"`{name}`").cast(kind).alias(name) for name, kind in columns.items()))


def ddl_of(columns: dict[str, str]) -> str:
    """Return columns with their types as Spark's schemas are written."""
    return ", ".join(f"`{name}` {kind}" for name, kind in columns.items())
