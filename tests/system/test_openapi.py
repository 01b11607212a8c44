"""The service does what its OpenAPI document says, whatever is asked: schemathesis tries."""

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

from kg.project import Project
from tests.service.served import limited, served

pytestmark = pytest.mark.system
SECONDS = os.environ.get("KG_FUZZ_SECONDS", "40")
# Most texts are no SPARQL query, so that the endpoint refuses much that the document allows.
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
    "negative_data_rejection,unsupported_method,allow_header_conformance"
)


def test_the_service_does_what_its_description_says(project_root: Path, tmp_path: Path) -> None:
    tool = shutil.which("schemathesis", path=sysconfig.get_path("scripts"))
    assert tool, "schemathesis is in the test dependencies"
    root = shutil.copytree(project_root / "tests" / "fixture", tmp_path / "town")
    with served(limited(Project.find(root)), "--workers", "2") as server:
        command = [tool, "run", f"{server.address}/openapi.json", "--checks", CHECKS, "--max-time", SECONDS]
        environment = os.environ | {"PYTHONPATH": "", "NO_COLOR": "1"}
        done = subprocess.run(
            [*command, "--warnings", "off", "--seed", "7"],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
        assert server.client.get("/health").status_code == 200
