"""A copy of a served site made of files: its pages with scripts and what these load, at any plain web server."""

import gzip
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

import kg.service
from kg.graph.build import Build
from kg.project import Project
from kg.publication.dumps import DESCRIBED, File, describe_dump
from kg.publication.publish import publish

HTML = {"Accept": "text/html"}


def copy_site(
    client: httpx.Client, build: Build, project: Project, *, questions: Iterable[str], root: Path, packed: bool = True
) -> None:
    """Write the endpoint's page, questions, scripts and data into a folder; the data packed by gzip too."""
    published = publish(build, project=project, out=root.with_name("published"))
    data = root / "data"
    data.mkdir(parents=True)
    [nquads] = (published.folder / "data").glob("*.nq")
    (data / nquads.name).write_bytes(nquads.read_bytes())
    (root / DESCRIBED).write_bytes((published.folder / DESCRIBED).read_bytes())
    if packed:
        (data / f"{nquads.name}.gz").write_bytes(gzip.compress(nquads.read_bytes(), mtime=0))
        (root / DESCRIBED).write_text(describe_dump(File.of(data / nquads.name, root=root), root=root))
    for path in ("sparql", *(f"query/{name}" for name in questions)):
        for language in ("fr", "en"):
            folder = root / path if language == "fr" else root / "en" / path
            folder.mkdir(parents=True)
            page = client.get(f"/{path}", params={"lang": language}, headers=HTML)
            (folder / "index.html").write_bytes(page.content)
    for language in ("fr", "en"):
        name = f"sparql/terms.{language}.json"
        (root / name).write_bytes(client.get(f"/{name}").content)
    static = Path(kg.service.__file__).with_name("static")
    for file in (path for path in static.rglob("*") if path.is_file()):
        copy = root / "static" / file.relative_to(static)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())


@contextmanager
def fronted(server: str, data: Path) -> Iterator[str]:
    """Answer with the files of a folder at ``/data/``, and for all else with what a server answers; yield the address.

    So does a web server that stands before the service.
    """

    async def forward(request: Request) -> Response:
        headers = {name: value for name, value in request.headers.items() if name != "host"}
        async with httpx.AsyncClient(base_url=server, timeout=30) as client:
            found = await client.request(
                request.method, str(request.url)[len(str(request.base_url)) - 1 :], headers=headers,
                content=await request.body(),
            )  # fmt: skip
        dropped = ("content-encoding", "content-length", "transfer-encoding")
        kept = {name: value for name, value in found.headers.items() if name not in dropped}
        return Response(found.content, found.status_code, kept)

    rest = Route("/{path:path}", forward, methods=["GET", "HEAD", "POST"])
    app = Starlette(routes=[Mount("/data", StaticFiles(directory=data)), rest])
    front = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", ws="none"))
    thread = threading.Thread(target=front.run)
    thread.start()
    try:
        while not front.started and thread.is_alive():
            time.sleep(0.01)
        yield f"http://127.0.0.1:{front.servers[0].sockets[0].getsockname()[1]}"
    finally:
        front.should_exit = True
        thread.join()


@contextmanager
def hosted(root: Path) -> Iterator[str]:
    """Host a folder by Python's own server, and return its address."""
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout
            first = process.stdout.readline()  # Serving HTTP on 127.0.0.1 port 1234 (http://127.0.0.1:1234/) ...
            yield first.partition("(")[2].partition("/)")[0]
        finally:
            process.terminate()
