"""Notice that a file of a project changes, and build after it, in a process of its own."""

import asyncio
import gc
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from types import FrameType
from typing import Protocol, Self

from watchfiles import Change, awatch

from kg.errors import DONE, KgError
from kg.graph.build import Build
from kg.project import Project

_QUIET = 100  # milliseconds without a change, after which a build begins


class _Settable(Protocol):
    def set(self) -> None: ...


def build_command(settings_file: Path, link: Path) -> Sequence[str]:
    """Return the command that makes a new build, and says nothing but what is wrong."""
    return (sys.executable, "-P", "-m", "kg", *build_arguments(settings_file, link, quiet=True))


def build_arguments(settings_file: Path, link: Path, *, quiet: bool) -> Sequence[str]:
    """Return what the command line is told to make a new build; a ``quiet`` one says nothing but what is wrong."""
    return (*(("-q",) if quiet else ()), "-C", str(settings_file.parent), "build", "--out", str(link))


async def watch(project: Project, changed: _Settable) -> None:
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


class Changes:
    """The changes of a project while it is watched, by a thread of its own."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._changed = Event()
        self._begun: Future[tuple[asyncio.AbstractEventLoop, asyncio.Task[None]]] = Future()
        self._failed: BaseException | None = None
        self._thread = Thread(target=asyncio.run, args=(self._watch(),), name="changes", daemon=True)

    def __enter__(self) -> Self:
        """Begin to watch."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Watch no more."""
        loop, watching = self._begun.result()
        with suppress(RuntimeError):  # it has ended by itself
            loop.call_soon_threadsafe(watching.cancel)
        self._thread.join()

    def wait(self) -> None:
        """Wait until something has changed since the last time. Raises what keeps us from watching any longer."""
        self._changed.wait()
        self._changed.clear()
        if self._failed:
            raise self._failed

    async def _watch(self) -> None:
        watching = asyncio.create_task(watch(self._project, self._changed))
        self._begun.set_result((asyncio.get_running_loop(), watching))
        await asyncio.wait([watching])
        if not watching.cancelled():
            self._failed = watching.exception()
            self._changed.set()


@contextmanager
def _interrupts() -> Iterator[Callable[[], bool]]:
    """Let ``SIGTERM`` be an interrupt as that of the keyboard is, and tell whether there was one.

    The error that one raises is lost where it meets what runs when an object goes. One that is ignored stays so.
    """
    met: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        met.append(number)
        signal.default_int_handler(number, frame)

    heard = [n for n in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(n) is not signal.SIG_IGN]
    before = [(number, signal.signal(number, interrupt)) for number in heard]
    try:
        yield lambda: bool(met)
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def after_changes(
    project: Project,
    *,
    link: Path,
    build: Callable[[], int],
    use: Callable[[Project, Build], None],
    fail: Callable[[Exception | None], None],
    wait: Callable[[], None] = lambda: None,
) -> int:
    """Build and ``use`` the build, and again after each change of a file, until the keyboard's interrupt.

    ``build`` makes ``link`` name a build, and returns an exit code. ``fail`` is told why one is not used, None where
    there is none, which has been said; the first time an error is raised, and the exit code of a build that fails is
    returned. ``wait`` is called when all is done but to wait for a change.
    """
    with _interrupts() as interrupted, Changes(project) as changes:
        if code := build():
            return code
        use(project, Build.open(link))
        while True:
            try:
                wait()
                gc.collect()  # what was read of the build before knows itself, and is much
                if interrupted():
                    return DONE
                changes.wait()
            except KeyboardInterrupt:
                return DONE
            if build():
                fail(None)
                continue
            try:
                use(Project.load(project.settings_file), Build.open(link))
            except (KgError, OSError) as error:
                fail(error)
