"""All quads of a build in memory, in columns of numbers: a quad is read in a tenth of the time that the store takes.

For who reads most of them, some by subject, some by object, some by graph. Tokens are those of the store.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Self

from kg.graph.build import Build
from kg.graph.dump import PARTS
from kg.graph.quads import Graph
from kg.graph.store import as_stored
from kg.graph.terms import iri
from kg.source.reader import Quad, Triple

Row = tuple[int, int, int, int]

_MOST = 1_000_000
"""How many quads memory should have: a million take some 80 MB, and six times that while they are read."""
_DEFAULT = -1
"""The number of the default graph."""
_ROWS = f"""
SELECT {_DEFAULT} AS g, s, p, o FROM ({PARTS["default"]}) UNION ALL SELECT * FROM (
  SELECT g, s, p, o FROM ({PARTS["named"]}) UNION SELECT {{inferred}}, s, p, o FROM ({PARTS["inferred"]})
)
"""
_SORTED = "SELECT g, s, p, o FROM row ORDER BY s"


class Columns:
    """The quads of a build: four columns of the numbers of terms, in the order of subjects.

    ``tokens`` are those of the terms by number, ``""`` for a number that no term has.
    """

    def __init__(self, tokens: Sequence[str], columns: Sequence[Iterable[int]]) -> None:
        self._tokens = tokens
        self._numbers = {token: number for number, token in enumerate(tokens) if token} | {"": _DEFAULT}
        self._g, self._s, self._p, self._o = (array("i", column) for column in columns)
        self._by_object, self._objects = _index(self._o)
        self._by_graph, self._graphs = _index(self._g)

    @classmethod
    def read(cls, build: Build, *, inferred_graph: str) -> Self | None:
        """Read the quads of a build from its tables; None when there are more than memory should have.

        ``inferred_graph`` is the IRI of the graph of the inferred triples.
        """
        if sum(build.manifest["quads"].values()) > _MOST:
            return None
        graph = build.graph
        numbers: dict[str, int] = dict(graph.engine.rows("SELECT token, id FROM term"))
        inferred = numbers.setdefault(iri(inferred_graph), max(numbers.values(), default=0) + 1)
        graph.engine.make("row", _ROWS.format(inferred=inferred))
        rows = graph.engine.rows(_SORTED)
        graph.engine.close()
        tokens = [""] * (max(numbers.values()) + 1)
        for token, number in numbers.items():
            tokens[number] = token
        same = {}
        for token, stored in as_stored([token for token in numbers if token.startswith('"')]).items():
            number, first = numbers[token], numbers.setdefault(stored, numbers[token])
            tokens[number] = stored if number == first else ""
            if number != first:
                same[number] = first
        return cls(tokens, list(zip(*_with(rows, same), strict=True)) or [()] * 4)

    def quads(
        self,
        *,
        subject: str | None = None,
        predicate: str | None = None,
        object: str | None = None,
        graph: str | None = None,
    ) -> Iterator[Quad]:
        """Yield the quads with these tokens of terms, in no order; the default graph's token is empty."""
        try:
            s, p, o, g = (None if t is None else self._numbers[t] for t in (subject, predicate, object, graph))
        except KeyError:
            return
        rows: Iterable[int]
        if s is not None:
            rows = range(bisect_left(self._s, s), bisect_right(self._s, s))
        elif o is not None:
            rows = self._by_object[bisect_left(self._objects, o) : bisect_right(self._objects, o)]
        elif g is not None:
            rows = self._by_graph[bisect_left(self._graphs, g) : bisect_right(self._graphs, g)]
        else:
            rows = range(len(self._s))
        tokens, gs, ss, ps, os = self._tokens, self._g, self._s, self._p, self._o
        for row in rows:
            if (p is None or ps[row] == p) and (o is None or os[row] == o) and (g is None or gs[row] == g):
                in_graph = gs[row]
                yield tokens[in_graph] if in_graph >= 0 else "", tokens[ss[row]], tokens[ps[row]], tokens[os[row]]


def inferred_as_stored(graph: Graph, name: str) -> list[Triple] | None:
    """Return the triples of the named graph of what is inferred, nearly sorted, their tokens those of the store.

    ``graph`` is that of a build, of tables; ``name`` is the token of the named graph, in which files may state more.
    None when some have blank nodes, which the store calls otherwise.
    """
    triples = dict.fromkeys(chain(graph.inferred(), graph.held(name)))
    literals = [o for _, _, o in triples if o[0] != "<"]
    if any(token[0] == "_" for token in chain(literals, map(itemgetter(0), triples))):
        return None
    stored = as_stored(literals)
    for s, p, o in [triple for triple in triples if triple[2] in stored]:
        del triples[s, p, o]
        triples[s, p, stored[o]] = None
    return list(triples)


def _with(rows: list[Row], same: Mapping[int, int]) -> list[Row]:
    """Return rows with objects that are ``same`` as others by the numbers of these, each row once."""
    changed = {(g, s, p, same[o]) for g, s, p, o in rows if o in same}
    if not changed:
        return rows
    kept = [row for row in rows if row[3] not in same and row not in changed]
    return sorted([*kept, *changed], key=itemgetter(1))


def _index(column: "array[int]") -> tuple["array[int]", "array[int]"]:
    """Return the rows in the order of what a column has, and the column in this order."""
    rows = array("i", sorted(range(len(column)), key=column.__getitem__))
    return rows, array("i", map(column.__getitem__, rows))
