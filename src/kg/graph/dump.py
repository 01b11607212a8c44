"""Write a graph as N-Quads: the merged default graph, then the named graphs, then what is inferred.

Each of the three parts is in the bytewise order of its lines and holds no line twice, so that the same
graph gives the same bytes. The merged default graph is the union of the graphs of role ``data`` and of the
published inferred triples; shapes are in their named graphs only.

A dump may be written from an earlier one and the lines in which they differ: the bytes are the same.
"""

import hashlib
import mmap
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.graph.engine import Engine, quoted
from kg.graph.quads import Graph, published
from kg.graph.terms import iri

PARTS = {
    "default": "SELECT s, p, o, NULL::INTEGER AS g FROM closure WHERE round = 0 "
    "UNION ALL SELECT s, p, o, NULL FROM inferred",
    "named": "SELECT DISTINCT q.s, q.p, q.o, q.g FROM quad q JOIN term g ON g.id = q.g WHERE g.token <> ''",
    "inferred": "SELECT s, p, o, NULL::INTEGER AS g FROM inferred",
}
"""The rows of each part; those of the default graph, and those that are inferred, are of no graph in the tables."""
# What of each part is in one state of the graph and not in another, by the rows in which they differ.
_DIFFERING = {
    "default": "SELECT s, p, o, NULL::INTEGER AS g FROM {one}_triple EXCEPT SELECT s, p, o, NULL FROM {other}_triple",
    "named": "SELECT q.s, q.p, q.o, q.g FROM {one}_quad q JOIN term g ON g.id = q.g WHERE g.token <> ''",
    "inferred": "SELECT s, p, o, NULL::INTEGER AS g FROM {one}_triple WHERE round > 0",
}
_PIECE = 1 << 20  # bytes that go from file to file at once
# Lines are sorted by the ranks of their terms. It is the order of their bytes: a token is never the beginning
# of another, but for "x" and "x"@fr or _:b1 and _:b10, whose next character is greater than the space.
_RANKED = "SELECT id, token, row_number() OVER (ORDER BY token) AS rank FROM term"
_LINES = """
SELECT s.token, p.token, o.token{graph}, '.'
FROM {rows} r JOIN {terms} s ON s.id = r.s JOIN {terms} p ON p.id = r.p JOIN {terms} o ON o.id = r.o
LEFT JOIN {terms} g ON g.id = r.g ORDER BY s.{order}, p.{order}, o.{order}, g.{order}
"""


@dataclass(frozen=True)
class Dump:
    """A dump: its file, and for each part its lines and its bytes; ``sha256`` is of the whole."""

    file: Path
    lines: dict[str, int]
    sizes: dict[str, int]
    sha256: str


@dataclass(frozen=True)
class Difference:
    """The lines of each part, sorted and without their ends, that a dump has no more, and those that it has anew."""

    gone: dict[str, list[bytes]]
    fresh: dict[str, list[bytes]]

    def __len__(self) -> int:
        """Return how many lines it has."""
        return sum(len(lines) for part in (self.gone, self.fresh) for lines in part.values())


@dataclass(frozen=True)
class Part:
    """A part of a dump in a file of its own, which is the caller's to remove, and its lines."""

    file: Path
    lines: int


def write_named(graph: Graph, *, folder: Path) -> Part:
    """Write the part of the named graphs, which is there before anything is inferred, to a file in ``folder``."""
    _rank(graph.engine)
    return _written(graph.engine, "named", "", folder / "named.nq")


def write_nquads(graph: Graph, *, inferred_graph: str, out: Path, named: Part | None = None) -> Dump:
    """Write the whole graph to ``out`` as N-Quads, sorted.

    ``inferred_graph`` is the IRI of the graph of the published inferred triples; ``named`` the part of the named
    graphs, if it has been written. The engine sorts and writes, out of core when it must. Raises ResourceError when
    the disk is full.
    """
    _rank(graph.engine)
    lines: dict[str, int] = {}

    def chunks(name: str) -> Iterator[bytes]:
        file = out.with_name(f"{name}.part")
        part = named if named and name == "named" else _written(graph.engine, name, inferred_graph, file)
        lines[name] = part.lines
        with part.file.open("rb") as stream:
            while piece := stream.read(_PIECE):
                yield piece
        part.file.unlink()

    return _write(out, {name: chunks(name) for name in PARTS}, lines)


def _rank(engine: Engine) -> None:
    if not engine.sorts_texts:
        engine.make("ranked", _RANKED)


def _written(engine: Engine, name: str, inferred_graph: str, file: Path) -> Part:
    """Have the engine write the lines of a part to a file."""
    # As a table, the rows are counted, and the engine knows which side of the joins is the larger one.
    engine.make("row", PARTS[name])
    terms, order = ("term", "token") if engine.sorts_texts else ("ranked", "rank")
    select = _LINES.format(rows="row", terms=terms, order=order, graph=_ending(name, inferred_graph))
    return Part(file, engine.write_lines(select, file))


def write_ntriples(graph: Graph, *, out: Path) -> int:
    """Write what is asserted, shapes aside, and what is inferred and published to ``out``, in any order.

    Return how many lines there are. Raises ResourceError when the disk is full.
    """
    graph.engine.make("row", Graph.UNION)
    return graph.engine.write_lines(
        "SELECT s.token, p.token, o.token, '.' "
        "FROM row r JOIN term s ON s.id = r.s JOIN term p ON p.id = r.p JOIN term o ON o.id = r.o",
        out,
    )


def difference(graph: Graph, *, before: str, inferred_graph: str) -> Difference:
    """Return how the dump of a graph differs from that of the database attached as ``before``.

    The graph has all the terms of both, by the same ids.
    """
    engine = graph.engine
    states = {"gone": f"{before}.", "fresh": ""}
    for one, other in (("gone", "fresh"), ("fresh", "gone")):
        of, without = states[one], states[other]
        triples = "SELECT s, p, o, 0 AS rule, least(round, 1) AS round FROM"
        engine.make("differing", f"{triples} {of}closure EXCEPT {triples} {without}closure")
        engine.make(f"{one}_triple", f"SELECT * FROM differing WHERE round = 0 UNION ALL ({published('differing')})")
        engine.make(f"{one}_quad", f"SELECT g, s, p, o FROM {of}quad EXCEPT SELECT g, s, p, o FROM {without}quad")
    found: dict[str, dict[str, list[bytes]]] = {"gone": {}, "fresh": {}}
    for one, other in (("gone", "fresh"), ("fresh", "gone")):
        for name, rows in _DIFFERING.items():
            differing, ending = rows.format(one=one, other=other), _ending(name, inferred_graph)
            asked = _LINES.format(rows=f"({differing})", terms="term", order="token", graph=ending)
            found[one][name] = [" ".join(row).encode() for row in engine.rows(asked)]
    return Difference(**found)


def rewrite_nquads(before: Dump, difference: Difference, *, out: Path) -> Dump:
    """Write to ``out`` the dump that differs so from an earlier one."""
    with (
        before.file.open("rb") as stream,
        mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as text,
        memoryview(text) as viewed,
    ):
        spliced, lines = {}, {}
        start = 0
        for name in PARTS:
            gone, fresh = difference.gone[name], difference.fresh[name]
            end = start + before.sizes[name]
            spliced[name] = _splice(text, viewed, start, end, gone, fresh)
            lines[name] = before.lines[name] - len(gone) + len(fresh)
            start = end
        return _write(out, spliced, lines)


def _write(out: Path, parts: Mapping[str, Iterable[bytes | memoryview]], lines: dict[str, int]) -> Dump:
    digest = hashlib.sha256()
    sizes = dict.fromkeys(parts, 0)
    with out.open("wb") as stream:
        for name, chunks in parts.items():
            for chunk in chunks:
                stream.write(chunk)
                digest.update(chunk)
                sizes[name] += len(chunk)
        stream.flush()
        os.fsync(stream.fileno())  # while others work
    return Dump(out, lines, sizes, digest.hexdigest())


def _ending(name: str, inferred_graph: str) -> str:
    """Return the SQL of the column after the object on the lines of a part, if there is one."""
    return {"default": "", "named": ", g.token", "inferred": f", {quoted(iri(inferred_graph))}"}[name]


def _splice(
    text: mmap.mmap, viewed: memoryview, start: int, end: int, gone: Sequence[bytes], fresh: Sequence[bytes]
) -> Iterator[bytes | memoryview]:
    """Yield the sorted lines between two places of a text, without those that are gone and with the fresh ones.

    The text is ``viewed`` so that what stays is not copied on its way.
    """
    new = set(fresh)
    for line in sorted([*gone, *fresh]):
        place = _place(text, start, end, line)
        yield from _pieces(viewed, start, place)
        if line in new:
            yield line + b"\n"
        start = place if line in new else place + len(line) + 1
    yield from _pieces(viewed, start, end)


def _pieces(viewed: memoryview, start: int, end: int) -> Iterator[memoryview]:
    return (viewed[here : min(here + _PIECE, end)] for here in range(start, end, _PIECE))


def _place(text: mmap.mmap, low: int, high: int, line: bytes) -> int:
    """Return where the first line that is not before ``line`` begins, between the beginnings of two lines."""
    while low < high:
        middle = text.rfind(b"\n", low, (low + high) // 2) + 1 or low
        after = text.find(b"\n", middle) + 1
        if text[middle : after - 1] < line:
            low = after
        else:
            high = middle
    return low
