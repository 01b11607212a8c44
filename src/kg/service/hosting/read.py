"""What was read of a build to publish it, in the notes of what was published (``kg.graph.swap``): for another process.

It is pickled. Who reads it makes no object but of the classes below, whatever a file says.
"""

import io
import mmap
import os
import pickle
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Self

from kg.graph.swap import notes_of
from kg.lookup.focus import Checked
from kg.lookup.usage import Example, Link, PropertyUse, Side, Usage
from kg.project import Hop, Project
from kg.query import parameters
from kg.query.catalogue import Query
from kg.query.columns import Column
from kg.service.described import Statement, Whole
from kg.service.hierarchy import Hierarchy
from kg.service.hosting.resources import Resource
from kg.service.noted import Noted
from kg.service.shelf import Remembered
from kg.service.things import Things
from kg.service.vocabulary import Vocabulary
from kg.service.wholes import Large, Seen
from kg.validation import shapes
from kg.validation.shapes import Component, Constraint, Shape, Shapes, Target

_NAME = "read"
_DIGEST = 32  # bytes
_LENGTH = 8  # bytes
_FAULTS = (
    OSError, pickle.UnpicklingError, EOFError, ValueError, TypeError, AttributeError, IndexError, KeyError,
)  # fmt: skip
"""What is raised where there is no file, or something else in it."""
_CLASSES: tuple[type, ...] = (
    list, set, Counter, defaultdict, partial,
    Checked, Column, Component, Constraint, Example, Hierarchy, Hop, Link, Noted, PropertyUse, Query, Resource,
    Shape, Shapes, Side, Target, Usage, Vocabulary,
    parameters.Parameter, shapes.Parameter,
)  # fmt: skip

_Part = tuple[str, ...]
"""The name of a part: what it is of, and which."""
_THINGS = "things"
_OF_BUILD = ("vocabulary", "labels", "found", "left out")
_OF_LARGE = _LARGE, _CONTENTS, _INCOMING = "large", "contents", "incoming"
_Told = bytes | memoryview
Parts = dict[_Part, tuple[object, _Told]]
"""Parts that were read of a file, each with what this has of it."""
_Plain = Callable[[], object]
"""Returns what a part is when it is plain, which is pickled in half the time."""


@dataclass(frozen=True)
class Read:
    """What was read of a build, the resources that were found in it, and the IRIs of those that no file can be.

    It is written in parts; those that are ``written`` already are not pickled again.
    """

    remembered: Remembered
    found: Sequence[Resource]
    left_out: Sequence[str]
    written: Parts = field(default_factory=dict)

    def write(self, folder: Path, *, project: Project) -> None:
        """Write it for a publication in a folder, which was made of it. Raises OSError.

        What things are called in a view is left out: it is found out anew as soon as it is read.
        """
        parts = {name: self._told(name, part, plain, project) for name, part, plain in self._parts()}
        for unread in self._unread():
            parts |= unread.parts
        header = pickle.dumps([(name, len(told)) for name, told in parts.items()])
        data = [len(header).to_bytes(_LENGTH), header, *parts.values()]
        digest = sha256()
        for piece in data:
            digest.update(piece)
        path = notes_of(folder) / _NAME
        draft = path.with_name(f"{_NAME}-{os.getpid()}")
        try:
            with draft.open("wb") as file:
                file.writelines((digest.digest(), *data))
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)

    @classmethod
    def of(cls, folder: Path, *, project: Project) -> Self | None:
        """Return what was read for a publication in a folder, by the same program and settings; None without.

        Large resources are read when they are asked for.
        """
        try:
            with (notes_of(folder) / _NAME).open("rb") as file:
                data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
            if sha256(data[_DIGEST:]).digest() != data[:_DIGEST]:
                return None
            return cls._put_together(_cut(data[_DIGEST:], project), project)
        except _FAULTS:
            return None

    def _told(self, name: _Part, part: object, plain: _Plain, project: Project) -> _Told:
        """Return what a file has of a part."""
        of, told = self.written.get(name, (None, b""))
        if told and of is part:
            return told
        into = io.BytesIO()
        _Pickler(into, project).dump(plain())
        return into.getbuffer()

    def _parts(self) -> Iterator[tuple[_Part, object, _Plain]]:
        """Yield the parts by name, but for those of large resources that were not read."""
        things, seen = self.remembered.things, self.remembered.seen
        if things:
            for name, value in things.__getstate__().items():
                yield (_THINGS, name), getattr(things, name), partial(_same, value)
        of_build = (self.remembered.vocabulary, seen.all_labels, self.found, self.left_out)
        for name, value in zip(_OF_BUILD, of_build, strict=True):
            yield (name,), value, partial(_same, value)
        for large in seen.large.known.values():
            if isinstance(large, Whole):
                yield from _parts_of(large)

    def _unread(self) -> Iterator["_Unread"]:
        """Yield the large resources that were not read."""
        return (large for large in self.remembered.seen.large.known.values() if isinstance(large, _Unread))

    @classmethod
    def _put_together(cls, told: Mapping[_Part, _Told], project: Project) -> Self:
        """Return what has such parts."""
        of_large: defaultdict[str, dict[_Part, _Told]] = defaultdict(dict)
        parts: dict[_Part, Any] = {}
        for part, data in told.items():
            if part[0] in _OF_LARGE:
                of_large[part[1]][part] = data
            else:
                parts[part] = _loaded(data, project)
        state = {part[1]: value for part, value in parts.items() if part[0] == _THINGS}
        things = Things.__new__(Things) if state else None
        if things:
            things.__setstate__(state)
        vocabulary, labels, found, left_out = (parts[name,] for name in _OF_BUILD)
        written: Parts = {}
        large = {name: _Unread(name, of_it, project, written) for name, of_it in of_large.items()}
        seen = Seen(Large(large), all_labels=labels)
        read = cls(Remembered(things, vocabulary, seen, {}), found, left_out, written)
        written |= {name: (part, told[name]) for name, part, _ in read._parts()}
        return read


@dataclass(frozen=True)
class _Unread:
    """A large resource that is still to be read of a file; what is, is added to what is ``written``."""

    name: str
    parts: Mapping[_Part, _Told]
    project: Project
    written: Parts

    def __call__(self) -> Whole:
        """Read it. Raises KeyError when the file has something else."""
        try:
            fragments, facts, *counts = self._part(_LARGE)
            contents, incoming = (
                tuple(_together(self._part(place, str(number))) for number in range(count))
                for place, count in zip((_CONTENTS, _INCOMING), counts, strict=True)
            )
            whole = Whole(self.name, fragments, _together(facts), contents, incoming)
        except _FAULTS as error:
            raise KeyError(self.name) from error
        self.written.update((name, (part, self.parts[name])) for name, part, _ in _parts_of(whole))
        return whole

    def _part(self, kind: str, *which: str) -> Any:
        return _loaded(self.parts[kind, self.name, *which], self.project)


def _parts_of(whole: Whole) -> Iterator[tuple[_Part, object, _Plain]]:
    """Yield the parts of a large resource: what it is, its pages aside, and each of these."""
    yield (_LARGE, whole.iri), whole, partial(_main, whole)
    for place, pages in ((_CONTENTS, whole.contents), (_INCOMING, whole.incoming)):
        for number, page in enumerate(pages):
            yield (place, whole.iri, str(number)), page, partial(_apart, page)


def _same(value: object) -> object:
    return value


def _main(whole: Whole) -> object:
    """Return what a large resource is, its pages aside: how many there are of them."""
    return whole.parts, _apart(whole.facts), len(whole.contents), len(whole.incoming)


def _apart(facts: Sequence[Statement]) -> object:
    """Return statements as lists of what they have."""
    tokens = list(chain.from_iterable(triple for triple, *_ in facts))
    return tokens, [graphs for _, graphs, _ in facts], [inferred for *_, inferred in facts]


def _together(parts: tuple[list[str], list[tuple[str, ...]], list[bool]]) -> tuple[Statement, ...]:
    """Return the statements that have been taken apart."""
    tokens, graphs, inferred = parts
    one = iter(tokens)
    said = zip(zip(one, one, one, strict=True), graphs, inferred, strict=True)
    return tuple(map(Statement._make, said))


def _cut(data: memoryview, project: Project) -> dict[_Part, memoryview]:
    """Return the parts that a file has."""
    end = _LENGTH + int.from_bytes(data[:_LENGTH])
    parts = {}
    for name, length in _loaded(data[_LENGTH:end], project):
        parts[name] = data[end : (end := end + length)]
    return parts


def _loaded(data: _Told, project: Project) -> Any:
    return _Unpickler(io.BytesIO(data), project).load()


def _project() -> None:
    """Stand in a file for the project of whoever reads it, who finds that instead."""


def _path(_relative: str) -> None:
    """Stand in a file for a path relative to that project."""


_KNOWN = {(one.__module__, one.__qualname__): one for one in _CLASSES}


class _Pickler(pickle.Pickler):
    def __init__(self, file: BinaryIO, project: Project) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self.dispatch_table = {
            Project: lambda _: (_project, ()),
            type(project.root): lambda path: (_path, (os.path.relpath(path, project.root),)),
        }


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: BinaryIO, project: Project) -> None:
        super().__init__(file)
        self._known: dict[tuple[str, str], Callable[..., Any]] = {
            **_KNOWN,
            (__name__, _project.__name__): lambda: project,
            (__name__, _path.__name__): lambda relative: project.root / relative,
        }

    def find_class(self, module: str, name: str) -> Callable[..., Any]:
        if one := self._known.get((module, name)):
            return one
        raise pickle.UnpicklingError(f"no class of what was read: {module}.{name}")
