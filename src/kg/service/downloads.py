"""The data of a site: written by a process of its own when it is first asked for, then given as files.

Live and hosted, the files are the same bytes, but for the addresses in the catalogue.
"""

import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from threading import Lock
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from kg.errors import KgError
from kg.graph.build import Build
from kg.graph.canonical import canonical_nquads
from kg.project import Project
from kg.publication import citation
from kg.publication.about import About, about
from kg.publication.data import CATALOGUE, CATALOGUE_JSONLD, WELL_KNOWN, Data, write_data
from kg.publication.dumps import File, dataset_quads
from kg.publication.metadata import dataset_facts
from kg.publication.publish import files_of
from kg.service.answers import answer, fresh, refuse
from kg.service.site import Site

T = TypeVar("T")
_TYPES: Mapping[str, str] = {
    "cff": "application/yaml",
    "csv": "text/csv; charset=utf-8; header=present",
    "gz": "application/gzip",
    "json": "application/json",
    "jsonld": "application/ld+json",
    "nq": "application/n-quads",
    "trig": "application/trig",
    "ttl": "text/turtle; charset=utf-8",
    "void": "text/turtle; charset=utf-8",
    "zst": "application/zstd",
}


@dataclass(frozen=True)
class Written:
    """The data that was written in a folder: what it is, and every file by its path."""

    root: Path
    data: Data
    files: Mapping[str, File]


class Downloads:
    """The data of a site. What is written goes with it, unless it is given what is written elsewhere."""

    def __init__(self, site: Site, written: Written | None = None) -> None:
        self._site = site
        self._reading, self._writing = Lock(), Lock()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._written = written
        self._about: About | None = written.data.about if written else None

    def about(self) -> About | None:
        """Return what the dataset says of itself; None when the settings name none."""
        project = self._site.project
        if project.dataset is None:
            return None
        with self._reading:
            if self._about is None:
                digest = _elsewhere(_digest, project.settings_file, self._site.build.folder)
                build = Build(self._site.build.folder)  # a connection of its own, for threads share none
                facts = dataset_facts(build, project=project, digest=digest)
                build.graph.engine.close()
                self._about = about(facts, dataset=project.dataset, digest=digest)
            return self._about

    def written(self) -> Written:
        """Return what is written, once it is. Raises KgError as ``write_data`` does."""
        with self._writing:
            if self._written is None:
                self._folder = tempfile.TemporaryDirectory(prefix="kg-data-")
                project, public = self._site.project, self._site.public_url
                site = f"{public}/" if public else project.base[: project.base.rindex("/") + 1]
                endpoint = f"{public}/sparql" if public else None
                folder, root = self._site.build.folder, Path(self._folder.name)
                self._written = _elsewhere(_write, project.settings_file, folder, root, site, endpoint)
            return self._written

    def routes(self) -> list[BaseRoute]:
        """Return the routes of the files."""
        single = (CATALOGUE, CATALOGUE_JSONLD, WELL_KNOWN, citation.FILE)
        return [
            *(Route(f"/{path}", _Files(self._site, self, path)) for path in single),
            Route("/data/{path:path}", _Files(self._site, self)),
        ]


class _Files:
    """Answers with a file, the one of the path when no other is given."""

    def __init__(self, site: Site, downloads: Downloads, path: str | None = None) -> None:
        self._site = site
        self._downloads = downloads
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        response = await answer(Request(scope), self._site, self._given)
        await response(scope, receive, send)

    async def _given(self, request: Request) -> Response:
        path = self._path or f"data/{request.path_params['path']}"
        try:
            written = await run_in_threadpool(self._downloads.written)
        except KgError as error:
            return refuse(request, self._site, 404, [error.message])
        file = written.files.get(path)
        if file is None:
            return refuse(request, self._site, 404)
        headers = {
            **fresh(),
            "Content-Type": _TYPES[path.rpartition("/")[2].rpartition(".")[2]],
            "ETag": f'"{file.sha256[:32]}"',
        }
        return FileResponse(written.root / path, headers=headers)


def _elsewhere(work: Callable[..., T], *given: object) -> T:
    """Return what a function returns in a process of its own: requests are answered meanwhile."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(partial(work, *given)).result()


def _digest(settings_file: Path, folder: Path) -> str:
    quads = dataset_quads(Build(folder), project=Project.load(settings_file))
    return sha256("".join(canonical_nquads(quads)).encode()).hexdigest()


def _write(settings_file: Path, folder: Path, root: Path, site: str, endpoint: str | None) -> Written:
    project = Project.load(settings_file)
    data = write_data(Build(folder), project=project, root=root, site=site, endpoint=endpoint)
    return Written(root, data, {file.path: file for file in files_of(root)})
