"""The things of a site, read once from its store: their names and codes, their classes, and what filters lists."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from functools import lru_cache
from itertools import chain
from typing import NamedTuple, TypeVar

from kg.graph.terms import OWL, RDFS, SKOS, TYPE, XSD, iri, parse
from kg.project import Hop, Project
from kg.service.collation import Key, key
from kg.service.documents import LABELS, Documents
from kg.service.reading import note
from kg.source.reader import Triple

_OTHER_NAMES = (f"<{SKOS}altLabel>", f"<{SKOS}hiddenLabel>", f"<{SKOS}notation>")
NAMES = (*LABELS, *_OTHER_NAMES)
"""The properties whose values are names of things, or codes."""
_SUBCLASS = f"<{RDFS}subClassOf>"
_NOT_KINDS = {f"<{OWL}Thing>", f"<{OWL}NamedIndividual>", f"<{RDFS}Resource>"}
_YEARS = {f"{XSD}{name}" for name in ("date", "dateTime", "gYear", "gYearMonth")}
_BOOLEAN = f"{XSD}boolean"
_LONGEST_CODE = 40
_DEEPEST = 8
FACETS = 8
"""By how many properties a list can be filtered."""
VALUES = 60
"""How many values such a property has at most."""

_REMEMBERED = ("order", "narrowest", "facets")

T = TypeVar("T")
Pair = tuple[str, str]
"""A property and a value, as tokens; a date stands for its year."""


class Name(NamedTuple):
    """A name or a code of a thing, and its language."""

    text: str
    language: str | None
    is_label: bool


class _Said:
    """What triples say of things: their names, classes and facts, by their tokens.

    ``codes`` are the properties whose values are codes, where they are known; they are found out otherwise.
    """

    def __init__(self, project: Project, origin: str, *, codes: Collection[str] | None = None) -> None:
        self.names: dict[str, list[Name]] = defaultdict(list)
        self.kinds: dict[str, list[str]] = defaultdict(list)
        self.facts: dict[str, list[Pair]] = defaultdict(list)
        self.codes: dict[str, dict[str, str]] = defaultdict(dict)
        self._known = codes
        self._no_codes: set[str] = set()
        self._stated: dict[str, Name] = {}
        self._as_stated = f"<{project.evidence.as_stated}>"
        self._origin = f"<{origin}"
        # Most properties and values come again; each is kept once.
        self._same: dict[str, str] = {}

    def read(self, triples: Iterable[Triple]) -> None:
        """Read all triples of some things."""
        known = self._same.setdefault
        for s, p, o in triples:
            if not s.startswith(self._origin):
                continue
            if o.startswith('"'):
                self._read_literal(s, p, o)
            elif o.startswith("<"):
                self.facts[s].append((known(p, p), known(o, o)))
                if p == TYPE and o not in _NOT_KINDS:
                    self.kinds[s].append(known(o, o))
        for _, values in sorted(self.codes.items()):
            for value, s in values.items():
                self.names[s].append(Name(value, None, False))
        for s, name in self._stated.items():
            if not any(other.is_label for other in self.names[s]):
                self.names[s].append(name)

    def pairs(self, token: str) -> tuple[Pair, ...]:
        """Return what a thing may be filtered by."""
        return tuple(dict.fromkeys(self.facts[token]))

    def _read_literal(self, s: str, p: str, o: str) -> None:
        is_name = p in NAMES
        if not is_name and p != self._as_stated and o[-1] not in '">':  # in a language, and no name
            return
        term, known = parse(o), self._same.setdefault
        if is_name:
            self.names[s].append(Name(term.value, term.language, p in LABELS))
        elif p == self._as_stated:
            self._stated.setdefault(s, Name(term.value, term.language, True))
        elif term.datatype in _YEARS and term.value[:4].isdecimal():
            year = f'"{term.value[:4]}"^^<{XSD}gYear>'
            self.facts[s].append((known(p, p), known(year, year)))
        elif term.datatype == _BOOLEAN:
            self.facts[s].append((known(p, p), known(o, o)))
        elif term.datatype == f"{XSD}string":
            self._read_text(s, p, term.value)

    def _read_text(self, s: str, p: str, text: str) -> None:
        """Read what may be a code: one word, which nothing else has."""
        if p in self._no_codes or (self._known is not None and p not in self._known):
            return
        if len(text) > _LONGEST_CODE or len(text.split()) != 1 or text in self.codes[p]:
            self._no_codes.add(p)
            self.codes.pop(p, None)
        else:
            self.codes[p][text] = s


class Things:
    """The things of the merged graph that have a page: numbers from 0, in the order of their IRIs.

    ``tokens`` are their IRIs, ``names`` their names and codes, ``classes`` the numbers of the things of each class,
    ``pairs`` what each thing may be filtered by.
    """

    def __init__(self, documents: Documents) -> None:
        self._project = documents.project
        self._origin = documents.origin
        said = _Said(self._project, self._origin)
        self._supers: dict[str, set[str]] = defaultdict(set)
        self._hops: dict[tuple[Hop, str], list[str]] = {}
        said.read(self._structure(documents.triples()))
        about = sorted(set(said.names) | set(said.kinds), key=lambda token: token[1:-1])
        self.tokens: Sequence[str] = [token for token in about if not self._project.evidence.locate(token[1:-1])]
        self.names: Sequence[tuple[Name, ...]] = [tuple(said.names[token]) for token in self.tokens]
        self.pairs: Sequence[tuple[Pair, ...]] = [said.pairs(token) for token in self.tokens]
        self.kinds: Sequence[tuple[str, ...]] = [tuple(said.kinds[token]) for token in self.tokens]
        self.numbers: Mapping[str, int] = {token: number for number, token in enumerate(self.tokens)}
        classes: dict[str, set[int]] = defaultdict(set)
        for number, kinds in enumerate(self.kinds):
            for kind in kinds:
                classes[kind].add(number)
        self.classes: Mapping[str, set[int]] = classes
        self._codes = frozenset(said.codes)
        self._keys: dict[tuple[str, ...], Sequence[Key]] = {}
        self._sorted: dict[tuple[str, ...], list[int]] = {}
        self._remember()

    def _structure(self, triples: Iterable[Triple]) -> Iterator[Triple]:
        """Remember what stands above what, and yield all triples."""
        trail = {iri(hop.property) for hop in self._project.pages.trail}
        for s, p, o in triples:
            if p in trail:
                self._add_hops(s, p, o)
            if p == _SUBCLASS and o.startswith("<") and s != o:
                self._supers[s].add(o)
            yield s, p, o

    def after(self, documents: Documents, subjects: Collection[str]) -> "Things | None":
        """Return the things of a build that differs in what it says about some subjects.

        None of them may be of another class, or have another code or place above others. None when there are other
        things, of no class.
        """
        said = _Said(self._project, self._origin, codes=self._codes)
        of_each = (documents.within(subject, predicate=None, graph=None) for subject in subjects)
        said.read(sorted(chain.from_iterable(of_each)))
        there = {token for token in {*said.names, *said.kinds} if not self._project.evidence.locate(token[1:-1])}
        if there != {token for token in subjects if token in self.numbers}:
            return None
        changed = {self.numbers[token]: token for token in there}
        things = copy(self)
        things.names = _changed(self.names, {number: tuple(said.names[token]) for number, token in changed.items()})
        things.pairs = _changed(self.pairs, {number: said.pairs(token) for number, token in changed.items()})
        things._sorted = dict(self._sorted)
        things._keys = {
            languages: _changed(keys, {number: key(things.called(number, languages)) for number in changed})
            for languages, keys in self._keys.items()
        }
        things._remember()
        return things

    def unsorted(self) -> "Things":
        """Return the same without what lists are sorted by, for who writes none."""
        things = copy(self)
        things._keys, things._sorted = {}, {}
        things._remember()
        return things

    def _remember(self) -> None:
        self.order = lru_cache(maxsize=8)(self._order)
        self.narrowest = lru_cache(maxsize=4096)(self._narrowest)
        self.facets = lru_cache(maxsize=256)(self._facets)

    def __getstate__(self) -> dict[str, object]:
        """Return what another process needs, without what is remembered."""
        state = {name: value for name, value in vars(self).items() if name not in _REMEMBERED}
        return state | {"names": [[tuple(name) for name in names] for names in self.names]}

    def __setstate__(self, state: dict[str, object]) -> None:
        """Become what another process has read."""
        vars(self).update(state)
        self.names = [tuple(map(Name._make, names)) for names in self.names]
        self._remember()

    def label(self, number: int, languages: Sequence[str]) -> Name | None:
        """Return the label of a thing in the first of some languages that it has one in, else any; None without."""
        labels = [name for name in self.names[number] if name.is_label]
        order = {language: place for place, language in enumerate(dict.fromkeys(languages))}
        return min(labels, key=lambda n: order.get(n.language or "", len(order)), default=None)

    def called(self, number: int, languages: Sequence[str]) -> str:
        """Return the label of a thing, else its IRI, short."""
        name = self.label(number, languages)
        return name.text if name else self._project.compact(self.tokens[number][1:-1]).strip("<>")

    def _order(self, languages: tuple[str, ...]) -> Sequence[int]:
        """Return the place of each thing in the order of their labels."""
        if languages not in self._keys:
            self._keys[languages] = [key(self.called(number, languages)) for number in range(len(self.tokens))]
        keys = self._keys[languages]
        # Those of a build before are in this order but for a few, so that it takes no time.
        found = sorted(self._sorted.get(languages) or range(len(keys)), key=lambda n: (keys[n], n))
        self._sorted[languages] = found
        places = [0] * len(keys)
        for place, number in enumerate(found):
            places[number] = place
        return places

    def supers(self, kind: str) -> set[str]:
        """Return the classes that a class is below, itself left out."""
        seen: set[str] = set()
        border = set(self._supers.get(kind, ()))
        while border:
            seen |= border
            border = set(chain.from_iterable(self._supers.get(k, ()) for k in border)) - seen
        return seen - {kind}

    def _narrowest(self, given: tuple[str, ...]) -> Sequence[str]:
        """Return those of some classes that none of the others is below, the graph's own first, then the smaller."""
        kinds = set(given) - _NOT_KINDS
        above = {kind: self.supers(kind) for kind in kinds}
        # Two classes that are below each other are one: both stay.
        lowest = [k for k in kinds if not any(k in above[other] and other not in above[k] for other in kinds)]
        own = [kind for kind in lowest if self.is_own(kind)]
        return sorted(own or lowest, key=lambda kind: (len(self.classes.get(kind, ())), kind))

    def is_own(self, kind: str) -> bool:
        """Tell whether a class is one of the graph's own."""
        return kind.startswith(f"<{self._origin}")

    def kinds_of(self, token: str) -> Sequence[str]:
        """Return the narrowest classes of a thing."""
        note("k", token)
        number = self.numbers.get(token)
        return self.narrowest(self.kinds[number]) if number is not None else ()

    def above(self, token: str) -> list[str]:
        """Return what stands above a thing, the highest first, itself last: by the steps that the settings name.

        A step leads on where there is one thing to go to; where there are none or several, the next is tried. A
        fragment stands below its document.
        """
        line = [token]
        while len(line) < _DEEPEST and (parent := self._parent(line[0])) is not None and parent not in line:
            line.insert(0, parent)
        stem, fragment, _ = line[0].partition("#")
        return [f"{stem}>", *line] if fragment and f"{stem}>" not in line else line

    def _add_hops(self, s: str, p: str, o: str) -> None:
        """Remember a triple as the steps of a trail that it is."""
        for hop in self._project.pages.trail:
            if iri(hop.property) == p:
                begin, end = (o, s) if hop.against else (s, o)
                self._hops.setdefault((hop, begin), []).append(end)

    def _parent(self, token: str) -> str | None:
        note("h", token)
        for hop in self._project.pages.trail:
            found = self._hops.get((hop, token), ())
            if len(found) == 1:
                note("t", found[0])
                if found[0] in self.numbers:
                    return found[0]
        return None

    def tree(self) -> list[tuple[str, list[str]]]:
        """Return the graph's own classes that have things: those below no other, each with all that are below it."""
        own = [kind for kind in self.classes if self.is_own(kind)]
        above = {kind: {k for k in self.supers(kind) if k in own and kind not in self.supers(k)} for kind in own}
        return [
            (top, sorted((k for k in own if top in above[k]), key=self._size))
            for top in sorted((kind for kind in own if not above[kind]), key=self._size)
        ]

    def others(self) -> list[str]:
        """Return the classes of other vocabularies that have things, the largest first."""
        return sorted((kind for kind in self.classes if not self.is_own(kind)), key=self._size)

    def _size(self, kind: str) -> tuple[int, str]:
        return -len(self.classes[kind]), kind

    def _facets(self, kind: str | None) -> Sequence[str]:
        """Return the properties by which the things of a class are filtered, those that most of them have first.

        Such a property has few values, and things share them; not one value for all of them.
        """
        if kind is None:
            return ()
        members = self.classes.get(kind, set())
        uses: dict[str, Counter[str]] = defaultdict(Counter)
        having: Counter[str] = Counter()
        for number in members:
            pairs = self.pairs[number]
            for p, o in pairs:
                uses[p][o] += 1
            having.update({p for p, _ in pairs})
        found = []
        for p, values in uses.items():
            shared = sum(values.values()) >= 1.5 * len(values)
            varied = any(count < len(members) for count in values.values())
            if 2 <= len(values) <= VALUES and shared and varied and having[p] >= 0.03 * len(members):
                found.append((-having[p], len(values), p))
        return [p for *_, p in sorted(found)[:FACETS]]


def _changed(items: Sequence[T], changes: Mapping[int, T]) -> Sequence[T]:
    """Return a list with other items at some places: the very same where they are no others."""
    if all(items[place] == item for place, item in changes.items()):
        return items
    found = list(items)
    for place, item in changes.items():
        found[place] = item
    return found
