"""What every command shares: where the project is, the language, progress, colours, and nearest names."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from kg.errors import UsageError, suggestion
from kg.project import Project


class Commands(click.Group):
    """A group that suggests the nearest commands for a wrong name."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the arguments name. Raises UsageError with the nearest names when there is none."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            raise UsageError(f'no such command "{args[0]}".{suggestion(args[0], self.commands)}')
        return super().resolve_command(ctx, args)


class AtOnce(int):
    """An exit code of a program that may end at once: all is done, and what it has read need not be taken apart."""


@dataclass
class Call:
    """What every command is given: where to look for the project, and how to speak."""

    folder: Path | None
    quiet: bool
    wanted: str | None

    @property
    def project(self) -> Project:
        """The project of the folder given, or of the working directory."""
        return Project.find(self.folder)

    @property
    def project_or_bare(self) -> Project:
        """The project, or one without settings where there is none."""
        try:
            return self.project
        except UsageError:
            return Project.bare(self.folder or Path.cwd())

    def language(self, project: Project) -> str:
        """Return the language to write in: the one asked for, else the terminal's, else the project's first."""
        if self.wanted and self.wanted not in project.languages:
            raise UsageError(f'no language "{self.wanted}" in this project: {", ".join(project.languages)}')
        spoken = (os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "")[:2]
        return self.wanted or (spoken if spoken in project.languages else project.languages[0])

    @contextmanager
    def progress(self) -> Iterator[Callable[[str], None]]:
        """Yield a function that shows the step under way, on a terminal only."""
        shown = sys.stderr.isatty() and not self.quiet

        def show(step: str) -> None:
            if shown:
                sys.stderr.write(f"\r\x1b[K{step} …")
                sys.stderr.flush()

        try:
            yield show
        finally:
            if shown:
                sys.stderr.write("\r\x1b[K")

    def note(self, text: str) -> None:
        """Say something on stderr, unless quiet."""
        if not self.quiet:
            say(text)


def examples(*lines: str) -> str:
    """Return the end of a help page: commands that a newcomer can run."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def colours(stream: Any) -> bool:
    """Tell whether to write colours to a stream: a terminal, and no NO_COLOR."""
    return bool(stream.isatty()) and "NO_COLOR" not in os.environ


def red(text: str) -> str:
    """Return a text in red where stderr shows colours."""
    return f"\x1b[31m{text}\x1b[0m" if colours(sys.stderr) else text


def say(text: str) -> None:
    """Say something on stderr."""
    click.echo(text, err=True)
