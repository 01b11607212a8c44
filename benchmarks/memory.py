"""The memory and the processor's time of a process and of all that it began."""

import os
import re
from collections.abc import Iterator
from pathlib import Path


def resident(pid: int) -> int:
    """Return the bytes that a process and its descendants have in memory, what they share counted once.

    It is their proportional size (proc(5), ``Pss``).
    """
    return sum(_share(one) for one in _family(pid))


def processor(pid: int) -> float:
    """Return the seconds of processors that a process and its descendants have taken, those that ended among them."""
    return sum(_spent(one) for one in _family(pid))


def _family(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):  # any thread may begin one
        try:
            begun = children.read_text().split()
        except OSError:
            continue
        for child in begun:
            yield from _family(int(child))


def _share(pid: int) -> int:
    try:
        said = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    found = re.search(r"^Pss:\s+(\d+) kB", said, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def _spent(pid: int) -> float:
    try:
        said = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    times = said.rpartition(")")[2].split()[11:15]  # its own and that of children waited for, user and system
    return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")
