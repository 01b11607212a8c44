"""Write the data of a publication: what is the same, wherever pages about it are.

``data/…``            the dumps (see ``kg.publication.dumps``), the whole ones compressed too
``data/tables/…``     the tables (see ``kg.publication.tables``) and ``datapackage.json``, which describes them
``catalog.ttl``       the catalogue (see ``kg.publication.metadata``), as JSON-LD in ``catalog.jsonld``
``.well-known/void``  the same bytes, where VoID looks for them (section 7.2 of the note)
``CITATION.cff``      how the dataset is cited, when it says whose it is
``release/…``         the releases that the project keeps (see ``kg.publication.release``)
``releases.atom``     the same as a feed, when there are some (see ``kg.publication.feed``)
"""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from kg.graph.build import Build
from kg.project import Project
from kg.publication import citation, datapackage
from kg.publication.about import About, about
from kg.publication.again import Again, EarlierData
from kg.publication.dumps import DESCRIBED, Dumps, describe_dump, write_dumps
from kg.publication.feed import FILE as FEED
from kg.publication.feed import write_feed
from kg.publication.files import File
from kg.publication.jsonld import Terms, write_jsonld
from kg.publication.metadata import catalogue, dataset_facts, dataset_of
from kg.publication.offers import Offer, offers, slug_of
from kg.publication.packing import pack
from kg.publication.released import Released, folder_of, releases
from kg.publication.tables import Table, tables
from kg.publication.triples import PREFIXES
from kg.source.reader import Triple
from kg.source.turtle import write_turtle

CATALOGUE = "catalog.ttl"
CATALOGUE_JSONLD = "catalog.jsonld"
WELL_KNOWN = ".well-known/void"


@dataclass(frozen=True)
class Data:
    """What was written: what the dataset says of itself, what is offered, as shown, and releases, newest first.

    ``linked`` are files that an earlier publication had.
    """

    about: About
    offers: tuple[Offer, ...]
    releases: tuple[Released, ...] = ()
    linked: tuple[File, ...] = ()

    @property
    def digest(self) -> str:
        """The SHA-256 of the canonical N-Quads of the dataset."""
        return self.about.digest


def write_data(
    build: Build,
    *,
    project: Project,
    root: Path,
    site: str,
    endpoint: str | None = None,
    earlier: EarlierData | None = None,
) -> Data:
    """Write the data of ``build`` below ``root``, to be hosted at ``site``; return what was written.

    ``endpoint`` is where SPARQL is answered, if anywhere; ``earlier`` are data that the same program has written, by
    the same settings and queries: what differs is put into them, and the bytes are the same.

    Raises UsageError when the dataset is not described, QueryError for a table that cannot be made, and what
    ``write_dumps`` raises.
    """
    slug = slug_of(dataset_of(project))
    again = Again.of(earlier, build, project=project) if earlier else None
    with ThreadPoolExecutor(2) as beside:
        kept = again.table if again else (lambda _: None)
        made = beside.submit(tables, build, project=project, kept=kept)
        packed = []

        def written(path: str, text: bytes | None) -> None:
            before = earlier.read(f"{path}.gz") if earlier else None
            packed.append(beside.submit(pack, root / path, text=text, earlier=before))

        dumps = write_dumps(build, project=project, slug=slug, root=root, written=written, again=again)
        found = made.result()
        for done in packed:
            done.result()
    _write_tables(found, root)
    data = _describe(build, dumps, found, project=project, root=root, site=site, endpoint=endpoint)
    _write_releases(data, project=project, root=root, site=site)
    return replace(data, linked=tuple(again.linked)) if again else data


def _write_tables(found: tuple[Table, ...], root: Path) -> None:
    for table in found:
        (root / table.path).parent.mkdir(parents=True, exist_ok=True)
        (root / table.path).write_text(table.text(), encoding="utf-8", newline="")


def _write_releases(data: Data, *, project: Project, root: Path, site: str) -> None:
    for released in data.releases:
        folder = root / "release" / str(released.version)
        shutil.copytree(folder_of(released.version, project=project), folder)
    if data.releases:
        text = write_feed(data.releases, data.about, site=site, language=project.languages[0])
        (root / FEED).write_bytes(text)


def _describe(
    build: Build,
    dumps: Dumps,
    found: tuple[Table, ...],
    *,
    project: Project,
    root: Path,
    site: str,
    endpoint: str | None,
) -> Data:
    """Write what describes the files that have been written."""
    dataset = dataset_of(project)
    offered = offers(dumps, found, project=project, root=root)
    files = {offer.file.path: offer.file for offer in offered}
    digest = files[dumps.whole["nq"]].sha256
    triples = catalogue(
        build, project=project, dumps=dumps, offered=offered, digest=digest, site=site, endpoint=endpoint
    )
    _write_catalogue(triples, project=project, root=root)
    with (root / DESCRIBED).open("w", encoding="utf-8", newline="\n") as out:
        out.write(describe_dump(files[dumps.whole["nq"]], root=root))
    said = about(dataset_facts(build, project=project, digest=digest), dataset=dataset, digest=digest)
    if said.authors:  # the format demands one
        with (root / citation.FILE).open("w", encoding="utf-8", newline="\n") as out:
            citation.write_citation(out, said, language=project.languages[0])
    if found:
        with (root / datapackage.FILE).open("w", encoding="utf-8", newline="\n") as out:
            datapackage.write_package(out, found, said, files=files, language=project.languages[0])
    return Data(said, offered, tuple(reversed(releases(project).values())))


def _write_catalogue(triples: tuple[Triple, ...], *, project: Project, root: Path) -> None:
    prefixes = {**PREFIXES, **project.prefixes}
    with (root / CATALOGUE).open("w", encoding="utf-8", newline="\n") as out:
        comment = f"{project.dataset}: the catalogue of its distributions, and what it holds."
        write_turtle(out, triples, prefixes=prefixes, comment=comment)
    (root / WELL_KNOWN).parent.mkdir()
    shutil.copyfile(root / CATALOGUE, root / WELL_KNOWN)
    quads = [("", *triple) for triple in triples]
    with (root / CATALOGUE_JSONLD).open("w", encoding="utf-8", newline="\n") as out:
        write_jsonld(out, quads, terms=Terms.of(quads, prefixes=prefixes))
