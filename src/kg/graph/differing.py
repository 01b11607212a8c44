"""Which quads two dumps differ in."""

from collections.abc import Iterator
from pathlib import Path

from kg.graph.store import read_quads
from kg.source.reader import Quad


def differing(one: Path, other: Path) -> Iterator[Quad]:
    """Yield the quads of the lines that one N-Quads file has and the other has not."""
    if one.samefile(other):
        return
    with one.open("rb") as lines:
        found = set(lines)
    fresh = []
    with other.open("rb") as lines:
        for line in lines:
            if line in found:
                found.remove(line)
            else:
                fresh.append(line)
    yield from read_quads(b"".join((*found, *fresh)), suffix=".nq")
