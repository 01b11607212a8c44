"""Tell files that are as they were written, and share them."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Self


class Stamp(NamedTuple):
    """What tells a file that is as it was written: its size, when it was last changed, its inode."""

    size: int
    changed: int
    inode: int

    @classmethod
    def of(cls, path: str, *, folder: int | None = None) -> Self:
        """Return the stamp of a file, whose path may begin in an open folder. Raises OSError where there is none."""
        found = os.stat(path, dir_fd=folder, follow_symlinks=False)
        return cls(found.st_size, found.st_mtime_ns, found.st_ino)


def is_as_written(name: str, stamps: Sequence[int], number: int, *, folder: int) -> bool:
    """Tell whether a file in an open folder has a stamp, given by its number among many: three numbers of each."""
    found, place = os.stat(name, dir_fd=folder, follow_symlinks=False), 3 * number
    stamp = (stamps[place], stamps[place + 1], stamps[place + 2])
    return (found.st_size, found.st_mtime_ns, found.st_ino) == stamp


def link(file: str, target: str) -> None:
    """Give a file another path too, below folders that are made if they are not there."""
    try:
        os.link(file, target)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.link(file, target)


def link_as_written(path: str, stamp: Stamp, *, folder: Path, root: Path) -> bool:
    """Give the file at a path below ``folder`` the same below ``root``, if it is as it was written."""
    target = f"{root}/{path}"
    try:
        link(f"{folder}/{path}", target)
        if stamp == Stamp.of(target):
            return True
        os.unlink(target)
    except OSError:
        pass
    return False
