"""Read RDF files as quads of canonical N-Triples tokens.

A term is the token that Oxigraph's parser writes for it: ``<iri>``, ``"lexical"``, ``"x"@fr``,
``"1"^^<datatype>``, ``_:label``. A quad is ``(graph, subject, predicate, object)``; the token of the
default graph is the empty string. A file may be compressed by gzip or zstd (``.ttl.gz``, ``.nq.zst``).

Blank nodes are scoped to their file. N-Triples and N-Quads name each of theirs, and keep these names after the
scope; those of the other formats are numbered in the order of their first use. So the same file gives the same
tokens anywhere.
"""

import gzip
import hashlib
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

import pyoxigraph as ox

from kg.errors import SourceError, UsageError, suggestion
from kg.project import RDF_SUFFIXES, Project, plain

Triple = tuple[str, str, str]
Quad = tuple[str, str, str, str]

FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".trig": ox.RdfFormat.TRIG,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".rdf": ox.RdfFormat.RDF_XML,
}
_CHUNK = 50_000  # quads that are written at once
LINES = (".nt", ".nq")
"""The suffixes of the formats that have a statement a line."""


def read(path: Path, *, project: Project, base: str | None = None) -> Iterator[Quad]:
    """Yield the quads of a file, in the order of the file.

    Relative IRIs are an error, unless the file declares a base or ``base`` is given.

    A format without named graphs (Turtle, N-Triples, RDF/XML) puts its triples in the graph of the
    file's path.

    Raises SourceError with file and line for a syntax error, UsageError for a missing file or an
    unknown suffix.
    """
    home, labels = home_of(path, project=project), _labels(path, project)
    for quad in _parsed(path, project=project, base=base):
        s, p, o = labels.of(quad.subject), str(quad.predicate), labels.of(quad.object)
        yield home if isinstance(quad.graph_name, ox.DefaultGraph) else labels.of(quad.graph_name), s, p, o


def write_lines(path: Path, out: BinaryIO, *, project: Project, mark: bytes = b"", base: str | None = None) -> None:
    """Write the quads of a file to ``out``, a line each: ``mark``, then the quad in canonical N-Quads.

    What ``read`` yields, several times faster and in little memory; but the graph of the file's path is left unsaid.
    Raises what ``read`` raises; then a part may be written.
    """
    lines = cast(BinaryIO, _Lines(out, mark, _labels(path, project)))
    ox.serialize(_parsed(path, project=project, base=base), output=lines, format=ox.RdfFormat.N_QUADS)


def line_chunks(
    path: Path,
    *,
    project: Project,
    base: str | None = None,
    part: tuple[int, int] | None = None,
    name: str | None = None,
) -> Iterator[bytes]:
    """Yield the quads of a file as ``write_lines`` writes them, many lines at once.

    With ``part``, of a file of lines that is not compressed, only the lines that begin between these two bytes, whose
    errors have no line of the file. ``name`` is what the file is called, if that is not its path. Raises what ``read``
    raises.
    """
    labels = _Labels(name or project.relative(path), kept=plain(path).suffix in LINES)
    yield from _chunks(_parsed(path, project=project, base=base, part=part, name=name), labels)


def chunks_of(text: bytes, *, name: str) -> Iterator[bytes]:
    """Yield the quads of some lines of the file of lines that is called ``name``, as ``line_chunks`` does.

    Raises SourceError, without a line of the file, for a syntax error.
    """
    try:
        quads = ox.parse(io.BytesIO(text), format=FORMATS[plain(Path(name)).suffix])
        yield from _chunks(quads, _Labels(name, kept=True))
    except (SyntaxError, ValueError) as error:
        raise SourceError(str(error), file=name) from error


def _chunks(quads: Iterator[ox.Quad], labels: "_Labels") -> Iterator[bytes]:
    out = io.BytesIO()
    lines = cast(BinaryIO, _Lines(out, b"", labels))
    while some := list(islice(quads, _CHUNK)):
        ox.serialize(some, output=lines, format=ox.RdfFormat.N_QUADS)
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def home_of(path: Path, *, project: Project) -> str:
    """Return the token of the graph of what a file says in none: that of its path, or the default graph's."""
    return "" if _format(path, project).supports_datasets else f"<{project.graph_of(path)}>"


def scope_of(path: Path, *, project: Project) -> str:
    """Return how the tokens of a file's blank nodes begin."""
    return _scope(project.relative(path))


def _scope(name: str) -> str:
    # Of addresses there may be many more than a folder has files: some of a hundred thousand would share 32 bits.
    return f"_:b{hashlib.sha256(name.encode()).hexdigest()[: 16 if '://' in name else 8]}x"


def _format(path: Path, project: Project) -> ox.RdfFormat:
    if (suffix := plain(path).suffix) not in FORMATS:
        name = project.relative(path)
        raise UsageError(f"not an RDF file: {name} (known suffixes: {' '.join(RDF_SUFFIXES)}, also with .gz or .zst)")
    return FORMATS[suffix]


def _parsed(
    path: Path,
    *,
    project: Project,
    base: str | None,
    part: tuple[int, int] | None = None,
    name: str | None = None,
) -> Iterator[ox.Quad]:
    rdf_format = _format(path, project)
    try:
        with _opened(path, project) as stream:
            if part:
                stream = _lines_between(stream, *part)
            yield from ox.parse(stream, format=rdf_format, base_iri=base)
    except (SyntaxError, ValueError, EOFError) as error:
        raise _syntax_error(error, path=path, project=project, name=name) from error
    except MemoryError as error:
        raise SourceError("a term is longer than 16 MiB", file=name or project.relative(path)) from error


@contextmanager
def _opened(path: Path, project: Project) -> Iterator[BinaryIO]:
    """Open a file, decompressed."""
    try:
        if path.suffix == ".zst":
            from zstandard import ZstdDecompressor, ZstdError

            with path.open("rb") as packed, ZstdDecompressor().stream_reader(packed, read_across_frames=True) as stream:
                try:
                    yield cast(BinaryIO, stream)
                except ZstdError as error:
                    raise ValueError(f"not whole zstd: {error}") from error
        else:
            with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
                yield cast(BinaryIO, stream)
    except gzip.BadGzipFile as error:
        raise ValueError(f"not gzip: {error}") from error
    except OSError as error:
        raise UsageError(f"cannot read {project.relative(path)}: {error.strerror or error}") from error


def _lines_between(stream: BinaryIO, start: int, end: int) -> BinaryIO:
    """Return the lines of a stream that begin from one place and before another."""
    stream.seek(max(start - 1, 0))
    if start:
        stream.readline()
    begun = stream.tell()
    if begun >= end:
        return io.BytesIO()
    text = stream.read(end - begun)
    return io.BytesIO(text if text.endswith(b"\n") else text + stream.readline())


def _labels(path: Path, project: Project) -> "_Labels":
    return _Labels(project.relative(path), kept=plain(path).suffix in LINES)


class _Labels:
    """The tokens of one file's blank nodes."""

    def __init__(self, name: str, *, kept: bool) -> None:
        """``name`` is what the file is called; in formats that name them, labels are ``kept``."""
        self._name = name
        self._scope = _scope(name)
        self._kept = kept
        self._known: dict[str, str] = {}

    def of(self, term: object) -> str:
        """Return the token of a term."""
        if isinstance(term, ox.BlankNode):
            return self.renamed(str(term))
        if isinstance(term, ox.Triple) or (isinstance(term, ox.Literal) and term.direction):
            raise self.unknown()
        return str(term)

    def renamed(self, label: str) -> str:
        """Return the token of the blank node that the file or its parser calls ``label``."""
        if self._kept:
            return self._scope + label[2:]
        if label not in self._known:
            self._known[label] = f"{self._scope}{len(self._known)}"
        return self._known[label]

    def unknown(self) -> SourceError:
        """Return the error of a term that tokens cannot say."""
        message = "triple terms and literals with a direction are of RDF 1.2, which is not read"
        return SourceError(message, file=self._name)


class _Lines:
    """A stream of N-Quads on its way to another, where each line has a mark and blank nodes have their tokens."""

    _PLACES = re.compile(rb"(_:[^ ]+|<[^ ]*) (<[^ ]*) (_:[^ ]+|<[^ ]*|\".*\"[^ \"]*)( _:[^ ]+| <[^ ]*)? \.", re.DOTALL)

    def __init__(self, out: BinaryIO, mark: bytes, labels: _Labels) -> None:
        self._out = out
        self._mark = mark
        self._labels = labels
        self._rest = b""

    def write(self, data: bytes) -> int:
        """Take what comes, and pass the whole lines on."""
        end = data.rfind(b"\n") + 1
        if end:
            self._pass(self._rest + data[:end])
            self._rest = data[end:]
        else:
            self._rest += data
        return len(data)

    def flush(self) -> None:
        """Keep what is not yet a whole line."""

    def _pass(self, text: bytes) -> None:
        whole = text[:-1]
        if b"_:" in text or b"<<(" in text or b"--" in text:
            whole = b"\n".join(self._renamed(line) for line in whole.split(b"\n"))
        self._out.write(self._mark + whole.replace(b"\n", b"\n" + self._mark) + b"\n")

    def _renamed(self, line: bytes) -> bytes:
        match = self._PLACES.fullmatch(line)
        if match is None or re.search(rb'"@[a-z0-9-]*--[a-z]+$', match[3]):
            raise self._labels.unknown()
        s, p, o, g = match.groups(default=b"")
        return b" ".join([*(self._token(place) for place in (s, p, o, g[1:]) if place), b"."])

    def _token(self, place: bytes) -> bytes:
        return self._labels.renamed(place.decode()).encode() if place.startswith(b"_:") else place


def _syntax_error(error: Exception, *, path: Path, project: Project, name: str | None) -> SourceError:
    prefixes = project.prefixes
    message = re.sub(r"^Parser error (at|between) .*?: ", "", str(error))
    message = re.sub(r" \(line \d+\)$", "", message)
    line = getattr(error, "lineno", None)
    if line is not None:
        with _opened(path, project) as stream:
            line = min(line, _count_lines(stream))
    if undeclared := re.match(r"The prefix ([\w.-]*): has not been declared", message):
        prefix = undeclared[1]
        if prefix in prefixes:
            message += f". Add: @prefix {prefix}: <{prefixes[prefix]}> ."
        else:
            message += f".{suggestion(prefix, prefixes)}"
    elif message.startswith("No scheme found"):
        message = "a relative IRI where the file has no @base"
    return SourceError(message, file=name or project.relative(path), line=line)


def _count_lines(stream: BinaryIO) -> int:
    blocks: Iterable[bytes] = iter(lambda: stream.read(1 << 20), b"")
    return sum(block.count(b"\n") for block in blocks) + 1
