"""Public models with their own shapes: no crash, results equal to pySHACL's, each with its place."""

from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest

from kg import pipeline
from kg.cli.validating import located
from kg.graph.build import Build
from kg.project import Project
from kg.publication.publish import publish
from kg.source.excerpt import Text
from kg.validation import reference
from kg.validation.report import Report

BUILDING = """@prefix : <urn:building:> .
@prefix brick: <https://brickschema.org/schema/Brick#> .
@prefix unit: <http://qudt.org/vocab/unit/> .

:ahu
    a brick:Air_Handling_Unit ;
    brick:feeds :box , "a room" ;
    brick:hasPoint :temperature ;
    brick:hasLocation "in the cellar" ;
    .

:box
    a brick:VAV ;
    brick:isFedBy :ahu ;
    brick:hasPart :ahu , 12 ;
    .

:temperature
    a brick:Supply_Air_Temperature_Sensor ;
    brick:hasUnit "degrees" ;
    brick:isPointOf :ahu , :temperature ;
    .
"""
THESAURUS = """@prefix : <http://e/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

:scheme
    a skos:ConceptScheme ;
    skos:hasTopConcept :tree ;
    .

:tree
    a skos:Concept ;
    skos:prefLabel "arbre"@fr , "tree"@en , "Tree"@en ;
    skos:narrower :oak , :nothing ;
    .

:oak
    a skos:Concept ;
    skos:prefLabel "chêne"@fr ;
    skos:altLabel "chêne"@fr ;
    skos:broader :tree , "tree" ;
    skos:notation 12 ;
    skos:related :tree ;
    .

:ash
    a skos:Concept ;
    skos:definition "A tree." ;
    skos:broader :ash ;
    .
"""
SKOS_SHAPES = """@prefix : <http://e/shapes#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

# SKOS, sections 5.4 (S13, S14) and 8.4 (S27), and what a thesaurus should have (qSKOS).
:Concept a sh:NodeShape ;
    sh:targetClass skos:Concept ;
    sh:property
        [ sh:path skos:prefLabel ; sh:minCount 1 ; sh:uniqueLang true ; sh:disjoint skos:altLabel ] ,
        [ sh:path skos:definition ; sh:languageIn ( "fr" "en" ) ; sh:severity sh:Warning ] ,
        [ sh:path [ sh:alternativePath ( skos:broader skos:narrower skos:related ) ] ; sh:class skos:Concept ] ,
        [ sh:path skos:related ; sh:disjoint skos:broader ] ,
        [ sh:path ( skos:broader [ sh:zeroOrMorePath skos:broader ] ) ; sh:nodeKind sh:IRI ] ,
        [ sh:path [ sh:inversePath skos:narrower ] ; sh:maxCount 1 ; sh:severity sh:Info ] ;
    sh:sparql [
        sh:message "A concept is not broader than itself."@en ;
        sh:select '''SELECT $this ?value WHERE {
            $this <http://www.w3.org/2004/02/skos/core#broader>+ $this . BIND($this AS ?value) }'''
    ] .
"""


def results(report: Report) -> Counter[tuple[str, ...]]:
    """What both must say; blank shapes by their component, which both give."""
    return Counter(
        (f.severity, f.component, f.focus, f.path or "", f.value or "", "" if f.shape.startswith("_:") else f.shape)
        for f in report.findings
    )


def compared(folder: Path, data: list[Path], shapes: list[Path]) -> Report:
    """Validate with both, compare, and return the findings with their places."""
    project = Project.bare(folder)
    outcome = pipeline.validate_files(project, paths=data, shapes=shapes)
    triples = [triple for _, triple in outcome.graph.triples_by_file(role="shapes")]
    theirs = reference.validate(outcome.graph.asserted(), triples, graph=outcome.graph)
    assert results(outcome.report) == results(theirs)
    return located(project, outcome, {})


def cut(folder: Path, report: Report) -> set[str]:
    """The texts that the places of findings cut out of their files."""
    texts = set()
    for finding in report.findings:
        assert finding.place
        assert finding.place.span
        texts.add(Text((folder / finding.place.file).read_text(encoding="utf-8")).slice(finding.place.span))
    return texts


def test_a_thesaurus(tmp_path: Path) -> None:
    (tmp_path / "thesaurus.ttl").write_text(THESAURUS, encoding="utf-8")
    (tmp_path / "shapes.ttl").write_text(SKOS_SHAPES, encoding="utf-8")
    report = compared(tmp_path, [tmp_path / "thesaurus.ttl"], [tmp_path / "shapes.ttl"])
    assert len(report.findings) >= 8
    assert {'"Tree"@en', '"tree"', ":nothing", '"chêne"@fr', '"A tree."', ":ash"} <= cut(tmp_path, report)


@pytest.mark.conformance
@pytest.mark.parametrize("name", ["shapes.ttl", "shapes_recommended.ttl"])
def test_the_catalogue_of_this_project_by_the_shapes_of_dcat_ap(
    conformance: Path, town: Project, town_build: Build, tmp_path: Path, name: str
) -> None:
    site = publish(town_build, project=town, out=tmp_path / "site", base=None)
    data = tmp_path / "catalog.ttl"
    data.write_bytes((site.folder / "catalog.ttl").read_bytes())
    report = compared(tmp_path, [data], [conformance / "dcat-ap" / name])
    assert report.counts["violation"] == 0
    text = data.read_text(encoding="utf-8")
    spoiled = text.replace(
        "a dcat:Catalog ;", 'a dcat:Catalog ;\n    dcat:dataset "none" ;\n    dct:publisher "we" ;', 1
    )
    assert spoiled != text
    data.write_text(spoiled, encoding="utf-8")
    found = compared(tmp_path, [data], [conformance / "dcat-ap" / name])
    if name == "shapes.ttl":
        assert '"none"' in cut(tmp_path, found)


@pytest.mark.skipif(find_spec("brickschema") is None, reason="the package brickschema is not installed")
def test_a_building_by_the_shapes_of_brick(tmp_path: Path) -> None:
    spec = find_spec("brickschema")
    assert spec is not None
    (folder,) = spec.submodule_search_locations or []
    brick = tmp_path / "Brick.ttl"
    brick.write_bytes((Path(folder) / "ontologies" / "1.3" / "Brick.ttl").read_bytes())
    (tmp_path / "building.ttl").write_text(BUILDING, encoding="utf-8")
    report = compared(tmp_path, [tmp_path / "building.ttl", brick], [brick])
    ours = Report(tuple(f for f in report.findings if f.file == "building.ttl"))
    assert {'"a room"', '"degrees"'} <= cut(tmp_path, ours)
