"""The engine on Spark: tables are lists of parts that never change, each a folder of Parquet or, if small, rows here.

A statement that inserts adds a part, so that no plan grows with the rounds, and nothing but a part is computed anew
when a worker is lost. What is inserted is computed when it is read first: the joins of a round are one job. Small
tables are with the driver and go with the plans that read them, so that joins with them are broadcasts.
"""

import itertools
import shutil
import uuid
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlglot import exp

from kg.errors import ResourceError
from kg.graph.duckdb_engine import DuckDB
from kg.graph.engine import Columns, Engine, Looking, Row, kind_of, nothing, quoted
from kg.graph.spark import dialect
from kg.graph.spark.failures import told
from kg.graph.spark.storage import Storage
from kg.graph.spark.tables import Part, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_SMALL = 200_000
"""How many rows a statement reads at most, for its own to stay with the driver."""
_AT_DRIVER = 5_000_000
"""How many rows the driver holds at most, as texts for what is no SQL."""
_FEW = 1_000_000
"""How many new rows are looked up in a larger table by what of it they may be."""
_KINDS = {"INTEGER": "bigint", "VARCHAR": "string"}
_OF_DUCKDB = {"bigint": "BIGINT", "string": "VARCHAR"}


class Spark(Engine):
    """A session of Spark with tables of its own, which are in a folder of ``storage``.

    Rows that come from ``small`` rows at most stay with the driver. What is to last is whole in the storage after each
    round, once ``keep`` is called.
    """

    hashed = f"{dialect.HASH}({{token}})"
    sorts_texts = True

    def __init__(self, session: "SparkSession", storage: Storage, *, scratch: Path, small: int = _SMALL) -> None:
        from pyspark.sql.pandas.functions import arrow_udf

        from kg.graph.spark.each import matches

        self.storage = storage
        self.session = session.newSession()
        self.session.udf.register(dialect.MATCHES, arrow_udf(matches, "boolean"))
        self.known: dict[str, object] | None = None
        self._scratch = scratch
        self._small = small
        self._work = f"_work/{uuid.uuid4().hex[:8]}"
        self._numbers = itertools.count(1)
        self._tables: dict[str, Table] = {}
        self._views: dict[str, tuple[dialect.Tree, tuple[int, ...]]] = {}
        self._many: bool | None = None
        self._matcher = DuckDB.create(memory="500MB")

    @property
    def scratch(self) -> Path:
        """The folder of this machine for files on their way."""
        return self._scratch

    def beside(self) -> "Spark":
        """Return this engine: one thread gives the cluster enough to do."""
        return self

    def alone(self) -> AbstractContextManager[None]:
        """Do nothing: nobody else is there."""
        return nothing()

    def many_small(self) -> AbstractContextManager[None]:
        """Do nothing: small tables are with the driver anyway."""
        return nothing()

    def run(self, sql: str, parameters: Sequence[object] = ()) -> None:
        """Run one statement, or have it run once its rows are read."""
        tree = dialect.read(sql, parameters)
        with told():
            match tree:
                case exp.Create(kind="VIEW"):
                    self._views[tree.this.name] = (tree.expression, ())
                case exp.Create():
                    self._create(tree)
                case exp.Insert():
                    self._insert(tree)
                case exp.Delete():
                    self._delete(tree)
                case exp.TruncateTable():
                    self._tables[tree.expressions[0].name].change([])
                case exp.Drop():
                    for table in tree.find_all(exp.Table):
                        self._tables.pop(table.name)
                case _:
                    raise NotImplementedError(f"not a statement for Spark: {sql}")

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Return the rows of a query."""
        with told():
            frame, needs = self._frame(dialect.read(sql, parameters))
            self._prepare(needs)
            found = _numbered(frame).toArrow()
            return list(zip(*(column.to_pylist() for column in found.columns), strict=True))

    def make(self, table: str, select: str) -> int:
        """Make a temporary table; return how many rows it has."""
        return self._make(table, dialect.read(select))

    def define(self, table: str, select: str) -> None:
        """Make a temporary table once it is read; one that only chooses from a large one is a view of it."""
        tree = dialect.read(select)
        with told():
            frame, needs = self._frame(tree)
            made = Table(columns_of(frame), chosen=dialect.is_plain(tree) and needs > self._small)
            made.await_(_cast(frame, made.columns), needs)
            self._tables[table] = made

    def insert_difference(self, table: str, select: str, *, key: str) -> int:
        """Insert the rows of a SELECT whose key the table lacks; what lasts is whole in the storage then."""
        fresh = self._make("fresh", dialect.read(select), inline=True)
        if not fresh:
            return 0
        same = " AND ".join(f"k.{column} = c.{column}" for column in key)
        known = table
        if fresh <= _FEW < self._tables[table].rows:
            # The new rows go to where the table is, and not the table to where they are.
            known = f"(SELECT k.* FROM {table} k WHERE EXISTS (SELECT 1 FROM fresh c WHERE {same}))"
        into = self._tables[table]
        new = f"SELECT c.* FROM fresh c WHERE NOT EXISTS (SELECT 1 FROM {known} k WHERE {same})"
        with told():
            frame, needs = self._frame(dialect.read(new))
            found = self._store(_cast(frame, into.columns), into, needs)
        if found:
            into.change([*into.parts, *found])
            self.commit()
        return sum(part.rows for part in found)

    def is_empty(self, table: str) -> bool:
        """Tell whether a table has no rows, and none to come."""
        found = self._tables[table]
        return not found.pending and not found.rows

    def look_at_each(self, table: str, select: str, look: Looking) -> None:
        """Insert into a table what DuckDB makes of the rows of a SELECT, on the executors."""
        from kg.graph.spark.each import looking

        into = self._tables[table]
        with told():
            frame, needs = self._frame(dialect.read(select))
            if needs > self._small:
                looked = frame.mapInArrow(looking(look), _ddl(into.columns))
                into.await_(looked, needs)
                return
            self._prepare(needs)
            if (rows := frame.toArrow()).num_rows:
                found = self._matcher.looked_at(rows, look).cast(into.schema)
                into.change([*into.parts, Part(found.num_rows, here=found)])

    def takes(self, expression: str) -> bool:
        """Return whether DuckDB takes a regular expression: it matches here too."""
        return self._matcher.takes(expression)

    def lines(self, select: str) -> str:
        """Return the rows of a SELECT (text) as lines."""
        if (rows := self.make("line", select)) > _AT_DRIVER:
            raise ResourceError(
                f"{rows:,} triples are too many for SPARQL in one process, which has {_AT_DRIVER:,} at most: "
                "write the rule as plain patterns, or the constraint with Core components"
            )
        return "\n".join(text for (text,) in self.rows("SELECT text FROM line"))

    def write_lines(self, select: str, file: Path) -> int:
        """Write the rows of a SELECT as shards in the storage; on this machine, ``file`` is the shards together."""
        from pyspark.sql.functions import col, concat_ws

        with told():
            frame, _ = self._frame(dialect.read(select))
            frame = _numbered(frame)
            text = frame.select(concat_ws(" ", *(col(name) for name in frame.columns)).alias("value"))
            draft = self._name()
            self._prepare(self._small + 1)
            text.write.text(self.storage.of(draft))
            rows = self.session.read.text(self.storage.of(draft)).count()
        shards = sorted(name for name, size in self.storage.files(draft).items() if size)
        named = [f"nquads/{file.stem}-{number:05}.nq" for number in range(len(shards))]
        for shard, name in zip(shards, named, strict=True):
            self.storage.rename(f"{draft}/{shard}", name)
        if self.storage.local:
            with file.open("wb") as out:
                for name in named:
                    with (self.storage.local / name).open("rb") as piece:
                        shutil.copyfileobj(piece, out, 1 << 20)
        return rows

    @contextmanager
    def given(self, columns: Columns) -> Iterator[str]:
        """Yield the name of a table of these columns."""
        self._tables["given"] = self._given(columns)
        try:
            yield "given"
        finally:
            del self._tables["given"]

    def append(self, table: str, columns: Columns) -> None:
        """Append rows, given column by column, to ``table``."""
        into, come = self._tables[table], self._given(columns)
        if come.rows:
            [part] = come.parts
            here = part.here
            assert here is not None
            full = [here.column(name) if name in columns else pa.nulls(part.rows) for name in into.columns]
            rows = pa.table(full, names=list(into.columns)).cast(into.schema)
            into.change([*into.parts, Part(part.rows, here=rows)])

    def save(self, file: Path) -> None:
        """Copy the tables to a new file of DuckDB's, if they are on this machine."""
        self.commit()
        if not self.storage.local:
            return
        copy = DuckDB.create(scratch=self._scratch)
        copy.run(f"ATTACH {quoted(str(file))} AS saved")
        copy.run("USE saved")
        for name, table in self._tables.items():
            if table.lasting:
                copy.run(
                    f"CREATE TABLE {name} ({', '.join(f'{c} {_OF_DUCKDB[kind]}' for c, kind in table.columns.items())})"
                )
                for part in table.parts:
                    folder = quoted(str(self.storage.local / str(part.name) / "*.parquet"))
                    copy.run(f"INSERT INTO {name} SELECT {', '.join(table.columns)} FROM read_parquet({folder})")
        for name, (tree, _) in self._views.items():
            copy.run(f"CREATE VIEW {name} AS {tree.sql(dialect='duckdb')}")
        copy.run("USE memory")
        copy.run("DETACH saved")
        copy.close()

    def remember(self, key: str, value: object) -> None:
        """Keep with the tables, from the next round on, what whoever resumes must know."""
        if self.known is not None:
            self.known[key] = value

    def remembered(self, key: str) -> Any:
        """Return what is kept with the tables, or None."""
        return None if self.known is None else self.known.get(key)

    def interrupt(self) -> None:
        """Stop what runs."""
        self.session.sparkContext.cancelAllJobs()

    def close(self) -> None:
        """Forget what does not last."""
        self.storage.delete(self._work)
        self._matcher.close()

    def keep(self, known: dict[str, object]) -> None:
        """Have what lasts in the storage from now on, with what is to be known of it."""
        self.known = known
        self.commit()

    def commit(self) -> None:
        """Have the storage hold what lasts, whole, and say so."""
        if self.known is None:
            return
        said = {}
        for name, table in self._tables.items():
            if table.lasting:
                with told():
                    self._settle(table)
                    table.parts = [part if part.name else self._written(name, table, part) for part in table.parts]
                said[name] = {"columns": table.columns, "parts": [part.to_json() for part in table.parts]}
        self.storage.write_list({**self.known, "tables": said})

    def resume(self, said: dict[str, Any]) -> None:
        """Have the tables that the storage says it holds. Raises ResourceError when a part is not as it says."""
        for name, table in said["tables"].items():
            for part in table["parts"]:
                if self.storage.files(part["name"]) != part["files"]:
                    raise ResourceError(
                        f"the table {name} is not whole: files of {self.storage.of(part['name'])} are lost"
                    )
            parts = [Part(part["rows"], part["name"], files=part["files"]) for part in table["parts"]]
            self._tables[name] = Table(dict(table["columns"]), lasting=True)
            self._tables[name].change([self._fetched(self._tables[name], part) for part in parts])
        self.known = {key: value for key, value in said.items() if key != "tables"}

    def create(self, table: str, frame: "DataFrame") -> None:
        """Make a temporary table of the rows of a frame, at once."""
        made = Table(columns_of(frame))
        made.change(self._store(frame, made, self._small + 1))
        self._tables[table] = made

    def _create(self, tree: exp.Create) -> None:
        name = dialect.name_of(tree)
        temporary = tree.find(exp.TemporaryProperty) is not None
        if tree.expression:
            self.define(name, tree.expression.sql(dialect="duckdb"))
        elif not (tree.args.get("exists") and name in self._tables):
            columns = {column.name: dialect.type_of(column.kind) for column in tree.this.expressions}
            self._tables[name] = Table(columns, lasting=not temporary)

    def _insert(self, tree: exp.Insert) -> None:
        from pyspark.sql.functions import lit

        into = self._tables[dialect.name_of(tree)]
        named = [column.name for column in tree.this.expressions] if isinstance(tree.this, exp.Schema) else None
        frame, needs = self._frame(tree.expression)
        frame = frame.toDF(*(named or into.columns))
        if named:
            frame = frame.select(*(frame[name] if name in named else lit(None).alias(name) for name in into.columns))
        into.await_(_cast(frame, into.columns), needs)

    def _delete(self, tree: exp.Delete) -> None:
        table = self._tables[tree.this.name]
        self._settle(table)
        if not table.rows:
            return
        condition = tree.args["where"].this
        some = exp.select("1").from_(tree.this.copy()).where(condition.copy()).limit(1)
        if not self._frame(some)[0].take(1):
            return
        held = exp.Coalesce(this=exp.Paren(this=condition.copy()), expressions=[exp.false()])
        kept = exp.select("*").from_(tree.this.copy()).where(exp.Not(this=held))
        frame, needs = self._frame(kept)
        table.change(self._store(frame, table, needs))

    def _make(self, name: str, tree: dialect.Tree, *, inline: bool = False) -> int:
        with told():
            frame, needs = self._frame(tree, inline=inline)
            made = Table(columns_of(frame))
            made.change(self._store(_cast(frame, made.columns), made, needs))
            self._tables[name] = made
            return made.rows

    def _frame(self, tree: dialect.Tree, *, inline: bool = False) -> "tuple[DataFrame, int]":
        """Return the frame of a SELECT, and how many rows it reads; ``inline``, rows to come are not kept."""
        tree = self._unrolled(tree)
        needs = sum(self._show(name, inline=inline) for name in dialect.tables_of(tree))
        return self.session.sql(dialect.write(tree)), needs

    def _show(self, name: str, *, inline: bool) -> int:
        """Have Spark know a table as it is; return how many rows it has at most."""
        if name in self._views:
            self._compute(name)
        table = self._tables[name]
        if not (inline or table.chosen):
            self._settle(table)
        if table.shown != table.version:
            self._union(table).createOrReplaceTempView(name)
            table.shown = table.version
        return table.rows + sum(needs for _, needs in table.pending)

    def _compute(self, name: str) -> None:
        """Make the table of a view anew, if what it reads has changed."""
        tree, before = self._views[name]
        now = tuple(id(self._tables[base]) + self._tables[base].version for base in dialect.tables_of(tree))
        if now != before or name not in self._tables:
            self._make(name, tree.copy())
            self._views[name] = (tree, now)

    def _settle(self, table: Table) -> None:
        """Compute the rows of a table that are to come."""
        if table.pending:
            frames, needs = zip(*table.pending, strict=True)
            come = self._store(reduce(lambda one, other: one.unionAll(other), frames), table, sum(needs))
            table.change([*table.parts, *come])

    def _union(self, table: Table) -> "DataFrame":
        """Return the frame of all the rows of a table."""
        frames = [frame for frame, _ in table.pending]
        here = [part.here for part in table.parts if part.here is not None]
        if there := [self.storage.of(part.name) for part in table.parts if part.here is None and part.name]:
            frames.append(self.session.read.schema(_ddl(table.columns)).parquet(*there))
        if here:
            frames.append(self.session.createDataFrame(pa.concat_tables(here)))
        if not frames:
            return self.session.createDataFrame([], _ddl(table.columns))
        return reduce(lambda one, other: one.unionAll(other), frames)

    def _store(self, frame: "DataFrame", table: Table, needs: int) -> list[Part]:
        """Return the part of the rows of a frame, which reads so many."""
        self._prepare(needs)
        if needs <= self._small:
            found = frame.toArrow().cast(table.schema)
            return [Part(found.num_rows, here=found)] if found.num_rows else []
        name = self._name() if not table.lasting else f"tables/{uuid.uuid4().hex}"
        part = self._fetched(table, self._write(frame, name))
        return [part] if part.rows else []

    def _written(self, name: str, table: Table, part: Part) -> Part:
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

    def _fetched(self, table: Table, part: Part) -> Part:
        """Return a part of the storage as one that is here too, if it is small."""
        if part.rows > self._small or not part.name:
            return part
        frame = self.session.read.schema(_ddl(table.columns)).parquet(self.storage.of(part.name))
        return replace(part, here=frame.toArrow().cast(table.schema))

    def _given(self, columns: Columns) -> Table:
        table = Table({name: _KINDS[kind_of(values)] for name, values in columns.items()})
        rows = pa.table([pa.array(list(values)) for values in columns.values()], names=list(columns)).cast(table.schema)
        table.change([Part(rows.num_rows, here=rows)] if rows.num_rows else [])
        return table

    def _prepare(self, needs: int) -> None:
        """Have Spark compile what runs over many rows; for few, that would take longer than to run it."""
        many = needs > self._small
        if many != self._many:
            self._many = many
            self.session.conf.set("spark.sql.codegen.wholeStage", str(many).lower())
            self.session.conf.set("spark.sql.codegen.factoryMode", "FALLBACK" if many else "NO_CODEGEN")
            self.session.conf.set("spark.sql.adaptive.enabled", str(many).lower())

    def _name(self) -> str:
        return f"{self._work}/{next(self._numbers)}"

    def _unrolled(self, tree: dialect.Tree) -> dialect.Tree:
        """Return a tree whose recursive tables have been made: each round adds what follows from the round before."""
        while found := next((some for some in tree.find_all(exp.With) if some.args.get("recursive")), None):
            for cte in list(found.expressions):
                union = cte.this.unnest()
                if isinstance(union, exp.Union) and any(t.name == cte.alias for t in union.find_all(exp.Table)):
                    self._follow(cte.alias, [c.name for c in cte.args["alias"].columns], union)
                    cte.pop()
            found.set("recursive", False)
            if not found.expressions:
                found.pop()
        return tree

    def _follow(self, name: str, columns: list[str], union: exp.Union) -> None:
        """Make a table of a recursive union, whose second part reads it once."""
        first, step = union.this.unnest(), union.expression.unnest()
        frame, needs = self._frame(exp.select("*").distinct().from_(first.copy().subquery("f")))
        names = columns or frame.columns
        everything = Table(dict(zip(names, columns_of(frame).values(), strict=True)))
        delta = self._store(_cast(frame.toDF(*names), everything.columns), everything, needs)
        everything.change(delta)
        led = f"{name}_led"
        while delta:
            self._tables[name] = Table(everything.columns)
            self._tables[name].change(delta)
            self._tables[led] = everything
            more = exp.select("*").from_(step.copy().subquery("f"))
            frame, needs = self._frame(exp.except_(more, exp.select("*").from_(led)))
            delta = self._store(_cast(frame.toDF(*names), everything.columns), everything, needs)
            everything.change([*everything.parts, *delta])
        self._tables[name] = everything


def columns_of(frame: "DataFrame") -> dict[str, str]:
    """Return the columns of a frame with their types; one of NULLs alone is of integers, and no name is there twice."""
    names: dict[str, str] = {}
    for number, (name, kind) in enumerate(frame.dtypes):
        names[name if name not in names else f"_{number}"] = "bigint" if kind == "void" else kind
    return names


def _cast(frame: "DataFrame", columns: dict[str, str]) -> "DataFrame":
    """Return a frame with these names and types, by the places of its columns."""
    from pyspark.sql.functions import col

    there = frame.dtypes
    if [kind for _, kind in there] == list(columns.values()) and [name for name, _ in there] == list(columns):
        return frame
    frame = frame.toDF(*columns)
    return frame.select(*(col(f"`{name}`").cast(kind).alias(name) for name, kind in columns.items()))


def _numbered(frame: "DataFrame") -> "DataFrame":
    return frame.toDF(*(f"_{number}" for number in range(len(frame.columns))))


def _ddl(columns: dict[str, str]) -> str:
    return ", ".join(f"`{name}` {kind}" for name, kind in columns.items())
