"""Files into tables: each statement a line of N-Quads, and the lines taken apart by the engine.

Turtle and its like are written out by their parser as canonical N-Quads, all files into one. The lines of N-Triples
and N-Quads that are canonical already, as those of dumps are, are read as they stand, at several times the speed; a
file that has others goes the way of Turtle.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kg.graph.engine import Engine, quoted
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
_CANONICAL = rf"(?:{_IRI}|{_BLANK}) {_IRI} (?:{_IRI}|{_BLANK}|{_LITERAL})"
_STRING = "^^<http://www.w3.org/2001/XMLSchema#string>"


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
    engine = graph.engine
    engine.scratch.mkdir(parents=True, exist_ok=True)
    written = engine.scratch / "lines.nq"
    sources: list[Source] = []
    try:
        with written.open("wb", buffering=1 << 20) as out:
            for number, file in enumerate(files, graph.next_source()):
                home = home_of(file.path, project=project)
                sources.append(Source(number, file.name or project.relative(file.path), file.role, home))
                if plain(file.path).suffix not in LINES or not _take_canonical(engine, file, number, project):
                    write_lines(file.path, out, project=project, mark=b"%d\t" % number, base=file.base)
        if not engine.read_lines(written, select=_SELECT_MARKED, into="incoming"):
            engine.read_lines(written, select=_SELECT_MARKED, into="incoming", longest=1 << 30)
    finally:
        written.unlink(missing_ok=True)
    graph.merge(sources)


def _take_canonical(engine: Engine, file: File, number: int, project: Project) -> bool:
    """Take the lines of a file as they stand; return False when some line is not canonical."""
    if not file.path.is_file():
        return False
    quads = plain(file.path).suffix == ".nq"
    graph_name = f"(?: (?:{_IRI}|{_BLANK}))?" if quads else ""
    pattern = quoted(rf"{_CANONICAL}{graph_name} \.")
    refused = f"NOT regexp_full_match(text, {pattern}) OR contains(text, {quoted(_STRING)})"
    # A condition is asked once per line; an expression in the SELECT would be, for each column that is made of it.
    told = f"CASE WHEN starts_with(text, '#') THEN false WHEN {refused} THEN error('not canonical') ELSE true END"
    lines = f"(SELECT {number} AS source, text FROM {{lines}} WHERE {told})"
    scope = quoted(scope_of(file.path, project=project))
    return engine.read_lines(file.path, select=_taken_apart(lines, named=quads, scope=scope), into="incoming")


def _taken_apart(lines: str, *, named: bool, scope: str | None = None) -> str:
    """Return the SELECT (source, g, s, p, o) of ``lines`` (source, text), N-Quads, or N-Triples when not ``named``.

    With a ``scope``, a string of SQL, blank nodes have it before their label.
    """
    graph = r"""nullif(regexp_extract(rest, ' (<[^<>" ]*>|_:[^<>" ]+)$', 1), '')""" if named else "NULL"
    g, s, o = (f"CASE WHEN starts_with({c}, '_:') THEN {scope} || substr({c}, 3) ELSE {c} END" for c in "gso")
    return (
        f"SELECT source, {f'{g}, {s}, p, {o}' if scope else 'g, s, p, o'} FROM ("
        "SELECT source, g, s, p, CASE WHEN g IS NULL THEN rest ELSE left(rest, -1 - length(g)) END AS o FROM ("
        f"SELECT source, s, p, rest, {graph} AS g FROM ("
        "SELECT source, s, p, left(substr(text, length(s) + length(p) + 3), -2) AS rest FROM ("
        f"SELECT source, text, split_part(text, ' ', 1) AS s, split_part(text, ' ', 2) AS p FROM {lines}))))"
    )


_SELECT_MARKED = _taken_apart(
    "(SELECT split_part(text, '\t', 1)::INTEGER AS source, substr(text, strpos(text, '\t') + 1) AS text FROM {lines})",
    named=True,
)
