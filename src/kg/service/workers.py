"""Workers that answer queries in processes of their own, each killed and replaced when it is past its limits."""

import asyncio
import json
import logging
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

from kg.service.site import Site
from kg.service.turns import BusyError, Turns
from kg.service.worker import Question, Reply, Settings

_log = logging.getLogger(__name__)
_REPLACING = 5  # seconds, beyond the time of a query, in which one past it is killed and another worker begins
_PAUSE = 1.0  # seconds before a worker that could not begin is tried again


class WorkerError(Exception):
    """A worker has ended before it replied; ``aborted`` when it asked for more memory than it may have."""

    def __init__(self, *, aborted: bool) -> None:
        super().__init__()
        self.aborted = aborted


class Worker:
    """A process that answers one question at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, settings: Settings) -> Self:
        """Return a worker that is ready. Raises WorkerError when it cannot be."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # no module of the folder that we are in
            "-m",
            "kg.service.worker",
            json.dumps(asdict(settings)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        worker = cls(process)
        try:
            await worker._line()
        except BaseException:
            await worker.kill()
            raise
        return worker

    def memory(self) -> int:
        """Return the bytes that the process has in memory; 0 where the system does not say, and after its end."""
        try:
            pages = int(Path(f"/proc/{self._process.pid}/statm").read_text().split()[1])
        except (OSError, IndexError):
            return 0
        return pages * os.sysconf("SC_PAGE_SIZE")

    async def ended(self) -> None:
        """Wait for the end of the process, whoever ends it."""
        await self._process.wait()

    async def ask(self, question: Question) -> Reply:
        """Return the reply to a question. Raises WorkerError when the process ends without one."""
        assert self._process.stdin
        with suppress(ConnectionError):  # an ended one is met when its reply is read
            self._process.stdin.write(json.dumps(asdict(question)).encode() + b"\n")
            await self._process.stdin.drain()
        return Reply(**json.loads(await self._line()))

    async def kill(self) -> None:
        """End the process at once, whatever it does."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    async def _line(self) -> bytes:
        assert self._process.stdout
        line = await self._process.stdout.readline()
        if not line.endswith(b"\n"):
            raise WorkerError(aborted=await self._process.wait() == -signal.SIGABRT)
        return line


@dataclass(frozen=True)
class Answer:
    """A reply, and the file of the answer, which is gone once the answer is given up."""

    reply: Reply
    file: Path


def settings_of(site: Site) -> Settings:
    """Return what the workers of a site are given."""
    limits = site.project.limits
    return Settings(
        folder=str(site.build.folder),
        seconds=limits.query_seconds,
        memory=limits.query_memory,
        rows=limits.query_rows,
        prefixes=dict(site.project.prefixes),
    )


class Pool:
    """Some workers and those who wait for them; a worker that ends is replaced.

    They begin as the pool opens, or with the first question, if not ``at_once``.

    ``tell`` is told what became of each query: it was answered, or failed with a message; it was killed for the time or
    the memory that it took, lost with its worker, or given up as its client has gone; or it was refused.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        workers: int,
        turns: Turns,
        tell: Callable[[str], None] = lambda _: None,
        at_once: bool = True,
    ) -> None:
        self._settings = settings
        self._size = workers
        self._turns = turns
        self._tell = tell
        self._asked = 0
        self._running = 0
        self._retired = False
        self._beginning = asyncio.Lock()
        self._filled = asyncio.Event()
        self._idle: asyncio.Queue[Worker] = asyncio.Queue()
        self._alive: set[Worker] = set()
        self._answers = 0
        self._folder = Path()
        self._at_once = at_once
        self._places: list[asyncio.Task[None]] = []

    @property
    def ready(self) -> int:
        """How many workers are alive."""
        return len(self._alive)

    @property
    def running(self) -> int:
        """How many queries are at a worker."""
        return self._running

    @property
    def waiting(self) -> int:
        """How many queries wait for a worker."""
        return self._asked - self._running

    def memory(self) -> int:
        """Return the bytes that the workers have in memory."""
        return sum(worker.memory() for worker in self._alive)

    async def filled(self) -> None:
        """Wait until all workers have begun."""
        await self._filled.wait()

    async def retire(self) -> None:
        """Keep no more workers than there are questions under way: no other will come."""
        self._retired = True
        while len(self._alive) > self._asked and not self._idle.empty():
            await self._idle.get_nowait().kill()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Self]:
        """Begin the workers, and end them at the end."""
        with tempfile.TemporaryDirectory(prefix="kg-serve-") as folder:
            self._folder = Path(folder)
            if self._at_once:
                self._begin()
            try:
                yield self
            finally:
                for place in self._places:
                    place.cancel()
                await asyncio.gather(*self._places, return_exceptions=True)

    def _begin(self) -> None:
        if not self._places:
            self._places = [asyncio.create_task(self._fill()) for _ in range(self._size)]

    @asynccontextmanager
    async def answer(
        self, question: Question, *, client: str, begin: Callable[[], None] = lambda: None
    ) -> AsyncIterator[Answer]:
        """Yield the answer of a question, asked for a client when it is that client's turn.

        ``begin`` is called when the turn has come; what it raises is raised, and nothing is asked. Raises BusyError
        when the client, or all together, ask too much at once.
        """
        self._answers += 1
        file = self._folder / str(self._answers)
        self._asked += 1
        try:
            try:
                async with self._turns.take(client):
                    begin()
                    reply = await self._ask(replace(question, answer=str(file)))
            except BusyError:
                self._tell("refused")
                raise
            finally:
                self._asked -= 1
                if self._retired:
                    await self.retire()
            yield Answer(reply, file)
        finally:
            file.unlink(missing_ok=True)

    async def _ask(self, question: Question) -> Reply:
        worker = await self._free()
        kept = False
        outcome = "gone"
        self._running += 1
        try:
            async with asyncio.timeout(self._settings.seconds):
                reply = await worker.ask(question)
            kept = not reply.last
            outcome = "answered" if reply.status == 200 else "failed"
            return reply
        except TimeoutError:
            outcome = "time"
            return Reply(504, message=f"the query took more than {self._settings.seconds} s and was ended")
        except WorkerError as error:
            outcome = "memory" if error.aborted else "lost"
            memory = f"it needed more than {self._settings.memory:,} bytes"
            return Reply(503, message=f"the query was ended: {memory if error.aborted else 'its worker was lost'}")
        finally:
            self._running -= 1
            self._tell(outcome)
            if kept:
                self._idle.put_nowait(worker)
            else:
                await worker.kill()

    async def _free(self) -> Worker:
        """Return a worker with nothing to do. Raises BusyError when none is, though each must have ended a query."""
        self._begin()
        patience = self._settings.seconds + _REPLACING
        try:
            async with asyncio.timeout(patience):
                while (worker := await self._idle.get()) not in self._alive:
                    pass
                return worker
        except TimeoutError as error:
            raise BusyError(503, f"no worker was free within {patience} s") from error

    async def _fill(self) -> None:
        """Have a worker in one place, one after another; while none can begin, say so once and try again.

        Workers begin one after another: to begin is work, and others are being answered.
        """
        told = False
        while not self._retired or len(self._alive) < self._asked:
            try:
                async with self._beginning:
                    worker = await Worker.start(self._settings)
            except (WorkerError, OSError):
                if not told:
                    _log.warning("a query worker cannot begin; trying again (is the build still there?)")
                told = True
                await asyncio.sleep(_PAUSE)
                continue
            told = False
            self._alive.add(worker)
            self._idle.put_nowait(worker)
            if len(self._alive) == self._size:
                self._filled.set()
            try:
                await worker.ended()
            finally:
                self._alive.discard(worker)
                await worker.kill()
