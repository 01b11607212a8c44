"""A copy of a served site made of files: its pages with scripts and what these load, at any plain web server."""

import gzip
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

import kg.service
from kg.graph.build import Build
from kg.project import Project
from kg.publication.dumps import DESCRIBED, describe_dump
from kg.publication.files import File
from kg.publication.publish import publish


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
    for folder in ("sparql", "query"):
        (root / folder).mkdir()
    for language in ("fr", "en"):
        pages = (f"{path}.{language}.html" for path in ("sparql", *(f"query/{name}" for name in questions)))
        for name in (f"sparql/terms.{language}.json", *pages):
            (root / name).write_bytes(client.get(f"/{name}").content)
    static = Path(kg.service.__file__).with_name("static")
    for file in (path for path in static.rglob("*") if path.is_file()):
        copy = root / "static" / file.relative_to(static)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())


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
