"""Describe a publication for catalogues: DCAT-AP 3.0.1, VoID, and the PROV of its build.

What people must say of the dataset (titles, licence, publisher, coverage …) stands in the graph, as facts about
the dataset of the settings and about the ``dcat:Catalog`` that has it as ``dcat:dataset``; it is copied, with
what the facts say of the things named there. What can be counted or measured is added here.
"""

import datetime
import os
import re
from collections.abc import Collection, Iterator
from urllib.parse import quote

from kg.errors import UsageError
from kg.graph.build import Build
from kg.graph.terms import RDFS, TYPE, XSD, iri, literal
from kg.project import Project
from kg.publication.distributions import distribute
from kg.publication.dumps import Dumps
from kg.publication.offers import Offer
from kg.publication.released import describe, releases
from kg.publication.services import serve
from kg.publication.statistics import Statistics, count
from kg.publication.triples import DCAT, DCT, PROV, SD, SPDX, VOID, Triples
from kg.source.reader import Triple

_MANDATORY = ("title", "description")
# What is copied of the things that the dataset and the catalogue name by these properties, and so on from there.
_FOLLOWED = frozenset(
    iri(name)
    for name in (
        *(f"{DCAT}{n}" for n in ("contactPoint", "service", "theme", "themeTaxonomy")),
        *(f"{DCT}{n}" for n in ("accessRights", "accrualPeriodicity", "conformsTo", "creator", "language", "license")),
        *(f"{DCT}{n}" for n in ("provenance", "publisher", "rights", "spatial", "temporal", "type")),
    )
)


def catalogue(
    build: Build,
    *,
    project: Project,
    dumps: Dumps,
    offered: Collection[Offer],
    digest: str,
    site: str,
    endpoint: str | None = None,
) -> tuple[Triple, ...]:
    """Return the triples of the catalogue of a publication.

    ``offered`` are the files that it offers, ``digest`` is that of the dataset, ``site`` is the IRI of the root, and
    ``endpoint`` where SPARQL is answered. Dates come from the facts, from the settings or from SOURCE_DATE_EPOCH,
    never from the clock.

    Raises UsageError when the settings name no dataset, or the facts do not describe it.
    """
    dataset = dataset_of(project)
    catalog = _catalog(build, dataset, project)
    triples = Triples(_described(build, (iri(catalog), iri(dataset))))
    _check(triples, catalog=catalog, dataset=dataset)
    for released in releases(project).values():
        triples += describe(released, triples, project=project, site=site)
    for subject in (catalog, dataset):
        _complete(triples, subject, project=project, digest=digest)
    licences = [o for s, p, o in triples if s == iri(dataset) and p == iri(f"{DCT}license")]
    for offer in offered:
        name, url = f"{dataset}/distribution/{offer.name}", site + offer.file.path
        distribute(triples, dataset, offer, name=name, url=url, licences=licences)
        if offer.kind != "table":
            triples.add(dataset, f"{VOID}dataDump", iri(url))
    if endpoint:
        serve(triples, catalog=catalog, dataset=dataset, endpoint=endpoint)
    statistics = count(build, base=project.base, inferred_graph=project.inferred_graph)
    _measure(triples, dataset, statistics, project=project)
    _divide(triples, dataset, statistics, dumps=dumps, site=site)
    _derive(triples, dataset, build)
    return tuple(sorted(set(triples)))


def dataset_facts(build: Build, *, project: Project, digest: str | None = None) -> Triples:
    """Return what is asserted of the dataset of the settings and of what that names.

    With the ``digest`` of the dataset, its date and version too, where the facts do not say them. Raises UsageError
    when the settings name no dataset.
    """
    dataset = dataset_of(project)
    triples = Triples(_described(build, (iri(dataset),)))
    if digest:
        _complete(triples, dataset, project=project, digest=digest)
    return triples


def _complete(triples: Triples, subject: str, *, project: Project, digest: str) -> None:
    """Add the date when nobody has said it, and, of the dataset, the version when it is that of a release."""
    said = {(s, p) for s, p, _ in triples}
    if (date := _date(project)) and (iri(subject), iri(f"{DCT}modified")) not in said:
        triples.add(subject, f"{DCT}modified", literal(date.isoformat(), datatype=f"{XSD}date"))
    for released in releases(project).values() if subject == project.dataset else ():
        if released.digest == digest:
            triples.add(subject, f"{DCAT}version", literal(str(released.version)))


def dataset_of(project: Project) -> str:
    """Return the IRI of the dataset of the settings. Raises UsageError when there is none."""
    if not project.dataset:
        raise UsageError(
            'no dataset to publish: set "dataset" to its IRI below the base, such as "id/dataset/name", '
            "and describe it in instances/dataset.ttl",
            file=project.relative(project.settings_file),
        )
    return project.dataset


def _catalog(build: Build, dataset: str, project: Project) -> str:
    rows = build.graph.engine.rows(
        "SELECT DISTINCT s.token FROM closure c JOIN term s ON s.id = c.s JOIN term p ON p.id = c.p "
        "JOIN term o ON o.id = c.o WHERE c.round = 0 AND p.token = ? AND o.token = ? ORDER BY s.token",
        [iri(f"{DCAT}dataset"), iri(dataset)],
    )
    if len(rows) != 1:
        found = "no catalogue has" if not rows else f"{' and '.join(row[0] for row in rows)} have"
        raise UsageError(
            f"{found} the dataset {project.compact(dataset)}: write in instances/dataset.ttl one dcat:Catalog with "
            f"dct:title, dct:description, dct:publisher and dcat:dataset {project.compact(dataset)}"
        )
    return str(rows[0][0])[1:-1]


def _described(build: Build, subjects: tuple[str, ...]) -> Iterator[Triple]:
    """Yield what is asserted of subjects, and of the things that they name by a followed property."""
    seen: set[str] = set()
    waiting = set(subjects)
    while waiting:
        marks = ", ".join("?" * len(waiting))
        rows = build.graph.engine.rows(
            "SELECT s.token, p.token, o.token FROM closure c JOIN term s ON s.id = c.s JOIN term p ON p.id = c.p "
            f"JOIN term o ON o.id = c.o WHERE c.round = 0 AND s.token IN ({marks})",
            sorted(waiting),
        )
        yield from rows
        seen |= waiting
        waiting = {o for _, p, o in rows if p in _FOLLOWED and o.startswith("<")} - seen


def _check(facts: Collection[Triple], *, catalog: str, dataset: str) -> None:
    """Raise UsageError for what DCAT-AP 3.0.1 makes mandatory (sections 7.1 and 7.6) and the facts do not say."""
    said = {(s, p) for s, p, _ in facts}
    missing = [
        f"dct:{name} of <{subject}>"
        for subject, names in ((catalog, (*_MANDATORY, "publisher")), (dataset, _MANDATORY))
        for name in names
        if (iri(subject), iri(f"{DCT}{name}")) not in said
    ]
    missing += [
        f"the type dcat:{kind} of <{subject}>"
        for subject, kind in ((catalog, "Catalog"), (dataset, "Dataset"))
        if (iri(subject), TYPE, iri(f"{DCAT}{kind}")) not in facts
    ]
    if missing:
        raise UsageError(f"the dataset is not described: write in instances/dataset.ttl {', '.join(missing)}")


def _date(project: Project) -> datetime.date | None:
    if project.issued:
        return project.issued
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return None
    if not re.fullmatch(r"\d{1,11}", epoch):
        raise UsageError(f"SOURCE_DATE_EPOCH must be a number of seconds, not {epoch!r}")
    return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC).date()


def _measure(triples: Triples, dataset: str, statistics: Statistics, *, project: Project) -> None:
    """Add the VoID counts of the merged graph, whole, by class and by property."""
    triples.type(dataset, f"{VOID}Dataset")
    triples.add(dataset, f"{VOID}uriSpace", literal(project.base))
    triples.number(dataset, f"{VOID}triples", statistics.triples)
    triples.number(dataset, f"{VOID}entities", statistics.entities)
    triples.number(dataset, f"{VOID}distinctSubjects", statistics.subjects)
    triples.number(dataset, f"{VOID}distinctObjects", statistics.objects)
    triples.number(dataset, f"{VOID}classes", len(statistics.classes))
    triples.number(dataset, f"{VOID}properties", len(statistics.properties))
    for name in {_namespace(term) for term in (*statistics.classes, *statistics.properties)}:
        triples.add(dataset, f"{VOID}vocabulary", iri(name))
    for name, entities in statistics.classes.items():
        part = f"{dataset}/class/{_name(name, project)}"
        triples.add(dataset, f"{VOID}classPartition", iri(part))
        triples.add(part, f"{VOID}class", iri(name))
        triples.number(part, f"{VOID}entities", entities)
    for name, uses in statistics.properties.items():
        part = f"{dataset}/property/{_name(name, project)}"
        triples.add(dataset, f"{VOID}propertyPartition", iri(part))
        triples.add(part, f"{VOID}property", iri(name))
        triples.number(part, f"{VOID}triples", uses.triples)
        triples.number(part, f"{VOID}distinctSubjects", uses.subjects)
        triples.number(part, f"{VOID}distinctObjects", uses.objects)


def _divide(triples: Triples, dataset: str, statistics: Statistics, *, dumps: Dumps, site: str) -> None:
    """Add each named graph as a subset, with its number of triples and its file."""
    for graph, number in statistics.graphs.items():
        path = dumps.graphs[graph]
        part = f"{dataset}/{path.removeprefix('data/').removesuffix('.ttl')}"
        triples.add(dataset, f"{VOID}subset", iri(part))
        triples.type(part, f"{VOID}Dataset", f"{SD}NamedGraph")
        triples.add(part, f"{SD}name", iri(graph))
        triples.number(part, f"{VOID}triples", number)
        triples.add(part, f"{VOID}dataDump", iri(site + path))


def _derive(triples: Triples, dataset: str, build: Build) -> None:
    """Add the activity that made the graph: the program and the digest of what it read."""
    inputs = str(build.manifest["inputs"])
    activity = f"{dataset}/build/{inputs[:16]}"
    triples.add(dataset, f"{PROV}wasGeneratedBy", iri(activity))
    triples.type(activity, f"{PROV}Activity")
    triples.add(activity, f"{PROV}used", iri(f"{activity}/inputs"))
    triples.add(activity, f"{PROV}wasAssociatedWith", iri(f"{activity}/program"))
    triples.type(f"{activity}/inputs", f"{PROV}Entity")
    triples.add(f"{activity}/inputs", f"{SPDX}checksum", iri(f"{activity}/inputs/checksum"))
    triples.checksum(f"{activity}/inputs/checksum", inputs)
    triples.type(f"{activity}/program", f"{PROV}SoftwareAgent")
    triples.add(f"{activity}/program", f"{RDFS}label", literal(str(build.manifest["program"])))


def _namespace(name: str) -> str:
    return name[: max(name.rfind("#"), name.rfind("/")) + 1] or name


def _name(name: str, project: Project) -> str:
    """Return the CURIE of an IRI, or the whole of it, as one segment of a path."""
    compact = project.compact(name)
    return quote(name, safe="") if compact.startswith("<") else quote(compact, safe=":")
