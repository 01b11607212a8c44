"""Write what the graph says of a resource in the forms of RDF: the same bytes for the same graph."""

import io
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from itertools import chain

from kg.graph.store import Parsed, canonical_quads, parsed_lines, write_parsed
from kg.graph.terms import iri
from kg.project import Project
from kg.service.described import Description, Statement
from kg.service.negotiation import Form
from kg.source.plain import Line, Plain
from kg.source.reader import Quad, Triple
from kg.source.turtle import write_trig, write_turtle


def write_document(described: Description, form: Form, *, project: Project) -> bytes:
    """Return a description in a form of RDF, as ``write_documents`` writes it."""
    [body] = write_documents(described, [form], project=project)
    return body


def write_documents(described: Description, forms: Iterable[Form], *, project: Project) -> Iterator[bytes]:
    """Yield a description in forms of RDF.

    TriG has each triple in the named graphs that hold it, the other forms each triple once. Blank nodes have the
    labels of RDFC-1.0.
    """
    part = described.part
    parts = (part.contents, part.incoming, described.labels, part.facts)
    said = {fact.triple: fact for fact in chain(*parts)}  # contents are known of one graph, the others of all
    nested = any(o[0] == "_" or s[0] == "_" for s, _, o in said)
    texts = (_Nested if nested else _Flat)(said.values(), project.prefixes)
    for form in forms:
        match form.suffix:
            case "ttl":
                yield texts.turtle().encode()
            case "trig":
                yield texts.trig().encode()
            case "nt":
                yield texts.ntriples.encode()
            case suffix:
                yield write_parsed(texts.parsed, suffix=f".{suffix}", prefixes=_used(said, project.prefixes))


class _Flat:
    """Writes facts without blank nodes, each once."""

    def __init__(self, facts: Iterable[Statement], prefixes: Mapping[str, str]) -> None:
        self._plain = _plain(tuple(prefixes.items()))
        lines = [_line_of(fact, self._plain) for fact in facts]
        self._lines = sorted(line for line, _ in lines)
        # The order of lines of N-Triples is that of the triples.
        self.ntriples = "".join(sorted(line for _, line in lines))

    @cached_property
    def parsed(self) -> list[Parsed]:
        return parsed_lines(self.ntriples)

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


def _used(triples: Iterable[Triple], prefixes: Mapping[str, str]) -> dict[str, str]:
    """Return the prefixes that names of properties begin with."""
    spaces = tuple(prefixes.values())
    begun = {space for p in {p for _, p, _ in triples} for space in _begun(p[1:-1], spaces)}
    return {name: space for name, space in prefixes.items() if space in begun}


@lru_cache(maxsize=4)
def _plain(prefixes: tuple[tuple[str, str], ...]) -> Plain:
    return Plain(dict(prefixes))


@lru_cache(maxsize=4_096)
def _line_of(fact: Statement, plain: Plain) -> tuple[Line, str]:
    """Return the lines of a fact in Turtle and in N-Triples: many documents have the same labels."""
    return plain.line(fact.triple, [iri(graph) for graph in fact.graphs]), _line(fact.triple)


def _line(triple: Triple) -> str:
    return f"{triple[0]} {triple[1]} {triple[2]} .\n"


def _quads(facts: Iterable[Statement]) -> list[Quad]:
    return [(iri(graph) if graph else "", *fact.triple) for fact in facts for graph in fact.graphs or ("",)]


@lru_cache(maxsize=4096)
def _begun(name: str, spaces: tuple[str, ...]) -> tuple[str, ...]:
    """Return the namespaces that a name begins with."""
    return tuple(space for space in spaces if name.startswith(space))
