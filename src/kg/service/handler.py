"""What the addresses that run queries share: their methods, their refusals, and a client that goes away."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from kg.service.headers import options
from kg.service.problem import problem
from kg.service.protocol import RefusalError


class Handler:
    """An ASGI application that answers requests of some methods with what a function returns."""

    def __init__(self, respond: Callable[[Request], Awaitable[Response]], *, methods: str) -> None:
        self._respond = respond
        self._methods = methods
        self._options = options(methods, conditions="If-None-Match")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except RefusalError as error:
            body, form = problem(request.headers.get("accept"), error.status, error.message)
            response = Response(body, error.status, error.headers | {"Content-Type": form.content_type})
        response.headers.setdefault("Vary", "Accept, Accept-Language")
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=self._options)
        if request.method not in self._methods.split(", "):
            raise RefusalError(405, f"this address knows {self._methods}", {"Allow": self._methods})
        return await self._respond(request)


async def unless_gone(request: Request, work: Coroutine[Any, Any, Response]) -> Response:
    """Return what the work returns; stop it when the client goes away. The body of the request has been read."""
    answer = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(request.receive())
    try:
        await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            answer.cancel()
            return Response(status_code=499)  # nobody reads it
        return answer.result()
    finally:
        gone.cancel()
        answer.cancel()
