"""The releases that a project keeps, and what there is to say of one (DCAT 3, section 11; DCAT-AP 3.0.1)."""

import datetime
import gzip
import hashlib
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from kg.errors import ReleaseError, SourceError
from kg.graph.store import read_quads, read_triples
from kg.graph.terms import TYPE, XSD, iri, literal, parse
from kg.project import Project
from kg.publication.distributions import distribute
from kg.publication.files import File
from kg.publication.offers import FORMATS, Offer
from kg.publication.triples import DCAT, DCT, SPDX, Triples
from kg.publication.version import Version
from kg.source.reader import Quad, Triple

FOLDER = "releases"
DESCRIPTION = "release.ttl"
_TITLE = iri(f"{DCT}title")
# What a release has of its own; of the rest it shares all with the dataset.
_OWN = frozenset(
    {TYPE, *(iri(f"{DCT}{name}") for name in ("issued", "modified", "identifier", "accrualPeriodicity"))}
    | {iri(f"{DCAT}{name}") for name in ("distribution", "hasVersion", "version")}
)


@dataclass(frozen=True)
class Released:
    """A release: its version, the SHA-256 of its canonical N-Quads, its date, its compressed file, the one before."""

    version: Version
    digest: str
    date: datetime.date
    file: File
    before: Version | None = None


def releases(project: Project) -> dict[Version, Released]:
    """Return the releases that a project keeps, by version, in their order. Raises SourceError for a broken one."""
    found = {}
    for file in (project.root / FOLDER).glob(f"[0-9]*/{DESCRIPTION}"):
        known = _read(file, project)
        found[known.version] = known
    return dict(sorted(found.items()))


def digest_of_releases(project: Project) -> str:
    """Return a digest of which releases a project keeps, and of what is said of each."""
    found = hashlib.sha256()
    for file in sorted((project.root / FOLDER).glob(f"[0-9]*/{DESCRIPTION}")):
        found.update(f"{file.parent.name}\n".encode() + file.read_bytes())
    return found.hexdigest()


def released_quads(folder: Path, *, project: Project) -> list[Quad]:
    """Return the quads of the release in a folder. Raises ReleaseError when its file is not as it was released."""
    released = _read(folder / DESCRIPTION, project)
    file = folder / released.file.path
    try:
        text = gzip.decompress(file.read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise ReleaseError(f"cannot be read: {error}", file=project.relative(file)) from error
    if hashlib.sha256(text).hexdigest() != released.digest:
        raise ReleaseError("it is not as it was released: its digest is another", file=project.relative(file))
    return list(read_quads(text, suffix=".nq"))


def folder_of(version: Version, *, project: Project) -> Path:
    """Return the folder that a release has, or is to have."""
    return project.root / FOLDER / str(version)


def describe(released: Released, facts: Collection[Triple], *, project: Project, site: str) -> Triples:
    """Return the triples of a release, a dataset of its own, as hosted at ``site``.

    ``facts`` are those of the dataset of the settings, whose title, description, publisher and licence it shares.
    """
    assert project.dataset
    name = _name(released.version, project)
    triples = Triples()
    triples.type(name, f"{DCAT}Dataset")
    for _, p, o in (fact for fact in facts if fact[0] == iri(project.dataset) and fact[1] not in _OWN):
        triples.append((iri(name), p, _titled(o, released.version) if p == _TITLE else o))
    triples.add(name, f"{DCAT}isVersionOf", iri(project.dataset))
    triples.add(project.dataset, f"{DCAT}hasVersion", iri(name))
    triples.add(name, f"{DCAT}version", literal(str(released.version)))
    triples.add(name, f"{DCT}issued", literal(released.date.isoformat(), datatype=f"{XSD}date"))
    if released.before:
        triples.add(name, f"{DCAT}previousVersion", iri(_name(released.before, project)))
    triples.add(name, f"{SPDX}checksum", iri(f"{name}/checksum"))
    triples.checksum(f"{name}/checksum", released.digest)
    described = {"en": "Canonical N-Quads (RDFC-1.0).", "fr": "N-Quads canoniques (RDFC-1.0)."}
    texts = {tag: text for tag, text in described.items() if tag in project.languages} or {"en": described["en"]}
    titles = dict.fromkeys(texts, FORMATS["nq"].name)
    offer = Offer("nq.gz", "whole", released.file, FORMATS["nq"], titles, texts, packing="gz")
    url = f"{site}release/{released.version}/{released.file.path}"
    licences = [o for s, p, o in facts if (s, p) == (iri(project.dataset), iri(f"{DCT}license"))]
    distribute(triples, name, offer, name=f"{name}/distribution", url=url, licences=licences)
    return triples


def _name(version: Version, project: Project) -> str:
    return f"{project.dataset}/release/{version}"


def _titled(token: str, version: Version) -> str:
    term = parse(token)
    return literal(f"{term.value} ({version})", language=term.language)


def _read(file: Path, project: Project) -> Released:
    """Return what the description of a release says."""
    try:
        triples = read_triples(file.read_bytes())
        said = {(s[1:-1], p[1:-1]): o for s, p, o in triples}
        version = Version.parse(file.parent.name)
        name = _name(version, project)

        def value(subject: str, predicate: str) -> str:
            return parse(said[subject, predicate]).value

        data = f"{name}/distribution"
        before = said.get((name, f"{DCAT}previousVersion"))
        return Released(
            version,
            value(f"{name}/checksum", f"{SPDX}checksumValue"),
            datetime.date.fromisoformat(value(name, f"{DCT}issued")),
            File(
                value(data, f"{DCAT}downloadURL").rpartition("/")[2],
                int(value(data, f"{DCAT}byteSize")),
                value(f"{data}/checksum", f"{SPDX}checksumValue"),
            ),
            Version.parse(before[1:-1].rpartition("/")[2]) if before else None,
        )
    except (KeyError, ValueError) as error:
        raise SourceError(f"not the description of a release: {error}", file=project.relative(file)) from error
