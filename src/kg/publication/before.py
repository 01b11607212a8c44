"""The publication before: what of it can be kept, and where it is found."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

from kg.graph.differing import Differing
from kg.graph.swap import notes_of
from kg.publication.again import EarlierData
from kg.publication.files import SUMS, by_path
from kg.publication.linking import become_spare, linked_beside, make_spare
from kg.publication.record import Record
from kg.publication.stamps import Stamp
from kg.publication.units import Unit

_RECORD = "record"
_DUMP = "data.nq"
_SPARE = "spare"


def write_notes(record: Record, notes: Path, *, root: Path, dump: Path) -> None:
    """Write what the next publication must know of that in ``root``: the record of its files, the dump of its build."""
    record.write(notes / _RECORD, root=root)
    try:
        os.link(dump, notes / _DUMP)
    except OSError:  # on another file system
        shutil.copyfile(dump, notes / _DUMP)


def begin_spare(record: Record, root: Path, *, notes: Path) -> None:
    """Make the spare folder of a publication in ``root`` before which there was none. Raises OSError."""
    make_spare(record.all_units(), folder=root, spare=notes / _SPARE)


@dataclass(frozen=True)
class Before:
    """The publication before: its folder, its record, and the dump of its build."""

    folder: Path
    record: Record
    dump: Path

    @classmethod
    def of(cls, out: Path, *, identity: str, known: Self | None = None) -> Self | None:
        """Return the publication that the link ``out`` names; None without one of the same identity.

        It need not be read, if it is ``known``.
        """
        folder = out.resolve()
        dump = notes_of(folder) / _DUMP
        if not dump.is_file():
            return None
        if known and (known.folder, known.record.identity) == (folder, identity):
            return known
        record = Record.read(notes_of(folder) / _RECORD, identity=identity)
        return cls(folder, record, dump) if record else None

    @classmethod
    def written(cls, folder: Path, record: Record) -> Self:
        """Return the publication in a folder whose notes have been written."""
        return cls(folder, record, notes_of(folder) / _DUMP)

    def data(self, lines: Differing) -> EarlierData:
        """Return its data, for a build whose dump differs in some lines."""
        files = {file.path: (file, stamp) for file, stamp in self.record.rest.stamps() if file.path.startswith("data/")}
        return EarlierData(self.folder, files, lines, self.record.tables)

    def sums(self) -> str | None:
        """Return what ``SHA256SUMS`` has; None when the files are not those that were published, each as it was."""
        known = {file.path: stamp for unit in self.record.all_units() for file, stamp in unit.stamps()}
        paths = [f"{folder}/{name}" for folder, _, names in os.walk(self.folder) for name in names]
        begin = len(f"{self.folder}/")
        if {path[begin:] for path in paths} != {*known, SUMS}:
            return None
        if any(path[begin:] != SUMS and known[path[begin:]] != Stamp.of(path) for path in paths):
            return None
        sums = by_path(self.record.sums())
        return sums if (self.folder / SUMS).read_text(encoding="utf-8") == sums else None

    @contextmanager
    def linking(self, names: Iterable[str], *, root: Path) -> Iterator[Callable[[], list[str]]]:
        """Give the files of units the same paths below ``root``, which is empty, beside what the block does.

        What is yielded waits for it, and returns the names of those whose files are there, all as they were published.
        """
        units = {name: unit for name in names if (unit := self.record.units.get(name))}
        spare = notes_of(self.folder) / _SPARE
        with linked_beside(units.values(), folder=self.folder, root=root, spare=spare) as linked:

            def there() -> list[str]:
                if not (missing := set(linked())):
                    return list(units)
                failed = {name for name, unit in units.items() if not missing.isdisjoint(unit.paths)}
                for name in failed:
                    self.drop(name, root)
                return list(units.keys() - failed)

            yield there

    def keep(self, name: str, record: Record) -> Unit:
        """Add a unit whose files are there to a record, and return it."""
        unit = record.units[name] = self.record.units[name]
        return unit

    def drop(self, name: str, root: Path) -> None:
        """Remove the files of a unit from where they were linked."""
        for path in self.record.units[name].paths:
            (root / path).unlink(missing_ok=True)

    def spare(self, folder: Path, *, record: Record, notes: Path) -> None:
        """Make a folder, that of this publication, the spare one of another one: of links to what it has, too."""
        become_spare(folder, [*self.record.unlike(record), SUMS], spare=notes / _SPARE)


class Changed(NamedTuple):
    """The publication before, and the lines in which the dump of its build and that of another one differ."""

    before: Before
    lines: Differing
