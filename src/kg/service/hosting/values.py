"""What pages read that is computed from the whole graph: a digest of each, by which a change is known.

The notes are those of ``kg.service.reading``. What a list or the page of a term is computed from is noted, too.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from kg.graph.build import Build
from kg.graph.terms import iri
from kg.lookup.usage import read_inferred
from kg.service.documentation import Documentation
from kg.service.hosting.asked import Asked, digest
from kg.service.listing import Listing
from kg.service.names import Names
from kg.service.reading import note, reading
from kg.service.shelf import Shelf
from kg.service.site import Site
from kg.service.view import view_at
from kg.service.wordings import spoken

_ANY_PAGE = "index"
INFERRED = "i"
"""The note of what was inferred."""
ANSWER = "q"
"""The kind of the notes of answers."""
PAGE = "y"
"""The kind of the notes of pages."""


class Computed(NamedTuple):
    """What was computed for a note: a digest of it, empty for nothing, and the notes of what was read for it."""

    note: str
    digest: str
    reads: frozenset[str] = frozenset()


def compute(asked: str, by: Callable[[str], object]) -> Computed:
    """Compute what a note asks for, but for its kind, by what reads the graph."""
    with reading() as reads:
        found = by(asked[1:])
    return Computed(asked, "" if found is None else digest(repr(found).encode()), frozenset(reads) - {asked})


def inferred(build: Build) -> Computed:
    """Return what was inferred, by which rules, and found."""
    ours = Build(build.folder)
    found = list(read_inferred(ours.graph)), ours.rules, ours.findings
    ours.graph.engine.close()
    return Computed(INFERRED, digest(repr(found).encode()))


class Values:
    """What is computed of a site."""

    def __init__(self, site: Site, shelf: Shelf, answers: Asked) -> None:
        self._site = site
        self._answers = answers
        self._shelf = shelf
        self._listing = Listing(site, shelf)
        self._computed: Mapping[str, Callable[[str], object]] = {
            "d": self._documented,
            "f": shelf.documents.parts,
            "k": lambda token: shelf.things.kinds_of(token),
            "l": self._listed,
            "m": self._members,
            "t": lambda token: token in shelf.things.numbers,
            PAGE: shelf.documents.stated,
        }

    @property
    def kinds(self) -> set[str]:
        """The kinds of the notes for which something is computed."""
        return {*self._computed, INFERRED, ANSWER}

    def of(self, notes: Iterable[str]) -> Iterator[Computed]:
        """Yield what notes ask for, as far as anything is to be computed.

        Not so a query that may answer otherwise the next time.
        """
        asked = list(notes)
        queries = [note[1:] for note in asked if note[0] == ANSWER]
        self._answers.ask(queries)
        yield from (self._value(note) for note in asked if note[0] in self._computed)
        yield from (inferred(self._site.build) for note in asked if note == INFERRED)
        for query in queries:
            if (found := self._answers.digest(query)) is not None:
                yield Computed(ANSWER + query, found)

    def _value(self, asked: str) -> Computed:
        return compute(asked, self._computed[asked[0]])

    @cached_property
    def _documentation(self) -> list[Documentation]:
        views = [view_at(_ANY_PAGE, language, self._site) for language in spoken(self._site.project.languages)]
        return [Documentation(self._shelf, Names(self._shelf.documents, view), view) for view in views]

    def _documented(self, name: str) -> object:
        if iri(name) not in self._shelf.documented:
            return None
        note("i", "")
        return [documentation.page(name) for documentation in self._documentation]

    def _listed(self, of: str) -> object:
        language, _, kind = of.partition(" ")
        note("c", kind)
        tokens = self._shelf.things.tokens
        matches, classes, facets = self._listing.listed(kind or None, language)
        return [tokens[match.thing] for match in matches], classes, facets

    def _members(self, kind: str) -> object:
        things = self._shelf.things
        return [things.tokens[number] for number in things.classes.get(kind, ())]
