"""Universities in the manner of LUBM: the same triples for the same number of them, anywhere."""

import random
from collections.abc import Iterator

from datasets import line

ONTOLOGY = """@prefix : <https://example.org/u#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:Professor rdfs:subClassOf :Faculty . :Lecturer rdfs:subClassOf :Faculty . :Faculty rdfs:subClassOf :Employee .
:Employee rdfs:subClassOf :Person . :Student rdfs:subClassOf :Person . :Graduate rdfs:subClassOf :Student .
:Department rdfs:subClassOf :Organization . :University rdfs:subClassOf :Organization .
:Group rdfs:subClassOf :Organization .
:partOf a owl:TransitiveProperty . :headOf rdfs:subPropertyOf :worksFor . :worksFor rdfs:subPropertyOf :memberOf .
:memberOf owl:inverseOf :member . :degreeFrom owl:inverseOf :hasAlumnus . :doctorOf rdfs:subPropertyOf :degreeFrom .
:advisor rdfs:domain :Person ; rdfs:range :Professor . :teaches rdfs:domain :Faculty ; rdfs:range :Course .
:HeadOfSome a owl:Restriction ; owl:onProperty :headOf ; owl:someValuesFrom :Department .
:Chair owl:equivalentClass :HeadOfSome .
:affiliatedWith owl:propertyChainAxiom ( :memberOf :partOf ) .
"""
SHAPES = """@prefix : <https://example.org/u#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
:StudentShape a sh:NodeShape ; sh:targetClass :Student ;
    sh:property [ sh:path :takes ; sh:minCount 1 ; sh:maxCount 4 ; sh:class :Course ] ;
    sh:property [ sh:path :name ; sh:minCount 1 ; sh:maxCount 1 ; sh:pattern "^Student [0-9]+$" ] .
:FacultyShape a sh:NodeShape ; sh:targetClass :Faculty ;
    sh:property [ sh:path :doctorOf ; sh:minCount 1 ; sh:class :University ] ;
    sh:property [ sh:path :teaches ; sh:minCount 1 ; sh:nodeKind sh:IRI ] .
:DepartmentShape a sh:NodeShape ; sh:targetClass :Department ;
    sh:property [ sh:path [ sh:inversePath :headOf ] ; sh:minCount 1 ; sh:maxCount 1 ] .
"""


def lines(universities: int) -> Iterator[str]:
    """Yield the lines of so many universities, about 90 000 each."""
    chance = random.Random(20190630)
    for u in range(universities):
        yield line(f"u{u}", "a", "University")
        for d in range(18):
            place = f"u{u}d{d}"
            yield line(place, "a", "Department")
            yield line(place, "partOf", f"u{u}", thing=True)
            for g in range(12):
                yield line(f"{place}g{g}", "a", "Group")
                yield line(f"{place}g{g}", "partOf", place, thing=True)
            courses = [f"{place}c{c}" for c in range(60)]
            for course in courses:
                yield line(course, "a", "Course")
            faculty = [f"{place}f{f}" for f in range(36)]
            for f, one in enumerate(faculty):
                yield line(one, "a", "Professor" if f < 24 else "Lecturer")
                yield line(one, "headOf" if f == 0 else "worksFor", place, thing=True)
                yield line(one, "doctorOf", f"u{chance.randrange(universities)}", thing=True)
                for course in chance.sample(courses, 2):
                    yield line(one, "teaches", course, thing=True)
            for s in range(620):
                one = f"{place}s{s}"
                yield line(one, "a", "Graduate" if s % 5 == 0 else "Student")
                yield line(one, "memberOf", place, thing=True)
                yield line(one, "name", f'"Student {s}"' if s % 200 else f'"student {s}"')
                yield line(one, "advisor", faculty[chance.randrange(24)], thing=True)
                for course in chance.sample(courses, 1 + s % 4):
                    yield line(one, "takes", course, thing=True)
