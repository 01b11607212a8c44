"""Ask an application for pages without a server, and follow their links: what they answer is written as files."""

import asyncio
import re
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from html import unescape
from urllib.parse import quote, unquote, urljoin

from starlette.types import ASGIApp, Message, Scope

from kg.service.reading import reading, told_all

_LINK = re.compile(r'\s(?:href|src)="([^"]+)"')
_HERE = "http://site/"
_LATE = (503, 504)
"""What is answered for want of time, which a busy machine may have the next time."""


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


@dataclass(frozen=True)
class Crawled:
    """The answer to a path, the paths that it links to, and the notes that tell all that it comes from, if they do."""

    path: str
    answer: Answer
    links: Sequence[str]
    reads: frozenset[str] | None


async def crawl(
    app: ASGIApp,
    seeds: Iterable[str],
    *,
    wanted: Callable[[str], bool],
    kept: Callable[[str], Iterable[str] | None] = lambda _: None,
    late: Callable[[str], bool] = lambda _: False,
) -> AsyncIterator[Crawled]:
    """Yield the answers to the seeds and to what pages link to, each once, as far as they are wanted.

    Paths are relative to the first page and unescaped; the query and the fragment of a link are left out. Other forms
    of a page are asked for next. What came too late is asked for once more. Where there is the answer already, ``kept``
    returns what it links to. What is ``late`` is asked for after all else.
    """
    queue = deque(dict.fromkeys(seeds))
    seen = set(queue)
    last: deque[str] = deque()
    while queue or last:
        path = queue.popleft() if queue else last.popleft()
        if queue and late(path):
            last.append(path)
            continue
        leading = kept(path)
        if leading is None:
            with reading() as notes:
                answer = await ask(app, path)
                if answer.status in _LATE:
                    answer = await ask(app, path)
            is_page = answer.content_type.startswith("text/html")
            leading = list(links(answer.body.decode(), path)) if is_page else []
            yield Crawled(path, answer, leading, told_all(notes))
        fresh = [other for other in dict.fromkeys(leading) if other not in seen and wanted(other)]
        seen.update(fresh)
        stem = _stem(path)
        queue.extend(other for other in fresh if _stem(other) != stem)
        queue.extendleft(other for other in reversed(fresh) if _stem(other) == stem)


def _stem(path: str) -> str:
    """Return what a path is of, whatever form, language and page it has."""
    return path.partition(".")[0]


def links(page: str, path: str) -> Iterable[str]:
    """Yield the other paths that a page links to below the first page, unescaped, without query and fragment."""
    here = _HERE + quote(path)
    cut = (unescape(link).partition("#")[0].partition("?")[0] for link in _LINK.findall(page))
    for link in dict.fromkeys(cut):  # many lead to places of the page itself
        target = urljoin(here, link)
        if target.startswith(_HERE) and target not in (_HERE, here):
            yield unquote(target.removeprefix(_HERE))
