"""The documents say what is: commands exist, options exist, links lead somewhere."""

import re
import shlex
from pathlib import Path

import click
import pytest

from kg.cli import kg
from kg.graph.build import Build
from kg.project import Project
from kg.query.catalogue import Catalogue


def documents(root: Path) -> list[Path]:
    return [root / "README.md", root / "CONTRIBUTING.md", *sorted((root / "docs").rglob("*.md"))]


def commands(group: click.Group, prefix: str = "kg") -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found |= commands(command, f"{prefix} {name}")
        else:
            found[f"{prefix} {name}"] = command
    return found


def test_every_command_and_option_is_in_the_document_of_the_command_line(project_root: Path) -> None:
    text = (project_root / "docs" / "cli.md").read_text(encoding="utf-8")
    for name, command in commands(kg).items():
        section = next((part for part in re.split(r"^## ", text, flags=re.MULTILINE) if part.startswith(name)), None)
        assert section is not None, name
        for parameter in command.params:
            if isinstance(parameter, click.Option) and parameter.name != "help":
                longest = max(parameter.opts, key=len)
                is_there = longest in section or parameter.opts[0] in section or longest == "--build"
                assert is_there, f"{name} {longest}"


def test_links_lead_to_files(project_root: Path) -> None:
    for document in documents(project_root):
        for target in re.findall(r"\]\(([^)#]+)", document.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (document.parent / target).exists(), f"{document.name}: {target}"


def readme_commands(root: Path) -> list[str]:
    """The commands for this graph; those that begin another are run by test_scaffold.py."""
    text = re.sub(
        r"## Start your own graph\n.*?```sh.*?```", "", (root / "README.md").read_text("utf-8"), flags=re.DOTALL
    )
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = [line.split("  #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("kg ")]


def test_the_commands_of_the_readme_run(
    project: Project, project_build: Build, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = readme_commands(project.root)
    assert len(found) > 8
    for line in found:
        arguments = shlex.split(line)[1:]
        if arguments[0] == "publish":
            continue  # minutes: in a test of its own
        if arguments[0] == "build":
            arguments += ["--out", str(tmp_path / arguments[0])]
        if arguments[0] in ("show", "explain", "evidence") or (arguments[0] == "query" and "--list" not in line):
            arguments += ["--build", str(project_build.folder)]
        assert kg.main(["-C", str(project.root), *arguments], standalone_mode=False) in (0, None), line
    capsys.readouterr()


@pytest.mark.system
def test_the_whole_graph_is_published_and_verified(
    project: Project, project_build: Build, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "kg publish" in readme_commands(project.root)
    out = str(tmp_path / "site")
    publish = ["-C", str(project.root), "publish", "--out", out, "--build", str(project_build.folder)]
    assert kg.main(publish, standalone_mode=False) in (0, None)
    assert kg.main(["-C", str(project.root), "verify", out], standalone_mode=False) in (0, None)
    assert len(list((tmp_path / "site").resolve().glob("id/act/*.en.html"))) > 100
    capsys.readouterr()


def test_make_targets_of_the_documents_exist(project_root: Path) -> None:
    makefile = (project_root / "Makefile").read_text(encoding="utf-8")
    for document in documents(project_root):
        for target in re.findall(
            r"^make ([a-z-]+)|`make ([a-z-]+)`", document.read_text(encoding="utf-8"), re.MULTILINE
        ):
            target = "".join(target)
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"{document.name}: make {target}"


def test_every_decision_is_in_the_list_of_decisions(project_root: Path) -> None:
    folder = project_root / "docs" / "decisions"
    listed = set(re.findall(r"\((\d{4}-[a-z-]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8")))
    assert listed == {path.name for path in folder.glob("0*.md")}


def test_the_first_question_of_the_settings_exists(project: Project) -> None:
    assert project.question is not None
    assert Catalogue.of(project).find(project.question)


def test_lock_files_name_no_address(project_root: Path) -> None:
    for path in project_root.glob("requirements*.lock"):
        assert "://" not in path.read_text(encoding="utf-8"), path.name
