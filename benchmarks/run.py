"""Run the benchmarks: kg beside its peers, each in processes of its own, the results compared before the times.

``python benchmarks/run.py`` measures, writes ``results.json`` and ``growth.svg``, and puts the tables into
``README.md``. ``--quick`` takes the smallest data only, once, and writes nothing.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

import datasets
import geography
import synthetic
import tables
import university

HERE = Path(__file__).resolve().parent
TIME_OUT = 600
CLOSURES = {"kg": "kg_closure", "owlrl": "owlrl", "reasonable": "reasonable", "Oxigraph updates": "oxigraph"}
REPORTS = {"kg": "kg_report", "pySHACL": "pyshacl", "shacl-rust": "shacl_rust", "pyshifty": "pyshifty"}
MOST = {"owlrl": 150_000, "reasonable": 150_000, "pySHACL": 150_000, "Oxigraph updates": 2_000_000}
MOST |= {"shacl-rust": 2_000_000, "pyshifty": 2_000_000}
"""The most triples that a peer is given: beyond, it takes longer than the time-out."""
_MODULES = {"reasonable": "reasonable", "shacl-rust": "shacl_rust", "pyshifty": "shifty"}
_SH = "http://www.w3.org/ns/shacl#"


@dataclass(frozen=True)
class Measure:
    """A tool on a data set: medians of whole processes in seconds, of the work alone, and megabytes at the most.

    ``same`` tells how its result compares with ours; ``seconds`` is None when it was not finished in time.
    """

    question: str
    data: str
    triples: int
    tool: str
    seconds: float | None
    work: float | None
    megabytes: float
    same: str


def measure(tool: str, folder: Path, result: Path, runs: int) -> tuple[float | None, float | None, float]:
    """Return the median seconds of whole processes and of the work alone, and the most megabytes."""
    whole, work, memory = [], [], []
    for _ in range(runs):
        command = [sys.executable, str(HERE / "tools.py"), tool, str(folder), str(result)]
        with tempfile.TemporaryFile() as out:
            started = time.perf_counter()
            process = subprocess.Popen(command, stdout=out)
            while (status := process.poll()) is None:
                if time.perf_counter() - started > TIME_OUT:
                    process.kill()
                    process.wait()
                    return None, None, 0.0
                time.sleep(0.002)
            whole.append(time.perf_counter() - started)
            out.seek(0)
            text = out.read().decode().strip()
        if status:
            raise SystemExit(f"{tool} failed on {folder.name}: run {' '.join(command)}")
        seconds, megabytes = map(float, text.splitlines()[-1].split())
        work.append(seconds)
        memory.append(megabytes)
    return statistics.median(whole), statistics.median(work), max(memory)


def closures(data: str, folder: Path, triples: int, runs: int) -> Iterator[Measure]:
    """Measure the closures of a data set by each tool."""
    yield from _compared("closure", data, folder, triples, runs, CLOSURES)


def reports(data: str, folder: Path, triples: int, runs: int) -> Iterator[Measure]:
    """Measure the validation of a data set by each tool."""
    yield from _compared("report", data, folder, triples, runs, REPORTS)


def _compared(
    question: str, data: str, folder: Path, triples: int, runs: int, tools: dict[str, str]
) -> Iterator[Measure]:
    expected: Counter[str] | None = None
    for name, tool in tools.items():
        if triples > MOST.get(name, triples) or find_spec(_MODULES.get(name, "kg")) is None:
            continue
        result = folder / f"{question}-{tool}"
        seconds, work, megabytes = measure(tool, folder, result, 1 if name == "owlrl" and triples > 50_000 else runs)
        same = f"not finished in {TIME_OUT} s"
        if seconds is not None:
            found = Counter(_closure(result, folder) if question == "closure" else _report(result))
            expected = expected if expected is not None else found
            same = _difference(found, expected)
            result.unlink()
        yield Measure(question, data, triples, name, seconds, work, megabytes, same)


def _difference(found: "Counter[str]", expected: "Counter[str]") -> str:
    missing, more = (expected - found).total(), (found - expected).total()
    said = [f"{missing:,} missing"] * bool(missing) + [f"{more:,} more"] * bool(more)
    return ", ".join(said) or "the same"


def _closure(result: Path, folder: Path) -> Iterator[str]:
    """Yield the lines of a closure that tools agree to keep: docs/engine.md says which."""
    with (folder / "instances" / "data.nt").open(encoding="utf-8") as lines:
        asserted = {_plain(line) for line in lines}
    own = "<https://example.org/d/"
    seen = set()
    with result.open(encoding="utf-8") as lines:
        for line in lines:
            line = _plain(line)
            s, p, o = line[:-2].split(" ", 2)
            vocabulary = o.startswith(("<http://www.w3.org/", "_:")) and p.endswith("#type>")
            if line not in asserted and s.startswith(own) and s != o and not vocabulary and line not in seen:
                seen.add(line)
                yield line


def _plain(line: str) -> str:
    """Return a line without its end, whole decimals without their point: Oxigraph writes them so."""
    return line.rstrip("\n").replace('.0"^^<http://www.w3.org/2001/XMLSchema#decimal>', '"^^decimal')


def _report(result: Path) -> Iterator[str]:
    """Yield the rows of a report without what libraries write differently: marks, datatypes, names of components."""
    for focus, component, value in json.loads(result.read_text()):
        kind = component.strip("<>").removeprefix(_SH)
        yield " ".join((focus.strip("<>"), kind, value.split("^^")[0].strip('<>"')))


def whole(data: str, folder: Path, triples: int, runs: int) -> Iterator[Measure]:
    """Measure the whole way from N-Triples to N-Triples, and DuckDB merely reading and writing these bytes."""
    for name, tool, result in (("kg", "kg_whole", "kg-whole"), ("DuckDB, bytes only", "duckdb_bytes", "floor")):
        seconds, work, megabytes = measure(tool, folder, folder / result, runs)
        yield Measure("whole", data, triples, name, seconds, work, megabytes, "")
    for result in ("kg-whole", "floor"):
        (folder / result).unlink(missing_ok=True)


def builds(runs: int) -> Iterator[Measure]:
    """Measure ``kg build`` on the project's own graph: anew, unchanged, with one file changed; and ``kg --help``."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for part in ("ontology", "shapes", "instances", "queries", "pyproject.toml"):
            subprocess.run(["cp", "-r", str(HERE.parent / part), str(root)], check=True)
        changed = sorted((root / "instances" / "magazine").glob("*.trig"))[0]
        text = changed.read_text(encoding="utf-8")
        times: dict[str, list[float]] = {"anew": [], "unchanged": [], "one file changed": [], "kg --help": []}
        for turn in range(runs):
            subprocess.run(["rm", "-rf", str(root / "build"), str(root / "build.d")], check=True)
            times["anew"].append(_timed(root, "build"))
            times["unchanged"].append(_timed(root, "build"))
            first = next(line for line in text.splitlines() if "rc:asStated" in line)
            changed.write_text(text.replace(first, first.replace('"', f'"{turn} ', 1), 1), encoding="utf-8")
            times["one file changed"].append(_timed(root, "build"))
            changed.write_text(text, encoding="utf-8")
            times["kg --help"].append(_timed(root, "--help"))
    for what, found in times.items():
        yield Measure("build", what, 0, "kg", statistics.median(found), None, 0.0, "")


def _timed(root: Path, *arguments: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "kg", "-C", str(root), *arguments], check=True, capture_output=True)
    return time.perf_counter() - started


def measures(arguments: argparse.Namespace, scratch: Path) -> Iterator[Measure]:
    """Measure everything that is asked for."""
    runs = arguments.runs
    yield from builds(1 if arguments.quick else runs)
    for communes in arguments.communes:
        folder = scratch / f"contracts-{communes}"
        triples = datasets.write(
            folder, ontology=synthetic.ONTOLOGY, shapes=synthetic.SHAPES, lines=synthetic.lines(communes)
        )
        few = 1 if triples > 5_000_000 else runs
        yield from closures("contracts", folder, triples, few)
        yield from reports("contracts", folder, triples, few)
        yield from whole("contracts", folder, triples, few)
        subprocess.run(["rm", "-rf", str(folder)], check=True)
    for universities in arguments.universities:
        folder = scratch / f"universities-{universities}"
        triples = datasets.write(
            folder, ontology=university.ONTOLOGY, shapes=university.SHAPES, lines=university.lines(universities)
        )
        yield from closures("universities", folder, triples, runs)
        yield from reports("universities", folder, triples, runs)
    if not arguments.quick:
        folder = scratch / "france"
        package = geography.fetch(scratch)
        lines = geography.lines(package)
        triples = datasets.write(folder, ontology=geography.ONTOLOGY, shapes=geography.SHAPES, lines=lines)
        yield from closures("France", folder, triples, runs)
        yield from reports("France", folder, triples, runs)


def main() -> None:
    """Measure, and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--communes", type=int, nargs="*", default=[2_000, 20_000, 200_000, 2_000_000])
    parser.add_argument("--universities", type=int, nargs="*", default=[1, 10])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="the smallest data once, nothing written")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.communes, arguments.universities, arguments.runs = [2_000], [], 1
    found = []
    with tempfile.TemporaryDirectory() as scratch:
        for one in measures(arguments, Path(scratch)):
            found.append(one)
            seconds = "-" if one.seconds is None else f"{one.seconds:.2f} s"
            print(
                f"{one.question:8} {one.data:16} {one.triples:>11,} {one.tool:20} {seconds:>9}  {one.same}", flush=True
            )
    if not arguments.quick:
        rows = [asdict(one) for one in found]
        (HERE / "results.json").write_text(json.dumps(rows, indent=1) + "\n")
        tables.write(HERE, rows)


if __name__ == "__main__":
    main()
