"""The fixture project with notes on its evidence: reasons of lines, and what explains its warnings."""

import shutil
from pathlib import Path

import pytest

from kg import pipeline
from kg.graph.build import Build
from kg.project import Project

COVERAGE = """
explanation = "t:explanation"
explains = "t:between"

[evidence.coverage]
figures = '\\d+'
named = ["t:Party", "t:Act"]
reason = "t:noStatement"
"""
NOTES = """
@prefix id: <https://example.org/town/id/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix t: <https://example.org/town/def#> .

<https://example.org/town/graph/editorial/notes> a prov:Entity .
<https://example.org/town/doc/gazette#line=0,2> t:noStatement id:heading .
id:heading skos:prefLabel "titre"@fr , "heading"@en .
id:town a t:Party ; skos:altLabel "GV"@fr .
id:pact t:count 200.5 .
"""
SHAPES = """
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix s: <https://example.org/town/shapes#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix t: <https://example.org/town/def#> .

s:PactShape-witness
    a sh:PropertyShape ; sh:targetClass t:Pact ; sh:path t:witness ; sh:minCount 1 ; sh:severity sh:Warning ;
    sh:message "Un pacte a un témoin."@fr , "A pact has a witness."@en .
"""


@pytest.fixture(scope="module")
def noted(tmp_path_factory: pytest.TempPathFactory):
    """Return the project built with some more Turtle in its instances and shapes."""

    def make(notes: str = "", shapes: str = "", settings: str = COVERAGE) -> tuple[Project, Build]:
        root = tmp_path_factory.mktemp("noted") / "project"
        shutil.copytree(Path(__file__).parents[1] / "fixture", root)
        text = (root / "kg.toml").read_text(encoding="utf-8")
        (root / "kg.toml").write_text(text.replace("\n[[evidence", f"{settings}\n[[evidence", 1), encoding="utf-8")
        (root / "instances" / "editorial").mkdir()
        (root / "instances" / "editorial" / "notes.ttl").write_text(NOTES + notes, encoding="utf-8")
        (root / "shapes" / "witness.ttl").write_text(SHAPES + shapes, encoding="utf-8")
        project = Project.find(root)
        build = pipeline.build(project, out=root / "build").build
        assert build is not None
        return project, build

    return make
