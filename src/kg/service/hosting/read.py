"""What was read of a build to publish it, in the notes of what was published (``kg.graph.swap``): for another process.

It is pickled. Who reads it makes no object but of the classes below, whatever a file says.
"""

import io
import os
import pickle
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import partial
from hashlib import file_digest, sha256
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
from kg.service.things import Name, Things
from kg.service.vocabulary import Vocabulary
from kg.service.wholes import Seen
from kg.validation import shapes
from kg.validation.shapes import Component, Constraint, Shape, Shapes, Target

_NAME = "read"
_DIGEST = 32  # bytes
_PARTS = len(fields(Remembered)) + 2  # each by itself, which takes a third less time
_CLASSES: tuple[type, ...] = (
    list, set, Counter, defaultdict, partial,
    Checked, Column, Component, Constraint, Example, Hierarchy, Hop, Link, Name, Noted, PropertyUse, Query,
    Resource, Seen, Shape, Shapes, Side, Statement, Target, Things, Usage, Vocabulary, Whole,
    parameters.Parameter, shapes.Parameter,
)  # fmt: skip


@dataclass(frozen=True)
class Read:
    """What was read of a build, the resources that were found in it, and the IRIs of those that no file can be."""

    remembered: Remembered
    found: Sequence[Resource]
    left_out: Sequence[str]

    def write(self, folder: Path, *, project: Project) -> None:
        """Write it for a publication in a folder, which was made of it. Raises OSError."""
        into = io.BytesIO()
        lasting = self.remembered.lasting
        for part in (*vars(lasting).values(), self.found, self.left_out):
            _Pickler(into, project).dump(part)
        path = notes_of(folder) / _NAME
        draft = path.with_name(f"{_NAME}-{os.getpid()}")
        try:
            with draft.open("wb") as file:
                file.write(sha256(into.getbuffer()).digest())
                file.write(into.getbuffer())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)

    @classmethod
    def of(cls, folder: Path, *, project: Project) -> Self | None:
        """Return what was read for a publication in a folder, by the same program and settings; None without."""
        try:
            with (notes_of(folder) / _NAME).open("rb") as file:
                digest = file.read(_DIGEST)
                if file_digest(file, "sha256").digest() != digest:
                    return None
                file.seek(_DIGEST)
                *remembered, found, left_out = (_Unpickler(file, project).load() for _ in range(_PARTS))
        except (OSError, pickle.UnpicklingError, EOFError, ValueError, TypeError, AttributeError, IndexError, KeyError):
            return None
        return cls(Remembered(*remembered), found, left_out)


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
