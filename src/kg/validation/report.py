"""What validation finds: findings and reports, as values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, Self

from kg.errors import CONTENT, DONE

Severity = Literal["violation", "warning", "info"]

SEVERITIES: tuple[Severity, ...] = ("violation", "warning", "info")


@dataclass(frozen=True)
class Finding:
    """One result of validation (SHACL, section 3.6).

    ``shape`` and ``component`` are the tokens of the shape and of the constraint component; ``focus`` and ``value``
    are tokens; ``path`` is a property path as SPARQL writes it, with full IRIs; ``messages`` maps languages to
    texts, with the key "" for a text that says no language. ``file`` is where the triple at fault is asserted or,
    when a triple is missing, the file that says most of the focus; ``shape_file`` is the file of the shape.
    ``source`` is the token of a SPARQL constraint, ``declared_severity`` that of a severity that is not SHACL's own
    and counts as a violation.
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
        return {**vars(self), "messages": dict(self.messages)}

    @property
    def order(self) -> tuple[int | str, ...]:
        """The place of the finding in a report: by severity, file, focus, path, shape, component and value."""
        place = (self.file or "", self.focus, self.path or "", self.shape, self.component, self.value or "")
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
