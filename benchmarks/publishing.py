"""How fast ``kg publish`` writes the site of the project's graph, and in how much memory.

    python benchmarks/publishing.py --runs 1

Each run publishes a copy of the project from nothing, then once more, then after one fact has changed, each time by a
process of its own after ``kg build``. Documents are the files of resources: a resource has one for each form, and a
page for each language. Memory is the proportional size of all processes together, looked at twice a second.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import memory

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("ontology", "shapes", "instances", "queries", "releases", "pyproject.toml")
FACT = "instances/editorial/acts.ttl"
"""The file whose first English label changes."""
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


def copy(folder: Path) -> None:
    """Copy what a graph is made of."""
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, folder / part)
        elif (ROOT / part).is_file():
            shutil.copyfile(ROOT / part, folder / part)


def change(folder: Path) -> None:
    """Change one fact."""
    path = folder / FACT
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r'(rdfs:label "[^"]*)("@en)', r"\1 (again)\2", text, count=1), encoding="utf-8")


def publish(folder: Path) -> Published:
    """Build the graph in a folder, publish it, and measure the publication."""
    kg = [sys.executable, "-m", "kg", "-C", str(folder), "--quiet"]
    subprocess.run([*kg, "build"], check=True)
    before, began = os.times(), time.perf_counter()
    out, command = folder / "site", [*kg, "publish"]
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
    """Measure, and print the rows of the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    wanted = parser.parse_args()
    runs: dict[str, list[Published]] = {}
    for _ in range(wanted.runs):
        with tempfile.TemporaryDirectory(prefix="kg-publishing-") as name:
            folder = Path(name)
            copy(folder)
            for case in ("from nothing", "nothing changed", "one fact changed"):
                if case == "one fact changed":
                    change(folder)
                runs.setdefault(case, []).append(found := publish(folder))
                print(json.dumps({"case": case, **asdict(found), "rate": found.rate}), file=sys.stderr)
    print("| | files | documents | s | documents/s | processor s | MB |\n|---|---:|---:|---:|---:|---:|---:|")
    for case, all_ in runs.items():
        found = sorted(all_, key=lambda run: run.seconds)[len(all_) // 2]
        megabytes = statistics.median(run.megabytes for run in all_)
        rate = f"{found.rate:,.0f}" if case == "from nothing" else ""
        cells = (case, f"{found.files:,}", f"{found.documents:,}", f"{found.seconds:.1f}", rate)
        print(f"| {' | '.join(cells)} | {found.processor:.1f} | {megabytes:,.0f} |")


if __name__ == "__main__":
    main()
