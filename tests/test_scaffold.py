"""``kg init``: what it writes passes its own checks and tests; what the README shows of it happens."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FILES = """.github/workflows/kg.yml .gitignore README.md instances/books.ttl kg.toml ontology/books.ttl
queries/competency/books-and-pages.rq shapes/books.ttl tests/answers/books-and-pages.csv tests/examples/invalid.ttl
tests/examples/valid.ttl tests/test_graph.py"""


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *arguments], cwd=folder, capture_output=True, text=True)


def begin(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return run("kg", "init", folder.name, *options, folder=folder.parent)


def inside(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graphs") / "demo"
    begun = begin(folder)
    assert begun.returncode == 0, begun.stderr
    assert {line.removeprefix("demo/") for line in begun.stdout.split()} == set(FILES.split())
    return folder


def test_it_writes_these_files_and_no_other(tmp_path: Path) -> None:
    begin(tmp_path / "graph")
    assert inside(tmp_path / "graph") == set(FILES.split())


def test_what_it_writes_has_nothing_to_lint(demo: Path) -> None:
    checked = run("kg", "check", folder=demo)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_what_it_writes_is_valid_and_its_shape_is_in_both_languages(demo: Path, tmp_path: Path) -> None:
    assert run("kg", "validate", folder=demo).returncode == 0
    broken = shutil.copytree(demo, tmp_path / "broken")
    facts = broken / "instances" / "books.ttl"
    facts.write_text(facts.read_text(encoding="utf-8").replace("pages 237", 'pages "many"'), encoding="utf-8")
    for language, message in (("fr", "Un livre a un nombre de pages"), ("en", "A book has one number of pages")):
        found = run("kg", "--lang", language, "validate", folder=broken)
        assert found.returncode == 1
        assert message in found.stdout
        assert "instances/books.ttl" in found.stdout


def test_what_it_writes_builds_and_answers(demo: Path) -> None:
    built = run("kg", "build", folder=demo)
    assert built.returncode == 0, built.stderr
    asked = run("kg", "query", "books-and-pages", "--format", "csv", folder=demo)
    assert asked.stdout.split() == ["book,pages", "https://example.org/demo/id/candide,237"]


def test_the_tests_it_writes_pass(demo: Path) -> None:
    tested = run("pytest", "-q", "-p", "no:cacheprovider", "tests", folder=demo)
    assert tested.returncode == 0, tested.stdout
    assert "4 passed" in tested.stdout


def test_the_tests_it_writes_see_a_wrong_answer_and_a_shape_that_lets_all_pass(demo: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(demo, tmp_path / "broken")
    answer = broken / "tests" / "answers" / "books-and-pages.csv"
    answer.write_text(answer.read_text(encoding="utf-8").replace("237", "238"), encoding="utf-8")
    shape = broken / "shapes" / "books.ttl"
    shape.write_text(shape.read_text(encoding="utf-8").replace("    sh:minCount 1 ;\n", ""), encoding="utf-8")
    tested = run("pytest", "-q", "-p", "no:cacheprovider", "tests", folder=broken)
    assert "2 failed, 2 passed" in tested.stdout


def test_the_commands_of_its_workflow_run(demo: Path) -> None:
    text = (demo / ".github" / "workflows" / "kg.yml").read_text(encoding="utf-8")
    lines = re.findall(r"- run: (kg .*)", text)
    assert [line.split()[1] for line in lines] == ["check", "validate", "build"]
    for line in lines:
        done = run(*line.split(), folder=demo)
        assert done.returncode == 0, f"{line}: {done.stderr}"


def test_the_base_is_the_one_given(tmp_path: Path) -> None:
    assert begin(tmp_path / "graph", "--base", "https://data.example.net/books/").returncode == 0
    assert run("kg", "check", folder=tmp_path / "graph").returncode == 0
    built = run("kg", "build", folder=tmp_path / "graph")
    assert built.returncode == 0, built.stderr
    asked = run("kg", "query", "books-and-pages", "--format", "csv", folder=tmp_path / "graph")
    assert "https://data.example.net/books/id/candide,237" in asked.stdout


def test_a_folder_name_becomes_a_segment_of_the_base(tmp_path: Path) -> None:
    assert begin(tmp_path / "Mon graphe $1").returncode == 0
    settings = (tmp_path / "Mon graphe $1" / "kg.toml").read_text(encoding="utf-8")
    assert 'base = "https://example.org/mon-graphe-1/"' in settings


@pytest.mark.parametrize("base", ["https://example.org/demo", "https://example.org/demo#", "demo/", 'https://a"b/'])
def test_a_base_that_is_not_one_is_refused(base: str, tmp_path: Path) -> None:
    refused = begin(tmp_path / "graph", "--base", base)
    assert refused.returncode == 2
    assert "--base" in refused.stderr
    assert not (tmp_path / "graph").exists()


def test_a_folder_that_holds_something_is_refused_and_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "graph"
    folder.mkdir()
    assert begin(folder).returncode == 0  # an empty one is taken
    (folder / "kg.toml").write_text("mine", encoding="utf-8")
    before = inside(folder)
    refused = begin(folder)
    assert refused.returncode == 2
    assert "not an empty folder: graph" in refused.stderr
    assert inside(folder) == before
    assert (folder / "kg.toml").read_text(encoding="utf-8") == "mine"
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert begin(tmp_path / "file").returncode == 2


@pytest.mark.system
def test_the_five_commands_of_the_readme(project_root: Path, tmp_path: Path) -> None:
    """They run in a copy of the checkout and a new virtual environment."""
    section = (project_root / "README.md").read_text(encoding="utf-8").split("## Start your own graph")[1]
    block = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert block
    install, begun, broken, seen, fixed = block[1].splitlines()
    copy, new = tmp_path / "checkout", tmp_path / "venv"
    assert run("venv", str(new), folder=tmp_path).returncode == 0
    shutil.copytree(project_root / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(project_root / name, copy)
    environment = os.environ | {
        "PATH": f"{new / 'bin'}{os.pathsep}{os.environ['PATH']}",
    }

    def shell(line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(line, shell=True, cwd=copy, env=environment, capture_output=True, text=True)

    for line in (install, begun, broken):
        done = shell(line)
        assert done.returncode == 0, f"{line}: {done.stderr}"
    assert list(new.glob("lib/python*/site-packages/kg/scaffold_files/kg.toml.template"))
    assert inside(copy / "demo") == set(FILES.split())
    message = shell(seen)
    assert message.returncode == 1
    assert "instances/books.ttl" in message.stdout
    assert "A book has one number of pages, an integer." in message.stdout
    green = shell(fixed)
    assert green.returncode == 0, green.stdout + green.stderr
