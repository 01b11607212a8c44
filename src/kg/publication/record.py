"""What a publication notes for the next one, so that only what changes is written anew.

A file is kept when it is the very file that was published, by its size, the time of its last change and its inode, and
nothing that was read to write it differs. The notes are beside the folder of the site (``kg.graph.swap``):

``record``       the identity of all that pages come from but the graph; the files; what was read for them: a SHA-256,
                 and what it is of, as ``marshal`` writes it, in a tenth of the time that JSON takes
``data.nq``      the dump of the build, in which the next one is compared with it
"""

import marshal
import os
import shutil
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Self

from kg.graph.swap import notes_of
from kg.publication.again import EarlierData
from kg.publication.dumps import SUMS, File, sums_of
from kg.publication.linking import linked_beside
from kg.publication.stamps import Stamp, link

_FILE = "record"
_DIGEST = 32  # bytes
_DUMP = "data.nq"


@dataclass(frozen=True, slots=True)
class Unit:
    """Files that are written together, by their paths: the notes of what was read for them, and what they link to."""

    files: Sequence[str]
    reads: "array[int]"
    links: Sequence[str] = ()


@dataclass
class Record:
    """What was published: ``identity`` is of all that it came from but the graph.

    ``whole`` is of the graph and all else that a publication comes from; ``digest`` is that of the dataset.
    ``units`` are its files by name; ``values`` are digests of what was computed from the whole graph, by note;
    ``numbers`` are those of the notes in the units. ``stamps`` are those of the files, first of those that are kept.
    """

    identity: str
    whole: str = ""
    digest: str = ""
    units: dict[str, Unit] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    stamps: dict[str, Stamp] = field(default_factory=dict)

    def add(self, name: str, files: Iterable[File], reads: Iterable[str], links: Iterable[str] = ()) -> None:
        """Add files that were written together."""
        numbers = self.numbers
        known = array("I", [numbers.setdefault(note, len(numbers)) for note in reads])
        self.units[name] = Unit([file.path for file in files], known, list(links))

    def notes(self) -> set[str]:
        """Return the notes of all units."""
        used = set(chain.from_iterable(unit.reads for unit in self.units.values()))
        return {note for note, number in self.numbers.items() if number in used}

    def write(self, folder: Path, *, root: Path, files: Iterable[File], dump: Path) -> None:
        """Write the record of ``files``, those below ``root``, into a folder, with the dump of the build."""
        used = self.notes()
        notes = [note for note in self.numbers if note in used]
        numbers = {self.numbers[note]: place for place, note in enumerate(notes)}
        for file in files:
            if file.path not in self.stamps:
                self.stamps[file.path] = Stamp.of(f"{root}/{file.path}", file.sha256)
        told = {
            "identity": self.identity,
            "whole": self.whole,
            "digest": self.digest,
            "notes": notes,
            "values": {note: value for note, value in self.values.items() if note in used},
            "stamps": {path: tuple(stamp) for path, stamp in self.stamps.items()},
            "units": [
                (name, list(unit.files), array("I", map(numbers.__getitem__, unit.reads)).tobytes(), list(unit.links))
                for name, unit in self.units.items()
            ],
        }
        data = marshal.dumps(told)
        (folder / _FILE).write_bytes(sha256(data).digest() + data)
        try:
            os.link(dump, folder / _DUMP)
        except OSError:  # on another file system
            shutil.copyfile(dump, folder / _DUMP)


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
            record = Record(identity, told["whole"], told["digest"], units, told["values"], numbers, stamps)
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

    def keep(self, name: str, *, root: Path, record: Record) -> list[File] | None:
        """Give the files of a unit, as they were published, their paths below ``root``, and add them to a record.

        None when there is no such unit, or not all of its files are what they were.
        """
        unit = self.record.units.get(name)
        if unit is None or not all(path in self.record.stamps for path in unit.files):
            return None
        stamps = [self.record.stamps[path] for path in unit.files]
        made = []
        try:
            for path, stamp in zip(unit.files, stamps, strict=True):
                target = f"{root}/{path}"
                link(f"{self.folder}/{path}", target)
                made.append(target)
                if not stamp.tells(target):
                    raise OSError
        except OSError:
            for target in made:
                os.unlink(target)
            return None
        record.units[name] = unit
        record.stamps.update(zip(unit.files, stamps, strict=True))
        return [File(path, stamp.size, stamp.sha256) for path, stamp in zip(unit.files, stamps, strict=True)]

    @contextmanager
    def keeping(
        self, names: Iterable[str], *, root: Path, record: Record
    ) -> Iterator[Callable[[], dict[str, list[File]]]]:
        """Give the files of many units as ``keep`` does, beside what the block does.

        What is yielded waits for it, adds those that are kept to the record, and returns their names and files.
        """
        found = {name: unit for name in names if (unit := self.record.units.get(name))}
        known = self.record.stamps
        stamps = {path: known[path] for unit in found.values() for path in unit.files if path in known}
        with linked_beside(stamps, folder=self.folder, root=root) as linked:

            def kept() -> dict[str, list[File]]:
                there = stamps.keys() - linked()
                files = {}
                for name, unit in found.items():
                    if there.issuperset(unit.files):
                        record.units[name] = unit
                        record.stamps.update((path, stamps[path]) for path in unit.files)
                        files[name] = [File(path, stamps[path].size, stamps[path].sha256) for path in unit.files]
                    else:
                        for path in there.intersection(unit.files):
                            os.unlink(root / path)
                return files

            yield kept
