"""The catalogue says what the people wrote, and of the files and the graph what anybody can measure again."""

import hashlib
import re
import warnings
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.namespace import DCAT, DCTERMS, FOAF, PROV, RDF, VOID

from kg import pipeline
from kg.errors import UsageError
from kg.graph.build import Build
from kg.graph.store import read_triples
from kg.project import Project
from kg.publication.data import write_data
from kg.publication.publish import Publication, publish
from kg.publication.services import serve
from kg.publication.triples import Triples
from tests.publication.conftest import canonical, described

SPDX = rdflib.Namespace("http://spdx.org/rdf/terms#")
SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
BOTH = pytest.mark.parametrize(
    ("published", "of"),
    [("site", "town"), pytest.param("whole", "project", marks=pytest.mark.system)],  # rdflib reads all of it
)

Rewritten = Callable[[str, str], Project]


@pytest.fixture
def lexical(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep rdflib from writing 05.50 as 5.50: it would count two objects as one."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)


def published_anew(project: Project, folder: Path) -> rdflib.Graph:
    build = pipeline.build(project, out=folder / "build").build
    assert build is not None
    return described(publish(build, project=project, out=folder / "site"))


def number(catalogue: rdflib.Graph, subject: rdflib.term.Node, predicate: rdflib.URIRef) -> int:
    (value,) = catalogue.objects(subject, predicate)
    return int(str(value))


@BOTH
@pytest.mark.usefixtures("lexical")
def test_the_counts_are_those_of_recounting_the_dump(published: str, of: str, request: pytest.FixtureRequest) -> None:
    site: Publication = request.getfixturevalue(published)
    project: Project = request.getfixturevalue(of)
    catalogue, dataset = described(site), rdflib.URIRef(str(project.dataset))
    dump = rdflib.Dataset().parse(next((site.folder / "data").glob("*.nq")), format="nquads")
    merged = set(dump.default_graph)

    assert {predicate: number(catalogue, dataset, predicate) for predicate in (VOID.triples, VOID.entities)} == {
        VOID.triples: len(merged),
        VOID.entities: len({s for s, _, _ in merged if isinstance(s, rdflib.URIRef) and s.startswith(project.base)}),
    }
    assert number(catalogue, dataset, VOID.distinctSubjects) == len({s for s, _, _ in merged})
    assert number(catalogue, dataset, VOID.distinctObjects) == len({o for _, _, o in merged})

    classes = Counter(o for _, p, o in merged if p == RDF.type and isinstance(o, rdflib.URIRef))
    assert number(catalogue, dataset, VOID.classes) == len(classes)
    assert {
        catalogue.value(part, VOID["class"]): number(catalogue, part, VOID.entities)
        for part in catalogue.objects(dataset, VOID.classPartition)
    } == classes

    properties = Counter(p for _, p, _ in merged)
    subjects = Counter(p for _, p in {(s, p) for s, p, _ in merged})
    objects = Counter(p for p, _ in {(p, o) for _, p, o in merged})
    assert number(catalogue, dataset, VOID.properties) == len(properties)
    assert {
        catalogue.value(part, VOID.property): tuple(
            number(catalogue, part, p) for p in (VOID.triples, VOID.distinctSubjects, VOID.distinctObjects)
        )
        for part in catalogue.objects(dataset, VOID.propertyPartition)
    } == {p: (properties[p], subjects[p], objects[p]) for p in properties}

    spaces = {re.sub(r"[^#/]*$", "", str(term)) for term in (*classes, *properties)}
    assert {str(space) for space in catalogue.objects(dataset, VOID.vocabulary)} == spaces

    graphs = {graph.identifier: len(graph) for graph in dump.graphs() if graph != dump.default_graph}
    assert {
        catalogue.value(part, SD.name): number(catalogue, part, VOID.triples)
        for part in catalogue.objects(dataset, VOID.subset)
    } == graphs


@BOTH
def test_each_distribution_has_the_size_and_the_checksum_of_its_file(
    published: str, of: str, request: pytest.FixtureRequest
) -> None:
    site: Publication = request.getfixturevalue(published)
    project: Project = request.getfixturevalue(of)
    catalogue, dataset = described(site), rdflib.URIRef(str(project.dataset))
    distributions = set(catalogue.objects(dataset, DCAT.distribution))
    offered = {
        path.relative_to(site.folder).as_posix()
        for path in (site.folder / "data").rglob("*")
        if path.is_file() and (path.parent.name == "data" or path.suffix == ".csv" or path.name == "inferred.ttl")
    }
    found = set()
    for distribution in distributions:
        assert (distribution, RDF.type, DCAT.Distribution) in catalogue
        (url,) = catalogue.objects(distribution, DCAT.downloadURL)
        path = str(url).removeprefix(project.base)
        found.add(path)
        assert ((dataset, VOID.dataDump, url) in catalogue) == (not path.endswith(".csv"))
        file = site.folder / path
        assert number(catalogue, distribution, DCAT.byteSize) == file.stat().st_size
        (checksum,) = catalogue.objects(distribution, SPDX.checksum)
        assert (checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256) in catalogue
        assert str(catalogue.value(checksum, SPDX.checksumValue)) == hashlib.sha256(file.read_bytes()).hexdigest()
        packing = catalogue.value(distribution, DCAT.compressFormat)
        assert media_type(packing) == {".gz": "application/gzip", ".zst": "application/zstd"}.get(file.suffix)
        assert (
            media_type(catalogue.value(distribution, DCAT.mediaType))
            == {
                ".ttl": "text/turtle",
                ".trig": "application/trig",
                ".nq": "application/n-quads",
                ".jsonld": "application/ld+json",
                ".csv": "text/csv",
            }[(file.with_suffix("") if packing else file).suffix]
        )
        (standard,) = catalogue.objects(distribution, DCTERMS.conformsTo)
        assert (standard, RDF.type, DCTERMS.Standard) in catalogue
        assert set(catalogue.objects(distribution, DCTERMS.license)) == set(catalogue.objects(dataset, DCTERMS.license))
    assert found == offered - {"data/context.jsonld", "data/dump.json"}


def media_type(token: rdflib.term.Node | None) -> str | None:
    return str(token).removeprefix("https://www.iana.org/assignments/media-types/") if token else None


@BOTH
def test_each_named_graph_is_a_subset_with_its_file(published: str, of: str, request: pytest.FixtureRequest) -> None:
    site: Publication = request.getfixturevalue(published)
    project: Project = request.getfixturevalue(of)
    catalogue, dataset = described(site), rdflib.URIRef(str(project.dataset))
    files = set()
    for part in catalogue.objects(dataset, VOID.subset):
        (url,) = catalogue.objects(part, VOID.dataDump)
        file = site.folder / str(url).removeprefix(project.base)
        assert f"the named graph <{catalogue.value(part, SD.name)}>" in file.read_text(encoding="utf-8").split("\n")[0]
        files.add(file)
    assert files == {path for path in (site.folder / "data" / "graph").rglob("*") if path.is_file()}


def test_what_the_people_wrote_is_copied_with_what_it_names(site: Publication, town: Project) -> None:
    catalogue, dataset = described(site), rdflib.URIRef(str(town.dataset))
    assert {str(title) for title in catalogue.objects(dataset, DCTERMS.title)} == {
        "Actes de la ville",
        "Acts of the town",
    }
    (catalog,) = catalogue.subjects(DCAT.dataset, dataset)
    assert (catalog, RDF.type, DCAT.Catalog) in catalogue
    (publisher,) = catalogue.objects(dataset, DCTERMS.publisher)
    assert str(catalogue.value(publisher, FOAF.name)) == "La ville"


def test_the_build_is_said_to_have_made_the_dataset(site: Publication, town: Project, town_build: Build) -> None:
    catalogue, dataset = described(site), rdflib.URIRef(str(town.dataset))
    (activity,) = catalogue.objects(dataset, PROV.wasGeneratedBy)
    (inputs,) = catalogue.objects(activity, PROV.used)
    (checksum,) = catalogue.objects(inputs, SPDX.checksum)
    assert str(catalogue.value(checksum, SPDX.checksumValue)) == town_build.manifest["inputs"]


@BOTH
def test_the_catalogue_as_jsonld_says_the_same(published: str, of: str, request: pytest.FixtureRequest) -> None:
    site: Publication = request.getfixturevalue(published)
    as_turtle, as_jsonld = (canonical(ox.parse(path=site.folder / f"catalog.{suffix}")) for suffix in ("ttl", "jsonld"))
    assert as_turtle == as_jsonld


# Dates


def dates(catalogue: rdflib.Graph) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"dataset/town": [], "catalog": []}
    for subject, date in catalogue.subject_objects(DCTERMS.modified):
        found[str(subject).removeprefix("https://example.org/town/id/")].append(str(date))
    return found


def test_the_date_is_that_of_the_settings(site: Publication) -> None:
    assert dates(described(site)) == {"dataset/town": ["2020-07-01"], "catalog": ["2020-07-01"]}


def test_a_date_that_the_people_wrote_is_the_only_one(rewritten: Rewritten, tmp_path: Path) -> None:
    written = '    a dcat:Dataset ;\n    dct:modified "2020-02-02"^^<http://www.w3.org/2001/XMLSchema#date> ;\n'
    catalogue = published_anew(rewritten("    a dcat:Dataset ;\n", written), tmp_path)
    assert dates(catalogue) == {"dataset/town": ["2020-02-02"], "catalog": ["2020-07-01"]}


@pytest.mark.parametrize(("epoch", "date"), [("0", ["1970-01-01"]), ("1593561600", ["2020-07-01"]), (None, [])])
def test_without_a_date_in_the_settings_it_is_that_of_the_environment_or_none(
    rewritten: Rewritten, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, epoch: str | None, date: list[str]
) -> None:
    town = undated(rewritten)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    if epoch is not None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    assert dates(published_anew(town, tmp_path)) == {"dataset/town": date, "catalog": date}


def test_a_date_of_the_environment_that_is_no_number_is_refused(
    rewritten: Rewritten, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH must be a number of seconds, not 'yesterday'"):
        published_anew(undated(rewritten), tmp_path)


def undated(rewritten: Rewritten) -> Project:
    file = rewritten("", "").settings_file
    file.write_text(re.sub(r"(?m)^issued = .*\n", "", file.read_text(encoding="utf-8")), encoding="utf-8")
    return Project.load(file)


# What is missing


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '    dct:title "Actes de la ville"@fr ;\n    dct:title "Acts of the town"@en ;\n',
            "",
            "dct:title of <{}dataset/town>",
        ),
        ("    a dcat:Dataset ;\n", "", "the type dcat:Dataset of <{}dataset/town>"),
        ("    a dcat:Catalog ;\n", "", "the type dcat:Catalog of <{}catalog>"),
        ("    dcat:dataset <https://example.org/town/id/dataset/town> ;\n", "", "no catalogue has the dataset"),
    ],
)
def test_what_the_description_lacks_is_named(
    rewritten: Rewritten, tmp_path: Path, old: str, new: str, message: str
) -> None:
    town = rewritten(old, new)
    with pytest.raises(UsageError) as caught:
        published_anew(town, tmp_path)
    assert message.format("https://example.org/town/id/") in str(caught.value)
    assert "instances/dataset.ttl" in str(caught.value)
    assert not (tmp_path / "site").exists()


# The standards


def test_where_sparql_is_answered_is_a_service(town: Project, town_build: Build, tmp_path: Path) -> None:
    endpoint = "https://example.org/sparql"
    write_data(town_build, project=town, root=tmp_path, site=town.base, endpoint=endpoint)
    catalogue, dataset = rdflib.Graph().parse(tmp_path / "catalog.ttl"), rdflib.URIRef(str(town.dataset))
    (service,) = catalogue.subjects(RDF.type, DCAT.DataService)
    assert list(catalogue.subjects(DCAT.service, service)) == list(catalogue.subjects(RDF.type, DCAT.Catalog))
    assert list(catalogue.objects(service, DCAT.endpointURL)) == [rdflib.URIRef(endpoint)]
    assert list(catalogue.objects(service, DCAT.servesDataset)) == [dataset]
    assert set(catalogue.objects(service, DCTERMS.license)) == set(catalogue.objects(dataset, DCTERMS.license)) != set()
    assert list(catalogue.objects(dataset, VOID.sparqlEndpoint)) == [rdflib.URIRef(endpoint)]


@pytest.fixture(scope="module")
def with_a_service(whole: Publication, project: Project) -> rdflib.Graph:
    """The catalogue of the whole publication, and where SPARQL would be answered."""
    triples = Triples(read_triples((whole.folder / "catalog.ttl").read_bytes()))
    [catalog] = [s[1:-1] for s, p, o in triples if (p, o) == (f"<{RDF.type}>", f"<{DCAT.Catalog}>")]
    serve(triples, catalog=catalog, dataset=str(project.dataset), endpoint="https://example.org/sparql")
    return rdflib.Graph().parse(data="".join(f"{s} {p} {o} .\n" for s, p, o in triples), format="nt")


@pytest.mark.conformance
@pytest.mark.parametrize("shapes", ["shapes.ttl", "shapes_recommended.ttl"])
def test_the_catalogue_has_no_finding_against_dcat_ap(
    with_a_service: rdflib.Graph, conformance: Path, shapes: str
) -> None:
    from pyshacl import validate

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        conforms, report, text = validate(
            with_a_service, shacl_graph=rdflib.Graph().parse(conformance / "dcat-ap" / shapes)
        )
    assert conforms, text
    assert isinstance(report, rdflib.Graph)
    assert list(report.subjects(RDF.type, rdflib.Namespace("http://www.w3.org/ns/shacl#").ValidationResult)) == [], text
