"""What is served, and where the public sees it."""

from dataclasses import dataclass

from starlette.requests import Request

from kg.graph.build import Build
from kg.project import Project


@dataclass(frozen=True)
class Site:
    """A finished build to serve: its project, its build, and the address that the public sees it at."""

    project: Project
    build: Build
    base_path: str = ""  # "" or "/path", where the application is mounted
    public_url: str | None = None  # scheme://host[:port][/path] without a final slash; None: as the request says

    @property
    def root(self) -> str:
        """What the address of everything here begins with, without a slash at the end."""
        return self.public_url or self.base_path

    def address(self, request: Request) -> str:
        """Return the whole address that ``root`` is; without a public one, by what the request calls the server."""
        return self.public_url or f"{request.url.scheme}://{request.url.netloc}{self.base_path}"
