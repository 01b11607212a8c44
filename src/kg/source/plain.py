"""Write graphs without blank nodes as Turtle and TriG, in the layout of ``kg.source.turtle``, sorted once for both.

Without blank nodes nothing is nested, so that each triple is a line that says the same in every graph.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from kg.source.nesting import NIL
from kg.source.reader import Triple
from kg.source.turtle import STEP, TYPE, by_iri, heads, predicate_order, spelling

_EMPTY = ("()", None)


class Line(NamedTuple):
    """A triple in graphs, the tokens of those that are named: where it stands, and what is written of it."""

    place: tuple[str, tuple[int, str], str]
    subject: str
    said: str
    graphs: Sequence[str]
    prefixes: tuple[str | None, str | None, str | None]


class Plain:
    """Writes triples without blank nodes with some prefixes. Raises what ``write_turtle`` raises."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self._namespaces = prefixes
        self._spelling = spelling(prefixes)

    def line(self, triple: Triple, graphs: Sequence[str]) -> Line:
        """Return a triple in its graphs; lines are sorted as they are written."""
        term, name = self._spelling.term, self._spelling.iri
        s, p, o = triple
        subject, of_subject = _EMPTY if s == NIL else name(s)
        verb, of_verb = ("a", None) if p == TYPE else name(p)
        value, of_value = _EMPTY if o == NIL else term(o)
        place = (by_iri(s), predicate_order(p), o)
        return Line(place, subject, f"{STEP}{verb} {value} ;\n", graphs, (of_subject, of_verb, of_value))

    def turtle(self, lines: Sequence[Line]) -> str:
        """Return sorted lines, whatever graphs they are in, as ``write_turtle`` does."""
        return self._joined(_used(lines), [_block(lines, "")])

    def trig(self, lines: Sequence[Line]) -> str:
        """Return sorted lines as ``write_trig`` does, those of no named graph in the default graph."""
        graphs: dict[str, list[Line]] = {}
        for line in lines:
            for graph in line.graphs or ("",):
                if (of_graph := graphs.get(graph)) is None:
                    of_graph = graphs[graph] = []
                of_graph.append(line)
        used = _used(lines)
        blocks = []
        for graph in sorted(graphs, key=by_iri):
            if graph:
                title, prefix = self._spelling.iri(graph)
                used.add(prefix)
                blocks.append(f"GRAPH {title} {{\n{_block(graphs[graph], STEP)}}}\n")
            else:
                blocks.append(_block(graphs[graph], ""))
        return self._joined(used, blocks)

    def _joined(self, used: set[str | None], blocks: Iterable[str]) -> str:
        head = heads(sorted(name for name in used if name is not None), self._namespaces)
        return "\n".join(filter(None, (head, *blocks)))


def _used(lines: Iterable[Line]) -> set[str | None]:
    return set(chain.from_iterable({line.prefixes for line in lines}))


def _block(lines: Iterable[Line], margin: str) -> str:
    """Return the lines of one graph, each subject above its own."""
    out: list[str] = []
    last = None
    for _, subject, said, *_ in lines:
        if subject != last:
            out.append(f"{margin}{STEP}.\n\n{margin}{subject}\n" if last else f"{margin}{subject}\n")
            last = subject
        out.append(margin + said)
    return "".join(out) + (f"{margin}{STEP}.\n" if last else "")
