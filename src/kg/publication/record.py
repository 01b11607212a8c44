"""What a publication notes for the next one, so that only what changes is written anew.

A file is kept when it is the very file that was published, by its size, the time of its last change and its inode, and
nothing that was read to write it differs. The notes are beside the folder of the site (``kg.graph.swap``):

``record``       the identity of all that pages come from but the graph; the files; what was read for them: a SHA-256,
                 and what it is of, as ``marshal`` writes it, in a tenth of the time that JSON takes
``data.nq``      the dump of the build, in which the next one is compared with it
``read``         what was read of the build for pages (``kg.service.hosting.read``)
``spare``        links that most of the next one can be made of: the folder of the publication before, if there was one
"""

import marshal
from array import array
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import chain, count
from pathlib import Path
from typing import Any, Self

from kg.graph.bearing import Pattern
from kg.publication.files import File
from kg.publication.units import Unit, arrays_of, joined, noted, units_of

_DIGEST = 32  # bytes
_GROWN = 1.1  # times as many notes


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
    ``units`` are its files by name, ``rest`` those of no unit; ``values`` are what was computed from the whole graph,
    by note, and ``patterns`` what the queries among them look for, None for anything, ``tables`` what those of tables
    do, by path; ``numbers`` are those of notes, of which there were so many when it was ``tidied``.
    """

    identity: str
    whole: str = ""
    digest: str = ""
    units: dict[str, Unit] = field(default_factory=dict)
    rest: Unit = field(default_factory=lambda: Unit.of(()))
    values: dict[str, Value] = field(default_factory=dict)
    patterns: dict[str, Sequence[Pattern] | None] = field(default_factory=dict)
    tables: Mapping[str, Sequence[Pattern] | None] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    tidied: int = 0

    def add(self, name: str, files: Iterable[File], reads: Iterable[str], links: Iterable[str] = ()) -> None:
        """Add files that were written together."""
        self.units[name] = Unit.of(files, self._numbered(reads), list(links))

    def add_value(self, note: str, digest: str, reads: Iterable[str] = ()) -> None:
        """Add what was computed."""
        self.values[note] = Value(digest, self._numbered(reads))

    def notes(self, kinds: Container[str]) -> set[str]:
        """Return the notes of some kinds, by their first letters; no unit may have some of them any more."""
        return {note for note in self.numbers if note[0] in kinds}

    def all_units(self) -> Sequence[Unit]:
        """Return what has all files, each once."""
        return [*self.units.values(), self.rest]

    def sums(self) -> str:
        """Return the digests of all files, in some order (``kg.publication.files``)."""
        return "".join([unit.sums for unit in self.all_units()])

    def unlike(self, other: "Record") -> list[str]:
        """Return the paths of the files that another record has not, or of other files."""
        theirs = dict(other.rest.stamps())
        rest = [file.path for file, stamp in self.rest.stamps() if theirs.get(file) != stamp]
        units = (unit for name, unit in self.units.items() if other.units.get(name) is not unit)
        return [*rest, *chain.from_iterable(unit.paths for unit in units)]

    def _numbered(self, notes: Iterable[str]) -> "array[int]":
        numbers = self.numbers
        return array("I", [numbers.setdefault(note, len(numbers)) for note in notes])

    def write(self, path: Path, *, root: Path) -> None:
        """Write the record of the files below ``root``."""
        if len(self.numbers) > self.tidied * _GROWN:
            self._tidy()
            self.tidied = len(self.numbers)
        for unit in self.all_units():
            unit.stamp(str(root))
        told = {
            "identity": self.identity,
            "whole": self.whole,
            "digest": self.digest,
            "notes": list(self.numbers),
            "tidied": self.tidied,
            "values": [
                list(self.values),
                [value.digest for value in self.values.values()],
                joined([value.reads for value in self.values.values()]),
            ],
            "patterns": _plain(self.patterns),
            "tables": _plain(self.tables),
            "units": list(self.units),
            "files": noted(self.all_units()),
        }
        data = marshal.dumps(told)
        with path.open("wb") as file:
            file.write(sha256(data).digest())
            file.write(data)

    @classmethod
    def read(cls, path: Path, *, identity: str) -> Self | None:
        """Return the record that a file has; None when there is none, or none of this identity."""
        try:
            written = memoryview(path.read_bytes())
            digest, data = written[:_DIGEST], written[_DIGEST:]
            if sha256(data).digest() != digest:
                return None
            told = marshal.loads(data)
            if told["identity"] != identity:
                return None
            *units, rest = units_of(told["files"])
            notes, digests, reads = told["values"]
            return cls(
                identity,
                told["whole"],
                told["digest"],
                dict(zip(told["units"], units, strict=True)),
                rest,
                dict(zip(notes, map(Value, digests, arrays_of("I", *reads)), strict=True)),
                _read_patterns(told["patterns"]),
                _read_patterns(told["tables"]),
                dict(zip(told["notes"], count(), strict=False)),
                told["tidied"],
            )
        except (OSError, EOFError, ValueError, KeyError, TypeError, IndexError):
            return None

    def _tidy(self) -> None:
        """Leave out values that no unit needs; notes too, once most of them are not needed."""
        used = set(chain.from_iterable(unit.reads for unit in self.units.values()))
        for _ in range(2):  # a value may be computed from others
            values = {note: value for note, value in self.values.items() if self.numbers.get(note) in used}
            used.update(chain.from_iterable(value.reads for value in values.values()))
        self.values = values
        self.patterns = {note: found for note, found in self.patterns.items() if note in values}
        if 2 * len(used) >= len(self.numbers):
            return
        kept = {note: number for note, number in self.numbers.items() if number in used}
        places = {number: place for place, number in enumerate(kept.values())}
        self.numbers = {note: place for place, note in enumerate(kept)}

        def numbered(reads: "array[int]") -> "array[int]":
            return array("I", map(places.__getitem__, reads))

        self.units = {name: replace(unit, reads=numbered(unit.reads)) for name, unit in self.units.items()}
        self.values = {note: replace(value, reads=numbered(value.reads)) for note, value in self.values.items()}


def _plain(patterns: Mapping[str, Sequence[Pattern] | None]) -> list[tuple[str, list[tuple[object, ...]] | None]]:
    """Return patterns as they are written."""
    return [(of, None if found is None else list(map(tuple[object, ...], found))) for of, found in patterns.items()]


def _read_patterns(told: Iterable[tuple[str, list[Any] | None]]) -> dict[str, Sequence[Pattern] | None]:
    return {of: None if found is None else [Pattern(*one) for one in found] for of, found in told}
