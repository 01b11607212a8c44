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
from kg.service.noted import COUNTED, counting
from kg.service.reading import note, reading
from kg.service.shelf import Shelf
from kg.service.site import Site
from kg.service.view import view_at
from kg.service.wordings import spoken

_ANY_PAGE = "index"
_PARTS = "f"
INFERRED = "i"
"""The note of what was inferred."""
ANSWER = "q"
"""The kind of the notes of answers."""
DOCUMENTED = "d"
"""The kind of the notes of what terms are documented by."""
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
    return Computed(asked, digest(repr(found).encode()) if found else "", frozenset(reads) - {asked})


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
            DOCUMENTED: self._documented,
            _PARTS: shelf.documents.parts,
            "k": lambda token: shelf.things.kinds_of(token),
            "l": self._listed,
            "m": self._members,
            "t": lambda token: token in shelf.things.numbers,
            COUNTED: lambda name: shelf.vocabulary.counted(name),
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
        yield from (compute(note, self._computed[note[0]]) for note in asked if note[0] in self._computed)
        yield from (inferred(self._site.build) for note in asked if note == INFERRED)
        for query in queries:
            if (found := self._answers.digest(query)) is not None:
                yield Computed(ANSWER + query, found)

    def stays(self, asked: str, digest: str) -> bool:
        """Tell, soon, whether what a note asks for is sure to be what it was, by its digest.

        So it is where it was nothing and is, as for most resources, and where a large one has been read before.
        """
        if asked[0] == PAGE:
            return self._shelf.documents.is_as_before(asked[1:])
        if digest:
            return False
        if asked[0] == DOCUMENTED:
            return iri(asked[1:]) not in self._shelf.documented
        return asked[0] == _PARTS and not self._shelf.documents.has_parts(asked[1:])

    @cached_property
    def _documentation(self) -> Documentation:
        """What terms are documented by, in one language: others differ in words and names alone.

        Words are the program's, or of what all pages come from; names are noted by whoever writes a page.
        """
        view = view_at(_ANY_PAGE, spoken(self._site.project.languages)[0], self._site)
        return Documentation(self._shelf, Names(self._shelf.documents, view), view)

    def _documented(self, name: str) -> object:
        if iri(name) not in self._shelf.documented:
            return None
        with counting():
            return self._documentation.page(name)

    def _listed(self, of: str) -> object:
        language, _, kind = of.partition(" ")
        note("c", kind)
        tokens = self._shelf.things.tokens
        matches, classes, facets = self._listing.listed(kind or None, language)
        return [tokens[match.thing] for match in matches], classes, facets

    def _members(self, kind: str) -> object:
        things = self._shelf.things
        return [things.tokens[number] for number in things.classes.get(kind, ())]
