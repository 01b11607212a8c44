"""Which quads two dumps differ in."""

import mmap
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from kg.graph.store import read_quads
from kg.source.reader import Quad

_PIECE = 1 << 16  # bytes that are compared at once
_FEW = 8  # lines, each of which is sooner looked for than all are read


@dataclass(frozen=True)
class Differing:
    """The lines that the first of two N-Quads files has and the other has not, and those that the other alone has."""

    gone: frozenset[bytes]
    fresh: frozenset[bytes]

    def quads(self) -> Iterator[Quad]:
        """Yield the quads of the lines."""
        yield from read_quads(b"".join((*self.gone, *self.fresh)), suffix=".nq")


def has_blank(quad: Quad) -> bool:
    """Tell whether a quad has a blank node, which another build may call otherwise."""
    g, s, _, o = quad
    return "_:" in (g[:2], s[:2], o[:2])


def differing(one: Path, other: Path) -> Differing:
    """Return the lines in which two files of sorted parts differ; soon, when they are few."""
    if one.samefile(other):
        return Differing(frozenset(), frozenset())
    gone, fresh = _apart(one, other)
    return Differing(frozenset(gone - _there(gone, other)), frozenset(fresh - _there(fresh, one)))


def _apart(one: Path, other: Path) -> tuple[set[bytes], set[bytes]]:
    """Return lines of each file without which they would be the same."""
    gone: set[bytes] = set()
    fresh: set[bytes] = set()
    with ExitStack() as opened:
        text, others = (_read(path, opened) for path in (one, other))
        here = there = 0
        while True:
            line, another = _line(text, here), _line(others, there)
            if not line and not another:
                return gone, fresh
            if line == another:
                length = _alike(text, here, others, there)
                here, there = here + length, there + length
            elif line and (line < another or not another):
                gone.add(line)
                here += len(line)
            else:
                fresh.add(another)
                there += len(another)


def _read(path: Path, opened: ExitStack) -> mmap.mmap | bytes:
    if not path.stat().st_size:
        return b""
    file = opened.enter_context(path.open("rb"))
    return opened.enter_context(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _line(text: mmap.mmap | bytes, place: int) -> bytes:
    return text[place : text.find(b"\n", place) + 1]


def _alike(text: mmap.mmap | bytes, here: int, others: mmap.mmap | bytes, there: int) -> int:
    """Return how many bytes of whole lines are the same from a place of each text, one line at least."""
    begin = here
    while (piece := text[here : here + _PIECE]) and piece == others[there : there + _PIECE]:
        here, there = here + len(piece), there + len(piece)
    low, high = 0, len(piece)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if piece[:middle] == others[there : there + middle] else (low, middle - 1)
    return text.rfind(b"\n", begin, here + low) + 1 - begin


def _there(lines: set[bytes], file: Path) -> set[bytes]:
    """Return which of some lines a file has, in whichever of its parts."""
    if not lines:
        return set()
    if len(lines) > _FEW:
        with file.open("rb") as found:
            return lines.intersection(found)
    with ExitStack() as opened:
        text = _read(file, opened)
        return {line for line in lines if text[: len(line)] == line or text.find(b"\n" + line) >= 0}
