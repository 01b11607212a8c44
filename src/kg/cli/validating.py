"""kg validate: from files to a report, in the format and with the findings that the call asks for."""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.arguments import cluster_of, engine_options
from kg.cli.output import opened
from kg.errors import UsageError
from kg.project import Project
from kg.terminal import Call, colours, examples
from kg.validation.report import FORMATS, SEVERITIES

if TYPE_CHECKING:
    from kg.pipeline import Engine, Outcome
    from kg.validation.formats.context import GroupBy
    from kg.validation.report import Report, Severity


@click.command(
    epilog=examples(
        "kg validate",
        "kg validate data/ --shapes shapes/ --format turtle",
        "kg validate --format sarif --output report.sarif --baseline main.sarif",
        "kg validate --changed-since origin/main --format github",
    )
)
@click.argument("paths", nargs=-1)
@click.option("--shapes", multiple=True, metavar="PATH", help="Shapes: files or folders.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), help="The file to write. [default: standard output]")
@click.option("--max-findings", type=click.IntRange(min=0), metavar="N", help="Write the worst N findings only.")
@click.option("--group-by", type=click.Choice(("file", "shape")), default="file", show_default=True)
@click.option(
    "--fail-on", type=click.Choice(SEVERITIES), default="violation", show_default=True, help="What gives exit code 1."
)
@click.option("--baseline", type=click.Path(path_type=Path), help="A json or sarif report whose findings are known.")
@click.option(
    "--changed-since", metavar="REV", help="Only findings in files that differ from a git revision, or of shapes there."
)
@click.option("--allow-remote", is_flag=True, help="Fetch what is a URL.")
@engine_options
@click.pass_obj
def validate(
    call: Call,
    *,
    paths: tuple[str, ...],
    shapes: tuple[str, ...],
    form: str,
    output: Path | None,
    max_findings: int | None,
    group_by: "GroupBy",
    fail_on: "Severity",
    baseline: Path | None,
    changed_since: str | None,
    allow_remote: bool,
    engine: "Engine",
    memory: str | None,
    master: str | None,
    tables: str | None,
    data: tuple[str, ...],
) -> int:
    """Validate against SHACL shapes.

    Without PATH, the whole project: what is asserted, then what is derived. With PATH, those files alone with
    the project's ontology, against the project's shapes or those of --shapes. With both, no project is needed.
    """
    from kg import pipeline
    from kg.source import revisions
    from kg.validation import formats, selection
    from kg.validation.described import describe

    project = call.project_or_bare if paths and shapes else call.project
    language = call.language(project)
    cluster = cluster_of(engine, master=master, tables=tables, memory=memory, data=data)
    known = selection.read_baseline(baseline) if baseline else None
    changed = revisions.changed_since(changed_since, project.root) if changed_since is not None else None
    with opened(output) as out, tempfile.TemporaryDirectory() as folder:
        remote = _Remote(Path(folder), allowed=allow_remote)
        with call.progress() as progress:
            files, of_shapes = remote.files(paths), remote.files(shapes)
            if files or of_shapes:
                outcome = pipeline.validate_files(
                    project,
                    paths=files,
                    shapes=of_shapes,
                    names=remote.names,
                    engine=engine,
                    memory=memory,
                    cluster=cluster,
                )
            else:
                outcome = pipeline.validate_project(
                    project, engine=engine, memory=memory, cluster=cluster, progress=progress
                )
            progress("locating findings")
            found = located(project, outcome, remote.names)
        if changed is not None:
            found = selection.in_files(found, lambda file: (project.root / file).resolve() in changed)
        fresh = selection.without_known(found, known) if known is not None else found
        shown = selection.first(fresh, max_findings)
        context = formats.Context(
            project,
            language,
            shapes=describe(triple for _, triple in outcome.graph.triples_by_file(role="shapes")),
            colour=output is None and colours(sys.stdout),
            group_by=group_by,
            fail_on=fail_on,
            known=len(found.findings) - len(fresh.findings),
            left_out=len(fresh.findings) - len(shown.findings),
        )
        formats.write(form, out, shown, context)
    return fresh.exit_code(fail_on)


def located(project: Project, outcome: "Outcome", names: dict[Path, str]) -> "Report":
    """Return the report of a run with the places of its findings and what to write instead."""
    from kg.lookup.premises import premises_of
    from kg.validation.locate import locate
    from kg.validation.places import finder
    from kg.validation.suggest import suggester

    paths = {name: path for path, name in names.items()}
    find = finder(
        project,
        lambda file: paths.get(file, project.root / file),
        lambda file: file if file in paths else (project.root / file).resolve().as_uri(),
    )
    premises = premises_of(outcome.graph, outcome.rules)
    suggest = suggester(outcome.graph)
    return locate(outcome.report, outcome.graph, finder=find, premises=premises, suggest=suggest)


def say_report(call: Call, project: Project, outcome: "Outcome") -> None:
    """Write the report of a run for people, on stderr."""
    from kg.validation import formats

    context = formats.Context(project, call.language(project), colour=colours(sys.stderr))
    formats.write("text", sys.stderr, located(project, outcome, {}), context)


class _Remote:
    """The files that a call names, those of elsewhere fetched into a folder."""

    def __init__(self, folder: Path, *, allowed: bool) -> None:
        self._folder = folder
        self._allowed = allowed
        self.names: dict[Path, str] = {}

    def files(self, named: Sequence[str]) -> list[Path]:
        from kg.source.remote import fetch, is_remote

        found = []
        for name in named:
            if not is_remote(name):
                found.append(Path(name))
                continue
            if not self._allowed:
                raise UsageError(f"{name} is not fetched without --allow-remote")
            found.append(path := fetch(name, self._folder))
            self.names[path] = name
        return found
