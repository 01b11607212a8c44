"""What of an earlier publication is as it would be written now."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from kg.graph.build import Build
from kg.graph.differing import differing
from kg.project import Project
from kg.publication.dumps import File
from kg.publication.record import Before, Record
from kg.service.documents import LABELS
from kg.service.hosting.values import Values


class Earlier:
    """The units of an earlier publication, which are kept if nothing was read for them that differs now."""

    def __init__(self, before: Before, *, build: Build, project: Project, values: Values) -> None:
        self._before = before
        record = before.record
        changed = touched(before, build, project=project)
        known = record.notes() - changed
        self.values = values.of(known)
        changed.update(note for note in known if note[0] == "q" and note not in self.values)
        changed.update(note for note, value in self.values.items() if record.values.get(note) != value)
        self._changed = {record.numbers[note] for note in changed & record.numbers.keys()}

    @property
    def numbers(self) -> dict[str, int]:
        """The numbers of the notes of its units."""
        return self._before.record.numbers

    def links(self, name: str) -> Iterable[str]:
        """Return what a unit links to."""
        return self._before.record.units[name].links

    def keep(self, name: str, *, root: Path, record: Record) -> list[File] | None:
        """Keep a unit below ``root``, and return its files; None when it is to be written anew."""
        return self._before.keep(name, root=root, record=record) if self._is_same(name) else None

    @contextmanager
    def keeping(
        self, names: Iterable[str], *, root: Path, record: Record
    ) -> Iterator[tuple[set[str], Callable[[], Mapping[str, list[File]]]]]:
        """Keep units beside what the block does.

        Yield those that are to be kept, and what waits until they are and returns their files, by their names; one
        that is not among these is to be written anew too.
        """
        same = {name for name in names if self._is_same(name)}
        with self._before.keeping(same, root=root, record=record) as kept:
            yield same, kept

    def _is_same(self, name: str) -> bool:
        """Tell whether nothing differs that was read for a unit."""
        unit = self._before.record.units.get(name)
        return unit is not None and self._changed.isdisjoint(unit.reads)


def touched(before: Before, build: Build, *, project: Project) -> set[str]:
    """Return the notes of what looks for a quad that was not there before, or is no more (``kg.service.reading``)."""
    names = {*LABELS, f"<{project.evidence.as_stated}>"}
    hops = {f"<{hop.property}>" for hop in project.pages.trail}
    found: set[str] = set()
    for g, s, p, o in differing(before.dump, build.dump).quads():
        found.update((f"s{s}", f"o{o}", f"g{g}", f"p{p}", f"v{s} {p}", f"w{p} {o}"))
        if p in names:
            found.add(f"n{s}")
        if p in hops:
            found.update((f"h{s}", f"h{o}"))
    return found
