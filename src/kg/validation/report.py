"""What validation finds: findings and reports, as values."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, Self

from kg.errors import CONTENT, DONE
from kg.source.excerpt import Span

Severity = Literal["violation", "warning", "info"]

SEVERITIES: tuple[Severity, ...] = ("violation", "warning", "info")
FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab", "markdown", "html", "turtle", "jsonld")


@dataclass(frozen=True, order=True)
class Place:
    """A place in a file: from a line and column to an end column, which is the first after it.

    Lines and columns count from 1, columns in Unicode characters. Without a line, the place is the file.
    """

    file: str
    line: int | None = None
    column: int | None = None
    end_line: int | None = None
    end_column: int | None = None

    @property
    def span(self) -> Span | None:
        """The place within the file, or None when it is the whole file."""
        if self.line is None or self.column is None or self.end_line is None or self.end_column is None:
            return None
        return Span(self.line, self.column, self.end_line, self.end_column)

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)


@dataclass(frozen=True)
class Finding:
    """One result of validation (SHACL, section 3.6).

    ``shape`` and ``component`` are the tokens of the shape and of the constraint component; ``focus`` and ``value``
    are tokens; ``path`` is a property path as SPARQL writes it, with full IRIs; ``messages`` maps languages to
    texts, with the key "" for a text that says no language. ``file`` is where the triple at fault is asserted or,
    when a triple is missing, the file that says most of the focus; ``shape_file`` is the file of the shape.
    ``source`` is the token of a SPARQL constraint, ``declared_severity`` that of a severity that is not SHACL's own
    and counts as a violation.

    The rest is known once the finding is located: ``place`` is what is wrong in its file, ``shape_place`` the shape
    in its own, ``premises`` where the triples stand that an inferred one follows from. ``suggestion`` is the token of
    the term that should stand there, when that is certain.
    """

    severity: Severity
    shape: str
    component: str
    focus: str
    path: str | None = None
    value: str | None = None
    messages: Mapping[str, str] = field(default_factory=dict, hash=False)
    file: str | None = None
    shape_file: str | None = None
    source: str | None = None
    declared_severity: str | None = None
    place: Place | None = None
    shape_place: Place | None = None
    premises: tuple[Place, ...] = ()
    suggestion: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "messages", MappingProxyType(dict(sorted(self.messages.items()))))

    def message(self, language: str) -> str:
        """Return the message in ``language``, else in English, else in any, else an empty string."""
        for wanted in (language, "en", "", *self.messages):
            if wanted in self.messages:
                return self.messages[wanted]
        return ""

    def to_json(self) -> dict[str, Any]:
        """Return the fields by name."""
        places = {name: asdict(value) if value else None for name, value in self._places.items()}
        premises = [asdict(place) for place in self.premises]
        return {**vars(self), "messages": dict(self.messages), **places, "premises": premises}

    @property
    def at(self) -> Place | None:
        """Where to send who must mend it: the place of the triple, else its file, else the shape."""
        for place, file in ((self.place, self.file), (self.shape_place, self.shape_file)):
            if place or file:
                return place or Place(file or "")
        return None

    @property
    def fingerprint(self) -> str:
        """What is the same of the same finding when lines move, files are renamed or blank nodes are numbered anew."""
        parts = (self.shape, self.component, self.focus, self.path or "", self.value or "")
        said = "\n".join("_" if part.startswith("_:") else part for part in parts)
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    @property
    def _lines(self) -> tuple[int, int]:
        return (self.place.line or 0, self.place.column or 0) if self.place else (0, 0)

    @property
    def _places(self) -> dict[str, Place | None]:
        return {"place": self.place, "shape_place": self.shape_place}

    @property
    def order(self) -> tuple[int | str, ...]:
        """The place of the finding in a report: by severity, place, focus, path, shape, component and value."""
        place = (
            self.file or "",
            *self._lines,
            self.focus,
            self.path or "",
            self.shape,
            self.component,
            self.value or "",
        )
        return (SEVERITIES.index(self.severity), *place, *(part for pair in self.messages.items() for part in pair))


@dataclass(frozen=True)
class Report:
    """The findings of a validation, in a stable order.

    Two that say the same are two: SHACL gives one result per pair of values that do not compare, and one per language.
    """

    findings: tuple[Finding, ...] = ()

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> Self:
        """Return the report of ``findings``, given in any order."""
        return cls(tuple(sorted(findings, key=lambda finding: finding.order)))

    def __add__(self, other: "Report") -> "Report":
        """Return the report of the findings of both, such as those of two stages."""
        return Report.of((*self.findings, *other.findings))

    @property
    def conforms(self) -> bool:
        """Whether there is no finding at all, of whatever severity (SHACL, section 3.1)."""
        return not self.findings

    @cached_property
    def counts(self) -> Mapping[Severity, int]:
        """The number of findings of each severity, zeros included."""
        return {severity: sum(f.severity == severity for f in self.findings) for severity in SEVERITIES}

    @property
    def worst(self) -> Severity | None:
        """The worst severity found, or None."""
        return next((severity for severity in SEVERITIES if self.counts[severity]), None)

    def exit_code(self, fail_on: Severity = "violation") -> int:
        """Return 1 when a finding is as bad as ``fail_on`` or worse, else 0."""
        bad = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
        return CONTENT if any(self.counts[severity] for severity in bad) else DONE
