"""Notice new builds, whoever makes them, and make them when a file changes."""

import asyncio
import logging
from contextlib import suppress
from functools import partial

from kg.errors import KgError
from kg.graph.swap import tidy
from kg.project import Project
from kg.service.changes import build_command, watch
from kg.service.site import Source
from kg.service.succession import Succession

_log = logging.getLogger(__name__)
_EVERY = 0.5  # seconds between two looks at the link


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
    command = build_command(source.settings_file, source.link)
    process = await asyncio.create_subprocess_exec("nice", "-n", "10", *command, stdin=asyncio.subprocess.DEVNULL)
    try:
        return await process.wait()
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
