"""Write the documents of resources as files: in every form, every language, every page, by several processes."""

import hashlib
import os
from array import array
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from kg.graph.build import Build
from kg.graph.columns import Columns
from kg.graph.terms import iri
from kg.processes import pool
from kg.project import Project
from kg.publication.files import File
from kg.service.addresses import Address
from kg.service.described import Description
from kg.service.documents import Documents
from kg.service.hosting.values import PAGE, Computed, compute
from kg.service.negotiation import FORMS, HTML
from kg.service.page import Page
from kg.service.reading import reading
from kg.service.shelf import Shelf
from kg.service.site import Site
from kg.service.things import Things
from kg.service.view import view_at
from kg.service.vocabulary import Vocabulary
from kg.service.wordings import spoken
from kg.service.writing import write_documents

_AT_ONCE = 50  # resources that a process is given
_LONGEST = 255  # bytes of a name on most file systems
_NICE = 5  # whoever writes the other pages is one thread, and should not be the last to end


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
    names = documents.names()

    def resolve(path: str) -> str | None:
        return documents.resolve(path, knows=names.__contains__)

    for name in sorted(names):
        address = documents.address(name)
        path = unquote(address) if address else ""
        if resolve(path) != name and resolve(address or "") != name:
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


class Wanted(NamedTuple):
    """A resource to be written, by its IRI, but for the pages that are kept."""

    iri: str
    kept: Collection[int] = ()


class Documented(NamedTuple):
    """A page of a resource that was written: its files, and the notes of what was read for them.

    ``value`` is what is on the page, where there are several (``kg.service.hosting.values``).
    """

    iri: str
    page: int
    files: Sequence[File]
    reads: Collection[str]
    value: Computed | None

    @property
    def unit(self) -> str:
        """The name of its files in the record of a publication."""
        return iri(self.iri) if self.page == 1 else f"{iri(self.iri)} {self.page}"


def page_of(unit: str) -> tuple[str, int]:
    """Return the token of a resource, and the number of its page, that files have the name of."""
    token, _, page = unit.partition(" ")
    return token, int(page or 1)


def write_resources(wanted: Sequence[Wanted], *, site: Site, shelf: Shelf, root: Path) -> Iterator[list[Documented]]:
    """Write the documents of resources below ``root``, and yield the pages of each, in some order of resources."""
    # Large ones have names that are near each other: no process should be given all of them, least of all at the end.
    many = -(-len(wanted) // _AT_ONCE)
    parts = [wanted[place::many] for place in range(many)]
    count = min(os.cpu_count() or 1, len(parts))
    columns = Columns.read(Build(site.build.folder), inferred_graph=site.project.inferred_graph)
    given = (site.project.settings_file, site.build.folder, root, columns, shelf.things.unsorted(), shelf.vocabulary)
    with pool(count, nice=_NICE, begin=_begin, given=given) as processes:
        for written, notes in processes.map(_write, parts):
            for pages in written:
                yield [page._replace(reads=[notes[number] for number in reads]) for page, reads in pages]


class Writer:
    """Writes the documents of a build below a folder."""

    def __init__(self, site: Site, shelf: Shelf, root: Path) -> None:
        self._site = site
        self._documents = shelf.documents
        self._project = site.project
        self.root = root
        self._shelf = shelf
        self._languages = spoken(site.project.languages)
        self._pages: dict[tuple[str, int], Page] = {}
        self._folders: set[str] = set()

    def write(self, wanted: Wanted) -> list[Documented]:
        """Write all that a resource has, but for the pages that are kept."""
        numbers = range(1, self._documents.pages(wanted.iri) + 1)
        return [self._write(wanted.iri, number) for number in numbers if number not in wanted.kept]

    def _write(self, name: str, page: int) -> Documented:
        with reading() as notes:
            address = self._documents.address(name) or ""
            deprecated = self._documents.is_deprecated(name)
            described = self._documents.describe(name, page)
            files = list(self._page(described, address, deprecated)) if described else []
        values = [compute(note, self._documents.stated) for note in notes if note[0] == PAGE]
        return Documented(name, page, files, notes, next(iter(values), None))

    def _page(self, described: Description, address: str, deprecated: bool) -> Iterator[File]:
        path, page = unquote(address), described.page
        forms = [form for form in FORMS if form != HTML]
        for form, body in zip(forms, write_documents(described, forms, project=self._project), strict=True):
            yield self.put(str(Address(path, form.suffix, None, page)), body)
        for language in self._languages:
            written = self._in(language, address).resource(described, path=address, deprecated=deprecated)
            file = self.put(str(Address(path, HTML.suffix, language, page)), written.encode())
            yield file
            if language == self._languages[0]:
                yield link(file, str(Address(path, HTML.suffix, None, page)), root=self.root)

    def _in(self, language: str, path: str) -> Page:
        key = (language, path.count("/"))
        if key not in self._pages:
            self._pages[key] = Page(self._shelf, view_at(path, language, self._site))
        return self._pages[key]

    def has(self, path: str) -> bool:
        """Tell whether there is a file already."""
        return os.path.exists(f"{self.root}/{path}")

    def put(self, path: str, body: bytes) -> File:
        """Write a file, and return what there is to say of it."""
        folder = path.rpartition("/")[0]
        if folder not in self._folders:
            (self.root / folder).mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)
        descriptor = os.open(f"{self.root}/{path}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            rest = memoryview(body)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
        finally:
            os.close(descriptor)
        return File(path, len(body), hashlib.sha256(body).hexdigest())


def link(file: File, path: str, *, root: Path) -> File:
    """Give a file another path too."""
    os.link(f"{root}/{file.path}", f"{root}/{path}")
    return File(path, file.size, file.sha256)


_writer: Writer


def _begin(
    settings: Path, folder: Path, root: Path, columns: Columns | None, things: Things, vocabulary: Vocabulary
) -> None:
    """Make what this process writes by."""
    global _writer  # of the process, which is ours alone
    site = Site(Project.load(settings), Build(folder))
    documents = Documents(site.build, project=site.project, quads=columns)
    _writer = Writer(site, Shelf(documents, things=things, vocabulary=vocabulary), root)


def _write(wanted: Sequence[Wanted]) -> tuple[list[list[tuple[Documented, "array[int]"]]], list[str]]:
    """Write resources; return what is written, the notes of each page by their places in a list, and this list."""
    numbers: dict[str, int] = {}

    def numbered(page: Documented) -> tuple[Documented, "array[int]"]:
        reads = array("L", [numbers.setdefault(note, len(numbers)) for note in page.reads])
        return page._replace(reads=()), reads

    written = [[numbered(page) for page in _writer.write(one)] for one in wanted]
    return written, list(numbers)


def _is_file_name(path: str) -> bool:
    longest = max(map(len, (form.suffix for form in FORMS))) + len(".page9999999.xx.")
    return all(
        part not in ("", ".", "..") and len(part.encode()) + longest <= _LONGEST and part.isprintable()
        for part in path.split("/")
    )
