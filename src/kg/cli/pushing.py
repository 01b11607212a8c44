"""The command ``kg push``: a build goes into a triple store."""

from pathlib import Path

import click

from kg.cli.arguments import open_build
from kg.errors import DONE
from kg.terminal import Call, examples


@click.command(
    epilog=examples(
        "kg push http://localhost:3030/dataset",
        "kg push http://localhost:7878/query --update http://localhost:7878/update --graphs http://localhost:7878/store",
        "KG_PUSH_USER=dba KG_PUSH_PASSWORD=… kg push http://localhost:8890/sparql-auth "
        "--graphs http://localhost:8890/sparql-graph-crud-auth --default-graph https://example.org/graph/merged",
    )
)
@click.argument("endpoint")
@click.option("--update", metavar="URL", help="Where updates go. [default: ENDPOINT]")
@click.option("--graphs", metavar="URL", help="Where the Graph Store Protocol is spoken. [default: ENDPOINT]")
@click.option("--default-graph", metavar="IRI", help="The graph that holds the merged one, where a store has no other.")
@click.option("--replace", is_flag=True, help="Replace graphs of the same names that kg push did not put there.")
@click.option("--accept-changes", is_flag=True, help="Put in place even what the store keeps with other values.")
@click.option("--timeout", type=click.IntRange(min=1), default=300, show_default=True, metavar="SECONDS")
@click.option("--build", "link", type=click.Path(path_type=Path), help="The build. [default: build, in the project]")
@click.pass_obj
def push(
    call: Call,
    endpoint: str,
    update: str | None,
    graphs: str | None,
    default_graph: str | None,
    replace: bool,
    accept_changes: bool,
    timeout: int,
    link: Path | None,
) -> int:
    """Make a triple store hold the graphs of the build, the merged one and the named ones.

    ENDPOINT is its SPARQL endpoint. Graphs are sent in pieces, read back and compared before any is put in place; those
    that are there already are not sent, those that the last push put there and the build has no more are removed.
    Interrupted, it goes on where it was when it is called again. KG_PUSH_USER and KG_PUSH_PASSWORD, or KG_PUSH_TOKEN,
    are the credentials.
    """
    from kg.publication.pushing.push import push as run
    from kg.publication.pushing.store import Place
    from kg.query.credentials import Credentials
    from kg.query.exchange import Endpoint

    project = call.project
    who = Credentials.from_environment()
    place = Place(*(Endpoint(url or endpoint, timeout=timeout, credentials=who) for url in (endpoint, update, graphs)))
    build = open_build(project, link)
    with call.progress() as progress:
        done = run(
            build,
            project=project,
            place=place,
            default_graph=project.expand(default_graph) if default_graph else None,
            replace=replace,
            accept_changes=accept_changes,
            progress=progress,
        )
    call.note(
        f"{done.triples:,} triples in {done.graphs:,} graphs at {endpoint}: "
        f"{done.sent:,} sent, {done.removed:,} graphs removed"
    )
    if done.otherwise:
        call.note(f"{done.otherwise:,} of them the store writes in another form of the same value")
    if done.changed:
        call.note(f"{done.changed:,} of them the store has changed to other values")
    return DONE
