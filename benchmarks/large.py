"""Large graphs, which are read, validated, closed and written: one within a limit of memory, one by both engines.

    python benchmarks/large.py [--only limit | --only engines] [--scratch FOLDER]

``limit``: 142 million triples by DuckDB within 12 GB, half an hour and 75 GB of disk. ``engines``: 14.2 million by
DuckDB and by ``local[2]`` of Spark, whose results are compared before their times; DuckDB's tables and Java have 4 GB.
"""

import argparse
import json
import os
import tempfile
from dataclasses import asdict
from pathlib import Path

import datasets
import run
import scale
import synthetic

LIMIT = "4GB"


def within_a_limit(communes: int, scratch: Path | None) -> None:
    """Measure DuckDB once, and print what was found."""
    run.TIME_OUT = 4 * 3600
    with tempfile.TemporaryDirectory(dir=scratch) as name:
        folder = Path(name) / "huge"
        triples = datasets.write(
            folder,
            ontology=synthetic.ONTOLOGY,
            shapes=synthetic.SHAPES,
            lines=synthetic.lines(communes),
            data="data.nt.zst",
        )
        seconds, _, megabytes = run.measure("kg_whole", folder, folder / "kg-whole", 1)
        print(f"{triples:,} triples: {seconds or float('nan'):,.0f} s, {megabytes:,.0f} MB", flush=True)


def by_both_engines(communes: int, scratch: Path | None) -> None:
    """Measure DuckDB and Spark once each, and print their points, then the ratio of each step."""
    points = []
    for engine in ("duckdb", "spark"):
        load = os.getloadavg()[0]
        points.append(scale.measure(engine, communes, seen=False, scratch=scratch, limit=LIMIT))
        print(json.dumps({**asdict(points[-1]), "load": [round(load, 1), round(os.getloadavg()[0], 1)]}), flush=True)
    scale.require_same(points)
    here, there = points
    print(f"{here.triples:,} triples, {here.closed:,} in the closure: the same results")
    print("\n| step | DuckDB, s | Spark, s | times DuckDB |\n| --- | ---: | ---: | ---: |")
    for step in (*scale.STEPS, "all"):
        one, other = (point.whole if step == "all" else point.seconds[step] for point in points)
        print(f"| {step} | {one:,.1f} | {other:,.1f} | {other / one:,.1f} |")
    ratio = there.processor / here.processor
    print(f"| all, processor | {here.processor:,.1f} | {there.processor:,.1f} | {ratio:,.1f} |")
    print(f"\n{here.megabytes:,.0f} MB of DuckDB, {there.megabytes:,.0f} MB of Spark and Java")


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("limit", "engines"), help="One of the two parts. [default: both]")
    parser.add_argument("--communes", type=int, default=21_500_000, help="The size for one machine's limit.")
    parser.add_argument("--both", type=int, default=2_150_000, metavar="COMMUNES", help="The size for both engines.")
    parser.add_argument("--scratch", type=Path, help="A folder on a disk with room. [default: the system's]")
    arguments = parser.parse_args()
    if arguments.only != "engines":
        within_a_limit(arguments.communes, arguments.scratch)
    if arguments.only != "limit":
        by_both_engines(arguments.both, arguments.scratch)


if __name__ == "__main__":
    main()
