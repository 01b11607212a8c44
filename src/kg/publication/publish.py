"""Publish a finished build as a folder that any web server can host.

``data/…``, ``catalog.…``, ``CITATION.cff``, ``release/…``  the data (see ``kg.publication.data``)
``SHA256SUMS``  the digest of every other file, as ``sha256sum --check`` reads it

``out`` becomes a link to ``<out>.d/<digest>``, replaced in one step: the same build gives the same bytes.
"""

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from kg.errors import UsageError
from kg.graph.build import Build
from kg.graph.swap import swap
from kg.project import Project
from kg.publication.data import Data, write_data
from kg.publication.dumps import File
from kg.publication.metadata import dataset_of

SUMS = "SHA256SUMS"


@dataclass(frozen=True)
class Publication:
    """What was published: the folder, its files sorted by path, ``SHA256SUMS`` left out, and the dataset's digest."""

    folder: Path
    files: tuple[File, ...]
    digest: str


Pages = Callable[[Path, str, Data], Iterable[File]]
"""Writes pages below a folder that will be hosted at an IRI, beside the data there, and returns the files."""


def publish(
    build: Build, *, project: Project, out: Path, base: str | None = None, pages: Pages | None = None
) -> Publication:
    """Write the publication of ``build`` and make the link ``out`` name it.

    ``base`` is the IRI where the folder will be hosted, by default that of the project; it changes the addresses
    of the files in the catalogue, never the IRIs of the graph. ``pages`` writes what people read; without it there are
    the data alone. An interrupted run leaves what was there.

    Raises UsageError when the dataset is not described, ``base`` is not an IRI that ends in ``/``, or ``out`` is
    not of this program's making, or names the build itself.
    """
    dataset_of(project)
    site = _site(base, project)
    if build.folder.parent == out.with_name(f"{out.name}.d").resolve():
        raise UsageError(f"{out} is the build that is to be published: choose another place")
    with swap(out) as draft:
        root = draft.folder
        data = write_data(build, project=project, root=root, site=site)
        files = files_of(root, pages(root, site, data) if pages else ())
        sums = sums_of(files)
        (root / SUMS).write_text(sums, encoding="utf-8", newline="\n")
        draft.name = sha256(sums.encode()).hexdigest()[:16]
        publication = Publication(root, files, data.digest)
    return replace(publication, folder=draft.folder)


def files_of(root: Path, measured: Iterable[File] = ()) -> tuple[File, ...]:
    """Return what there is below a folder, sorted by path; what was ``measured`` is not read again."""
    known = {file.path: file for file in measured}
    paths = (Path(folder) / name for folder, _, names in os.walk(root) for name in names)
    found = (known.get(path.relative_to(root).as_posix()) or File.of(path, root=root) for path in paths)
    return tuple(sorted(found, key=lambda file: file.path))


def sums_of(files: Iterable[File]) -> str:
    """Return the digests of files as ``sha256sum --check`` reads them."""
    return "".join(f"{file.sha256}  {file.path}\n" for file in files)


def _site(base: str | None, project: Project) -> str:
    if base is None:
        return project.base[: project.base.rindex("/") + 1]
    if not re.fullmatch(r"https?://[^\s<>\"{}|\\^`?#]+/", base):
        raise UsageError(f"the base of a site must be an IRI that ends in /, not {base}")
    return base
