"""What pages read that is computed from the whole graph: a digest of each, by which a change is known.

The notes are those of ``kg.service.reading``. What a list or the page of a term is computed from is noted, too.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import NamedTuple

from kg.graph.build import Build
from kg.graph.results import Kind
from kg.graph.terms import iri
from kg.lookup.usage import read_inferred
from kg.service.documentation import Documentation
from kg.service.listing import Listing
from kg.service.names import Names
from kg.service.reading import note, reading
from kg.service.site import Site
from kg.service.things import Shelf
from kg.service.turns import Turns
from kg.service.view import view_at
from kg.service.wordings import spoken
from kg.service.worker import Question
from kg.service.workers import Pool, settings_of

_FORMS: Mapping[Kind, tuple[str, str] | None] = {
    "solutions": ("json", "application/sparql-results+json"),
    "boolean": ("json", "application/sparql-results+json"),
    "graph": ("nt", "application/n-triples"),
}
_ANY_PAGE = "index"
INFERRED = "i"
"""The note of what was inferred."""


class Computed(NamedTuple):
    """What was computed for a note: a digest of it, empty for nothing, and the notes of what was read for it."""

    note: str
    digest: str
    reads: frozenset[str] = frozenset()


class Values:
    """What is computed of a site."""

    def __init__(self, site: Site, shelf: Shelf) -> None:
        self._site = site
        self._shelf = shelf
        self._listing = Listing(site, shelf)
        self._computed: Mapping[str, Callable[[str], object]] = {
            "d": self._documented,
            "f": shelf.documents.parts,
            "i": lambda _: self._inferred(),
            "k": lambda token: shelf.things.kinds_of(token),
            "l": self._listed,
            "m": self._members,
            "t": lambda token: token in shelf.things.numbers,
        }

    def of(self, notes: Iterable[str]) -> Iterator[Computed]:
        """Yield what notes ask for, as far as anything is to be computed.

        Not so a query that may answer otherwise the next time.
        """
        asked = list(notes)
        queries = [note[1:] for note in asked if note[0] == "q"]
        with ThreadPoolExecutor(1) as beside:  # another process answers
            answers = beside.submit(asyncio.run, self._answers(queries)) if queries else None
            yield from (self._value(note) for note in asked if note[0] in self._computed)
            yield from answers.result() if answers else ()

    def _value(self, asked: str) -> Computed:
        with reading() as reads:
            found = self._computed[asked[0]](asked[1:])
        return Computed(asked, "" if found is None else _digest(repr(found).encode()), frozenset(reads) - {asked})

    def _inferred(self) -> object:
        build = Build(self._site.build.folder)
        found = list(read_inferred(build.graph))
        build.graph.engine.close()
        return found, build.rules, build.findings

    async def _answers(self, queries: Iterable[str]) -> list[Computed]:
        """Return the answers of queries; each is asked within the limits of a query."""
        answered = []
        pool = Pool(settings_of(self._site), workers=1, turns=Turns(workers=1))
        async with pool.open():
            for query in queries:
                question = Question(query, "", self._site.project.base, dict(_FORMS), [], [])
                async with pool.answer(question, client="") as answer:
                    if answer.reply.status == 200 and not answer.reply.volatile:
                        answered.append(Computed(f"q{query}", _digest(answer.file.read_bytes())))
        return answered

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


def _digest(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()[:32]
