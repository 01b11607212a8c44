"""Read CONSTRUCT rules in a process beside this one: their parser takes long, and threads would wait for it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from kg.errors import KgError
from kg.inference.rules import Rule

File = tuple[Path, str]
"""The path of a query, and what it is called in errors."""


def read_rules(files: Sequence[File]) -> list[Rule]:
    """Return the rules that CONSTRUCT queries state, named by their files. Raises what ``read_rule`` raises."""
    from kg.inference.construct import read_rule

    return [read_rule(path.read_text(encoding="utf-8"), name=path.stem, file=file) for path, file in files]


@contextmanager
def rules_to_come(files: Sequence[File], *, ahead: bool) -> Iterator[Callable[[], list[Rule]]]:
    """Yield what gives the rules of some files, which a process reads ``ahead`` of being asked for them.

    Else, where there is one processor only, and where that process fails, they are read here once they are asked for;
    so an error is that of ``read_rules``.
    """
    if not ahead or not files or (os.cpu_count() or 1) < 2:
        yield lambda: read_rules(files)
        return
    command = [
        sys.executable,
        "-P",
        "-m",
        "kg.inference.ahead",
        *(part for path, file in files for part in (path, file)),
    ]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as one:

        def rules() -> list[Rule]:
            said, _ = one.communicate()
            return read_rules(files) if one.returncode else [Rule.from_json(rule) for rule in json.loads(said)]

        try:
            yield rules
        finally:
            one.kill()


def main(arguments: Sequence[str]) -> int:
    """Write the rules of files, given as pairs of a path and a name, to stdout as JSON; return the exit code."""
    try:
        rules = read_rules([(Path(path), file) for path, file in zip(arguments[::2], arguments[1::2], strict=True)])
    except (KgError, OSError, ValueError):
        return 1
    sys.stdout.write(json.dumps([rule.to_json() for rule in rules]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
