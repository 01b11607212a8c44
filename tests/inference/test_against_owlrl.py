"""The closure equals that of owlrl, under the filter of ``oracle``."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.graph.quads import Graph
from kg.graph.terms import OWL, RDF, RDFS, TYPE
from kg.inference import owl
from kg.pipeline import load
from kg.project import Project
from kg.source.reader import Triple
from tests.inference.oracle import ours, theirs

E = [f"<http://e/{name}>" for name in "abcd"]
CLASSES = [f"<http://e/C{i}>" for i in range(4)]
PROPERTIES = [f"<http://e/p{i}>" for i in range(4)]


def test_the_fixture_closes_as_owlrl_closes_it(town: Project) -> None:
    graph = Graph.create()
    load(town, graph)
    asserted = set(graph.asserted())
    assert ours(asserted)
    assert ours(asserted) == theirs(asserted)


@st.composite
def ontologies(draw: st.DrawFn) -> set[Triple]:
    """A little ontology of the axioms that the rules know, and a few facts."""
    klass, prop, thing = st.sampled_from(CLASSES), st.sampled_from(PROPERTIES), st.sampled_from(E)
    pairs = [
        (owl.SUB_CLASS, klass),
        (owl.EQUIVALENT_CLASS, klass),
        (owl.SUB_PROPERTY, prop),
        (owl.EQUIVALENT_PROPERTY, prop),
        (owl.INVERSE, prop),
    ]
    triples: set[Triple] = set()
    for predicate, term in draw(st.lists(st.sampled_from(pairs), max_size=4)):
        triples.add((draw(term), predicate, draw(term)))
    for kind in draw(st.lists(st.sampled_from([owl.SYMMETRIC, owl.TRANSITIVE]), max_size=2)):
        triples.add((draw(prop), TYPE, kind))
    for number in range(draw(st.integers(0, 1))):
        steps = draw(st.lists(prop, min_size=2, max_size=3))
        nodes = [f"_:chain{number}x{i}" for i in range(len(steps))] + [f"<{RDF}nil>"]
        triples.add((draw(prop), owl.CHAIN, nodes[0]))
        for i, step in enumerate(steps):
            triples |= {(nodes[i], owl.FIRST, step), (nodes[i], owl.REST, nodes[i + 1])}
    for number in range(draw(st.integers(0, 1))):
        restriction = f"_:restriction{number}"
        triples |= {
            (restriction, owl.HAS_VALUE, draw(thing)),
            (restriction, owl.ON_PROPERTY, draw(prop)),
            (draw(klass), draw(st.sampled_from([owl.SUB_CLASS, owl.EQUIVALENT_CLASS])), restriction),
        }
    for _ in range(draw(st.integers(1, 6))):
        triples.add((draw(thing), draw(prop), draw(thing)))
    for _ in range(draw(st.integers(0, 3))):
        triples.add((draw(thing), TYPE, draw(klass)))
    return triples


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(ontologies())
def test_random_ontologies_close_as_owlrl_closes_them(triples: set[Triple]) -> None:
    assert ours(triples) == theirs(triples)


def test_a_literal_never_becomes_a_subject() -> None:
    inverse = (PROPERTIES[0], owl.INVERSE, PROPERTIES[1])
    assert ours({inverse, (E[0], PROPERTIES[0], '"text"')}) == set()


def test_axioms_that_no_rule_covers_are_named() -> None:
    triples = [(PROPERTIES[0], TYPE, f"<{OWL}FunctionalProperty>"), (PROPERTIES[0], f"<{RDFS}domain>", CLASSES[0])]
    assert owl.ignored(triples) == ["FunctionalProperty", "rdfs:domain"]
