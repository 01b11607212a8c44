"""The files of a publication, each known by its path, its size and its digest."""

import hashlib
import os
from collections.abc import Iterable
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

SUMS = "SHA256SUMS"
"""The list of the digests of all other files."""
_SHA256 = 64  # hexadecimal digits, before two spaces and the path


class File(NamedTuple):
    """A file of a publication: its path below the root with forward slashes, its size in bytes and SHA-256."""

    path: str
    size: int
    sha256: str

    @classmethod
    def of(cls, path: Path, *, root: Path) -> "File":
        """Return what there is to say of the file ``path`` below ``root``."""
        with path.open("rb") as data:
            digest = hashlib.file_digest(data, "sha256").hexdigest()
        return cls(path.relative_to(root).as_posix(), path.stat().st_size, digest)


def sums_of(files: Iterable[File]) -> str:
    """Return the digests of files as ``sha256sum --check`` reads them."""
    return "".join(f"{file.sha256}  {file.path}\n" for file in files)


def paths_of(sums: str) -> list[str]:
    """Return the paths of the files whose digests are given."""
    return [line[_SHA256 + 2 :] for line in sums.split("\n")[:-1]]


def digests_of(sums: str) -> list[str]:
    """Return the digests that are given."""
    return [line[:_SHA256] for line in sums.split("\n")[:-1]]


def by_path(sums: str) -> str:
    """Return the digests of files sorted by path."""
    return "".join([f"{line}\n" for line in sorted(sums.split("\n")[:-1], key=itemgetter(slice(_SHA256 + 2, None)))])


def files_of(root: Path, *, known: Iterable[File] = ()) -> tuple[File, ...]:
    """Return what there is below a folder, sorted by path; what is ``known`` is not read."""
    read = {file.path: file for file in known}
    paths = (Path(folder) / name for folder, _, names in os.walk(root) for name in names)
    files = (read.get(path.relative_to(root).as_posix()) or File.of(path, root=root) for path in paths)
    return tuple(sorted(files, key=lambda file: file.path))
