"""kg diff as a user and a CI meet it."""

import json
import subprocess
from pathlib import Path

import pytest

from kg.cli.comparing import DIFF_FORMATS
from kg.publication.diff_forms import FORMS

from .conftest import git

GAZETTE = "instances/passages/gazette.trig"


@pytest.fixture
def dated(repository: Path) -> Path:
    """The repository with a date that was changed and committed."""
    file = repository / GAZETTE
    file.write_text(file.read_text(encoding="utf-8").replace("2020-05-03", "2020-05-04"), encoding="utf-8")
    git(repository, "commit", "--quiet", "-a", "-m", "Correct")
    return repository


def test_the_formats_are_those_there_are() -> None:
    assert DIFF_FORMATS == FORMS


def test_revisions_and_the_folder_are_compared(kg, dated: Path) -> None:
    for new in (".", "HEAD"):
        run = kg(dated, "diff", "HEAD~1", new)
        assert (run.code, run.err) == (0, "")
        assert "signed on 2020-05-03 becomes 2020-05-04." in run.out
    assert kg(dated, "diff", "HEAD", ".").out == "Nothing differs.\n"
    assert "devient" in kg(dated, "--lang", "fr", "diff", "HEAD~1", ".").out
    assert git(dated, "status", "--porcelain") == ""
    assert git(dated, "worktree", "list").count("\n") == 1


def test_a_project_below_the_top_of_its_repository_is_compared(kg, tmp_path: Path, repository: Path) -> None:
    top = tmp_path / "top"
    top.mkdir()
    (repository / ".git").rename(tmp_path / "unused")
    repository.rename(top / "town")
    git(top, "init", "--quiet")
    git(top, "add", ".")
    git(top, "commit", "--quiet", "-m", "Begin")
    file = top / "town" / GAZETTE
    file.write_text(file.read_text(encoding="utf-8").replace("2020-05-03", "2020-05-04"), encoding="utf-8")
    assert "2020-05-03 becomes 2020-05-04" in kg(top / "town", "diff", "HEAD", ".").out


def test_the_code_tells_when_asked(kg, dated: Path) -> None:
    assert kg(dated, "diff", "HEAD~1", "HEAD").code == 0
    assert kg(dated, "diff", "HEAD~1", "HEAD", "--exit-code").code == 1
    assert kg(dated, "diff", "HEAD", "HEAD", "--exit-code").code == 0


def test_builds_are_compared_outside_of_a_project(kg, dated: Path, tmp_path: Path) -> None:
    assert kg(dated, "build", "--out", str(tmp_path / "new")).code == 0
    git(dated, "checkout", "--quiet", "HEAD~1")
    assert kg(dated, "build", "--out", str(tmp_path / "old")).code == 0
    run = kg(tmp_path, "diff", "old", "new", "--format", "json", "--inferred")
    assert run.code == 0
    found = json.loads(run.out)
    assert found["resources"] == {"added": 0, "removed": 0, "changed": 1}
    [change] = found["changes"][0]["changes"]
    assert change["kind"] == "changed"


def test_what_is_no_side_is_a_fault_of_the_call(kg, dated: Path) -> None:
    run = kg(dated, "diff", "no-such-revision", ".")
    assert run.code == 2
    assert "no build, no folder and no revision no-such-revision" in run.err
    assert kg(dated, "diff", "instances", ".").code == 2
    assert kg(dated, "diff", "HEAD~1", ".", "--format", "patch", "--limit", "1").code == 2


def test_an_option_of_git_is_no_revision(kg, dated: Path) -> None:
    run = kg(dated, "diff", "--", "--output=x", ".")
    assert run.code == 2
    assert subprocess.run(["git", "status", "--porcelain"], cwd=dated, capture_output=True, check=True).stdout == b""
