"""Requests per second of kg serve and of rdflib-endpoint, over the same graph, in the same run.

    python benchmarks/serving.py --seconds 10

Both serve the default graph of the project's build. Before anything is measured, a hundred queries must have the same
solutions, and a hundred documents must say the same of their resource. wrk (Debian) asks, from one thread: it is no
bottleneck. rdflib-endpoint has no documents: a CONSTRUCT of what is said of the resource stands for them. The
table goes into README.md.
"""

import argparse
import json
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import httpx
from rdflib import XSD, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from serve import kg_serve

import kg

ROOT = Path(__file__).resolve().parents[1]
CLIENTS = 8
ENTITIES = """SELECT DISTINCT ?s { ?s a ?class
    FILTER(isIRI(?s) && CONTAINS(STR(?s), "/id/") && !CONTAINS(STR(?s), "#")) } ORDER BY ?s"""
SIMPLE = "SELECT ?class ?p ?o { <%s> a ?class ; ?p ?o }"
SCRIPT = """
local paths = {}
for line in io.lines("%s") do paths[#paths + 1] = line end
local next = 0
request = function()
  next = next %% #paths + 1
  return wrk.format("GET", paths[next], {["Accept"] = "%s"})
end
done = function(summary, latency)
  local e = summary.errors
  print(string.format('{"requests": %%d, "seconds": %%f, "p50": %%f, "p99": %%f, "wrong": %%d}', summary.requests,
    summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


@dataclass(frozen=True)
class Service:
    """A service to measure: its name, its origin, and the paths of a document and of a query."""

    name: str
    address: str
    document: Callable[[str], str]

    def query(self, text: str) -> str:
        """Return the path of a query."""
        return f"/sparql?{urlencode({'query': text})}"


def read(service: Service, path: str, accept: str) -> httpx.Response:
    """Return an answer."""
    answer = httpx.get(service.address + path, headers={"Accept": accept}, timeout=120, trust_env=False)
    return answer.raise_for_status()


def rows(service: Service, iri: str) -> list[str]:
    """Return the solutions of the simple query about a resource, in an order."""
    found = read(service, service.query(SIMPLE % iri), "application/sparql-results+json").json()
    for term in (term for row in found["results"]["bindings"] for term in row.values()):
        if term.get("datatype", "") == str(XSD.decimal):
            term["value"] = f"{float(term['value']):g}"  # Oxigraph writes 3.0 as 3
    return sorted(json.dumps(row, sort_keys=True) for row in found["results"]["bindings"])


def said(service: Service, iri: str) -> Graph:
    """Return the triples of a document whose subject is its resource."""
    document = Graph().parse(data=read(service, service.document(iri), "text/turtle").content, format="turtle")
    graph = Graph()
    for s, p, o in document.triples((URIRef(iri), None, None)):
        decimal = isinstance(o, Literal) and o.datatype == XSD.decimal
        graph.add((s, p, Literal(f"{float(o):g}", datatype=XSD.decimal) if decimal else o))
    return graph


def compare(ours: Service, other: Service, iris: list[str]) -> None:
    """End the program when two services do not say the same."""
    for iri in iris:
        if rows(ours, iri) != rows(other, iri):
            raise SystemExit(f"{other.name} has other solutions of {iri}")
        if not isomorphic(said(ours, iri), said(other, iri)):
            raise SystemExit(f"{other.name} has another document of {iri}")


def measure(service: Service, paths: list[str], accept: str, seconds: int) -> dict[str, float]:
    """Return what wrk measures of a service, asked for these paths in turn."""
    with tempfile.TemporaryDirectory() as folder:
        listed, script = Path(folder) / "paths", Path(folder) / "script.lua"
        listed.write_text("\n".join(paths) + "\n", encoding="utf-8")
        script.write_text(SCRIPT % (listed, accept), encoding="utf-8")
        command = [
            "wrk",
            "-t1",
            f"-c{CLIENTS}",
            f"-d{seconds}s",
            "--timeout",
            "60s",
            "-s",
            str(script),
            service.address,
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    if found["wrong"]:
        raise SystemExit(f"{service.name} did not answer {found['wrong']} times")
    return found


@contextmanager
def peer(file: Path, address_of: Callable[[str], str]) -> Iterator[Service]:
    """Serve a file by rdflib-endpoint."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, str(Path(__file__).with_name("peer.py")), str(file), str(port)]
    with subprocess.Popen(command) as process:
        try:
            for _ in range(1200):
                with socket.socket() as trying:
                    if trying.connect_ex(("127.0.0.1", port)) == 0:
                        break
                if process.poll() is not None:
                    raise SystemExit("rdflib-endpoint did not begin")
                time.sleep(0.1)
            yield Service("rdflib-endpoint", f"http://127.0.0.1:{port}", address_of)
        finally:
            process.terminate()


def main() -> None:
    """Compare, measure, print the table and put it into README.md."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=10)
    seconds = parser.parse_args().seconds
    project = kg.Project.load(ROOT / "pyproject.toml")
    dump = kg.Build.open(ROOT / "build").dump
    table = ["| | | requests/s | times | p50, ms | p99, ms |", "|---|---|---:|---:|---:|---:|"]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "graph.nt"
        default = re.compile(r"^\S+ \S+ (<[^>]*>|_:\S+|\".*\"(@\S+|\^\^<[^>]*>)?) \.$")
        with dump.open(encoding="utf-8") as lines, file.open("w", encoding="utf-8") as out:
            out.writelines(line for line in lines if default.match(line))

        def page(iri: str) -> str:
            return f"{urlsplit(iri).path.removeprefix(urlsplit(project.base).path[:-1])}.ttl"

        def construct(iri: str) -> str:
            return f"/sparql?{urlencode({'query': f'CONSTRUCT {{ <{iri}> ?p ?o }} WHERE {{ <{iri}> ?p ?o }}'})}"

        with kg_serve(ROOT) as server, peer(file, construct) as other:
            ours = Service("kg serve", server.address, page)
            found = read(ours, ours.query(ENTITIES), "application/sparql-results+json").json()
            every = [row["s"]["value"] for row in found["results"]["bindings"]]
            iris = every[:: max(1, len(every) // 100)][:100]
            compare(ours, other, iris)
            for what, accept, path in (
                ("entity documents", "text/turtle", lambda service, iri: service.document(iri)),
                ("simple queries", "application/sparql-results+json", lambda service, iri: service.query(SIMPLE % iri)),
            ):
                first = 0.0
                for service in (ours, other):
                    paths = [path(service, iri) for iri in iris]
                    measure(service, paths, accept, 2)  # each as it is after a while
                    time.sleep(2)  # what was under way ends, and counts no more for the client
                    seen = measure(service, paths, accept, seconds)
                    rate = seen["requests"] / seen["seconds"]
                    first = first or rate
                    times = f"{rate / first:.3f} | {seen['p50']:,.1f} | {seen['p99']:,.1f}"
                    table.append(f"| {what} | {service.name} | {rate:,.0f} | {times} |")
                    print(table[-1], flush=True)
    readme = ROOT / "benchmarks" / "README.md"
    text = readme.read_text(encoding="utf-8")
    begin, end = "<!-- serving -->", "<!-- end of serving -->"
    before, _, rest = text.partition(begin)
    after = rest.partition(end)[2]
    readme.write_text(f"{before}{begin}\n\n{chr(10).join(table)}\n\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
