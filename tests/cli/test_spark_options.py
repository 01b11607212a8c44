"""What the options of Spark ask for is said before anything begins."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kg.errors import UsageError
from kg.graph.spark import session
from kg.project import Project


def kg(project: Project, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "kg", "-C", str(project.root), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environment})


def test_master_and_tables_are_for_spark_and_spark_needs_both(town: Project) -> None:
    for arguments, said in (
        (["build", "--engine", "spark"], "needs --master"),
        (["build", "--master", "local[2]"], "are for --engine spark"),
        (["build", "--resume"], "--resume is for --engine spark"),
    ):
        done = kg(town, *arguments)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def test_without_java_what_to_install_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(UsageError, match="there is no Java .*install openjdk-17"):
        session._require_java()


def test_an_old_java_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"1.8.0_292\"' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(UsageError, match="is Java 8"):
        session._require_java()


@pytest.mark.parametrize("master", ["spark://host", "spark:7077", "somewhere"])
def test_what_is_no_master_is_refused(master: str) -> None:
    with pytest.raises(UsageError, match="not a master"):
        session._reach(master)


def test_an_amount_of_memory_is_one_that_java_takes() -> None:
    assert [session._memory(said) for said in (None, "4GB", "500MB")] == [None, "4096m", "500m"]
    with pytest.raises(UsageError, match="not an amount"):
        session._memory("much")
