"""What is served, where the public sees it, and where it is read from."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from starlette.requests import Request

from kg.errors import QueryError
from kg.graph.build import Build
from kg.project import RDF_SUFFIXES, Project
from kg.publication.released import digest_of_releases
from kg.query.catalogue import Catalogue, Query
from kg.rebuild import program_digest


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

    @cached_property
    def digest(self) -> str:
        """A digest of what answers depend on: the program, the settings, queries, shapes, releases and the build."""
        return f"{self.sources} {self.build.manifest['dump']['sha256']}"

    @cached_property
    def sources(self) -> str:
        """A digest of what answers depend on besides the build: the program, settings, queries, shapes and releases."""
        written = hashlib.sha256(self.project.settings_file.read_bytes())
        for folder in (self.project.queries, self.project.shapes):  # they may change without another build
            for path in self.project.files(folder, suffixes=(".rq", ".toml", *RDF_SUFFIXES)) if folder.is_dir() else ():
                written.update(path.read_bytes())
        for path in sorted(Path(__file__).parent.rglob("*")):
            if path.suffix in (".html", ".ttl"):
                written.update(path.read_bytes())
        return f"{program_digest()} {written.hexdigest()} {self.releases}"

    @cached_property
    def releases(self) -> str:
        """A digest of the releases that the project keeps."""
        return digest_of_releases(self.project)

    @cached_property
    def pictures(self) -> list[Query]:
        """The queries of the project that are drawn; none where its queries are not beside the build."""
        try:
            return Catalogue.of(self.project).pictures
        except QueryError:
            return []


@dataclass(frozen=True)
class Source:
    """Where a site is read from, each time that there is a new build: the settings, and the link to the build."""

    settings_file: Path
    link: Path
    base_path: str = ""
    public_url: str | None = None

    def read(self) -> Site:
        """Return the site as it is now, its store made. Raises UsageError for settings or a build that are none."""
        site = Site(Project.load(self.settings_file), Build.open(self.link), self.base_path, self.public_url)
        _ = site.build.store, site.releases  # made once, before the workers open it
        return site

    def names(self, site: Site) -> bool:
        """Tell whether a site is of the build that the link names now, and of the releases that there are."""
        return site.build.folder == self.link.resolve() and site.releases == digest_of_releases(site.project)
