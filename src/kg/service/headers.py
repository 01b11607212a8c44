"""The headers that every answer has: any page may read what is public, and ours load nothing but our stylesheet."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PLAIN = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
"""The policy of pages without a script, and of all that is no page."""
# The editor sets the style of its lines from its script, which the policy of styles does not concern.
SCRIPTED = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
"""The policy of pages with scripts: those of the endpoint, of saved queries and of pictures."""
SCRIPT = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
"""The policy of the scripts themselves: a worker runs under that which its script comes with (CSP 3, section 4.2.1)."""
WIDEST = SCRIPTED.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
"""What each of these policies allows, for hosts that know one for all."""
EVERY = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Language, Content-Location, ETag, Link, Location, Retry-After, Vary, "
    "X-Request-Id",
    "Content-Security-Policy": PLAIN,
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Headers:
    """Give every answer of an application these headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in EVERY.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, sending)


def options(methods: str, *, conditions: str) -> dict[str, str]:
    """Return the headers of an answer to OPTIONS: what may be asked, by pages of other origins too (Fetch, 3.2.3)."""
    return {
        "Allow": methods,
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": f"Accept, Accept-Language, Content-Type, {conditions}",
        "Access-Control-Max-Age": "86400",
    }
