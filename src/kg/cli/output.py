"""Where a command writes its result: standard output, or a file that is whole or as it was."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TextIO

from kg.errors import UsageError
from kg.source.whole import written_whole


@contextmanager
def opened(output: Path | None) -> Iterator[TextIO]:
    """Yield what to write to. A file is written beside and takes its name at the end, in one step.

    On any exception the file stays as it was. Raises UsageError when it cannot be written.
    """
    if output is None:
        yield sys.stdout
        return
    if output.is_dir():
        raise UsageError(f"cannot write {output}: it is a folder")
    whole = not output.exists() or output.is_file()  # a device or a pipe is written as it is
    with ExitStack() as stack:
        try:
            opened_one = written_whole(output) if whole else output.open("w", encoding="utf-8", newline="\n")
            stream = stack.enter_context(opened_one)
        except OSError as error:
            raise UsageError(f"cannot write {output}: {error.strerror}") from error
        yield stream
