"""Listen, serve, and stop when asked to."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn

from kg.errors import UsageError
from kg.service.app import application
from kg.service.site import Site

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


def serve(site: Site, *, host: str, port: int, workers: int, announce: Callable[[str], None]) -> None:
    """Serve a site until SIGINT or SIGTERM; ``announce`` is told the address once it is listened at.

    Port 0 is any free one. Raises UsageError when the address cannot be had.
    """
    _ = site.build.store  # made once, before the workers open it
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise UsageError(f"cannot listen on {host}, port {port}: {error.strerror or error}") from error
    # asyncio does so only for sockets that say their protocol; without it each small answer waits 40 ms for an ACK.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with listening:
        config = uvicorn.Config(
            application(site, workers=workers),
            log_level="error",  # what clients do wrong is told to them
            access_log=False,
            server_header=False,
            lifespan="on",
            ws="none",
            timeout_graceful_shutdown=site.project.limits.query_seconds + 1,
        )
        shown = f"[{host}]" if ":" in host else host
        announce(f"http://{shown}:{listening.getsockname()[1]}{site.base_path}")
        asyncio.run(_Server(config).serve(sockets=[listening]))
