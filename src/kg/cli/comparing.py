"""The command ``kg diff``."""

from typing import TYPE_CHECKING

import click

from kg.errors import CONTENT, DONE
from kg.terminal import Call, examples

if TYPE_CHECKING:
    from kg.publication.diff_forms import Form

DIFF_FORMATS = ("text", "markdown", "patch", "json")


@click.command(
    epilog=examples(
        "kg diff HEAD~1 .",
        "kg diff build /tmp/build --format patch",
        "kg diff v1 v2 --format markdown",
        "kg diff releases/1.0.0 build",
    )
)
@click.argument("old")
@click.argument("new")
@click.option("--format", "form", type=click.Choice(DIFF_FORMATS), default="text", show_default=True)
@click.option("--inferred", is_flag=True, help="Compare what is inferred too.")
@click.option("--limit", type=click.IntRange(min=0), metavar="N", help="Show the first N resources, count the others.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 when something differs.")
@click.pass_obj
def diff(call: Call, old: str, new: str, form: "Form", inferred: bool, limit: int | None, exit_code: bool) -> int:
    """Tell what differs between two builds, releases, folders of projects, or revisions of this one in git."""
    from kg.publication.diff import compare
    from kg.publication.diff_forms import render
    from kg.publication.sides import open_side

    here = call.project_or_bare
    with call.progress() as progress:
        sides = []
        for name in (old, new):
            progress(f"reading {name}")
            sides.append(open_side(name, here=here, inferred=inferred))
        progress("comparing")
        found = compare(*sides, inferred=inferred)
    text = render(found, form=form, language=call.language(found.new.project), limit=limit)
    click.echo(text, nl=False)
    return CONTENT if found and exit_code else DONE
