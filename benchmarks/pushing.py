"""How fast ``kg push`` fills Virtuoso with the project's build, beside Virtuoso's own bulk load of the same files.

    python benchmarks/pushing.py --runs 1

Each run begins with an empty database of its own. ``kg push`` is one process, from the dump to the counts that are
compared; the bulk load is one isql process, which loads a file of each graph from the server's own disk
(``ld_dir_all``, ``rdf_loader_run``, ``checkpoint``), and compares nothing. The files are written before.
"""

import argparse
import json
import os
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DUMP = ROOT / "build" / "data.nq"
MERGED = "https://example.org/merged"
LINE = re.compile(r'(\S+ \S+ (?:<[^ ]*>|_:\S+|".*"(?:\^\^<[^ ]*>|@[A-Za-z0-9-]+)?))(?: <([^ ]*)>)? \.\n')
INI = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DirsAllowed = {folder}
NumberOfBuffers = 40000
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
[SPARQL]
ResultSetMaxRows = 10000

"""


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def virtuoso(folder: Path) -> Iterator[tuple[int, int, int]]:
    """Run an empty Virtuoso, and yield its ports for SQL and HTTP and its process id."""
    sql, http = free_port(), free_port()
    (folder / "virtuoso.ini").write_text(INI.format(folder=folder, sql=sql, http=http))
    command = ["virtuoso-t", "+foreground", "+configfile", str(folder / "virtuoso.ini")]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(480):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{http}/sparql?query=ASK%7B%7D", timeout=5).close()
                    break
                except OSError:
                    time.sleep(0.25)
            yield sql, http, server.pid
        finally:
            server.kill()


def push(folder: Path) -> dict[str, float]:
    """Push the build."""
    with virtuoso(folder) as (_, http, pid):
        url = f"http://127.0.0.1:{http}"
        command = [sys.executable, "-m", "kg", "-C", str(ROOT), "push", f"{url}/sparql-auth"]
        command += ["--graphs", f"{url}/sparql-graph-crud-auth", "--default-graph", MERGED, "--accept-changes"]
        return measured(command, pid, {"KG_PUSH_USER": "dba", "KG_PUSH_PASSWORD": "dba"})


def bulk(folder: Path) -> dict[str, float]:
    """Load the same graphs by Virtuoso's bulk loader."""
    graphs: defaultdict[str, list[str]] = defaultdict(list)
    with DUMP.open(encoding="utf-8") as lines:
        for line in lines:
            match = LINE.fullmatch(line)
            assert match
            graphs[match[2] or MERGED].append(f"{match[1]} .\n")
    data = folder / "data"
    data.mkdir()
    for number, (graph, triples) in enumerate(graphs.items()):
        (data / f"{number}.nt").write_text("".join(triples), encoding="utf-8")
        (data / f"{number}.nt.graph").write_text(graph)
    with virtuoso(folder) as (sql, _, pid):
        statements = f"ld_dir_all('{data}', '*.nt', 'urn:none'); rdf_loader_run(); checkpoint;"
        return measured(["isql-vt", f"127.0.0.1:{sql}", "dba", "dba", f"EXEC={statements}"], pid, {})


def measured(command: list[str], server: int, environment: dict[str, str]) -> dict[str, float]:
    """Run a command, and return its seconds, its processor's seconds and those of the server."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    served = processor(server)
    subprocess.run(command, check=True, env=os.environ | environment, stdout=subprocess.DEVNULL)
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": seconds, "processor": spent, "server": processor(server) - served}


def processor(pid: int) -> float:
    """Return the processor's seconds that a process has had (proc(5), utime and stime)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure, and print the rows of the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    wanted = parser.parse_args()
    if not shutil.which("virtuoso-t"):
        raise SystemExit("virtuoso-t is not installed: make test-system installs it")
    with DUMP.open("rb") as lines:
        quads = sum(1 for _ in lines)
    print("| | quads | s | quads/s | processor s | the server's | quads/processor s |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name, load in (("kg push", push), ("Virtuoso, bulk load", bulk)):
        runs = []
        for _ in range(wanted.runs):
            with tempfile.TemporaryDirectory(prefix="kg-pushing-") as folder:
                runs.append(load(Path(folder)))
                print(json.dumps(runs[-1]), file=sys.stderr)
        found = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        both = found["processor"] + found["server"]
        cells = (f"{quads:,}", f"{found['seconds']:.1f}", f"{quads / found['seconds']:,.0f}")
        print(
            f"| {name} | {' | '.join(cells)} | {found['processor']:.1f} | {found['server']:.1f} | {quads / both:,.0f} |"
        )


if __name__ == "__main__":
    main()
