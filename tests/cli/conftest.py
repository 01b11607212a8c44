"""A repository of git with a project in it, whose first revision is clean."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from kg.cli import main

FIXTURE = Path(__file__).resolve().parents[1] / "fixture"


@dataclass(frozen=True)
class Run:
    """What a call gave: code, stdout and stderr."""

    code: int
    out: str
    err: str


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    shutil.copytree(FIXTURE, root)
    git(root, "init", "--quiet", "--initial-branch", "main")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "Begin")
    return root


@pytest.fixture
def wrong(repository: Path) -> Path:
    """The repository with a second pact, not committed, whose day is no date."""
    (repository / "instances" / "reference" / "second.ttl").write_text(
        "@prefix id: <https://example.org/town/id/> .\n"
        "@prefix t: <https://example.org/town/def#> .\n\n"
        "id:second\n    a t:Pact ;\n    t:amends id:charter ;\n"
        '    t:signedOn "2020-05-04" ;\n    .\n'
    )
    return repository


@pytest.fixture
def kg(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Call kg in a folder, in this process."""
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)

    def call(folder: Path, *arguments: str) -> Run:
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["kg", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Run(int(ended.value.code or 0), out, err)

    return call
