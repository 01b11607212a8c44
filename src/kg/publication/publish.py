"""Publish a finished build as a folder that any web server can host.

``data/…``, ``catalog.…``, ``CITATION.cff``, ``release/…``  the data (see ``kg.publication.data``)
``SHA256SUMS``  the digest of every other file, as ``sha256sum --check`` reads it

``out`` becomes a link to ``<out>.d/<digest>``, replaced in one step: the same build gives the same bytes.
"""

import os
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from kg.errors import UsageError
from kg.garbage import seldom_collected
from kg.graph.build import FINDINGS, MANIFEST, RULES, Build
from kg.graph.differing import differing
from kg.graph.swap import Draft, hold, swap
from kg.project import Project
from kg.publication.before import Before, Changed, begin_spare, write_notes
from kg.publication.beside import Beside, data_beside
from kg.publication.data import write_data
from kg.publication.files import SUMS, File, by_path, files_of, paths_of, sums_of
from kg.publication.metadata import dataset_of
from kg.publication.record import Record
from kg.publication.released import FOLDER
from kg.publication.units import Unit


@dataclass(frozen=True)
class Publication:
    """What was published: the folder, the digests of its files as ``SHA256SUMS`` has them, and that of the dataset.

    ``kept`` is how many of the files an earlier publication has left; ``before`` is what the next one can begin from.
    """

    folder: Path
    sums: str
    digest: str
    kept: int = 0
    before: Before | None = None

    @property
    def paths(self) -> list[str]:
        """The paths of the files, sorted, ``SHA256SUMS`` left out."""
        return paths_of(self.sums)

    @property
    def count(self) -> int:
        """How many these are."""
        return self.sums.count("\n")


class Pages(Protocol):
    """Writes what people read."""

    def identity(self, base: str) -> str:
        """Return a digest of all that pages come from, besides the graph, where they will be hosted at ``base``."""

    def write(self, root: Path, base: str, data: Beside, record: Record, changed: Changed | None) -> Iterable[File]:
        """Write pages below ``root``, beside the data, and add what is written to the record.

        Return the files of both that are of none of its units. Those of the publication before that would be written
        as they are may be kept.
        """


def publish(
    build: Build,
    *,
    project: Project,
    out: Path,
    base: str | None = None,
    pages: Pages | None = None,
    after: Publication | None = None,
) -> Publication:
    """Write the publication of ``build`` and make the link ``out`` name it.

    ``base`` is the IRI where the folder will be hosted, by default that of the project; it changes the addresses
    of the files in the catalogue, never the IRIs of the graph. ``pages`` writes what people read; without it there are
    the data alone. Pages that a publication of the same program and settings left at ``out`` are kept, if nothing
    that they tell has changed; ``after`` is that publication, if it is known. An interrupted run leaves what was there.

    Raises UsageError when the dataset is not described, ``base`` is not an IRI that ends in ``/``, or ``out`` is
    not of this program's making, or names the build itself.
    """
    dataset_of(project)
    site = _site(base, project)
    if build.folder.parent == out.with_name(f"{out.name}.d").resolve():
        raise UsageError(f"{out} is the build that is to be published: choose another place")
    with seldom_collected(), swap(out) as draft, _held(out):
        if pages:
            record = Record(_program(pages.identity(site)), _whole(build, project))
            before = Before.of(out, identity=record.identity, known=after.before if after else None)
            if before and before.record.whole == record.whole and (sums := before.sums()):
                return Publication(before.folder, sums, before.record.digest, sums.count("\n"), before)
            publication = _with_pages(build, project, draft, site, pages, record, before)
            if before:
                draft.replace = partial(_spare, before=before, record=record, draft=draft)
        else:
            digest = write_data(build, project=project, root=draft.folder, site=site).digest
            publication = Publication(draft.folder, sums_of(files_of(draft.folder)), digest)
        listed = publication.sums.encode()
        (draft.folder / SUMS).write_bytes(listed)
        draft.name = sha256(listed).hexdigest()[:16]
    return replace(
        publication, folder=draft.folder, before=Before.written(draft.folder.resolve(), record) if pages else None
    )


def _with_pages(
    build: Build, project: Project, draft: Draft, site: str, pages: Pages, record: Record, before: Before | None
) -> Publication:
    """Write the data and the pages of a publication, and its record."""
    root, notes = draft.folder, draft.notes()
    changed = Changed(before, differing(before.dump, build.dump)) if before else None
    earlier = changed.before.data(changed.lines) if changed else None
    with data_beside(build, project=project, root=root, site=site, folder=notes / "data", earlier=earlier) as beside:
        record.rest = Unit.of(pages.write(root, site, beside, record, changed))
        written = beside.written
        record.digest, record.tables = written.data.digest, written.patterns
    write_notes(record, notes, root=root, dump=build.dump)
    if not before:
        with suppress(OSError):  # the next one makes its links itself
            begin_spare(record, root, notes=notes)
    sums = by_path(record.sums())
    kept = sums.count("\n") - len(record.unlike(before.record)) if before else 0
    return Publication(root, sums, record.digest, kept)


def _spare(folder: Path, *, before: Before, record: Record, draft: Draft) -> None:
    """Keep what is replaced for the next publication, without what is not published any more."""
    if folder == before.folder:
        with suppress(OSError):  # it is removed then
            before.spare(folder, record=record, notes=draft.notes())


@contextmanager
def _held(out: Path) -> Iterator[None]:
    """Hold the publication that is at ``out``, if there is one."""
    held = hold(out) if out.exists() else None
    try:
        yield
    finally:
        if held:
            held.release()


def _program(pages: str) -> str:
    """Return a digest of all that a publication is written by, ``pages`` being that of what pages are."""
    libraries = (pages, *map(version, ("duckdb", "rdflib", "zstandard")), zlib.ZLIB_RUNTIME_VERSION)
    return sha256(" ".join(libraries).encode()).hexdigest()


def _whole(build: Build, project: Project) -> str:
    """Return a digest of what a publication comes from besides what it is written by."""
    come_from = sha256(f"{os.environ.get('SOURCE_DATE_EPOCH')}".encode())
    kept = [path for path in sorted((project.root / FOLDER).rglob("*")) if path.is_file()]
    for path in (build.folder / MANIFEST, build.folder / FINDINGS, build.folder / RULES, *kept):
        come_from.update(f"{path.name} {path.stat().st_size}\n".encode() + path.read_bytes())
    return come_from.hexdigest()


def _site(base: str | None, project: Project) -> str:
    if base is None:
        return project.base[: project.base.rindex("/") + 1]
    if not re.fullmatch(r"https?://[^\s<>\"{}|\\^`?#]+/", base):
        raise UsageError(f"the base of a site must be an IRI that ends in /, not {base}")
    return base
