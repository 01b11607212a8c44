"""What a connection may take: bytes of its address and headers, and time to ask and to be answered."""

import asyncio
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from kg.project import Limits

_STALLED = 60  # seconds for a client that reads nothing of its answer
_SLACK = 1 << 16  # bytes of headers that may have come before their size is known

Refused = Callable[[int, str], None]
"""Told of each connection that is refused: the status, and the client."""


class Connection(HttpToolsProtocol):
    """A connection of HTTP/1.1 that is closed, with a status, when its client takes too much or too long.

    The time to ask runs from the first byte, or from the beginning of the connection, until the headers are whole;
    that of a body is counted by who reads it.
    """

    def __init__(self, *args: Any, limits: Limits, refused: Refused, **options: Any) -> None:
        super().__init__(*args, **options)
        self._limits = limits
        self._refused = refused
        self._heading = False
        self._taken = 0
        self._wrong: tuple[int, str] | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request, unless there are too many connections."""
        super().connection_made(transport)
        if len(self.connections) > self._limits.connections:
            self._refuse(503, "too many connections")
        else:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """End all waiting."""
        self._unwait()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; what has neither become a request nor belongs to one that is answered may not take for ever."""
        if self.transport.is_closing():
            return
        heading = self._heading
        super().data_received(data)
        if self._heading:
            self._taken += len(data) if heading else 0
            if self._taken > self._limits.header_bytes + _SLACK:
                self._refuse(431, f"the headers have more than {self._limits.header_bytes:,} bytes")
        if not self.transport.is_closing() and (self.cycle is None or self.cycle.response_complete):
            self._wait()

    def on_message_begin(self) -> None:
        """Begin to count a request."""
        super().on_message_begin()
        self._heading = True
        self._taken = 0

    def on_url(self, url: bytes) -> None:
        """Take a piece of the address."""
        super().on_url(url)
        if len(self.url) > self._limits.url_bytes:
            self._stop(414, f"an address has at most {self._limits.url_bytes:,} bytes: ask long queries by POST")
        if b"#" in url:  # which the parser would leave out without a word (RFC 9112, section 3.2)
            self._stop(400, "an address that is asked for has no fragment")

    def on_headers_complete(self) -> None:
        """Answer a request whose headers are whole."""
        self._heading = False
        if sum(len(name) + len(value) + 4 for name, value in self.headers) > self._limits.header_bytes:
            self._stop(431, f"the headers have more than {self._limits.header_bytes:,} bytes")
        self._unwait()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what the parser stopped at."""
        status, message = self._wrong or (400, "this is no request of HTTP/1.1")
        self._refuse(status, message)

    def pause_writing(self) -> None:
        """Wait for a client to read."""
        super().pause_writing()
        self._stalled = self.loop.call_later(_STALLED, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on writing."""
        if self._stalled is not None:
            self._stalled.cancel()
        super().resume_writing()

    def _stop(self, status: int, message: str) -> None:
        """Stop the parser, which tells so by ``send_400_response``."""
        self._wrong = status, message
        raise ValueError(message)

    def _wait(self) -> None:
        if self._deadline is None:
            seconds = self._limits.request_seconds
            late = partial(self._refuse, 408, f"the request did not come within {seconds} s")
            self._deadline = self.loop.call_later(seconds, late)

    def _unwait(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, status: int, message: str) -> None:
        """Say why and close; an answer that is under way is broken off."""
        self._unwait()
        if self.transport.is_closing():
            return
        if self.cycle is not None and not self.cycle.response_complete:
            self.transport.close()
            return
        body = f"{message}\n".encode()
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\ncontent-type: text/plain; charset=utf-8\r\n"
            f"content-length: {len(body)}\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()
        self._refused(status, self.client[0] if self.client else "")
