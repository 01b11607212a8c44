"""How much of the tables is on disk for lack of memory."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_EVERY = 0.25  # seconds between two looks


@dataclass
class Spill:
    """The most bytes that the engine had in its scratch folder at once."""

    most: int = 0

    def look(self, folder: Path) -> None:
        """Look at what is there now."""
        self.most = max(self.most, sum(map(_size, folder.glob("duckdb_temp*"))))


@contextmanager
def spill_in(folder: Path) -> Iterator[Spill]:
    """Yield what is seen in the scratch folder of an engine while the block lasts, several times a second."""
    seen, done = Spill(), threading.Event()

    def watch() -> None:
        while not done.wait(_EVERY):
            seen.look(folder)

    thread = threading.Thread(target=watch, name="spill", daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:  # it is gone again
        return 0
