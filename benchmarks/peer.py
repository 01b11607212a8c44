"""rdflib-endpoint over a file of N-Triples, in rdflib's own store: ``python peer.py FILE PORT``."""

import sys

import uvicorn
from rdflib import Graph
from rdflib_endpoint import SparqlEndpoint


def main(file: str, port: str) -> None:
    """Serve a file until the process is ended."""
    graph = Graph()
    graph.parse(file, format="nt")
    uvicorn.run(SparqlEndpoint(graph=graph, path="/sparql"), port=int(port), log_level="error", access_log=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
