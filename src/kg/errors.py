"""The errors of kg.

    KgError                     anything that stops a command; carries the exit code
    ├── UsageError              the call, the settings, a missing file or tool            (2)
    ├── ResourceError           the memory limit or the disk is too small                 (2)
    ├── SourceError             a file cannot be read as RDF, or breaks a rule of sources (1)
    ├── ShapeError              a shapes graph is not valid SHACL                         (1)
    ├── RuleError               a rule cannot be read, or negation runs in a circle       (1)
    ├── InconsistencyError      the graph contradicts its own ontology                    (1)
    ├── QueryError              a query is unknown, ill-formed or wrongly parametrised    (2)
    ├── ReleaseError            a release would break what an earlier one promised            (1)
    └── EndpointError           a remote endpoint failed                                  (3)

Foreign exceptions are wrapped where they arise; ``cli`` prints the message and exits with the code.
"""

from collections.abc import Iterable
from difflib import get_close_matches

DONE = 0
CONTENT = 1
USAGE = 2
REMOTE = 3
INTERRUPTED = 130


class KgError(Exception):
    """Stop a command with a message for people.

    ``file``, ``line`` and ``column`` (from 1) say where the fault is, when it is in a file.
    """

    exit_code = USAGE

    def __init__(
        self, message: str, *, file: str | None = None, line: int | None = None, column: int | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line
        self.column = column

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        return f"{place}: {self.message}" if place else self.message


class UsageError(KgError):
    """The call or the settings are wrong, or a file or tool is missing."""


class ResourceError(KgError):
    """The memory limit, or the room on the disk, is too small for the work."""


class SourceError(KgError):
    """A source file cannot be read as RDF."""

    exit_code = CONTENT


class ShapeError(KgError):
    """A shapes graph is not valid SHACL."""

    exit_code = CONTENT


class RuleError(KgError):
    """A rule cannot be read, or its negation depends on its own result."""

    exit_code = CONTENT


class InconsistencyError(KgError):
    """The graph contradicts its ontology."""

    exit_code = CONTENT


class QueryError(KgError):
    """A query is unknown, ill-formed or wrongly parametrised."""


class ReleaseError(KgError):
    """A release would break what an earlier one promised, or an earlier one is broken."""

    exit_code = CONTENT


class EndpointError(KgError):
    """A remote endpoint failed."""

    exit_code = REMOTE


def suggestion(wrong: str, right: Iterable[str]) -> str:
    """Return " Did you mean …?" with the nearest right names, or an empty string."""
    near = get_close_matches(wrong, list(right), n=3, cutoff=0.6)
    return f" Did you mean {' or '.join(near)}?" if near else ""
