"""What a dataset says of itself, read from its description, for who does not read RDF."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kg.graph.terms import RDFS, SKOS, TYPE, iri, parse
from kg.publication.triples import DCAT, DCT, FOAF
from kg.source.reader import Triple

Texts = Mapping[str, str]
"""A text by language, empty for none."""
_SPDX = "https://spdx.org/licenses/"
_LABELS = (f"{FOAF}name", f"{SKOS}prefLabel", f"{RDFS}label", f"{DCT}title")
_PERSON = iri(f"{FOAF}Person")


@dataclass(frozen=True)
class Named:
    """Something that the description names: its IRI, its names by language, and, of a place, its box if it has one."""

    iri: str
    names: Texts
    person: bool = False
    box: str | None = None

    def name(self, language: str) -> str:
        """Return its name in a language, else in another, else its IRI."""
        return self.names.get(language) or next(iter(self.names.values()), self.iri)


@dataclass(frozen=True)
class About:
    """A dataset: what it is called and says of itself, whose it is, its dates, coverage and version.

    ``digest`` is the SHA-256 of its canonical N-Quads; ``period`` is the beginning and the end of what it covers.
    """

    iri: str
    digest: str
    titles: Texts
    descriptions: Texts
    keywords: Mapping[str, tuple[str, ...]]
    creators: tuple[Named, ...]
    publishers: tuple[Named, ...]
    licence: Named | None
    places: tuple[Named, ...]
    period: tuple[str, str] | None
    sources: tuple[str, ...]
    issued: str | None
    modified: str | None
    page: str | None
    version: str | None

    @property
    def spdx(self) -> str | None:
        """The identifier of the licence in the list of SPDX, when it is named by its address there."""
        known = self.licence and self.licence.iri.startswith(_SPDX)
        return self.licence.iri.removeprefix(_SPDX) if self.licence and known else None

    @property
    def authors(self) -> tuple[Named, ...]:
        """Those who are cited: the creators, else the publishers."""
        return self.creators or self.publishers

    @property
    def date(self) -> str | None:
        """The date that it is cited by."""
        return self.modified or self.issued

    def title(self, language: str) -> str:
        """Return its title in a language, else in another, else its IRI."""
        return self.titles.get(language) or next(iter(self.titles.values()), self.iri)


def about(triples: Iterable[Triple], *, dataset: str, digest: str) -> About:
    """Return what these triples say of a dataset, the first by name where they say several."""
    facts = _Facts(triples)
    (licences, pages) = (facts.iris(dataset, f"{DCT}license"), facts.iris(dataset, f"{DCAT}landingPage"))
    return About(
        iri=dataset,
        digest=digest,
        titles=facts.texts(dataset, f"{DCT}title"),
        descriptions=facts.texts(dataset, f"{DCT}description"),
        keywords=facts.lists(dataset, f"{DCAT}keyword"),
        creators=facts.named(facts.iris(dataset, f"{DCT}creator")),
        publishers=facts.named(facts.iris(dataset, f"{DCT}publisher")),
        licence=next(iter(facts.named(licences)), None),
        places=facts.named(facts.iris(dataset, f"{DCT}spatial")),
        period=facts.period(dataset),
        sources=facts.iris(dataset, f"{DCT}source"),
        issued=facts.value(dataset, f"{DCT}issued"),
        modified=facts.value(dataset, f"{DCT}modified"),
        page=next(iter(pages), None),
        version=facts.value(dataset, f"{DCAT}version"),
    )


class _Facts:
    """Triples by subject and property."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._values: dict[tuple[str, str], list[str]] = {}
        for s, p, o in sorted(set(triples)):
            self._values.setdefault((s, p), []).append(o)

    def iris(self, subject: str, predicate: str) -> tuple[str, ...]:
        return tuple(o[1:-1] for o in self._values.get((iri(subject), iri(predicate)), ()) if o[0] == "<")

    def lists(self, subject: str, predicate: str) -> dict[str, tuple[str, ...]]:
        """Return literals by language, those without one under the empty tag."""
        found: dict[str, tuple[str, ...]] = {}
        for token in self._values.get((iri(subject), iri(predicate)), ()):
            if token[0] == '"':
                term = parse(token)
                found[term.language or ""] = (*found.get(term.language or "", ()), term.value)
        return found

    def texts(self, subject: str, predicate: str) -> dict[str, str]:
        return {tag: values[0] for tag, values in self.lists(subject, predicate).items()}

    def value(self, subject: str, predicate: str) -> str | None:
        return next(iter(self.texts(subject, predicate).values()), None)

    def named(self, names: Iterable[str]) -> tuple[Named, ...]:
        return tuple(self._named(name) for name in names)

    def _named(self, name: str) -> Named:
        texts = next((found for label in _LABELS if (found := self.texts(name, label))), {})
        is_person = _PERSON in self._values.get((iri(name), TYPE), ())
        return Named(name, texts, is_person, self.value(name, f"{DCAT}bbox"))

    def period(self, dataset: str) -> tuple[str, str] | None:
        for period in self.iris(dataset, f"{DCT}temporal"):
            start, end = (self.value(period, f"{DCAT}{name}Date") for name in ("start", "end"))
            if start and end:
                return start, end
        return None
