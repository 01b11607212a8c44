"""What a version must be, by what differs from the one before (Semantic Versioning 2.0.0, for a graph).

Major: a term that was deprecated is gone, or a shape makes a property mandatory where it was not. Minor: something is
new, or the ontology or a shape says something else. Patch: other facts about what was there.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from kg.graph.terms import OWL, parse
from kg.project import Project
from kg.publication.diff import Change, Diff
from kg.publication.version import Step
from kg.source.reader import Quad

SH = "http://www.w3.org/ns/shacl#"
_TRUE = ("true", "1")


@dataclass(frozen=True)
class Need:
    """The least step that a difference needs, and why, one sentence for each cause."""

    step: Step
    reasons: tuple[str, ...]


def vanished(old: Collection[Quad], new: Collection[Quad], *, project: Project) -> tuple[list[str], list[str]]:
    """Return the IRIs below the base of which the new graph says nothing more: those deprecated before, and others.

    The passages of documents are not counted: a fact may turn out to be on another line.
    """
    ours = {s for _, s, _, _ in old if s.startswith(f"<{project.base}") and not project.evidence.locate(s[1:-1])}
    gone = ours - {s for _, s, _, _ in new}
    deprecated = {s for _, s, p, o in old if p == f"<{OWL}deprecated>" and parse(o).value in _TRUE}
    return sorted(gone & deprecated), sorted(gone - deprecated)


def need(diff: Diff, *, old: Collection[Quad], new: Collection[Quad], gone: Collection[str]) -> Need:
    """Return the step that leads from one graph to the other; ``gone`` are the deprecated IRIs that have vanished."""
    compact = diff.new.project.compact
    known = {s for _, s, _, _ in old}
    required = _mandatory(old)
    major = [f"{compact(token[1:-1])} is gone" for token in gone]
    major += [
        f"{compact(shape[1:-1])} makes a property mandatory"
        for shape, constrained in sorted(_mandatory(new).items())
        if shape not in required and constrained & known
    ]
    if major:
        return Need("major", tuple(major))
    vocabulary = _vocabulary(new, base=diff.new.project.base)
    minor = [
        f"{compact(resource.token[1:-1])} is {'new' if resource.kind == 'added' else 'changed'}"
        for resource in diff.resources
        if resource.token.startswith("<")
        and (resource.kind == "added" or (resource.token in vocabulary and any(map(_matters, resource.changes))))
    ]
    return Need("minor", tuple(minor)) if minor else Need("patch", ("facts are changed",))


def _mandatory(quads: Collection[Quad]) -> dict[str, set[str]]:
    """Return the shapes of properties that must be there, each with what it constrains: node shapes and classes."""
    counted = {s for _, s, p, o in quads if p == f"<{SH}minCount>" and parse(o).value.strip("+0")}
    mild = {s for _, s, p, o in quads if p == f"<{SH}severity>" and o != f"<{SH}Violation>"}
    owners: defaultdict[str, set[str]] = defaultdict(set)
    targets: defaultdict[str, set[str]] = defaultdict(set)
    for _, s, p, o in quads:
        if p == f"<{SH}property>":
            owners[o].add(s)
        elif p == f"<{SH}targetClass>":
            targets[s].add(o)
    return {
        shape: {thing for owner in owners[shape] for thing in (targets[owner] or {owner})}
        for shape in counted - mild
        if shape.startswith("<")
    }


def _vocabulary(quads: Collection[Quad], *, base: str) -> set[str]:
    """Return what the files of the ontology and of the shapes are about."""
    homes = (f"<{base}graph/ontology/", f"<{base}graph/shapes/")
    return {s for g, s, _, _ in quads if g.startswith(homes)}


def _matters(change: Change) -> bool:
    """Tell whether a change is more than other words for the same."""
    return change.kind != "restated" and any(parse(token).language is None for token in (*change.old, *change.new))
