"""Answers kept to be given again, within an amount of memory."""

from collections import OrderedDict
from collections.abc import Hashable

from starlette.responses import Response

_OVERHEAD = 4096


class Kept:
    """The answers given last, by what was asked; ``limit`` is how many bytes they take together, about."""

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._taken = 0
        self._answers: OrderedDict[Hashable, Response] = OrderedDict()

    def get(self, asked: Hashable) -> Response | None:
        """Return the answer that is kept, if it is."""
        if asked in self._answers:
            self._answers.move_to_end(asked)
        return self._answers.get(asked)

    def put(self, asked: Hashable, answer: Response) -> None:
        """Keep an answer, and forget those that have not been asked for the longest where there is no room."""
        if (old := self._answers.pop(asked, None)) is not None:
            self._taken -= _size(old)
        self._answers[asked] = answer
        self._taken += _size(answer)
        while self._taken > self._limit:
            _, oldest = self._answers.popitem(last=False)
            self._taken -= _size(oldest)


def _size(answer: Response) -> int:
    return len(answer.body) + _OVERHEAD
