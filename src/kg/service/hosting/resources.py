"""Write the documents of resources as files: in every form, every language, every page, by several processes."""

import hashlib
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from kg.graph.build import Build
from kg.project import Project
from kg.publication.dumps import File
from kg.service.addresses import Address
from kg.service.documents import Description, Documents, write_document
from kg.service.negotiation import FORMS, HTML
from kg.service.page import Page
from kg.service.site import Site
from kg.service.things import Shelf
from kg.service.view import view_at
from kg.service.wordings import spoken

_AT_ONCE = 100  # resources that a process is given
_LONGEST = 255  # bytes of a name on most file systems


@dataclass(frozen=True)
class Resource:
    """A resource with a document: its IRI, its address, unescaped, and what replaces it where it is deprecated."""

    iri: str
    path: str
    is_document: bool
    is_deprecated: bool = False
    successor: str | None = None


def resources(documents: Documents) -> tuple[list[Resource], list[str]]:
    """Return the resources that can be files, sorted by address, and the IRIs of those that cannot.

    A part of an address that is empty, ``.`` or ``..``, or too long, is no name of a file.
    """
    found, left_out = [], []
    for name in sorted(documents.names()):
        address = documents.address(name)
        path = unquote(address) if address else ""
        if documents.resolve(path) != name and documents.resolve(address or "") != name:
            continue  # another has this address
        if not path:
            continue  # the first page stands there
        if not _is_file_name(path):
            left_out.append(name)
            continue
        deprecated = documents.is_deprecated(name)
        successor = documents.successor(name) if deprecated else None
        found.append(Resource(name, path, documents.is_document(name), deprecated, successor))
    return sorted(found, key=lambda resource: resource.path), left_out


def write_resources(
    build: Build, found: Sequence[Resource], *, project: Project, root: Path, told: Callable[[int], None]
) -> list[File]:
    """Write the documents of resources below ``root``, and return the files; ``told`` is told how many are written.

    What is replaced by something else has no document.
    """
    names = [resource.iri for resource in found if resource.successor is None]
    parts = [names[place : place + _AT_ONCE] for place in range(0, len(names), _AT_ONCE)]
    files: list[File] = []
    count = min(os.cpu_count() or 1, len(parts) or 1)
    given = (project.settings_file, build.folder, root)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=context, initializer=_begin, initargs=given) as pool:
        for part, written in zip(parts, pool.map(_write, parts), strict=True):
            files += written
            told(len(part))
    return files


class Writer:
    """Writes the documents of a build below a folder."""

    def __init__(self, site: Site, documents: Documents, root: Path) -> None:
        self._site = site
        self._documents = documents
        self._project = documents.project
        self._root = root
        self._shelf = Shelf(documents)
        self._languages = spoken(documents.project.languages)
        self._pages: dict[tuple[str, int], Page] = {}
        self._folders: set[Path] = set()

    def write(self, name: str) -> Iterator[File]:
        """Write all that a resource has, and yield the files."""
        address = self._documents.address(name) or ""
        page, pages = 1, 1
        while page <= pages and (described := self._documents.describe(name, page)):
            pages = described.pages
            yield from self._page(described, address)
            page += 1

    def _page(self, described: Description, address: str) -> Iterator[File]:
        path, page = unquote(address), described.page
        for form in FORMS:
            if form != HTML:
                body = write_document(described, form, project=self._project)
                yield self.put(str(Address(path, form.suffix, None, page)), body)
        deprecated = self._documents.is_deprecated(described.iri)
        for language in self._languages:
            written = self._in(language, address).resource(described, path=address, deprecated=deprecated)
            file = self.put(str(Address(path, HTML.suffix, language, page)), written.encode())
            yield file
            if language == self._languages[0]:
                yield link(file, str(Address(path, HTML.suffix, None, page)), root=self._root)

    def _in(self, language: str, path: str) -> Page:
        key = (language, path.count("/"))
        if key not in self._pages:
            self._pages[key] = Page(self._shelf, view_at(path, language, self._site))
        return self._pages[key]

    def put(self, path: str, body: bytes) -> File:
        """Write a file, and return what there is to say of it."""
        target = self._root / path
        if target.parent not in self._folders:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(target.parent)
        with target.open("xb") as out:
            out.write(body)
        return File(path, len(body), hashlib.sha256(body).hexdigest())


def link(file: File, path: str, *, root: Path) -> File:
    """Give a file another path too."""
    (root / path).hardlink_to(root / file.path)
    return File(path, file.size, file.sha256)


_writer: Writer


def _begin(settings: Path, folder: Path, root: Path) -> None:
    """Make what this process writes by."""
    global _writer  # of the process, which is ours alone
    site = Site(Project.load(settings), Build(folder))
    _writer = Writer(site, Documents(site.build, project=site.project), root)


def _write(names: Sequence[str]) -> list[File]:
    return [file for name in names for file in _writer.write(name)]


def _is_file_name(path: str) -> bool:
    longest = max(map(len, (form.suffix for form in FORMS))) + len(".page9999999.xx.")
    return all(
        part not in ("", ".", "..") and len(part.encode()) + longest <= _LONGEST and part.isprintable()
        for part in path.split("/")
    )
