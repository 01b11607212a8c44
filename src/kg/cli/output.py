"""Where a command writes its result: standard output, or a file that is whole or as it was."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from kg.errors import UsageError


@contextmanager
def opened(output: Path | None) -> Iterator[TextIO]:
    """Yield what to write to. A file is written beside and takes its name at the end, in one step.

    On any exception the file stays as it was. Raises UsageError when it cannot be written.
    """
    if output is None:
        yield sys.stdout
        return
    target = output.resolve()
    if target.is_dir():
        raise UsageError(f"cannot write {output}: it is a folder")
    whole = not target.exists() or target.is_file()  # a device or a pipe is written as it is
    draft = target.with_name(f".{target.name}.{os.getpid()}") if whole else target
    try:
        stream = draft.open("x" if whole else "w", encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"cannot write {output}: {error.strerror}") from error
    try:
        with stream:
            yield stream
        if whole:
            draft.replace(target)
    except BaseException:
        if whole:
            draft.unlink(missing_ok=True)
        raise
