"""What the graph says of a resource, read from the store of a build."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import chain
from urllib.parse import quote

from kg.graph.build import Build
from kg.graph.columns import Columns, inferred_as_stored
from kg.graph.terms import OWL, RDFS, SKOS, XSD, iri
from kg.project import Project
from kg.service.described import Description, Part, Statement, Whole
from kg.service.paging import cut
from kg.service.reading import note, note_all, note_each
from kg.service.wholes import Seen, Wholes
from kg.source.reader import Quad, Triple
from kg.source.turtle import predicate_order

DCT = "http://purl.org/dc/terms/"
FOAF = "http://xmlns.com/foaf/0.1/"
SH = "http://www.w3.org/ns/shacl#"
LABELS = tuple(iri(name) for name in (f"{SKOS}prefLabel", f"{RDFS}label", f"{DCT}title", f"{FOAF}name", f"{SH}name"))
INCOMING = 50
"""How many incoming links a page has, more or less (``kg.service.paging``)."""
CONTENTS = 500
"""How many triples of a named graph a page has, more or less."""
_DEEPEST = 50
_LABELLED = 50_000  # things whose labels are remembered
_DEPRECATED = f"<{OWL}deprecated>"
_PATH = "/:@!$&'()*+,;=~"


class Documents:
    """The documents of a build, whose ``quads`` are those of its store. Reads may run side by side.

    ``remembers`` is whether large ones are at hand for who ``keep``s them.
    """

    def __init__(
        self, build: Build, *, project: Project, quads: Columns | None = None, remembers: bool = False
    ) -> None:
        self.project = project
        self._build = build
        self._store = quads or build.store
        self.origin = project.base[: project.base.rindex("/") + 1]
        self._parts: dict[str, list[str]] = {}
        for name in build.graph.fragments(self.origin):
            self._parts.setdefault(name.partition("#")[0], []).append(name)
        self._blank = lru_cache(maxsize=10_000)(self._read_blank)
        self.address = lru_cache(maxsize=50_000)(self._read_address)
        # Of a term the same is asked in each language, for its own page and for that of all terms.
        self._objects = lru_cache(maxsize=10_000)(self._read_objects)
        self._subjects = lru_cache(maxsize=10_000)(self._read_subjects)
        # Whoever turns the pages of something large has it read and sorted once.
        self._whole = lru_cache(maxsize=16)(self._read_whole)
        self._remembers = remembers
        self.seen = Seen()
        self._before = Wholes()
        self.describe = lru_cache(maxsize=64)(self._describe)

    def triples(self) -> Iterator[Triple]:
        """Yield the triples of the merged graph, sorted: from the tables, which give many in a quarter of the time."""
        graph = self.build().graph
        yield from graph.union()
        graph.engine.close()

    def build(self) -> Build:
        """Return the build, its tables by a connection of its own, for threads share none."""
        return Build(self._build.folder)

    def within(self, subject: str, *, predicate: str | None, graph: str | None) -> list[Triple]:
        """Return what a named graph says of a thing, sorted, blank nodes aside; what the merged graph does for None."""
        note("s", subject)
        quads = self._store.quads(subject=subject, predicate=predicate, graph=graph or "")
        triples = {(s, p, o) for _, s, p, o in quads if not o.startswith("_:")}
        return sorted(triples, key=lambda triple: (predicate_order(triple[1]), triple[2]))

    def objects(self, subject: str, predicate: str) -> Sequence[str]:
        """Return the values of a property of a thing in the merged graph, sorted; all given and returned as tokens."""
        note("v", f"{subject} {predicate}")
        return self._objects(subject, predicate)

    def _read_objects(self, subject: str, predicate: str) -> Sequence[str]:
        return sorted(o for *_, o in self._store.quads(subject=subject, predicate=predicate, graph=""))

    def subjects(self, predicate: str, object: str) -> Sequence[str]:
        """Return the things that have a value of a property in the merged graph, sorted, as tokens."""
        note("w", f"{predicate} {object}")
        return self._subjects(predicate, object)

    def _read_subjects(self, predicate: str, object: str) -> Sequence[str]:
        return sorted(s for _, s, *_ in self._store.quads(predicate=predicate, object=object, graph=""))

    def fragments(self) -> Mapping[str, int]:
        """Return how many resources each document has as its fragments, by the IRIs of the documents, sorted."""
        return {name: len(parts) for name, parts in sorted(self._parts.items())}

    @cached_property
    def passages(self) -> int:
        """How many passages state something."""
        return sum(self.project.evidence.locate(graph[1:-1]) is not None for graph in self.build().store.graphs())

    def names(self) -> set[str]:
        """Return the IRIs below the origin that the graph has anywhere, and the documents of those with a fragment."""
        graph = self.build().graph
        found = {*graph.named(self.origin), *self._parts}
        inferred = self.project.inferred_graph
        if inferred.startswith(self.origin) and next(self._store.quads(graph=iri(inferred)), None):
            found.add(inferred)
        graph.engine.close()
        return found

    def knows(self, name: str) -> bool:
        """Tell whether the graph has an IRI anywhere: as subject, predicate, object or name of a graph."""
        token = iri(name)
        note_all("sogp", token)
        patterns: tuple[dict[str, str], ...] = (
            {"subject": token}, {"object": token}, {"graph": token}, {"predicate": token},
        )  # fmt: skip
        return any(next(self._store.quads(**pattern), None) for pattern in patterns)

    def is_document(self, name: str) -> bool:
        """Tell whether an IRI is that of a document: it has a fragment, or resources whose IRIs are its fragments."""
        return "#" in name or self.has_parts(name)

    def resolve(self, path: str, *, knows: Callable[[str], bool] | None = None) -> str | None:
        """Return the IRI that a path without suffix, relative to the origin, is the address of; None when none is.

        A fragment comes to no server, so that no address has one. ``knows`` may tell sooner whether there is an IRI.
        """
        knows = knows or self.knows
        if "#" in path:
            return None
        stem, line, number = path.rpartition("/line/")
        for document in self.project.evidence.documents if line else ():
            if document.iri == self.origin + stem and number.isdecimal() and number.isascii():
                passage = document.passage(int(number)) if len(number) < 10 and number == str(int(number)) else ""
                return passage if passage and document.line(passage) and knows(passage) else None
        if self.origin + path in self._parts or knows(self.origin + path):
            return self.origin + path
        stem, _, fragment = path.rpartition("/")
        term = f"{self.origin}{stem}#{fragment}"
        if stem and fragment and not self.project.evidence.locate(term) and knows(term):
            return term
        return None

    def _read_address(self, name: str) -> str | None:
        """Return the path, relative to the origin and escaped, of the page of an IRI; None for one not below it."""
        if not name.startswith(self.origin):
            return None
        if passage := self.project.evidence.locate(name):
            return f"{quote(passage[0].iri.removeprefix(self.origin), safe=_PATH)}/line/{passage[1]}"
        stem, mark, fragment = name.removeprefix(self.origin).partition("#")
        # A percent sign of an IRI is one of its characters, escaped already.
        return quote(f"{stem}/{fragment}" if mark else stem, safe=f"{_PATH}%")

    def is_deprecated(self, name: str) -> bool:
        """Tell whether the graph says that a resource is deprecated (OWL 2, section 5.5)."""
        note("v", f"{iri(name)} {_DEPRECATED}")
        return iri(name) in self._deprecated

    @cached_property
    def _deprecated(self) -> set[str]:
        true = (f'"true"^^<{XSD}boolean>', f'"1"^^<{XSD}boolean>')
        return {s for _, s, _, o in self._store.quads(predicate=_DEPRECATED) if o in true}

    def successor(self, name: str) -> str | None:
        """Return what replaces a resource, the first by name; not itself."""
        return min((other for other in self._values(name, f"{DCT}isReplacedBy") if other != name), default=None)

    @cached_property
    def license(self) -> str | None:
        """The licence of the dataset."""
        return min(self._values(self.project.dataset, f"{DCT}license"), default=None) if self.project.dataset else None

    def _values(self, subject: str, predicate: str) -> list[str]:
        note("s", iri(subject))
        quads = self._store.quads(subject=iri(subject), predicate=iri(predicate))
        return [o[1:-1] for *_, o in quads if o.startswith("<")]

    def _describe(self, name: str, page: int = 1) -> Description | None:
        """Return what the graph says of a resource, or None when it says nothing, or has no such page."""
        whole = self._whole(name)
        if whole.pages > 1:
            note("y", f"{page} {name}")
        else:
            self._note(whole)
        if (part := self._part(whole, page)) is None:
            return None
        named = _named([*part.facts, *part.contents, *part.incoming]).union(map(iri, (name, *part.parts)))
        note_each("n", named)
        return Description(whole, page, part, tuple(chain.from_iterable(map(self._labels_of, named))))

    def stated(self, page: str) -> object:
        """Return what tells one page of a resource from another, or from what it was; None if there is none.

        It is how many pages there are, the counts that the first has, and what is on the page, which is given by its
        number and the IRI.
        """
        number, _, name = page.partition(" ")
        whole = self._whole(name)
        self._note(whole)
        if (part := self._part(whole, int(number))) is None:
            return None
        said = [list(map(tuple, facts)) for facts in (part.facts, part.contents, part.incoming)]
        return whole.pages, whole.counts if number == "1" else (), part.parts, said

    def is_as_before(self, page: str) -> bool:
        """Tell whether a page of a resource is sure to be what it was in the build before."""
        number, _, name = page.partition(" ")
        return name in self._before.known and self._before.has(self._whole(name), int(number))

    def pages(self, name: str) -> int:
        """Return how many pages a resource has."""
        return self._whole(name).pages

    def _part(self, whole: Whole, page: int) -> Part | None:
        is_there = whole.facts or whole.contents or whole.incoming or self.knows(whole.iri)
        if not is_there or not 1 <= page <= whole.pages:
            return None
        part = whole.part(page)
        if not whole.parts and not any(o.startswith("_:") for (_, _, o), *_ in part.contents):
            return part  # in order already
        return part._replace(contents=tuple(self._with_blanks(part.contents, "")))

    def _note(self, whole: Whole) -> None:
        """Note what a resource is read from."""
        note("f", whole.iri)
        note("o", iri(whole.iri))
        for topic in (whole.iri, *whole.parts):
            note_all("sg", iri(topic))
        note_each("s", {o for (_, _, o), *_ in whole.facts if o.startswith("_:")})

    def _read_whole(self, name: str) -> Whole:
        """Return all that the graph says of a resource."""
        parts = self.parts(name)
        topics = [iri(topic) for topic in (name, *parts)]
        said = self._facts(chain.from_iterable(self._store.quads(subject=topic) for topic in topics))
        known = self._before.contents(name)
        contents = list(chain.from_iterable(self._contents(topic, known.get(topic)) for topic in topics))
        whole = Whole(
            name,
            tuple(parts),
            tuple(self._with_blanks(said, name)),
            cut(contents, size=CONTENTS, text=self._text),
            cut(self._incoming(topics[0]), size=INCOMING, text=self._text),
        )
        self.seen.large.leave_out(name)
        if self._remembers and whole.pages > 1:
            whole = self._before.shared(whole)
            self.seen.large.add(whole)
        return whole

    def _contents(self, graph: str, known: list[Statement] | None) -> list[Statement]:
        """Return the triples of a named graph, those of blank nodes that others lead to left out.

        They are ``known`` of the build before, as far as they are.
        """
        if known and (found := self._before.exchanged(graph, known, order=self._order, holds=self._holds)) is not None:
            return found
        name = graph[1:-1]
        inferred = name == self.project.inferred_graph
        triples = self._read_inferred(graph) if inferred and self._store is self._build.store else None
        if triples is None:
            triples = [(s, p, o) for _, s, p, o in self._store.quads(graph=graph)]
        led_to = {o for _, _, o in triples if o.startswith("_:")}
        facts = (Statement(triple, (name,), inferred) for triple in triples if triple[0] not in led_to)
        return sorted(facts, key=self._order)

    def _holds(self, graph: str, triple: Triple) -> bool:
        s, p, o = triple
        return next(self._store.quads(subject=s, predicate=p, object=o, graph=graph), None) is not None

    def _read_inferred(self, graph: str) -> list[Triple] | None:
        tables = self.build().graph
        found = inferred_as_stored(tables, graph)
        tables.engine.close()
        return found

    def _incoming(self, token: str) -> list[Statement]:
        """Return the triples that name a thing, by property."""
        return sorted(
            self._facts(self._store.quads(object=token)),
            key=lambda said: (predicate_order(said.triple[1]), self._order(said)),
        )

    def _with_blanks(self, facts: Iterable[Statement], name: str) -> list[Statement]:
        """Return facts in order, those of ``name`` first, and then those of the blank nodes that they lead to."""
        ranked = sorted(facts, key=lambda said: (said.triple[0] != iri(name), *self._order(said)))
        found = {fact.triple: fact for fact in ranked}
        border = {triple[2] for triple in found if triple[2].startswith("_:")}
        seen: set[str] = set()
        for _ in range(_DEEPEST):
            if not (border := border - seen):
                break
            seen |= border
            for blank in border:
                note("s", blank)
            more = self._facts(chain.from_iterable(self._store.quads(subject=blank) for blank in border))
            found.update((fact.triple, fact) for fact in sorted(more, key=self._order))
            border = {fact.triple[2] for fact in more if fact.triple[2].startswith("_:")}
        return list(found.values())

    def _facts(self, quads: Iterable[Quad]) -> list[Statement]:
        """Return the triples of quads, each once, with the graphs that hold them."""
        held: dict[Triple, list[str]] = {}
        for graph, *triple in quads:
            names = held.setdefault((triple[0], triple[1], triple[2]), [])
            if graph:
                names.append(graph[1:-1])
        inferred = self.project.inferred_graph
        return [
            Statement(triple, tuple(sorted(names, key=self._place) if names[1:] else names), names == [inferred])
            for triple, names in held.items()
        ]

    def labels(self, token: str) -> tuple[Statement, ...]:
        """Return what names a thing, sorted, with the graphs that say so."""
        note("n", token)
        return self._labels_of(token)

    def naming(self, token: str) -> set[tuple[str, str]]:
        """Return the properties and the values that name a thing, as tokens."""
        if self.seen.all_labels is None:
            return {fact.triple[1:] for fact in self.labels(token)}
        note("n", token)
        return {(p, o) for _, _, p, o in self.seen.all_labels.get(token, ())}

    def _labels_of(self, token: str) -> tuple[Statement, ...]:
        labels = self.seen.labels
        if (found := labels.get(token)) is None:
            if len(labels) >= _LABELLED:
                labels.clear()
            found = labels[token] = self._read_labels(token)
        return found

    def has_parts(self, name: str) -> bool:
        """Tell whether the graph has IRIs that are fragments of a document."""
        return name in self._parts

    def parts(self, name: str) -> list[str]:
        """Return the IRIs that are fragments of a document, passages by line, then the others by name."""
        return sorted(self._parts.get(name, ()), key=self._place)

    def read_labels(self) -> None:
        """Read all labels, once, for who needs those of most things: in half the time."""
        if self.seen.all_labels is not None:
            return
        found: dict[str, list[Quad]] = {}
        for quad in chain.from_iterable(self._store.quads(predicate=label) for label in LABELS):
            found.setdefault(quad[1], []).append(quad)
        self.seen.all_labels = found

    def keep(self, seen: Seen, quads: Collection[Quad]) -> None:
        """Keep what was seen of another build, which differs from this one in some quads, blank nodes aside."""
        self._before = Wholes.of(seen.large, quads)
        subjects = {s for _, s, _, _ in quads}
        self.seen = seen.but(subjects)
        if (known := seen.all_labels) is not None:
            named = {s: self._labelling(s) for s in subjects}
            if any(known.get(s, []) != labels for s, labels in named.items()):
                self.seen.all_labels = known | named

    def _labelling(self, token: str) -> list[Quad]:
        return [quad for label in LABELS for quad in self._store.quads(subject=token, predicate=label)]

    def _read_labels(self, token: str) -> tuple[Statement, ...]:
        quads = self._labelling(token) if self.seen.all_labels is None else self.seen.all_labels.get(token, ())
        return tuple(sorted(self._facts(quads), key=self._order))

    def _order(self, said: Statement) -> tuple[str, tuple[int, str], str, tuple[str, ...]]:
        """Return what facts are sorted by: by no label of a blank node, for a store has others each time."""
        s, p, o = said.triple
        return self._told(s), predicate_order(p), self._told(o), said.graphs

    def _text(self, said: Statement) -> str:
        s, p, o = said.triple
        return f"{self._told(s)} {p} {self._told(o)}"

    def _told(self, token: str) -> str:
        return self._blank(token, _DEEPEST) if token[0] == "_" else token

    def _read_blank(self, token: str, deep: int) -> str:
        """Return a digest of what is said of a blank node, and of those that this leads to."""
        quads = self._store.quads(subject=token) if deep else ()
        said = {f"{p} {self._blank(o, deep - 1) if o[0] == '_' else o}" for _, _, p, o in quads}
        return f"_:{hashlib.sha256(chr(10).join(sorted(said)).encode()).hexdigest()}"

    def _place(self, name: str) -> tuple[bool, str, int]:
        """Return what graphs are sorted by: passages by document and line, then the others by name."""
        passage = self.project.evidence.locate(name)
        return (False, passage[0].iri, passage[1]) if passage else (True, name, 0)


def _named(facts: Collection[Statement]) -> set[str]:
    """Return the tokens of the IRIs in facts, and of the graphs that hold them."""
    found = {token for fact in facts for token in fact.triple if token[0] == "<"}
    return found | {iri(graph) for graphs in {fact.graphs for fact in facts} for graph in graphs}
