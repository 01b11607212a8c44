"""What every format may need beside the findings: names, language, shapes, and what was left out."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from kg.graph import terms
from kg.project import Project
from kg.validation.described import Described
from kg.validation.report import Finding, Report, Severity

GroupBy = Literal["file", "shape"]

_WORDS = {
    "violation": {"fr": ("violation", "violations"), "en": ("violation", "violations")},
    "warning": {"fr": ("avertissement", "avertissements"), "en": ("warning", "warnings")},
    "info": {"fr": ("information", "informations"), "en": ("info", "infos")},
    "none": {"fr": ("Aucun constat.",) * 2, "en": ("No finding.",) * 2},
    "nowhere": {"fr": ("(aucun fichier)",) * 2, "en": ("(no file)",) * 2},
    "known": {"fr": ("{} déjà connu", "{} déjà connus"), "en": ("{} already known",) * 2},
    "left": {"fr": ("{} de plus, non montré", "{} de plus, non montrés"), "en": ("{} more, not shown",) * 2},
    "fix": {"fr": ("proposition : {}",) * 2, "en": ("suggestion: {}",) * 2},
    "from": {"fr": ("d'après {}",) * 2, "en": ("from {}",) * 2},
    "title": {"fr": ("Rapport de validation",) * 2, "en": ("Validation report",) * 2},
    "shapes": {"fr": ("formes",) * 2, "en": ("shapes",) * 2},
    "shape": {"fr": ("forme : {}",) * 2, "en": ("shape: {}",) * 2},
}


@dataclass(frozen=True)
class Context:
    """How to write a report.

    ``shapes`` is what the shapes say of themselves; ``known`` counts the findings of a baseline and ``left_out``
    those over a limit, which the report has no more; ``fail_on`` is the least severity that is a fault.
    """

    project: Project
    language: str
    shapes: Mapping[str, Described] = field(default_factory=dict)
    colour: bool = False
    group_by: GroupBy = "file"
    fail_on: Severity = "violation"
    known: int = 0
    left_out: int = 0

    def word(self, name: str, count: int = 1, *, language: str | None = None) -> str:
        """Return a word of reports in the language, in the plural for a ``count`` above 1."""
        forms = _WORDS[name]
        return forms.get(language or self.language, forms["en"])[count > 1]

    def term(self, token: str) -> str:
        """Return a token as people write it: a CURIE where the settings have one, else as in N-Triples."""
        said = terms.parse(token)
        if said.kind == "iri":
            return self._compact(said.value)
        if said.kind == "literal" and "^^" in token:
            quoted, _, datatype = token.rpartition("^^")
            return f"{quoted}^^{self._compact(datatype[1:-1])}"
        return token

    def path(self, text: str) -> str:
        """Return a property path with CURIEs where the settings have them."""
        return re.sub(r"<([^>]*)>", lambda match: self._compact(match[1]), text)

    @cached_property
    def _compact(self) -> Callable[[str], str]:
        return lru_cache(maxsize=10_000)(self.project.compact)

    def about(self, finding: Finding) -> str:
        """Return focus, path and value of a finding as people write them."""
        parts = [self.term(finding.focus)]
        if finding.path is not None:
            parts.append(self.path(finding.path))
        if finding.value is not None and finding.value != finding.focus:
            parts.append(self.term(finding.value))
        return " ".join(parts)

    def rule(self, shape: str) -> str:
        """Return the name of a shape: its CURIE or IRI, or those of the shape and the path that it is part of."""
        described = self.shapes.get(shape)
        if not shape.startswith("_:") or described is None:
            return self.term(shape).strip("<>")
        return f"{self.term(described.owner).strip('<>')} {self.path(described.path or 'sh:node')}"

    def message(self, finding: Finding) -> str:
        """Return what is right, in the language of the report."""
        return finding.message(self.language)

    def suggestion(self, finding: Finding) -> str | None:
        """Return what should be written instead, as people write it, or None."""
        return None if finding.suggestion is None else self.term(finding.suggestion)

    def conforms(self, report: Report) -> bool:
        """Tell whether there was no finding at all, those left out included (SHACL, section 3.1)."""
        return report.conforms and not self.known and not self.left_out

    def groups(self, report: Report) -> Iterator[tuple[str, Iterator[Finding]]]:
        """Yield the findings by file or by shape, as people name it."""
        key: Callable[[Finding], str] = self.file if self.group_by == "file" else lambda f: self.rule(f.shape)
        yield from groupby(sorted(report.findings, key=key), key=key)

    def file(self, finding: Finding) -> str:
        """Return the file to look at, or an empty string."""
        return at.file if (at := finding.at) else ""

    def count(self, report: Report, *, language: str | None = None) -> str:
        """Return how many findings there are by severity, and how many are known or left out, as a sentence."""
        parts = [f"{n} {self.word(s, n, language=language)}" for s, n in report.counts.items() if n]
        for name, number in (("left", self.left_out), ("known", self.known)):
            if number:
                parts.append(self.word(name, number, language=language).format(number))
        return ", ".join(parts) + "." if parts else self.word("none", language=language)


@lru_cache(maxsize=1_000)
def uri(file: str) -> str:
    """Return the path of a file as a URI reference, relative when the path is."""
    return (
        Path(file).as_uri() if file.startswith("/") else quote(file, safe="/:@!$&'()*+,;=~" if "://" in file else "/~")
    )
