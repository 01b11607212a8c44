"""What a request asks, as the SPARQL 1.1 Protocol says (section 2.1): a query, its dataset and a format."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request

from kg.project import Limits

_FORGOTTEN = 20_000_000  # bytes of a body that are read at most
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"


class RefusalError(Exception):
    """A request is answered with an error: a status, a message for people, and more headers."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers or {}


@dataclass(frozen=True)
class Asked:
    """What a request asks; without a query, what the endpoint is.

    ``formats`` are names of one format: clients that do not know which name is known give several.
    """

    query: str | None
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()


async def read(request: Request, *, limits: Limits) -> Asked:
    """Return what a request asks. Raises RefusalError for what is none, or a body over the limits."""
    parameters = _form(request.url.query, "the URL")
    if request.method != "POST":
        await discard_body(request, limits=limits)
        return _asked(parameters)
    media, charset = _content_type(request)
    if media not in (FORM, QUERY, UPDATE):
        raise RefusalError(415, f"a POST has the content type {QUERY} or {FORM}, not {media or 'none'}")
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise RefusalError(415, f"a query is in UTF-8, not {charset}")
    body = _text(await _body(request, most=limits.body_bytes, seconds=limits.request_seconds), "the body")
    if media == UPDATE:
        raise _update()
    parameters += _form(body, "the body") if media == FORM else [("query", body)]
    asked = _asked(parameters)
    if asked.query is None:
        raise RefusalError(400, "a POST has a query")
    return asked


async def discard_body(request: Request, *, limits: Limits) -> None:
    """Read a body that means nothing. Raises RefusalError for one over the limits."""
    await _body(request, most=limits.body_bytes, seconds=limits.request_seconds)


def read_parameters(request: Request) -> list[tuple[str, str]]:
    """Return the parameters of the URL. Raises RefusalError for what is not UTF-8."""
    return _form(request.url.query, "the URL")


def _asked(parameters: Sequence[tuple[str, str]]) -> Asked:
    if any(name == "update" for name, _ in parameters):
        raise _update()

    def all_of(name: str) -> tuple[str, ...]:
        return tuple(value for key, value in parameters if key == name)

    queries = all_of("query")
    if len(queries) > 1:
        raise RefusalError(400, f"a request has one query, not {len(queries)}")
    formats = tuple(name.lower() for name in all_of("format") if name)
    return Asked(queries[0] if queries else None, all_of("default-graph-uri"), all_of("named-graph-uri"), formats)


def _update() -> RefusalError:
    return RefusalError(403, "updates are refused: the graph is read only")


def _content_type(request: Request) -> tuple[str, str]:
    """Return the media type of a request's body and its charset, in lower case."""
    media, *parameters = request.headers.get("content-type", "").lower().split(";")
    said = dict(parameter.strip().partition("=")[::2] for parameter in parameters)
    return media.strip(), said.get("charset", "utf-8").strip('"')


async def _body(request: Request, *, most: int, seconds: int) -> bytes:
    """Return the body. One too large is read on for a while: many clients listen only when they have sent."""
    body, size = bytearray(), 0
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            async for piece in request.stream():
                size += len(piece)
                if size <= most:
                    body += piece
                elif size > _FORGOTTEN:
                    break
            if size <= most:
                return bytes(body)
    if size <= most:
        raise RefusalError(408, f"the request did not come within {seconds} s", {"Connection": "close"})
    raise RefusalError(413, f"a request has at most {most:,} bytes", {"Connection": "close"})


def _text(data: bytes, where: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise RefusalError(400, f"{where} is not UTF-8") from error


def _form(text: str, where: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as error:
        raise RefusalError(400, f"{where} is not UTF-8") from error
    except ValueError as error:
        raise RefusalError(400, f"{where} has too many parameters") from error
