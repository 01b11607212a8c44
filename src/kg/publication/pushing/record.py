"""What a store says of what was pushed to it: a graph of ours among the others.

``<base>graph/pushed`` says of each graph of ours that it is a ``sd:Graph``, and once it is in place how many triples it
holds (``void:triples``) and the SHA-256 of its lines in the build (``schema:sha256``); of each piece that waits to be
put in place that it is a ``void:Dataset``, and once it was compared how many triples it holds; and of itself, while
somebody pushes, by which push it is made (``prov:wasGeneratedBy``).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from kg.graph.terms import RDF, parse
from kg.publication.pushing.store import RemoteStore

_A = f"<{RDF}type>"
_SD, _VOID, _SCHEMA, _PROV = (
    "http://www.w3.org/ns/sparql-service-description#",
    "http://rdfs.org/ns/void#",
    "https://schema.org/",
    "http://www.w3.org/ns/prov#",
)
_GRAPH, _NAMED, _PIECE = f"<{_SD}Graph>", f"<{_SD}NamedGraph>", f"<{_VOID}Dataset>"
_MADE_BY = f"<{_PROV}wasGeneratedBy>"
_HOLDS, _SHA256 = f"<{_VOID}triples>", f"<{_SCHEMA}sha256>"


@dataclass(frozen=True)
class Known:
    """What is recorded: of graphs and of pieces, by token, the triples held and the digest, as far as they are done."""

    graphs: Mapping[str, tuple[int, str] | None]
    pieces: Mapping[str, int | None]


@dataclass(frozen=True)
class Record:
    """The record of one base, and the statements of SPARQL Update that change it.

    ``default`` is the graph that holds the default graph, a token, or the empty string where the store has one.
    """

    base: str
    default: str

    @property
    def graph(self) -> str:
        """The token of the graph of the record."""
        return f"<{self.base}graph/pushed>"

    def piece(self, name: str) -> str:
        """Return the token of the graph of a piece."""
        return f"<{self.base}graph/pushed/{name}>"

    def read(self, store: RemoteStore) -> Known:
        """Read what is recorded."""
        said = f"{_optional('n', _HOLDS)} {_optional('d', _SHA256)}"
        rows = store.rows_by("g", self._in(f"?g a {_GRAPH} {said}"), "n", "d")
        graphs = {
            "" if graph == self._subject("") else str(graph): (int(parse(n).value), parse(d).value) if n and d else None
            for graph, n, d in rows
        }
        staged = store.rows_by("g", self._in(f"?g a {_PIECE} {_optional('n', _HOLDS)}"), "n")
        return Known(graphs, {str(graph): int(parse(n).value) if n else None for graph, n in staged})

    def named(self, store: RemoteStore) -> tuple[str, ...]:
        """Return the IRIs of the graphs in place, but for what stands for the default graph."""
        return tuple(str(graph)[1:-1] for (graph,) in store.rows_by("g", self._in(f"?g a {_NAMED}")))

    def pushes(self, store: RemoteStore) -> list[str]:
        """Return the names of the pushes that stand in the record."""
        return [str(name) for (name,) in store.rows_by("push", self._in(f"{self.graph} {_MADE_BY} ?push"))]

    def taken_by(self, push: str) -> list[str]:
        """Return the statements that the record is made by this push, and by no other."""
        others = self._in(f"{self.graph} {_MADE_BY} ?push")
        return [f"DELETE WHERE {{ {others} }}", self._insert(f"{self.graph} {_MADE_BY} {push}")]

    def left_by(self, push: str) -> str:
        """Return the statement that a push is over."""
        return f"DELETE DATA {{ {self._in(f'{self.graph} {_MADE_BY} {push}')} }}"

    def begun(self, graphs: Collection[str]) -> list[str]:
        """Return the statements that graphs are ours, and not in place."""
        kinds = (
            f"{self._subject(graph)} a {_GRAPH}{'' if graph == self.default else f', {_NAMED}'}" for graph in graphs
        )
        return [self.forgotten(graphs), self._insert(" . ".join(kinds))]

    def done(self, graphs: Mapping[str, tuple[int, str]]) -> str:
        """Return the statement that graphs are in place, with what they hold and their digests."""
        said = (f'{self._subject(graph)} {_HOLDS} {n} ; {_SHA256} "{digest}"' for graph, (n, digest) in graphs.items())
        return self._insert(" . ".join(said))

    def forgotten(self, graphs: Iterable[str]) -> str:
        """Return the statement that nothing is recorded of graphs or pieces."""
        pattern, subjects = self._in("?g ?p ?o"), " ".join(map(self._subject, graphs))
        return f"DELETE {{ {pattern} }} WHERE {{ VALUES ?g {{ {subjects} }} {pattern} }}"

    def awaited(self, pieces: Iterable[str]) -> str:
        """Return the statement that pieces are ours."""
        return self._insert(" . ".join(f"{piece} a {_PIECE}" for piece in pieces))

    def compared(self, pieces: Mapping[str, int]) -> str:
        """Return the statement that pieces were compared, and hold so many triples."""
        return self._insert(" . ".join(f"{piece} {_HOLDS} {holds}" for piece, holds in pieces.items()))

    def shows_everywhere(self, store: RemoteStore) -> bool:
        """Tell whether the default graph of a store shows what is in named graphs, by writing something in one."""
        mark = f"{self.graph} a {_NAMED}"
        store.update([self._insert(mark)])
        try:
            return store.holds(mark)
        finally:
            store.update([f"DELETE DATA {{ {self._in(mark)} }}"])

    def _subject(self, graph: str) -> str:
        return graph or f"<{self.base}graph/pushed#default>"

    def _in(self, pattern: str) -> str:
        return f"GRAPH {self.graph} {{ {pattern} }}"

    def _insert(self, triples: str) -> str:
        return f"INSERT DATA {{ {self._in(triples)} }}"


def _optional(name: str, predicate: str) -> str:
    return f"OPTIONAL {{ ?g {predicate} ?{name} }}"
