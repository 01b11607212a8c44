"""Write a sorted text again with other blocks: what lies between them is copied as it stands.

A run is blocks that are joined by a joint, in the order of their keys: the subjects of a graph in Turtle, the nodes of
one in JSON-LD, the lines of N-Quads. No block has the joint in it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key", str, bytes)


@dataclass(frozen=True)
class Run(Generic[Key]):
    """The blocks between two places of a text; ``key`` reads that of the block which begins at a place."""

    text: bytes
    start: int
    end: int
    joint: bytes
    key: Callable[[bytes, int], Key]

    def replaced(self, blocks: Mapping[Key, bytes | None]) -> tuple[bytes, list[bytes]]:
        """Return the run with these blocks, by key, instead of its own or beside them, and those of its own that go.

        A block that is None has nothing in its place.
        """
        pieces, gone = self.pieces(blocks)
        return self.joint.join(pieces), gone

    def pieces(self, blocks: Mapping[Key, bytes | None]) -> tuple[list[bytes | memoryview], list[bytes]]:
        """Return what the joint joins to this, and the blocks that go."""
        pieces: list[bytes | memoryview] = []
        gone: list[bytes] = []
        text = memoryview(self.text)
        here, size = self.start, len(self.joint)
        for key, block in sorted(blocks.items()):
            place = self._place(key, here)
            if place > here:
                pieces.append(text[here : place - size])
            if block is not None:
                pieces.append(block)
            here = place
            if place < self._stop and self.key(self.text, place) == key:
                here = self._next(place)
                gone.append(self.text[place : here - size])
        if here < self._stop:
            pieces.append(text[here : self.end])
        return pieces, gone

    @property
    def _stop(self) -> int:
        """Where another block would begin."""
        return self.end + len(self.joint) if self.end > self.start else self.start

    def _next(self, place: int) -> int:
        """Return where the block after that at a place begins."""
        found = self.text.find(self.joint, place, self.end)
        return self._stop if found < 0 else found + len(self.joint)

    def _place(self, key: Key, low: int) -> int:
        """Return where the first block at ``low`` or after begins whose key is not before this one."""
        high = self._stop
        while low < high:
            found = self.text.rfind(self.joint, low, (low + high) // 2)
            middle = low if found < 0 else found + len(self.joint)
            if self.key(self.text, middle) < key:
                low = self._next(middle)
            else:
                high = middle
        return low
