"""What every test may ask for: the checkout, and the material that stands beside it."""

from pathlib import Path

import pytest

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
