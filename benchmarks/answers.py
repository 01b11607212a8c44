"""Measure answers of queries a second, kept and not kept, of the project's build: `python benchmarks/answers.py`.

Needs `wrk` (Debian's package of that name) and a build.
"""

import argparse
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from kg.graph.build import Build
from kg.project import Project
from kg.service.server import serve
from kg.service.site import Site

ROOT = Path(__file__).resolve().parents[1]
SIMPLE = "SELECT ?act ?label { ?act a rc:Act ; rdfs:label ?label } ORDER BY ?act ?label LIMIT 20"
TARGETS = {
    "a simple query": f"/sparql?query={quote(SIMPLE)}",
    "a saved query": "/query/epci-of-erbm.json",
    "its page": "/query/epci-of-erbm.html",
}


def run(memory: int, *, workers: int) -> None:
    """Serve the build with so many bytes for answers; print the address."""
    project = Project.load(ROOT / "pyproject.toml")
    project = replace(project, limits=replace(project.limits, cache_memory=memory))
    site = Site(project, Build.open(ROOT / "build"))
    serve(site, host="127.0.0.1", port=0, workers=workers, announce=lambda address: print(address, flush=True))


def measure(address: str, *, seconds: int) -> tuple[float, str, str]:
    """Return the answers a second at an address, asked by eight at once, and the times of half and of 99 in 100."""
    told = subprocess.run(
        ["wrk", "-t1", "-c8", f"-d{seconds}", "--latency", address], capture_output=True, text=True, check=True
    ).stdout
    assert "Non-2xx" not in told, told
    found = re.search(r"50%\s+(\S+).*99%\s+(\S+).*Requests/sec:\s+(\S+)", told, re.DOTALL)
    assert found, told
    return float(found[3]), found[1], found[2]


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--serve", type=int, metavar="BYTES")
    # A client may have eight questions under way with three workers: no more are asked at once.
    options = parser.parse_args()
    if options.serve is not None:
        run(options.serve, workers=3)
        return
    print("| what | kept | a second | half within | 99 of 100 within |\n|---|---|---:|---:|---:|")
    for memory in (0, 64_000_000):
        command = [sys.executable, __file__, "--serve", str(memory)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout
            address = server.stdout.readline().strip()
            try:
                measure(f"{address}{TARGETS['its page']}", seconds=2)  # the workers have begun
                for name, target in TARGETS.items():
                    rate, half, most = measure(f"{address}{target}", seconds=options.seconds)
                    print(f"| {name} | {'yes' if memory else 'no'} | {rate:,.0f} | {half} | {most} |", flush=True)
            finally:
                server.terminate()


if __name__ == "__main__":
    main()
