"""How fast ``kg publish`` writes the site of the project's graph, and in how much memory.

    python benchmarks/publishing.py --runs 1

Each run publishes a copy of the project from nothing, then once more, then after a label, a statement and a signatory
have changed, four times each, every time by a process of its own after ``kg build``; then after such changes by
``kg publish --watch``, which has published before. Documents are the files of resources: a resource has one for each
form, and a page for each language. Memory is the proportional size of all processes together, looked at twice a second,
and the processor's time that of all of them, looked at ten times a second: the first time that something has changed.
The other times nobody looks, which takes time, and the seconds are theirs.
"""

import argparse
import json
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
FACTS = "instances/editorial/acts.ttl"
"""The file whose first English label changes, and which gets a statement more."""
STATEMENT = "act:erbm rc:partner <https://w3id.org/republique-contractuelle/id/party/etat> .\n"
SIGNED = "instances/magazine/ruralite.trig"
"""The file of an act that gets a signatory more, from which more follows; it is not what the source says."""
SIGNATORY = "rc:signatory party:petr-ternois-7-vallees ;\n"
ANOTHER = "rc:signatory party:siren-215901786 ;\n"
CASES = ("one label changed", "one statement changed", "one signatory changed")
CHANGES = 3
"""How often each changes, and again while somebody watches; the first time is not counted."""
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


def change(folder: Path, case: str) -> None:
    """Change one label, or state one statement, one signatory, more or no more."""
    path = folder / (SIGNED if "signatory" in case else FACTS)
    text = path.read_text(encoding="utf-8")
    if "label" in case:
        text = re.sub(r'(rdfs:label "[^"]*)("@en)', r"\1 (again)\2", text, count=1)
    elif "signatory" in case:
        text = text.replace(ANOTHER, "") if ANOTHER in text else text.replace(SIGNATORY, SIGNATORY + ANOTHER)
    else:
        text = text.replace(STATEMENT, "") if STATEMENT in text else text + STATEMENT
    path.write_text(text, encoding="utf-8")


def publish(folder: Path, *, looked_at: bool = True) -> Published:
    """Build the graph in a folder, publish it, and measure the publication; if it is not looked at, its time alone."""
    kg = [sys.executable, "-m", "kg", "-C", str(folder), "--quiet"]
    subprocess.run([*kg, "build"], check=True)
    began = time.perf_counter()
    out, command = folder / "site", [*kg, "publish"]
    with subprocess.Popen(command) as process:
        most, processor, looked = 0, 0.0, 0
        while looked_at and process.poll() is None:
            processor = max(processor, memory.processor(process.pid))
            if looked % 5 == 0:
                most = max(most, memory.resident(process.pid))
            looked += 1
            time.sleep(0.1)
    if process.returncode:
        raise SystemExit(process.returncode)
    seconds = time.perf_counter() - began
    paths = [line.split("  ", 1)[1] for line in (out / "SHA256SUMS").read_text(encoding="utf-8").splitlines()]
    documents = [path for path in paths if not OTHERS.match(path) and "." in path.rpartition("/")[2]]
    return Published(len(paths), len(documents), seconds, processor, most / 1e6)


def watch(folder: Path) -> dict[str, list[tuple[float, float]]]:
    """Publish by one process after each of some changes; return its seconds, and those since the file was saved."""
    command = [sys.executable, "-m", "kg", "-C", str(folder), "publish", "--watch"]
    taken: dict[str, list[tuple[float, float]]] = {}
    with tempfile.TemporaryFile("w+") as said, subprocess.Popen(command, stderr=said, text=True) as process:

        def lines() -> list[str]:
            said.seek(0)
            return [line for line in said.read().splitlines() if " s; the dataset has " in line]

        def until(count: int) -> None:
            while len(lines()) < count:
                if process.poll() is not None:
                    raise SystemExit(process.returncode)
                time.sleep(0.02)

        until(1)
        for case in CASES:
            for number in range(CHANGES + 1):
                time.sleep(2)  # it is waiting by then
                before, began = len(lines()), time.perf_counter()
                change(folder, case)
                until(before + 1)
                waited = time.perf_counter() - began
                seconds = re.search(r"in ([\d.]+) s;", lines()[-1])
                if number and seconds:
                    taken.setdefault(case, []).append((float(seconds[1]), waited))
        process.terminate()
    return taken


def main() -> None:
    """Measure, and print the rows of the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    wanted = parser.parse_args()
    runs: dict[str, list[Published]] = {}
    stays: dict[str, list[tuple[float, float]]] = {}
    looked: dict[str, list[Published]] = {}
    for _ in range(wanted.runs):
        with tempfile.TemporaryDirectory(prefix="kg-publishing-") as name:
            folder = Path(name)
            copy(folder)
            for number, case in enumerate(("from nothing", "nothing changed", *CASES * (1 + CHANGES))):
                changes = case.startswith("one")
                if changes:
                    change(folder, case)
                found = publish(folder, looked_at=number < 2 + len(CASES))
                print(json.dumps({"case": case, **asdict(found), "rate": found.rate}), file=sys.stderr)
                if found.megabytes:
                    looked.setdefault(case, []).append(found)
                if not changes or not found.megabytes:
                    runs.setdefault(case, []).append(found)
            for case, seconds in watch(folder).items():
                stays.setdefault(case, []).extend(seconds)
    print("| | files | documents | s | least | most | documents/s | processor s | MB |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for case, all_ in runs.items():
        by_time = sorted(all_, key=lambda run: run.seconds)
        found = by_time[len(all_) // 2]
        least, most = f"{by_time[0].seconds:.1f}", f"{by_time[-1].seconds:.1f}"
        megabytes = statistics.median(run.megabytes for run in looked[case])
        processor = statistics.median(run.processor for run in looked[case])
        rate = f"{found.rate:,.0f}" if case == "from nothing" else ""
        cells = (case, f"{found.files:,}", f"{found.documents:,}", f"{found.seconds:.1f}", least, most, rate)
        print(f"| {' | '.join(cells)} | {processor:.1f} | {megabytes:,.0f} |")
    print("\n| `--watch` | s | least | most | s since the file was saved |\n|---|---:|---:|---:|---:|")
    for case, taken in stays.items():
        seconds = [own for own, _ in taken]
        cells = (case, *(f"{value:.1f}" for value in (statistics.median(seconds), min(seconds), max(seconds))))
        print(f"| {' | '.join(cells)} | {statistics.median(waited for _, waited in taken):.1f} |")


if __name__ == "__main__":
    main()
