"""What kg publish writes, read again by others."""

import hashlib
import shutil
from collections import Counter
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import CanonicalizationAlgorithm, Dataset, DefaultGraph, RdfFormat, parse

from kg import pipeline
from kg.errors import UsageError
from kg.graph.build import Build
from kg.project import Project
from kg.publication.publish import Publication, publish

DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")
VOID = rdflib.Namespace("http://rdfs.org/ns/void#")
SPDX = rdflib.Namespace("http://spdx.org/rdf/terms#")


def canonical(quads: list) -> str:
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return "\n".join(sorted(str(quad) for quad in dataset))


@pytest.fixture(scope="module")
def site(town: Project, town_build: Build, tmp_path_factory: pytest.TempPathFactory) -> Publication:
    return publish(town_build, project=town, out=tmp_path_factory.mktemp("site") / "site")


@pytest.fixture(scope="module")
def whole(project: Project, project_build: Build, tmp_path_factory: pytest.TempPathFactory) -> Publication:
    return publish(project_build, project=project, out=tmp_path_factory.mktemp("whole") / "site")


def test_every_checksum_verifies(site: Publication) -> None:
    lines = (site.folder / "SHA256SUMS").read_text().splitlines()
    assert {line.split("  ")[1] for line in lines} == {
        path.relative_to(site.folder).as_posix() for path in site.folder.rglob("*") if path.is_file()
    } - {"SHA256SUMS"}
    for line in lines:
        digest, name = line.split("  ")
        assert hashlib.sha256((site.folder / name).read_bytes()).hexdigest() == digest


def test_the_dumps_say_the_same_in_each_format(site: Publication, town_build: Build) -> None:
    dump = list(parse(path=town_build.dump))
    data = site.folder / "data"
    assert (data / "town.nq").read_bytes() == town_build.dump.read_bytes()
    assert canonical(list(parse(path=data / "town.trig"))) == canonical(dump)
    merged = [quad for quad in dump if isinstance(quad.graph_name, DefaultGraph)]
    assert canonical(list(parse(path=data / "town.ttl"))) == canonical(merged)


def test_each_named_graph_is_a_file(site: Publication, town_build: Build) -> None:
    sizes = Counter(
        str(q.graph_name) for q in parse(path=town_build.dump) if not isinstance(q.graph_name, DefaultGraph)
    )
    files = sorted((site.folder / "data" / "graph").rglob("*.ttl"))
    assert len(files) == len(sizes)
    assert Counter(sizes.values()) == Counter(len(list(parse(path=file))) for file in files)
    passage = site.folder / "data/graph/doc/gazette/line/4.ttl"
    assert len(list(parse(path=passage))) == sizes["<https://example.org/town/doc/gazette#line=3,4>"]


def test_the_catalogue_counts_what_the_dump_holds(site: Publication, town: Project, town_build: Build) -> None:
    catalogue = rdflib.Graph().parse(site.folder / "catalog.ttl")
    dataset = rdflib.URIRef(str(town.dataset))
    merged = rdflib.Graph()
    for quad in parse(path=town_build.dump, format=RdfFormat.N_QUADS):
        if isinstance(quad.graph_name, DefaultGraph):
            merged.add(rdflib.util.from_n3(str(term)) for term in (quad.subject, quad.predicate, quad.object))
    counts = {
        VOID.triples: len(merged),
        VOID.distinctSubjects: len(set(merged.subjects())),
        VOID.distinctObjects: len(set(merged.objects())),
        VOID.properties: len(set(merged.predicates())),
        VOID.classes: len(set(merged.objects(None, rdflib.RDF.type))),
    }
    for predicate, count in counts.items():
        assert int(catalogue.value(dataset, predicate)) == count, predicate
    for partition in catalogue.objects(dataset, VOID.classPartition):
        kind = catalogue.value(partition, VOID["class"])
        assert int(catalogue.value(partition, VOID.entities)) == len(set(merged.subjects(rdflib.RDF.type, kind))), kind
    for partition in catalogue.objects(dataset, VOID.propertyPartition):
        prop = catalogue.value(partition, VOID.property)
        assert int(catalogue.value(partition, VOID.triples)) == len(set(merged.subject_objects(prop))), prop


def test_each_distribution_has_the_size_and_checksum_of_its_file(site: Publication, town: Project) -> None:
    catalogue = rdflib.Graph().parse(site.folder / "catalog.ttl")
    distributions = set(catalogue.objects(rdflib.URIRef(str(town.dataset)), DCAT.distribution))
    assert len(distributions) == 3
    for distribution in distributions:
        url = str(catalogue.value(distribution, DCAT.downloadURL))
        file = site.folder / url.removeprefix(town.base)
        assert int(catalogue.value(distribution, DCAT.byteSize)) == file.stat().st_size
        checksum = catalogue.value(distribution, SPDX.checksum)
        assert str(catalogue.value(checksum, SPDX.checksumValue)) == hashlib.sha256(file.read_bytes()).hexdigest()


def test_the_same_build_gives_the_same_bytes(
    site: Publication, town: Project, town_build: Build, tmp_path: Path
) -> None:
    again = publish(town_build, project=town, out=tmp_path / "site")
    assert again.files == site.files


def test_another_base_changes_addresses_and_no_iri(town: Project, town_build: Build, tmp_path: Path) -> None:
    moved = publish(town_build, project=town, out=tmp_path / "site", base="https://host.example/graph/")
    text = (moved.folder / "catalog.ttl").read_text()
    assert "https://host.example/graph/data/town.nq" in text
    assert (moved.folder / "data/town.nq").read_bytes() == town_build.dump.read_bytes()


def test_a_folder_that_kg_did_not_make_is_left_alone(town: Project, town_build: Build, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "mine").write_text("precious")
    with pytest.raises(UsageError, match="not made by kg"):
        publish(town_build, project=town, out=tmp_path / "site")
    assert (tmp_path / "site" / "mine").read_text() == "precious"


def test_a_graph_without_description_says_what_to_write(town: Project, tmp_path: Path) -> None:
    shutil.copytree(town.root, tmp_path / "town", ignore=shutil.ignore_patterns("build*", "dataset.ttl"))
    bare = Project.find(tmp_path / "town")
    build = pipeline.build(bare, out=tmp_path / "build").build
    assert build is not None
    with pytest.raises(UsageError, match=r"dcat:"):
        publish(build, project=bare, out=tmp_path / "site")
    assert not (tmp_path / "site").exists()


@pytest.mark.conformance
@pytest.mark.parametrize("shapes", ["shapes.ttl", "shapes_recommended.ttl"])
def test_the_catalogue_conforms_to_dcat_ap(whole: Publication, conformance: Path, shapes: str) -> None:
    import warnings

    from pyshacl import validate

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        conforms, _, text = validate(
            rdflib.Graph().parse(whole.folder / "catalog.ttl"),
            shacl_graph=rdflib.Graph().parse(conformance / "dcat-ap" / shapes),
        )
    assert conforms, text


def test_the_whole_publication_holds_every_passage(whole: Publication, project_build: Build) -> None:
    graphs = {str(quad.graph_name) for quad in parse(path=project_build.dump)} - {str(DefaultGraph())}
    assert len(list((whole.folder / "data" / "graph").rglob("*.ttl"))) == len(graphs)
