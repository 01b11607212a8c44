"""The files that ``kg publish`` made of the build that is served: dumps, catalogue, releases."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse
from starlette.routing import BaseRoute, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from kg.service.negotiation import FORMS
from kg.service.site import Site

FOLDER = "site"
"""The link that kg publish makes in a project, unless it is told another place."""
BUILD = "build.txt"
"""The file of a publication that says of which build it is: the SHA-256 of its dump."""
_PATHS = ("/catalog.ttl", "/.well-known/void", "/data/{path:path}", "/release/{path:path}")
_TYPES = {f".{form.suffix}": form.content_type for form in FORMS} | {
    ".nq": "application/n-quads",
    ".gz": "application/gzip",
    "": "text/turtle; charset=utf-8",  # .well-known/void
}


class Published:
    """The application that answers with a published file, where there is none as another does."""

    def __init__(self, site: Site, *, otherwise: ASGIApp) -> None:
        self._site = site
        self._link = site.project.root / FOLDER
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        path = scope["path"].removeprefix(self._site.base_path).removeprefix("/")
        folder = self._folder()
        if folder and (folder / path).is_file() and scope["method"] in ("GET", "HEAD"):
            try:
                response = await StaticFiles(directory=folder).get_response(path, scope)
            except HTTPException:  # a path that leads out of the folder
                response = None
            if response is not None:
                if isinstance(response, FileResponse):
                    response.headers["Content-Type"] = _TYPES.get(Path(path).suffix, response.headers["content-type"])
                response.headers["Cache-Control"] = "no-cache"
                await response(scope, receive, send)
                return
        await self._otherwise(scope, receive, send)

    def _folder(self) -> Path | None:
        """Return the folder of the publication, if there is one of this build."""
        folder = self._link.resolve()
        said = folder / BUILD
        digest = str(self._site.build.manifest["dump"]["sha256"])
        return folder if said.is_file() and said.read_text(encoding="utf-8").strip() == digest else None


def routes(site: Site, *, otherwise: ASGIApp) -> list[BaseRoute]:
    """Return the routes of the published files."""
    app = Published(site, otherwise=otherwise)
    return [Route(path, app) for path in _PATHS]
