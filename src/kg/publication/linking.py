"""Give the files of a publication that are kept their places in the next one, by a process of its own.

A link takes some ten microseconds, and a look a third of that: a ``spare`` folder of links is kept, which has most
files at their places. It was the publication before the last one, and is made where there was none.
"""

import os
import shutil
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from kg.processes import pool
from kg.publication.files import paths_of
from kg.publication.stamps import is_as_written
from kg.publication.units import Unit

_FEW = 500  # units


@contextmanager
def linked_beside(
    units: Collection[Unit], *, folder: Path, root: Path, spare: Path
) -> Iterator[Callable[[], list[str]]]:
    """Link the files of units, by their paths below ``folder``, to the same below ``root``, while the block lasts.

    ``root`` is empty, and gets what is right of a ``spare`` folder, if there is one. What is yielded gives the paths of
    those that are not there, or not as they were written: they have no link. Few are linked when it is asked for.
    """
    asked = (*_asked(units), str(folder), str(root), str(spare))
    if len(units) <= _FEW:
        yield lambda: _link(*asked)
    else:
        with pool(1) as process:
            yield process.submit(_link, *asked).result


def make_spare(units: Collection[Unit], *, folder: Path, spare: Path) -> None:
    """Make a spare folder, of links to all files of units below a folder. Raises OSError."""
    spare.mkdir()
    _link(*_asked(units), str(folder), str(spare), "")


def become_spare(folder: Path, paths: Iterable[str], *, spare: Path) -> None:
    """Make a folder without some of its files a spare one."""
    for path in paths:
        (folder / path).unlink(missing_ok=True)
    shutil.rmtree(spare, ignore_errors=True)
    folder.rename(spare)


def _asked(units: Collection[Unit]) -> "tuple[str, array[int]]":
    """Return what files units have: a few long things are sooner given than many."""
    return "".join([unit.sums for unit in units]), array("Q", b"".join([unit.found for unit in units]))


def _link(sums: str, found: "array[int]", folder: str, root: str, spare: str) -> list[str]:
    """Link files; return the paths of those that are not linked."""
    wanted: dict[str, dict[str, int]] = {}
    for number, path in enumerate(paths_of(sums)):
        inside, _, name = path.rpartition("/")
        wanted.setdefault(inside, {})[name] = number
    links = _Links(wanted, found, folder=folder, root=root)
    links.take_over(spare)
    return links.complete()


class _Links:
    """The files that are wanted at their places below ``root``, which are below ``folder``.

    They are given by folder and name, each with its number among the stamps of which ``found`` has three numbers each.
    """

    def __init__(self, wanted: Mapping[str, Mapping[str, int]], found: "array[int]", *, folder: str, root: str) -> None:
        self._wanted = wanted
        self._found = found
        self._folder = folder
        self._root = root

    def take_over(self, spare: str) -> None:
        """Move what a spare folder has in the folders that are wanted, and only the files that are as they were."""
        root = self._root
        if os.path.islink(spare) or not os.path.isdir(spare):
            return
        for name in os.listdir(spare):
            os.rename(f"{spare}/{name}", f"{root}/{name}")
        os.rmdir(spare)
        for where, folders, names, folder in os.fwalk(root, topdown=False):
            files = self._wanted.get(where[len(root) + 1 :], {})
            links = (name for name in folders if os.path.islink(f"{where}/{name}"))
            for name in (*links, *names):
                if name not in files or not self._is_as_written(name, files[name], folder):
                    os.unlink(name, dir_fd=folder)
            if where != root and not files:
                with suppress(OSError):  # folders are in it that are wanted
                    os.rmdir(where)

    def complete(self) -> list[str]:
        """Link the files that are not there yet; return the paths of those that are not linked."""
        failed = []
        for inside, files in self._wanted.items():
            failed += [os.path.join(inside, name) for name in self._link_in(inside, files)]
        return failed

    def _link_in(self, inside: str, files: Mapping[str, int]) -> list[str]:
        """Link files of one folder; return the names of those that are not linked."""
        os.makedirs(os.path.join(self._root, inside), exist_ok=True)
        with ExitStack() as opened:
            there = _open(os.path.join(self._root, inside), opened)
            known = set(os.listdir(there))
            missing = [name for name in files if name not in known]
            try:
                here = _open(os.path.join(self._folder, inside), opened)
            except FileNotFoundError:
                return missing
            return [name for name in missing if not self._is_linked(name, files[name], here, there)]

    def _is_linked(self, name: str, number: int, one: int, other: int) -> bool:
        """Link a file of one open folder in another; tell whether it is there, and as it was written."""
        try:
            os.link(name, name, src_dir_fd=one, dst_dir_fd=other, follow_symlinks=False)
            if self._is_as_written(name, number, other):
                return True
            os.unlink(name, dir_fd=other)
        except OSError:
            pass
        return False

    def _is_as_written(self, name: str, number: int, folder: int) -> bool:
        return is_as_written(name, self._found, number, folder=folder)


def _open(folder: str, opened: ExitStack) -> int:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    opened.callback(os.close, descriptor)
    return descriptor
