"""Commands that ask a finished build: query, show, explain, evidence."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kg.cli.arguments import open_build, read_triple
from kg.errors import CONTENT, DONE, QueryError, UsageError
from kg.project import Project
from kg.terminal import Call, examples

if TYPE_CHECKING:
    from kg.lookup.passages import Form
    from kg.query.answer import Answer
    from kg.query.catalogue import Query
    from kg.query.exchange import Endpoint

QUERY_FORMATS = ("table", "csv", "tsv", "json", "xml", "markdown", "turtle")
PROOF_FORMATS = ("text", "turtle", "json")
EVIDENCE_FORMATS = ("text", "markdown", "json")


@click.command(
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
@click.option("--default-graph", metavar="IRI", help="The graph that kg push gave the merged graph on the endpoint.")
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
    default_graph: str | None,
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
        saved_ones = [each for each in catalogue if each.folder not in ("rules", "checks")]
        longest = max((len(each.name) for each in saved_ones), default=0)
        for each in saved_ones:
            click.echo(f"{each.name:<{longest}}  {each.title(language)}")
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
    if default_graph and not endpoint:
        raise UsageError("--default-graph is for --endpoint")
    place = _place(project, endpoint, default_graph=default_graph, timeout=timeout) if endpoint else None
    answer = _ask(call, project, saved or text or "", values, endpoint=place, link=link)
    width = None
    if form == "table" and sys.stdout.isatty():
        width = os.get_terminal_size().columns or None  # a terminal may say that it has none
    click.echo(answer.render(form, project=project, language=language, width=width), nl=False)
    if form != "json":
        for reason, found in answer.because:
            call.note(f"\n{reason.title(language)}")
            call.note(found.render("table", project=project, language=language, width=width).rstrip("\n"))
    return DONE


@click.command(epilog=examples("kg show act:erbm", "kg show territory:commune-62041"))
@click.argument("iri")
@click.option("--build", "link", type=click.Path(path_type=Path), help="The build. [default: build, in the project]")
@click.pass_obj
def show(call: Call, iri: str, link: Path | None) -> int:
    """Show what the graph says of a resource, and where it says so."""
    from kg.lookup import describe

    project = call.project
    click.echo(
        describe(open_build(project, link), project.expand(iri), project=project, language=call.language(project))
    )
    return DONE


@click.command(epilog=examples("kg explain act:cdt-calais rc:relatedInstrument instrument:cper"))
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
    triple = read_triple(project, subject, predicate, object)
    click.echo(
        prove(open_build(project, link), triple, form=form, project=project, language=call.language(project)), nl=False
    )
    return DONE


@click.command(
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
    if warnings and source is not None:
        raise UsageError("--source is not for --warnings")
    build = open_build(project, link)
    if coverage and source:
        report = covering.cover(build, source=source, project=project, language=language)
        click.echo(covering.render(report, form=form or "text", project=project, language=language), nl=False)
        return CONTENT if report.uncovered else DONE
    if warnings:
        found = warning.explain_warnings(build, project=project, language=language)
        click.echo(warning.render(found, form=form or "text", language=language), nl=False)
        return CONTENT if any(warned.explanation is None for warned in found) else DONE
    iri = project.expand(terms[0]) if len(terms) == 1 else None
    if everything or (iri and (form or project.evidence.locate(iri))):
        said = reading.read_passages(build, project=project, language=language, source=source, about=iri)
        click.echo(reading.render(said, form=form or "text", project=project, language=language), nl=False)
        return DONE
    if len(terms) not in (1, 3):
        raise UsageError("give one IRI, or a subject, a predicate and an object")
    if form:
        raise UsageError("--format is for one IRI, --all, --coverage and --warnings")
    what = f"<{iri}>" if iri else read_triple(project, *terms)
    click.echo(lookup.cite(build, what, source=source, project=project, language=language), nl=False)
    return DONE


def _values(project: Project, saved: "Query", params: tuple[str, ...], as_of: str | None) -> dict[str, str]:
    from kg.query.parameters import parse_values

    given = dict(_pair(param) for param in params) | ({"asOf": as_of} if as_of else {})
    return parse_values(given, saved.params, query=saved.name, project=project)


def _pair(param: str) -> tuple[str, str]:
    name, equals, value = param.partition("=")
    if not name or not equals:
        raise QueryError(f"a parameter is NAME=VALUE, not {param}")
    return name, value


def _place(project: Project, url: str, *, default_graph: str | None, timeout: int) -> "Endpoint":
    from kg.publication.pushing.push import pushed_dataset
    from kg.query.credentials import Credentials
    from kg.query.exchange import Endpoint

    endpoint = Endpoint(url, timeout=timeout, credentials=Credentials.from_environment())
    if default_graph is None:
        return endpoint
    dataset = pushed_dataset(endpoint, base=project.base, default_graph=project.expand(default_graph))
    return replace(endpoint, dataset=dataset)


def _ask(
    call: Call,
    project: Project,
    asked: "Query | str",
    values: dict[str, str],
    *,
    endpoint: "Endpoint | None",
    link: Path | None,
) -> "Answer":
    from kg.query import local, remote
    from kg.query.catalogue import Catalogue

    place: Any = {"endpoint": endpoint} if endpoint else {"build": open_build(project, link)}
    engine: Any = remote if endpoint else local
    with call.progress() as progress:
        progress("asking")
        if isinstance(asked, str):
            found: Answer = engine.ask(asked, prefixes=project.prefixes, **place)
        else:
            found = engine.answer(asked, catalogue=Catalogue.of(project), values=values, **place)
    return found
