"""How fast ``kg publish`` writes the site of the project's build, and in how much memory.

    python benchmarks/publishing.py --runs 1

Each run is a process of its own, from nothing. Documents are the files of resources: a resource has one for each form,
and a page for each language. Memory is the proportional size of all processes together, looked at twice a second.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import memory

ROOT = Path(__file__).resolve().parents[1]
OTHERS = re.compile(r"data/|release/|search|query|sparql|static/|rules/|w3id/|40\d\.|index\.")


@dataclass(frozen=True)
class Published:
    """What was measured: files, those of resources, seconds, the processor's seconds, megabytes."""

    files: int
    documents: int
    seconds: float
    processor: float
    megabytes: float

    @property
    def rate(self) -> float:
        """Documents a second."""
        return self.documents / self.seconds


def publish(out: Path) -> Published:
    """Publish the build of the project, and measure."""
    before, began = os.times(), time.perf_counter()
    command = [sys.executable, "-m", "kg", "-C", str(ROOT), "--quiet", "publish", "--out", str(out)]
    with subprocess.Popen(command) as process:
        most = 0
        while process.poll() is None:
            most = max(most, memory.resident(process.pid))
            time.sleep(0.5)
    if process.returncode:
        raise SystemExit(process.returncode)
    seconds, after = time.perf_counter() - began, os.times()
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    paths = [line.split("  ", 1)[1] for line in (out / "SHA256SUMS").read_text(encoding="utf-8").splitlines()]
    documents = [path for path in paths if not OTHERS.match(path) and "." in path.rpartition("/")[2]]
    return Published(len(paths), len(documents), seconds, processor, most / 1e6)


def main() -> None:
    """Measure, and print the row of the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    wanted = parser.parse_args()
    runs = []
    for _ in range(wanted.runs):
        with tempfile.TemporaryDirectory(prefix="kg-publishing-") as folder:
            runs.append(publish(Path(folder) / "site"))
            print(json.dumps({**asdict(runs[-1]), "rate": runs[-1].rate}), file=sys.stderr)
    found = sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]
    megabytes = statistics.median(run.megabytes for run in runs)
    print("| files | documents | s | documents/s | processor s | MB |\n|---:|---:|---:|---:|---:|---:|")
    cells = (f"{found.files:,}", f"{found.documents:,}", f"{found.seconds:.1f}", f"{found.rate:,.0f}")
    print(f"| {' | '.join(cells)} | {found.processor:.1f} | {megabytes:,.0f} |")


if __name__ == "__main__":
    main()
