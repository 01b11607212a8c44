"""A report for people: the findings of each file, then how many there are."""

import re
from itertools import groupby

from kg.graph import terms
from kg.project import Project
from kg.validation.report import Finding, Report, Severity

_WORDS = {
    "fr": {
        "violation": ("violation", "violations"),
        "warning": ("avertissement", "avertissements"),
        "info": ("information", "informations"),
        "none": ("Aucun constat.", ""),
        "nowhere": ("(aucun fichier)", ""),
    },
    "en": {
        "violation": ("violation", "violations"),
        "warning": ("warning", "warnings"),
        "info": ("info", "infos"),
        "none": ("No finding.", ""),
        "nowhere": ("(no file)", ""),
    },
}
_COLOURS: dict[Severity, str] = {"violation": "31", "warning": "33", "info": "36"}


def render(report: Report, *, project: Project, language: str, colour: bool = False) -> str:
    """Return the findings grouped by file, and a last line that counts them by severity.

    A finding is two lines: severity, focus, path and value as CURIEs, then its message in ``language`` and its
    shape. With ``colour``, severities are in ANSI colours.
    """
    words = _WORDS.get(language, _WORDS["en"])
    lines: list[str] = []
    for file, findings in groupby(sorted(report.findings, key=lambda f: f.file or ""), key=lambda f: f.file):
        lines.append(file or words["nowhere"][0])
        for finding in findings:
            lines += _lines(finding, project, language, words[finding.severity][0], colour)
        lines.append("")
    return "\n".join([*lines, _count(report, words), ""])


def term(token: str, project: Project) -> str:
    """Return a token as people write it: a CURIE where the settings have one, else as in N-Triples."""
    said = terms.parse(token)
    if said.kind == "iri":
        return project.compact(said.value)
    if said.kind == "literal" and "^^" in token:
        quoted, _, datatype = token.rpartition("^^")
        return f"{quoted}^^{project.compact(datatype[1:-1])}"
    return token


def path(text: str, project: Project) -> str:
    """Return a property path with CURIEs where the settings have them."""
    return re.sub(r"<([^>]*)>", lambda match: project.compact(match[1]), text)


def _lines(finding: Finding, project: Project, language: str, word: str, colour: bool) -> list[str]:
    if colour:
        word = f"\x1b[{_COLOURS[finding.severity]}m{word}\x1b[0m"
    about = [term(finding.focus, project)]
    if finding.path is not None:
        about.append(path(finding.path, project))
    if finding.value is not None and finding.value != finding.focus:
        about.append(term(finding.value, project))
    message = finding.message(language).replace("\n", "\n    ")
    return [
        f"  {word}  {' '.join(about)}",
        f"    {message} [{term(finding.shape, project)}]".replace("     [", "    ["),
    ]


def _count(report: Report, words: dict[str, tuple[str, str]]) -> str:
    if not report.findings:
        return words["none"][0]
    parts = [f"{n} {words[severity][n > 1]}" for severity, n in report.counts.items() if n]
    return ", ".join(parts) + "."
