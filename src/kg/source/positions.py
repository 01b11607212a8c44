"""Find where the triples of a file stand: line and column of each term, as written.

Oxigraph's parser gives the terms and a scan of the text gives the places, in the same order; the two are read side
by side. So the terms are those of ``reader.read``, blank nodes included, and what the parser refuses is refused.
Turtle, TriG, N-Triples and N-Quads have places of terms; JSON-LD and RDF/XML only those of their nodes.
"""

from collections.abc import Collection, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

from kg.errors import SourceError, UsageError
from kg.project import Project
from kg.source.excerpt import Span, Text
from kg.source.extents import Extents, extents
from kg.source.nodes import nodes_of
from kg.source.reader import Triple, read

SUFFIXES = (".ttl", ".trig", ".nt", ".nq")
"""Suffixes of the formats whose every term has a place."""


class Spans(NamedTuple):
    """The places of a triple's subject, predicate and object."""

    subject: Span
    predicate: Span
    object: Span


class Positioned(NamedTuple):
    """A quad as ``reader.read`` yields it, and where its three terms stand in a text."""

    graph: str
    subject: str
    predicate: str
    object: str
    extents: Extents
    text: Text

    @property
    def spans(self) -> Spans:
        """The places of the three terms, in lines and columns."""
        return Spans(*(self.text.span(*extent) for extent in self.extents))


def positions(path: Path, *, project: Project, base: str | None = None) -> Iterator[Positioned]:
    """Yield the quads of a Turtle, TriG, N-Triples or N-Quads file with their places, in the order of the file.

    Raises what ``read`` raises, and UsageError for a file of another format.
    """
    if path.suffix not in SUFFIXES:
        raise UsageError(f"terms have no places in {project.relative(path)} (known suffixes: {' '.join(SUFFIXES)})")
    text = _text(path, project)
    last = (0, 0)
    for quad, found in zip_longest(read(path, project=project, base=base), extents(text.content)):
        if quad is None or found is None:
            line = text.span(*last).line
            raise SourceError(
                "a statement that is not of RDF 1.1 stands after this", file=project.relative(path), line=line
            )
        graph, subject, predicate, value = quad
        yield Positioned(graph, subject, predicate, value, found, text)
        last = found[2]


def spans_of(
    path: Path, triples: Collection[Triple], *, project: Project, base: str | None = None
) -> dict[Triple, tuple[Spans, ...]]:
    """Return the places of those of ``triples`` that a file states, in the order of the file.

    In JSON-LD and RDF/XML a triple stands where its subject's node does, and is left out where that is not known;
    the files of other formats have no places.

    Raises what ``read`` raises.
    """
    wanted = set(triples)
    if path.suffix not in SUFFIXES:
        nodes = nodes_of(path, base=base)
        return {triple: (Spans(node, node, node),) for triple in wanted if (node := nodes.get(triple[0])) is not None}
    text = _text(path, project)
    found: dict[Triple, list[Extents]] = {}
    for quad, place in zip(read(path, project=project, base=base), extents(text.content), strict=False):
        if (triple := quad[1:]) in wanted:
            found.setdefault(triple, []).append(place)
    return {
        triple: tuple(Spans(*(text.span(*extent) for extent in place)) for place in places)
        for triple, places in found.items()
    }


def subjects_of(path: Path, subjects: Collection[str], *, project: Project, base: str | None = None) -> dict[str, Span]:
    """Return where each of ``subjects`` (tokens) is first described in a file; one that is not is left out."""
    wanted = set(subjects)
    if path.suffix not in SUFFIXES:
        nodes = nodes_of(path, base=base)
        return {subject: nodes[subject] for subject in wanted & nodes.keys()}
    text = _text(path, project)
    found: dict[str, Span] = {}
    for quad, place in zip(read(path, project=project, base=base), extents(text.content), strict=False):
        if quad[1] in wanted and quad[1] not in found:
            found[quad[1]] = text.span(*place[0])
    return found


def _text(path: Path, project: Project) -> Text:
    try:
        return Text(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise UsageError(f"cannot read {project.relative(path)}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SourceError("not UTF-8", file=project.relative(path), line=line) from error
