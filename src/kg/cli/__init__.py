"""The command line: options in, library calls, results on stdout, everything else on stderr.

Exit codes: 0 done · 1 the RDF content is at fault · 2 the call, the settings, a missing file or a limit ·
3 a remote failed · 130 interrupted.
"""

import os
import sys
from pathlib import Path
from typing import NoReturn

import click

from kg.cli.arguments import open_build
from kg.cli.asking import evidence, explain, query, show
from kg.cli.importing import import_
from kg.cli.validating import say_report, validate
from kg.errors import CONTENT, DONE, INTERRUPTED, USAGE, KgError, UsageError
from kg.terminal import Call, Commands, examples, red, say


def main() -> NoReturn:
    """Run the command line and exit with its code."""
    try:
        code = kg.main(prog_name="kg", standalone_mode=False)
    except KgError as error:
        say(f"{red('error')}: {error}")
        code = error.exit_code
    except click.ClickException as error:
        error.show()
        code = USAGE
    except (KeyboardInterrupt, click.Abort):
        say("interrupted")
        code = INTERRUPTED
    except BrokenPipeError:
        code = _unread()
    except SystemExit as ended:  # click ends the program itself when nobody reads on
        code = _unread() if isinstance(ended.__context__, BrokenPipeError) else ended.code
    except OSError as error:
        say(f"{red('error')}: {error.strerror or error}{f': {error.filename}' if error.filename else ''}")
        code = USAGE
    sys.exit(code or DONE)


def _unread() -> int:
    """Let what is still to be written go nowhere: that a reader has enough is no fault."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return DONE


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=examples("kg build", "kg query --list", "kg query NAME --format csv", "kg explain SUBJECT PREDICATE OBJECT"),
)
@click.option(
    "-C", "--project", "folder", type=click.Path(path_type=Path), help="The project's folder. [default: here]"
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but results and errors.")
@click.option("--lang", metavar="LANG", help="The language of labels and of what shapes say, such as fr or en.")
@click.version_option(package_name="kg-publisher", prog_name="kg")
@click.pass_context
def kg(ctx: click.Context, folder: Path | None, quiet: bool, lang: str | None) -> None:
    """Publish a folder of Turtle as validated, inferred, cited linked data."""
    ctx.obj = Call(folder, quiet, lang)


@kg.command(epilog=examples("kg check", "kg check instances/magazine"))
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.pass_obj
def check(call: Call, paths: tuple[Path, ...]) -> int:
    """Lint the authored files: syntax, prefixes, terms, labels, query heads, evidence."""
    from kg.check import check as run

    project = call.project
    for path in paths:
        if not path.exists():
            raise UsageError(f"no such file or folder: {path}")
    problems = run(project, paths=paths, language=call.language(project))
    for problem in problems:
        click.echo(str(problem))
    count = len(problems)
    call.note(f"{count} problem{'s' if count > 1 else ''}" if count else "no problem found")
    return CONTENT if problems else DONE


@kg.command(epilog=examples("kg build", "kg build --out /tmp/build --stats"))
@click.option("--out", type=click.Path(path_type=Path), help="The link to the build. [default: build, in the project]")
@click.option("--stats", is_flag=True, help="Print what each rule gave, and how long inference took.")
@click.pass_obj
def build(call: Call, out: Path | None, stats: bool) -> int:
    """Read, validate, infer, and write the graph."""
    from kg.pipeline import build as run

    project = call.project
    with call.progress() as progress:
        outcome = run(project, out=out or project.root / "build", progress=progress)
    if outcome.ignored:
        call.note(f"not applied, since this version has no rule for them: {', '.join(outcome.ignored)}")
    counts = outcome.report.counts
    if outcome.build is None:
        say_report(call, project, outcome)
        call.note("nothing was built: a violation stops the build")
        return CONTENT
    if stats and outcome.inference:
        for number, rows in sorted(outcome.inference.rows.items(), key=lambda item: (-item[1], item[0])):
            rule = outcome.rules[number - 1]
            of = " ".join(project.compact(t[1:-1]) for axiom in rule.axioms[:1] for t in axiom if t.startswith("<"))
            click.echo(f"{rows:>10,}  {rule.name}  {of}".rstrip())
        click.echo(f"{outcome.inference.rounds} rounds, {outcome.inference.seconds:.2f} s")
    quads = outcome.build.manifest["quads"]
    call.note(
        f"{quads['default']:,} triples, {quads['inferred']:,} of them inferred; {counts['warning']} warnings "
        f"(kg validate lists them); {out or 'build'} → {outcome.build.folder.name}"
    )
    return DONE


@kg.command(epilog=examples("kg publish", "kg publish --out public --base https://example.org/graph/"))
@click.option("--out", type=click.Path(path_type=Path), help="The link to the site. [default: site, in the project]")
@click.option("--base", metavar="IRI", help="Where the files will be served from. [default: the base of the settings]")
@click.option("--build", "link", type=click.Path(path_type=Path), help="The build. [default: build, in the project]")
@click.pass_obj
def publish(call: Call, out: Path | None, base: str | None, link: Path | None) -> int:
    """Write the dumps and the catalogue of the build."""
    from kg.publication.publish import publish as run

    project = call.project
    target = out or project.root / "site"
    with call.progress() as progress:
        progress("publishing")
        made = run(open_build(project, link), project=project, out=target, base=base)
    call.note(f"{len(made.files):,} files in {target}")
    return DONE


for command in (validate, query, show, explain, evidence, import_):
    kg.add_command(command)
