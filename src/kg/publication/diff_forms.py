"""Write what differs: in sentences, as RDF Patch, as JSON."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Literal

from kg.errors import UsageError
from kg.graph.terms import parse
from kg.inference.proof import show
from kg.lookup.speaker import Speaker, number
from kg.publication.diff import Change, Diff, Kind, Resource
from kg.source.reader import Quad

Form = Literal["text", "markdown", "patch", "json"]
FORMS: tuple[Form, ...] = ("text", "markdown", "patch", "json")

_MARKS = {"added": "+", "removed": "-", "changed": "~", "restated": "="}
_SAID = {
    "en": {
        "added": "added: {0}",
        "removed": "removed: {0}",
        "changed": "changed: {0} becomes {1}",
        "restated": "stated elsewhere: {0}",
        "entered": "now in {0}",
        "left": "no longer in {0}",
        "resources": "Resources: {0} added, {1} removed, {2} changed. Statements: {3} added, {4} removed.",
        "none": "Nothing differs.",
        "more": "Not shown: {0} more.",
        "default": "the default graph",
        "of": "of {0}, ",
    },
    "fr": {
        "added": "ajouté : {0}",
        "removed": "retiré : {0}",
        "changed": "changé : {0} devient {1}",
        "restated": "énoncé ailleurs : {0}",
        "entered": "désormais dans {0}",
        "left": "plus dans {0}",
        "resources": "Ressources ajoutées : {0}, retirées : {1}, changées : {2}. Énoncés ajoutés : {3}, retirés : {4}.",
        "none": "Rien ne diffère.",
        "more": "Non montrées : {0} de plus.",
        "default": "le graphe par défaut",
        "of": "de {0}, ",
    },
}


def render(diff: Diff, *, form: Form, language: str, limit: int | None = None) -> str:
    """Return what differs in a form, of the first ``limit`` resources when it is given.

    Raises UsageError for a patch with a limit: a part of a patch leads to neither graph.
    """
    if form == "patch":
        if limit is not None:
            raise UsageError("--limit is not for a patch: a part of it leads to neither graph")
        return "".join(patch(diff.gone, diff.fresh))
    shown = diff.resources[:limit]
    more = len(diff.resources) - len(shown)
    if form == "json":
        return json.dumps(_json(diff, shown, more), ensure_ascii=False, indent=2) + "\n"
    return "".join(_Writer(diff, language, markdown=form == "markdown").lines(shown, more))


def patch(gone: Iterable[Quad], fresh: Iterable[Quad]) -> Iterator[str]:
    """Yield the lines of an RDF Patch, one transaction, what goes before what comes.

    Of a difference, applied to the named graphs of the old side it gives those of the new one. Blank nodes have the
    labels of the old side's dump (RDF Patch takes them for identifiers of the store).
    """
    yield "TX .\n"
    for code, quads in (("D", gone), ("A", fresh)):
        for g, s, p, o in quads:
            yield f"{code} {s} {p} {o} {f'{g} ' if g else ''}.\n"
    yield "TC .\n"


def _json(diff: Diff, shown: Sequence[Resource], more: int) -> dict[str, object]:
    kinds: tuple[Kind, ...] = ("added", "removed", "changed")
    return {
        "old": diff.old.name,
        "new": diff.new.name,
        "resources": {kind: diff.count(kind) for kind in kinds},
        "quads": {"added": len(diff.fresh), "removed": len(diff.gone)},
        "changes": [
            {"resource": resource.token, "kind": resource.kind, "changes": [_filled(c) for c in resource.changes]}
            for resource in shown
        ],
        "not_shown": more,
    }


def _filled(change: Change) -> dict[str, object]:
    """Return the fields of a change that hold something."""
    return {name: value for name, value in asdict(change).items() if value}


class _Writer:
    """Says changes in a language: what goes with the labels of the old side, what comes with those of the new."""

    def __init__(self, diff: Diff, language: str, *, markdown: bool) -> None:
        self._diff = diff
        self._language = language
        self._said = _SAID.get(language, _SAID["en"])
        self._markdown = markdown
        self._old = Speaker(diff.old.graph, diff.old.project, language)
        self._new = Speaker(diff.new.graph, diff.new.project, language)

    def lines(self, shown: Sequence[Resource], more: int) -> Iterator[str]:
        """Yield the counts, then each resource with its changes."""
        diff = self._diff
        if not diff:
            yield f"{self._said['none']}\n"
            return
        counts = (diff.count("added"), diff.count("removed"), diff.count("changed"), len(diff.fresh), len(diff.gone))
        yield f"{self._say('resources', *(number(str(count), self._language) for count in counts))}\n"
        for resource in shown:
            yield f"\n{self._title(resource)}\n"
            if self._markdown:
                yield "\n"
            for change in resource.changes:
                sentence = self._sentence(change, resource)
                yield f"- {_escaped(sentence)}\n" if self._markdown else f"    {_MARKS[change.kind]} {sentence}\n"
        if more:
            yield f"\n{self._say('more', number(str(more), self._language))}\n"

    def _say(self, key: str, *values: str) -> str:
        return self._said[key].format(*values)

    def _title(self, resource: Resource) -> str:
        side, speaker = (self._diff.old, self._old) if resource.kind == "removed" else (self._diff.new, self._new)
        name, short = speaker.name(resource.token), show(resource.token, project=side.project)
        if self._markdown:
            return f"### {_MARKS[resource.kind]} {_escaped(name)}" + (f" (`{short}`)" if short != name else "")
        return f"{_MARKS[resource.kind]} {name}" + (f" ({short})" if short != name else "")

    def _sentence(self, change: Change, resource: Resource) -> str:
        speaker = self._old if change.kind == "removed" else self._new
        of = self._say("of", speaker.name(change.subject)) if change.subject != resource.token else ""
        if change.kind == "changed":
            was = f"{self._new.verb(change.predicate)} {self._values(self._old, change.old)}"
            return f"{self._say('changed', of + was, self._values(self._new, change.new))}."
        clause = of + f"{speaker.verb(change.predicate)} {self._values(speaker, change.new or change.old)}"
        said = [self._say(change.kind, clause)]
        if change.entered:
            said.append(self._say("entered", self._graphs(change.entered)))
        if change.left:
            said.append(self._say("left", self._graphs(change.left)))
        return f"{', '.join(said)}."

    def _values(self, speaker: Speaker, tokens: Sequence[str]) -> str:
        """Return values as the speaker says them; those of a language that is not the reader's with its tag."""
        tag = parse(tokens[0]).language
        return speaker.values(tokens) + (f" ({tag})" if tag and tag != self._language else "")

    def _graphs(self, tokens: Sequence[str]) -> str:
        names = (show(token, project=self._diff.new.project) if token else self._said["default"] for token in tokens)
        return ", ".join(names)


def _escaped(text: str) -> str:
    """Return a text as one line of Markdown that says nothing else."""
    for character in "\\`*_[]<>|#":
        text = text.replace(character, f"\\{character}")
    return " ".join(text.split())
