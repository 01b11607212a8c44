"""Answers of queries as documents: SPARQL 1.1 results in JSON, XML, CSV and TSV, graphs as Oxigraph writes them.

Solutions are written one by one as they are found, and counted.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from json.encoder import encode_basestring
from typing import IO, Literal, TypeVar

import pyoxigraph as ox

from kg.errors import QueryError, ResourceError, UsageError

Kind = Literal["solutions", "boolean", "graph"]
T = TypeVar("T")
Term = ox.NamedNode | ox.BlankNode | ox.Literal

GRAPH_FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "jsonld": ox.RdfFormat.JSON_LD,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML,
    "trig": ox.RdfFormat.TRIG,
}
_BOOLEAN_FORMATS = {"json": ox.QueryResultsFormat.JSON, "xml": ox.QueryResultsFormat.XML}
_STRING = ox.NamedNode("http://www.w3.org/2001/XMLSchema#string")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Found:
    """What a query gave, before it is written: solutions or triples still to be found, or a boolean."""

    kind: Kind
    value: "ox.QuerySolutions | Remembered | ox.QueryTriples | ox.QueryBoolean"

    @classmethod
    def of(cls, value: ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean) -> "Found":
        """Return what Oxigraph gave with its kind."""
        if isinstance(value, ox.QuerySolutions):
            return cls("solutions", value)
        return cls("boolean" if isinstance(value, ox.QueryBoolean) else "graph", value)

    def remembering(self, most: int) -> "Found":
        """Return the same, to be written more than once if it is solutions, and ``most`` at most."""
        if isinstance(self.value, ox.QuerySolutions):
            return Found(self.kind, Remembered(self.value, most=most))
        return self

    @property
    def is_known(self) -> bool:
        """Whether it can be written again."""
        return isinstance(self.value, Remembered) and self.value.whole

    def write(self, out: IO[bytes], *, format: str, prefixes: Mapping[str, str], most: int) -> int:
        """Write the answer in one of the formats of its kind; return the number of its solutions or triples.

        Raises ResourceError when there are more than ``most`` of them, QueryError for a term that the format cannot
        say.
        """
        if isinstance(self.value, ox.QueryBoolean):
            self.value.serialize(out, _BOOLEAN_FORMATS[format])
            return 1
        counted = _Counted(most)
        if isinstance(self.value, ox.QueryTriples):
            try:
                ox.serialize(counted(self.value), out, GRAPH_FORMATS[format], prefixes=dict(prefixes))
            except ValueError as error:
                raise QueryError(f"the graph cannot be written as {format}: {error}") from error
            return counted.number
        names = [variable.value for variable in self.value.variables]
        rows = counted(self.value)
        for piece in _WRITERS[format](names, ([_checked(row[i]) for i in range(len(names))] for row in rows)):
            out.write(piece.encode())
        return counted.number


class Remembered:
    """Solutions that may be written again, once all have been found (``whole``): if there are ``most`` at most."""

    def __init__(self, found: ox.QuerySolutions, *, most: int) -> None:
        self.variables = found.variables
        self.whole = False
        self._found = found
        self._most = most
        self._rows: list[ox.QuerySolution] = []

    def __iter__(self) -> Iterator[ox.QuerySolution]:
        if self.whole:
            yield from self._rows
            return
        count = 0
        for count, row in enumerate(self._found, 1):
            if count <= self._most:
                self._rows.append(row)
            yield row
        self.whole = count <= self._most


class _Counted:
    """Pass solutions or triples on, and count them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.number = 0

    def __call__(self, found: Iterable[T]) -> Iterator[T]:
        for one in found:
            if self.number == self._most:
                raise ResourceError(f"the answer has more than {self._most:,} rows: ask for fewer, with LIMIT")
            self.number += 1
            yield one


def _checked(term: "Term | ox.Triple | None") -> Term | None:
    if isinstance(term, ox.Triple) or (isinstance(term, ox.Literal) and term.direction):
        raise QueryError(f"not a term of RDF 1.1: {term}")
    return term


Rows = Iterable[list[Term | None]]


def _json(names: list[str], rows: Rows) -> Iterator[str]:
    """SPARQL 1.1 Query Results JSON Format, section 3."""
    keys = [encode_basestring(name) for name in names]
    yield f'{{"head":{{"vars":[{",".join(keys)}]}},"results":{{"bindings":['
    between = "\n"
    for row in rows:
        bound = ",".join(f"{key}:{_json_term(term)}" for key, term in zip(keys, row, strict=True) if term is not None)
        yield f"{between}{{{bound}}}"
        between = ",\n"
    yield "\n]}}\n"


def _json_term(term: Term) -> str:
    value = encode_basestring(term.value)
    if isinstance(term, ox.NamedNode):
        return f'{{"type":"uri","value":{value}}}'
    if isinstance(term, ox.BlankNode):
        return f'{{"type":"bnode","value":{value}}}'
    more = ""
    if term.language:
        more = f',"xml:lang":"{term.language}"'
    elif term.datatype != _STRING:
        more = f',"datatype":{encode_basestring(term.datatype.value)}'
    return f'{{"type":"literal","value":{value}{more}}}'


def _xml(names: list[str], rows: Rows) -> Iterator[str]:
    """SPARQL Query Results XML Format, section 2."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<sparql xmlns="http://www.w3.org/2005/sparql-results#">\n<head>'
    yield "".join(f'<variable name="{name}"/>' for name in names)
    yield "</head>\n<results>\n"
    for row in rows:
        bound = zip(names, row, strict=True)
        yield "<result>"
        yield "".join(f'<binding name="{name}">{_xml_term(t)}</binding>' for name, t in bound if t is not None)
        yield "</result>\n"
    yield "</results>\n</sparql>\n"


def _xml_term(term: Term) -> str:
    if _NOT_XML.search(term.value):
        raise QueryError("a term has a character that XML cannot say: ask for another format")
    value = escape(term.value, quote=False).replace("\r", "&#13;")
    if isinstance(term, ox.NamedNode):
        return f"<uri>{value}</uri>"
    if isinstance(term, ox.BlankNode):
        return f"<bnode>{value}</bnode>"
    if term.language:
        return f'<literal xml:lang="{term.language}">{value}</literal>'
    datatype = "" if term.datatype == _STRING else f' datatype="{escape(term.datatype.value)}"'
    return f"<literal{datatype}>{value}</literal>"


def _csv(names: list[str], rows: Rows) -> Iterator[str]:
    """SPARQL 1.1 Query Results CSV, section 3: bare values; a passage's IRI has a comma and is quoted."""
    line = io.StringIO(newline="")
    writer = csv.writer(line)

    def written(cells: list[str]) -> str:
        line.seek(0)
        line.truncate()
        writer.writerow(cells)
        return line.getvalue()

    yield written(names)
    for row in rows:
        yield written(["" if t is None else str(t) if isinstance(t, ox.BlankNode) else t.value for t in row])


def _tsv(names: list[str], rows: Rows) -> Iterator[str]:
    """SPARQL 1.1 Query Results TSV, section 4: terms as in Turtle."""
    yield "\t".join(f"?{name}" for name in names) + "\n"
    for row in rows:
        yield "\t".join("" if t is None else str(t).replace("\t", "\\t") for t in row) + "\n"


_WRITERS = {"json": _json, "xml": _xml, "csv": _csv, "tsv": _tsv}


def write_graph(ntriples: str, *, format: str, prefixes: Mapping[str, str]) -> bytes:
    """Return the triples of a text of N-Triples as a document. Raises UsageError for an unknown format."""
    if format not in GRAPH_FORMATS:
        raise UsageError(f'unknown format "{format}" (known: {", ".join(GRAPH_FORMATS)})')
    triples = (quad.triple for quad in ox.parse(ntriples.encode(), format=ox.RdfFormat.N_TRIPLES))
    return ox.serialize(triples, format=GRAPH_FORMATS[format], prefixes=dict(prefixes)) or b""
