"""Files where only the cluster finds them: by any URI, or glob of URIs, that Hadoop has a file system for."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote, unquote

from kg.errors import UsageError
from kg.graph.spark.failures import refused
from kg.project import COMPRESSED_SUFFIXES, RDF_SUFFIXES, Project, plain
from kg.source.reader import FORMATS, LINES

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_WILD = re.compile(r"[*?\[\]{}\\]")


@dataclass(frozen=True)
class Datum:
    """A file of data: its URI, how many bytes it has, when it changed, and its path below what no wildcard is in."""

    uri: str
    size: int
    changed: int
    below: str

    @property
    def suffix(self) -> str:
        """The suffix of its format."""
        return plain(Path(unquote(self.uri))).suffix

    @property
    def of_lines(self) -> bool:
        """Whether it has a statement a line."""
        return self.suffix in LINES

    def home(self, project: Project) -> str:
        """Return the token of the graph of what it says in none: ``graph/`` and its path below, or the default's."""
        if FORMATS[self.suffix].supports_datasets:
            return ""
        return f"<{project.base}graph/{quote(plain(Path(self.below)).with_suffix('').as_posix())}>"


def find_data(session: "SparkSession", named: Iterable[str]) -> tuple[Datum, ...]:
    """Return the files that URIs and globs name, each once, sorted by URI; those whose names are hidden are left out.

    A folder stands for all files of RDF below it. Raises UsageError for a URI that Hadoop has no file system for,
    what names no file, and a file that is no RDF, EndpointError when a file system does not answer.
    """
    found: dict[str, Datum] = {}
    for name in named:
        found.update({datum.uri: datum for datum in _found(session, name)})
    return tuple(datum for _, datum in sorted(found.items()))


def fetch(session: "SparkSession", datum: Datum, folder: Path) -> Path:
    """Copy a file to a folder of this machine, under a name with its suffixes; return its path."""
    jvm = cast(Any, session._jvm)
    path = jvm.org.apache.hadoop.fs.Path(jvm.java.net.URI(datum.uri))
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"fetched{suffixes(datum.uri)}"
    _system(session, path).copyToLocalFile(False, path, jvm.org.apache.hadoop.fs.Path(file.resolve().as_uri()), True)
    return file


def suffixes(uri: str) -> str:
    """Return the suffix of the format of a file and that of its compression, if it has one."""
    path = Path(unquote(uri))
    return plain(path).suffix + (path.suffix if path.suffix in COMPRESSED_SUFFIXES else "")


def as_path(datum: Datum) -> str:
    """Return the URI of a file as Spark's readers take it: not escaped, but for what would be a wildcard."""
    return _WILD.sub(lambda sign: f"\\{sign[0]}", unquote(datum.uri))


def _found(session: "SparkSession", name: str) -> list[Datum]:
    jvm = cast(Any, session._jvm)
    try:
        path = jvm.org.apache.hadoop.fs.Path(name if "://" in name else Path(name).absolute().as_posix())
        system = _system(session, path)
        statuses = list(system.globStatus(path) or ())
        listed = [status for found in statuses for status in _files(system, found)]
    except Exception as error:
        raise refused(error, f"cannot read data from {name}") from error
    if not listed:
        raise UsageError(f"no file of RDF is there: {name}")
    before = _fixed(str(system.makeQualified(path).toUri().getPath()), folder=bool(statuses[0].isDirectory()))
    return [_datum(status, before) for status in listed]


def _system(session: "SparkSession", path: Any) -> Any:
    return path.getFileSystem(session.sparkContext._jsc.hadoopConfiguration())


def _files(system: Any, status: Any) -> Iterator[Any]:
    """Yield what a file or folder has of files that are not hidden: of a folder those of RDF."""
    if not status.isDirectory():
        if not _is_hidden(str(status.getPath().getName())):
            yield status
        return
    below = system.listFiles(status.getPath(), True)
    start = len(status.getPath().toUri().getPath())
    while below.hasNext():
        found = below.next()
        path = Path(found.getPath().toUri().getPath()[start:])
        if plain(path).suffix in RDF_SUFFIXES and not any(map(_is_hidden, path.parts)):
            yield found


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "_"))  # to Spark's readers too


def _fixed(pattern: str, *, folder: bool) -> str:
    """Return the last folder of a pattern that has no wildcard in it or above it; without any, it may be one itself."""
    parts = Path(pattern).parts
    end = len(parts) if folder else len(parts) - 1
    first = next((number for number, part in enumerate(parts) if _WILD.search(part)), end)
    return Path(*parts[:first]).as_posix().rstrip("/") + "/"


def _datum(status: Any, before: str) -> Datum:
    uri = re.sub("^file:/(?!/)", "file:///", str(status.getPath().toUri().toString()))
    path = str(status.getPath().toUri().getPath())
    if plain(Path(path)).suffix not in RDF_SUFFIXES:
        raise UsageError(f"not an RDF file: {uri} (known suffixes: {' '.join(RDF_SUFFIXES)}, also with .gz or .zst)")
    if status.getLen() < 0:
        raise UsageError(f"its file system does not say how large it is, so it cannot be read in parts: {uri}")
    return Datum(uri, int(status.getLen()), int(status.getModificationTime()), path.removeprefix(before))
