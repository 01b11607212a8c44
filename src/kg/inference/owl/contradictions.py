"""The rules that find a graph to contradict itself: those of OWL 2 RL whose conclusion is ``false``."""

from collections.abc import Iterator

from kg.graph.terms import TYPE
from kg.inference.owl.identity import limits
from kg.inference.owl.schema import (
    ALL_DIFFERENT,
    ALL_DISJOINT_CLASSES,
    ALL_DISJOINT_PROPERTIES,
    ASSERTION,
    ASYMMETRIC,
    COMPLEMENT,
    DIFFERENT,
    DISJOINT,
    DISTINCT_MEMBERS,
    IRREFLEXIVE,
    MEMBERS,
    NOTHING,
    PROPERTY_DISJOINT,
    SAME,
    SOURCE,
    TARGET,
    TARGET_VALUE,
    Schema,
)  # fmt: skip
from kg.inference.rules import ONE, OTHER, Atom, Denial
from kg.source.reader import Triple


def contradictions(schema: Schema) -> Iterator[Denial]:
    """Yield each way in which these axioms can be contradicted (tables 4 to 7); a list is one, for all its pairs."""
    yield schema.false("eq-diff1", [("?x", SAME, "?y"), ("?x", DIFFERENT, "?y")])
    yield schema.false("eq-diff1", [("?x", DIFFERENT, "?x")])  # by eq-ref
    yield schema.false("cls-nothing2", [("?x", TYPE, NOTHING)])
    yield from _different(schema)
    yield from _properties(schema)
    yield from _classes(schema)


def _different(schema: Schema) -> Iterator[Denial]:
    # eq-diff2, eq-diff3: two members of an owl:AllDifferent are the same
    for name, predicate in (("eq-diff2", MEMBERS), ("eq-diff3", DISTINCT_MEMBERS)):
        for members, axioms in _lists(schema, ALL_DIFFERENT, predicate, name):
            yield schema.false(name, [(ONE, SAME, OTHER)], *axioms, members=members)
            if len(set(members)) < len(members):  # by eq-ref
                yield schema.false(name, axioms, *axioms)


def _properties(schema: Schema) -> Iterator[Denial]:
    for prop in schema.members_of(IRREFLEXIVE):  # prp-irp: T(?x, ?p, ?x)
        yield schema.false("prp-irp", [("?x", prop, "?x")], (prop, TYPE, IRREFLEXIVE))
    for prop in schema.members_of(ASYMMETRIC):  # prp-asyp: T(?x, ?p, ?y), T(?y, ?p, ?x)
        yield schema.false("prp-asyp", [("?x", prop, "?y"), ("?y", prop, "?x")], (prop, TYPE, ASYMMETRIC))
    for one, other in schema[PROPERTY_DISJOINT]:  # prp-pdw: T(?x, ?p1, ?y), T(?x, ?p2, ?y)
        axiom = (one, PROPERTY_DISJOINT, other)
        yield schema.false("prp-pdw", [("?x", one, "?y"), ("?x", other, "?y")], axiom)
    # prp-adp: likewise of two members of a list
    for members, axioms in _lists(schema, ALL_DISJOINT_PROPERTIES, MEMBERS, "prp-adp"):
        yield schema.false("prp-adp", [("?x", ONE, "?y"), ("?x", OTHER, "?y")], *axioms, members=members)
    # prp-npa1, prp-npa2: what a negative assertion denies holds
    for node, source in schema[SOURCE]:
        for prop in schema.all(node, ASSERTION):
            for name, predicate in (("prp-npa1", TARGET), ("prp-npa2", TARGET_VALUE)):
                for target in schema.all(node, predicate):
                    axioms = [(node, SOURCE, source), (node, ASSERTION, prop), (node, predicate, target)]
                    yield schema.false(name, [(source, prop, target)], *axioms)


def _classes(schema: Schema) -> Iterator[Denial]:
    for one, other in schema[COMPLEMENT]:  # cls-com: T(?x, rdf:type, ?c1), T(?x, rdf:type, ?c2)
        yield schema.false("cls-com", _both(one, other), (one, COMPLEMENT, other))
    for one, other in schema[DISJOINT]:  # cax-dw: likewise
        yield schema.false("cax-dw", _both(one, other), (one, DISJOINT, other))
    # cax-adc: likewise of two members of a list
    for members, axioms in _lists(schema, ALL_DISJOINT_CLASSES, MEMBERS, "cax-adc"):
        yield schema.false("cax-adc", _both(ONE, OTHER), *axioms, members=members)
    for name, node, prop, kind, axioms in limits(schema, 0):  # cls-maxc1, cls-maxqc1, cls-maxqc2: there is a value
        body: list[Atom] = [("?u", TYPE, node), ("?u", prop, "?y")]
        yield schema.false(name, body if kind is None else [*body, ("?y", TYPE, kind)], *axioms)


def _lists(schema: Schema, kind: str, predicate: str, rule: str) -> Iterator[tuple[list[str], list[Triple]]]:
    """Yield the members of the lists of the axioms of a class, with these axioms, where there are two at least."""
    for node in schema.members_of(kind):
        for head in schema.all(node, predicate):
            members = schema.list(head, f"what {node} says to differ or be disjoint", rule, empty=True)
            if len(members) > 1:
                yield members, [(node, TYPE, kind), (node, predicate, head)]


def _both(one: str, other: str) -> list[Atom]:
    return [("?x", TYPE, one), ("?x", TYPE, other)]
