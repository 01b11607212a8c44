"""The command that serves a finished build: ``kg serve``."""

import os
import re
import sys
from pathlib import Path
from typing import IO

import click

from kg.cli.arguments import link_to_builds
from kg.errors import DONE, UsageError
from kg.terminal import Call, examples


@click.command(
    epilog=examples(
        "kg serve",
        "kg serve --port 8080 --workers 4",
        "kg serve --watch                                         # build again when a file changes",
        "kg serve --public-url https://data.example.org/graph     # behind a proxy that takes /graph away",
        "kg serve --base-path /graph                              # behind a proxy that does not",
        "curl http://127.0.0.1:8000/sparql --data-urlencode 'query=ASK {}'",
    )
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 is any free one.")
@click.option("--base-path", default="", metavar="PATH", help="Where all addresses begin, such as /graph.")
@click.option("--public-url", metavar="URL", help="The address that the public sees. [default: as each request says]")
@click.option("--workers", type=click.IntRange(1, 256), help="Processes that answer queries. [default: CPUs + 1]")
@click.option("--watch", is_flag=True, help="Build again when a file changes; a build that fails changes nothing.")
@click.option(
    "--access-log",
    type=click.File("a", encoding="utf-8", lazy=False),
    metavar="FILE",
    help="A file, or - for stderr, for a line of JSON per request: time, id, client, method, path, status, bytes, "
    "seconds. [default: none]",
)
@click.option("--build", "link", type=click.Path(path_type=Path), help="The build. [default: build, in the project]")
@click.pass_obj
def serve(
    call: Call,
    host: str,
    port: int,
    base_path: str,
    public_url: str | None,
    workers: int | None,
    watch: bool,
    access_log: IO[str] | None,
    link: Path | None,
) -> int:
    """Serve the build: its resources, and a SPARQL endpoint that stays up whatever is asked.

    A new build is served as soon as it is there; requests under way are answered from the one before.
    """
    from kg.service.server import serve as run
    from kg.service.site import Source

    base_path = base_path.rstrip("/")
    if not re.fullmatch(r"(/[\w.~-]+)*", base_path, re.ASCII):
        raise UsageError(f"a base path is such as /graph, not {base_path}")
    if public_url is not None and not re.fullmatch(r"https?://[\w.\[\]:~/-]+", public_url, re.ASCII):
        raise UsageError(f"a public URL is such as https://data.example.org/graph, not {public_url}")
    project = call.project
    link = link_to_builds(project, link) if watch else link or project.root / "build"
    source = Source(project.settings_file, link, base_path, public_url.rstrip("/") if public_url else None)

    def announce(address: str) -> None:
        call.note(f"the graph is at {address}/ and SPARQL at {address}/sparql (Ctrl-C stops it)")

    count = workers or (os.cpu_count() or 1) + 1
    log = sys.stderr if access_log is sys.stdout else access_log
    run(source, host=host, port=port, workers=count, watch=watch, access_log=log, announce=announce)
    return DONE
