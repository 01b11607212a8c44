"""Two publications: of the fixture project, and of the whole one."""

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import CanonicalizationAlgorithm, Dataset, DefaultGraph, Quad, parse

from kg.graph.build import Build
from kg.project import Project
from kg.publication.publish import Publication, publish

Lines = list[str]


def canonical(quads: Iterable[Quad]) -> Lines:
    """Return the N-Quads lines of quads, sorted, blank nodes named by RDFC-1.0: equal when the datasets are."""
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(str(quad) for quad in dataset)


def graphs_of(build: Build) -> dict[str, list[Quad]]:
    """Return the quads of a dump by the IRI of their graph, empty for the default one, each put in that one."""
    graphs: defaultdict[str, list[Quad]] = defaultdict(list)
    for quad in parse(path=build.dump):
        name = "" if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name.value
        graphs[name].append(Quad(quad.subject, quad.predicate, quad.object))
    return dict(graphs)


def described(site: Publication) -> rdflib.Graph:
    """Return the catalogue of a publication."""
    return rdflib.Graph().parse(site.folder / "catalog.ttl")


@pytest.fixture(scope="session")
def site(town: Project, town_build: Build, tmp_path_factory: pytest.TempPathFactory) -> Publication:
    return publish(town_build, project=town, out=tmp_path_factory.mktemp("site") / "site")


@pytest.fixture(scope="session")
def tabled(town: Project, town_build: Build, tmp_path_factory: pytest.TempPathFactory) -> Publication:
    """The publication of the fixture project with tables, their queries beside this file."""
    root = tmp_path_factory.mktemp("tabled") / "town"
    shutil.copytree(town.root, root, ignore=shutil.ignore_patterns("build*"))
    shutil.copytree(Path(__file__).parent / "tables", root / "queries" / "tables")
    return publish(town_build, project=Project.find(root), out=root / "site")


@pytest.fixture(scope="session")
def whole(project: Project, project_build: Build, tmp_path_factory: pytest.TempPathFactory) -> Publication:
    return publish(project_build, project=project, out=tmp_path_factory.mktemp("whole") / "site")


@pytest.fixture
def rewritten(town: Project, tmp_path: Path) -> Callable[[str, str], Project]:
    """A maker of copies of the fixture project whose description of the dataset says something else."""

    def rewrite(old: str, new: str) -> Project:
        root = tmp_path / "town"
        shutil.copytree(town.root, root, ignore=shutil.ignore_patterns("build*"))
        file = root / "instances" / "dataset.ttl"
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")
        return Project.find(root)

    return rewrite
