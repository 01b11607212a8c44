"""Which lines of a document carry something that nothing states, and why the others carry no statement."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kg.errors import UsageError
from kg.graph.build import Build
from kg.graph.citations import Citations
from kg.graph.terms import RDFS, SKOS, TYPE, parse
from kg.lookup.passages import Form
from kg.lookup.speaker import number
from kg.lookup.texts import read_texts
from kg.project import Coverage, Project
from kg.source.evidence import fold

_LABELS = (f"<{SKOS}prefLabel>", f"<{RDFS}label>", f"<{SKOS}altLabel>")
_WORDS = re.compile(r"[^\W_]+")
_ACRONYM = 5
"""The longest name in capitals that must stand in capitals in the line: ACV is not acv."""

_WORDINGS = {
    "en": {
        "title": "Coverage of {0}",
        "bare": "Lines that carry something, uncovered",
        "reasons": "Lines that carry something, without a statement, by reason",
        "needless": "Lines that have a reason and a statement",
        "none": "none",
    },
    "fr": {
        "title": "Couverture de {0}",
        "bare": "Lignes qui portent quelque chose, non couvertes",
        "reasons": "Lignes qui portent quelque chose, sans énoncé, par raison",
        "needless": "Lignes qui ont une raison et un énoncé",
        "none": "aucune",
        "lines": "lignes",
        "lines that carry a figure, a date or a name": "lignes qui portent un chiffre, une date ou un nom",
        "of them cited by a statement": "dont citées par un énoncé",
        "of them with a reason": "dont pourvues d'une raison",
        "uncovered": "non couvertes",
    },
}


@dataclass(frozen=True)
class Report:
    """What a document's lines carry, each line counted from 1.

    ``carrying`` maps the lines that carry a figure or a name to what was found; ``cited`` are the lines that some
    statement cites; ``reasons`` maps lines to the label of the reason why they have none.
    """

    document: str
    lines: int
    carrying: Mapping[int, tuple[str, ...]]
    cited: frozenset[int]
    reasons: Mapping[int, str]

    @property
    def uncovered(self) -> tuple[int, ...]:
        """The lines that carry something, and have neither a statement nor a reason."""
        return tuple(sorted(line for line in self.carrying if line not in self.cited and line not in self.reasons))

    @property
    def needless(self) -> tuple[int, ...]:
        """The lines that have a reason for carrying no statement, and carry one."""
        return tuple(sorted(line for line in self.reasons if line in self.cited))


def cover(build: Build, *, source: Path, project: Project, language: str) -> Report:
    """Return what the lines of the document in ``source`` carry, and what is stated of them.

    Raises UsageError when the settings do not say what to look for, or ``source`` is not the document's text.
    """
    settings = project.evidence.coverage
    if settings is None:
        raise UsageError("the settings do not say what a line may carry: [tool.kg.evidence.coverage]")
    [(document, texts)] = read_texts(source, project).items()
    names = _Names(build, settings, project.languages[0])
    figures = re.compile(settings.figures)
    carrying = {}
    for line, text in enumerate(texts, 1):
        found = dict.fromkeys([match[0].strip() for match in figures.finditer(text)] + list(names.found(text)))
        if found:
            carrying[line] = tuple(found)
    located = (project.evidence.locate(g[1:-1]) for g, *_ in build.graph.quads(role="data"))
    cited = frozenset(place[1] for place in located if place and place[0].iri == document)
    return Report(document, len(texts), carrying, cited, _reasons(build, document, settings, project, language))


def render(report: Report, *, form: Form, project: Project, language: str) -> str:
    """Return a report as ``text``, ``markdown`` or ``json``: numbers of lines and what was found, never the lines.

    The keys of JSON are English in any language.
    """
    with_reason = [line for line in report.carrying if line in report.reasons and line not in report.cited]
    counts = {
        "lines": report.lines,
        "lines that carry a figure, a date or a name": len(report.carrying),
        "of them cited by a statement": sum(line in report.cited for line in report.carrying),
        "of them with a reason": len(with_reason),
        "uncovered": len(report.uncovered),
    }
    uncovered = {line: report.carrying[line] for line in report.uncovered}
    by_reason: dict[str, list[int]] = {}
    for line in sorted(with_reason):
        by_reason.setdefault(report.reasons[line], []).append(line)
    if form == "json":
        found = {"document": report.document, "counts": counts, "uncovered": uncovered, "reasons": by_reason}
        return json.dumps({**found, "needless": report.needless}, ensure_ascii=False, indent=2) + "\n"
    bullet = "- " if form == "markdown" else "  "
    title = "# {0}\n\n" if form == "markdown" else "{0}\n"
    heading = "\n## {0}\n\n" if form == "markdown" else "{0}\n"
    name = report.document.removeprefix(project.base)
    words = _WORDINGS.get(language, _WORDINGS["en"])
    parts = [title.format(words["title"].format(name))]
    parts += [f"{bullet}{words.get(what, what)}: {number(str(count), language)}\n" for what, count in counts.items()]
    parts.append(heading.format(words["bare"]))
    parts += [f"{bullet}{line}: {' · '.join(found)}\n" for line, found in uncovered.items()]
    if not uncovered:
        parts.append(f"{bullet}{words['none']}\n")
    parts.append(heading.format(words["reasons"]))
    parts += [f"{bullet}{reason} ({len(lines)}): {_ranges(lines)}\n" for reason, lines in sorted(by_reason.items())]
    if report.needless:
        parts.append(heading.format(words["needless"]))
        parts.append(f"{bullet}{_ranges(report.needless)}\n")
    return "".join(parts)


class _Names:
    """The names to look for: the labels, in the document's language, of the things of the classes of the settings."""

    def __init__(self, build: Build, settings: Coverage, language: str) -> None:
        classes = {f"<{iri}>" for iri in settings.named}
        graph = build.graph
        things = {s for s, _, _ in graph.union_with([TYPE], objects=classes)}
        self._plain: set[str] = set()
        self._proper: set[str] = set()
        self._acronyms: set[str] = set()
        for subject, _, token in graph.asserted_with(_LABELS):
            term = parse(token)
            if subject not in things or term.language not in (language, None) or len(term.value) < 3:
                continue
            if term.value.isupper() and len(term.value) <= _ACRONYM:
                self._acronyms.add(term.value)
            elif term.value[0].isupper() and " " not in fold(term.value):
                self._proper.add(fold(term.value))
            else:
                self._plain.add(fold(term.value))
        self._longest = max((len(name.split()) for name in self._plain | self._proper), default=0)

    def found(self, text: str) -> Iterator[str]:
        """Yield the names that a line has, the longest at each place, as the line writes acronyms and folded else."""
        yield from (word for word in _WORDS.findall(text) if word in self._acronyms)
        words = fold(text).split()
        capital = {fold(word) for word in _WORDS.findall(text) if word[0].isupper()}
        at = 0
        while at < len(words):
            for length in range(min(self._longest, len(words) - at), 0, -1):
                name = " ".join(words[at : at + length])
                if name in self._plain or (name in self._proper and name in capital):
                    yield name
                    at += length
                    break
            else:
                at += 1


def _reasons(build: Build, document: str, settings: Coverage, project: Project, language: str) -> dict[int, str]:
    citations = Citations(build.graph, project=project, language=language)
    span = re.compile(re.escape(f"<{document}#line=") + r"(\d+),(\d+)>")
    reasons = {}
    for subject, _, concept in build.graph.asserted_with([f"<{settings.reason}>"]):
        if match := span.fullmatch(subject):
            label = citations.label(concept) or concept
            reasons.update(dict.fromkeys(range(int(match[1]) + 1, int(match[2]) + 1), label))
    return reasons


def _ranges(lines: Iterable[int]) -> str:
    """Return numbers as ranges: 1-3, 7."""
    runs: list[list[int]] = []
    for line in lines:
        if runs and line == runs[-1][-1] + 1:
            runs[-1].append(line)
        else:
            runs.append([line])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
