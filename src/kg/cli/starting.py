"""The command that begins a graph: ``kg init``."""

from pathlib import Path

import click

from kg.errors import DONE
from kg.terminal import Call, examples


@click.command(epilog=examples("kg init demo", "kg init demo --base https://data.example.org/demo/"))
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--base", metavar="IRI", help="What IRIs begin with. [default: https://example.org/NAME/]")
@click.pass_obj
def init(call: Call, folder: Path, base: str | None) -> int:
    """Write a new graph into a folder that is new or empty."""
    from kg.scaffold import scaffold

    for path in scaffold(folder, base=base):
        click.echo(folder / path)
    call.note(f"next: kg -C {folder} validate")
    return DONE
