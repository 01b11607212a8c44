"""What of an earlier publication is as it would be written now."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from kg.graph.build import Build
from kg.graph.differing import Differing, differing
from kg.graph.terms import TYPE, iri
from kg.project import Project
from kg.publication.dumps import File
from kg.publication.record import Before, Record, Value
from kg.service.documents import LABELS
from kg.service.hosting.rewording import is_rewording
from kg.service.hosting.values import ANSWER, INFERRED, Values

_OF_WORDS = "dl"
"""The kinds of what is computed from words too; others, an answer aside, are of what there is."""
_COUNTS = "u"


class Earlier:
    """The units of an earlier publication, which are kept if nothing was read for them that differs now.

    They are linked below a root, those that nothing direct speaks against, while ``linking``; ``compare`` leaves those
    there that are the same; and at the end those stay that were kept.
    """

    def __init__(self, before: Before, record: Record, *, build: Build, project: Project) -> None:
        lines = differing(before.dump, build.dump)
        self._before = before
        self._record = record
        self._changed = touched(lines, build, project=project)
        self._is_rewording = is_rewording(lines, store=build.store)
        if not self._is_rewording:
            self._changed.add(_COUNTS)
        record.numbers.update(before.record.numbers)
        self._same = self._untouched(before.record.units)
        self._kept: set[str] = set()

    def queries(self) -> list[str]:
        """Return the queries whose answers units come from."""
        return [note.removeprefix(ANSWER) for note in self._before.record.notes(ANSWER)]

    @property
    def documented(self) -> frozenset[str] | None:
        """The terms, the shapes and the documents of some; None when there may be others now."""
        if not self._is_rewording:
            return None
        values = self._before.record.values
        return frozenset(iri(note[1:]) for note, value in values.items() if note[0] == "d" and value.digest)

    @property
    def needs_vocabulary(self) -> bool:
        """Whether terms are to be documented anew."""
        documented = self.documented
        return documented is None or not documented.isdisjoint(self._before.record.units.keys() - self._same)

    @contextmanager
    def linking(self, root: Path) -> Iterator[None]:
        """Link units below a root, which is empty, beside what the block does; in the end those that were kept stay."""
        self._root = root
        with self._before.linking(self._same, root=root) as self._linked:
            yield
        self._drop(self._same - self._kept)

    def compare(self, values: Values) -> None:
        """Find what differs of that from which units were computed, and leave out the units for which it does."""
        before = self._before.record
        self._compute([INFERRED], values)
        anew = []
        changed = self._numbers()
        for note in before.notes(values.kinds):
            value = before.values.get(note)
            if value and self._stays(note, value, changed):
                self._record.values[note] = value
            else:
                anew.append(note)
        self._compute(anew, values)
        linked = set(self._linked())
        self._same = self._untouched(self._same & linked)
        self._drop(linked - self._same)

    def keep_all(self, names: Iterable[str]) -> Mapping[str, list[File]]:
        """Keep the units of resources, by their tokens, that are not to be written anew, and no others of resources.

        Return their files by name.
        """
        kept = {name: files for name in names if (files := self.keep(name))}
        gone = {name for name in self._same if name.startswith("<") and name not in kept}
        self._drop(gone)
        self._same -= gone
        return kept

    def keep(self, name: str) -> list[File] | None:
        """Keep a unit, and return its files; None when it is to be written anew."""
        if name not in self._same:
            return None
        self._kept.add(name)
        return self._before.keep(name, self._record)

    def waits(self, name: str) -> bool:
        """Tell whether a unit may be kept and has not been."""
        return name in self._same and name not in self._kept

    def leave_out(self, name: str) -> None:
        """Keep a unit no more, unless it has been."""
        if self.waits(name):
            self._same.remove(name)
            self._drop([name])

    def links(self, name: str) -> Iterable[str]:
        """Return what a unit links to."""
        return self._before.record.units[name].links

    def _stays(self, note: str, value: Value, changed: set[int]) -> bool:
        """Tell whether what was computed for a note is sure to be the same."""
        if not self._is_rewording or note[0] == ANSWER:
            return False
        return note[0] not in _OF_WORDS or changed.isdisjoint(value.reads)

    def _compute(self, notes: Iterable[str], values: Values) -> None:
        """Compute values, and note those that differ."""
        asked = set(notes)
        before = self._before.record.values
        answers = {note for note in asked if note[0] == ANSWER}
        for note, digest, reads in values.of(asked):
            self._record.add_value(note, digest, reads)
            answers.discard(note)
            if note not in before or before[note].digest != digest:
                self._changed.add(note)
        self._changed |= answers  # which may be others the next time

    def _numbers(self) -> set[int]:
        numbers = self._record.numbers
        return {numbers[note] for note in self._changed & numbers.keys()}

    def _untouched(self, names: Iterable[str]) -> set[str]:
        changed, units = self._numbers(), self._before.record.units
        return {name for name in names if changed.isdisjoint(units[name].reads)}

    def _drop(self, names: Iterable[str]) -> None:
        for name in names:
            self._before.drop(name, self._root)


def touched(lines: Differing, build: Build, *, project: Project) -> set[str]:
    """Return the notes of what looks for a quad that was not there before, or is no more (``kg.service.reading``)."""
    names = {*LABELS, f"<{project.evidence.as_stated}>"}
    hops = {f"<{hop.property}>" for hop in project.pages.trail}
    found = {"c"}
    for g, s, p, o in lines.quads():
        found.update((f"s{s}", f"o{o}", f"g{g}", f"p{p}", f"v{s} {p}", f"w{p} {o}"))
        found.update(f"c{kind}" for *_, kind in build.store.quads(subject=s, predicate=TYPE, graph=""))
        if p in names:
            found.add(f"n{s}")
        if p in hops:
            found.update((f"h{s}", f"h{o}"))
    return found
