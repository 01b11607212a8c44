"""The command line: options in, library calls, results on stdout, everything else on stderr.

Exit codes: 0 done · 1 the RDF content is at fault · 2 the call, the settings, a missing file or a limit ·
3 a remote failed · 130 interrupted.
"""

import atexit
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from kg.cli.arguments import cluster_of, engine_options
from kg.cli.asking import evidence, explain, query, show
from kg.cli.checking import check
from kg.cli.comparing import diff
from kg.cli.importing import import_
from kg.cli.publishing import publish, release, verify
from kg.cli.pushing import push
from kg.cli.serving import serve
from kg.cli.starting import init
from kg.cli.validating import say_report, validate
from kg.errors import CONTENT, DONE, INTERRUPTED, USAGE, KgError
from kg.terminal import AtOnce, Call, Commands, examples, red, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kg.inference.fixpoint import Inference
    from kg.inference.rules import Rule
    from kg.pipeline import Engine
    from kg.project import Project


def main(arguments: "Sequence[str] | None" = None) -> NoReturn:
    """Run the command line, of this process or of some ``arguments``, and exit with its code."""
    try:
        code = kg.main(arguments, prog_name="kg", standalone_mode=False)
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
    if isinstance(code, AtOnce):
        _end(code)
    sys.exit(code or DONE)


def _end(code: int) -> NoReturn:
    """End this process without taking apart what it has read."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # nobody reads it
            stream.flush()
    os._exit(code)


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


@kg.command(
    epilog=examples(
        "kg build",
        "kg build --out /tmp/build --stats",
        "kg build --engine spark --master spark://HOST:7077 --tables hdfs://HOST/graph",
    )
)
@click.option("--out", type=click.Path(path_type=Path), help="The link to the build. [default: build, in the project]")
@engine_options
@click.option("--resume", is_flag=True, help="Go on from the last finished round of a build on Spark.")
@click.option("--stats", is_flag=True, help="Print what each rule gave, and how long inference took.")
@click.pass_obj
def build(
    call: Call,
    *,
    out: Path | None,
    engine: "Engine",
    memory: str | None,
    master: str | None,
    tables: str | None,
    data: tuple[str, ...],
    resume: bool,
    stats: bool,
) -> int:
    """Read, validate, infer, and write the graph."""
    from kg.pipeline import build as run
    from kg.sizing import advice_for

    project = call.project
    link = out or project.root / "build"
    cluster = cluster_of(engine, master=master, tables=tables, memory=memory, data=data, resume=resume)
    if engine == "duckdb" and (advice := advice_for(project, link)):
        call.note(advice)
    with call.progress() as progress:
        outcome = run(project, out=link, engine=engine, memory=memory, cluster=cluster, progress=progress)
    counts = outcome.report.counts
    if outcome.build is None:
        say_report(call, project, outcome)
        call.note("nothing was built: a violation stops the build")
        return CONTENT
    if stats and outcome.inference:
        _print_stats(project, outcome.rules, outcome.inference, given=outcome.build.graph.given_by_rule())
        click.echo(f"{outcome.spilled / 1e6:,.0f} MB on disk at the most, for lack of memory")
    quads = outcome.build.manifest["quads"]
    call.note(
        f"{quads['default']:,} triples, {quads['inferred']:,} of them inferred; {counts['warning']} warnings "
        f"(kg validate lists them); {out or 'build'} → {outcome.build.folder.name}"
    )
    return DONE


def _print_stats(
    project: "Project", rules: "Sequence[Rule]", inference: "Inference", *, given: "Mapping[int, int]"
) -> None:
    """Print of each rule what it gave first, its seconds, and how it ran."""
    click.echo(f"{'triples':>10}  {'s':>6}  rule")
    for number, rule in sorted(enumerate(rules, 1), key=lambda item: (-given.get(item[0], 0), item[0])):
        rows, spent = given.get(number, 0), inference.spent.get(number, 0.0)
        if not rows and spent < 0.0005:
            continue
        of = " ".join(project.compact(t[1:-1]) for axiom in rule.axioms[:1] for t in axiom if t.startswith("<"))
        ran = f"as SPARQL: {', '.join(rule.beyond)}" if rule.sparql else of
        click.echo(f"{rows:>10,}  {spent:>6.3f}  {rule.name}  {ran}".rstrip())
    click.echo(f"{inference.rounds} rounds, {inference.seconds:.2f} s")


for command in (
    check,
    validate,
    query,
    show,
    explain,
    evidence,
    import_,
    init,
    diff,
    publish,
    release,
    verify,
    push,
    serve,
):
    kg.add_command(command)
