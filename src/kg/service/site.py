"""What is served, where the public sees it, and where it is read from."""

from dataclasses import dataclass
from pathlib import Path

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
        _ = site.build.store  # made once, before the workers open it
        return site
