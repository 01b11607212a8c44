"""Where what is long is cut into pages, so that one more or fewer changes its own page and not all that follow."""

from collections.abc import Callable, Sequence
from typing import TypeVar
from zlib import crc32

T = TypeVar("T")


def cut(items: Sequence[T], *, size: int, text: Callable[[T], str]) -> tuple[tuple[T, ...], ...]:
    """Return items in pages of some ``size``, in their order; no more than ``size`` of them are one page.

    What is said by its ``text`` decides whether a page ends with an item: a page has half of ``size`` at least, the
    last aside, twice of it at most, and ``size`` on the whole.
    """
    if len(items) <= size:
        return (tuple(items),) if items else ()
    least = size // 2
    found: list[tuple[T, ...]] = []
    begin = 0
    for end, item in enumerate(items, 1):
        length = end - begin
        if length >= least and (length == 2 * size or crc32(text(item).encode()) % least == 0):
            found.append(tuple(items[begin:end]))
            begin = end
    return (*found, tuple(items[begin:])) if begin < len(items) else tuple(found)
