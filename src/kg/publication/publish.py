"""Publish a finished build as a folder that any web server can host.

``data/…``, ``catalog.…``, ``CITATION.cff``, ``release/…``  the data (see ``kg.publication.data``)
``SHA256SUMS``  the digest of every other file, as ``sha256sum --check`` reads it

``out`` becomes a link to ``<out>.d/<digest>``, replaced in one step: the same build gives the same bytes.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from kg.errors import UsageError
from kg.graph.build import Build
from kg.graph.swap import hold, swap
from kg.project import Project
from kg.publication.beside import Beside, data_beside
from kg.publication.data import write_data
from kg.publication.dumps import File, files_of
from kg.publication.metadata import dataset_of
from kg.publication.record import Before, Record

SUMS = "SHA256SUMS"


@dataclass(frozen=True)
class Publication:
    """What was published: the folder, its files sorted by path, ``SHA256SUMS`` left out, and the dataset's digest."""

    folder: Path
    files: tuple[File, ...]
    digest: str


class Pages(Protocol):
    """Writes what people read."""

    def identity(self, base: str) -> str:
        """Return a digest of all that pages come from, besides the graph, where they will be hosted at ``base``."""

    def write(self, root: Path, base: str, data: Beside, record: Record, before: Before | None) -> Iterable[File]:
        """Write pages below ``root``, beside the data, and return the files of both.

        Those ``before`` that would be written as they are may be kept. What is written is added to the record.
        """


def publish(
    build: Build, *, project: Project, out: Path, base: str | None = None, pages: Pages | None = None
) -> Publication:
    """Write the publication of ``build`` and make the link ``out`` name it.

    ``base`` is the IRI where the folder will be hosted, by default that of the project; it changes the addresses
    of the files in the catalogue, never the IRIs of the graph. ``pages`` writes what people read; without it there are
    the data alone. Pages that a publication of the same program and settings left at ``out`` are kept, if nothing
    that they tell has changed. An interrupted run leaves what was there.

    Raises UsageError when the dataset is not described, ``base`` is not an IRI that ends in ``/``, or ``out`` is
    not of this program's making, or names the build itself.
    """
    dataset_of(project)
    site = _site(base, project)
    if build.folder.parent == out.with_name(f"{out.name}.d").resolve():
        raise UsageError(f"{out} is the build that is to be published: choose another place")
    record = Record(pages.identity(site) if pages else "")
    with swap(out) as draft:
        root = draft.folder
        if pages:
            notes = draft.notes()
            with (
                _held(out),
                data_beside(build, project=project, root=root, site=site, folder=notes / "data") as beside,
            ):
                before = Before.of(out, identity=record.identity)
                files = tuple(sorted(pages.write(root, site, beside, record, before), key=lambda file: file.path))
                record.write(notes, root=root, files=files, dump=build.dump)
                digest = beside.written.data.digest
        else:
            digest = write_data(build, project=project, root=root, site=site).digest
            files = files_of(root)
        sums = sums_of(files)
        (root / SUMS).write_text(sums, encoding="utf-8", newline="\n")
        draft.name = sha256(sums.encode()).hexdigest()[:16]
        publication = Publication(root, files, digest)
    return replace(publication, folder=draft.folder)


@contextmanager
def _held(out: Path) -> Iterator[None]:
    """Hold the publication that is at ``out``, if there is one."""
    held = hold(out) if out.exists() else None
    try:
        yield
    finally:
        if held:
            held.release()


def sums_of(files: Iterable[File]) -> str:
    """Return the digests of files as ``sha256sum --check`` reads them."""
    return "".join(f"{file.sha256}  {file.path}\n" for file in files)


def _site(base: str | None, project: Project) -> str:
    if base is None:
        return project.base[: project.base.rindex("/") + 1]
    if not re.fullmatch(r"https?://[^\s<>\"{}|\\^`?#]+/", base):
        raise UsageError(f"the base of a site must be an IRI that ends in /, not {base}")
    return base
