"""How processes beside this one begin: as copies of one that has read the modules that they need."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import connection, forkserver
from multiprocessing.context import ForkServerContext, SpawnContext
from tempfile import gettempdir
from threading import Thread
from typing import Any, NoReturn

from kg.errors import ResourceError

_READ = [
    "kg.cli",
    "kg.graph.patterns",
    "kg.pipeline",
    "kg.publication.data",
    "kg.publication.linking",
    "kg.service.hosting.resources",
]
_COPIES = "forkserver" in multiprocessing.get_all_start_methods()
_SAFE = "PYTHONSAFEPATH"  # no module of the folder that we are in


def pool(
    count: int, *, nice: int = 0, begin: Callable[..., None] | None = None, given: Any = ()
) -> ProcessPoolExecutor:
    """Return so many processes, ``nice`` to others, each of which begins with ``begin`` of what is ``given``.

    They end when this process does, however it ends, and say nothing when the keyboard interrupts them.
    """
    asked = (dict(os.environ), nice, begin, given)
    return ProcessPoolExecutor(count, mp_context=_context(), initializer=_begin, initargs=asked)


def run(call: Callable[..., None], *given: Any) -> int:
    """Call something in a process of its own, and return the exit code of this process, once it has ended.

    When this one is interrupted, it is too, and says nothing of it.
    """
    process = _context().Process(target=_run, args=(dict(os.environ), call, given))
    process.start()
    try:
        process.join()
    finally:
        process.terminate()  # unless it has ended
        process.join()
    assert process.exitcode is not None
    return process.exitcode


def prepare() -> None:
    """Begin the process that others are copies of, while this one has something else to do."""
    _context()


def _context() -> ForkServerContext | SpawnContext:
    """Return the context of such processes; where the system knows no copies, each reads all by itself.

    What they are copies of has done nothing, so that no thread or lock of ours is in them. Raises ResourceError when
    the folder for temporary files has too long a name.
    """
    if not _COPIES:
        return multiprocessing.get_context("spawn")
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(_READ)
    before = os.environ.get(_SAFE)
    os.environ[_SAFE] = "1"
    try:
        forkserver.ensure_running()
    except OSError as error:
        if error.errno is not None:
            raise
        # The name of its socket is too long, of which the system gives no number.
        raise ResourceError(
            f"{gettempdir()} has too long a name for sockets: set TMPDIR to a shorter folder"
        ) from error
    finally:
        del os.environ[_SAFE]
        if before is not None:
            os.environ[_SAFE] = before
    return found


def _begin(environment: Mapping[str, str], nice: int, begin: Callable[..., None] | None, given: Any) -> None:
    _come_from(environment)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.nice(nice)
    if begin:
        begin(*given)


def _run(environment: Mapping[str, str], call: Callable[..., None], given: Any) -> None:
    _come_from(environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who has begun this one says so
    signal.signal(signal.SIGTERM, _interrupt)
    call(*given)


def _interrupt(_number: int, _frame: object) -> NoReturn:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    raise KeyboardInterrupt


def _come_from(environment: Mapping[str, str]) -> None:
    """Become what the process is that has begun this one, and end when it does."""
    os.environ.clear()
    os.environ.update(environment)  # which may have changed since what this is a copy of began
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent
    connection.wait([parent.sentinel])
    os._exit(1)
