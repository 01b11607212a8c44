"""The files of a publication, each known by its path, its size and its digest."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

SUMS = "SHA256SUMS"
"""The list of the digests of all other files."""


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


def files_of(root: Path, *, known: Iterable[File] = ()) -> tuple[File, ...]:
    """Return what there is below a folder, sorted by path; what is ``known`` is not read."""
    read = {file.path: file for file in known}
    paths = (Path(folder) / name for folder, _, names in os.walk(root) for name in names)
    files = (read.get(path.relative_to(root).as_posix()) or File.of(path, root=root) for path in paths)
    return tuple(sorted(files, key=lambda file: file.path))
