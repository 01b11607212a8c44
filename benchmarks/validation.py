"""Validate a synthetic graph with kg and its peers: whole processes, from files to results, the same results first.

Each tool runs in a process of its own, three times, and the median is kept with the most memory it took. A tool that
is not installed is left out, and one whose results differ is named with how many it gave. Peers are installed by
``make bench``.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import synthetic

RUNS = 3
TOOLS = {"kg": "kg", "pySHACL": "pyshacl", "shacl-rust": "shacl_rust", "pyshifty": "shifty"}
SLOW = {"pySHACL": 300_000}
"""The most triples that a tool is given: beyond, it takes minutes."""

_SH = "http://www.w3.org/ns/shacl#"
Result = tuple[str, str, str]
"""The focus node, the constraint component and the value, without marks."""


def kg(folder: Path) -> list[Result]:
    """Return the results of kg."""
    from kg.graph.quads import Graph
    from kg.project import Project
    from kg.source.reader import read
    from kg.validation.validate import validate

    (folder / "kg.toml").write_text('base = "https://example.org/"\n')
    project = Project.load(folder / "kg.toml")
    graph = Graph.create()
    roles = {"ontology.ttl": "data", "data.nt": "data", "shapes.ttl": "shapes"}
    graph.load((name, role, read(folder / name, project=project)) for name, role in roles.items())  # type: ignore[misc]
    shapes = [triple for _, triple in graph.triples_by_file(role="shapes")]
    return [(f.focus, f.component, f.value or "") for f in validate(graph, shapes).findings]


def pyshacl(folder: Path) -> list[Result]:
    """Return the results of pySHACL."""
    import rdflib
    from pyshacl import validate

    data = rdflib.Graph().parse(folder / "data.nt", format="nt").parse(folder / "ontology.ttl")
    _, report, _ = validate(data, shacl_graph=rdflib.Graph().parse(folder / "shapes.ttl"))
    return reported(report)


def shacl_rust(folder: Path) -> list[Result]:
    """Return the results of shacl-rust, which reads one file of data."""
    from shacl_rust import validate_file

    report = validate_file(str(folder / "all.ttl"), str(folder / "shapes.ttl"))
    return [(r["focusNode"], r["sourceConstraintComponent"], r.get("value") or "") for r in report["results"]]


def shifty(folder: Path) -> list[Result]:
    """Return the results of pyshifty, which reads one file of data."""
    import shifty as peer

    _, report, _ = peer.validate(str(folder / "all.ttl"), shacl_graph=str(folder / "shapes.ttl"))
    return reported(report)


def reported(report: Any) -> list[Result]:
    """Return the results of a report that is a graph of rdflib's."""
    from rdflib.namespace import SH

    found = []
    for result in report.objects(None, SH.result):
        terms = [report.value(result, p) for p in (SH.focusNode, SH.sourceConstraintComponent, SH.value)]
        focus, component, value = ("" if term is None else term.n3() for term in terms)
        found.append((focus, component, value))
    return found


def bare(result: Result) -> Result:
    """Return a result without what libraries write differently: marks, datatypes and the names of components."""
    focus, component, value = result
    return focus.strip("<>"), component.strip("<>").removeprefix(_SH), value.split("^^")[0].strip('<>"')


def run(tool: str, folder: Path) -> tuple[list[Result], float, float]:
    """Return a tool's results, its seconds and its megabytes, from a process of its own."""
    started = time.perf_counter()
    done = subprocess.run([sys.executable, __file__, "--tool", tool, str(folder)], capture_output=True, text=True)
    seconds = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"{tool} failed:\n{done.stderr[-2000:]}")
    told = json.loads(done.stdout.splitlines()[-1])
    return sorted(bare(tuple(result)) for result in told["results"]), seconds, told["megabytes"]


def compare(communes: int) -> None:
    """Print the rows of a graph of so many communes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = synthetic.write(folder, communes)
        triples = sum(1 for _ in data.open())
        (folder / "all.ttl").write_text((folder / "ontology.ttl").read_text() + data.read_text())
        expected, ours = None, 0.0
        for label, tool in TOOLS.items():
            if find_spec(tool) is None or triples > SLOW.get(label, triples):
                continue
            runs = [run(tool, folder) for _ in range(RUNS)]
            results, seconds = runs[0][0], statistics.median(seconds for _, seconds, _ in runs)
            expected = expected or results
            ours = ours or seconds
            same = "the same" if results == expected else f"{len(results):,} instead of {len(expected):,}"
            ratio = f"{seconds / ours:.1f}"
            print(
                f"| {triples:,} | {label} | {seconds:.2f} | {ratio} | {max(m for *_, m in runs):,.0f} | {same} |",
                flush=True,
            )


def main() -> None:
    """Print the table, or run one tool."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--communes", type=int, nargs="+", default=[2_000, 20_000, 200_000])
    parser.add_argument("--tool", choices=list(TOOLS.values()), help=argparse.SUPPRESS)
    parser.add_argument("folder", nargs="?", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.tool:
        results = globals()[arguments.tool](arguments.folder)
        megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"results": results, "megabytes": megabytes}))
        return
    print("| triples | tool | median of 3, s | times kg | MB | results |\n|---:|---|---:|---:|---:|---|")
    for communes in arguments.communes:
        compare(communes)


if __name__ == "__main__":
    main()
