"""What every test may ask for: the checkout, and the material that stands beside it."""

import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from kg import pipeline
from kg.graph.build import Build
from kg.project import Project

# How long an example takes is the machine's affair.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def project_root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def conformance() -> Path:
    folder = SHARED / "conformance"
    if not folder.is_dir():
        pytest.skip("the standards' test data is not beside the project (../shared/conformance)")
    return folder


@pytest.fixture(scope="session")
def source_text() -> Path:
    file = SHARED / "source" / "etat-davenir-3.txt"
    if not file.is_file():
        pytest.skip("the document's text is not beside the project (../shared/source/etat-davenir-3.txt)")
    return file


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A copy of the fixture project."""
    root = tmp_path_factory.mktemp("town") / "project"
    shutil.copytree(ROOT / "tests" / "fixture", root)
    return Project.find(root)


@pytest.fixture
def copy(tmp_path: Path) -> Project:
    """A copy of the fixture project for one test, to change."""
    shutil.copytree(ROOT / "tests" / "fixture", tmp_path / "town")
    return Project.find(tmp_path / "town")


@pytest.fixture(scope="session")
def town_build(town: Project) -> Build:
    build = pipeline.build(town, out=town.root / "build").build
    assert build is not None
    return build


@pytest.fixture(scope="session")
def project() -> Project:
    return Project.find(ROOT)


@pytest.fixture(scope="session")
def project_build(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The whole graph of the project, built once for all tests."""
    build = pipeline.build(project, out=tmp_path_factory.mktemp("whole") / "build").build
    assert build is not None
    return build
