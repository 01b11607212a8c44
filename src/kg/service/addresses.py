"""Addresses that are names of files, so that a folder can answer them as the service does.

``id/pact.page2.en.html`` is what ``id/pact?page=2&lang=en&format=html`` asks for: the page, the language and the form
stand in the name, in this order, and may be left out but for the form. The first page has no number. ``index`` is the
name of the first page of the site.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from starlette.types import ASGIApp, Receive, Scope, Send

from kg.project import Project
from kg.publication.dumps import file_name

INDEX = "index"
_SUFFIX = re.compile(r"[a-z][a-z0-9]*")
_PAGE = re.compile(r"page([2-9]|[1-9][0-9]{1,6})")
_SEGMENT = re.compile(r"[\w-][\w.-]*", re.ASCII)


class Address(NamedTuple):
    """What the name of a file says: what it is a form of, the suffix of the form, the language if any, and the page."""

    stem: str
    suffix: str
    language: str | None = None
    page: int = 1

    def __str__(self) -> str:
        """Return the name."""
        number = f".page{self.page}" if self.page > 1 else ""
        language = f".{self.language}" if self.language else ""
        return f"{self.stem or INDEX}{number}{language}.{self.suffix}"


def readings(path: str, languages: Container[str]) -> Iterator[Address]:
    """Yield what a path may say as the name of a file, that with the longest stem first."""
    stem, _, suffix = path.rpartition(".")
    if not stem or not _SUFFIX.fullmatch(suffix):
        return
    yield Address(stem, suffix)
    rest, _, language = stem.rpartition(".")
    spoken = language if rest and language in languages else None
    if spoken:
        stem = rest
        yield Address(stem, suffix, spoken)
    rest, _, number = stem.rpartition(".")
    if rest and (match := _PAGE.fullmatch(number)):
        yield Address(rest, suffix, spoken, int(match[1]))


def list_of(kind: str, project: Project) -> str:
    """Return the path of the list of the things of a class, an IRI: by its CURIE if it has one, else by its name."""
    prefix, colon, local = project.compact(kind).partition(":")
    if colon and _SEGMENT.fullmatch(prefix) and _SEGMENT.fullmatch(local):
        return f"search/{prefix}/{local}"
    return f"search/{file_name(kind)}"


class Named:
    """The addresses of applications that take a page, a language and a form as parameters, as names of files too.

    Stands before the routes, and rewrites the names of what is at one of ``paths`` or in a folder of ``below``, whose
    paths begin after ``base_path``.
    """

    def __init__(
        self, app: ASGIApp, *, base_path: str, paths: Container[str], below: Iterable[str], languages: Container[str]
    ) -> None:
        self._app = app
        self._base_path = base_path
        self._paths = paths
        self._below = tuple(f"{folder}/" for folder in below)
        self._languages = languages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http":
            path: str = scope["path"].removeprefix(self._base_path).removeprefix("/")
            *_, named = [None, *readings(path, self._languages)]
            if named and path not in self._paths and (named.stem in self._paths or named.stem.startswith(self._below)):
                scope = {**scope, **self._asking(named, scope["query_string"])}
        await self._app(scope, receive, send)

    def _asking(self, named: Address, query: bytes) -> Mapping[str, str | bytes]:
        """Return the path and the query that ask for what a name says."""
        said = {"format": named.suffix, "lang": named.language, "page": str(named.page) if named.page > 1 else None}
        given = {name: value for name, value in said.items() if value}
        others = [piece for piece in query.split(b"&") if piece.partition(b"=")[0].decode("latin-1") not in given]
        stem = "" if named.stem == INDEX else named.stem
        asked = b"&".join([*filter(None, others), urlencode(given).encode()])
        return {"path": f"{self._base_path}/{stem}", "query_string": asked}
