"""The data of a site: written by a process of its own when it is first asked for, then given as files.

Live and hosted, the files are the same bytes, but for the addresses in the catalogue.
"""

import asyncio
import shutil
import tempfile
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path, PurePath
from threading import Lock

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from kg.errors import UsageError
from kg.graph.build import Build
from kg.publication import citation, feed
from kg.publication.about import About, about
from kg.publication.data import CATALOGUE, CATALOGUE_JSONLD, WELL_KNOWN
from kg.publication.metadata import dataset_facts
from kg.service.answers import answer, fresh, refuse
from kg.service.data_writer import Written, digest_of, written_in
from kg.service.site import Site

_TYPES: Mapping[str, str] = {
    "atom": "application/atom+xml",
    "cff": "application/yaml",
    "csv": "text/csv; charset=utf-8; header=present",
    "gz": "application/gzip",
    "json": "application/json",
    "jsonld": "application/ld+json",
    "md": "text/markdown; charset=utf-8",
    "nq": "application/n-quads",
    "trig": "application/trig",
    "ttl": "text/turtle; charset=utf-8",
    "void": "text/turtle; charset=utf-8",
    "zst": "application/zstd",
}


class Downloads:
    """The data of a site. What is written goes with it, unless they are written ``elsewhere``."""

    def __init__(self, site: Site, elsewhere: Callable[[], Written] | None = None) -> None:
        self._site = site
        self._elsewhere = elsewhere
        self._lock = Lock()
        self._written: Written | UsageError | None = None
        self.told = Once(lambda: self.about)
        """To be awaited before ``about`` is read, which takes seconds the first time."""
        self.done = Once(self.written)
        """The same before ``written`` is called."""

    @cached_property
    def about(self) -> About | None:
        """What the dataset says of itself; None when the settings name none."""
        project = self._site.project
        if project.dataset is None:
            return None
        if self._elsewhere:
            return self._elsewhere().data.about
        digest = digest_of(self._site)
        build = Build(self._site.build.folder)  # a connection of its own, for threads share none
        facts = dataset_facts(build, project=project, digest=digest)
        build.graph.engine.close()
        return about(facts, dataset=project.dataset, digest=digest)

    def written(self) -> Written:
        """Return what is written, once it is. Raises UsageError with what ``write_data`` says."""
        if self._elsewhere:
            return self._elsewhere()
        with self._lock:
            if self._written is None:
                folder = Path(tempfile.mkdtemp(prefix="kg-data-"))
                weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
                try:
                    self._written = written_in(folder, self._site)
                except UsageError as error:
                    self._written = error
        if isinstance(self._written, UsageError):
            raise self._written
        return self._written

    def routes(self) -> list[BaseRoute]:
        """Return the routes of the files."""
        single = (CATALOGUE, CATALOGUE_JSONLD, WELL_KNOWN, citation.FILE, feed.FILE)
        files = {f"/{path}": _Files(self._site, self, path) for path in single}
        files["/data/{path:path}"] = files["/release/{path:path}"] = _Files(self._site, self)
        return [Route(path, After(self.done, app)) for path, app in files.items()]


class Once:
    """Work that is done once, which the first who awaits it begins; those who wait take no thread, which others need.

    What it raises as UsageError is left to who reads what it made.
    """

    def __init__(self, work: Callable[[], object]) -> None:
        self._work = work
        self._turn = asyncio.Lock()
        self._done = False

    async def __call__(self) -> None:
        """Wait until the work is done."""
        if not self._done:
            async with self._turn:
                if not self._done:
                    with suppress(UsageError):
                        await run_in_threadpool(self._work)
                    self._done = True


class After:
    """An application that answers once some work has been done."""

    def __init__(self, done: Once, app: ASGIApp) -> None:
        self._done = done
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        await self._done()
        await self._app(scope, receive, send)


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
        path = self._path or request.scope["path"].removeprefix(self._site.base_path).removeprefix("/")
        try:
            written = await run_in_threadpool(self._downloads.written)
        except UsageError as error:
            return refuse(request, self._site, 404, [error.message])
        file = written.files.get(path)
        if file is None:
            return refuse(request, self._site, 404)
        headers = {
            **fresh(),
            "Content-Type": _TYPES.get(PurePath(path).name.rpartition(".")[2], "application/octet-stream"),
            "ETag": f'"{file.sha256[:32]}"',
        }
        return FileResponse(written.root / path, headers=headers)
