"""Read RDF files as quads of canonical N-Triples tokens.

A term is the token that Oxigraph's parser writes for it: ``<iri>``, ``"lexical"``, ``"x"@fr``,
``"1"^^<datatype>``, ``_:label``. A quad is ``(graph, subject, predicate, object)``; the token of the
default graph is the empty string.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from pyoxigraph import BlankNode, DefaultGraph, RdfFormat, parse

from kg.errors import SourceError, UsageError, suggestion
from kg.project import RDF_SUFFIXES, Project

Triple = tuple[str, str, str]
Quad = tuple[str, str, str, str]

FORMATS = {
    ".ttl": RdfFormat.TURTLE,
    ".trig": RdfFormat.TRIG,
    ".nt": RdfFormat.N_TRIPLES,
    ".nq": RdfFormat.N_QUADS,
    ".jsonld": RdfFormat.JSON_LD,
    ".rdf": RdfFormat.RDF_XML,
}


def read(path: Path, *, project: Project, base: str | None = None) -> Iterator[Quad]:
    """Yield the quads of a file, in the order of the file.

    Relative IRIs are an error, unless the file declares a base or ``base`` is given.

    A format without named graphs (Turtle, N-Triples, RDF/XML) puts its triples in the graph of the
    file's path. Blank nodes are scoped to the file and numbered in the order of their first use, so
    that the same file gives the same tokens anywhere.

    Raises SourceError with file and line for a syntax error, UsageError for a missing file or an
    unknown suffix.
    """
    name = project.relative(path)
    if path.suffix not in FORMATS:
        raise UsageError(f"not an RDF file: {name} (known suffixes: {' '.join(RDF_SUFFIXES)})")
    rdf_format = FORMATS[path.suffix]
    home = "" if rdf_format.supports_datasets else f"<{project.graph_of(path)}>"
    labels = _Labels(name)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror}") from error
    try:
        for quad in parse(data, format=rdf_format, base_iri=base):
            graph = home if isinstance(quad.graph_name, DefaultGraph) else str(quad.graph_name)
            yield graph, labels.of(quad.subject), str(quad.predicate), labels.of(quad.object)
    except (SyntaxError, ValueError) as error:
        raise _syntax_error(error, name=name, data=data, prefixes=project.prefixes) from error


class _Labels:
    """The tokens of one file's terms, its blank nodes renamed after the file and their order."""

    def __init__(self, name: str) -> None:
        self._scope = hashlib.sha256(name.encode()).hexdigest()[:8]
        self._known: dict[str, str] = {}

    def of(self, term: object) -> str:
        if not isinstance(term, BlankNode):
            return str(term)
        label = str(term)
        if label not in self._known:
            self._known[label] = f"_:b{self._scope}x{len(self._known)}"
        return self._known[label]


def _syntax_error(error: Exception, *, name: str, data: bytes, prefixes: Mapping[str, str]) -> SourceError:
    message = re.sub(r"^Parser error (at|between) .*?: ", "", str(error))
    message = re.sub(r" \(line \d+\)$", "", message)
    line = getattr(error, "lineno", None)
    if line is not None:
        line = min(line, data.count(b"\n") + 1)
    if undeclared := re.match(r"The prefix ([\w.-]*): has not been declared", message):
        prefix = undeclared[1]
        if prefix in prefixes:
            message += f". Add: @prefix {prefix}: <{prefixes[prefix]}> ."
        else:
            message += f".{suggestion(prefix, prefixes)}"
    elif message.startswith("No scheme found"):
        message = "a relative IRI where the file has no @base"
    return SourceError(message, file=name, line=line)
