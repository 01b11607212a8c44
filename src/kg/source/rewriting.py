"""Write Turtle and TriG again from what was written before, and what is said now of the subjects that differ.

The bytes are those that ``kg.source.turtle`` would write of all.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import partial

from kg.source.blocks import Run
from kg.source.nesting import NIL
from kg.source.reader import Quad
from kg.source.turtle import by_iri, write_blocks

_HEAD = re.compile(rb"\A((?:#.*\n)*)\n?((?:@prefix .*\n)*)\n?")
_PREFIX = re.compile(rb"@prefix (.*?): ")
_GRAPH = re.compile(rb"GRAPH (.+) \{\n")
_JOINT = b"\n\n"
_END = ord("\n")

Subject = tuple[str, str]
"""The tokens of a graph, ``""`` for the default graph, and of a subject in it."""


def rewrite_trig(
    old: bytes, quads: Iterable[Quad], *, differ: Collection[Subject], prefixes: Mapping[str, str]
) -> bytes | None:
    """Return the document that is ``old`` but for the subjects that differ; Turtle is that of a default graph.

    ``quads`` are those now of these subjects, and all of the document that have a blank node; none of the latter
    differs. Return None when it would have to be read whole, to know whether a prefix is still used.
    """
    comment, declared, body = _divided(old)
    told = write_blocks(quads, prefixes=prefixes)
    changes: dict[str, dict[str, bytes | None]] = {}
    for graph, subject in differ:
        lines = told.lines.get((graph, subject))
        changes.setdefault(graph, {})[by_iri(subject)] = lines.encode()[:-1] if lines else None
    sections = _sections(old, body, prefixes)
    gone: list[bytes] = []
    paragraphs = []
    for graph in sorted({*sections, *changes}, key=by_iri):
        name, start, end = sections.get(graph) or (told.names.get(graph, "").encode(), body, body)
        run = Run(old, start, end, _JOINT, partial(_key, prefixes=prefixes))
        text, removed = run.replaced(changes.get(graph, {}))
        gone += removed
        if text:
            paragraphs.append(b"GRAPH %b {\n%b\n}\n" % (name, text) if name else text + b"\n")
        else:
            gone.append(name)
    now = b"\n".join(paragraphs)
    for prefix in declared - told.used:
        if any(f"{prefix}:".encode() in lines for lines in gone) and not _is_used(prefix, now):
            return None
    head = "".join(f"@prefix {name}: <{prefixes[name]}> .\n" for name in sorted(declared | told.used))
    return b"\n".join(part for part in (comment, head.encode(), now) if part)


def _divided(old: bytes) -> tuple[bytes, set[str], int]:
    """Return the comment and the prefixes of a document, and where what follows begins."""
    head = _HEAD.match(old)
    assert head  # it matches nothing too
    return head[1], {name.decode() for name in _PREFIX.findall(head[2])}, head.end()


def _sections(old: bytes, body: int, prefixes: Mapping[str, str]) -> dict[str, tuple[bytes, int, int]]:
    """Return of each graph its name, and where its subjects begin and end, without the end of the last line."""
    found = [match for match in _GRAPH.finditer(old, body) if match.start() == body or old[match.start() - 1] == _END]
    ends = [*(match.start() - len("\n}\n\n") for match in found[1:]), len(old) - len("\n}\n")]
    named = {
        _token(match[1].decode(), prefixes): (match[1], match.end(), end)
        for match, end in zip(found, ends, strict=False)
    }
    end = found[0].start() - len("\n\n") if found else len(old) - len("\n")
    return {"": (b"", body, end), **named} if end > body else named


def _key(text: bytes, place: int, *, prefixes: Mapping[str, str]) -> str:
    """Return the key of the subject whose lines begin at a place."""
    return by_iri(_token(text[place : text.index(b"\n", place)].decode().strip(), prefixes))


def _token(form: str, prefixes: Mapping[str, str]) -> str:
    """Return the token of a subject or graph as it is written."""
    if form == "()":
        return NIL
    if form.startswith(("<", "_:")):
        return form
    prefix, _, local = form.partition(":")
    return f"<{prefixes[prefix]}{local}>"


def _is_used(prefix: str, body: bytes) -> bool:
    """Tell whether a prefix certainly is used: by a line that is a name, a verb, or ends in a name."""
    name = re.escape(f"{prefix}:".encode())
    return bool(re.search(rb"^ *%b\S+$|^ +%b\S+ |^ +\S+ %b\S+ ;$|^GRAPH %b" % ((name,) * 4), body, re.MULTILINE))
