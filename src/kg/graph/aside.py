"""Work on a graph beside other work on it, in a thread: the engine lets threads run while it works."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from kg.graph.quads import Graph

T = TypeVar("T")
_MOST = 5_000_000
"""How many triples a closure has at most, for two works on it at once to be no matter of memory."""


class Aside:
    """Works on one graph, one after the other, beside what its owner does with it; or at once, where that is told."""

    def __init__(self, graph: Graph, thread: ThreadPoolExecutor | None) -> None:
        self._graph = graph
        self._thread = thread

    def start(self, work: Callable[[Graph], T]) -> Future[T]:
        """Begin ``work`` on the graph and return its result to come; it is there already when there is no thread."""
        if self._thread:
            return self._thread.submit(work, self._graph)
        done: Future[T] = Future()
        done.set_result(work(self._graph))
        return done


@contextmanager
def aside(graph: Graph, *, threaded: bool) -> Iterator[Aside]:
    """Yield what works on ``graph`` in a thread of its own, or at once when it is not ``threaded`` or very large.

    What the block leaves unfinished when it fails is interrupted.
    """
    if not threaded or graph.size() > _MOST:
        yield Aside(graph, None)
        return
    other = graph.beside()
    try:
        with ThreadPoolExecutor(1) as thread:
            try:
                yield Aside(other, thread)
            except BaseException:
                thread.shutdown(wait=False, cancel_futures=True)
                other.engine.interrupt()
                raise
    finally:
        other.engine.close()
