"""What is sent of a dump: graphs, and the pieces that they are sent in.

A piece is some lines of one graph, of a bounded size, named by their digest. Blank nodes are those of one request: all
lines along blank nodes are in one piece. Where these lines are in several graphs, the piece is sent once and is of all
of them, so that the blank nodes are the same in each.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from kg.errors import UsageError

LINES = 10_000
"""The most lines of a piece: the rows that Virtuoso answers without being set up for more."""
BYTES = 8_000_000
"""The size from which a piece takes no further line."""
_TOGETHER = 50  # of one request: statements of many triples cost more together than alone
_BORDER = LINES * 9 // 10  # from here on, a piece ends with its subject
_LINE = re.compile(
    rb'(\S+ \S+ (?:<[^ ]*>|_:\S+|".*"(?:\^\^<[^ ]*>|@[A-Za-z0-9-]+)?))(?: (<[^ ]*>|_:\S+))? \.\n', re.DOTALL
)
_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Piece:
    """Lines of N-Triples, and the graphs that they are of; the token of the default graph is the empty string."""

    lines: tuple[bytes, ...]
    graphs: tuple[str, ...]

    @cached_property
    def name(self) -> str:
        """The digest of the lines."""
        return hashlib.sha256(b"".join(self.lines)).hexdigest()[:32]


@dataclass(frozen=True)
class Contents:
    """What a dump holds: of each graph its lines and their SHA-256, and the lines with blank nodes."""

    dump: Path
    lines: dict[str, int]
    digests: dict[str, str]
    blanks: tuple[tuple[str, bytes], ...] = field(repr=False)

    @classmethod
    def of(cls, dump: Path) -> "Contents":
        """Read a dump. Raises UsageError when a blank node names one of its graphs."""
        lines: defaultdict[str, int] = defaultdict(int)
        digests: defaultdict[str, hashlib._Hash] = defaultdict(hashlib.sha256)
        blanks = []
        for graph, line in _read(dump):
            lines[graph] += 1
            digests[graph].update(line)
            if _labels(line):
                blanks.append((graph, line))
        return cls(dump, dict(lines), {graph: digest.hexdigest() for graph, digest in digests.items()}, tuple(blanks))

    def together(self, graphs: Iterable[str]) -> set[str]:
        """Return these graphs and those that have blank nodes in common with them."""
        found = set(graphs)
        for _, places, _ in self._components:
            if len(places) > 1 and places & found:
                found |= places
        return found if found == set(graphs) else self.together(found)

    def pieces(self, graphs: Collection[str]) -> Iterator[Piece]:
        """Yield the pieces of graphs, those with blank nodes first."""
        for places, lines in self._blank_units(graphs).items():
            yield from (Piece(part, places) for part in _filled(lines))
        waiting: defaultdict[str, list[bytes]] = defaultdict(list)
        sizes: defaultdict[str, int] = defaultdict(int)
        for graph, line in _read(self.dump):
            if graph not in graphs or _labels(line):
                continue
            held = waiting[graph]
            if held and _is_full(held, sizes[graph], line):
                yield Piece(tuple(held), (graph,))
                held.clear()
                sizes[graph] = 0
            held.append(line)
            sizes[graph] += len(line)
        yield from (Piece(tuple(held), (graph,)) for graph, held in waiting.items() if held)

    def _blank_units(self, graphs: Collection[str]) -> dict[tuple[str, ...], list[list[bytes]]]:
        """Return, by the graphs that hold them, the lines that go together."""
        units: defaultdict[tuple[str, ...], list[list[bytes]]] = defaultdict(list)
        for uniform, places, lines in self._components:
            if not places & set(graphs):
                continue
            if uniform:
                units[tuple(sorted(places))].append(sorted(lines))
            else:
                for graph in sorted(places & set(graphs)):
                    units[graph,].append(sorted(line for line, homes in lines.items() if graph in homes))
        return units

    @cached_property
    def _components(self) -> list[tuple[bool, set[str], dict[bytes, set[str]]]]:
        """What is connected by blank nodes: whether each line is in all its graphs, these, and the graphs by line."""
        leaders: dict[bytes, bytes] = {}

        def leader(label: bytes) -> bytes:
            while (above := leaders.setdefault(label, label)) != label:
                leaders[label] = leaders[above]
                label = above
            return label

        for _, line in self.blanks:
            first, *others = _labels(line)
            for other in others:
                leaders[leader(other)] = leader(first)
        lines: defaultdict[bytes, defaultdict[bytes, set[str]]] = defaultdict(lambda: defaultdict(set))
        for graph, line in self.blanks:
            lines[leader(_labels(line)[0])][line].add(graph)
        found = []
        for along in lines.values():
            places = set().union(*along.values())
            found.append((all(homes == places for homes in along.values()), places, dict(along)))
        return found


def grouped(items: Iterable[_Item], size: Callable[[_Item], int]) -> Iterator[list[_Item]]:
    """Yield items in their order, as many for one request as are good for it: fifty, or triples like those of a piece.

    ``size`` says how many triples an item has; one that has more than a piece is alone.
    """
    held: list[_Item] = []
    for item in items:
        if held and (len(held) == _TOGETHER or sum(map(size, held)) + size(item) > LINES):
            yield held
            held = []
        held.append(item)
    if held:
        yield held


def _read(dump: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the lines of a dump as (token of the graph, line of N-Triples)."""
    with dump.open("rb") as stream:
        for line in stream:
            match = _LINE.fullmatch(line)
            assert match, line
            triple, graph = match.groups(default=b"")
            if graph.startswith(b"_:"):
                raise UsageError(f"a graph that is named by a blank node cannot be pushed: {graph.decode()}")
            yield graph.decode(), triple + b" .\n"


def _labels(line: bytes) -> tuple[bytes, ...]:
    """Return the tokens of the blank nodes of a line."""
    if b"_:" not in line:
        return ()
    subject, _, rest = line.partition(b" ")
    named = (subject, rest.partition(b" ")[2][:-3])
    return tuple(token for token in named if token.startswith(b"_:"))


def _is_full(lines: list[bytes], size: int, following: bytes) -> bool:
    """Tell whether a piece of lines, of so many bytes, ends before the line that follows."""
    if size + len(following) > BYTES or len(lines) >= LINES:
        return True
    return len(lines) >= _BORDER and lines[-1].partition(b" ")[0] != following.partition(b" ")[0]


def _filled(units: list[list[bytes]]) -> Iterator[tuple[bytes, ...]]:
    """Yield the lines of units, as many together as a piece takes; a unit is never cut, whatever its size."""
    held: list[bytes] = []
    for unit in units:
        if held and (len(held) + len(unit) > LINES or sum(map(len, held)) + sum(map(len, unit)) > BYTES):
            yield tuple(held)
            held = []
        held = held + unit
    if held:
        yield tuple(held)
