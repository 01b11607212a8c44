"""What it costs to know where each statement of the project's own files stands, beside reading them only."""

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from kg import Project
from kg.source.positions import positions
from kg.source.reader import read

ROOT = Path(__file__).resolve().parent.parent
RUNS = 7


def timed(reader: Callable[..., Iterator[object]], files: list[Path], project: Project) -> float:
    """Return the seconds of the processor for reading files once."""
    started = time.process_time()
    for file in files:
        for _ in reader(file, project=project):
            pass
    return time.process_time() - started


def main() -> None:
    """Measure both in turn, and print medians and their ratio."""
    project = Project.find(ROOT)
    files = [path for kind in ("magazine/*.trig", "editorial/*.ttl") for path in (ROOT / "instances").glob(kind)]
    runs = [(timed(read, files, project), timed(positions, files, project)) for _ in range(RUNS)]
    plain, positioned = (statistics.median(times) for times in zip(*runs, strict=True))
    print(f"read {plain:.3f} s, with places {positioned:.3f} s: {positioned / plain:.2f} times")


if __name__ == "__main__":
    main()
