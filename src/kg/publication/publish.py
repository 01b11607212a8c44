"""Publish a finished build as a folder that any web server can host.

``data/…``             the dumps (see ``kg.publication.dumps``)
``catalog.ttl``        the catalogue (see ``kg.publication.metadata``)
``.well-known/void``   the same bytes, where VoID looks for them (section 7.2 of the note)
``release/…``          the releases that the project keeps (see ``kg.publication.release``)
``SHA256SUMS``         the digest of every other file, as ``sha256sum --check`` reads it

``out`` becomes a link to ``<out>.d/<digest>``, replaced in one step: the same build gives the same bytes.
"""

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from kg.errors import UsageError
from kg.graph.build import Build
from kg.graph.swap import swap
from kg.project import Project
from kg.publication.dumps import DESCRIBED, File, describe_dump, slug_of, write_dumps
from kg.publication.metadata import catalogue, dataset_of
from kg.publication.released import folder_of, releases
from kg.publication.triples import PREFIXES
from kg.source.turtle import write_turtle

CATALOGUE = "catalog.ttl"
WELL_KNOWN = ".well-known/void"
SUMS = "SHA256SUMS"


@dataclass(frozen=True)
class Publication:
    """What was published: the folder, its files sorted by path, ``SHA256SUMS`` left out, and the dataset's digest."""

    folder: Path
    files: tuple[File, ...]
    digest: str


def publish(build: Build, *, project: Project, out: Path, base: str | None = None) -> Publication:
    """Write the publication of ``build`` and make the link ``out`` name it.

    ``base`` is the IRI where the folder will be hosted, by default that of the project; it changes the addresses
    of the files in the catalogue, never the IRIs of the graph. An interrupted run leaves what was there.

    Raises UsageError when the dataset is not described, ``base`` is not an IRI that ends in ``/``, or ``out`` is
    not of this program's making, or names the build itself.
    """
    dataset = dataset_of(project)
    site = _site(base, project)
    if build.folder.parent == out.with_name(f"{out.name}.d").resolve():
        raise UsageError(f"{out} is the build that is to be published: choose another place")
    with swap(out) as draft:
        root = draft.folder
        dumps = write_dumps(build, project=project, slug=slug_of(dataset), root=root)
        kept = releases(project)
        for version in kept:
            shutil.copytree(folder_of(version, project=project), root / "release" / str(version))
        measured = {path: File.of(root / path, root=root) for path in dumps.whole.values()}
        described = describe_dump(measured[dumps.whole["nq"]], root=root)
        (root / DESCRIBED).write_text(described, encoding="utf-8", newline="\n")
        triples = catalogue(build, project=project, dumps=dumps, files=measured, releases=kept.values(), site=site)
        with (root / CATALOGUE).open("w", encoding="utf-8", newline="\n") as text:
            comment = f"{dataset}: the catalogue of its distributions, and what it holds."
            write_turtle(text, triples, prefixes={**PREFIXES, **project.prefixes}, comment=comment)
        (root / WELL_KNOWN).parent.mkdir()
        shutil.copyfile(root / CATALOGUE, root / WELL_KNOWN)
        files = files_of(root)
        sums = sums_of(files)
        (root / SUMS).write_text(sums, encoding="utf-8", newline="\n")
        draft.name = sha256(sums.encode()).hexdigest()[:16]
        publication = Publication(root, files, measured[dumps.whole["nq"]].sha256)
    return replace(publication, folder=draft.folder)


def files_of(root: Path) -> tuple[File, ...]:
    """Return what there is below a folder, sorted by path."""
    found = (File.of(path, root=root) for path in root.rglob("*") if path.is_file())
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
