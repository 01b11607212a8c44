"""Publish a project, once or again and again: what one publication has read is at hand for the next."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from kg.errors import KgError
from kg.graph.build import Build
from kg.project import Project
from kg.publication.publish import Publication, publish
from kg.service.hosting.site import HostedSite


class Published(NamedTuple):
    """A publication that was made, the IRIs of the resources that no file can be, and how many seconds it took."""

    made: Publication
    left_out: Sequence[str]
    seconds: float


class Publisher:
    """Publishes a project at ``out``, to be hosted at ``base``, as often as it is asked to."""

    def __init__(self, *, out: Path, base: str | None = None) -> None:
        self._out = out
        self._base = base
        self._site: HostedSite | None = None
        self._made: Publication | None = None

    def publish(self, project: Project, build: Build, progress: Callable[[str], None] = lambda _: None) -> Published:
        """Publish a build. Raises what ``kg.publication.publish.publish`` raises; the next build may be published."""
        began = time.perf_counter()
        site = HostedSite(project, build, progress, after=self._site)
        made = publish(build, project=project, out=self._out, base=self._base, pages=site, after=self._made)
        self._site, self._made = site, made
        return Published(made, site.left_out, time.perf_counter() - began)

    def leave(self) -> None:
        """Leave what was read for the next publication, if another process makes it."""
        if self._site and self._made and self._made.before:
            with suppress(OSError):  # it is read then
                self._site.leave(self._made.before)

    def prepare(self) -> None:
        """Read what the next publication begins from, while there is time."""
        if self._site and self._made and self._made.before:
            with suppress(KgError, OSError):  # it is read then
                self._site.prepare(self._made.before.record)
