"""One build is served after another, and no request is dropped.

A request goes to the edition that is current, and ends there. The next edition begins, with workers of its own, beside
the one that answers; then it is the current one. The old one ends after its last request, and lets go of its folder.
"""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Self

from starlette.types import ASGIApp, Receive, Scope, Send

from kg.graph.swap import hold
from kg.service.site import Site
from kg.service.workers import Pool

_PATIENCE = 60  # seconds for the workers of a new build to begin

Compose = Callable[[Site, Pool], ASGIApp]
"""Returns the application over one build."""


class Edition:
    """A build being served: its application and its workers."""

    def __init__(self, site: Site, app: ASGIApp, pool: Pool, held: AsyncExitStack) -> None:
        self.site = site
        self.pool = pool
        self._app = app
        self._held = held
        self._under_way = 0
        self._over = asyncio.Event()
        self._over.set()

    @classmethod
    async def begin(cls, site: Site, pool: Pool, compose: Compose) -> Self:
        """Return an edition whose workers begin. Raises what the build, when it is gone, makes its reader raise."""
        async with AsyncExitStack() as held:
            held.callback(hold(site.build.folder).release)
            app = await asyncio.to_thread(compose, site, pool)
            await held.enter_async_context(pool.open())
            return cls(site, app, pool, held.pop_all())

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        self._under_way += 1
        self._over.clear()
        try:
            await self._app(scope, receive, send)
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._over.set()

    async def finish(self) -> None:
        """Wait until the last request has its answer, then end."""
        await self.pool.retire()
        await self._over.wait()
        await self.end()

    async def end(self) -> None:
        """End the workers, and let go of the folder."""
        await self._held.aclose()


class Succession:
    """An application over one build after another."""

    def __init__(self, compose: Compose, pools: Callable[[Site], Pool]) -> None:
        self._compose = compose
        self._pools = pools
        self._current: Edition | None = None
        self._ending: dict[asyncio.Task[None], Edition] = {}
        self._one_at_a_time = asyncio.Lock()

    @property
    def current(self) -> Edition:
        """The edition that requests go to."""
        assert self._current, "the application has not begun"
        return self._current

    def pools(self) -> Iterator[Pool]:
        """Yield the workers of the current edition, and of those that are ending."""
        yield self.current.pool
        yield from (edition.pool for edition in self._ending.values())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request from the build that is current as it comes."""
        await self.current.answer(scope, receive, send)

    @asynccontextmanager
    async def open(self, site: Site) -> AsyncIterator[None]:
        """Serve a site first, and end all editions at the end."""
        self._current = await Edition.begin(site, self._pools(site), self._compose)
        try:
            yield
        finally:
            for task in self._ending:
                task.cancel()
            await asyncio.gather(*self._ending, return_exceptions=True)
            for edition in (*self._ending.values(), self._current):
                await edition.end()

    async def renew(self, site: Site, *, after: Callable[[], None] = lambda: None) -> None:
        """Serve a site from now on; ``after`` is called once the one before it has ended.

        Raises TimeoutError when no workers can begin over it, and what its reader raises; then all stays as it was.
        """
        async with self._one_at_a_time:
            fresh = await Edition.begin(site, self._pools(site), self._compose)
            try:
                async with asyncio.timeout(_PATIENCE):
                    await fresh.pool.filled()
            except BaseException:
                await fresh.end()
                raise
            old, self._current = self.current, fresh
            task = asyncio.create_task(self._leave(old, after))
            self._ending[task] = old

    async def _leave(self, old: Edition, after: Callable[[], None]) -> None:
        await old.finish()
        task = asyncio.current_task()
        assert task
        del self._ending[task], old
        gc.collect()  # what was read of the old build knows itself, and is much
        with suppress(OSError):  # a folder that we may not write is left to the next build
            await asyncio.to_thread(after)
