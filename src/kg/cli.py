"""The command line: options in, library calls, results on stdout, everything else on stderr.

Exit codes: 0 done · 1 the RDF content is at fault · 2 the call, the settings, a missing file or a limit ·
3 a remote failed · 130 interrupted.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from kg.errors import CONTENT, DONE, INTERRUPTED, USAGE, KgError, QueryError, UsageError
from kg.project import Project
from kg.terminal import Call, Commands, colours, examples, red, say

if TYPE_CHECKING:
    from kg.graph.build import Build
    from kg.lookup.passages import Form
    from kg.pipeline import Outcome
    from kg.query.answer import Answer
    from kg.query.catalogue import Query

QUERY_FORMATS = ("table", "csv", "tsv", "json", "xml", "markdown", "turtle")
REPORT_FORMATS = ("text", "turtle", "json")
PROOF_FORMATS = ("text", "turtle", "json")
EVIDENCE_FORMATS = ("text", "markdown", "json")


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
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = DONE
    sys.exit(code or DONE)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=examples("kg build", "kg query --list", "kg query NAME --format csv", "kg explain SUBJECT PREDICATE OBJECT"),
)
@click.option(
    "-C", "--project", "folder", type=click.Path(path_type=Path), help="The project's folder. [default: here]"
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but results and errors.")
@click.option("--lang", metavar="LANG", help="The language of labels and messages, such as fr or en.")
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


@kg.command(epilog=examples("kg validate", "kg validate data.ttl --shapes shapes/ --format turtle"))
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--shapes", multiple=True, type=click.Path(path_type=Path), help="Shapes: files or folders.")
@click.option("--format", "form", type=click.Choice(REPORT_FORMATS), default="text", show_default=True)
@click.pass_obj
def validate(call: Call, paths: tuple[Path, ...], shapes: tuple[Path, ...], form: str) -> int:
    """Validate against SHACL shapes.

    Without PATH, the whole project: what is asserted, then what is derived. With PATH, those files alone with
    the project's ontology, against the project's shapes or those of --shapes.
    """
    from kg.pipeline import validate_files, validate_project

    project = call.project
    with call.progress() as progress:
        if paths or shapes:
            outcome = validate_files(project, paths=paths, shapes=shapes)
        else:
            outcome = validate_project(project, progress=progress)
    _print_report(call, project, outcome, form)
    return outcome.report.exit_code()


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
        _print_report(call, project, outcome, "text", to_stderr=True)
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


@kg.command(
    epilog=examples(
        "kg query --list",
        "kg query epci-in-erbm-and-cte --as-of 2019-12-31",
        "kg query -e 'SELECT ?s { ?s a skos:Concept }' --format csv",
        "kg query mine.rq --param place=territory:commune-62041 --endpoint http://localhost:8000/sparql",
    )
)
@click.argument("name", required=False, metavar="[NAME|FILE|-]")
@click.option("-e", "--execute", "text", metavar="SPARQL", help="A query on the command line; the prefixes are known.")
@click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="A parameter of the saved query.")
@click.option("--as-of", metavar="DATE", help="The same as --param asOf=DATE. [default: the date of the settings]")
@click.option("--endpoint", metavar="URL", help="Ask a remote SPARQL endpoint instead of the build.")
@click.option("--timeout", type=click.IntRange(min=1), default=60, show_default=True, metavar="SECONDS")
@click.option("--format", "form", type=click.Choice(QUERY_FORMATS), default="table", show_default=True)
@click.option("--list", "listing", is_flag=True, help="List the saved queries.")
@click.option("--build", "link", type=click.Path(path_type=Path), help="The build. [default: build, in the project]")
@click.pass_obj
def query(
    call: Call,
    name: str | None,
    text: str | None,
    params: tuple[str, ...],
    as_of: str | None,
    endpoint: str | None,
    timeout: int,
    form: str,
    listing: bool,
    link: Path | None,
) -> int:
    """Answer a saved query, a file, standard input (-) or a query given with -e."""
    from kg.query.catalogue import Catalogue, read_query

    project = call.project
    catalogue = Catalogue.of(project)
    language = call.language(project)
    if listing:
        for each in catalogue:
            if each.folder not in ("rules", "checks"):
                click.echo(f"{each.name:<40} {each.title(language)}")
        return DONE
    if (name is None) == (text is None):
        raise UsageError("give the name of a saved query, a file or -, or a query with -e; kg query --list lists them")
    saved = None
    if text is None and name == "-":
        text = sys.stdin.read()
    elif text is None and name is not None:
        is_file = name.endswith(".rq") or os.sep in name
        saved = read_query(Path(name), catalogue=catalogue) if is_file else catalogue.find(name)
    if saved is None and (params or as_of):
        raise QueryError("--param and --as-of are for saved queries; write the values in the text")
    values = _values(project, saved, params, as_of) if saved else {}
    answer = _ask(call, project, saved or text or "", values, endpoint=endpoint, timeout=timeout, link=link)
    width = None
    if form == "table" and sys.stdout.isatty():
        width = os.get_terminal_size().columns
    click.echo(answer.render(form, project=project, language=language, width=width), nl=False)
    if form != "json":
        for reason, found in answer.because:
            call.note(f"\n{reason.title(language)}")
            call.note(found.render("table", project=project, language=language, width=width).rstrip("\n"))
    return DONE


@kg.command(epilog=examples("kg show act:erbm", "kg show territory:commune-62041"))
@click.argument("iri")
@click.option("--build", "link", type=click.Path(path_type=Path), help="The build. [default: build, in the project]")
@click.pass_obj
def show(call: Call, iri: str, link: Path | None) -> int:
    """Show what the graph says of a resource, and where it says so."""
    from kg.lookup import describe

    project = call.project
    click.echo(describe(_build(project, link), project.expand(iri), project=project, language=call.language(project)))
    return DONE


@kg.command(epilog=examples("kg explain act:cdt-calais rc:relatedInstrument instrument:cper"))
@click.argument("subject")
@click.argument("predicate")
@click.argument("object", metavar="OBJECT")
@click.option("--format", "form", type=click.Choice(PROOF_FORMATS), default="text", show_default=True)
@click.option("--build", "link", type=click.Path(path_type=Path), help="The build. [default: build, in the project]")
@click.pass_obj
def explain(call: Call, subject: str, predicate: str, object: str, form: str, link: Path | None) -> int:
    """Prove a triple, down to what is asserted and the passages that state it. The three are Turtle terms."""
    from kg.lookup import prove

    project = call.project
    triple = _triple(project, subject, predicate, object)
    click.echo(
        prove(_build(project, link), triple, form=form, project=project, language=call.language(project)), nl=False
    )
    return DONE


@kg.command(
    epilog=examples(
        "kg evidence act:erbm",
        "kg evidence act:erbm rc:signedOn '\"2017-03-07\"^^xsd:date' --source etat-davenir-3.txt",
        "kg evidence --all --format markdown --source etat-davenir-3.txt",
        "kg evidence --coverage --source etat-davenir-3.txt",
        "kg evidence --warnings --format markdown",
    )
)
@click.argument("terms", nargs=-1, metavar="[IRI | SUBJECT PREDICATE OBJECT]")
@click.option("--all", "everything", is_flag=True, help="Say, in sentences, what every passage states.")
@click.option("--coverage", is_flag=True, help="Say which lines of --source carry something that nothing states.")
@click.option("--warnings", is_flag=True, help="Explain each warning of the build.")
@click.option(
    "--source", type=click.Path(path_type=Path), help="The text of the document: prints the lines themselves."
)
@click.option("--format", "form", type=click.Choice(EVIDENCE_FORMATS), help="[default: text]")
@click.option("--build", "link", type=click.Path(path_type=Path), help="The build. [default: build, in the project]")
@click.pass_obj
def evidence(
    call: Call,
    terms: tuple[str, ...],
    everything: bool,
    coverage: bool,
    warnings: bool,
    source: Path | None,
    form: "Form | None",
    link: Path | None,
) -> int:
    """List the passages that state a triple, or that speak of a resource; or read the evidence as a whole."""
    from kg import lookup
    from kg.lookup import coverage as covering
    from kg.lookup import passages as reading
    from kg.lookup import warnings as warning

    project = call.project
    language = call.language(project)
    if bool(terms) + everything + coverage + warnings != 1:
        raise UsageError("give one IRI, a subject, a predicate and an object, or one of --all, --coverage, --warnings")
    if coverage and source is None:
        raise UsageError("--coverage needs --source: the text of the document")
    build = _build(project, link)
    if coverage and source:
        report = covering.cover(build, source=source, project=project, language=language)
        click.echo(covering.render(report, form=form or "text", project=project), nl=False)
        return CONTENT if report.uncovered else DONE
    if warnings:
        found = warning.explain_warnings(build, project=project, language=language)
        click.echo(warning.render(found, form=form or "text"), nl=False)
        return CONTENT if any(warned.explanation is None for warned in found) else DONE
    if everything or (form and len(terms) == 1):
        about = f"<{project.expand(terms[0])}>" if terms else None
        said = reading.read_passages(build, project=project, language=language, source=source, about=about)
        click.echo(reading.render(said, form=form or "text", project=project, language=language), nl=False)
        return DONE
    if len(terms) not in (1, 3):
        raise UsageError("give one IRI, or a subject, a predicate and an object")
    if form:
        raise UsageError("--format is for one IRI, --all, --coverage and --warnings")
    what = f"<{project.expand(terms[0])}>" if len(terms) == 1 else _triple(project, *terms)
    click.echo(lookup.cite(build, what, source=source, project=project, language=language), nl=False)
    return DONE


@kg.group(name="import", cls=Commands)
def import_() -> None:
    """Bring reference data into instances/."""


@import_.command(epilog=examples("kg import cog etalab-decoupage-administratif-0.7.0.tgz"))
@click.argument("package", type=click.Path(path_type=Path))
@click.option("--region", default="32", show_default=True, metavar="CODE", help="The INSEE code of the region.")
@click.pass_obj
def cog(call: Call, package: Path, region: str) -> int:
    """Import communes, EPCI and their containers from @etalab/decoupage-administratif 0.7.0, an npm package."""
    from kg.source.importers.cog import import_cog

    project = call.project
    with call.progress() as progress:
        progress("importing")
        imported = import_cog(package, project=project, region=region)
    for path, triples in imported.files.items():
        click.echo(f"{triples:>8,}  {project.relative(path)}")
    return DONE


@import_.command(epilog=examples("kg import csv grants.csv --mapping instances/external/grants.toml"))
@click.argument("table", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--mapping", required=True, type=click.Path(path_type=Path), help="What each row becomes: a TOML file.")
@click.pass_obj
def csv(call: Call, table: Path, mapping: Path) -> int:
    """Import a CSV table through a mapping; the graph is written beside the mapping, under its name."""
    from kg.source.importers.table import import_csv

    project = call.project
    with call.progress() as progress:
        progress("importing")
        imported = import_csv(table, mapping=mapping, project=project)
    click.echo(f"{imported.triples:>8,}  {project.relative(imported.file)}")
    without = f", {imported.unmapped:,} of them taken by no template" if imported.unmapped else ""
    call.note(f"{imported.rows:,} rows{without}")
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
        made = run(_build(project, link), project=project, out=target, base=base)
    call.note(f"{len(made.files):,} files in {target}")
    return DONE


def _build(project: Project, link: Path | None) -> "Build":
    from kg.graph.build import Build

    return Build.open(link or project.root / "build")


def _triple(project: Project, *terms: str) -> tuple[str, str, str]:
    from kg.graph.store import read_term

    found = []
    for place, term in enumerate(terms):
        if place == 1 and term == "a":
            term = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
        try:
            found.append(read_term(term, prefixes=project.prefixes))
        except ValueError:
            if ":" in term and not term.startswith(('"', "'")):
                found.append(f"<{project.expand(term)}>")
            else:
                raise UsageError(f"not a term as Turtle writes it: {term}") from None
    return found[0], found[1], found[2]


def _values(project: Project, saved: "Query", params: tuple[str, ...], as_of: str | None) -> dict[str, str]:
    from kg.query.parameters import parse_values

    given = dict(_pair(param) for param in params) | ({"asOf": as_of} if as_of else {})
    if "asOf" in {p.name for p in saved.params} and "asOf" not in given and project.as_of:
        given["asOf"] = project.as_of.isoformat()
    return parse_values(given, saved.params, query=saved.name, project=project)


def _pair(param: str) -> tuple[str, str]:
    name, equals, value = param.partition("=")
    if not name or not equals:
        raise QueryError(f"a parameter is NAME=VALUE, not {param}")
    return name, value


def _ask(
    call: Call,
    project: Project,
    asked: "Query | str",
    values: dict[str, str],
    *,
    endpoint: str | None,
    timeout: int,
    link: Path | None,
) -> "Answer":
    from kg.query import local, remote
    from kg.query.catalogue import Catalogue

    place: Any = (
        {"endpoint": remote.Endpoint(endpoint, timeout=timeout)} if endpoint else {"build": _build(project, link)}
    )
    engine: Any = remote if endpoint else local
    with call.progress() as progress:
        progress("asking")
        if isinstance(asked, str):
            found: Answer = engine.ask(asked, prefixes=project.prefixes, **place)
        else:
            found = engine.answer(asked, catalogue=Catalogue.of(project), values=values, **place)
    return found


def _print_report(call: Call, project: Project, outcome: "Outcome", form: str, *, to_stderr: bool = False) -> None:
    from importlib import import_module

    language = call.language(project)
    options: dict[str, Any] = {"colour": colours(sys.stderr if to_stderr else sys.stdout)} if form == "text" else {}
    render = import_module(f"kg.validation.formats.{form}").render
    click.echo(
        render(outcome.report, project=project, language=language, **options), nl=False, err=to_stderr, color=True
    )
