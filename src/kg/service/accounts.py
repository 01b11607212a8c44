"""Each request has an id, a line in the log, a place in the figures, and an answer even when the program fails."""

import json
import logging
import re
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import IO

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg.service.metrics import Metrics

_log = logging.getLogger(__name__)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_GONE = 499  # the status, in the log, of a request whose client did not wait


class AccessLog:
    """One line of JSON per request, written to a file, which may be a terminal."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, **said: str | int | float) -> None:
        """Write a line, with the time."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._file.write(json.dumps({"time": now, **said}) + "\n")
        self._file.flush()


class Accounts:
    """Keep account of the requests to an application."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, route: Callable[[str], str], log: AccessLog | None) -> None:
        self._app = app
        self._metrics = metrics
        self._route = route
        self._access = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, and say so."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        name = given if _ID.fullmatch(given) else secrets.token_hex(8)
        begun = time.perf_counter()
        status, size = 0, 0

        async def sending(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = name
            elif scope["method"] != "HEAD":
                size += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except ClientDisconnect:
            pass  # nobody is left to be told
        except Exception:
            _log.exception("request %s failed", name)
            if status:
                raise
            await PlainTextResponse(f"the service failed at request {name}\n", 500)(scope, receive, sending)
        finally:
            seconds = time.perf_counter() - begun
            self._metrics.request(self._route(scope["path"]), status or _GONE, seconds)
            if self._access:
                client = scope["client"][0] if scope["client"] else ""
                path = scope.get("raw_path", b"").decode("latin-1")
                self._access.write(
                    id=name, client=client, method=scope["method"], path=path, status=status or _GONE, bytes=size,
                    seconds=round(seconds, 6),
                )  # fmt: skip
