"""Shapes that check nothing, say nothing, or that no example shows at work."""

import re
from collections import defaultdict
from collections.abc import Iterator

from rdflib import SH

from kg.check.problem import Problem
from kg.check.sources import Sources
from kg.errors import UsageError
from kg.graph.terms import OWL, RDFS, TYPE, parse

_TARGETS = {f"<{SH}{name}>" for name in ("target", "targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")}
_NODE_SHAPE, _PROPERTY_SHAPE, _PROPERTY, _PATH, _MESSAGE, _SPARQL, _DEACTIVATED = (
    f"<{SH}{name}>" for name in ("NodeShape", "PropertyShape", "property", "path", "message", "sparql", "deactivated")
)
_CLASSES = {f"<{OWL}Class>", f"<{RDFS}Class>"}
_SILENT = {
    TYPE,
    _PATH,
    *(f"<{SH}{name}>" for name in ("name", "description", "order", "group", "severity", "defaultValue")),
}
"""What a property shape may say without constraining anything."""

_Facts = dict[str, list[tuple[str, str]]]


def shapes(sources: Sources) -> Iterator[Problem]:
    """Yield shapes without target, and with settings also those without message and those that no example expects."""
    homes: dict[str, str] = {}
    facts: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    named: set[str] = set()
    for file, rows in sources.within(sources.project.shapes).items():
        for _, s, p, o in rows:
            homes.setdefault(s, file)
            facts[s].append((p, o))
            if p != TYPE:
                named.add(o)
    whole = sources.whole(sources.project.shapes)  # an unread file may name a shape, or give it its target
    deactivated = {s for s, pairs in facts.items() if any(p == _DEACTIVATED and "true" in o for p, o in pairs)}
    for shape in facts.keys() - deactivated:
        pairs = facts[shape]
        kinds = {o for p, o in pairs if p == TYPE}
        aimed = any(p in _TARGETS for p, _ in pairs) or kinds & _CLASSES
        if whole and kinds & {_NODE_SHAPE, _PROPERTY_SHAPE} and shape not in named and not aimed:
            yield _problem(sources, homes, "shape-without-target", shape)
    if not sources.settled:
        return
    reported = _reported(facts) - deactivated
    for shape in reported:
        said = {parse(o).language for o in _messages(shape, facts)}
        for language in sources.project.languages:
            if language not in said:
                yield _problem(sources, homes, "shape-without-message", shape, language)
    expected = _expected(sources)
    for shape in reported if expected is not None else ():
        if expected is not None and shape[0] == "<" and shape not in expected:
            yield _problem(sources, homes, "shape-without-test", shape)


def _reported(facts: _Facts) -> set[str]:
    """Return the property shapes that findings name: with a constraint, and an IRI or a shape with a target above."""
    aimed = {s for s, pairs in facts.items() if any(p in _TARGETS for p, _ in pairs)}
    below = {o for s in aimed for p, o in facts[s] if p == _PROPERTY}
    return {
        shape
        for shape, pairs in facts.items()
        if any(p == _PATH for p, _ in pairs)
        and (shape[0] == "<" or shape in below)
        and any(p not in _SILENT for p, _ in pairs)
    }


def _messages(shape: str, facts: _Facts) -> list[str]:
    """Return the messages of a shape and of its SPARQL constraints."""
    own = [o for p, o in facts[shape] if p == _MESSAGE]
    return own + [o for p, node in facts[shape] if p == _SPARQL for q, o in facts.get(node, ()) if q == _MESSAGE]


def _expected(sources: Sources) -> set[str] | None:
    """Return the shapes whose findings the examples of ``tests/shapes`` expect, or None when there are none."""
    folder = sources.project.root / "tests" / "shapes"
    if not folder.is_dir():
        return None
    found: set[str] = set()
    for path in sources.project.files(folder):
        first = path.read_text(encoding="utf-8").partition("\n")[0]
        for part in re.sub(r"^# expects:", "", first).split(" ; ") if first.startswith("# expects:") else ():
            try:
                found.add(f"<{sources.project.expand(part.split()[0])}>")
            except (UsageError, IndexError):
                continue
    return found


def _problem(sources: Sources, homes: dict[str, str], code: str, shape: str, *values: str) -> Problem:
    name = sources.project.compact(shape[1:-1]) if shape[0] == "<" else "[ … ]"
    span = sources.find(homes[shape], 0, s=shape)
    return Problem(homes[shape], code, (name, *values), span)
