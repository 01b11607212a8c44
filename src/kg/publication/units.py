"""Files of a publication that are written together, with what tells that they are as they were written.

Many of them are noted as a few long lists, which are read in less time.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, TypeVar

from kg.publication.files import File
from kg.publication.stamps import Stamp

_FOUND = 3
"""How many numbers a file is known by: those of a stamp."""
_SHA256 = 64  # hexadecimal digits
S = TypeVar("S", list[File], "array[int]")


@dataclass(slots=True)
class Unit:
    """Files that are written together, the numbers of the notes of what was read for them, and what they link to.

    ``found`` has three numbers of each file, those of its stamp, once it is ``stamp``ed.
    """

    files: Sequence[File]
    reads: "array[int]"
    links: Sequence[str] = ()
    found: "array[int]" = field(default_factory=lambda: array("Q"))

    def stamp(self, root: str) -> None:
        """Note how the files are that have just been written below a root, unless that is known."""
        if not self.found:
            for file in self.files:
                self.found.extend(Stamp.of(f"{root}/{file.path}")[:_FOUND])

    def stamps(self) -> Iterator[tuple[File, Stamp]]:
        """Yield the files with their stamps."""
        found = iter(self.found)
        return zip(self.files, map(Stamp._make, zip(found, found, found, strict=True)), strict=True)


def noted(units: Sequence[Unit]) -> dict[str, object]:
    """Return what ``units_of`` makes units of."""
    files = list(chain.from_iterable(unit.files for unit in units))
    return {
        "files": [len(unit.files) for unit in units],
        "paths": "\n".join([file.path for file in files]),  # which are lines of SHA256SUMS too
        "sizes": [file.size for file in files],
        "sha256": "".join([file.sha256 for file in files]),
        "reads": joined([unit.reads for unit in units]),
        "links": [list(unit.links) for unit in units],
        "found": joined([unit.found for unit in units])[0],
    }


def units_of(noted: Mapping[str, Any]) -> Iterator[Unit]:
    """Yield the units that were noted."""
    counts, sizes, digests = noted["files"], noted["sizes"], noted["sha256"]
    begins = range(0, _SHA256 * len(sizes), _SHA256)
    paths = noted["paths"].split("\n") if sizes else ()
    parts = zip(paths, sizes, [digests[begin : begin + _SHA256] for begin in begins], strict=True)
    files = list(map(File._make, parts))
    found = _cut(array("Q", noted["found"]), (_FOUND * count for count in counts))
    return map(Unit, _cut(files, counts), arrays_of("I", *noted["reads"]), noted["links"], found)


def joined(arrays: Sequence["array[int]"]) -> tuple[bytes, list[int]]:
    """Return arrays as one, and how long each is."""
    return b"".join(arrays), list(map(len, arrays))


def arrays_of(kind: str, data: bytes, lengths: Iterable[int]) -> "Iterator[array[int]]":
    """Yield the arrays that have been made one."""
    return _cut(array(kind, data), lengths)


def _cut(whole: S, lengths: Iterable[int]) -> Iterator[S]:
    """Yield the pieces of a list that are so long."""
    begin = 0
    for length in lengths:
        yield whole[begin : (begin := begin + length)]
