"""A process that answers queries, one at a time, and may be killed at any moment: ``python -m kg.service.worker``.

Each line of standard input is a question in JSON (``Question``), each line of standard output its reply (``Reply``);
the answer itself is in the file that the question names. The process limits its own memory and the size of files, and
ends itself some seconds after a query's time is over, should nobody be left to kill it.
"""

import errno
import json
import os
import resource
import signal
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO

from kg.errors import KgError, QueryError, ResourceError
from kg.graph.build import Build
from kg.graph.results import Found, Kind
from kg.graph.store import Dataset, Store
from kg.service.screening import RefusedError, screen

_GRACE = 2  # seconds between the end of a query's time and the end of its process, if nobody kills it
_NICE = 10  # what is answered at once goes before what may take long
_LONGEST_MESSAGE = 2_000
_REMEMBERED = 5_000  # solutions at most


@dataclass(frozen=True)
class Question:
    """A query and how to answer it.

    ``formats`` has, for each kind of answer, its format and media type, or None where the client accepts none.
    ``default`` and ``named`` are the graphs of the protocol, which go before those of the query.
    """

    query: str
    answer: str
    base: str
    formats: dict[Kind, tuple[str, str] | None]
    default: list[str]
    named: list[str]


@dataclass(frozen=True)
class Reply:
    """What became of a question: an HTTP status, with the media type of the answer or the message of an error.

    The ``kind`` of the answer is told where no format of it is accepted (406).
    ``volatile`` answers may differ at each run. The process ends itself after its ``last`` reply.
    """

    status: int
    kind: Kind | None = None
    media: str = ""
    message: str = ""
    volatile: bool = False
    last: bool = False


@dataclass(frozen=True)
class Settings:
    """What a worker is given: the folder of the build, the limits, and the prefixes that queries need not declare."""

    folder: str
    seconds: int
    memory: int
    rows: int
    prefixes: dict[str, str]


@dataclass
class Memory:
    """The last solutions, which are soon asked for in another format: what they answer, and they."""

    asked: tuple[object, ...] = ()
    found: Found | None = None


def respond(question: Question, *, store: Store, settings: Settings, memory: Memory | None = None) -> Reply:
    """Write the answer of a question into its file and return the reply; what is in ``memory`` is not looked for."""
    try:
        with open(question.answer, "wb") as out:
            return _answer(question, out, store=store, settings=settings, memory=memory or Memory())
    except RefusedError as error:
        return Reply(403, message=error.message)
    except ResourceError as error:
        return Reply(503, message=error.message)
    except OSError as error:
        return _unwritten(error, settings)
    except QueryError as error:
        if isinstance(error.__cause__, OSError):
            return _unwritten(error.__cause__, settings)
        if isinstance(error.__cause__, RuntimeError):  # the store cannot be read
            return Reply(500, message=error.message)
        place = f"line {error.line}, column {error.column}: " if error.line and error.column else ""
        return Reply(400, message=f"{place}{error.message}"[:_LONGEST_MESSAGE])
    except MemoryError:
        return Reply(503, message="the query needs more memory than it may take", last=True)


def _unwritten(error: OSError, settings: Settings) -> Reply:
    if error.errno == errno.EFBIG:  # the limit of the size of files
        return Reply(503, message=f"the answer has more than {settings.memory:,} bytes: ask for less, with LIMIT")
    return Reply(503, message="the answer could not be written")


def _answer(question: Question, out: IO[bytes], *, store: Store, settings: Settings, memory: Memory) -> Reply:
    screened = screen(question.query, prefixes=settings.prefixes, base=question.base)
    for graph in (*question.default, *question.named, *screened.graphs):
        if not store.has_graph(graph):
            raise QueryError(f"no such graph: {graph}")
    asked = (question.query, question.base, question.default, question.named)
    if asked == memory.asked and memory.found:
        return _write(memory.found, question, out, settings)
    told = bool(question.default or question.named)
    dataset = Dataset(tuple(question.default), tuple(question.named)) if told else None
    with store.find(question.query, prefixes=settings.prefixes, base=question.base, dataset=dataset) as found:
        found = found.remembering(_REMEMBERED)
        reply = replace(_write(found, question, out, settings), volatile=screened.volatile)
    if found.is_known and not screened.volatile:
        memory.asked, memory.found = asked, found
    return reply


def _write(found: Found, question: Question, out: IO[bytes], settings: Settings) -> Reply:
    chosen = question.formats[found.kind]
    if chosen is None:
        return Reply(406, kind=found.kind)
    found.write(out, format=chosen[0], prefixes=settings.prefixes, most=settings.rows)
    return Reply(200, media=chosen[1])


def main(settings: Settings) -> None:
    """Answer questions until there is none, or until this process has become too large."""
    for asked in (signal.SIGINT, signal.SIGTERM):  # they are for the server, which then ends us
        signal.signal(asked, signal.SIG_IGN)
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # nothing else may come between the replies
    store = Build.open(Path(settings.folder)).store
    least = _size()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (settings.memory, settings.memory))
    resource.setrlimit(resource.RLIMIT_AS, (least + settings.memory, least + settings.memory))
    os.nice(_NICE)
    print("ready", file=replies, flush=True)
    memory = Memory()
    for line in sys.stdin:
        signal.setitimer(signal.ITIMER_REAL, settings.seconds + _GRACE)  # its signal ends a process that has no handler
        reply = respond(Question(**json.loads(line)), store=store, settings=settings, memory=memory)
        signal.setitimer(signal.ITIMER_REAL, 0)
        grown = reply.last or _size() > least + settings.memory // 4
        print(json.dumps(asdict(reply) | {"last": grown}), file=replies, flush=True)
        if grown:
            return


def _size() -> int:
    """Return the bytes of address space of this process; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


if __name__ == "__main__":
    with suppress(KgError, BrokenPipeError):  # the server sees the end, and says so
        main(Settings(**json.loads(sys.argv[1])))
