"""The servers of these tests, over small graphs."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg import pipeline
from kg.graph.build import Build
from kg.project import Project
from kg.publication.publish import Publication
from kg.service.site import Site
from tests.service.changing import Town, changing
from tests.service.dereferencing import FORMER, Client, serving
from tests.service.hosts import written
from tests.service.served import Served, limited, served


@pytest.fixture(scope="session")
def served_town(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A built copy of the fixture project with small limits."""
    root = tmp_path_factory.mktemp("served") / "town"
    shutil.copytree(project_root / "tests" / "fixture", root)
    return limited(Project.find(root))


@pytest.fixture(scope="session")
def server(served_town: Project) -> Iterator[Served]:
    with served(served_town, "--workers", "2") as found:
        yield found


@pytest.fixture(scope="session")
def old_town(tmp_path_factory: pytest.TempPathFactory, project_root: Path) -> tuple[Project, Build]:
    """The fixture project with things that have a past, odd names, and many links to one."""
    root = tmp_path_factory.mktemp("old") / "town"
    shutil.copytree(project_root / "tests" / "fixture", root)
    many = "".join(f"id:hamlet-{n} t:within id:valley .\n" for n in range(120))
    (root / "instances" / "reference" / "former.ttl").write_text(FORMER + many, encoding="utf-8")
    project = Project.find(root)
    build = pipeline.build(project, out=root / "build").build
    assert build is not None
    return project, build


@pytest.fixture(scope="session")
def town_site(old_town: tuple[Project, Build]) -> Iterator[Client]:
    with serving(Site(*old_town)) as client:
        yield client


@pytest.fixture(scope="session")
def whole_site(project: Project, project_build: Build) -> Iterator[Client]:
    with serving(Site(project, project_build)) as client:
        yield client


@pytest.fixture(scope="session")
def clients(project_root: Path) -> Path:
    """The folder of what the tests need in JavaScript, installed as their lock file says."""
    folder = project_root / "tests" / "clients"
    installed = folder / "node_modules" / ".package-lock.json"
    lock = folder / "package-lock.json"
    if not installed.is_file() or installed.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run(["npm", "ci", "--silent"], cwd=folder, check=True)
        installed.touch()
    return folder


@pytest.fixture(scope="session")
def hosted_town(old_town: tuple[Project, Build], tmp_path_factory: pytest.TempPathFactory) -> Publication:
    """The fixture project, written as files."""
    return written(*old_town, tmp_path_factory.mktemp("hosted") / "site")


@pytest.fixture(scope="session")
def published_town(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Town:
    return changing(project_root / "tests" / "fixture", tmp_path_factory.mktemp("changing") / "town")
