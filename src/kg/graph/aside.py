"""Work on a graph beside other work on it, in threads: the engine lets them run while it works."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from kg.graph.quads import Graph

T = TypeVar("T")
_MOST = 5_000_000
"""How many triples a closure has at most, for two works on it at once to be no matter of memory."""


class Aside:
    """Works on one graph beside what its owner does with it; or at once, where that is told."""

    def __init__(self, graph: Graph, threads: ThreadPoolExecutor | None) -> None:
        self._graph = graph
        self._threads = threads
        self._others: list[Graph] = []

    def start(self, work: Callable[[Graph], T]) -> Future[T]:
        """Begin ``work`` on the graph and return its result to come; it is there already when there are no threads."""
        if self._threads:
            self._others.append(self._graph.beside())
            return self._threads.submit(work, self._others[-1])
        done: Future[T] = Future()
        done.set_result(work(self._graph))
        return done

    def interrupt(self) -> None:
        """Stop the works that run."""
        for other in self._others:
            other.engine.interrupt()

    def close(self) -> None:
        """Close what the works were on."""
        for other in self._others:
            other.engine.close()


@contextmanager
def aside(graph: Graph, *, threaded: bool) -> Iterator[Aside]:
    """Yield what works on ``graph`` in threads of its own, or at once when it is not ``threaded`` or very large.

    What the block leaves unfinished when it fails is interrupted.
    """
    if not threaded or graph.size() > _MOST:
        yield Aside(graph, None)
        return
    # Said before there are threads: a statement that runs would wait for the engine to end those of its own.
    with graph.few_rows(), ThreadPoolExecutor(3) as threads:
        other = Aside(graph, threads)
        try:
            yield other
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            other.interrupt()
            raise
        finally:
            threads.shutdown()
            other.close()
