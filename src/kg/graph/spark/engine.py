"""The engine on Spark: tables are lists of parts that never change, each a folder of Parquet or, if small, rows here.

A statement that inserts adds a part, so that no plan grows with the rounds, and nothing but a part is computed anew
when a worker is lost.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa
from sqlglot import exp

from kg.errors import ResourceError
from kg.graph.duckdb_engine import DuckDB
from kg.graph.engine import Columns, Engine, Looking, Row, kind_of, nothing
from kg.graph.spark import dialect
from kg.graph.spark.catalog import WORK, Catalog, cast_to, columns_of, ddl_of
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
_SPREAD = 2
"""How many parts a shuffle has for each core."""
NQUADS = "nquads"
"""The folder of the shards of the dump."""
_KINDS = {"INTEGER": "bigint", "VARCHAR": "string"}


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
        # Adaptive execution makes fewer of them where rows are few.
        self.session.conf.set("spark.sql.shuffle.partitions", str(_SPREAD * session.sparkContext.defaultParallelism))
        self.session.udf.register(dialect.MATCHES, cast(Any, arrow_udf)(matches, "boolean"))
        self.known: Mapping[str, object] | None = None
        self._scratch = scratch
        self._catalog = Catalog(self.session, storage, small=small)
        self._matcher = DuckDB.create(memory="500MB")
        self._sums: dict[str, str] = {}

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
                    self._catalog.views[tree.this.name] = (tree.expression, ())
                case exp.Create():
                    self._create(tree)
                case exp.Insert():
                    self._insert(tree)
                case exp.Delete():
                    self._delete(tree)
                case exp.TruncateTable():
                    self._catalog.tables[tree.expressions[0].name].change([])
                case exp.Drop():
                    for table in tree.find_all(exp.Table):
                        self._catalog.tables.pop(table.name)
                case _:
                    raise NotImplementedError(f"not a statement for Spark: {sql}")

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Return the rows of a query."""
        with told():
            frame, needs = self._catalog.frame(dialect.read(sql, parameters))
            self._catalog.expect(needs)
            found = _numbered(frame).toArrow()
            return list(zip(*(column.to_pylist() for column in found.columns), strict=True))

    def make(self, table: str, select: str) -> int:
        """Make a temporary table; return how many rows it has."""
        return self._catalog.make(table, dialect.read(select))

    def define(self, table: str, select: str) -> None:
        """Make a temporary table once it is read; one that only chooses from a large one is a view of it."""
        tree = dialect.read(select)
        with told():
            frame, needs = self._catalog.frame(tree)
            made = Table(columns_of(frame), chosen=dialect.is_plain(tree) and needs > self._catalog.small)
            made.await_(cast_to(frame, made.columns), needs)
            self._catalog.tables[table] = made

    def insert_difference(self, table: str, select: str, *, key: str) -> int:
        """Insert the rows of a SELECT whose key the table lacks; what lasts is whole in the storage then."""
        fresh = self._catalog.make("fresh", dialect.read(select), inline=True)
        if not fresh:
            return 0
        same = " AND ".join(f"k.{column} = c.{column}" for column in key)
        known = table
        if fresh <= _FEW < self._catalog.tables[table].rows:
            # The new rows go to where the table is, and not the table to where they are.
            known = f"(SELECT k.* FROM {table} k WHERE EXISTS (SELECT 1 FROM fresh c WHERE {same}))"
        into = self._catalog.tables[table]
        new = f"SELECT c.* FROM fresh c WHERE NOT EXISTS (SELECT 1 FROM {known} k WHERE {same})"
        with told():
            frame, needs = self._catalog.frame(dialect.read(new))
            found = self._catalog.store(cast_to(frame, into.columns), into, needs)
        if found:
            into.change([*into.parts, *found])
            self.commit()
        return sum(part.rows for part in found)

    def is_empty(self, table: str) -> bool:
        """Tell whether a table has no rows, and none to come."""
        found = self._catalog.tables[table]
        return not found.pending and not found.rows

    def look_at_each(self, table: str, select: str, look: Looking) -> None:
        """Insert into a table what DuckDB makes of the rows of a SELECT, on the executors."""
        from kg.graph.spark.each import looking

        into = self._catalog.tables[table]
        with told():
            frame, needs = self._catalog.frame(dialect.read(select))
            if needs > self._catalog.small:
                looked = frame.mapInArrow(looking(look), ddl_of(into.columns))
                into.await_(looked, needs)
            elif (rows := frame.toArrow()).num_rows:
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
        """Write the rows of a SELECT as shards in the storage, and together as a file of this machine."""
        from pyspark.sql.functions import col, concat_ws

        with told():
            frame, needs = self._catalog.frame(dialect.read(select))
            self._catalog.expect(needs)
            frame = _numbered(frame)
            text = frame.select(concat_ws(" ", *(col(name) for name in frame.columns)).alias("value"))
            draft = self._catalog.draft()
            text.write.text(self.storage.of(draft))
        shards = sorted(name for name, size in self.storage.files(draft).items() if size)
        lines = 0
        with file.open("wb") as out:
            for number, shard in enumerate(shards):
                name = f"{file.stem}-{number:05}.nq"
                self.storage.rename(f"{draft}/{shard}", f"{NQUADS}/{name}")
                digest = hashlib.sha256()
                for piece in self._pieces(f"{NQUADS}/{name}"):
                    out.write(piece)
                    digest.update(piece)
                    lines += piece.count(b"\n")
                self._sums[name] = digest.hexdigest()
        return lines

    def _pieces(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of a file of the storage."""
        file = self.storage.local / name if self.storage.local else self._scratch / "shard"
        if not self.storage.local:
            self.storage.copy(name, file)
        with file.open("rb") as stream:
            while piece := stream.read(1 << 20):
                yield piece

    def finish(self) -> None:
        """Have the storage say the sums of the shards, and then that all is whole."""
        lines = (f"{digest}  {name}\n" for name, digest in sorted(self._sums.items()))
        self.storage.write(f"{NQUADS}/SHA256SUMS", "".join(lines))
        self.keep({**(self.known or {}), "nquads": self._sums})

    @contextmanager
    def given(self, columns: Columns) -> Iterator[str]:
        """Yield the name of a table of these columns."""
        self._catalog.tables["given"] = self._given(columns)
        try:
            yield "given"
        finally:
            del self._catalog.tables["given"]

    def append(self, table: str, columns: Columns) -> None:
        """Append rows, given column by column, to ``table``."""
        into, come = self._catalog.tables[table], self._given(columns)
        if come.rows:
            [part] = come.parts
            here = part.here
            assert here is not None
            full = [here.column(name) if name in columns else pa.nulls(part.rows) for name in into.columns]
            rows = pa.table(full, names=list(into.columns)).cast(into.schema)
            into.change([*into.parts, Part(part.rows, here=rows)])

    def interrupt(self) -> None:
        """Stop what runs."""
        self.session.sparkContext.cancelAllJobs()

    def close(self) -> None:
        """Forget what does not last."""
        self.storage.delete(self._catalog.work)
        self._matcher.close()

    def keep(self, known: Mapping[str, object]) -> None:
        """Have what lasts in the storage from now on, with what is to be known of it."""
        self.known = known
        self.commit()

    def commit(self) -> None:
        """Have the storage hold what lasts, whole, and say so."""
        if self.known is None:
            return
        said = {}
        for name, table in self._catalog.tables.items():
            if table.lasting:
                with told():
                    self._catalog.settle(table)
                    table.parts = [
                        part if part.name else self._catalog.written(name, table, part) for part in table.parts
                    ]
                said[name] = {"columns": table.columns, "parts": [part.to_json() for part in table.parts]}
        self.storage.write_list({**self.known, "tables": said})

    def resume(self, said: dict[str, Any]) -> None:
        """Have the tables that the storage says it holds. Raises ResourceError when a part is not as it says.

        What the process before was about to write besides is deleted.
        """
        for name in (WORK, NQUADS):
            self.storage.delete(name)
        for name, table in said["tables"].items():
            for part in table["parts"]:
                if self.storage.files(part["name"]) != part["files"]:
                    raise ResourceError(
                        f"the table {name} is not whole: {self.storage.of(part['name'])} has lost files"
                    )
            parts = [Part(part["rows"], part["name"], files=part["files"]) for part in table["parts"]]
            self._catalog.tables[name] = Table(dict(table["columns"]), lasting=True)
            self._catalog.tables[name].change(
                [self._catalog.fetched(self._catalog.tables[name], part) for part in parts]
            )
        self.known = {key: value for key, value in said.items() if key != "tables"}

    def fetched_files(self, table: str, folder: Path) -> list[Path]:
        """Return the files of a table that lasts, copied to a folder of this machine if they are not on it."""
        found = []
        for part in self._catalog.tables[table].parts:
            for file in part.files:
                if self.storage.local:
                    found.append(self.storage.local / str(part.name) / file)
                    continue
                folder.mkdir(parents=True, exist_ok=True)
                found.append(folder / f"{len(found)}.parquet")
                self.storage.copy(f"{part.name}/{file}", found[-1])
        return found

    def computed(self, frame: "DataFrame") -> "DataFrame":
        """Return a frame of the same rows that is not computed again."""
        name = self._catalog.draft()
        with told():
            self._catalog.expect(self._catalog.small + 1)
            frame.write.parquet(self.storage.of(name))
            return self.session.read.schema(frame.schema).parquet(self.storage.of(name))

    def add(self, table: str, frame: "DataFrame") -> None:
        """Insert the rows of a frame into a table at once."""
        into = self._catalog.tables[table]
        into.change([*into.parts, *self._catalog.store(cast_to(frame, into.columns), into, self._catalog.small + 1)])

    def _create(self, tree: exp.Create) -> None:
        name = _named(tree)
        temporary = tree.find(exp.TemporaryProperty) is not None
        if tree.expression:
            self.define(name, tree.expression.sql(dialect="duckdb"))
        elif not (tree.args.get("exists") and name in self._catalog.tables):
            columns = {column.name: dialect.type_of(column.kind) for column in tree.this.expressions}
            self._catalog.tables[name] = Table(columns, lasting=not temporary)

    def _insert(self, tree: exp.Insert) -> None:
        from pyspark.sql.functions import lit

        into = self._catalog.tables[_named(tree)]
        named = [column.name for column in tree.this.expressions] if isinstance(tree.this, exp.Schema) else None
        frame, needs = self._catalog.frame(tree.expression)
        frame = frame.toDF(*(named or into.columns))
        if named:
            frame = frame.select(*(frame[name] if name in named else lit(None).alias(name) for name in into.columns))
        into.await_(cast_to(frame, into.columns), needs)

    def _delete(self, tree: exp.Delete) -> None:
        table = self._catalog.tables[tree.this.name]
        self._catalog.settle(table)
        if not table.rows:
            return
        condition = tree.args["where"].this
        some = exp.select("1").from_(tree.this.copy()).where(condition.copy()).limit(1)
        if table.rows > self._catalog.small and not self._catalog.frame(some)[0].take(1):
            return  # and nothing is written anew
        kept = (
            exp.select("*")
            .from_(tree.this.copy())
            .where(exp.Not(this=exp.Coalesce(this=exp.Paren(this=condition.copy()), expressions=[exp.false()])))
        )
        frame, needs = self._catalog.frame(kept)
        table.change(self._catalog.store(frame, table, needs))

    def _given(self, columns: Columns) -> Table:
        table = Table({name: _KINDS[kind_of(values)] for name, values in columns.items()})
        rows = pa.table([pa.array(list(values)) for values in columns.values()], names=list(columns)).cast(table.schema)
        table.change([Part(rows.num_rows, here=rows)] if rows.num_rows else [])
        return table


def _named(tree: dialect.Tree) -> str:
    """Return the name of the table that a statement is about."""
    table = tree.find(exp.Table)
    assert table is not None
    return table.name


def _numbered(frame: "DataFrame") -> "DataFrame":
    return frame.toDF(*(f"_{number}" for number in range(len(frame.columns))))
