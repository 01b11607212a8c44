"""Files of a publication that are written together, with what tells that they are as they were written.

Many of them are noted as a few long texts and lists, which are read in less time.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from kg.publication.files import File, digests_of, paths_of, sums_of
from kg.publication.stamps import Stamp

_FOUND = 3
"""How many numbers a file is known by: those of a stamp."""
S = TypeVar("S", str, "array[int]")


@dataclass(slots=True)
class Unit:
    """Files that are written together, the numbers of the notes of what was read for them, and what they link to.

    ``sums`` are the lines that ``SHA256SUMS`` has of them; ``found`` has three numbers of each file, those of its
    stamp, once it is ``stamp``ed.
    """

    sums: str
    reads: "array[int]"
    links: Sequence[str] = ()
    found: "array[int]" = field(default_factory=lambda: array("Q"))

    @classmethod
    def of(cls, files: Iterable[File], reads: Iterable[int] = (), links: Sequence[str] = ()) -> Self:
        """Return files as a unit."""
        return cls(sums_of(files), array("I", reads), links)

    @property
    def paths(self) -> list[str]:
        """The paths of the files."""
        return paths_of(self.sums)

    @property
    def files(self) -> list[File]:
        """The files, once they are stamped."""
        return [file for file, _ in self.stamps()]

    def stamp(self, root: str) -> None:
        """Note how the files are that have just been written below a root, unless that is known."""
        if not self.found:
            for path in self.paths:
                self.found.extend(Stamp.of(f"{root}/{path}")[:_FOUND])

    def stamps(self) -> Iterator[tuple[File, Stamp]]:
        """Yield the files with their stamps."""
        found = iter(self.found)
        stamps = map(Stamp._make, zip(found, found, found, strict=True))
        for path, digest, stamp in zip(self.paths, digests_of(self.sums), stamps, strict=True):
            yield File(path, stamp.size, digest), stamp


def noted(units: Sequence[Unit]) -> dict[str, object]:
    """Return what ``units_of`` makes units of."""
    return {
        "sums": ["".join([unit.sums for unit in units]), [len(unit.sums) for unit in units]],
        "reads": joined([unit.reads for unit in units]),
        "links": [list(unit.links) for unit in units],
        "found": joined([unit.found for unit in units]),
    }


def units_of(noted: Mapping[str, Any]) -> Iterator[Unit]:
    """Yield the units that were noted."""
    sums = _cut(*noted["sums"])
    return map(Unit, sums, arrays_of("I", *noted["reads"]), noted["links"], arrays_of("Q", *noted["found"]))


def joined(arrays: Sequence["array[int]"]) -> tuple[bytes, list[int]]:
    """Return arrays as one, and how long each is."""
    return b"".join(arrays), list(map(len, arrays))


def arrays_of(kind: str, data: bytes, lengths: Iterable[int]) -> "Iterator[array[int]]":
    """Yield the arrays that have been made one."""
    return _cut(array(kind, data), lengths)


def _cut(whole: S, lengths: Iterable[int]) -> Iterator[S]:
    """Yield the pieces of something long that are so long."""
    begin = 0
    for length in lengths:
        yield whole[begin : (begin := begin + length)]
