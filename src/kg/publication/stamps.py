"""Tell files that are as they were written, and share them."""

import os
from pathlib import Path
from typing import NamedTuple, Self


class Stamp(NamedTuple):
    """What tells a file that is as it was written: its size, when it was last changed, its inode; and its SHA-256."""

    size: int
    changed: int
    inode: int
    sha256: str

    @classmethod
    def of(cls, path: str, sha256: str) -> Self:
        """Return the stamp of a file that has just been written."""
        found = os.stat(path)
        return cls(found.st_size, found.st_mtime_ns, found.st_ino, sha256)

    def tells(self, path: str) -> bool:
        """Return whether this is the stamp of the file that is there. Raises OSError where there is none."""
        found = os.stat(path, follow_symlinks=False)
        return (found.st_size, found.st_mtime_ns, found.st_ino) == self[:3]


def link(file: str, target: str) -> None:
    """Give a file another path too, below folders that are made if they are not there."""
    try:
        os.link(file, target)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.link(file, target)


def link_as_written(path: str, stamp: Stamp | None, *, folder: Path, root: Path) -> bool:
    """Give the file at a path below ``folder`` the same below ``root``, if it is as it was written."""
    if stamp is None:
        return False
    target = f"{root}/{path}"
    try:
        link(f"{folder}/{path}", target)
        if stamp.tells(target):
            return True
        os.unlink(target)
    except OSError:
        pass
    return False
