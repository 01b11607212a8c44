"""Write what the graph says of a resource in the forms of RDF: the same bytes for the same graph."""

import io
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from itertools import chain
from operator import itemgetter

from kg.graph.store import Parsed, canonical_quads, parsed_lines, write_parsed
from kg.graph.terms import iri
from kg.project import Project
from kg.service.documents import Description, Statement, Whole
from kg.service.negotiation import Form
from kg.source.plain import Line, Plain
from kg.source.reader import Quad, Triple
from kg.source.turtle import write_trig, write_turtle


def write_document(described: Description, form: Form, *, project: Project) -> bytes:
    """Return a description in a form of RDF.

    TriG has each triple in the named graphs that hold it, the other forms each triple once. Blank nodes have the
    labels of RDFC-1.0.
    """
    [body] = Writing(described.whole, project=project).documents(described, [form])
    return body


class Writing:
    """Writes the pages of a resource; what all of them say is made ready once."""

    def __init__(self, whole: Whole, *, project: Project) -> None:
        self._prefixes = project.prefixes
        self._said = _by_triple(whole.facts, whole.labels)
        self._ready = _Flat(self._said.values(), Plain(project.prefixes))
        self._is_nested = _are_nested(self._said)

    def documents(self, described: Description, forms: Iterable[Form]) -> Iterator[bytes]:
        """Yield a page of the resource in some forms, as ``write_document`` writes each."""
        own = _by_triple(described.contents, described.incoming, described.labels)
        more = [fact for triple, fact in own.items() if triple not in self._said]
        texts: _Flat | _Nested
        if self._is_nested or _are_nested(own):
            texts = _Nested([*self._said.values(), *more], self._prefixes)
        else:
            texts = self._ready.with_more(more)
        for form in forms:
            match form.suffix:
                case "ttl":
                    yield texts.turtle().encode()
                case "trig":
                    yield texts.trig().encode()
                case "nt":
                    yield texts.ntriples.encode()
                case suffix:
                    yield write_parsed(texts.parsed, suffix=f".{suffix}", prefixes=self._used(own))

    def _used(self, own: Iterable[Triple]) -> dict[str, str]:
        """Return the prefixes that names of properties begin with."""
        spaces = tuple(self._prefixes.values())
        begun = {space for p in {p for _, p, _ in chain(self._said, own)} for space in _begun(p[1:-1], spaces)}
        return {name: space for name, space in self._prefixes.items() if space in begun}


class _Flat:
    """Writes facts without blank nodes, each once, from lines that are sorted already but for those of some more."""

    def __init__(self, facts: Iterable[Statement], plain: Plain, ready: "_Flat | None" = None) -> None:
        self._facts = facts
        self._plain = plain
        self._before = ready

    def with_more(self, facts: Iterable[Statement]) -> "_Flat":
        """Return what writes these facts and some more, which are others."""
        return _Flat(facts, self._plain, self)

    @cached_property
    def _lines(self) -> list[Line]:
        before = self._before._lines if self._before else ()
        placed = [(fact.triple, [iri(graph) for graph in fact.graphs]) for fact in self._facts]
        return sorted([*before, *self._plain.lines(placed)])

    @cached_property
    def _sorted(self) -> list[str]:
        """The lines of N-Triples: their order is that of the triples."""
        before = self._before._sorted if self._before else ()
        return sorted([*before, *(_line(fact.triple) for fact in self._facts)])

    @cached_property
    def _parsed(self) -> list[tuple[str, Parsed]]:
        """The lines of N-Triples, with what they say."""
        before = self._before._parsed if self._before else ()
        lines = [_line(fact.triple) for fact in self._facts]
        return sorted([*before, *zip(lines, parsed_lines("".join(lines)), strict=True)], key=itemgetter(0))

    @property
    def ntriples(self) -> str:
        return "".join(self._sorted)

    @cached_property
    def parsed(self) -> list[Parsed]:
        return [said for _, said in self._parsed]

    def turtle(self) -> str:
        return self._plain.turtle(self._lines)

    def trig(self) -> str:
        return self._plain.trig(self._lines)


class _Nested:
    """Writes facts of which some have blank nodes."""

    def __init__(self, facts: Iterable[Statement], prefixes: Mapping[str, str]) -> None:
        self._prefixes = prefixes
        self._quads = canonical_quads(_quads(facts))
        self._triples = sorted({(s, p, o) for _, s, p, o in self._quads})
        self.ntriples = "".join(map(_line, self._triples))
        self.parsed = parsed_lines(self.ntriples)

    def turtle(self) -> str:
        out = io.StringIO()
        write_turtle(out, self._triples, prefixes=self._prefixes)
        return out.getvalue()

    def trig(self) -> str:
        out = io.StringIO()
        write_trig(out, self._quads, prefixes=self._prefixes)
        return out.getvalue()


def _by_triple(*parts: Iterable[Statement]) -> dict[Triple, Statement]:
    return {fact.triple: fact for fact in chain(*parts)}


def _are_nested(triples: Iterable[Triple]) -> bool:
    return any(o[0] == "_" or s[0] == "_" for s, _, o in triples)


def _line(triple: Triple) -> str:
    return f"{triple[0]} {triple[1]} {triple[2]} .\n"


def _quads(facts: Iterable[Statement]) -> list[Quad]:
    return [(iri(graph) if graph else "", *fact.triple) for fact in facts for graph in fact.graphs or ("",)]


@lru_cache(maxsize=4096)
def _begun(name: str, spaces: tuple[str, ...]) -> tuple[str, ...]:
    """Return the namespaces that a name begins with."""
    return tuple(space for space in spaces if name.startswith(space))
