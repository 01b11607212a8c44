"""The command ``kg check``."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.errors import CONTENT, DONE, SourceError, UsageError
from kg.project import Project
from kg.source.excerpt import Excerpts
from kg.terminal import Call, examples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kg.check import Problem
    from kg.source.layout import Layout


@click.command(epilog=examples("kg check", "kg check instances/magazine", "kg check --diff", "kg check --fix data/"))
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--fix", is_flag=True, help="First rewrite Turtle and TriG in the canonical layout, comments kept.")
@click.option("--diff", is_flag=True, help="Only print what --fix would rewrite; exit code 1 when that is something.")
@click.pass_obj
def check(call: Call, paths: tuple[Path, ...], fix: bool, diff: bool) -> int:
    """Lint the authored files: what is wrong before any shape is asked.

    Without PATH, the whole project; with PATH, these files and folders. Outside of a project, what needs no setting
    is checked in PATH.
    """
    from kg.check import check as run

    project = call.project_or_bare if paths else call.project
    for path in paths:
        if not path.exists():
            raise UsageError(f"no such file or folder: {path}")
    if fix and diff:
        raise UsageError("--fix rewrites the files and --diff does not: give one of them")
    if diff:
        return _diff(call, project, paths)
    if fix:
        _fix(call, project, paths)
    language = call.language(project)
    problems = run(project, paths=paths, language=language)
    excerpts = Excerpts()
    for problem in problems:
        _print(problem, project, language, excerpts)
    count = len(problems)
    call.note(f"{count} problem{'s' if count > 1 else ''}" if count else "no problem found")
    return CONTENT if problems else DONE


def _fix(call: Call, project: Project, paths: tuple[Path, ...]) -> None:
    """Lay the files out, and say which and what they no longer declare; those that cannot be stay as they are."""
    from kg.source.layout import fix

    for path, layout in _laid_out(call, project, paths, fix):
        removed = f", without the prefixes {', '.join(layout.removed)}" if layout.removed else ""
        call.note(f"{project.relative(path)}: laid out{removed}")


def _diff(call: Call, project: Project, paths: tuple[Path, ...]) -> int:
    """Print a unified diff from the files to their layout."""
    from difflib import unified_diff
    from io import StringIO

    from kg.source.layout import proposed

    count = 0
    for path, layout in _laid_out(call, project, paths, proposed):
        count += 1
        name = project.relative(path)
        before, after = (StringIO(text, newline="\n").readlines() for text in (path.read_bytes().decode(), layout.text))
        for line in unified_diff(before, after, f"a/{name}", f"b/{name}"):
            click.echo(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n", nl=False)
    call.note(f"{count} file{'s' if count > 1 else ''} to lay out" if count else "every file is laid out")
    return CONTENT if count else DONE


def _laid_out(
    call: Call, project: Project, paths: tuple[Path, ...], step: "Callable[..., Layout | None]"
) -> "Iterator[tuple[Path, Layout]]":
    """Yield the files that ``step`` finds a new layout for; one that must stay as it is, is told."""
    from kg.source.layout import SUFFIXES, LayoutError

    settled = project.settings_file.is_file()
    folders = paths or tuple(f for f in (project.ontology, project.shapes, project.instances) if f.is_dir())
    for folder in folders:
        for path in project.files(folder, suffixes=SUFFIXES) if folder.is_dir() else [folder]:
            if path.suffix not in SUFFIXES:
                continue
            try:
                layout = step(path, project=project, base=None if settled else path.resolve().as_uri())
            except LayoutError as error:
                call.note(str(error))
                continue
            except SourceError:  # the check tells it
                continue
            if layout:
                yield path, layout


def _print(problem: "Problem", project: Project, language: str, excerpts: Excerpts) -> None:
    click.echo(f"{problem.place()}: {problem.text(language)} [{problem.code}]")
    if problem.span and (shown := excerpts.at(project.root / problem.file, problem.span)):
        click.echo(shown)
