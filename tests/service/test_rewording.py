"""Builds that differ in words alone are told from those that differ in more."""

import pytest

from kg.graph.differing import Differing
from kg.graph.store import Store
from kg.service.hosting.rewording import is_rewording
from kg.source.reader import Quad

LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
DAY = "^^<http://www.w3.org/2001/XMLSchema#date>"


def quad(p: str, o: str, *, s: str = "<s>", g: str = "") -> Quad:
    return g, s.replace("<", "<https://example.org/"), p, o


def read(*quads: Quad) -> frozenset[bytes]:
    return frozenset(" ".join(part for part in (s, p, o, g, ".\n") if part).encode() for g, s, p, o in quads)


OLD, NEW = quad(LABEL, '"old"@en'), quad(LABEL, '"new"@en')
NAMED = "<https://example.org/graph/a>"
P = "<https://example.org/p>"
CASES: dict[str, tuple[bool, list[Quad], list[Quad], list[Quad]]] = {
    "a label": (True, [OLD], [NEW], []),
    "a label in its graph too": (
        True, [OLD, quad(LABEL, '"old"@en', g=NAMED)], [NEW, quad(LABEL, '"new"@en', g=NAMED)], []
    ),
    "a label without a language": (True, [quad(LABEL, '"old"')], [quad(LABEL, '"new"')], []),
    "a day": (True, [quad(P, f'"2019-01-01"{DAY}')], [quad(P, f'"2019-01-02"{DAY}')], []),
    "nothing": (True, [], [], []),
    "the same label of two things": (
        True, [OLD, quad(LABEL, '"old"@en', s="<t>")], [NEW, quad(LABEL, '"new"@en', s="<t>")], []
    ),
    "two labels that were one": (
        False, [OLD, quad(LABEL, '"old"@en', s="<t>")], [NEW, quad(LABEL, '"newer"@en', s="<t>")], []
    ),
    "one label that was two": (
        False, [OLD, quad(LABEL, '"older"@en', s="<t>")], [NEW, quad(LABEL, '"new"@en', s="<t>")], []
    ),
    "a label more": (False, [], [NEW], []),
    "a label fewer": (False, [OLD], [], []),
    "in another language": (False, [OLD], [quad(LABEL, '"new"@fr')], []),
    "of another thing": (False, [OLD], [quad(LABEL, '"new"@en', s="<t>")], []),
    "in another graph": (False, [OLD], [quad(LABEL, '"new"@en', g=NAMED)], []),
    "what may be a code": (False, [quad(P, '"A1"')], [quad(P, '"A2"')], []),
    "another thing": (False, [quad(P, "<https://example.org/a>")], [quad(P, "<https://example.org/b>")], []),
    "a class": (False, [quad(TYPE, '"a"@en')], [quad(TYPE, '"b"@en')], []),
    "a blank node's": (False, [("", "_:b", LABEL, '"old"@en')], [("", "_:b", LABEL, '"new"@en')], []),
    "a label that another thing has": (False, [OLD], [NEW], [quad(LABEL, '"new"@en', s="<t>")]),
    "a label that another thing has still": (False, [OLD], [NEW], [quad(LABEL, '"old"@en', s="<t>")]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_words_alone(name: str) -> None:
    expected, gone, fresh, others = CASES[name]
    store = Store.memory()
    store.add([*fresh, *others])
    assert is_rewording(Differing(read(*gone), read(*fresh)), store=store) == expected
