"""The files that pages load: ours, and nothing from elsewhere."""

from os import PathLike, stat_result

from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from kg.service.headers import SCRIPT


def route() -> Mount:
    """Return the route of the files, at ``/static``."""
    return Mount("/static", _Files(packages=[("kg.service", "static")]))


class _Files(StaticFiles):
    """Files that a browser need not ask for again within the hour."""

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Return the answer with the bytes of a file, or 304."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = "public, max-age=3600"
        if str(full_path).endswith(".js"):
            response.headers["Content-Security-Policy"] = SCRIPT
        return response
