"""Time and memory of `kg validate` where much is wrong: 200 000 lines of Turtle with 50 000 findings, each located.

    python benchmarks/findings.py [--things 50000]

Each format is a process of its own, from the files to the report. Half of the things have a value of a wrong datatype,
half lack a label.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kg.validation.report import FORMATS

SHAPES = """@prefix : <https://example.org/def#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

:ThingShape a sh:NodeShape ; sh:targetClass :Thing ; sh:property :ThingShape-day , :ThingShape-label .
:ThingShape-day sh:path :day ; sh:datatype xsd:date ; sh:message "A day is a date."@en , "Un jour est une date."@fr .
:ThingShape-label sh:path :label ; sh:minCount 1 ; sh:message "A thing has a label."@en , "Une chose a un nom."@fr .
"""


def write_inputs(folder: Path, things: int) -> int:
    """Write the data and the shapes; return the lines of the data."""
    (folder / "shapes.ttl").write_text(SHAPES)
    lines = 3
    with (folder / "data.ttl").open("w") as out:
        out.write("@prefix : <https://example.org/def#> .\n@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n\n")
        for number in range(things):
            day = f'"2020-01-{number % 28 + 1:02}"'
            if number % 2:
                pairs = [f":day {day}", f':label "thing {number}"@en']
            else:
                pairs = [f":day {day}^^xsd:date", f":note {number}"]
            out.write(f":thing{number}\n    a :Thing ;\n    {pairs[0]} ;\n    {pairs[1]} .\n")
            lines += 4
    return lines


def measure(folder: Path, form: str) -> tuple[float, float, int, int, int]:
    """Return seconds, seconds of processor, peak memory in KiB, bytes written and the exit code of one run."""
    command = [sys.executable, "-m", "kg", "validate", "data.ttl", "--shapes", "shapes.ttl"]
    started = time.perf_counter()
    process = subprocess.Popen([*command, "--format", form, "--output", f"report.{form}"], cwd=folder)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    processor = usage.ru_utime + usage.ru_stime
    return seconds, processor, usage.ru_maxrss, (folder / f"report.{form}").stat().st_size, process.returncode


def main() -> None:
    """Print a table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--things", type=int, default=50_000)
    options.add_argument("--format", choices=FORMATS, action="append", help="[default: all]")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        lines = write_inputs(Path(name), given.things)
        print(f"{lines:,} lines, {given.things:,} findings\n")
        print("| format | time | processor | memory | report |\n|---|---:|---:|---:|---:|")
        for form in given.format or FORMATS:
            seconds, processor, memory, size, code = measure(Path(name), form)
            assert code == 1, code
            print(f"| {form} | {seconds:.1f} s | {processor:.1f} s | {memory / 1024:.0f} MB | {size / 1e6:.1f} MB |")


if __name__ == "__main__":
    main()
