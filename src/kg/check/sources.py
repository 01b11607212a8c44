"""The files that are checked: what they say, and where."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from kg.check.problem import Problem
from kg.errors import KgError, SourceError, UsageError
from kg.project import RDF_SUFFIXES, Project
from kg.source.excerpt import Span, Text
from kg.source.extents import labels
from kg.source.positions import SUFFIXES, Positioned, positions, subjects_of
from kg.source.reader import Quad, read


@dataclass
class Sources:
    """The files that could be read, by their name, and the problems of those that could not."""

    project: Project
    paths: dict[str, Path] = field(default_factory=dict)
    quads: dict[str, list[Quad]] = field(default_factory=dict)
    unread: list[Problem] = field(default_factory=list)
    _places: dict[str, dict[tuple[str, ...], Positioned]] = field(default_factory=dict)

    @classmethod
    def read(cls, project: Project, paths: tuple[Path, ...]) -> "Sources":
        """Read the project's files and those of ``paths``. Raises UsageError for a path with nothing to check."""
        sources = cls(project)
        for path in _rdf_files(project, paths):
            name = project.relative(path)
            try:
                sources.quads[name] = list(read(path, project=project, base=sources.base(path)))
                sources.paths[name] = path
            except KgError as error:
                sources.unread.append(_unread(error, name))
        return sources

    @cached_property
    def settled(self) -> bool:
        """Whether the project has settings; without, only what they do not decide is checked."""
        return self.project.settings_file.is_file()

    def base(self, path: Path) -> str | None:
        """Return what relative IRIs of a file are after: without settings its own IRI, as Turtle has it."""
        return None if self.settled else path.resolve().as_uri()

    def within(self, folder: Path) -> dict[str, list[Quad]]:
        """Return the files below a folder of the project; without settings, all files."""
        if not self.settled:
            return self.quads
        start = f"{self.project.relative(folder)}/"
        return {name: rows for name, rows in self.quads.items() if name.startswith(start)}

    def whole(self, folder: Path) -> bool:
        """Return whether every file below a folder of the project could be read; without settings, every file."""
        start = f"{self.project.relative(folder)}/" if self.settled else ""
        return not any(problem.file.startswith(start) for problem in self.unread)

    def text(self, file: str) -> Text:
        """Return the text of a file."""
        return Text(self.paths[file].read_bytes().decode("utf-8-sig"))

    def find(
        self, file: str, part: int, *, s: str, p: str | None = None, o: str | None = None, g: str | None = None
    ) -> Span | None:
        """Return where a file first states a triple, in any graph or in ``g``, at its subject (0), predicate or object.

        Without ``p`` or ``o`` it is the first triple of the subject. In the formats without places of terms it is
        where the subject's node is; None where that is not known.
        """
        places = self._positions(file)
        key = (s,) if p is None or o is None else (s, p, o) if g is None else (g, s, p, o)
        if (at := places.get(key) or places.get((s,))) is not None:
            return at.text.span(*at.extents[part])
        if self.paths[file].suffix not in SUFFIXES:
            base = self.base(self.paths[file])
            return subjects_of(self.paths[file], [s], project=self.project, base=base).get(s)
        return None

    def graph(self, file: str, graph: str) -> Span | None:
        """Return where a file first names a graph (a token) that it fills; None where that is not known."""
        if (first := self._positions(file).get((graph,) * 2)) is None:
            return None
        named = [label for label in labels(first.text.content) if label < first.extents[0]]
        return first.text.span(*(named[-1] if named else first.extents[0]))

    def _positions(self, file: str) -> dict[tuple[str, ...], Positioned]:
        """Return the first place of each triple, alone and in its graph, of each subject, and of each graph twice."""
        if file not in self._places:
            found: dict[tuple[str, ...], Positioned] = {}
            path = self.paths[file]
            try:
                for at in (
                    positions(path, project=self.project, base=self.base(path)) if path.suffix in SUFFIXES else ()
                ):
                    for key in (at[:4], at[1:4], at[1:2], (at.graph, at.graph)):
                        found.setdefault(key, at)
            except SourceError:  # what cannot be read has no places
                found.clear()
            self._places[file] = found
        return self._places[file]


def _rdf_files(project: Project, paths: tuple[Path, ...]) -> list[Path]:
    """Return the files of the project, and those of ``paths`` that are elsewhere.

    Raises UsageError for a path that holds nothing to check.
    """
    found: dict[Path, Path] = {}
    queries: list[Path] = []
    if project.settings_file.is_file():
        folders = [folder for folder in (project.ontology, project.shapes, project.instances) if folder.is_dir()]
        found = {path.resolve(): path for folder in folders for path in project.files(folder)}
        queries = project.files(project.queries, suffixes=(".rq",)) if project.queries.is_dir() else []
    known = {*found, *(path.resolve() for path in queries)}
    for path in paths:
        if path.is_dir():
            inside = project.files(path)
            if not inside and not any(query.is_relative_to(path.resolve()) for query in known):
                raise UsageError(f"nothing to check in {path}: no RDF file and no query of the project")
            found |= {file.resolve(): file for file in inside if file.resolve() not in found}
        elif path.resolve() not in known:
            if not any(path.name.endswith((suffix, f"{suffix}.gz", f"{suffix}.zst")) for suffix in RDF_SUFFIXES):
                raise UsageError(f"not a file that kg checks: {path} (known suffixes: {' '.join(RDF_SUFFIXES)} .rq)")
            found[path.resolve()] = path
    return list(found.values())


def _unread(error: KgError, name: str) -> Problem:
    code = "syntax"
    if "has not been declared" in error.message:
        code = "undeclared-prefix"
    elif error.message.startswith("a relative IRI"):
        code = "relative-iri"
    span = None
    if error.line is not None:
        cause = error.__cause__
        column = getattr(cause, "offset", None) or 1
        end_line, end = getattr(cause, "end_lineno", None), getattr(cause, "end_offset", None)
        if getattr(cause, "lineno", None) != error.line:  # the end of the file
            column, end = 1, None
        span = Span(error.line, column, error.line, end if end_line == error.line and end else column + 1)
    return Problem(error.file or name, code, (error.message,), span)
