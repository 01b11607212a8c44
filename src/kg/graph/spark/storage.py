"""Files where the cluster keeps them, by any URI that Hadoop knows: folders of Parquet, and lists of what is whole."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote, urlsplit

from kg.errors import ResourceError
from kg.graph.spark.failures import refused, told

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_LIST = "manifest-{:06}.json"
_KEPT = 2


class Storage:
    """The folder that a URI names.

    What is whole in it is said by the last of its lists, which is written after all that it names, under a name of
    its own by a rename: so none is ever read half written, and none is written over.

    All raise EndpointError when its file system does not answer, ResourceError when it is full or has lost a file.
    """

    def __init__(self, session: "SparkSession", uri: str) -> None:
        """Make the folder, if there is none.

        Raises UsageError for a URI that Hadoop has no file system for, EndpointError when that does not answer.
        """
        self._jvm = cast(Any, session._jvm)
        self.uri = Path(uri).resolve().as_uri() if "://" not in uri and not uri.startswith("file:") else uri.rstrip("/")
        try:
            folder = self._jvm.org.apache.hadoop.fs.Path(self.uri)
            self._files = folder.getFileSystem(session.sparkContext._jsc.hadoopConfiguration())
            self._files.mkdirs(folder)
        except Exception as error:
            raise refused(error, f"cannot keep tables in {uri}") from error

    @property
    def local(self) -> Path | None:
        """The folder on this machine, if it is one."""
        parts = urlsplit(self.uri)
        return Path(unquote(parts.path)) if parts.scheme == "file" else None

    def of(self, name: str) -> str:
        """Return the URI of what has a name in the folder."""
        return f"{self.uri}/{name}"

    @told()
    def files(self, name: str) -> dict[str, int]:
        """Return the bytes of each file in a folder of ours, but for those that say how it was written."""
        return {file: size for file, size in self._listed(name) if not file.startswith(("_", "."))}

    @told()
    def rename(self, name: str, other: str) -> None:
        """Give a file or a folder another name, which none has."""
        self._files.mkdirs(self._path(other).getParent())
        if not self._files.rename(self._path(name), self._path(other)):
            raise ResourceError(f"cannot rename {self.of(name)} to {other}")

    @told()
    def delete(self, name: str) -> None:
        """Delete a file or a folder with all that is in it, if it is there."""
        self._files.delete(self._path(name), True)

    @told()
    def copy(self, name: str, file: Path) -> None:
        """Copy a file of ours to this machine."""
        target = self._jvm.org.apache.hadoop.fs.Path(file.resolve().as_uri())
        self._files.copyToLocalFile(False, self._path(name), target, True)

    @told()
    def write(self, name: str, text: str) -> None:
        """Write a file of text, instead of one of that name."""
        stream = self._files.create(self._path(name), True)
        try:
            stream.write(bytearray(text.encode()))
        finally:
            stream.close()

    @told()
    def write_list(self, said: dict[str, Any]) -> None:
        """Say what is whole."""
        known = self._lists()
        number = known[-1] + 1 if known else 1
        draft = f"_{_LIST.format(number)}"
        self.write(draft, json.dumps(said))
        self.rename(draft, _LIST.format(number))
        for old in known[: 1 - _KEPT]:
            self.delete(_LIST.format(old))

    @told()
    def read_list(self) -> dict[str, Any] | None:
        """Return what was said last to be whole, if anything was."""
        known = self._lists()
        if not known:
            return None
        stream = self._files.open(self._path(_LIST.format(known[-1])))
        try:
            text = self._jvm.org.apache.commons.io.IOUtils.toString(stream, "UTF-8")
        finally:
            stream.close()
        said: dict[str, Any] = json.loads(text)
        return said

    @told()
    def clear(self) -> None:
        """Delete all that this program has written there."""
        for name, _ in list(self._listed("")):
            if re.fullmatch(r"_?manifest-\d+\.json|(_work|tables|nquads)", name):
                self.delete(name)

    def _lists(self) -> list[int]:
        found = (re.fullmatch(r"manifest-(\d+)\.json", name) for name, _ in self._listed(""))
        return sorted(int(match[1]) for match in found if match)

    def _listed(self, name: str) -> Iterator[tuple[str, int]]:
        path = self._path(name)
        if self._files.exists(path):
            for status in self._files.listStatus(path):
                yield status.getPath().getName(), status.getLen()

    def _path(self, name: str) -> Any:
        return self._jvm.org.apache.hadoop.fs.Path(self.of(name) if name else self.uri)
