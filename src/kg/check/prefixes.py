"""Prefixes that are declared and not used, or not those of the settings."""

import re
from collections.abc import Iterator

from kg.check.problem import Problem
from kg.check.sources import Sources
from kg.source.excerpt import Text
from kg.source.tokens import BLANK, IRI, TERM, WORD

_PREFIX = re.compile(rf"(?i:@?prefix){BLANK}({WORD}){BLANK}({IRI})")
_TOKEN = re.compile(rf"{BLANK}(?:{_PREFIX.pattern}|({TERM})|.)", re.DOTALL)
_DATATYPE = re.compile(rf"\^\^{BLANK}([^<\s#]*:)")


def prefixes(sources: Sources) -> Iterator[Problem]:
    """Yield the prefixes of Turtle and TriG files that do nothing, or mean another namespace than in the settings."""
    settings = sources.project.prefixes
    for file, path in sources.paths.items():
        if path.suffix not in (".ttl", ".trig"):
            continue
        text = sources.text(file)
        declared, used = _names(text)
        for name, iri, extent in declared:
            if name not in used:
                yield Problem(file, "unused-prefix", (name,), text.span(*extent))
            if name in settings and settings[name] != iri:
                yield Problem(file, "other-prefix", (name, settings[name]), text.span(*extent))


def _names(text: Text) -> tuple[list[tuple[str, str, tuple[int, int]]], set[str]]:
    """Return the prefixes that a text declares, (name, namespace, extent), and those that it uses."""
    declared: list[tuple[str, str, tuple[int, int]]] = []
    used: set[str] = set()
    at = 0
    while found := _TOKEN.match(text.content, at):
        at = found.end()
        name, iri, term = found.groups()
        if name is not None:
            declared.append((name[:-1], iri[1:-1], found.span(1)))
        elif term is not None and term[0] in "\"'":
            used.update(match[1][:-1] for match in _DATATYPE.finditer(term))
        elif term is not None and term[0] not in "<_":
            used.add(term.partition(":")[0])
    return declared, used
