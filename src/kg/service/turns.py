"""Turns at the workers: no client has them all, and those who wait are not too many."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

_WAITING = 4  # questions of one client, under way or waiting, for each worker it may have
_ALTOGETHER = 16  # questions of all, for each worker


class BusyError(Exception):
    """Too much is asked at once: by this client (429), or by all (503)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass
class _Client:
    lanes: asyncio.Semaphore
    asked: int = field(default=0)


class Turns:
    """Who asks what: each client has all workers but one at most, the only one where there is one."""

    def __init__(self, *, workers: int) -> None:
        self._lanes = max(1, workers - 1)
        self._most = workers * _ALTOGETHER
        self._clients: dict[str, _Client] = {}
        self._asked = 0

    @asynccontextmanager
    async def take(self, client: str) -> AsyncIterator[None]:
        """Wait for a client's turn, and hold it. Raises BusyError at once when too much is waiting already."""
        if self._asked >= self._most:
            raise BusyError(503, "too many queries are waiting")
        one = self._clients.setdefault(client, _Client(asyncio.Semaphore(self._lanes)))
        if one.asked >= self._lanes * _WAITING:
            raise BusyError(429, f"{one.asked} queries of yours are under way or waiting: wait for their answers")
        one.asked += 1
        self._asked += 1
        try:
            async with one.lanes:
                yield
        finally:
            one.asked -= 1
            self._asked -= 1
            if not one.asked:
                del self._clients[client]
