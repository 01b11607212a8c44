"""Answers kept to be given again, within an amount of memory."""

from collections import OrderedDict

from starlette.responses import Response

Asked = tuple[str | bytes | None, ...]
"""What an answer depends on: parts of the request."""
_OVERHEAD = 4096


class Kept:
    """The answers given last, by what was asked; ``limit`` is how many bytes they take together, about."""

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._taken = 0
        self._answers: OrderedDict[Asked, tuple[Response, int]] = OrderedDict()

    def get(self, asked: Asked) -> Response | None:
        """Return the answer that is kept, if it is."""
        if asked not in self._answers:
            return None
        self._answers.move_to_end(asked)
        return self._answers[asked][0]

    def put(self, asked: Asked, answer: Response) -> None:
        """Keep an answer, and forget those that have not been asked for the longest where there is no room."""
        if asked in self._answers:
            self._taken -= self._answers.pop(asked)[1]
        size = len(answer.body) + sum(len(part) for part in asked if part) + _OVERHEAD
        self._answers[asked] = answer, size
        self._taken += size
        while self._taken > self._limit:
            self._taken -= self._answers.popitem(last=False)[1][1]
