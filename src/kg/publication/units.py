"""Files of a publication that are written together, with what tells that they are as they were written."""

import marshal
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Self

from kg.publication.files import File
from kg.publication.stamps import Stamp

_FOUND = 3
"""How many numbers a file is known by: those of a stamp."""


@dataclass(slots=True)
class Unit:
    """Files that are written together, the numbers of the notes of what was read for them, and what they link to.

    ``found`` has three numbers of each file, those of its stamp, once it is ``stamp``ed.
    """

    files: Sequence[File]
    reads: "array[int]"
    links: Sequence[str] = ()
    found: "array[int]" = field(default_factory=lambda: array("Q"))
    _packed: bytes = b""

    def stamp(self, root: str) -> None:
        """Note how the files are that have just been written below a root, unless that is known."""
        if not self.found:
            for file in self.files:
                self.found.extend(Stamp.of(f"{root}/{file.path}")[:_FOUND])

    def stamps(self) -> Iterator[tuple[File, Stamp]]:
        """Yield the files with their stamps."""
        found = iter(self.found)
        return zip(self.files, map(Stamp._make, zip(found, found, found, strict=True)), strict=True)

    def packed(self) -> bytes:
        """Return what ``read`` makes it of."""
        if not self._packed:
            files = [tuple[object, ...](file) for file in self.files]
            told = (files, self.reads.tobytes(), list(self.links), self.found.tobytes())
            self._packed = marshal.dumps(told)
        return self._packed

    @classmethod
    def read(cls, packed: bytes) -> Self:
        """Return what was packed."""
        files, reads, links, found = marshal.loads(packed)
        return cls([File(*file) for file in files], array("I", reads), links, array("Q", found), packed)
