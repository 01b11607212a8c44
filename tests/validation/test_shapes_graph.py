"""Shapes graphs that are not valid SHACL, and what a shape says."""

import pyoxigraph as ox
import pytest

from kg.errors import ShapeError
from kg.graph.quads import Graph
from kg.source.reader import Triple
from kg.validation.report import Report
from kg.validation.validate import validate

HEAD = """
@prefix e: <http://e/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def triples(turtle: str) -> list[Triple]:
    return [
        (str(q.subject), str(q.predicate), str(q.object)) for q in ox.parse(HEAD + turtle, format=ox.RdfFormat.TURTLE)
    ]


def report(shapes: str, data: str = "e:a a e:C ; e:p 'x' .") -> Report:
    shape_triples = triples(shapes)
    graph = Graph.create()
    graph.load(
        [
            ("a.ttl", "data", [("<http://g>", *t) for t in triples(data)]),
            ("s.ttl", "shapes", [("<http://s>", *t) for t in shape_triples]),
        ]
    )
    return validate(graph, shape_triples)


ILL_FORMED = {
    "e:S sh:targetNode e:a ; sh:minCount 1 .": "sh:minCount is for property shapes",
    "e:S sh:targetNode e:a ; sh:datatype xsd:date , xsd:string .": "more than one sh:datatype",
    "e:S sh:targetNode e:a ; sh:path e:p , e:q .": "more than one sh:path",
    "e:S a sh:PropertyShape ; sh:targetNode e:a .": "a property shape has a sh:path",
    "e:S sh:targetNode e:a ; sh:path [] .": "not a SHACL path",
    "e:S sh:targetNode e:a ; sh:path e:p ; sh:minCount 'one' .": "sh:minCount is an integer",
    "e:S sh:targetNode e:a ; sh:class 'C' .": "sh:class is an IRI",
    "e:S sh:targetNode e:a ; sh:nodeKind e:IRI .": "sh:nodeKind is one of",
    "e:S sh:targetNode e:a ; sh:closed 1 .": "sh:closed is true or false",
    "e:S sh:targetNode e:a ; sh:in e:list .": "not a well-formed list",
    "e:S sh:targetNode e:a ; sh:property [ sh:class e:C ] .": "has no sh:path",
    "e:S sh:targetNode e:a ; sh:node [ sh:path e:p ] .": "has a sh:path",
    "e:S sh:targetNode e:a ; sh:not 'shape' .": "a literal is not a shape",
    "e:S sh:targetNode e:a ; sh:pattern '(' .": "not a regular expression",
    "e:S sh:targetNode e:a ; sh:pattern 'x' ; sh:flags 'z' .": "sh:flags has z",
    "e:S sh:targetNode e:a ; sh:sparql [ sh:message 'none' ] .": "no sh:select",
    "e:S sh:targetNode e:a ; sh:sparql [ sh:select 'SELEC $this {}' ] .": "does not parse",
    "e:S sh:targetNode e:a ; sh:node e:T . e:T sh:not e:S .": "refers to itself",
    "e:K a sh:ConstraintComponent ; sh:parameter [ sh:path 'x' ] . e:S sh:targetNode e:a .": "a sh:path that is an IRI",
}


@pytest.mark.parametrize("shapes", ILL_FORMED)
def test_an_ill_formed_shape_is_refused_with_the_reason_and_the_file(shapes: str) -> None:
    with pytest.raises(ShapeError, match=ILL_FORMED[shapes]) as caught:
        report(shapes)
    assert "http://e/S" in str(caught.value) or "http://e/K" in str(caught.value)
    assert caught.value.file == "s.ttl"


def test_a_shape_without_message_says_what_is_right_in_both_languages() -> None:
    (finding,) = report("e:S sh:targetNode e:a ; sh:property [ sh:path e:p ; sh:maxLength 0 ] .").findings
    assert finding.message("en") == "The value has at most 0 characters."
    assert finding.message("fr") == "La valeur a au plus 0 caractère."


def test_the_variables_of_a_message_are_filled() -> None:
    query = "SELECT $this ?value { $this <http://e/p> ?value FILTER(STRLEN(?value) = 1) }"
    shapes = f"""e:S sh:targetNode e:a ; sh:sparql
        [ sh:select "{query}" ; sh:message "{{$this}} has {{?value}} and {{?other}}"@en ] ."""
    (finding,) = report(shapes).findings
    assert finding.messages == {"en": "http://e/a has x and {?other}"}
    assert (finding.value, finding.path, finding.file) == ('"x"', None, "a.ttl")


def test_a_query_with_inner_groups_gives_what_one_without_them_gives() -> None:
    plain = "SELECT $this ?value { $this <http://e/p> ?value }"
    inner = "SELECT $this ?value { { $this <http://e/p> ?value FILTER bound($this) } UNION { FILTER(false) } }"
    counted = "SELECT $this (COUNT(?x) AS ?value) { $this <http://e/p> ?x } GROUP BY $this HAVING (COUNT(?x) > 1)"
    data = "e:a e:p 'x' . e:b e:p 'y' , 'z' . _:c e:p 'v' ; e:q e:b ."

    def found(query: str) -> list[str | None]:
        shapes = f'e:S sh:targetSubjectsOf e:p ; sh:sparql [ sh:select "{query}" ] .'
        return sorted(str(f.value) for f in report(shapes, data).findings)

    assert found(plain) == found(inner) == ['"v"', '"x"', '"y"', '"z"']
    assert found(counted) == ['"2"^^<http://www.w3.org/2001/XMLSchema#integer>']


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [("^x$", True), ("(.)\\\\1", False), ("x(?!y)", True), ("X", False), ("[[:alpha:]]", True)],
)
def test_a_pattern_that_the_engine_does_not_take_is_pythons(pattern: str, matches: bool) -> None:
    assert report(f'e:S sh:targetObjectsOf e:p ; sh:pattern "{pattern}" .').conforms == matches


def test_flags_change_a_pattern() -> None:
    for pattern, flags in (("X", "i"), ("x y z", "x"), (".", "q")):
        shapes = f'e:S sh:targetObjectsOf e:p ; sh:pattern "{pattern}" ; sh:flags "{flags}" .'
        assert report(shapes, "e:a e:p 'xyz' .").conforms == (flags != "q")


def test_an_empty_list_of_shapes_or_values_is_one() -> None:
    assert not report("e:S sh:targetNode e:a ; sh:in () .").conforms
    assert not report("e:S sh:targetNode e:a ; sh:or () .").conforms
    assert report("e:S sh:targetNode e:a ; sh:and () .").conforms


def test_a_class_that_is_a_shape_is_its_own_target() -> None:
    shapes = "e:C a owl:Class , sh:NodeShape ; sh:property [ sh:path e:q ; sh:minCount 1 ] ."
    assert [f.focus for f in report(shapes).findings] == ["<http://e/a>"]
