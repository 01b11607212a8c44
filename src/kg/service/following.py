"""Notice new builds, whoever makes them, and make them when a file changes."""

import asyncio
import logging
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

from watchfiles import Change, awatch

from kg.errors import KgError
from kg.graph.swap import tidy
from kg.project import Project
from kg.service.site import Source
from kg.service.succession import Succession

_log = logging.getLogger(__name__)
_EVERY = 0.5  # seconds between two looks at the link
_QUIET = 300  # milliseconds without a change, after which a build begins


async def follow(succession: Succession, source: Source) -> None:
    """Serve each build that the link comes to name, and each release; what cannot be is told once, and tried again."""
    told = None
    while True:
        await asyncio.sleep(_EVERY)
        if source.names(succession.current.site):
            continue
        named = source.link.resolve()
        try:
            await renew(succession, source)
        except (KgError, OSError) as error:
            if told != named:
                _log.warning("the build before this one goes on: %s", error or type(error).__name__)
            told = named


async def renew(succession: Succession, source: Source) -> None:
    """Serve what the source is now. Raises KgError and OSError when it cannot be."""
    site = await asyncio.to_thread(source.read)
    await succession.renew(site, after=partial(tidy, source.link))


async def rebuild(succession: Succession, source: Source) -> None:
    """Build after each change of what a build or a query reads; when a build fails, the old one goes on."""
    changed = asyncio.Event()
    watching = asyncio.create_task(watch(Project.load(source.settings_file), changed))
    try:
        while True:
            await changed.wait()
            changed.clear()
            if await _build(source):
                _log.warning("the build failed; the one before it goes on")
                continue
            try:
                await renew(succession, source)  # even of the same build: a query may have changed
            except (KgError, OSError) as error:
                _log.warning("the build before this one goes on: %s", error or type(error).__name__)
    finally:
        watching.cancel()


async def _build(source: Source) -> int:
    """Build in a process of its own, which says what is wrong, and return its exit code."""
    command = (sys.executable, "-P", "-m", "kg", "-q", "-C", str(source.settings_file.parent))
    process = await asyncio.create_subprocess_exec(
        "nice", "-n", "10", *command, "build", "--out", str(source.link), stdin=asyncio.subprocess.DEVNULL
    )
    try:
        return await process.wait()
    finally:
        with suppress(ProcessLookupError):
            process.terminate()


async def watch(project: Project, changed: asyncio.Event) -> None:
    """Tell after each change of the settings, or of a file in the folders of a project, when all is quiet again."""
    folders = (project.ontology, project.shapes, project.instances, project.queries)
    names = {str(path) for path in (project.settings_file, *folders)}

    def visible(_: Change, path: str) -> bool:
        return not any(part.startswith(".") for part in Path(path).relative_to(project.root).parts)

    def beside(_: Change, path: str) -> bool:
        return path in names

    async def inside() -> None:
        async for _ in awatch(*(one for one in folders if one.is_dir()), watch_filter=visible, step=_QUIET):
            changed.set()

    while True:
        within = asyncio.create_task(inside())
        try:
            # A file that is replaced, and a folder that comes or goes, are seen from above only.
            async for _ in awatch(project.root, watch_filter=beside, recursive=False, step=_QUIET):
                break
        finally:
            within.cancel()
        changed.set()
