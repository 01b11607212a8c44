"""What the repository offers to continuous integration runs as it is written, on a sample repository."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from .conftest import git

BIN = Path(sys.executable).parent
SECOND = "instances/reference/second.ttl"


def run(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "LANG": "en_GB.UTF-8"}
    return subprocess.run(
        ["bash", "-e", "-c", script], cwd=folder, env={**os.environ, **path, **environment},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def action(root: Path, folder: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """Run the action's step as GitHub does: inputs in the environment, bash with -e and pipefail."""
    data = yaml.safe_load((root / "action.yml").read_text())
    (step,) = (step for step in data["runs"]["steps"] if step.get("name") == "Validate")
    inputs = {name: said["default"] for name, said in data["inputs"].items()} | given

    def value(expression: str) -> str:
        return inputs[re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", expression)[1]]

    environment = {name: value(expression) for name, expression in step["env"].items()}
    assert "${{" not in step["run"]  # what a user gives is never part of the script
    return run(f"set -o pipefail\n{step['run']}", folder, **environment)


def test_the_action_annotates_the_files_at_fault(project_root: Path, wrong: Path) -> None:
    done = action(project_root, wrong, sarif="found.sarif")
    assert done.returncode == 1, done.stderr
    assert re.search(rf"^::error file={SECOND},", done.stdout, re.MULTILINE)
    assert len(json.loads((wrong / "found.sarif").read_text())["runs"][0]["results"]) == 1


def test_the_action_passes_where_nothing_is_wrong(project_root: Path, repository: Path) -> None:
    done = action(project_root, repository)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_the_action_knows_changes_baselines_and_paths(project_root: Path, wrong: Path) -> None:
    git(wrong, "add", ".")
    git(wrong, "commit", "--quiet", "-m", "Second")
    assert action(project_root, wrong, **{"changed-since": "HEAD"}).returncode == 0
    assert action(project_root, wrong, **{"changed-since": "HEAD~1"}).returncode == 1
    action(project_root, wrong, sarif="known.sarif")
    assert action(project_root, wrong, baseline="known.sarif").returncode == 0
    assert action(project_root, wrong, paths=f"{SECOND}\n", shapes="shapes/act.ttl\n").returncode == 1
    assert action(project_root, wrong, paths="nowhere").returncode == 2
    assert action(project_root, wrong, sarif="nowhere/x", paths="$(touch oh)").returncode == 2
    assert not (wrong / "oh").exists()


def test_the_action_writes_a_comment_of_the_findings_and_of_what_differs(project_root: Path, wrong: Path) -> None:
    done = action(project_root, wrong, comment="comment.md", **{"changed-since": "HEAD"})
    assert done.returncode == 1, done.stderr
    comment = (wrong / "comment.md").read_text(encoding="utf-8")
    findings, _, differences = comment.partition("1 added")
    assert SECOND in findings
    assert "second" in differences
    assert action(project_root, wrong, comment="comment.md").returncode == 1
    assert "1 added" not in (wrong / "comment.md").read_text(encoding="utf-8")
    assert action(project_root, wrong, comment="nowhere/x").returncode == 2


def test_the_action_installs_this_package(project_root: Path) -> None:
    steps = yaml.safe_load((project_root / "action.yml").read_text())["runs"]["steps"]
    (install,) = (step["run"] for step in steps if step.get("name") == "Install")
    assert install.endswith('install --quiet "$GITHUB_ACTION_PATH"')
    assert (project_root / "pyproject.toml").is_file()


def test_the_hooks_fail_on_what_is_wrong_and_pass_on_what_is_right(project_root: Path, wrong: Path) -> None:
    hooks = {hook["id"]: hook for hook in yaml.safe_load((project_root / ".pre-commit-hooks.yaml").read_text())}
    assert set(hooks) == {"kg-check", "kg-validate"}
    for hook in hooks.values():
        assert hook["language"] == "python"
        assert re.search(hook["files"], SECOND)
    assert run(hooks["kg-validate"]["entry"], wrong).returncode == 1
    (wrong / SECOND).write_text("<http://e/a> <http://e/b")
    assert run(hooks["kg-check"]["entry"], wrong).returncode == 1
    (wrong / SECOND).unlink()
    for hook in hooks.values():
        assert run(hook["entry"], wrong).returncode == 0, hook["id"]


@pytest.mark.parametrize("options", ["", "--fail-on warning"])
def test_the_component_of_gitlab_writes_the_report_that_it_gives(project_root: Path, wrong: Path, options: str) -> None:
    head, body = yaml.safe_load_all((project_root / "templates" / "validate" / "template.yml").read_text())
    inputs = {name: said["default"] for name, said in head["spec"]["inputs"].items()} | {"options": options}
    job = body["kg-validate"]
    codes, out = [], ""
    for line in job["script"]:
        script = re.sub(r"\$\[\[ inputs\.([a-z]+) \]\]", lambda match: inputs[match[1]], line)
        done = run(script, wrong)
        codes.append(done.returncode)
        out += done.stdout
    assert codes == [0, 1]
    assert SECOND in out
    (issue,) = json.loads((wrong / job["artifacts"]["reports"]["codequality"]).read_text())
    assert issue["location"]["path"] == SECOND


def test_the_recipe_of_jenkins_writes_what_it_publishes(project_root: Path, wrong: Path) -> None:
    (recipe,) = re.findall(r"```groovy\n(.*?)```", (project_root / "docs" / "ci.md").read_text(), re.DOTALL)
    commands = re.findall(r"sh '([^']*)'", recipe)
    assert commands[0] == f"python3 -m venv {commands[1].split('/')[0]}"
    (wrong / ".kg").mkdir()
    (wrong / ".kg" / "bin").symlink_to(BIN)
    codes = [run(command, wrong).returncode for command in commands if "/kg " in command]
    assert codes == [0, 1]
    (junit,) = re.findall(r"junit '([^']*)'", recipe)
    assert len(ElementTree.parse(wrong / junit).getroot().findall("*/testcase/failure")) == 1
    (page,) = re.findall(r"archiveArtifacts '([^']*)'", recipe)
    assert SECOND in (wrong / page).read_text()


def test_the_commands_of_the_document_run(project_root: Path, wrong: Path) -> None:
    text = (project_root / "docs" / "ci.md").read_text()
    lines = [line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    assert [run(line, wrong).returncode for line in lines] == [1, 0]
