"""When objects are looked for that name each other, and nothing else names them."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = (300_000, 50, 1000)  # objects, then rounds


def collect_seldom() -> None:
    """Look for them seldom: who has read a whole graph has many objects that stay, and few of these."""
    gc.set_threshold(*_SELDOM)


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Look for them seldom, until the end."""
    before = gc.get_threshold()
    collect_seldom()
    try:
        yield
    finally:
        gc.set_threshold(*before)
