"""When objects are looked for that name each other, and nothing else names them."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_SELDOM = (300_000, 50, 1000)  # objects, then rounds


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Look for them seldom: who has read a whole graph has many objects that stay, and few of these."""
    before = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
