"""Builds that differ in words alone, or in no class, are told from those that differ in more."""

import shutil
from pathlib import Path

import pytest

from kg.graph.differing import Differing, differing
from kg.graph.store import Store
from kg.project import Project
from kg.service.documents import Documents
from kg.service.hosting.rewording import is_rewording, keeps_classes
from kg.service.things import Things
from kg.source.reader import Quad
from tests.service.changing import PLACES, Town, again

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


OTHER = "<https://example.org/other>"
CLASSES: dict[str, tuple[bool, Quad]] = {
    "a statement": (True, quad(P, OTHER)),
    "a label": (True, NEW),
    "a day": (True, quad(P, f'"2019-01-01"{DAY}')),
    "a class": (False, quad(TYPE, OTHER)),
    "a class above": (False, quad("<http://www.w3.org/2000/01/rdf-schema#subClassOf>", OTHER)),
    "what may be a code": (False, quad(P, '"A1"')),
    "a step of a trail": (False, quad("<https://example.org/town/def#within>", OTHER)),
    "of a blank node": (False, ("", "_:b", P, OTHER)),
    "to a blank node": (False, quad(P, "_:b")),
}


@pytest.mark.parametrize("name", CLASSES)
def test_what_keeps_classes(published_town: Town, name: str) -> None:
    expected, said = CLASSES[name]
    assert keeps_classes([said], project=Project.find(published_town.root)) == expected
    assert keeps_classes([quad(P, OTHER), said], project=Project.find(published_town.root)) == expected


THINGS: dict[str, tuple[bool, str, str]] = {
    "a label": (True, '"vallée"@fr', '"val"@fr'),
    "no label more": (True, '    rdfs:label "vallée"@fr ;\n', ""),
    "a statement": (True, "t:seat id:dale", "t:seat id:hill"),
    "what has a code": (True, '"Grandville"@fr', '"Grosville"@fr'),
    "a year": (True, '"2020-01-02"', '"2019-01-02"'),
    "a thing of no class": (False, "id:country\n", 'id:stranger rdfs:label "x"@fr .\n\nid:country\n'),
}


@pytest.mark.parametrize("name", THINGS)
def test_things_after_a_change_are_those_that_are_read(published_town: Town, tmp_path: Path, name: str) -> None:
    there, old, new = THINGS[name]
    town = again(published_town, tmp_path / "town")
    town.add(PLACES, 'id:town t:code "G1" ; t:mark "Z" .\nid:dale t:code "D1" .\n')
    town.add(PLACES, 'id:oath t:day "2020-01-02"^^<http://www.w3.org/2001/XMLSchema#date> .\n')

    project, build = town.build()
    dump = shutil.copyfile(build.dump, tmp_path / "before.nq")
    before = Things(Documents(build, project=project))
    languages = ("fr", "en")
    before.order(languages)
    town.change(PLACES, old, new)
    _, build = town.build()
    documents = Documents(build, project=project)
    subjects = {s for _, s, _, _ in differing(dump, build.dump).quads()}
    anew, after = Things(documents), before.after(documents, subjects)
    assert (after is not None) == there
    if after:
        for part in ("tokens", "names", "pairs", "kinds", "numbers", "classes"):
            assert getattr(after, part) == getattr(anew, part), part
        assert after.order(languages) == anew.order(languages)
        assert before.names != after.names or before.pairs != after.pairs
