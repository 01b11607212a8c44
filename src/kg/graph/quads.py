"""The graph as tables: asserted quads, their merged union, and what is inferred.

``source(id, path, role, home)`` the files, whether their quads are ``data`` or ``shapes``, and the token of the graph
of what they say in none;
``term(id, token)``  the dictionary of tokens (see ``kg.graph.dictionary``);
``quad(g, s, p, o, source)``  what files assert, ``g`` the default graph's when its token is empty;
``closure(s, p, o, rule, round)``  the union of all graphs but the shapes, each triple once: what is
asserted has rule 0 and round 0, what is inferred the number of its rule and the round it came in;
``inferred``  the part of the closure that is published.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from kg.graph import exchanged
from kg.graph.dictionary import Dictionary
from kg.graph.duckdb_engine import DuckDB
from kg.graph.engine import Columns, Engine
from kg.graph.exchanged import BEFORE, DATA
from kg.graph.terms import OWL, RDFS, TYPE
from kg.source.reader import Quad, Triple

Role = Literal["data", "shapes"]
_SCHEMA = (
    "CREATE TABLE source (id INTEGER, path VARCHAR, role VARCHAR, home VARCHAR)",
    "CREATE TABLE term (id INTEGER, token VARCHAR)",
    "CREATE TABLE quad (g INTEGER, s INTEGER, p INTEGER, o INTEGER, source INTEGER)",
    "CREATE TABLE closure (s INTEGER, p INTEGER, o INTEGER, rule INTEGER, round INTEGER)",
)
_INCOMING = "CREATE TEMP TABLE incoming (source INTEGER, g VARCHAR, s VARCHAR, p VARCHAR, o VARCHAR)"
_FEW = 1_000_000
_TAUTOLOGIES = ", ".join(
    f"'<{name}>'"
    for name in (
        f"{RDFS}subClassOf",
        f"{RDFS}subPropertyOf",
        f"{OWL}equivalentClass",
        f"{OWL}equivalentProperty",
        f"{OWL}sameAs",
    )
)
_CLASS_LINKS = f"'{TYPE}', '<{RDFS}subClassOf>', '<{OWL}equivalentClass>', '<{RDFS}domain>', '<{RDFS}range>'"
_THING, _NOTHING = f"'<{OWL}Thing>'", f"'<{OWL}Nothing>'"


def published(rows: str) -> str:
    """Return the SELECT (s, p, o, rule, round) of what of ``rows``, a table of them, is inferred and published.

    That is what says something of an IRI, does not give a blank class expression as a class, says nothing of a thing
    and itself, and not that everything is a thing.
    """
    return f"""
WITH blank AS (SELECT id FROM term WHERE starts_with(token, '_:')),
  named AS (SELECT id FROM term WHERE starts_with(token, '<') AND token <> {_NOTHING}),
  link AS (SELECT id FROM term WHERE token IN ({_CLASS_LINKS}))
SELECT c.s, c.p, c.o, c.rule, c.round FROM {rows} c
WHERE c.round > 0 AND c.s IN (SELECT id FROM named)
  AND NOT (c.p IN (SELECT id FROM link) AND (c.o IN (SELECT id FROM blank)
    OR c.o IN (SELECT id FROM term WHERE token = {_THING})))
  AND NOT (c.s = c.o AND c.p IN (SELECT id FROM term WHERE token IN ({_TAUTOLOGIES})))
"""


@dataclass(frozen=True)
class Source:
    """A source of quads: its number, its path, its role, and the token of the graph of what it says in none."""

    number: int
    path: str
    role: Role
    home: str = ""


class Graph(Dictionary):
    """One graph in tables: what its files assert and what follows.

    ``ASSERTED`` and ``UNION`` are SELECTs (s, p, o) of what files assert, shapes aside, and of all that is published.
    """

    ASSERTED = "SELECT s, p, o FROM closure WHERE round = 0"
    UNION = "SELECT s, p, o FROM closure WHERE round = 0 UNION ALL SELECT s, p, o FROM inferred"

    @classmethod
    def create(cls, *, memory: str | None = None, scratch: Path | None = None) -> Self:
        """Return an empty graph in memory; ``memory`` and ``scratch`` are the engine's."""
        return cls.empty(DuckDB.create(memory=memory, scratch=scratch))

    @classmethod
    def empty(cls, engine: Engine) -> Self:
        """Return an empty graph in an engine that has no tables."""
        for statement in _SCHEMA:
            engine.run(statement)
        return cls.over(engine)

    @classmethod
    def over(cls, engine: Engine) -> Self:
        """Return the graph of the tables of an engine, which has nothing else."""
        for statement in (f"CREATE VIEW inferred AS {published('closure')}", _INCOMING):
            engine.run(statement)
        return cls(engine)

    @classmethod
    def restore(cls, file: Path, *, memory: str | None = None, scratch: Path | None = None) -> Self:
        """Return a graph in memory as the finished one in ``file`` is, which can be read beside it as ``BEFORE``."""
        engine = DuckDB.create(memory=memory, scratch=scratch)
        engine.restore(file, name=BEFORE)
        engine.run(_INCOMING)
        return cls(engine, restored=True)

    @classmethod
    def open(cls, file: Path) -> Self:
        """Return the finished graph in ``file``, to read."""
        return cls(DuckDB.open(file))

    def __init__(self, engine: Engine, *, restored: bool = False) -> None:
        """Use the tables of ``engine``, which are ``restored`` where it has them as they were as ``BEFORE``."""
        super().__init__(engine)
        self._restored = restored

    def beside(self) -> Self:
        """Return the same graph for another thread, which makes its own temporary tables."""
        return type(self)(self.engine.beside(), restored=self._restored)

    def load(self, sources: Iterable[tuple[str, Role, Iterable[Quad]]]) -> None:
        """Load quads, by source as (path, role, quads), then merge those of role ``data`` into the closure."""
        for number, (path, role, quads) in enumerate(sources, self.next_source()):
            self.add_sources([Source(number, path, role)])
            g, s, p, o = tuple(zip(*quads, strict=True)) or ((), (), (), ())
            named = [name or None for name in g]
            columns: Columns = {"source": [number] * len(g), "g": named, "s": s, "p": p, "o": o}
            self.engine.append("incoming", columns)
        self.settle()
        self.merge()

    def next_source(self) -> int:
        """Return the number of the next source, which none had ``BEFORE``."""
        numbers = f"source UNION ALL SELECT id FROM {BEFORE}.source" if self._restored else "source"
        return self.engine.count(f"SELECT coalesce(max(id) + 1, 0) FROM (SELECT id FROM {numbers})")

    def add_sources(self, sources: Iterable["Source"]) -> None:
        """Add sources, whose quads are to come in."""
        given = list(sources)
        columns = {key: [getattr(source, key) for source in given] for key in ("number", "path", "role", "home")}
        self.engine.append("source", {"id": columns.pop("number"), **columns})
        self.ids({source.home for source in given})

    def settle(self, *, refused: str = "false") -> list[int]:
        """Move what has come in into the tables, but for the sources with a new token of which ``refused`` holds.

        Return the numbers of these. ``refused`` is a condition of SQL on ``token``.
        """
        tokens = " UNION ALL ".join(f"SELECT {column} AS token FROM incoming" for column in "gspo")
        first = self.add_terms(f"SELECT DISTINCT token FROM ({tokens}) WHERE token IS NOT NULL")
        sources: list[int] = []
        if self.engine.make("refused", f"SELECT id, token FROM term WHERE id >= {first} AND ({refused})"):
            named = " OR ".join(f"{column} IN (SELECT token FROM refused)" for column in "gspo")
            sources = [number for (number,) in self.engine.rows(f"SELECT DISTINCT source FROM incoming WHERE {named}")]
            self.engine.run(f"DELETE FROM incoming WHERE source IN ({', '.join(map(str, sources))})")
            self.engine.run("DELETE FROM term WHERE id IN (SELECT id FROM refused)")
        self.engine.run(f"INSERT INTO quad {self._placed()}")
        self.engine.run("TRUNCATE incoming")
        return sources

    def _placed(self) -> str:
        """Return the SELECT (g, s, p, o, source) of what has come in."""
        columns = {"g": "coalesce(i.g, f.home)", "s": "i.s", "p": "i.p", "o": "i.o"}
        came = "FROM incoming i JOIN source f ON f.id = i.source"
        if self.engine.hashed:
            ids = (self.engine.hashed.format(token=of) for of in columns.values())
            return f"SELECT {', '.join(ids)}, i.source {came}"
        # Integers are joined in half the time of texts, and nothing is mistaken while no two terms have one hash.
        terms = self.engine.make("hashed", "SELECT id, hash(token) AS key FROM term")
        alone = terms == self.engine.count("SELECT count(DISTINCT key) FROM hashed")
        table, column, key = ("hashed", "key", "hash") if alone else ("term", "token", "")
        joins = " ".join(f"JOIN {table} {name} ON {name}.{column} = {key}({of})" for name, of in columns.items())
        return f"SELECT g.id, s.id, p.id, o.id, i.source {came} {joins}"

    def merge(self) -> None:
        """Move what files of role ``data`` assert now into the closure."""
        if self._restored:
            exchanged.merge(self.engine)
            return
        self.engine.run("DELETE FROM closure WHERE round = 0")
        self.engine.run(f"INSERT INTO closure SELECT DISTINCT s, p, o, 0, 0 FROM ({DATA.format(of='')})")
        self.engine.run(
            "DELETE FROM closure c WHERE round > 0 AND EXISTS "
            "(SELECT 1 FROM closure k WHERE k.round = 0 AND k.s = c.s AND k.p = c.p AND k.o = c.o)"
        )

    def remove(self, paths: Iterable[str]) -> None:
        """Remove the quads of sources; the closure holds them until the next merge."""
        with self.engine.given({"path": list(paths)}) as given:
            numbers = f"SELECT id FROM source WHERE path IN (SELECT path FROM {given})"
            self.engine.run(f"DELETE FROM quad WHERE source IN ({numbers})")
            self.engine.run(f"DELETE FROM source WHERE id IN ({numbers})")

    def forget(self) -> None:
        """Take out of the closure all that is inferred."""
        self.engine.run("DELETE FROM closure WHERE round > 0")

    def changed(self) -> list[tuple[str, str | None]]:
        """Return of what asserted triples differ from those ``BEFORE``: predicates, with the class for rdf:type.

        To be asked once the files that were exchanged are merged.
        """
        return exchanged.changed(self.engine)

    def save(self, file: Path) -> None:
        """Write the tables to a new file, without the terms that nothing uses."""
        if not isinstance(self.engine, DuckDB):
            from kg.graph.spark.saving import tables_of

            tables_of(self).save(file)
            return
        with self.engine.saved(file) as saved:
            places = [("quad", column) for column in "gspo"] + [("closure", column) for column in "spo"]
            used = " UNION ".join(f"SELECT {column} FROM {saved}.{table}" for table, column in places)
            self.engine.run(f"DELETE FROM {saved}.term WHERE id NOT IN ({used})")

    def asserted(self) -> Iterator[Triple]:
        """Yield the merged union of what files assert, shapes aside, each triple once, sorted."""
        yield from self._triples("closure", "t.round = 0")

    def asserted_with(self, predicates: Iterable[str]) -> Iterator[Triple]:
        """Yield the asserted triples, shapes aside, with one of these predicates, sorted."""
        yield from self._triples("closure", f"t.round = 0 AND t.p IN ({self._listed(predicates)})")

    def union_with(self, predicates: Iterable[str], *, objects: Iterable[str] | None = None) -> Iterator[Triple]:
        """Yield the published triples, asserted or inferred, with one of these predicates, sorted.

        Those with one of some ``objects`` alone, when they are given.
        """
        chosen = "" if objects is None else f" AND t.o IN ({self._listed(objects)})"
        yield from self._triples(f"({self.UNION})", f"t.p IN ({self._listed(predicates)}){chosen}")

    def size(self) -> int:
        """Return how many triples the closure has."""
        return self.engine.count("SELECT count(*) FROM closure")

    @contextmanager
    def few_rows(self) -> Iterator[None]:
        """Run statements, without threads of the engine where the closure is so small that they cost more than rows."""
        with self.engine.many_small() if self.size() < _FEW else nullcontext():
            yield

    def lines(self, select: str) -> str:
        """Return the triples of a SELECT (s, p, o) as N-Triples."""
        return self.engine.lines(
            "SELECT s.token || ' ' || p.token || ' ' || o.token || ' .' AS text "
            f"FROM ({select}) t JOIN term s ON s.id = t.s JOIN term p ON p.id = t.p JOIN term o ON o.id = t.o"
        )

    def axioms(self, predicates: Iterable[str], *, kinds: Iterable[str]) -> list[tuple[str, str, str, int]]:
        """Return the triples of the closure with these predicates or types, and their rounds, sorted."""
        numbers, classes = self._listed(predicates), self._listed(kinds)
        return self.engine.rows(
            "SELECT s.token, p.token, o.token, c.round FROM closure c JOIN term s ON s.id = c.s "
            "JOIN term p ON p.id = c.p JOIN term o ON o.id = c.o "
            f"WHERE c.p IN ({numbers}) OR (c.p = ? AND c.o IN ({classes})) ORDER BY ALL",
            [self.find(TYPE)],
        )

    def with_objects(self, ids: str) -> Iterator[Triple]:
        """Yield the triples of the closure whose object is of a SELECT (id), sorted."""
        yield from self._triples("closure", f"t.o IN ({ids})")

    def inferred(self) -> Iterator[Triple]:
        """Yield the published inferred triples, sorted."""
        yield from self._triples("inferred", "true")

    def union(self) -> Iterator[Triple]:
        """Yield what is asserted and what is inferred and published, each triple once, sorted."""
        yield from self._triples(f"({self.UNION})", "true")

    def given_by_rule(self) -> dict[int, int]:
        """Return of each rule, by its number, how many of the published triples it was the first to give."""
        return dict(self.engine.rows("SELECT rule, count(*) FROM inferred GROUP BY rule ORDER BY rule"))

    def quads(self, *, role: Role | None = None) -> Iterator[Quad]:
        """Yield the quads that files assert, each once, sorted; those of one ``role`` when it is given."""
        yield from self.engine.rows(
            "SELECT DISTINCT g.token, s.token, p.token, o.token FROM quad q JOIN source f ON f.id = q.source "
            "JOIN term g ON g.id = q.g JOIN term s ON s.id = q.s "
            "JOIN term p ON p.id = q.p JOIN term o ON o.id = q.o "
            + ("WHERE f.role = ? " if role else "")
            + "ORDER BY ALL",
            [role] if role else [],
        )

    def held(self, graph: str) -> Iterator[Triple]:
        """Yield the triples that files assert in a graph, by its token, each once, sorted."""
        yield from self._triples(f"(SELECT DISTINCT s, p, o FROM quad WHERE g = {self.find(graph) or -1})", "true")

    def triples_by_file(self, *, role: Role) -> Iterator[tuple[str, Triple]]:
        """Yield (file, triple) for the quads of a role, sorted."""
        rows = self.engine.rows(
            "SELECT DISTINCT f.path, s.token, p.token, o.token "
            "FROM (SELECT * FROM quad WHERE source IN (SELECT id FROM source WHERE role = ?)) q "
            "JOIN source f ON f.id = q.source "
            "JOIN term s ON s.id = q.s JOIN term p ON p.id = q.p JOIN term o ON o.id = q.o ORDER BY ALL",
            [role],
        )
        for path, s, p, o in rows:
            yield path, (s, p, o)

    def places(self, triple: Triple) -> list[tuple[str, str]]:
        """Return the (graph token, file) pairs that assert a triple, sorted."""
        ids = [self.find(token) for token in triple]
        if None in ids:
            return []
        return self.engine.rows(
            "SELECT DISTINCT g.token, f.path FROM quad q JOIN term g ON g.id = q.g JOIN source f ON f.id = q.source "
            "WHERE q.s = ? AND q.p = ? AND q.o = ? ORDER BY ALL",
            ids,
        )

    def places_about(self, subject: str) -> list[tuple[str, str]]:
        """Return the (graph token, file) pairs that assert anything of a subject, sorted."""
        return self.engine.rows(
            "SELECT DISTINCT g.token, f.path FROM quad q JOIN term s ON s.id = q.s JOIN term g ON g.id = q.g "
            "JOIN source f ON f.id = q.source WHERE s.token = ? ORDER BY ALL",
            [subject],
        )

    def objects(self, subject: str, predicate: str) -> list[str]:
        """Return the object tokens of a subject and a predicate in the closure, sorted."""
        rows = self.engine.rows(
            "SELECT o.token FROM closure c JOIN term s ON s.id = c.s JOIN term p ON p.id = c.p "
            "JOIN term o ON o.id = c.o WHERE s.token = ? AND p.token = ? ORDER BY 1",
            [subject, predicate],
        )
        return [token for (token,) in rows]

    def about(self, subject: str) -> list[Triple]:
        """Return the published triples of a subject, sorted."""
        return self._published("s", subject)

    def naming(self, object: str) -> list[Triple]:
        """Return the published triples whose object is this token, sorted."""
        return self._published("o", object)

    def _published(self, column: str, token: str) -> list[Triple]:
        known = self.find(token)
        if known is None:
            return []
        return list(self._triples(f"({self.UNION})", f"t.{column} = {known}"))

    def named(self, base: str) -> list[str]:
        """Return the IRIs that begin with ``base`` and are in a quad, or in a triple that is published, sorted."""
        tables = " ".join(f"UNION SELECT {c} FROM quad UNION SELECT {c} FROM inferred" for c in "spo")
        rows = self.engine.rows(
            f"SELECT token[2:-2] FROM term WHERE starts_with(token, ?) AND id IN (SELECT g AS id FROM quad {tables}) "
            "ORDER BY 1",
            [f"<{base}"],
        )
        return [iri for (iri,) in rows]

    def fragments(self, base: str) -> list[str]:
        """Return the IRIs that begin with ``base`` and have a fragment, sorted."""
        rows = self.engine.rows(
            "SELECT token[2:-2] FROM term WHERE starts_with(token, ?) AND contains(token, '#') ORDER BY 1",
            [f"<{base}"],
        )
        return [iri for (iri,) in rows]

    def files_about(self, subject: str) -> list[str]:
        """Return the files that assert something of a subject, the one that says most first."""
        rows = self.engine.rows(
            "SELECT f.path FROM quad q JOIN term s ON s.id = q.s JOIN source f ON f.id = q.source "
            "WHERE s.token = ? GROUP BY f.path ORDER BY count(*) DESC, f.path",
            [subject],
        )
        return [path for (path,) in rows]

    def home_of(self, subjects: Iterable[str]) -> dict[str, str]:
        """Return, of each subject that some file asserts something of, the file that says most."""
        with self.engine.given({"token": list(subjects)}) as given:
            return dict(
                self.engine.rows(
                    "SELECT token, arg_min(path, (-said, path)) FROM (SELECT s.token, f.path, count(*) AS said "
                    f"FROM quad q JOIN term s ON s.id = q.s JOIN {given} w ON w.token = s.token "
                    "JOIN source f ON f.id = q.source GROUP BY s.token, f.path) GROUP BY token"
                )
            )

    def _triples(self, table: str, condition: str) -> Iterator[Triple]:
        yield from self.engine.rows(
            f"SELECT s.token, p.token, o.token FROM {table} t JOIN term s ON s.id = t.s "
            f"JOIN term p ON p.id = t.p JOIN term o ON o.id = t.o WHERE {condition} ORDER BY ALL"
        )
