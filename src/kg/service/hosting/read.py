"""What was read of a build to publish it, in the notes of what was published (``kg.graph.swap``): for another process.

It is pickled. Who reads it makes no object but of the classes below, whatever a file says.
"""

import io
import os
import pickle
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from kg.service.wholes import Seen
from kg.validation import shapes
from kg.validation.shapes import Component, Constraint, Shape, Shapes, Target

_NAME = "read"
_DIGEST = 32  # bytes
_CLASSES: tuple[type, ...] = (
    list, set, Counter, defaultdict, partial,
    Checked, Column, Component, Constraint, Example, Hierarchy, Hop, Link, Noted, PropertyUse, Query, Resource,
    Shape, Shapes, Side, Target, Usage, Vocabulary,
    parameters.Parameter, shapes.Parameter,
)  # fmt: skip

_Part = tuple[str, ...]
"""The name of a part: what it is of, and which."""
PartsWritten = Mapping[_Part, tuple[object, bytes]]
"""Parts, each with what a file has of it."""


@dataclass(frozen=True)
class Read:
    """What was read of a build, the resources that were found in it, and the IRIs of those that no file can be.

    It is written in parts; those that are ``written`` already are not pickled again.
    """

    remembered: Remembered
    found: Sequence[Resource]
    left_out: Sequence[str]
    written: PartsWritten = field(default_factory=dict)

    def write(self, folder: Path, *, project: Project) -> None:
        """Write it for a publication in a folder, which was made of it. Raises OSError.

        What things are called in a view is left out: it is found out anew as soon as it is read.
        """
        data = pickle.dumps({name: self._told(name, part, plain, project) for name, part, plain in self._parts()})
        path = notes_of(folder) / _NAME
        draft = path.with_name(f"{_NAME}-{os.getpid()}")
        try:
            with draft.open("wb") as file:
                file.write(sha256(data).digest())
                file.write(data)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)

    @classmethod
    def of(cls, folder: Path, *, project: Project) -> Self | None:
        """Return what was read for a publication in a folder, by the same program and settings; None without."""
        try:
            data = memoryview((notes_of(folder) / _NAME).read_bytes())
            if sha256(data[_DIGEST:]).digest() != data[:_DIGEST]:
                return None
            told = _loaded(data[_DIGEST:], project)
            read = cls._put_together({name: _loaded(part, project) for name, part in told.items()})
            return replace(read, written={name: (part, told[name]) for name, part, _ in read._parts()})
        except (OSError, pickle.UnpicklingError, EOFError, ValueError, TypeError, AttributeError, IndexError, KeyError):
            return None

    def _told(self, name: _Part, part: object, plain: Callable[[], object], project: Project) -> bytes:
        """Return what a file has of a part."""
        of, told = self.written.get(name, (None, b""))
        if told and of is part:
            return told
        into = io.BytesIO()
        _Pickler(into, project).dump(plain())
        return into.getvalue()

    def _parts(self) -> Iterator[tuple[_Part, object, Callable[[], object]]]:
        """Yield the parts by name, each with what it is when it is plain, which takes half the time."""
        things, seen = self.remembered.things, self.remembered.seen
        if things:
            for name, value in things.__getstate__().items():
                yield (_THINGS, name), getattr(things, name), partial(_same, value)
        of_build = (self.remembered.vocabulary, seen.all_labels, self.found, self.left_out)
        for name, value in zip(_OF_BUILD, of_build, strict=True):
            yield (name,), value, partial(_same, value)
        for name, whole in seen.large.items():
            yield (_LARGE, name), whole, partial(_main, whole)
            for place, pages in ((_CONTENTS, whole.contents), (_INCOMING, whole.incoming)):
                for number, page in enumerate(pages):
                    yield (place, name, str(number)), page, partial(_apart, page)

    @classmethod
    def _put_together(cls, parts: Mapping[_Part, Any]) -> Self:
        """Return what has such parts."""
        state = {of[1]: value for of, value in parts.items() if of[0] == _THINGS}
        things = Things.__new__(Things) if state else None
        if things:
            things.__setstate__(state)
        large = {}
        for name in [of[1] for of in parts if of[0] == _LARGE]:
            fragments, facts, *counts = parts[_LARGE, name]
            contents, incoming = (
                tuple(_together(parts[place, name, str(number)]) for number in range(count))
                for place, count in zip((_CONTENTS, _INCOMING), counts, strict=True)
            )
            large[name] = Whole(name, fragments, _together(facts), contents, incoming)
        vocabulary, labels, found, left_out = (parts[name,] for name in _OF_BUILD)
        return cls(Remembered(things, vocabulary, Seen(large, all_labels=labels), {}), found, left_out)


_THINGS, _LARGE, _CONTENTS, _INCOMING = "things", "large", "contents", "incoming"
_OF_BUILD = ("vocabulary", "labels", "found", "left out")


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


def _loaded(data: bytes | memoryview, project: Project) -> Any:
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
