"""The application: the routes of the service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Mount, Route

from kg.service import home, library, listing_forms, resources, sparql, static
from kg.service.answering import Answering
from kg.service.documents import Documents
from kg.service.editor import Editor
from kg.service.headers import Headers
from kg.service.site import Site
from kg.service.things import Shelf
from kg.service.worker import Settings
from kg.service.workers import Pool


def application(site: Site, *, workers: int) -> Starlette:
    """Return the application over a site, with processes for queries of its own, begun and ended with it."""
    limits = site.project.limits
    settings = Settings(
        folder=str(site.build.folder),
        seconds=limits.query_seconds,
        memory=limits.query_memory,
        rows=limits.query_rows,
        prefixes=dict(site.project.prefixes),
    )
    pool = Pool(settings, workers=workers)
    shelf = Shelf(Documents(site.build, project=site.project))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with pool.open():
            reading = asyncio.ensure_future(run_in_threadpool(shelf.read))
            yield
            await reading

    found = _routes(site, pool, shelf)
    routes = [Mount(site.base_path, routes=found)] if site.base_path else found
    return Starlette(routes=routes, lifespan=lifespan, middleware=[Middleware(Headers)])


def _routes(site: Site, pool: Pool, shelf: Shelf) -> list[BaseRoute]:
    async def live(_: Request) -> JSONResponse:
        return JSONResponse({"status": "live"}, headers={"Cache-Control": "no-store"})

    async def ready(_: Request) -> JSONResponse:
        status = {"status": "ready" if pool.ready else "not ready", "workers": pool.ready}
        return JSONResponse(status, 200 if pool.ready else 503, headers={"Cache-Control": "no-store"})

    answering = Answering(site, pool)
    editor = Editor(site)
    return [
        Route("/", home.answers(site, shelf)),
        Route("/health", live),
        Route("/health/ready", ready),
        *sparql.Endpoint(site, answering, editor).routes(),
        *library.Library(site, answering, shelf).routes(),
        static.route(),
        Route(f"/{listing_forms.PATH}", listing_forms.answers(site, shelf)),
        *resources.routes(site, shelf),
    ]
