"""The servers of these tests, over small graphs."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.project import Project
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
