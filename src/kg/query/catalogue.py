"""The saved queries: one file each, with its title, its parameters and its reasons in ``#+ key: value`` head lines."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Self

from kg.errors import QueryError, UsageError, suggestion
from kg.project import Project
from kg.query.columns import TYPES as CELLS
from kg.query.columns import Column
from kg.query.parameters import TYPES, Parameter, bind, blocks
from kg.query.pictures import KINDS

FOLDERS = ("competency", "checks", "pages", "pictures", "rules", "tables")
RESERVED = ("format", "lang")
"""Names that no parameter has: addresses of answers say their format and language by them."""
_OWN = {"pictures": ("picture", "lead"), "tables": ("description", "column")}
"""Keys that only the queries of a folder have."""
_KEYS = ("id", "title", "message", "param", "returns", "because", "heading", *_OWN["pictures"], *_OWN["tables"])
_BY_LANGUAGE = ("title", "message", "description", "lead", "heading")
_NAMED = ("param", "column", "heading")
"""Keys whose value begins with a name, and that are given once for each name."""
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "competency": ("title", "returns"),
    "checks": ("message",),
    "pages": ("title",),
    "pictures": ("picture", "title", "lead", "heading", "returns"),
    "rules": ("title",),
    "tables": ("title", "description"),
}
_HEAD = re.compile(r"#\+\s*(?:(?P<key>[^:@\s]+)(?:@(?P<language>[A-Za-z-]+))?\s*:\s*(?P<value>.*))?")


@dataclass(frozen=True)
class Query:
    """A saved query: what its head says, and the whole text of its file.

    ``name`` is the stem of the file and ``folder`` one of ``FOLDERS``, empty for a file from elsewhere. ``titles``,
    ``messages`` and ``descriptions`` are by language; ``returns`` names the columns, and ``headings`` says what they
    are called, by language and name; ``because`` names the queries whose answers say why the answer is what it is.
    ``columns`` are those of a table. Of a picture, ``picture`` is its kind, and ``leads`` say by language what it
    shows.
    """

    name: str
    path: Path
    folder: str
    id: str
    titles: Mapping[str, str]
    messages: Mapping[str, str]
    descriptions: Mapping[str, str]
    params: tuple[Parameter, ...]
    returns: tuple[str, ...]
    columns: tuple[Column, ...]
    because: tuple[str, ...]
    text: str
    picture: str = ""
    leads: Mapping[str, str] = field(default_factory=dict)
    headings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def title(self, language: str | None = None) -> str:
        """Return the title in a language, else in the first one that the file has, else the name."""
        return self.titles.get(language or "") or next(iter(self.titles.values()), self.name)

    def bound(self, values: Mapping[str, str]) -> str:
        """Return the text with these tokens in the blocks of its parameters; what it has no parameter for is left."""
        return bind(self.text, {p.name: values[p.name] for p in self.params if p.name in values})

    def line(self, key: str, name: str = "") -> int:
        """Return the line, from 1, of a key of the head whose value begins so; 1 when the head has no such key."""
        return next((h.line for h in _heads(self.text) if h.key == key and h.value.startswith(name)), 1)


@dataclass(frozen=True)
class Catalogue:
    """The saved queries of a project, by name; each is read when it is asked for."""

    project: Project
    paths: Mapping[str, Path]

    @classmethod
    def of(cls, project: Project) -> Self:
        """Return the catalogue of ``queries/``. Raises QueryError when two files have the same name."""
        paths: dict[str, Path] = {}
        for folder in (project.queries / name for name in FOLDERS):
            for path in project.files(folder, suffixes=(".rq",)) if folder.is_dir() else []:
                if path.stem in paths:
                    other = project.relative(paths[path.stem])
                    raise QueryError(f"another query has this name: {other}", file=project.relative(path))
                paths[path.stem] = path
        return cls(project, paths)

    def find(self, name: str) -> Query:
        """Return the query of a name. Raises QueryError, with the nearest names, when there is none."""
        if name not in self.paths:
            raise QueryError(f'unknown query "{name}".{suggestion(name, self.paths)}')
        return read_query(self.paths[name], catalogue=self)

    def reasons(self, query: Query) -> tuple[Query, ...]:
        """Return the queries that ``because`` names."""
        return tuple(self.find(name) for name in query.because)

    @property
    def questions(self) -> list[Query]:
        """The queries that people ask, those of pictures among them; rules and checks are the program's."""
        return [query for query in self if query.folder in ("competency", "pages", "pictures")]

    @property
    def pictures(self) -> list[Query]:
        """The queries that are drawn, by name."""
        return self._of("pictures")

    @property
    def tables(self) -> list[Query]:
        """The queries that make the tables of a publication."""
        return self._of("tables")

    def _of(self, folder: str) -> list[Query]:
        """Return the queries of a folder, by name; the files of others are not read."""
        below = self.project.queries / folder
        return [self.find(name) for name, path in self.paths.items() if path.is_relative_to(below)]

    def __iter__(self) -> Iterator[Query]:
        return (self.find(name) for name in self.paths)


@dataclass(frozen=True)
class _Head:
    """A head line: its key (empty when it has no form), language, value, and line from 1."""

    key: str
    language: str | None
    value: str
    line: int


def read_query(path: Path, *, catalogue: Catalogue) -> Query:
    """Return the query in a file, with what its head says.

    A file in one of the ``FOLDERS`` must have an ``id``, its stem, and what its folder demands, in every language
    of the project; a file from elsewhere may have any part of a head. Raises QueryError with file and line.
    """
    return _Reading(path, catalogue).query


class _Reading:
    """One file being read: its text and head, and errors that name the file."""

    def __init__(self, path: Path, catalogue: Catalogue) -> None:
        self.path = path
        self.catalogue = catalogue
        self.file = catalogue.project.relative(path)
        try:
            self.text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise QueryError(f"cannot read the query {self.file}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            raise QueryError("not UTF-8", file=self.file, line=line) from error
        self.heads = _heads(self.text)
        self.folder = _folder(path, catalogue)

    @cached_property
    def query(self) -> Query:
        """The query, its head checked."""
        self._check_keys()
        columns = self._columns()
        query = Query(
            name=self.path.stem,
            path=self.path,
            folder=self.folder,
            id=self._one("id") or self.path.stem,
            titles=self._by_language("title"),
            messages=self._by_language("message"),
            descriptions=self._by_language("description"),
            params=tuple(self._parameter(head) for head in self.heads if head.key == "param"),
            returns=self._names("returns") or tuple(column.name for column in columns),
            columns=columns,
            because=self._names("because"),
            text=self.text,
            picture=self._one("picture"),
            leads=self._by_language("lead"),
            headings=self._headings(),
        )
        self._check_required(query)
        self._check_names(query)
        return query

    def _error(self, message: str, head: _Head | None = None) -> QueryError:
        return QueryError(message, file=self.file, line=head.line if head else 1)

    def _check_keys(self) -> None:
        seen = set()
        for head in self.heads:
            if not head.key:
                raise self._error("a head line must be #+ key: value", head)
            if head.key not in _KEYS:
                raise self._error(f'unknown key "{head.key}".{suggestion(head.key, _KEYS)}', head)
            if (head.language is not None) != (head.key in _BY_LANGUAGE):
                form = f"{head.key}@{self.catalogue.project.languages[0]}" if head.language is None else head.key
                raise self._error(f'the key must be "{form}"', head)
            for folder, keys in _OWN.items():
                if head.key in keys and self.folder not in ("", folder):
                    raise self._error(f'only a query of {folder}/ has the key "{head.key}"', head)
            if not head.value:
                raise self._error(f'"{head.key}" has no value', head)
            name = head.value.split()[0] if head.key in _NAMED else ""
            if (head.key, head.language, name) in seen:
                raise self._error(f'"{head.key}" is given twice', head)
            seen.add((head.key, head.language, name))

    def _check_required(self, query: Query) -> None:
        if not query.folder:
            return
        if not self._one("id"):
            raise self._error(f"the head has no #+ id: {query.name}")
        for key in _REQUIRED[query.folder]:
            if key == "returns" and not query.returns:
                raise self._error("the head has no #+ returns: with the names of the columns")
            if key == "picture" and query.picture not in KINDS:
                near = suggestion(query.picture, KINDS)
                raise self._error(f"the head must say #+ picture: {', '.join(KINDS)}.{near}", self._head("picture"))
            for language in self.catalogue.project.languages if key in _BY_LANGUAGE else ():
                if language not in self._by_language(key):
                    raise self._error(f"the head has no #+ {key}@{language}:")
        if query.folder == "tables":
            self._check_columns(query)

    def _check_columns(self, query: Query) -> None:
        if not any(column.key for column in query.columns):
            raise self._error("no column of the table is its key: #+ column: name type key")
        if query.params:
            raise self._error("a table has no parameters", self._head("param"))
        for column in query.columns:
            for language in self.catalogue.project.languages:
                if language not in column.headings:
                    raise self._error(
                        f"the column has no #+ heading@{language}: {column.name} …",
                        self._head("column", f"{column.name} "),
                    )

    def _check_names(self, query: Query) -> None:
        if query.id != query.name:
            raise self._error(f'the id must be the name of the file, "{query.name}"', self._head("id"))
        for name in query.because:
            if name not in self.catalogue.paths:
                near = suggestion(name, self.catalogue.paths)
                raise self._error(f'because: unknown query "{name}".{near}', self._head("because"))

    def _parameter(self, head: _Head) -> Parameter:
        parts = head.value.split()
        if len(parts) not in (2, 3) or not re.fullmatch(r"\w+", parts[0]):
            raise self._error("a parameter must be #+ param: name type, or name iri class", head)
        name, kind, *classes = parts
        if kind not in TYPES:
            raise self._error(f'unknown type "{kind}" (known: {", ".join(TYPES)}).{suggestion(kind, TYPES)}', head)
        if name in RESERVED:
            raise self._error(f"no parameter may be named {' or '.join(RESERVED)}, for addresses of answers", head)
        own = [block for block in blocks(self.text) if block.name == name]
        if not own:
            raise self._error(f'the parameter "{name}" stands in no block VALUES ?{name} {{ one term }}', head)
        if classes and kind != "iri":
            raise self._error(f"only a parameter of the type iri has a class, not one of {kind}", head)
        try:
            of = self.catalogue.project.expand(classes[0]) if classes else None
        except UsageError as error:
            raise self._error(error.message, head) from error
        return Parameter(name, kind, optional=any(block.undefined for block in own), of=of)

    def _columns(self) -> tuple[Column, ...]:
        """Return the columns that the head says, with their headings."""
        found: dict[str, Column] = {}
        for head in self.heads:
            if head.key == "column":
                column = Column.parse(head.value)
                if column is None:
                    form = "#+ column: name type, then key where it is of the key, and of TABLE"
                    raise self._error(f"a column must be {form} (types: {', '.join(CELLS)})", head)
                said = {tag: names[column.name] for tag, names in self._headings().items() if column.name in names}
                found[column.name] = replace(column, headings=said)
        for head in self.heads:
            if head.key == "heading" and self.folder == "tables" and (name := head.value.split()[0]) not in found:
                raise self._error(f'no column "{name}" with a heading.{suggestion(name, found)}', head)
        return tuple(found.values())

    def _head(self, key: str, name: str = "") -> _Head | None:
        return next((head for head in self.heads if head.key == key and head.value.startswith(name)), None)

    def _one(self, key: str) -> str:
        head = self._head(key)
        return head.value if head else ""

    def _by_language(self, key: str) -> dict[str, str]:
        return {head.language: head.value for head in self.heads if head.key == key and head.language}

    def _headings(self) -> dict[str, dict[str, str]]:
        """Return the headings of columns, by language and name."""
        found: dict[str, dict[str, str]] = {}
        for head in self.heads:
            if head.key == "heading" and head.language:
                name, _, heading = head.value.partition(" ")
                if not heading.strip():
                    raise self._error("a heading must be #+ heading@language: name words", head)
                found.setdefault(head.language, {})[name] = heading.strip()
        return found

    def _names(self, key: str) -> tuple[str, ...]:
        return tuple(re.findall(r"[^\s,]+", self._one(key)))


def _heads(text: str) -> list[_Head]:
    """Return the head lines: those that begin with ``#+`` before the first line that is no comment."""
    heads = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip() and not line.startswith("#"):
            break
        if line.startswith("#+"):
            match = _HEAD.fullmatch(line.rstrip())
            found = match.groupdict() if match else {}
            heads.append(_Head(found.get("key") or "", found.get("language"), found.get("value") or "", number))
    return heads


def _folder(path: Path, catalogue: Catalogue) -> str:
    known = catalogue.paths.get(path.stem)
    if known is None or (known != path and known.resolve() != path.resolve()):
        return ""
    return known.relative_to(catalogue.project.queries).parts[0]
