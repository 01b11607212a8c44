"""Who does not ask for Spark has none of it; who asks is told what is missing."""

import subprocess
import sys
from pathlib import Path

import pytest

FIXTURE = Path(__file__).parent / "fixture"


def run(prelude: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    program = f"import sys; {prelude}; from kg.cli import main; sys.argv = ['kg', *sys.argv[1:]]; main()"
    command = [sys.executable, "-P", "-c", program, "-C", str(FIXTURE), *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def test_a_build_imports_nothing_of_spark(tmp_path: Path) -> None:
    report = (
        "import atexit; atexit.register(lambda: print({'pyspark', 'pandas', 'pyarrow', 'sqlglot'} & {*sys.modules}))"
    )
    done = run(report, "build", "--out", str(tmp_path / "build"))
    assert (done.returncode, done.stdout) == (0, "set()\n")


@pytest.mark.parametrize("command", [("build", "--out"), ("validate", "--output")])
def test_what_to_install_is_said(tmp_path: Path, command: tuple[str, str]) -> None:
    call = (
        *command,
        str(tmp_path / "out"),
        "--engine",
        "spark",
        "--master",
        "local[2]",
        "--tables",
        str(tmp_path / "t"),
    )
    done = run("sys.modules['pyspark'] = None", *call)
    assert done.returncode == 2
    assert done.stderr.startswith("error: --engine spark needs ")
    assert "pip install 'kg-publisher[spark]'" in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--engine", "spark"), "--engine spark needs --master"),
        (("--engine", "spark", "--master", "local[2]"), "and --tables URI"),
        (("--master", "local[2]"), "are of --engine spark"),
        (("--resume",), "are of --engine spark"),
        (("--data", "hdfs://HOST/data"), "are of --engine spark"),
    ],
)
def test_a_call_that_lacks_a_part_is_refused(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    done = run("pass", "build", "--out", str(tmp_path / "out"), *arguments)
    assert (done.returncode, said in done.stderr) == (2, True)
