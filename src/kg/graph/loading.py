"""Files into tables: each statement a line of N-Quads, and the lines taken apart by the engine.

Turtle and its like are written out by their parser as canonical N-Quads, all files into one. The lines of N-Triples
and N-Quads that are canonical already, as those of dumps are, are read as they stand, at several times the speed; a
file that has others goes the way of Turtle.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kg.graph.duckdb_engine import DuckDB
from kg.graph.engine import quoted
from kg.graph.quads import Graph, Role, Source
from kg.project import Project, plain
from kg.source.reader import LINES, home_of, scope_of, write_lines

# What Oxigraph both takes and writes alike: N-Triples, section 4, without the characters that it would write
# otherwise, and IRIs by the narrow side of RFC 3987.
_IRI = (
    "<[A-Za-z][A-Za-z0-9+.-]*:"
    r"(?:[A-Za-z0-9._~:/?#@!$&'()*+,;=\x{A0}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFEF}-]|%[0-9A-Fa-f]{2})*>"
)
_BLANK = "_:[A-Za-z0-9]+"
_LITERAL = rf'"(?:[^\x00-\x1f\x7f"\\]|\\[tbnrf"\\])*"(?:@[a-z]{{1,8}}(?:-[a-z0-9]{{1,8}})*|\^\^{_IRI})?'
_STRING = "^^<http://www.w3.org/2001/XMLSchema#string>"
# Of the tokens in the dictionary. Those of blank nodes are looked at before their labels have the scope of the file.
_NOT_CANONICAL = (
    f"NOT starts_with(token, '_:') AND (ends_with(token, {quoted(_STRING)}) "
    f"OR NOT regexp_full_match(token, {quoted(f'{_IRI}|{_LITERAL}')}))"
)


@dataclass(frozen=True)
class File:
    """A file to load, and the role of its quads.

    ``base`` is the IRI that its relative IRIs are after, if it may have some; ``name`` what it is called, if that is
    not its path.
    """

    path: Path
    role: Role
    base: str | None = None
    name: str | None = None


def load_files(graph: Graph, files: Iterable[File], *, project: Project) -> None:
    """Load files into ``graph`` and merge those of role ``data`` into its closure.

    Raises SourceError with file and line for a syntax error, UsageError for a missing file or an unknown suffix,
    ResourceError when memory or disk are too small.
    """
    if not isinstance(graph.engine, DuckDB):
        from kg.graph.spark.loading import load

        load(graph, files, project=project)
        return
    numbered = dict(enumerate(files, graph.next_source()))
    graph.add_sources(source_of(number, file, project) for number, file in numbered.items())
    _load_here(graph, graph.engine, numbered, project)
    graph.merge()


def source_of(number: int, file: File, project: Project) -> Source:
    """Return the source that a file is, under its number."""
    return Source(number, file.name or project.relative(file.path), file.role, home_of(file.path, project=project))


def _load_here(graph: Graph, engine: DuckDB, files: Mapping[int, File], project: Project) -> None:
    lines = {number: file for number, file in files.items() if plain(file.path).suffix in LINES}
    _parse(graph, engine, {number: file for number, file in files.items() if number not in lines}, project)
    taken = {number for number, file in lines.items() if _take_lines(engine, file, number, project)}
    if taken:
        taken.difference_update(graph.settle(refused=_NOT_CANONICAL))
    _parse(graph, engine, {number: file for number, file in lines.items() if number not in taken}, project)


def _parse(graph: Graph, engine: DuckDB, files: Mapping[int, File], project: Project) -> None:
    """Take files, by their numbers, as their parsers write them out."""
    if not files:
        return
    engine.scratch.mkdir(parents=True, exist_ok=True)
    written = engine.scratch / "lines.nq"
    try:
        with written.open("wb", buffering=1 << 20) as out:
            for number, file in files.items():
                write_lines(file.path, out, project=project, mark=b"%d\t" % number, base=file.base)
        if not engine.read_lines(written, select=_SELECT_MARKED, into="incoming"):
            engine.read_lines(written, select=_SELECT_MARKED, into="incoming", longest=1 << 30)
    finally:
        written.unlink(missing_ok=True)
    graph.settle()


def _take_lines(engine: DuckDB, file: File, number: int, project: Project) -> bool:
    """Take the lines of N-Triples and N-Quads as they stand; return False, with nothing taken, when they are not such.

    Whether IRIs and literals are canonical is not looked at here, but once for each in the dictionary.
    """
    if not file.path.is_file():
        return False
    lines = f"(SELECT {number} AS source, text FROM {{lines}} WHERE NOT starts_with(text, '#'))"
    scope = quoted(scope_of(file.path, project=project))
    named = plain(file.path).suffix == ".nq"
    return engine.read_lines(file.path, select=_taken_apart(lines, named=named, scope=scope), into="incoming")


def _taken_apart(lines: str, *, named: bool, scope: str | None = None) -> str:
    """Return the SELECT (source, g, s, p, o) of ``lines`` (source, text), N-Quads, or N-Triples when not ``named``.

    With a ``scope``, a string of SQL, blank nodes have it before their label, and a line of another form is an error.
    """
    # A literal has a quotation mark after its last blank, the name of a graph has none.
    graph = "CASE WHEN len(part) > 4 AND NOT contains(part[-2], '\"') THEN part[-2] END" if named else "NULL"
    taken = (
        "SELECT source, g, part[1] AS s, part[2] AS p, "
        "CASE last WHEN 3 THEN part[3] ELSE array_to_string(part[3:last], ' ') END AS o FROM ("
        f"SELECT source, part, {graph} AS g, len(part) - CASE WHEN g IS NULL THEN 1 ELSE 2 END AS last FROM ("
        f"SELECT source, string_split(text, ' ') AS part FROM {lines}){_FORMED if scope else ''})"
    )
    if scope is None:
        return taken
    g, s, o = (f"CASE WHEN starts_with({c}, '_') THEN {_scoped(c, scope)} ELSE {c} END" for c in "gso")
    return f"SELECT source, {g}, {s}, p, {o} FROM ({taken})"


# A condition is asked once per line; an expression in the SELECT would be, for each column that is made of it.
_FORMED = (
    " WHERE CASE WHEN len(part) < 4 OR part[-1] <> '.' OR starts_with(part[1], '\"') OR NOT starts_with(part[2], '<') "
    "THEN error('not canonical') ELSE true END"
)


def _scoped(column: str, scope: str) -> str:
    """Return the SQL of the token of a blank node of a file."""
    label = f"substr({column}, 3)"
    return f"CASE WHEN regexp_full_match({column}, '{_BLANK}') THEN {scope} || {label} ELSE error('not canonical') END"


_SELECT_MARKED = _taken_apart(
    "(SELECT split_part(text, '\t', 1)::INTEGER AS source, substr(text, strpos(text, '\t') + 1) AS text FROM {lines})",
    named=True,
)
