"""Give many files of one folder the same paths in another, by a process of its own."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import groupby
from pathlib import Path

from kg.publication.stamps import Stamp

_FEW = 5000  # files
_Found = tuple[int, int, int]
"""The size of a file, when it was last changed, its inode."""


@contextmanager
def linked_beside(stamps: Mapping[str, Stamp], *, folder: Path, root: Path) -> Iterator[Callable[[], list[str]]]:
    """Link files, by their paths below ``folder``, to the same below ``root``, while the block lasts.

    What is yielded gives the paths of those that are not there, or not as they were written: they have no link. Few
    are linked when it is asked for.
    """
    asked = ([(path, stamp[:3]) for path, stamp in stamps.items()], str(folder), str(root))
    if len(stamps) <= _FEW:
        yield lambda: _link(*asked)
    else:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
            yield process.submit(_link, *asked).result


def _link(stamps: list[tuple[str, _Found]], folder: str, root: str) -> list[str]:
    """Link files; return the paths of those that are not linked."""
    failed = []
    for inside, group in groupby(sorted(stamps), key=lambda found: found[0].rpartition("/")[0]):
        known = list(group)
        os.makedirs(f"{root}/{inside}", exist_ok=True)
        with ExitStack() as opened:
            try:
                one, other = (_open(f"{place}/{inside}", opened) for place in (folder, root))
            except FileNotFoundError:
                failed += [path for path, _ in known]
                continue
            failed += [
                path for path, stamp in known if not _is_linked(path[len(inside) :].lstrip("/"), stamp, one, other)
            ]
    return failed


def _is_linked(name: str, stamp: _Found, one: int, other: int) -> bool:
    """Link a file of one open folder in another; tell whether it is there, and as it was written."""
    try:
        os.link(name, name, src_dir_fd=one, dst_dir_fd=other, follow_symlinks=False)
        found = os.stat(name, dir_fd=other, follow_symlinks=False)
        if (found.st_size, found.st_mtime_ns, found.st_ino) == stamp:
            return True
        os.unlink(name, dir_fd=other)
    except OSError:
        pass
    return False


def _open(folder: str, opened: ExitStack) -> int:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    opened.callback(os.close, descriptor)
    return descriptor
