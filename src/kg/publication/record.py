"""What a publication notes for the next one, so that only what changes is written anew.

A file is kept when it is the very file that was published, by its size, the time of its last change and its inode, and
nothing that was read to write it differs. The notes are beside the folder of the site (``kg.graph.swap``):

``record``       the identity of all that pages come from but the graph; the files; what was read for them: a SHA-256,
                 and what it is of, as ``marshal`` writes it, in a tenth of the time that JSON takes
``data.nq``      the dump of the build, in which the next one is compared with it
``spare``        the folder of the publication before, if there was one: links that most of the next one can be made of
"""

import marshal
import os
import shutil
from array import array
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Self

from kg.graph.swap import notes_of
from kg.publication.again import EarlierData
from kg.publication.dumps import SUMS, File, sums_of
from kg.publication.linking import become_spare, linked_beside
from kg.publication.stamps import Stamp

_FILE = "record"
_DIGEST = 32  # bytes
_DUMP = "data.nq"
_SPARE = "spare"


@dataclass(frozen=True, slots=True)
class Unit:
    """Files that are written together, by their paths: the notes of what was read for them, and what they link to."""

    files: Sequence[str]
    reads: "array[int]"
    links: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Value:
    """What was computed from the whole graph, by its digest, with the numbers of the notes of what was read for it.

    The digest of nothing is empty.
    """

    digest: str
    reads: "array[int]"


@dataclass
class Record:
    """What was published: ``identity`` is of all that it came from but the graph.

    ``whole`` is of the graph and all else that a publication comes from; ``digest`` is that of the dataset.
    ``units`` are its files by name; ``values`` are what was computed from the whole graph, by note; ``numbers`` are
    those of notes. ``stamps`` are those of the files, first of those that are kept.
    """

    identity: str
    whole: str = ""
    digest: str = ""
    units: dict[str, Unit] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    stamps: dict[str, Stamp] = field(default_factory=dict)

    def add(self, name: str, files: Iterable[File], reads: Iterable[str], links: Iterable[str] = ()) -> None:
        """Add files that were written together."""
        self.units[name] = Unit([file.path for file in files], self._numbered(reads), list(links))

    def add_value(self, note: str, digest: str, reads: Iterable[str] = ()) -> None:
        """Add what was computed."""
        self.values[note] = Value(digest, self._numbered(reads))

    def notes(self, kinds: Container[str]) -> set[str]:
        """Return the notes of some kinds, by their first letters; no unit may have some of them any more."""
        return {note for note in self.numbers if note[0] in kinds}

    def _numbered(self, notes: Iterable[str]) -> "array[int]":
        numbers = self.numbers
        return array("I", [numbers.setdefault(note, len(numbers)) for note in notes])

    def write(self, folder: Path, *, root: Path, files: Iterable[File], dump: Path) -> None:
        """Write the record of ``files``, those below ``root``, into a folder, with the dump of the build."""
        self._tidy()
        for file in files:
            if file.path not in self.stamps:
                self.stamps[file.path] = Stamp.of(f"{root}/{file.path}", file.sha256)
        told = {
            "identity": self.identity,
            "whole": self.whole,
            "digest": self.digest,
            "notes": list(self.numbers),
            "values": [(note, value.digest, value.reads.tobytes()) for note, value in self.values.items()],
            "stamps": {path: tuple(stamp) for path, stamp in self.stamps.items()},
            "units": [
                (name, list(unit.files), unit.reads.tobytes(), list(unit.links)) for name, unit in self.units.items()
            ],
        }
        data = marshal.dumps(told)
        (folder / _FILE).write_bytes(sha256(data).digest() + data)
        try:
            os.link(dump, folder / _DUMP)
        except OSError:  # on another file system
            shutil.copyfile(dump, folder / _DUMP)

    def _tidy(self) -> None:
        """Leave out values that no unit needs; notes too, once most of them are not needed."""
        used = set(chain.from_iterable(unit.reads for unit in self.units.values()))
        for _ in range(2):  # a value may be computed from others
            values = {note: value for note, value in self.values.items() if self.numbers.get(note) in used}
            used.update(chain.from_iterable(value.reads for value in values.values()))
        self.values = values
        if 2 * len(used) >= len(self.numbers):
            return
        kept = {note: number for note, number in self.numbers.items() if number in used}
        places = {number: place for place, number in enumerate(kept.values())}
        self.numbers = {note: place for place, note in enumerate(kept)}
        for reads in chain((u.reads for u in self.units.values()), (v.reads for v in self.values.values())):
            reads[:] = array("I", map(places.__getitem__, reads))


@dataclass(frozen=True)
class Before:
    """The publication before: its folder, its record, and the dump of its build."""

    folder: Path
    record: Record
    dump: Path

    @classmethod
    def of(cls, out: Path, *, identity: str) -> Self | None:
        """Return the publication that the link ``out`` names; None without one of the same identity."""
        folder = out.resolve()
        notes = notes_of(folder)
        try:
            written = memoryview((notes / _FILE).read_bytes())
            digest, data = written[:_DIGEST], written[_DIGEST:]
            if sha256(data).digest() != digest:
                return None
            told = marshal.loads(data)
            if told["identity"] != identity or not (notes / _DUMP).is_file():
                return None
            numbers = {note: number for number, note in enumerate(told["notes"])}
            stamps = {path: Stamp(*stamp) for path, stamp in told["stamps"].items()}
            units = {name: Unit(files, array("I", reads), links) for name, files, reads, links in told["units"]}
            values = {note: Value(value, array("I", reads)) for note, value, reads in told["values"]}
            record = Record(identity, told["whole"], told["digest"], units, values, numbers, stamps)
            return cls(folder, record, notes / _DUMP)
        except (OSError, EOFError, ValueError, KeyError, TypeError, IndexError):
            return None

    def data(self) -> EarlierData:
        """Return its data."""
        stamps = {path: stamp for path, stamp in self.record.stamps.items() if path.startswith("data/")}
        return EarlierData(self.folder, stamps, self.dump)

    def files(self) -> tuple[File, ...] | None:
        """Return all files, sorted by path; None when they are not those that were published, each as it was."""
        stamps = self.record.stamps
        paths = [f"{folder}/{name}" for folder, _, names in os.walk(self.folder) for name in names]
        begin = len(f"{self.folder}/")
        if {path[begin:] for path in paths} != {*stamps, SUMS}:
            return None
        if any(path[begin:] != SUMS and not stamps[path[begin:]].tells(path) for path in paths):
            return None
        files = tuple(File(path, stamps[path].size, stamps[path].sha256) for path in sorted(stamps))
        return files if (self.folder / SUMS).read_text(encoding="utf-8") == sums_of(files) else None

    @contextmanager
    def linking(self, names: Iterable[str], *, root: Path) -> Iterator[Callable[[], list[str]]]:
        """Give the files of units the same paths below ``root``, which is empty, beside what the block does.

        What is yielded waits for it, and returns the names of those whose files are there, all as they were published.
        """
        units = {name: unit for name in names if (unit := self.record.units.get(name))}
        known = self.record.stamps
        stamps = {path: known[path] for unit in units.values() for path in unit.files if path in known}
        spare = notes_of(self.folder) / _SPARE
        with linked_beside(stamps, folder=self.folder, root=root, spare=spare) as linked:

            def there() -> list[str]:
                missing = set(linked())
                failed = [
                    name for name, unit in units.items()
                    if not (missing.isdisjoint(unit.files) and known.keys() >= set(unit.files))
                ]  # fmt: skip
                for name in failed:
                    self.drop(name, root)
                return list(units.keys() - failed)

            yield there

    def keep(self, name: str, record: Record) -> list[File]:
        """Add a unit whose files are there to a record, and return them."""
        unit = self.record.units[name]
        record.units[name] = unit
        files = []
        for path in unit.files:
            stamp = record.stamps[path] = self.record.stamps[path]
            files.append(File(path, stamp.size, stamp.sha256))
        return files

    def drop(self, name: str, root: Path) -> None:
        """Remove the files of a unit from where they were linked."""
        for path in self.record.units[name].files:
            (root / path).unlink(missing_ok=True)

    def spare(self, folder: Path, *, record: Record, notes: Path) -> None:
        """Make a folder, that of this publication, the spare one of another one: of links to what it has, too."""
        kept = {path for unit in record.units.values() for path in unit.files}
        paths = [path for path, stamp in self.record.stamps.items() if path not in kept or record.stamps[path] != stamp]
        become_spare(folder, [*paths, SUMS], spare=notes / _SPARE)
