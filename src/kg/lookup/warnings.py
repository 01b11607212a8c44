"""The warnings of a build, each with its passages and with what explains it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from kg.graph.build import Build
from kg.graph.citations import Citations
from kg.graph.terms import RDFS, parse
from kg.inference.proof import show
from kg.lookup.passages import Form
from kg.project import Project

_WORDINGS = {
    "en": {
        "title": "Warnings",
        "count": "Warnings: {0}. Unexplained: {1}.",
        "right": "What should hold: {0}",
        "bare": "unexplained",
    },
    "fr": {
        "title": "Avertissements",
        "count": "Avertissements : {0}. Inexpliqués : {1}.",
        "right": "Ce qui devrait être : {0}",
        "bare": "inexpliqué",
    },
}


@dataclass(frozen=True)
class Warned:
    """A warning: what the shape asks, of what, the value at fault, where it is stated, and why it is so."""

    shape: str
    message: str
    focus: str
    value: str | None
    passages: tuple[str, ...]
    explanation: str | None


def explain_warnings(build: Build, *, project: Project, language: str) -> list[Warned]:
    """Return the warnings of a build, by shape and focus.

    What explains one is a text on its focus, or on a thing that compares the focus with the value at fault (both
    properties are of the settings); else the comment of the shape, a silence that all its warnings share; else a
    text on a thing that compares the focus with anything.
    """
    return sorted(_Explainer(build, project, language).warnings(), key=lambda w: (w.shape, w.focus, w.value or ""))


def render(found: list[Warned], *, form: Form, language: str) -> str:
    """Return warnings as ``text``, ``markdown`` or ``json``. A shape's message says what should hold."""
    if form == "json":
        return json.dumps([vars(warned) for warned in found], ensure_ascii=False, indent=2) + "\n"
    markdown = form == "markdown"
    words = _WORDINGS.get(language, _WORDINGS["en"])
    bare = sum(warned.explanation is None for warned in found)
    count = words["count"].format(len(found), bare)
    parts = [f"# {words['title']}\n\n{count}\n" if markdown else f"{count}\n"]
    shape = ""
    for warned in found:
        if warned.shape != shape:
            shape = warned.shape
            right = words["right"].format(warned.message)
            parts.append(f"\n## {shape}\n\n{right}\n\n" if markdown else f"\n{shape}\n{right}\n")
        what = warned.focus + (f" / {warned.value}" if warned.value else "")
        where = f" ({'; '.join(warned.passages)})" if warned.passages else ""
        why = warned.explanation or words["bare"]
        parts.append(f"- {what}{where}: {why}\n" if markdown else f"  {what}{where}\n    {why}\n")
    return "".join(parts)


class _Explainer:
    def __init__(self, build: Build, project: Project, language: str) -> None:
        self._build = build
        self._graph = build.graph
        self._project = project
        self._language = language
        self._citations = Citations(build.graph, project=project, language=language)
        comments = (t for _, t in self._graph.triples_by_file(role="shapes") if t[1] == f"<{RDFS}comment>")
        self._comments = {s: parse(o).value for s, _, o in comments if parse(o).language == language}

    def warnings(self) -> Iterator[Warned]:
        for finding in self._build.findings:
            if finding["severity"] == "warning":
                messages = finding["messages"]
                yield Warned(
                    shape=show(finding["shape"], project=self._project),
                    message=messages.get(self._language) or next(iter(messages.values()), ""),
                    focus=self._named(finding["focus"]),
                    value=self._named(finding["value"]) if finding["value"] not in (None, finding["focus"]) else None,
                    passages=self._passages(finding["focus"]),
                    explanation=self._explanation(finding["focus"], finding["value"], finding["shape"]),
                )

    def _named(self, token: str) -> str:
        label = self._citations.label(token) if token.startswith("<") else None
        short = show(token, project=self._project)
        return f"{label} ({short})" if label else short

    def _passages(self, focus: str) -> tuple[str, ...]:
        found = [self._citations.of_graph(graph.strip("<>"), file) for graph, file in self._graph.places_about(focus)]
        cited = {(p.document or "", p.line or 0): self._citations.words(p) for c in found for p in c.passages()}
        return tuple(cited[key] for key in sorted(cited))

    def _explanation(self, focus: str, value: str | None, shape: str) -> str | None:
        evidence = self._project.evidence
        if not evidence.explanation:
            return self._comments.get(shape)
        link = f"<{evidence.explains}>"
        comparing = sorted(s for s, p, _ in self._graph.naming(focus) if p == link)
        of_both = [thing for thing in comparing if value in self._graph.objects(thing, link)]
        return self._text([focus, *of_both]) or self._comments.get(shape) or self._text(comparing)

    def _text(self, things: list[str]) -> str | None:
        tokens = (o for thing in things for o in self._graph.objects(thing, f"<{self._project.evidence.explanation}>"))
        return next((parse(token).value for token in tokens if parse(token).language == self._language), None)
