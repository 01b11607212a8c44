"""How fast ``kg push`` fills Virtuoso with the project's build, beside Virtuoso's own bulk load of the same files.

    python benchmarks/pushing.py --runs 1

The build is made first. Each run begins with an empty database of its own, and ends with a checkpoint; then the triples
of each graph are counted, and must be as many as in the build. ``kg push`` is one process, from the dump to the counts
that it compares; the bulk load reads a file of each graph from the server's own disk (``ld_dir_all``,
``rdf_loader_run``), and compares nothing. The files are written before.
"""

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from urllib.parse import urlencode

from virtuoso import PASSWORD, Virtuoso, virtuoso

ROOT = Path(__file__).resolve().parents[1]
DUMP = ROOT / "build" / "data.nq"
MERGED = "https://example.org/merged"
LINE = re.compile(r'(\S+ \S+ (?:<[^ ]*>|_:\S+|".*"(?:\^\^<[^ ]*>|@[A-Za-z0-9-]+)?))(?: <([^ ]*)>)? \.\n')


def push(server: Virtuoso, folder: Path) -> None:
    """Push the build."""
    command = [sys.executable, "-m", "kg", "-C", str(ROOT), "push", f"{server.url}/sparql-auth"]
    command += ["--graphs", f"{server.url}/sparql-graph-crud-auth", "--default-graph", MERGED, "--accept-changes"]
    who = {"KG_PUSH_USER": "dba", "KG_PUSH_PASSWORD": PASSWORD}
    subprocess.run(command, check=True, env=os.environ | who, stderr=subprocess.DEVNULL)


def bulk(server: Virtuoso, folder: Path) -> None:
    """Load the files of the graphs by Virtuoso's bulk loader."""
    server.run(f"ld_dir_all('{folder}', '*.nt', 'urn:none');")
    server.run("rdf_loader_run();")
    failed = server.run("SELECT COUNT(*) FROM DB.DBA.load_list WHERE ll_state <> 2 OR ll_error IS NOT NULL;")
    if not re.search(r"^0$", failed, re.MULTILINE):
        raise RuntimeError(f"files were not loaded: {failed}")


def write(folder: Path) -> dict[str, int]:
    """Write a file of N-Triples of each graph, for the bulk loader, and return how many triples each has."""
    graphs: defaultdict[str, list[str]] = defaultdict(list)
    with DUMP.open(encoding="utf-8") as lines:
        for line in lines:
            match = LINE.fullmatch(line)
            assert match
            graphs[match[2] or MERGED].append(f"{match[1]} .\n")
    for number, (graph, triples) in enumerate(graphs.items()):
        (folder / f"{number}.nt").write_text("".join(triples), encoding="utf-8")
        (folder / f"{number}.nt.graph").write_text(graph)
    return {graph: len(triples) for graph, triples in graphs.items()}


def counted(server: Virtuoso, graphs: Collection[str]) -> dict[str, int]:
    """Return how many triples the graphs hold, of those that there are."""
    query = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
    url = f"{server.url}/sparql?{urlencode({'query': query, 'format': 'application/sparql-results+json'})}"
    with urllib.request.urlopen(url, timeout=300) as answer:
        rows = json.load(answer)["results"]["bindings"]
    found = {row["g"]["value"]: int(row["n"]["value"]) for row in rows}
    return {graph: found.get(graph, 0) for graph in graphs}


def measured(load: Callable[[Virtuoso, Path], None], data: Path, graphs: dict[str, int]) -> dict[str, float]:
    """Fill an empty server and have it write its checkpoint, and return the seconds, and those of the processor."""
    with (
        tempfile.TemporaryDirectory(prefix="kg-pushing-", dir=data.parent) as folder,
        virtuoso(Path(folder), readable=data) as server,
    ):
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        served = processor(server.pid)
        load(server, data)
        server.run("checkpoint;")
        seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        found = {"seconds": seconds, "processor": spent, "server": processor(server.pid) - served}
        if (there := counted(server, graphs)) != graphs:
            wrong = {graph: (there[graph], size) for graph, size in graphs.items() if there[graph] != size}
            raise RuntimeError(f"graphs hold other numbers of triples than they should: {wrong}")
    return found


def processor(pid: int) -> float:
    """Return the processor's seconds that a process has had (proc(5), utime and stime)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure, and print the rows of the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    wanted = parser.parse_args()
    print("| | quads | s | quads/s | processor s | the server's | quads/processor s |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    subprocess.run([sys.executable, "-m", "kg", "-C", str(ROOT), "--quiet", "build"], check=True)
    with tempfile.TemporaryDirectory(prefix="kg-pushing-") as folder:
        data = Path(folder) / "data"
        data.mkdir()
        graphs = write(data)
        for name, load in (("kg push", push), ("Virtuoso, bulk load", bulk)):
            runs = []
            for _ in range(wanted.runs):
                runs.append(measured(load, data, graphs))
                print(name, json.dumps(runs[-1]), file=sys.stderr)
            print(row(name, sum(graphs.values()), runs))


def row(name: str, quads: int, runs: Sequence[dict[str, float]]) -> str:
    """Return the row of the table, of the medians."""
    found = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    both = found["processor"] + found["server"]
    cells = (f"{quads:,}", f"{found['seconds']:.1f}", f"{quads / found['seconds']:,.0f}")
    spent = (f"{found['processor']:.1f}", f"{found['server']:.1f}", f"{quads / both:,.0f}")
    return f"| {' | '.join((name, *cells, *spent))} |"


if __name__ == "__main__":
    main()
