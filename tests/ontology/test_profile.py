import pytest
from pyoxigraph import RdfFormat, parse

from kg.project import Project
from kg.source.reader import read
from tests.ontology.profile import faults

HEAD = """
@prefix : <http://e/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:p a owl:ObjectProperty . :q a owl:ObjectProperty . :d a owl:DatatypeProperty .
"""


def faults_of(text: str) -> list[str]:
    quads = parse((HEAD + text).encode(), format=RdfFormat.TURTLE)
    return faults([(str(q.subject), str(q.predicate), str(q.object)) for q in quads])


def test_the_ontology_is_in_the_profile(project: Project) -> None:
    triples = [triple for path in project.files(project.ontology) for _, *triple in read(path, project=project)]
    assert faults([(s, p, o) for s, p, o in triples]) == []


@pytest.mark.parametrize(
    ("axiom", "fault"),
    [
        (
            ":A rdfs:subClassOf [ owl:onProperty :p ; owl:someValuesFrom :B ] .",
            "someValuesFrom may not stand in a super",
        ),
        ("[ owl:onProperty :p ; owl:allValuesFrom :B ] rdfs:subClassOf :A .", "allValuesFrom may not stand in a sub"),
        (":A owl:equivalentClass [ owl:unionOf ( :B :C ) ] .", "unionOf may not stand in a equivalent"),
        (":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality 2 ] .", "may only be 0 or 1"),
        (":A rdfs:subClassOf [ owl:onProperty :p ; owl:minCardinality 1 ] .", "minCardinality"),
        (":p a owl:ReflexiveProperty .", "reflexive"),
        (":d a owl:TransitiveProperty .", "no object property"),
        (":p owl:inverseOf :d .", "no object property"),
        (":p owl:propertyChainAxiom ( :q :d ) .", "no object property"),
        (":p owl:propertyChainAxiom ( :q ) .", "fewer than two"),
        (":p a owl:TransitiveProperty , owl:FunctionalProperty .", "is composite"),
        (":p rdfs:subPropertyOf :d .", "an object property and a data property"),
        ("owl:Thing rdfs:subClassOf :A .", "owl:Thing may only be a super-class"),
        (":p a owl:DatatypeProperty .", "an object property and a data property"),
    ],
)
def test_an_axiom_outside_the_profile_is_named(axiom: str, fault: str) -> None:
    assert any(fault in found for found in faults_of(axiom)), faults_of(axiom)


@pytest.mark.parametrize(
    "axiom",
    [
        "[ owl:onProperty :p ; owl:someValuesFrom :B ] rdfs:subClassOf :A .",
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:allValuesFrom :B ] .",
        ":A owl:equivalentClass [ owl:onProperty :p ; owl:hasValue :x ] .",
        ":A rdfs:subClassOf [ owl:onProperty :p ; owl:maxCardinality 1 ] .",
        ":p a owl:TransitiveProperty ; owl:inverseOf :q .",
    ],
)
def test_an_axiom_of_the_profile_is_no_fault(axiom: str) -> None:
    assert faults_of(axiom) == []


def test_no_property_has_a_domain_or_a_range(project: Project) -> None:
    triples = [triple for path in project.files(project.ontology) for _, *triple in read(path, project=project)]
    assert [t for t in triples if t[1].endswith(("rdf-schema#domain>", "rdf-schema#range>"))] == []
