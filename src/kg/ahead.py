"""Read queries in a process beside this one: their parser takes long to load and to run, and threads wait for it."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from kg.errors import KgError
from kg.inference.rules import Rule
from kg.validation.analyses import Analyses, Analysis, Asked

File = tuple[Path, str]
"""The path of a query, and what it is called in errors."""


def read_rules(files: Sequence[File]) -> list[Rule]:
    """Return the rules that CONSTRUCT queries state, named by their files. Raises what ``read_rule`` raises."""
    from kg.inference.construct import read_rule

    return [read_rule(path.read_text(encoding="utf-8"), name=path.stem, file=file) for path, file in files]


class Reading:
    """The CONSTRUCT rules of some files, and what the queries of constraints tell, read where it is asked for."""

    def __init__(self, files: Sequence[File]) -> None:
        self._files = files

    def rules(self) -> list[Rule]:
        """Return the rules of the files. Raises what ``read_rules`` raises."""
        return read_rules(self._files)

    def analyses(self, known: Analyses) -> Analyses:
        """Return what keeps the analyses that are ``known``, and makes more."""
        return known


class _Beside(Reading):
    """The same, read by a process that has begun with the rules; what it fails at is read here."""

    def __init__(self, files: Sequence[File], process: subprocess.Popen[str]) -> None:
        super().__init__(files)
        self._process = process
        self._lock = threading.Lock()
        self._rules: Any = self  # until they have come

    def rules(self) -> list[Rule]:
        with self._lock:
            said = self._said_rules()
        return super().rules() if said is None else [Rule.from_json(rule) for rule in said]

    def analyses(self, known: Analyses) -> Analyses:
        return known.made_by(self._analyse)

    def _analyse(self, asked: Sequence[Asked]) -> Callable[[], Sequence[Analysis | None]]:
        _say(self._process.stdin, [[text, sorted(prebound)] for text, prebound in asked])

        def told() -> Sequence[Analysis | None]:
            with self._lock:
                self._said_rules()
                said = _heard(self._process.stdout)
            return [None] * len(asked) if said is None else [one and Analysis.from_json(one) for one in said]

        return told

    def _said_rules(self) -> Any:
        if self._rules is self:
            self._rules = _heard(self._process.stdout)
        return self._rules


@contextmanager
def reading(files: Sequence[File], *, ahead: bool) -> Iterator[Reading]:
    """Yield what reads the rules of some files, and the queries of constraints, in a process ``ahead`` of the need.

    Else, and where there is one processor only, they are read here once they are asked for.
    """
    if not ahead or (os.cpu_count() or 1) < 2:
        yield Reading(files)
        return
    command = [sys.executable, "-P", "-m", "kg.ahead", *(str(part) for path, file in files for part in (path, file))]
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nothing, text=True, encoding="utf-8") as process:
        try:
            yield _Beside(files, process)
        finally:
            process.kill()


def _say(stream: IO[str] | None, value: object) -> None:
    assert stream is not None
    try:
        stream.write(f"{json.dumps(value)}\n")
        stream.flush()
    except BrokenPipeError:  # nothing will be heard either
        with suppress(BrokenPipeError):
            stream.close()


def _heard(stream: IO[str] | None) -> Any:
    """Return the next value that a process says, None when it has nothing to say or is no more."""
    assert stream is not None
    line = stream.readline()
    return json.loads(line) if line.endswith("\n") else None


def _analysed(text: str, prebound: Sequence[str]) -> dict[str, Any] | None:
    from kg.validation.grammar import analyse

    try:
        return analyse(text, prebound).to_json()
    except ValueError:
        return None


def main(arguments: Sequence[str]) -> None:
    """Write the rules of files, given as pairs of a path and a name, and then the analyses of lists of queries.

    A value is a line of JSON, null where there is an error.
    """
    try:
        rules = read_rules([(Path(path), file) for path, file in zip(arguments[::2], arguments[1::2], strict=True)])
        _say(sys.stdout, [rule.to_json() for rule in rules])
    except (KgError, OSError, ValueError):
        _say(sys.stdout, None)
    for line in sys.stdin:
        _say(sys.stdout, [_analysed(*query) for query in json.loads(line)])


if __name__ == "__main__":
    main(sys.argv[1:])
