"""Listen, serve, and stop when asked to."""

import asyncio
import contextlib
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO

import uvicorn

from kg.errors import UsageError
from kg.project import Limits
from kg.service.accounts import AccessLog
from kg.service.app import application
from kg.service.connections import Connection
from kg.service.metrics import Metrics
from kg.service.site import Source

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class _Server(uvicorn.Server):
    """A server that ends when it has been asked to, where uvicorn's raises the signal again."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Finish what is under way at the first signal, and drop it at the second."""
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._stop)
        try:
            yield
        finally:
            for number in _SIGNALS:
                loop.remove_signal_handler(number)

    def _stop(self) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True


def serve(
    source: Source,
    *,
    host: str,
    port: int,
    workers: int,
    announce: Callable[[str], None],
    watch: bool = False,
    access_log: IO[str] | None = None,
) -> None:
    """Serve each build of a source until SIGINT or SIGTERM; ``announce`` is told the address once it is listened at.

    Port 0 is any free one. ``watch`` makes a build when a file changes; ``access_log`` gets a line per request. Raises
    UsageError when the address cannot be had, or there is no build.
    """
    site = source.read()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise UsageError(f"cannot listen on {host}, port {port}: {error.strerror or error}") from error
    # asyncio does so only for sockets that say their protocol; without it each small answer waits 40 ms for an ACK.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    limits = site.project.limits
    metrics = Metrics()
    log = AccessLog(access_log) if access_log else None
    _allow_files(limits)

    def refused(status: int, client: str) -> None:
        metrics.refused(status)
        if log:
            log.write(client=client, status=status)

    with listening:
        config = uvicorn.Config(
            application(site, workers=workers, source=source, watch=watch, log=log, metrics=metrics),
            http=partial(Connection, limits=limits, refused=refused),  # type: ignore[arg-type]
            log_level="error",  # what clients do wrong is told to them
            access_log=False,
            server_header=False,
            lifespan="on",
            ws="none",
            timeout_graceful_shutdown=limits.query_seconds + 1,
        )
        shown = f"[{host}]" if ":" in host else host
        announce(f"http://{shown}:{listening.getsockname()[1]}{site.base_path}")
        asyncio.run(_Server(config).serve(sockets=[listening]))


def _allow_files(limits: Limits) -> None:
    """Let the process have a file per connection, and as many again for answers and builds, where the system may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * limits.connections + 1000
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
