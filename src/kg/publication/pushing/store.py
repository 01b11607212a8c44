"""A triple store of elsewhere: its graphs, read and written by the protocols of SPARQL 1.1.

A graph is named by its token; the empty string is the default graph.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from kg.errors import EndpointError
from kg.graph.store import read_quads, read_results
from kg.graph.terms import parse
from kg.query.exchange import Endpoint, Reply, Session
from kg.source.reader import Triple

_RESULTS = "application/sparql-results+json"
_TRIPLES = {"application/n-triples": ".nt", "text/plain": ".nt", "text/turtle": ".ttl"}
# Virtuoso guesses the format from the beginning; N-Triples alone it takes for plain text when a literal is long.
_HEAD = b"@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
_ROWS = 2_000  # of one answer
_GRAPHS = 200  # of one question


@dataclass(frozen=True)
class Place:
    """The addresses of a store: for queries, for updates (SPARQL 1.1 Protocol), for graphs (Graph Store Protocol)."""

    queries: Endpoint
    updates: Endpoint
    graphs: Endpoint


class RemoteStore:
    """A store at a place. What it does raises EndpointError when the store fails."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._queries, self._updates, self._graphs = map(Session, (place.queries, place.updates, place.graphs))

    def put(self, graph: str, lines: Iterable[bytes]) -> None:
        """Make a graph hold these lines of N-Triples and nothing else (Graph Store Protocol, section 5.3)."""
        body = _HEAD + b"".join(lines)
        headers = {"Content-Type": "text/turtle; charset=utf-8"}
        self._graphs.send("PUT", parameters=_named(graph), headers=headers, body=body)

    def get(self, graph: str) -> list[Triple]:
        """Return the triples of a graph; a store may answer fewer than it holds."""
        headers = {"Accept": "application/n-triples, text/turtle;q=0.5"}
        where = self.place.graphs
        reply = self._graphs.send("GET", parameters=_named(graph), headers=headers, missing=True)
        if reply.status == 404:
            return []
        if reply.media_type not in _TRIPLES:
            raise _no_store(where, reply, "RDF")
        try:
            return [(s, p, o) for _, s, p, o in read_quads(reply.body, suffix=_TRIPLES[reply.media_type])]
        except ValueError as error:
            raise EndpointError(f"{where.url} answered RDF that does not parse: {error}") from error

    def update(self, operations: Sequence[str]) -> None:
        """Run operations of SPARQL Update, in one request."""
        headers = {"Content-Type": "application/sparql-update; charset=utf-8"}
        self._updates.send("POST", headers=headers, body=" ;\n".join(operations).encode())

    def holds(self, pattern: str) -> bool:
        """Tell whether a pattern has a solution."""
        return bool(self._rows(f"SELECT (1 AS ?n) {{ {pattern} }} LIMIT 1"))

    def size(self, graph: str) -> int:
        """Return how many triples a graph holds."""
        pattern = "?s ?p ?o" if graph == "" else f"GRAPH {graph} {{ ?s ?p ?o }}"
        [(found,)] = self._rows(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}")
        return _integer(found)

    def sizes(self, graphs: Iterable[str]) -> dict[str, int]:
        """Return how many triples graphs hold."""
        wanted = list(graphs)
        found = dict.fromkeys(wanted, 0)
        named = [graph for graph in wanted if graph]
        for some in (named[start : start + _GRAPHS] for start in range(0, len(named), _GRAPHS)):
            asked = f"VALUES ?g {{ {' '.join(some)} }} GRAPH ?g {{ ?s ?p ?o }}"
            for graph, number in self._rows(f"SELECT ?g (COUNT(*) AS ?n) {{ {asked} }} GROUP BY ?g"):
                if graph in found:
                    found[graph] = _integer(number)
        return found | {graph: self.size(graph) for graph in wanted if graph == ""}

    def rows_by(self, key: str, pattern: str, *others: str) -> Iterator[tuple[str | None, ...]]:
        """Yield the solutions of a pattern as (key, others), sorted by the IRIs of the key, which has one each."""
        last = ""
        while True:
            after = f'FILTER(STR(?{key}) > "{last}")' if last else ""
            names = " ".join(f"?{name}" for name in (key, *others))
            rows = self._rows(f"SELECT {names} {{ {pattern} {after} }} ORDER BY STR(?{key}) LIMIT {_ROWS}")
            yield from rows
            if len(rows) < _ROWS:
                return
            last = str(rows[-1][0])[1:-1]

    def _rows(self, query: str) -> tuple[tuple[str | None, ...], ...]:
        headers = {"Accept": _RESULTS, "Content-Type": "application/x-www-form-urlencoded"}
        where = self.place.queries
        reply = self._queries.send("POST", headers=headers, body=urlencode({"query": query}).encode())
        try:
            found = read_results(reply.body)
        except ValueError as error:
            raise _no_store(where, reply, "the results of a query") from error
        if isinstance(found, bool):
            raise _no_store(where, reply, "the rows of a query")
        return found.rows


def _no_store(where: Endpoint, reply: Reply, wanted: str) -> EndpointError:
    return EndpointError(f"{where.url} answered {reply.media_type} where {wanted} should be: is it a SPARQL endpoint?")


def _named(graph: str) -> str:
    return f"graph={quote(graph[1:-1], safe='')}" if graph else "default"


def _integer(token: str | None) -> int:
    return int(parse(token or '"0"').value)
