"""What the build before has said of large resources: who reads them again reads what differs alone."""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, groupby
from types import MappingProxyType
from typing import Any

from kg.graph.terms import iri
from kg.service.described import Statement, Whole
from kg.source.reader import Quad, Triple

_MOST = 16  # large resources that are kept for the next build


class Large(Mapping[str, Whole]):
    """Resources that have several pages, by IRI, the last ones that were added.

    Those that another process has read may be read of its file when they are asked for: it raises KeyError if it
    cannot be.
    """

    def __init__(self, known: Mapping[str, Whole | Callable[[], Whole]] = MappingProxyType({})) -> None:
        self.known = dict(known)

    def __getitem__(self, name: str) -> Whole:
        """Return a resource."""
        found = self.known[name]
        if not isinstance(found, Whole):
            found = self.known[name] = found()
        return found

    def __contains__(self, name: object) -> bool:
        """Tell whether there is a resource."""
        return name in self.known

    def __iter__(self) -> Iterator[str]:
        """Yield the IRIs."""
        return iter(self.known)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.known)

    def leave_out(self, name: str) -> None:
        """Forget a resource."""
        self.known.pop(name, None)

    def add(self, whole: Whole) -> None:
        """Add a resource that was left out."""
        self.known[whole.iri] = whole
        if len(self.known) > _MOST:
            del self.known[next(iter(self.known))]


@dataclass
class Seen:
    """What was read of a build that the next one may have too.

    ``large`` are the resources that have several pages, by IRI; ``labels`` what names a thing, by its token;
    ``all_labels`` the quads that name things, by their tokens, if all were read.
    """

    large: Large = field(default_factory=Large)
    labels: dict[str, tuple[Statement, ...]] = field(default_factory=dict)
    all_labels: dict[str, list[Quad]] | None = None

    def but(self, tokens: Collection[str]) -> "Seen":
        """Return the same without the labels of some things."""
        labels = {token: labels for token, labels in self.labels.items() if token not in tokens}
        return Seen(Large(self.large.known), labels, self.all_labels)


@dataclass(frozen=True)
class Wholes:
    """The resources of a build that have several pages, by IRI, and the quads that it has or the next one, not both."""

    known: Mapping[str, Whole] = field(default_factory=dict)
    differing: Mapping[str, Iterable[Triple]] = field(default_factory=dict)

    @classmethod
    def of(cls, known: Mapping[str, Whole], quads: Iterable[Quad]) -> "Wholes":
        """Return those that are ``known``, with the quads that differ."""
        differing: dict[str, list[Triple]] = {}
        for g, s, p, o in quads:
            differing.setdefault(g, []).append((s, p, o))
        return cls(known, differing)

    def contents(self, name: str) -> Mapping[str, list[Statement]]:
        """Return what the graphs have said that a resource and its parts are, by their tokens, in order."""
        whole = self.known.get(name)
        said = chain.from_iterable(whole.contents) if whole else ()
        return {iri(graph): list(facts) for graph, facts in groupby(said, key=lambda fact: fact.graphs[0])}

    def exchanged(
        self,
        graph: str,
        facts: list[Statement],
        *,
        order: Callable[[Statement], Any],
        holds: Callable[[str, Triple], bool],
    ) -> list[Statement] | None:
        """Return the statements of a graph, in ``order``, which were ``facts``: it ``holds`` those that differ, or not.

        None with a blank node, which the two builds may call otherwise, or where a literal differs, which a store may.
        """
        differing = list(self.differing.get(graph, ()))
        if any(s[0] == "_" or o[0] != "<" for s, _, o in differing):
            return None
        if any(s[0] == "_" or o[0] == "_" for (s, _, o), *_ in facts):
            return None
        found = list(facts)
        for triple in differing:
            fact = facts[0]._replace(triple=triple)
            place = bisect_left(found, order(fact), key=order)
            was = found[place : place + 1] == [fact]
            found[place : place + was] = [fact] if holds(graph, triple) else []
        return found

    def shared(self, whole: Whole) -> Whole:
        """Return the same resource, whose pages are those that were known, where they say the same."""
        if (before := self.known.get(whole.iri)) is None:
            return whole
        known = {page[0]: page for page in chain(before.contents, before.incoming)}

        def of(pages: Iterable[tuple[Statement, ...]]) -> tuple[tuple[Statement, ...], ...]:
            return tuple(was if (was := known.get(page[0])) == page else page for page in pages)

        return replace(whole, contents=of(whole.contents), incoming=of(whole.incoming))

    def has(self, whole: Whole, page: int) -> bool:
        """Tell whether a page is what it was, of a resource with the same facts and parts; False where it is not known.

        So it is of no page with a blank node.
        """
        before = self.known.get(whole.iri)
        if before is None or (before.pages, before.parts, before.facts) != (whole.pages, whole.parts, whole.facts):
            return False
        if page == 1 and before.counts != whole.counts:
            return False
        part = whole.part(page)
        if part != before.part(page):
            return False
        stated = (fact.triple for fact in chain(part.facts, part.contents, part.incoming))
        return not any(s[0] == "_" or o[0] == "_" for s, _, o in stated)
