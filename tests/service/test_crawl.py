"""What is published is asked of the application; an answer that came late is asked for once more."""

import asyncio
from collections import Counter

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from kg.service.hosting.crawl import crawl, links


@pytest.mark.parametrize(("late", "status"), [(0, 200), (1, 200), (2, 504)])
def test_an_answer_that_came_late_is_asked_for_once_more(late: int, status: int) -> None:
    asked: Counter[str] = Counter()

    async def answer(request: Request) -> Response:
        asked[request.url.path] += 1
        if request.url.path == "/slow.html" and asked["/slow.html"] <= late:
            return Response(status_code=504)
        return HTMLResponse('<a href="slow.html"></a>')

    async def found() -> dict[str, int]:
        app = Starlette(routes=[Route("/{path:path}", answer)])
        pages = crawl(app, ["first.html"], wanted=lambda path: path.endswith(".html"))
        return {page.path: page.answer.status async for page in pages}

    assert asyncio.run(found()) == {"first.html": 200, "slow.html": status}
    assert asked == {"/first.html": 1, "/slow.html": min(late + 1, 2)}


PAGE = """<a href="#here"></a> <a href="?q=1"></a> <a href="first.html#there"></a> <a href="../other.html?page=2#x"></a>
<a href="other.html"></a> <a href="d&#39;eau.html#a"></a> <a href="%C3%A9.html"></a> <img src="/static/a.svg">
<a href="https://example.org/x.html"></a> <a href="../"></a>
<a href="second.html#1"></a> <a href="second.html#2"></a>"""


def test_a_page_links_to_others_each_once() -> None:
    found = list(links(PAGE, "in/first.html"))
    assert found == ["other.html", "in/other.html", "in/d'eau.html", "in/é.html", "static/a.svg", "in/second.html"]
