"""Find the blank nodes of a dataset that Turtle can write without a label."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
FIRST = f"<{_RDF}first>"
REST = f"<{_RDF}rest>"
NIL = f"<{_RDF}nil>"
DEPTH = 16

Graphs = Mapping[str, Mapping[str, list[tuple[str, str]]]]
"""graph token -> subject token -> its (predicate, object) pairs, each once."""

_Parents = dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Nesting:
    """The blank nodes to write inside their only reference, and those shaped as cells of well-formed lists.

    A node in both is written as part of ``( … )``, one that is only nested as ``[ … ]``.
    """

    nested: frozenset[str]
    cells: frozenset[str]


def nesting(graphs: Graphs) -> Nesting:
    """Return the nodes that occur in one graph, are referenced once there, and lie on no circle.

    Nesting is at most ``DEPTH`` deep, a list counting once: readers recurse, so deeper nodes keep their label.
    """
    parents = _parents(graphs)
    if not parents:
        return Nesting(frozenset(), frozenset())
    cells = _cells(graphs, parents)
    return Nesting(_shallow(parents, cells), cells)


def _parents(graphs: Graphs) -> _Parents:
    """Return the (subject, predicate) of each blank node that is referenced once, in the only graph that has it."""
    parents: _Parents = {}
    home: dict[str, str] = {}
    several = {graph for graph in graphs if graph[:1] == "_"}
    for graph, subjects in graphs.items():
        for subject, pairs in subjects.items():
            if subject[:1] == "_" and home.setdefault(subject, graph) != graph:
                several.add(subject)
            for predicate, value in pairs:
                if value[:1] == "_":
                    if value in parents or home.setdefault(value, graph) != graph:
                        several.add(value)
                    parents[value] = (subject, predicate)
    return {node: parent for node, parent in parents.items() if node not in several}


def _cells(graphs: Graphs, parents: _Parents) -> frozenset[str]:
    """Return the nodes with one rdf:first, one rdf:rest and nothing else, whose rests end in rdf:nil."""
    shaped: dict[str, str] = {}
    for subjects in graphs.values():
        for subject, pairs in subjects.items():
            if subject in parents and len(pairs) == 2:
                cell = dict(pairs)
                if cell.keys() == {FIRST, REST}:
                    shaped[subject] = cell[REST]
    cells: set[str] = set()
    for last in (node for node, rest in shaped.items() if rest == NIL):
        node: str | None = last
        while node is not None:
            cells.add(node)
            above, predicate = parents[node]
            node = above if predicate == REST and above in shaped else None
    return frozenset(cells)


def _shallow(parents: _Parents, cells: Iterable[str]) -> frozenset[str]:
    """Return the nodes of ``parents`` without those on a circle, and without one in every ``DEPTH`` levels."""
    cells = frozenset(cells)
    depth: dict[str, int] = {}
    for start in parents:
        path: dict[str, None] = {}
        node = start
        while node in parents and node not in depth and node not in path:
            path[node] = None
            node = parents[node][0]
        if node in path:
            depth.update(dict.fromkeys(list(path)[list(path).index(node) :], 0))
        for below in reversed(path):
            if below not in depth:
                above, predicate = parents[below]
                same_list = below in cells and above in cells and predicate == REST and depth.get(above, 0) > 0
                level = depth.get(above, 0) + (not same_list)
                depth[below] = level if level <= DEPTH else 0
    return frozenset(node for node, level in depth.items() if level > 0)
