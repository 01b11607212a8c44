"""What the graph says of a resource, and what of it is on each of its pages."""

from dataclasses import dataclass
from typing import NamedTuple

from kg.source.reader import Triple


class Statement(NamedTuple):
    """A triple and the IRIs of the named graphs that hold it: passages by line, then the others by name."""

    triple: Triple
    graphs: tuple[str, ...]
    inferred: bool = False


@dataclass(frozen=True, eq=False)
class Whole:
    """What the graph says of a resource, its pages together.

    ``facts`` are said of it, of the resources whose IRIs are its fragments (``parts``) and of the blank nodes that
    they lead to; ``contents`` are those of the named graphs that it and its parts are, and ``incoming`` name it, both
    by page.
    """

    iri: str
    parts: tuple[str, ...]
    facts: tuple[Statement, ...]
    contents: tuple[tuple[Statement, ...], ...]
    incoming: tuple[tuple[Statement, ...], ...]

    @property
    def pages(self) -> int:
        """How many pages it has, one at least."""
        return max(1, len(self.incoming), len(self.contents))

    @property
    def counts(self) -> tuple[int, int]:
        """How many contents there are, and how many things that name it."""
        return sum(map(len, self.contents)), sum(map(len, self.incoming))

    def part(self, page: int) -> "Part":
        """Return what is on a page, blank nodes aside that its contents lead to."""
        contents, incoming = (of[page - 1] if page <= len(of) else () for of in (self.contents, self.incoming))
        held = {graph for fact in contents for graph in fact.graphs}
        parts = tuple(part for part in self.parts if page == 1 or part in held)
        return Part(parts, self.facts if page == 1 else (), contents, incoming)


class Part(NamedTuple):
    """What is on one page of a resource.

    The first has its facts and lists all its parts, others those that have contents there.
    """

    parts: tuple[str, ...]
    facts: tuple[Statement, ...]
    contents: tuple[Statement, ...]
    incoming: tuple[Statement, ...]


@dataclass(frozen=True)
class Description:
    """What the graph says of a resource, on one page of it; ``labels`` are of it and of what the page names."""

    whole: Whole
    page: int
    part: Part
    labels: tuple[Statement, ...]

    @property
    def iri(self) -> str:
        """The IRI of the resource."""
        return self.whole.iri

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return self.whole.pages

    @property
    def facts(self) -> tuple[Statement, ...]:
        """All that the page states, labels aside."""
        return (*self.part.contents, *self.part.incoming, *self.part.facts)
