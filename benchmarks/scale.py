"""What each step costs on DuckDB and on Spark, how it grows with the graph, and what follows for graphs not run.

    python benchmarks/scale.py --engines duckdb spark

Each point is a process of its own: it reads, validates, closes and writes a graph of contracts, one step after the
other, and counts their seconds. For each engine and step the line *a* + *b* × triples with the least relative errors
is put through some points; the others, which it has not seen, say how far it can be believed. The result goes into
``scale.json`` and, as tables, into ``docs/scale.md``.
"""

import argparse
import hashlib
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import datasets
import memory
import synthetic

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "scale.md"
MARK = "<!-- figures -->"
STEPS = ("read", "validate", "close", "write")
SEEN = {"duckdb": (2_000, 20_000, 200_000, 2_000_000), "spark": (2_000, 20_000, 200_000)}
"""The sizes, in communes of six and a half triples, that lines are put through."""
UNSEEN = {"duckdb": (60_000, 600_000), "spark": (60_000, 400_000)}
CORES = 2
LARGE = (10**9, 10**10)


@dataclass(frozen=True)
class Point:
    """A graph on an engine: its triples, those of its closure, the seconds of steps, megabytes and bytes.

    ``processor`` are the seconds of processors of all its processes, ``result`` is a digest of the dump and of the
    findings.
    """

    engine: str
    triples: int
    closed: int
    seconds: dict[str, float]
    megabytes: float
    dump: int
    shuffled: int
    seen: bool
    processor: float = 0.0
    result: str = ""

    @property
    def whole(self) -> float:
        """The seconds of all steps."""
        return sum(self.seconds.values())


@dataclass(frozen=True)
class Line:
    """Seconds as *a* + *b* × triples, and the exponent of triples alone that goes best with the points."""

    a: float
    b: float
    exponent: float

    def at(self, triples: float) -> float:
        """Return the seconds for so many triples."""
        return self.a + self.b * triples


def line(points: Iterable[tuple[float, float]]) -> Line:
    """Return the line of the least squares of relative errors through (triples, seconds)."""
    known = [(x, y) for x, y in points if y > 0]
    w = [1 / (y * y) for _, y in known]
    sw, sx, sy = sum(w), _sum(w, (x for x, _ in known)), _sum(w, (y for _, y in known))
    sxx, sxy = _sum(w, (x * x for x, _ in known)), _sum(w, (x * y for x, y in known))
    b = (sw * sxy - sx * sy) / (sw * sxx - sx * sx)
    a = (sy - b * sx) / sw
    logs = [(math.log(x), math.log(y)) for x, y in known]
    mx, my = (sum(values) / len(logs) for values in zip(*logs, strict=True))
    slope = sum((x - mx) * (y - my) for x, y in logs) / sum((x - mx) ** 2 for x, _ in logs)
    return Line(a, b, slope)


def _sum(weights: Sequence[float], values: Iterable[float]) -> float:
    return sum(w * value for w, value in zip(weights, values, strict=True))


def lines(points: Iterable[Point]) -> dict[str, Line]:
    """Return the line of each step and of all of them, ``whole``, through the points of one engine that it may see."""
    known = [point for point in points if point.seen]
    found = {step: line((p.triples, p.seconds[step]) for p in known) for step in STEPS}
    return {**found, "whole": line((p.triples, p.whole) for p in known)}


def measure(engine: str, communes: int, *, seen: bool, scratch: Path | None, limit: str = "") -> Point:
    """Run the steps on a graph in a process of its own, within a ``limit`` of memory such as ``4GB``, if there is one.

    It is that of DuckDB's tables, or of Java, which has 4 GB without.
    """
    with tempfile.TemporaryDirectory(dir=scratch) as name:
        folder = Path(name) / "data"
        triples = datasets.write(
            folder, ontology=synthetic.ONTOLOGY, shapes=synthetic.SHAPES, lines=synthetic.lines(communes)
        )
        command = [sys.executable, str(HERE / "scale.py"), "--child", engine, str(folder), limit]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            most, spent, began = 0, 0.0, time.monotonic()
            while process.poll() is None:
                most = max(most, memory.resident(process.pid))
                spent = max(spent, memory.processor(process.pid))
                time.sleep(min(max((time.monotonic() - began) / 50, 0.05), 2.0))  # to look takes time too
            assert process.stdout is not None
            said = process.stdout.read().splitlines()
        if process.returncode:
            raise SystemExit(f"{engine} failed on {triples:,} triples")
    told = json.loads(said[-1])
    return Point(engine=engine, triples=triples, megabytes=most / 1e6, seen=seen, processor=spent, **told)


def require_same(points: Iterable[Point]) -> None:
    """Exit with a message when engines differ on a graph."""
    known: dict[int, Point] = {}
    for point in points:
        other = known.setdefault(point.triples, point)
        if (other.result, other.closed) != (point.result, point.closed):
            raise SystemExit(f"{point.engine} and {other.engine} differ on {point.triples:,} triples")


def child(engine: str, folder: Path, limit: str) -> dict[str, Any]:
    """Read, validate, close and write the graph of a folder; return what a point has of it."""
    import kg
    from kg.graph.dump import write_nquads
    from kg.validation.validate import validate

    project = kg.Project.load(folder / "kg.toml")
    graph = kg.Graph.create(memory=limit or None) if engine == "duckdb" else _on_spark(folder, limit or "4GB")
    seconds = {}
    began = time.perf_counter()

    def lap(step: str) -> None:
        nonlocal began
        seconds[step], began = time.perf_counter() - began, time.perf_counter()

    kg.load(project, graph)
    lap("read")
    report = validate(graph, [triple for _, triple in graph.triples_by_file(role="shapes")])
    lap("validate")
    kg.infer(graph)
    lap("close")
    dump = write_nquads(graph, inferred_graph="https://example.org/graph/inferred", out=folder / "data.nq")
    lap("write")
    findings = json.dumps([finding.to_json() for finding in report.findings], sort_keys=True)
    return {
        "result": hashlib.sha256(f"{dump.sha256} {findings}".encode()).hexdigest(),
        "seconds": seconds,
        "closed": dump.lines["default"],
        "dump": sum(dump.sizes.values()),
        "shuffled": 0 if engine == "duckdb" else _shuffled(graph),
    }


def _on_spark(folder: Path, limit: str) -> Any:
    """Return an empty graph on Spark, whose rounds are kept as a build keeps them; the session is there already."""
    import kg
    from kg.graph.spark.engine import Spark
    from kg.graph.spark.session import Cluster, begin
    from kg.graph.spark.storage import Storage

    session = begin(Cluster(f"local[{CORES}]", str(folder / "tables"), limit))
    engine = Spark(session, Storage(session, str(folder / "tables")), scratch=folder)
    graph = kg.Graph.empty(engine)
    engine.keep({})
    return graph


def _shuffled(graph: Any) -> int:
    """Return the bytes that executors have written for others to read."""
    executors = graph.engine.session.sparkContext._jsc.sc().statusStore().executorList(False)
    return sum(executors.apply(number).totalShuffleWrite() for number in range(executors.size()))


def render(points: Sequence[Point]) -> str:
    """Return the tables of what was measured and what follows, as Markdown."""
    parts = []
    engines = list(dict.fromkeys(point.engine for point in points))
    parts.append("### Measured\n\n" + _measured(points))
    for engine in engines:
        own = [point for point in points if point.engine == engine]
        parts.append(f"### {_NAMES[engine]}: the cost of each step\n\n" + _costs(own))
    parts.append("### Points that the lines have not seen\n\n" + _checked(points))
    parts.append("### Where they cross\n\n" + _crossing(points))
    parts.append("### Graphs not run\n\n" + _extrapolated(points))
    return "\n\n".join(parts) + "\n"


_NAMES = {"duckdb": "DuckDB", "spark": "Spark"}


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def _measured(points: Sequence[Point]) -> str:
    head = ("engine", "triples", "closed", *(f"{step}, s" for step in STEPS), "all, s", "MB", "shuffled, MB")
    rows = [
        (
            _NAMES[p.engine],
            f"{p.triples:,}",
            f"{p.closed:,}",
            *(f"{p.seconds[step]:.2f}" for step in STEPS),
            f"{p.whole:.2f}",
            f"{p.megabytes:,.0f}",
            f"{p.shuffled / 1e6:,.0f}",
        )
        for p in sorted(points, key=lambda p: (p.engine, p.triples))
    ]
    return _table(head, rows)


def _costs(points: Sequence[Point]) -> str:
    head = ("step", "to begin, s", "a million triples more, s", "grows as triples to the power")
    rows = [(step, f"{one.a:.2f}", f"{one.b * 1e6:.2f}", f"{one.exponent:.2f}") for step, one in lines(points).items()]
    return _table(head, rows)


def _checked(points: Sequence[Point]) -> str:
    rows = []
    for point in points:
        if not point.seen:
            expected = lines(p for p in points if p.engine == point.engine)["whole"].at(point.triples)
            error = f"{(expected / point.whole - 1) * 100:+.0f} %"
            rows.append((_NAMES[point.engine], f"{point.triples:,}", f"{expected:.1f}", f"{point.whole:.1f}", error))
    return _table(("engine", "triples", "by the line, s", "measured, s", "the line is off by"), rows)


def _crossing(points: Sequence[Point]) -> str:
    whole = {engine: lines(p for p in points if p.engine == engine)["whole"] for engine in _NAMES}
    ratio = whole["spark"].b / whole["duckdb"].b
    cores = math.ceil(ratio * CORES)
    return (
        f"On the same {CORES} cores Spark takes {ratio:.1f} times as long for each triple more: no size makes up for "
        f"it. A cluster passes one machine of {CORES} cores from about {cores} cores on, if its work is shared evenly "
        "and its network is as fast as this machine's disk. It is the only way once the tables, with what sorting and "
        "joins put beside them, exceed one machine's disk."
    )


def _extrapolated(points: Sequence[Point]) -> str:
    last = {engine: max((p for p in points if p.engine == engine), key=lambda p: p.triples) for engine in _NAMES}
    whole = {engine: lines(p for p in points if p.engine == engine)["whole"] for engine in _NAMES}
    rows = []
    for triples in LARGE:
        spark = whole["spark"].at(triples) * CORES / 3600  # core hours
        per = last["spark"]
        rows.append(
            (
                f"{triples:,}",
                f"{whole['duckdb'].at(triples) / 3600:,.1f}",
                f"{spark:,.0f}",
                f"{math.ceil(spark / 4 / _EVEN):,}",
                f"{per.shuffled / per.triples * triples / 1e9:,.0f}",
                f"{per.dump / per.triples * triples / 1e9:,.0f}",
            )
        )
    head = (
        "triples",
        f"DuckDB, {CORES} cores, h",
        "Spark, core hours",
        "executors of 4 cores for 1 h",
        "shuffled, GB",
        "dump, GB",
    )
    return _table(head, rows)


_EVEN = 0.7
"""What share of the executors' time is work, in the extrapolation: the rest waits for the last tasks of a stage."""


def write(points: Sequence[Point]) -> None:
    """Put what was measured into ``scale.json``, and the tables into the page."""
    (HERE / "scale.json").write_text(json.dumps([asdict(point) for point in points], indent=1) + "\n")
    text = PAGE.read_text(encoding="utf-8").split(MARK)[0]
    PAGE.write_text(f"{text}{MARK}\n\n{render(points)}", encoding="utf-8")


def main() -> None:
    """Measure, and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engines", nargs="+", choices=list(SEEN), default=list(SEEN))
    parser.add_argument("--scratch", type=Path, help="a folder on a disk with room [default: the system's]")
    parser.add_argument("--child", nargs=3, metavar=("ENGINE", "FOLDER", "LIMIT"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        engine, folder, limit = arguments.child
        print(json.dumps(child(engine, Path(folder), limit)))
        return
    points = []
    for engine in arguments.engines:
        sizes = [(size, True) for size in SEEN[engine]] + [(size, False) for size in UNSEEN[engine]]
        for communes, seen in sizes:
            points.append(measure(engine, communes, seen=seen, scratch=arguments.scratch))
            print(json.dumps(asdict(points[-1])), flush=True)
    require_same(points)
    if {point.engine for point in points} == set(SEEN):
        write(points)


if __name__ == "__main__":
    main()
