"""Release a finished build: a version of the dataset that is kept, cited and verified for good.

``releases/<version>/`` of the project holds

``<dataset>.nq.gz``        the canonical N-Quads
``release.ttl``            what the release is: version, date, digest of the dataset, the release before
``CHANGES.<lang>.md``      what differs from the release before, in sentences
``from-<version>.rdfp.gz`` the same as an RDF Patch between the canonical N-Quads
``SHA256SUMS``             the digest of each of these

A folder is written beside and takes its name at the end; one that is there is never touched again.
"""

import datetime
import gzip
import hashlib
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kg.errors import ReleaseError, UsageError
from kg.graph.blanks import align
from kg.graph.build import Build
from kg.graph.canonical import canonical_nquads
from kg.project import Project
from kg.publication.diff import compare
from kg.publication.diff_forms import patch, render
from kg.publication.dumps import dataset_quads, file_name
from kg.publication.files import SUMS, File, files_of, sums_of
from kg.publication.metadata import dataset_facts, dataset_of
from kg.publication.released import DESCRIPTION, FOLDER, Released, describe, folder_of, released_quads, releases
from kg.publication.sides import Side, side_of
from kg.publication.steps import Need, need, vanished
from kg.publication.triples import PREFIXES
from kg.publication.version import Version
from kg.source.reader import Quad
from kg.source.turtle import write_turtle

_SHOWN = 10


@dataclass(frozen=True)
class Release:
    """A release that was made, and the least step from the one before, None for the first."""

    released: Released
    need: Need | None


def release(
    build: Build,
    version: str,
    *,
    project: Project,
    date: datetime.date,
    progress: Callable[[str], None] = lambda _: None,
) -> Release:
    """Write ``releases/<version>/`` of a build.

    Raises UsageError when the version is none, is not above the last one or nearer to it than what differs needs, and
    when nothing differs; ReleaseError when an IRI has vanished that the last release did not deprecate.
    """
    dataset = dataset_of(project)
    wanted = Version.parse(version)
    before = max(releases(project).values(), key=lambda known: known.version, default=None)
    if before and wanted <= before.version:
        raise UsageError(f"{version} is not above the last release, {before.version}")
    progress("the canonical form of the dataset")
    quads = list(dataset_quads(build, project=project))
    text = "".join(canonical_nquads(quads)).encode()
    digest = hashlib.sha256(text).hexdigest()
    if before and before.digest == digest:
        raise UsageError(f"nothing differs from {before.version}")
    draft = project.root / FOLDER / f".tmp-{secrets.token_hex(4)}"
    draft.mkdir(parents=True)
    try:
        needed = None
        if before:
            progress(f"what differs from {before.version}")
            needed = _changes(draft, wanted, before, quads, build=build, project=project)
        file = draft / f"{file_name(dataset.rpartition('/')[2])}.nq.gz"
        file.write_bytes(_compressed(text))
        made = Released(wanted, digest, date, File.of(file, root=draft), before.version if before else None)
        with (draft / DESCRIPTION).open("w", encoding="utf-8", newline="\n") as out:
            triples = describe(made, dataset_facts(build, project=project), project=project, site=project.base)
            write_turtle(out, triples, prefixes={**PREFIXES, **project.prefixes}, comment=f"{dataset} {version}")
        (draft / SUMS).write_text(sums_of(files_of(draft)), encoding="utf-8", newline="\n")
        draft.rename(folder_of(wanted, project=project))
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return Release(made, needed)


def _changes(
    draft: Path, wanted: Version, before: Released, quads: list[Quad], *, build: Build, project: Project
) -> Need:
    """Write what differs from the release before, and return the step that it needs; refuse a lesser one."""
    old = released_quads(folder_of(before.version, project=project), project=project)
    old_side = side_of(str(before.version), old, project=project)
    new_side = Side(str(wanted), build.graph, project)
    diff = compare(old_side, new_side)
    stated, states = list(old_side.quads()), list(new_side.quads())
    gone, lost = vanished(stated, states, project=project)
    if lost:
        more = f" and {len(lost) - _SHOWN:,} more" if len(lost) > _SHOWN else ""
        raise ReleaseError(
            f"{before.version} has what this build no more says anything of, and did not deprecate it: "
            f"{', '.join(project.compact(token[1:-1]) for token in lost[:_SHOWN])}{more}. Put it back with "
            "owl:deprecated true, and dct:isReplacedBy where something takes its place"
        )
    needed = need(diff, old=stated, new=states, gone=gone)
    least = before.version.after(needed.step)
    if wanted < least:
        reasons = "; ".join(needed.reasons[:_SHOWN])
        raise UsageError(
            f"{wanted} is too near to {before.version}: {least} at least, a {needed.step} one, for {reasons}"
        )
    for language in project.languages:
        sentences = render(diff, form="markdown", language=language)
        text = f"# {before.version} → {wanted}\n\n{sentences}"
        (draft / f"CHANGES.{language}.md").write_text(text, encoding="utf-8", newline="\n")
    aligned, known = set(align(quads, old=old)), set(old)
    lines = "".join(patch(sorted(known - aligned), sorted(aligned - known)))
    (draft / f"from-{before.version}.rdfp.gz").write_bytes(_compressed(lines.encode()))
    return needed


def _compressed(data: bytes) -> bytes:
    """Return data in gzip, the same bytes at any time."""
    return gzip.compress(data, compresslevel=9, mtime=0)
