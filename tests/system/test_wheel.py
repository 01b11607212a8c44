"""A wheel holds the pages, the files that they load, and the editor as it was built."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.system


def test_a_wheel_holds_the_editor(project_root: Path, tmp_path: Path) -> None:
    built = project_root / "src" / "kg" / "service" / "static" / "editor"
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path)]
    subprocess.run([*command, str(project_root)], check=True)
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as file:
        names = set(file.namelist())
        manifest = json.loads(file.read("kg/service/static/editor/manifest.json"))
    assert {f"kg/service/static/editor/{path.name}" for path in built.iterdir()} <= names
    assert {f"kg/service/static/editor/{name}" for name in (*manifest.values(), "THIRD-PARTY.txt")} <= names
    assert {"kg/service/static/page.css", "kg/service/templates/endpoint.html"} <= names
    assert [name for name in names if "node_modules" in name or name.startswith("web")] == []
