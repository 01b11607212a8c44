"""The commands ``kg publish``, ``kg release`` and ``kg verify``: what leaves the house."""

import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kg.cli.arguments import link_to_builds, open_build
from kg.errors import CONTENT, DONE, UsageError
from kg.garbage import collect_seldom
from kg.project import Project
from kg.terminal import AtOnce, Call, examples, red, say

if TYPE_CHECKING:
    from kg.graph.build import Build


@click.command(
    epilog=examples(
        "kg publish",
        "kg publish --out public --base https://example.org/graph/",
        "kg publish --watch              # build and publish again when a file changes",
    )
)
@click.option("--out", type=click.Path(path_type=Path), help="The link to the site. [default: site, in the project]")
@click.option("--base", metavar="IRI", help="Where the files will be served from. [default: the base of the settings]")
@click.option("--build", "link", type=click.Path(path_type=Path), help="The build. [default: build, in the project]")
@click.option("--watch", is_flag=True, help="Build and publish, and again when a file changes. Ctrl-C stops it.")
@click.pass_obj
def publish(call: Call, out: Path | None, base: str | None, link: Path | None, watch: bool) -> int:
    """Write all that kg serve shows as files, and the data: dumps, tables, the catalogue.

    Any web server can host the folder; rules for some are in it.
    """
    from kg.processes import prepare

    project = call.project
    collect_seldom()
    prepare()  # while this process reads its modules
    from kg.service.hosting.publisher import Publisher

    target = out or project.root / "site"
    publisher = Publisher(out=target, base=base)

    def run(project: Project, build: "Build") -> None:
        with call.progress() as progress:
            progress("the dumps")
            made, left_out, seconds = publisher.publish(project, build, progress)
        for name in left_out:
            call.note(f"no file can have the address of <{name}>: only kg serve answers it")
        kept = f", {made.kept:,} of them kept" if made.kept else ""
        took = f" in {seconds:.1f} s" if watch else ""
        call.note(f"{made.count:,} files in {target}{kept}{took}; the dataset has the digest {made.digest}")

    def fail(error: Exception | None) -> None:
        if error:
            say(f"{red('error')}: {error}")
        call.note("what was published before stays")

    if not watch:
        run(project, open_build(project, link))
        publisher.leave()
        return AtOnce(DONE)
    from kg.cli import main
    from kg.processes import run as run_apart
    from kg.service.changes import after_changes, build_arguments

    links = link_to_builds(project, link)

    def wait() -> None:
        call.note("waiting for a change (Ctrl-C stops it)")
        publisher.prepare()

    build = partial(run_apart, main, build_arguments(project.settings_file, links, quiet=call.quiet))
    code = after_changes(project, link=links, build=build, use=run, fail=fail, wait=wait)
    publisher.leave()
    return AtOnce(code)


@click.command(epilog=examples("kg release 1.0.0", "kg release 1.1.0 --date 2027-01-15"))
@click.argument("version")
@click.option("--date", type=click.DateTime(["%Y-%m-%d"]), help="Its date. [default: today, UTC]")
@click.option("--build", "link", type=click.Path(path_type=Path), help="The build. [default: build, in the project]")
@click.pass_obj
def release(call: Call, version: str, date: datetime.datetime | None, link: Path | None) -> int:
    """Keep the build as a version of the dataset, in releases/VERSION.

    What differs from the last release says how far the version must be from it: a term gone or a property made
    mandatory is major, something new minor, other facts a patch. An IRI that vanishes without having been deprecated
    stops the release.
    """
    from kg.publication.release import release as run

    project = call.project
    day = (date or datetime.datetime.now(datetime.UTC)).date()
    with call.progress() as progress:
        made = run(open_build(project, link), version, project=project, date=day, progress=progress)
    click.echo(made.released.digest)
    why = f", a {made.need.step} one: {made.need.reasons[0]}" if made.need else ""
    call.note(f"releases/{version}{why}; kg publish puts it at release/{version}/")
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
