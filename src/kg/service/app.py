"""The application: the routes of the service."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.types import ASGIApp

from kg.service import data_page, following, home, library, listing, listing_forms, printed, resources, sparql, static
from kg.service.accounts import AccessLog, Accounts
from kg.service.addresses import INDEX, Named
from kg.service.answering import Answering
from kg.service.data_writer import Written
from kg.service.documents import Documents
from kg.service.downloads import Downloads
from kg.service.editor import Editor
from kg.service.headers import Headers
from kg.service.metrics import CONTENT_TYPE, Metrics
from kg.service.pictures.pages import Pictures
from kg.service.shelf import Shelf
from kg.service.site import Site, Source
from kg.service.succession import Succession
from kg.service.turns import Turns
from kg.service.wordings import spoken
from kg.service.workers import Pool, settings_of

_ROUTES = {"data", "health", "metrics", "openapi.json", "query", "search", "sparql", "static", "vocabulary"}


def application(
    site: Site,
    *,
    workers: int,
    source: Source | None = None,
    watch: bool = False,
    log: AccessLog | None = None,
    metrics: Metrics | None = None,
    written: Callable[[], Written] | None = None,
    shelf: Shelf | None = None,
    at_once: bool = True,
) -> Starlette:
    """Return the application over a site, with processes for queries of its own, begun and ended with it.

    They begin with the first query, if not ``at_once``.

    With a ``source``, each new build there is served as soon as it is; ``watch`` makes one when a file changes.
    ``written`` gives the data where they are written elsewhere, ``shelf`` reads the site when it is asked.
    """
    turns = Turns(workers=workers)
    pictures = {query.name for query in site.pictures}
    counted = metrics or Metrics()

    def pool(of: Site) -> Pool:
        return Pool(settings_of(of), workers=workers, turns=turns, tell=counted.query, at_once=at_once)

    def compose(of: Site, pool: Pool) -> ASGIApp:
        if shelf and of is site:
            read = shelf
        else:
            read = Shelf(Documents(of.build, project=of.project))
            read.read()
        found = _routes(of, pool, read, counted, written)
        router = Router([Mount(of.base_path, routes=found)] if of.base_path else found)
        known = [route.path.strip("/") for route in found if isinstance(route, Route)]
        return Named(
            router,
            base_path=of.base_path,
            paths={INDEX, *(path for path in known if "{" not in path)} - {""},
            below={folder for path in known if "{" in path and (folder := path.partition("/{")[0])}
            - {"data", "release"},
            languages=spoken(of.project.languages),
        )

    def named() -> tuple[str, str]:
        build = succession.current.site.build
        return build.folder.name, build.manifest["dump"]["sha256"]

    def route(path: str) -> str:
        whole = path.removeprefix(site.base_path).strip("/").partition("/")[0]
        first = whole if whole in _ROUTES else whole.partition(".")[0]
        if first in pictures:
            return "picture"
        return first if first in _ROUTES else "resource" if first not in ("", INDEX) else "home"

    succession = Succession(compose, pool)
    counted.watch(named, succession.pools)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with succession.open(site):
            tasks = [asyncio.create_task(following.follow(succession, source))] if source else []
            if source and watch:
                tasks.append(asyncio.create_task(following.rebuild(succession, source)))
            yield
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    around = [Middleware(Headers), Middleware(Accounts, metrics=counted, route=route, log=log)]
    return Starlette(routes=[Mount("", succession)], lifespan=lifespan, middleware=around)


def _routes(
    site: Site, pool: Pool, shelf: Shelf, metrics: Metrics, written: Callable[[], Written] | None
) -> list[BaseRoute]:
    async def live(_: Request) -> JSONResponse:
        return JSONResponse({"status": "live"}, headers={"Cache-Control": "no-store"})

    async def ready(_: Request) -> JSONResponse:
        status = {"status": "ready" if pool.ready else "not ready", "workers": pool.ready}
        return JSONResponse(status, 200 if pool.ready else 503, headers={"Cache-Control": "no-store"})

    async def figures(_: Request) -> Response:
        return Response(metrics.text(), headers={"Cache-Control": "no-store", "Content-Type": CONTENT_TYPE})

    answering = Answering(site, pool)
    editor = Editor(site, shelf.documents)
    lists = listing_forms.answers(site, shelf)
    downloads = Downloads(site, written)
    return [
        Route("/", home.answers(site, shelf, downloads)),
        Route(f"/{data_page.PATH}", data_page.answers(site, downloads)),
        *downloads.routes(),
        Route("/health", live),
        Route("/health/ready", ready),
        Route("/metrics", figures),
        *sparql.Endpoint(site, answering, editor).routes(),
        *library.Library(site, answering, shelf).routes(),
        static.route(),
        Route(f"/{printed.PATH}", printed.answers(site, shelf)),
        Route(f"/{listing.PATH}", lists),
        Route(f"/{listing.PATH}/{{list:path}}", lists),
        *Pictures(site, shelf).routes(),
        *resources.routes(site, shelf),
    ]
