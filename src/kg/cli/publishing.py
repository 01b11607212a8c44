"""The commands that publish a finished build and verify a publication: ``kg publish`` and ``kg verify``."""

from pathlib import Path

import click

from kg.cli.arguments import open_build
from kg.errors import CONTENT, DONE, UsageError
from kg.terminal import Call, examples, red


@click.command(epilog=examples("kg publish", "kg publish --out public --base https://example.org/graph/"))
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
    call.note(f"{len(made.files):,} files in {target}; the dataset has the digest {made.digest}")
    return DONE


@click.command(
    epilog=examples(
        "kg verify",
        "kg verify public",
        'kg verify https://example.org/graph/ --digest "$CITED"',
    )
)
@click.argument("place", metavar="[FOLDER|URL]", required=False)
@click.option("--digest", metavar="SHA256", help="The digest of the dataset, as it was cited.")
@click.pass_obj
def verify(call: Call, place: str | None, digest: str | None) -> int:
    """Compute every checksum of a publication anew, and the digest of its dataset.

    The digest goes to stdout. [default place: site, in the project]
    """
    from kg.publication.verify import verify as run

    if digest is not None and (len(digest) != 64 or not set(digest.lower()) <= set("0123456789abcdef")):
        raise UsageError(f"--digest: a SHA-256 has 64 hexadecimal digits, not {digest}")
    with call.progress() as progress:
        found = run(place or str(call.project.root / "site"), digest=digest, progress=progress)
    for fault in found.faults:
        click.echo(f"{red('fault')}: {fault.path}: {fault.message}", err=True)
    if found.digest:
        click.echo(found.digest)
    call.note(f"{found.files:,} files, {f'{len(found.faults):,} faults' if found.faults else 'as they were published'}")
    return DONE if found.whole else CONTENT
