"""The dumps of a build, as far as they can be had from those of an earlier one and the quads in which they differ.

The bytes are those that ``kg.publication.dumps`` would write of all.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self

from kg.graph.bearing import Pattern, bear
from kg.graph.build import Build
from kg.graph.differing import Differing, has_blank
from kg.graph.extracts import Said, extract
from kg.graph.terms import iri
from kg.project import Project
from kg.publication.files import File
from kg.publication.jsonld import Terms, rewrite_jsonld
from kg.publication.stamps import Stamp, link_as_written
from kg.source.blocks import Run
from kg.source.reader import Quad, Triple
from kg.source.rewriting import Subject, rewrite_trig

_ESCAPED = re.compile(b"[\x00-\x09\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class EarlierData:
    """The data of an earlier publication: its folder, its files with their stamps.

    ``lines`` are those in which the dumps of its build and of another one differ, of which there are data now;
    ``patterns`` are what the queries of tables look for, by the paths of these.
    """

    folder: Path
    files: Mapping[str, tuple[File, Stamp]]
    lines: Differing
    patterns: Mapping[str, Sequence[Pattern] | None]

    def read(self, path: str) -> bytes | None:
        """Return what a file has; None when there is none, or it is not as it was written."""
        try:
            as_written = self.files[path][1] == Stamp.of(f"{self.folder}/{path}")
            return (self.folder / path).read_bytes() if as_written else None
        except (KeyError, OSError):
            return None


@dataclass(frozen=True)
class Again:
    """What an earlier publication has of the dumps of a build, which differs from its own in some lines.

    What it gives is None when it has not enough to tell. ``linked`` are the files that it gave as they are.
    """

    earlier: EarlierData
    project: Project
    build: Build
    lines: Differing
    quads: Collection[Quad]
    said: Said
    linked: list[File] = field(default_factory=list)

    @classmethod
    def of(cls, earlier: EarlierData, build: Build, *, project: Project) -> Self | None:
        """Return what there is of the data of a build; None when blank nodes differ, whose names are of all."""
        lines = earlier.lines
        quads = list(lines.quads())
        if any(map(has_blank, quads)):
            return None
        subjects = {s for _, s, _, _ in quads}
        said = extract(build.graph, subjects, inferred_graph=iri(project.inferred_graph))
        return cls(earlier, project, build, lines, quads, said)

    def nquads(self, path: str) -> bytes | None:
        """Return the canonical N-Quads."""
        lines = (*self.lines.gone, *self.lines.fresh)
        old = self.earlier.read(path)
        if not old or any(map(_ESCAPED.search, lines)):
            return None
        changes = {line[:-1]: None for line in self.lines.gone} | {line[:-1]: line[:-1] for line in self.lines.fresh}
        run = Run(old, 0, len(old) - 1, b"\n", lambda text, place: text[place : text.index(b"\n", place)])
        pieces, _ = run.pieces(changes)
        return b"\n".join([*pieces, b""])

    def trig(self, path: str) -> bytes | None:
        """Return the TriG of all."""
        return self._turtle(path, self._everything, self._differ)

    def jsonld(self, path: str, *, context: str) -> bytes | None:
        """Return the JSON-LD of all, whose earlier context is a file too."""
        old, words = self.earlier.read(path), self.earlier.read(context)
        prefixes = self.project.prefixes
        if not old or not words or any(Terms.follow(quad, prefixes=prefixes) for quad in self.quads):
            return None
        terms = Terms.read(json.loads(words)["@context"], prefixes=prefixes)
        about = (quad for quad in self._everything if quad[:2] in self._differ)
        return rewrite_jsonld(old, about, differ=self._differ, terms=terms)

    def context(self, path: str) -> bytes | None:
        """Return the context of the JSON-LD."""
        if any(Terms.follow(quad, prefixes=self.project.prefixes) for quad in self.quads):
            return None
        return self.earlier.read(path)

    def merged(self, path: str) -> bytes | None:
        """Return the Turtle of the merged graph."""
        return self._turtle(path, _default(self.said.merged), self._subjects)

    def asserted(self, path: str) -> bytes | None:
        """Return the Turtle of what is asserted of it."""
        return self._turtle(path, _default(self.said.asserted), self._subjects)

    def graph(self, graph: str, path: str) -> bytes | None:
        """Return the Turtle of a named graph, by its token, that was there."""
        differ = {("", s) for g, s in self._differ if g == graph}
        told = self._turtle(path, _default(self._of(graph)), differ)
        return told if told and graph.encode() in told.partition(b"\n")[0] else None  # else it was that of another

    def link_graph(self, graph: str, path: str, *, root: Path) -> bool:
        """Give the file of a named graph in which nothing differs its path below a root; tell whether it has it."""
        if graph in self._graphs or path not in self.earlier.files:
            return False
        file, stamp = self.earlier.files[path]
        if not link_as_written(path, stamp, folder=self.earlier.folder, root=root):
            return False
        self.linked.append(file)
        return True

    def triples(self, graph: str, path: str) -> list[Triple] | None:
        """Return the triples of a named graph that was not there."""
        return None if path in self.earlier.files else self._of(graph)

    def _of(self, graph: str) -> list[Triple]:
        return [(s, p, o) for g, s, p, o in self.said.named if g == graph]

    def table(self, path: str) -> str | None:
        """Return the file of a table, if nothing that differs bears on its query."""
        text, found = self.earlier.read(path), self.earlier.patterns.get(path)
        if text is None or found is None or bear(self.quads, found, store=self.build.store):
            return None
        return text.decode()

    def _turtle(self, path: str, quads: Iterable[Quad], differ: Collection[Subject]) -> bytes | None:
        old = self.earlier.read(path)
        return rewrite_trig(old, quads, differ=differ, prefixes=self.project.prefixes) if old else None

    @cached_property
    def _differ(self) -> set[Subject]:
        return {(g, s) for g, s, _, _ in self.quads}

    @cached_property
    def _subjects(self) -> set[Subject]:
        return {("", s) for _, s, _, _ in self.quads}

    @cached_property
    def _graphs(self) -> set[str]:
        return {g for g, _, _, _ in self.quads}

    @cached_property
    def _everything(self) -> list[Quad]:
        return [*_default(self.said.merged), *self.said.named]


def _default(triples: Iterable[Triple]) -> list[Quad]:
    return [("", *triple) for triple in triples]
