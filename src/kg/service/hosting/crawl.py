"""Ask an application for pages without a server, and follow their links: what they answer is written as files."""

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from html import unescape
from urllib.parse import quote, unquote, urljoin

from starlette.types import ASGIApp, Message, Scope

_LINK = re.compile(r'\s(?:href|src)="([^"]+)"')
_HERE = "http://site/"


@dataclass(frozen=True)
class Answer:
    """What an application answers: the status, the type of the content, the body."""

    status: int
    content_type: str
    body: bytes


async def ask(app: ASGIApp, path: str, *, accept: str = "*/*", language: str = "") -> Answer:
    """Return the answer to a GET of a path, relative to the first page and unescaped."""
    target = quote(f"/{path}", safe="/:@!$&'()*+,;=~")
    headers = [(b"host", b"site"), (b"accept", accept.encode()), (b"accept-language", language.encode())]
    scope: Scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
        "path": f"/{path}", "raw_path": target.encode(), "query_string": b"", "root_path": "", "headers": headers,
        "client": ("", 0), "server": ("site", 80), "state": {},
    }  # fmt: skip
    said: dict[str, str] = {}
    status = 500
    body: list[bytes] = []
    waiting = False

    async def receive() -> Message:
        nonlocal waiting
        if waiting:  # who asks is there until the end
            await asyncio.Event().wait()
        waiting = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            said.update((name.decode().lower(), value.decode()) for name, value in message["headers"])
        else:
            body.append(message.get("body", b""))

    await app(scope, receive, send)
    return Answer(status, said.get("content-type", ""), b"".join(body))


async def crawl(
    app: ASGIApp, seeds: Iterable[str], *, wanted: Callable[[str], bool]
) -> AsyncIterator[tuple[str, Answer]]:
    """Yield the answers to the seeds and to what pages link to, by their paths, each once, as far as they are wanted.

    Paths are relative to the first page and unescaped; the query and the fragment of a link are left out.
    """
    queue = deque(dict.fromkeys(seeds))
    seen = set(queue)
    while queue:
        path = queue.popleft()
        answer = await ask(app, path)
        yield path, answer
        if not answer.content_type.startswith("text/html"):
            continue
        for other in links(answer.body.decode(), path):
            if other not in seen and wanted(other):
                queue.append(other)
                seen.add(other)


def links(page: str, path: str) -> Iterable[str]:
    """Yield the paths that a page at a path links to below the first page, unescaped, without query and fragment."""
    here = _HERE + quote(path)
    for link in dict.fromkeys(_LINK.findall(page)):
        target = urljoin(here, unescape(link)).partition("#")[0].partition("?")[0]
        if target.startswith(_HERE) and target != _HERE:
            yield unquote(target.removeprefix(_HERE))
