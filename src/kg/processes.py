"""How processes beside this one begin: as copies of one that has read the modules that they need."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import connection, forkserver
from multiprocessing.context import BaseContext
from threading import Thread
from typing import Any

_READ = [
    "kg.cli",
    "kg.graph.patterns",
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


def prepare() -> None:
    """Begin the process that others are copies of, while this one has something else to do."""
    _context()


def _context() -> BaseContext:
    """Return the context of such processes; where the system knows no copies, each reads all by itself.

    What they are copies of has done nothing, so that no thread or lock of ours is in them.
    """
    if not _COPIES:
        return multiprocessing.get_context("spawn")
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(_READ)
    before = os.environ.get(_SAFE)
    os.environ[_SAFE] = "1"
    try:
        forkserver.ensure_running()
    finally:
        del os.environ[_SAFE]
        if before is not None:
            os.environ[_SAFE] = before
    return found


def _begin(environment: Mapping[str, str], nice: int, begin: Callable[..., None] | None, given: Any) -> None:
    os.environ.clear()
    os.environ.update(environment)  # which may have changed since what this is a copy of began
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    Thread(target=_end_with_parent, daemon=True).start()
    os.nice(nice)
    if begin:
        begin(*given)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent
    connection.wait([parent.sentinel])
    os._exit(1)
