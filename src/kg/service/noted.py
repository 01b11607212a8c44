"""What is counted in the whole graph, by keys: what is read of it while one is ``counting`` is noted.

Pages note by what a term is documented, which changes less often than all that it comes from (``kg.service.reading``).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from kg.service.reading import note

COUNTED = "z"
"""The kind of these notes."""
_COUNTING: ContextVar[bool] = ContextVar("counting", default=False)
T = TypeVar("T")


@contextmanager
def counting() -> Iterator[None]:
    """Note what is read until the end."""
    before = _COUNTING.set(True)
    try:
        yield
    finally:
        _COUNTING.reset(before)


class Noted(Mapping[str, T]):
    """A mapping that notes what is read of it: its name and the key, or its name alone for all that it has."""

    def __init__(self, name: str, of: Mapping[str, T]) -> None:
        self._name = name
        self.of = of

    def __getitem__(self, key: str) -> T:
        """Return what a key has."""
        note_counted(f"{self._name} {key}")
        return self.of[key]

    def __contains__(self, key: object) -> bool:
        """Tell whether there is a key."""
        note_counted(f"{self._name} {key}")
        return key in self.of

    def __iter__(self) -> Iterator[str]:
        """Yield all keys."""
        note_counted(self._name)
        return iter(self.of)

    def __len__(self) -> int:
        """Return how many keys there are."""
        note_counted(self._name)
        return len(self.of)


def note_counted(name: str) -> None:
    """Note that something is read."""
    if _COUNTING.get():
        note(COUNTED, name)
