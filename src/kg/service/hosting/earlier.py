"""What of an earlier publication is as it would be written now."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from kg.graph.bearing import bear
from kg.graph.build import Build
from kg.graph.differing import has_blank
from kg.graph.terms import OWL, TYPE, iri
from kg.lookup.usage import Usage
from kg.project import Project
from kg.publication.before import Changed
from kg.publication.record import Record, Value
from kg.publication.units import Unit
from kg.service.documents import DCT, LABELS, Documents
from kg.service.hosting.resources import Resource, Wanted, page_of
from kg.service.hosting.rewording import is_rewording, keeps_classes
from kg.service.hosting.values import ANSWER, DOCUMENTED, INFERRED, PAGE, Computed, Values, inferred
from kg.service.noted import COUNTED
from kg.service.shelf import Remembered, Shelf
from kg.source.reader import Quad

_LIST = "l"
_OF_WORDS = f"{DOCUMENTED}{_LIST}"
"""The kinds of what is computed from words too; others, an answer aside, are of what there is."""
_OF_CLASSES = "km"
"""The kinds of what is computed from the classes of things alone."""
_COUNTS = "u"
_DEPRECATING = (f"<{OWL}deprecated>", f"<{DCT}isReplacedBy>")


class Earlier:
    """The units of an earlier publication, which are kept if nothing was read for them that differs now.

    They are linked below a root, those that nothing direct speaks against, while ``linking``; ``compare`` leaves those
    there that are the same; and at the end those stay that were kept. ``before`` is the publication that they are of.
    """

    def __init__(self, changed: Changed, record: Record, *, build: Build, project: Project) -> None:
        before, lines = changed
        quads = tuple(lines.quads())
        self.before = before
        self._record = record
        self._changed = touched(quads, build, project=project)
        self._is_rewording = is_rewording(lines, store=build.store)
        self._keeps_classes = keeps_classes(quads, project=project)
        self._has_blanks = any(map(has_blank, quads))
        self._terms = {term for quad in quads for term in quad}
        self._quads = quads
        self._predicates = {p for _, _, p, _ in quads}
        self._answered = self._of_nothing_new(quads, build)
        if not self._is_rewording:
            self._changed.add(_COUNTS)
        record.numbers.update(before.record.numbers)
        record.patterns.update(before.record.patterns)
        record.tidied = before.record.tidied
        self._note([inferred(build)])
        self._same = self._untouched(before.record.units)
        self._kept: set[str] = set()

    def queries(self) -> list[str]:
        """Return the queries whose answers units come from, and may be others now."""
        return [note.removeprefix(ANSWER) for note in self.before.record.patterns.keys() - self._answered]

    def shelf(self, documents: Documents, remembered: Remembered | None, usage: Future[Usage] | None) -> Shelf:
        """Return the shelf of the build that is published, as far as it can be had from that of the one before.

        ``usage`` is that of terms, if it is being read.
        """
        if remembered is None or self._has_blanks:
            return Shelf(documents, documented=self.documented, usage=usage)
        return remembered.shelf(
            documents,
            self._quads,
            same_classes=self._is_rewording or self._keeps_classes,
            documented=self.documented,
            usage=usage,
            same_terms=self._same_terms,
        )

    def same_resources(self, found: Iterable[Resource], documents: Documents) -> bool:
        """Tell whether those are the resources still that were found, none of them deprecated or replaced that was not.

        So it is when all IRIs of the quads that differ are among them, and are still in the graph.
        """
        if not self._predicates.isdisjoint(_DEPRECATING):
            return False
        names = {term[1:-1] for term in self._terms if term.startswith(f"<{documents.origin}")}
        return names <= {resource.iri for resource in found} and all(map(documents.knows, names))

    @cached_property
    def documented(self) -> frozenset[str] | None:
        """The terms, the shapes and the documents of some; None when there may be others now."""
        if not self._is_rewording:
            return None
        values = self.before.record.values
        return frozenset(iri(note[1:]) for note, value in values.items() if note[0] == DOCUMENTED and value.digest)

    @property
    def reads_terms(self) -> bool:
        """Whether the vocabulary is to be read anew, of which pages are to be written."""
        documented = self.documented
        if documented is None:
            return True
        return not (self._same_terms or documented.isdisjoint(self.before.record.units.keys() - self._same))

    @cached_property
    def _same_terms(self) -> bool:
        """Whether terms are sure to be documented as they were."""
        changed, values = self._numbers(), self.before.record.values
        return self._is_rewording and all(
            changed.isdisjoint(value.reads) for note, value in values.items() if note[0] == DOCUMENTED
        )

    @contextmanager
    def linking(self, root: Path) -> Iterator[None]:
        """Link units below a root, which is empty, beside what the block does; in the end those that were kept stay."""
        self._root = root
        with self.before.linking(self._same, root=root) as self._linked:
            yield
        self._drop(self._same - self._kept)

    def compare(self, values: Values) -> None:
        """Find what differs of that from which units were computed, and leave out the units for which it does."""
        notes = self.before.record.notes(values.kinds) - {INFERRED}
        late = [[note for note in notes if note[0] == kind] for kind in (COUNTED, DOCUMENTED)]
        # What terms are documented by may still be read beside, and comes from what is counted of them.
        for some in (notes.difference(*late), *late):
            changed = self._numbers()
            self._compute([note for note in some if not self._keep_value(note, changed, values)], values)
        linked = set(self._linked())
        self._same = self._untouched(self._same & linked)
        self._drop(linked - self._same)

    def keep_pages(self, resources: Sequence[str]) -> list[Wanted]:
        """Keep the pages of resources that are not to be written anew, and no others of resources.

        Return the resources of which something is to be written.
        """
        kept: dict[str, set[int]] = {iri(name): set() for name in resources}
        unfinished, gone = set(), set()
        for unit in self.before.record.units:
            if not unit.startswith("<"):
                continue
            token, page = page_of(unit)
            if token in kept and self.keep(unit):
                kept[token].add(page)
            else:
                unfinished.add(token)
                gone.add(unit)
        self._drop(gone & self._same)
        self._same -= gone
        wanted = (Wanted(name, kept[iri(name)]) for name in resources)
        return [one for one in wanted if not one.kept or iri(one.iri) in unfinished]

    def keep(self, name: str) -> Unit | None:
        """Keep a unit, and return it; None when it is to be written anew."""
        if name not in self._same:
            return None
        self._kept.add(name)
        return self.before.keep(name, self._record)

    def waits(self, name: str) -> bool:
        """Tell whether a unit may be kept and has not been."""
        return name in self._same and name not in self._kept

    def leave_out(self, name: str) -> None:
        """Keep a unit no more, unless it has been."""
        if self.waits(name):
            self._same.remove(name)
            self._drop([name])

    def _keep_value(self, note: str, changed: set[int], values: Values) -> bool:
        """Keep what was computed for a note, if it is sure to be the same."""
        value = self.before.record.values.get(note)
        if value is None or not (self._stays(note, value, changed) or values.stays(note, value.digest)):
            return False
        self._record.values[note] = value
        return True

    def _stays(self, note: str, value: Value, changed: set[int]) -> bool:
        """Tell whether what was computed for a note is sure to be the same."""
        if note[0] == ANSWER:
            return note in self._answered
        if note[0] == PAGE or (note[0] == DOCUMENTED and value.digest and not self._has_blanks):
            return changed.isdisjoint(value.reads)
        if self._is_rewording:
            return note[0] not in _OF_WORDS or changed.isdisjoint(value.reads)
        return self._keeps_classes and (
            note[0] in _OF_CLASSES or (note[0] == _LIST and changed.isdisjoint(value.reads))
        )

    def _of_nothing_new(self, quads: Collection[Quad], build: Build) -> set[str]:
        """Return the notes of the queries whose answers nothing that differs bears on."""
        if self._has_blanks:  # by other names, perhaps
            return set()
        record = self.before.record
        return {
            note for note, found in record.patterns.items()
            if note in record.values and found is not None and not bear(quads, found, store=build.store)
        }  # fmt: skip

    def _compute(self, notes: Iterable[str], values: Values) -> None:
        """Compute values, and note those that differ, and answers that may be others the next time."""
        asked = set(notes)
        self._note(values.of(asked))
        self._changed |= {note for note in asked - self._record.values.keys() if note[0] == ANSWER}

    def _note(self, found: Iterable[Computed]) -> None:
        """Note values, and which differ."""
        before = self.before.record.values
        for note, digest, reads in found:
            self._record.add_value(note, digest, reads)
            if note not in before or before[note].digest != digest:
                self._changed.add(note)

    def _numbers(self) -> set[int]:
        numbers = self._record.numbers
        return {numbers[note] for note in self._changed & numbers.keys()}

    def _untouched(self, names: Iterable[str]) -> set[str]:
        changed, units = self._numbers(), self.before.record.units
        return {name for name in names if changed.isdisjoint(units[name].reads)}

    def _drop(self, names: Iterable[str]) -> None:
        for name in names:
            self.before.drop(name, self._root)


def touched(quads: Iterable[Quad], build: Build, *, project: Project) -> set[str]:
    """Return the notes of what looks for a quad that was not there before, or is no more (``kg.service.reading``)."""
    names = {*LABELS, f"<{project.evidence.as_stated}>"}
    hops = {f"<{hop.property}>" for hop in project.pages.trail}
    found = {"c"}
    for g, s, p, o in quads:
        found.update((f"s{s}", f"o{o}", f"g{g}", f"p{p}", f"v{s} {p}", f"w{p} {o}"))
        found.update(f"c{kind}" for *_, kind in build.store.quads(subject=s, predicate=TYPE, graph=""))
        if p in names:
            found.add(f"n{s}")
        if p in hops:
            found.update((f"h{s}", f"h{o}"))
    return found
