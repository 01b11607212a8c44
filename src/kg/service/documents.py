"""What the graph says of a resource, read from the store of a build, and its forms as RDF."""

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain
from math import ceil
from urllib.parse import quote

from kg.graph.build import Build
from kg.graph.store import canonical_quads, write_lines
from kg.graph.terms import OWL, RDFS, SKOS, XSD, iri
from kg.project import Project
from kg.service.negotiation import Form
from kg.service.reading import note, note_all
from kg.source.reader import Quad, Triple
from kg.source.turtle import predicate_order, write_trig, write_turtle

DCT = "http://purl.org/dc/terms/"
FOAF = "http://xmlns.com/foaf/0.1/"
SH = "http://www.w3.org/ns/shacl#"
LABELS = tuple(iri(name) for name in (f"{SKOS}prefLabel", f"{RDFS}label", f"{DCT}title", f"{FOAF}name", f"{SH}name"))
INCOMING = 50
"""How many incoming links a page has."""
CONTENTS = 500
"""How many triples of a named graph a page has."""
_DEEPEST = 50
_PATH = "/:@!$&'()*+,;=~"


@dataclass(frozen=True)
class Statement:
    """A triple and the IRIs of the named graphs that hold it: passages by line, then the others by name."""

    triple: Triple
    graphs: tuple[str, ...]
    inferred: bool = False


@dataclass(frozen=True)
class Description:
    """What the graph says of a resource, on one page of it.

    ``facts`` are said of it, of the resources whose IRIs are its fragments (``parts``) and of the blank nodes that
    they lead to; ``contents`` are those of the named graphs that it and its parts are; ``incoming`` name it. The
    last two are paged, and counted whole. ``labels`` are of what all these name.
    """

    iri: str
    facts: tuple[Statement, ...]
    parts: tuple[str, ...]
    contents: tuple[Statement, ...]
    contents_count: int
    incoming: tuple[Statement, ...]
    incoming_count: int
    labels: tuple[Statement, ...]
    page: int = 1
    pages: int = 1

    def all_facts(self) -> list[Statement]:
        """Return every fact, each once."""
        return list(dict.fromkeys(chain(self.facts, self.contents, self.incoming, self.labels)))


class Documents:
    """The documents of a build. Reads may run side by side."""

    def __init__(self, build: Build, *, project: Project) -> None:
        self.project = project
        self._folder = build.folder
        self._store = build.store
        self.origin = project.base[: project.base.rindex("/") + 1]
        self._parts: dict[str, list[str]] = {}
        for name in build.graph.fragments(self.origin):
            self._parts.setdefault(name.partition("#")[0], []).append(name)
        for parts in self._parts.values():
            parts.sort(key=self._place)
        self._labels = lru_cache(maxsize=50_000)(self._read_labels)
        self.address = lru_cache(maxsize=50_000)(self._read_address)
        # Whoever turns the pages of something large has it sorted once.
        self._contents = lru_cache(maxsize=4)(self._read_contents)
        self._incoming = lru_cache(maxsize=16)(self._read_incoming)
        self.describe = lru_cache(maxsize=64)(self._describe)

    def triples(self) -> Iterator[Triple]:
        """Yield the triples of the merged graph, sorted: from the tables, which give many in a quarter of the time."""
        graph = self.build().graph
        yield from graph.union()
        graph.engine.close()

    def build(self) -> Build:
        """Return the build, its tables by a connection of its own, for threads share none."""
        return Build(self._folder)

    def within(self, subject: str, *, predicate: str | None, graph: str | None) -> list[Triple]:
        """Return what a named graph says of a thing, sorted, blank nodes aside; what the merged graph does for None."""
        note("s", subject)
        quads = self._store.quads(subject=subject, predicate=predicate, graph=graph or "")
        triples = {(s, p, o) for _, s, p, o in quads if not o.startswith("_:")}
        return sorted(triples, key=lambda triple: (predicate_order(triple[1]), triple[2]))

    def objects(self, subject: str, predicate: str) -> list[str]:
        """Return the values of a property of a thing in the merged graph, sorted; all given and returned as tokens."""
        note("v", f"{subject} {predicate}")
        return sorted(o for *_, o in self._store.quads(subject=subject, predicate=predicate, graph=""))

    def subjects(self, predicate: str, object: str) -> list[str]:
        """Return the things that have a value of a property in the merged graph, sorted, as tokens."""
        note("w", f"{predicate} {object}")
        return sorted(s for _, s, *_ in self._store.quads(predicate=predicate, object=object, graph=""))

    def fragments(self) -> Mapping[str, int]:
        """Return how many resources each document has as its fragments, by the IRIs of the documents, sorted."""
        return {name: len(parts) for name, parts in sorted(self._parts.items())}

    @cached_property
    def passages(self) -> int:
        """How many passages state something."""
        return sum(self.project.evidence.locate(graph[1:-1]) is not None for graph in self._store.graphs())

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
        return "#" in name or name in self._parts

    def resolve(self, path: str) -> str | None:
        """Return the IRI that a path without suffix, relative to the origin, is the address of; None when none is.

        A fragment comes to no server, so that no address has one.
        """
        if "#" in path:
            return None
        stem, line, number = path.rpartition("/line/")
        for document in self.project.evidence.documents if line else ():
            if document.iri == self.origin + stem and number.isdecimal() and number.isascii():
                passage = document.passage(int(number)) if len(number) < 10 and number == str(int(number)) else ""
                return passage if passage and document.line(passage) and self.knows(passage) else None
        if self.origin + path in self._parts or self.knows(self.origin + path):
            return self.origin + path
        stem, _, fragment = path.rpartition("/")
        term = f"{self.origin}{stem}#{fragment}"
        if stem and fragment and not self.project.evidence.locate(term) and self.knows(term):
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
        note("s", iri(name))
        quads = self._store.quads(subject=iri(name), predicate=f"<{OWL}deprecated>")
        return any(o in (f'"true"^^<{XSD}boolean>', f'"1"^^<{XSD}boolean>') for *_, o in quads)

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
        parts = self._parts.get(name, [])
        topics = [iri(topic) for topic in (name, *parts)]
        note("f", name)
        note("o", iri(name))
        for topic in topics:
            note_all("sg", topic)
        said = self._facts(chain.from_iterable(self._store.quads(subject=topic) for topic in topics))
        facts = self._with_blanks(said, name)
        contents: list[Statement] = []
        for topic in topics:
            contents += self._contents(topic)
        incoming = self._incoming(iri(name))
        if not (facts or contents or incoming or self.knows(name)):
            return None
        pages = max(1, ceil(len(incoming) / INCOMING), ceil(len(contents) / CONTENTS))
        if not 1 <= page <= pages:
            return None
        some = self._with_blanks(contents[(page - 1) * CONTENTS : page * CONTENTS], "")
        links = incoming[(page - 1) * INCOMING : page * INCOMING]
        named = {token for fact in (*facts, *some, *links) for token in fact.triple if token.startswith("<")}
        named |= {iri(graph) for fact in (*facts, *some, *links) for graph in fact.graphs} | set(topics)
        labels = [fact for token in sorted(named) for fact in self.labels(token)]
        return Description(
            name, tuple(facts), tuple(parts), tuple(some), len(contents), tuple(links), len(incoming), tuple(labels),
            page, pages,
        )  # fmt: skip

    def _read_contents(self, graph: str) -> list[Statement]:
        """Return the triples of a named graph, those of blank nodes that others lead to left out."""
        facts = self._facts(self._store.quads(graph=graph))
        led_to = {fact.triple[2] for fact in facts}
        roots = [fact for fact in facts if not (fact.triple[0].startswith("_:") and fact.triple[0] in led_to)]
        return sorted(roots, key=_order)

    def _read_incoming(self, token: str) -> list[Statement]:
        """Return the triples that name a thing, by property."""
        return sorted(
            self._facts(self._store.quads(object=token)),
            key=lambda said: (predicate_order(said.triple[1]), _order(said)),
        )

    def _with_blanks(self, facts: Iterable[Statement], name: str) -> list[Statement]:
        """Return facts in order, those of ``name`` first, and then those of the blank nodes that they lead to."""
        ranked = sorted(facts, key=lambda said: (said.triple[0] != iri(name), *_order(said)))
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
            found.update((fact.triple, fact) for fact in sorted(more, key=_order))
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
        return self._labels(token)

    def parts(self, name: str) -> list[str]:
        """Return the IRIs that are fragments of a document, passages by line, then the others by name."""
        return self._parts.get(name, [])

    def _read_labels(self, token: str) -> tuple[Statement, ...]:
        quads = chain.from_iterable(self._store.quads(subject=token, predicate=label) for label in LABELS)
        return tuple(sorted(self._facts(quads), key=_order))

    def _place(self, name: str) -> tuple[bool, str, int]:
        """Return what graphs are sorted by: passages by document and line, then the others by name."""
        passage = self.project.evidence.locate(name)
        return (False, passage[0].iri, passage[1]) if passage else (True, name, 0)


def write_document(described: Description, form: Form, *, project: Project) -> bytes:
    """Return a description in a form of RDF: the same bytes for the same graph.

    TriG has each triple in the named graphs that hold it, the other forms each triple once. Blank nodes have the
    labels of RDFC-1.0.
    """
    [body] = write_documents(described, [form], project=project)
    return body


def write_documents(described: Description, forms: Iterable[Form], *, project: Project) -> Iterator[bytes]:
    """Yield a description in some forms, as ``write_document`` writes each."""
    quads: Iterable[Quad] = _quads(described.all_facts())
    if any("_:" in (s[:2], o[:2]) for _, s, _, o in quads):
        quads = canonical_quads(quads)
    triples = sorted({(s, p, o) for _, s, p, o in quads})
    lines = "".join([f"{s} {p} {o} .\n" for s, p, o in triples])
    for form in forms:
        out = io.StringIO()
        match form.suffix:
            case "ttl":
                write_turtle(out, triples, prefixes=project.prefixes)
            case "trig":
                write_trig(out, quads, prefixes=project.prefixes)
            case "nt":
                out.write(lines)
            case suffix:
                yield write_lines(lines, suffix=f".{suffix}", prefixes=_used(project.prefixes, triples))
                continue
        yield out.getvalue().encode()


def _quads(facts: Iterable[Statement]) -> list[Quad]:
    return [(iri(graph) if graph else "", *fact.triple) for fact in facts for graph in fact.graphs or ("",)]


def _used(prefixes: Mapping[str, str], triples: list[Triple]) -> dict[str, str]:
    """Return the prefixes that names of properties begin with."""
    spaces = tuple(prefixes.values())
    begun = {space for p in {p for _, p, _ in triples} for space in _begun(p[1:-1], spaces)}
    return {name: space for name, space in prefixes.items() if space in begun}


@lru_cache(maxsize=4096)
def _begun(name: str, spaces: tuple[str, ...]) -> tuple[str, ...]:
    """Return the namespaces that a name begins with."""
    return tuple(space for space in spaces if name.startswith(space))


def _order(said: Statement) -> tuple[str, tuple[int, str], str]:
    s, p, o = said.triple
    return "_:" if s.startswith("_:") else s, predicate_order(p), "_:" if o.startswith("_:") else o
