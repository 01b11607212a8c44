"""Commands that bring data in: ``kg import``."""

from pathlib import Path

import click

from kg.errors import DONE
from kg.terminal import Call, Commands, examples


@click.group(name="import", cls=Commands)
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


@import_.command(epilog=examples("kg import geometry communes.geojson"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--region", default="32", show_default=True, metavar="CODE", help="The INSEE code of the region.")
@click.pass_obj
def geometry(call: Call, file: Path, region: str) -> int:
    """Import points of communes and outlines of territories from the areas of communes, in GeoJSON."""
    from kg.source.importers.geometry import import_geometry

    project = call.project
    with call.progress() as progress:
        progress("importing")
        imported = import_geometry(file, project=project, region=region)
    for path, triples in imported.files.items():
        click.echo(f"{triples:>8,}  {project.relative(path)}")
    call.note(f"{imported.points:,} points, {imported.outlines:,} outlines")
    for codes, what in (
        (imported.strangers, "codes of the file that are of no commune of the graph"),
        (imported.placeless, "communes of the graph without an area in the file"),
    ):
        if codes:
            call.note(f"{what} ({len(codes):,}): {' '.join(codes)}")
    for iri, why in imported.unknown.items():
        call.note(f"no outline of {project.compact(iri[1:-1])}: {why}")
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
    call.note(f"{imported.rows:,} row{'' if imported.rows == 1 else 's'}{without}")
    return DONE
