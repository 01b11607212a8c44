"""What several commands read from their arguments."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.errors import UsageError
from kg.project import Project

if TYPE_CHECKING:
    from kg.graph.build import Build
    from kg.graph.spark.session import Cluster


def engine_options(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options that choose the engine, its memory, and the cluster that it is on."""
    engines = click.Choice(["duckdb", "reference", "spark"])
    options = (
        click.option(
            "--engine",
            type=engines,
            default="duckdb",
            show_default=True,
            help="reference: owlrl and pySHACL, slow. spark: a cluster, with --master and --tables.",
        ),
        click.option("--memory", metavar="SIZE", help="The most memory that the tables may take, such as 4GB."),
        click.option("--master", metavar="URL", help="The master of Spark: spark://HOST:7077, or local[2]."),
        click.option("--tables", metavar="URI", help="Where Spark keeps the tables: a folder, hdfs://… or s3a://…"),
        click.option(
            "--data", multiple=True, metavar="URI", help="More data for Spark: a file, a folder or a glob; repeatable."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def cluster_of(
    engine: str,
    *,
    master: str | None,
    tables: str | None,
    memory: str | None,
    data: tuple[str, ...] = (),
    resume: bool = False,
) -> "Cluster | None":
    """Return the cluster that a call names, if it is to work on one. Raises UsageError when a part is missing."""
    if engine != "spark":
        if master or tables or data or resume:
            raise UsageError("--master, --tables, --data and --resume are of --engine spark")
        return None
    if not master or not tables:
        raise UsageError("--engine spark needs --master, such as local[2] or spark://HOST:7077, and --tables URI")
    from kg.graph.spark.session import Cluster

    return Cluster(master, tables, memory, resume, data)


def open_build(project: Project, link: Path | None) -> "Build":
    """Return the build that ``link`` names, else that of the project. Raises UsageError when there is none."""
    from kg.graph.build import Build

    return Build.open(link or project.root / "build")


def link_to_builds(project: Project, link: Path | None) -> Path:
    """Return the link that ``--watch`` is to make new builds at. Raises UsageError for a build itself."""
    link = link or project.root / "build"
    if link.exists() and not link.is_symlink():
        raise UsageError(f"--watch makes new builds: {link} is one, and not the link to the newest")
    return link


def read_triple(project: Project, *terms: str) -> tuple[str, str, str]:
    """Return three terms, written as in Turtle, as tokens. Raises UsageError for what is none."""
    from kg.graph.store import read_term

    found = []
    for place, term in enumerate(terms):
        if place == 1 and term == "a":
            term = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
        if term.startswith("<"):
            found.append(f"<{project.expand(term)}>")
            continue
        try:
            found.append(read_term(term, prefixes=project.prefixes))
        except ValueError:
            if ":" in term and not term.startswith(('"', "'")):
                found.append(f"<{project.expand(term)}>")
            else:
                raise UsageError(f"not a term as Turtle writes it: {term}") from None
    return found[0], found[1], found[2]
