"""A publication beside an earlier one is what it would be from nothing, byte for byte, whatever has changed."""

import random
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.service.hosting.values import Values
from tests.service.changing import ID, PLACES, SHAPES, TERMS, Town, again

QUERY = """#+ id: {0}
#+ title@en: What is in what
#+ title@fr: Ce qui est dans quoi
#+ returns: place whole
PREFIX t: <https://example.org/town/def#>
SELECT ?place ?whole WHERE {{ ?place t:within ?whole }} ORDER BY ?place ?whole
"""

FORMER = "instances/reference/former.ttl"
GRAPH = "https://example.org/town/graph/reference/places"

CHANGES: dict[str, Callable[[Town], object]] = {
    "nothing": lambda town: None,
    "a fact added": lambda town: town.add(PLACES, "id:league t:seat id:hill .\n"),
    "a fact removed": lambda town: town.change(PLACES, "    t:neighbour id:hill ;\n", ""),
    "a label": lambda town: town.change(PLACES, '"vallée"@fr', '"val"@fr'),
    "a label in another language": lambda town: town.add(PLACES, 'id:hill rdfs:label "hill"@en .\n'),
    "a thing renamed": lambda town: town.change(PLACES, "id:hill", "id:mount"),
    "the label of a graph": lambda town: town.add(PLACES, f'<{GRAPH}> rdfs:label "lieux"@fr .\n'),
    "a link among many": lambda town: town.add(PLACES, "id:oath t:within id:valley .\n"),
    "a link of many less": lambda town: town.change(FORMER, "id:hamlet-7 a t:Place ; t:within id:valley .\n", ""),
    "many links less": lambda town: town.change(FORMER, "t:within id:valley", "t:amends id:oath"),
    "a new place": lambda town: town.add(PLACES, 'id:moor a t:Place ; rdfs:label "lande"@fr ; t:within id:valley .\n'),
    "a thing of another class": lambda town: town.change(PLACES, "id:oath\n    a t:Act", "id:oath\n    a t:Party"),
    "the label of a class": lambda town: town.change(TERMS, '"lieu"@fr', '"endroit"@fr'),
    "the English words of a class, and a fact": lambda town: (
        town.change(TERMS, '"place"@en', '"spot"@en'),
        town.change(TERMS, '"Portion of space."@en', '"A part of space."@en'),
        town.add(PLACES, "id:league t:seat id:hill .\n"),
    ),
    "a definition": lambda town: town.change(TERMS, '"Portion of space."@en', '"A part of space."@en'),
    "an axiom": lambda town: town.change(TERMS, "    owl:propertyChainAxiom ( t:signatory t:seat t:within ) ;\n", ""),
    "a blank node": lambda town: town.change(TERMS, "hasValue <https://example.org/town/id/league>", "hasValue t:Act"),
    "a class below": lambda town: town.add(TERMS, f"t:Valley rdfs:subClassOf t:Place . <{ID}valley> a t:Valley .\n"),
    "a passage": lambda town: town.change("instances/passages/gazette.trig", '"2020-05-03"', '"2020-05-04"'),
    "something deprecated": lambda town: town.add(PLACES, "id:dale owl:deprecated true .\n"),
    "something replaced": lambda town: town.add(
        PLACES, "id:dale owl:deprecated true ; dct:isReplacedBy id:hill .\n"
    ),
    "a query added": lambda town: town.add("queries/competency/what-is-within.rq", QUERY.format("what-is-within")),
    "a shape": lambda town: town.change(SHAPES, "A pact has one day", "A pact must have one day"),
    "the description": lambda town: town.change("instances/dataset.ttl", "Acts of a little town.", "Acts of a town."),
    "the licence": lambda town: town.change("instances/dataset.ttl", "etalab-2.0", "CC-BY-4.0"),
    "the settings": lambda town: town.change("kg.toml", '["fr", "en"]', '["en", "fr"]'),
}  # fmt: skip
THE_STATE = "https://w3id.org/republique-contractuelle/id/party/etat"
ANEW = {"a query added", "a shape", "the settings"}
"""Changes after which nothing can be kept."""


@pytest.fixture
def town(published_town: Town, tmp_path: Path) -> Town:
    town = again(published_town, tmp_path / "town")
    town.go_on()
    return town


@pytest.mark.parametrize("name", CHANGES)
def test_a_publication_after_a_change_is_one_from_nothing(town: Town, name: str) -> None:
    CHANGES[name](town)
    assert town.differs() == []
    assert (town.kept == 0) == (name in ANEW)


def test_a_document_names_the_graphs_that_say_what_it_says(town: Town) -> None:
    for name in ("lieux", "places"):
        town.add(PLACES, f'<{GRAPH}> rdfs:label "{name}"@fr .\n')
        made, _ = town.publish()
        assert f'<{GRAPH}> <http://www.w3.org/2000/01/rdf-schema#label> "{name}"@fr .' in (
            made.folder / "id/dale.nt"
        ).read_text(encoding="utf-8")


def test_what_comes_to_be_a_document_of_terms_is_written_as_one(town: Town) -> None:
    town.add(PLACES, f'<{ID[:-1]}> rdfs:label "choses"@fr .\n')
    town.publish()
    town.add(TERMS, f"<{ID}kind> a owl:Class .\n")
    assert town.differs() == []


def test_few_terms_are_documented_again_after_a_fact(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    document = Values._documented

    def documented(self: Values, name: str) -> object:
        found = document(self, name)
        if found:
            asked.append(name)
        return found

    monkeypatch.setattr(Values, "_documented", documented)
    town.publish("fresh")
    every = set(asked)
    asked.clear()
    town.add(PLACES, "id:league t:seat id:hill .\n")
    town.go_on()
    assert 0 < len(asked) < len(every) / 2
    assert "https://example.org/town/def#seat" in asked


def test_who_finds_a_site_as_it_would_be_goes_on_from_it(town: Town) -> None:
    town.forget()
    made, kept = town.go_on()
    assert kept == made.count
    town.change(PLACES, "    t:neighbour id:hill ;\n", "")
    assert town.differs() == []
    assert 0 < town.rewritten < made.count / 2


@pytest.mark.parametrize("seed", range(3))
def test_publications_after_changes_at_random_are_those_from_nothing(town: Town, seed: int) -> None:
    chance, tags = random.Random(seed), ("fr", "en", "br")
    classes = ("Place", "Act", "Agreement")
    for _ in range(2):
        things = sorted(set(re.findall(r"^(id:[a-z0-9-]+)", (town.root / PLACES).read_text("utf-8"), re.MULTILINE)))
        for _ in range(chance.randint(1, 4)):
            one, other = chance.choice(things), chance.choice(things)
            fact = chance.choice(
                (
                    f"{one} t:neighbour {other} .",
                    f"{one} t:within {other} .",
                    f'{one} rdfs:label "{chance.random():.3f}"@{chance.choice(tags)} .',
                    f'{one} rdfs:comment "{chance.random()}" .',
                    f"id:new-{chance.randint(0, 9)} a t:{chance.choice(classes)} ; t:amends {other} .",
                )
            )
            town.add(PLACES, f"{fact}\n")
        text = (town.root / PLACES).read_text("utf-8")
        lines = [line for line in text.splitlines() if re.match(r"    (t:|rdfs:label)", line)]
        town.change(PLACES, f"{chance.choice(lines)}\n", "")
        assert town.differs() == []


@pytest.mark.system
def test_the_whole_graph_after_changes_is_published_as_from_nothing(project_root: Path, tmp_path: Path) -> None:
    for part in ("ontology", "shapes", "instances", "queries"):
        shutil.copytree(project_root / part, tmp_path / part)
    shutil.copyfile(project_root / "pyproject.toml", tmp_path / "pyproject.toml")
    whole = Town(tmp_path)
    whole.publish()
    whole.go_on()
    acts, terms = tmp_path / "instances/editorial/acts.ttl", tmp_path / "ontology/contract.ttl"
    for path in (acts, terms):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r'(rdfs:label "[^"]*)("@en)', r"\1 (again)\2", text, count=2), encoding="utf-8")
    passages = sorted((tmp_path / "instances/magazine").glob("*.trig"))[0]
    text = passages.read_text(encoding="utf-8")
    day = re.search(r'"(\d{4}-\d\d-)(\d\d)"\^\^xsd:date', text)
    if day:
        passages.write_text(text.replace(day[0], day[0].replace(day[2], "11"), 1), encoding="utf-8")
    assert whole.differs() == []
    assert whole.kept > 50_000
    whole.add("instances/editorial/acts.ttl", f"act:erbm rc:partner <{THE_STATE}> .\n")
    assert whole.differs() == []
    assert 0 < whole.rewritten < 300
    signatory = "rc:signatory party:petr-ternois-7-vallees ;\n"
    whole.change("instances/magazine/ruralite.trig", signatory, f"{signatory}rc:signatory party:siren-215901786 ;\n")
    assert whole.differs() == []
    assert 0 < whole.rewritten < 500
