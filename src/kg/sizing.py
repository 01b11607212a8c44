"""What a graph will ask of one machine, by the size of its files: docs/scale.md has the measurements."""

import shutil
from collections.abc import Iterable
from pathlib import Path

from kg.project import Project, plain

_LINE = 110  # bytes of N-Triples for a triple
_DENSE = {".nt": 1, ".nq": 1, ".ttl": 3, ".trig": 3, ".rdf": 1, ".jsonld": 1}
"""How many bytes of N-Triples a byte of a format says, about."""
_PACKED = 12  # bytes in one of gzip or zstd
_DISK = 6  # bytes that a build has on disk for each of N-Triples, what does not fit into memory among them
_MOST = 500_000_000  # triples, an hour's work


def triples_in(files: Iterable[Path]) -> int:
    """Return about how many triples files hold, by their sizes."""
    return sum(_lines(file) for file in files) // _LINE


def _lines(file: Path) -> int:
    kind = plain(file).suffix
    return file.stat().st_size * _DENSE.get(kind, 1) * (1 if file.suffix == kind else _PACKED)


def advice(triples: int, *, free: int) -> str | None:
    """Return what to say of a build of about so many triples where ``free`` bytes of disk are left, if anything."""
    needed = triples * _LINE * _DISK
    if triples <= _MOST and needed <= free:
        return None
    return (
        f"about {triples / 1e6:,.0f} million triples: {needed / 1e9:,.0f} GB of disk, where {free / 1e9:,.0f} GB are "
        f"free, and {triples / _MOST:.1f} hours on one machine; kg build --engine spark spreads them over several"
    )


def advice_for(project: Project, out: Path) -> str | None:
    """Return what to say of a build of a project into ``out`` before it begins."""
    folders = [folder for folder in (project.ontology, project.shapes, project.instances) if folder.is_dir()]
    triples = triples_in(file for folder in folders for file in project.files(folder))
    there = next(folder for folder in (out.absolute(), *out.absolute().parents) if folder.is_dir())
    return advice(triples, free=shutil.disk_usage(there).free)
