"""The rules of properties (OWL 2 Profiles, table 5), and those between them (table 9)."""

from collections.abc import Iterator

from kg.graph.terms import TYPE
from kg.inference.owl.schema import (
    CHAIN,
    DOMAIN,
    EQUIVALENT_PROPERTY,
    INVERSE,
    RANGE,
    SUB_CLASS,
    SUB_PROPERTY,
    SYMMETRIC,
    TRANSITIVE,
    Schema,
)  # fmt: skip
from kg.inference.rules import Rule


def property_rules(schema: Schema) -> Iterator[Rule]:
    """Yield the rules that the axioms of properties stand for."""
    yield from _hierarchy(schema)
    yield from _characteristics(schema)
    yield from _chains(schema)
    yield from _ends(schema)


def _hierarchy(schema: Schema) -> Iterator[Rule]:
    # prp-spo1: T(?p1, rdfs:subPropertyOf, ?p2), T(?x, ?p1, ?y) → T(?x, ?p2, ?y); likewise prp-eqp1, prp-eqp2
    for name, predicate, turned in (
        ("prp-spo1", SUB_PROPERTY, False),
        ("prp-eqp1", EQUIVALENT_PROPERTY, False),
        ("prp-eqp2", EQUIVALENT_PROPERTY, True),
    ):
        for one, other in schema[predicate]:
            lower, upper = (other, one) if turned else (one, other)
            if lower != upper:
                yield schema.rule(name, ("?x", upper, "?y"), [("?x", lower, "?y")], (one, predicate, other))
    # scm-spo: the hierarchy is transitive; scm-eqp1, scm-eqp2: equivalence is subsumption both ways
    if schema[SUB_PROPERTY] or schema[EQUIVALENT_PROPERTY]:
        below, same = SUB_PROPERTY, EQUIVALENT_PROPERTY
        yield schema.rule("scm-spo", ("?a", below, "?c"), [("?a", below, "?b"), ("?b", below, "?c")])
        yield schema.rule("scm-eqp2", ("?a", same, "?b"), [("?a", below, "?b"), ("?b", below, "?a")])
        yield schema.rule("scm-eqp1", ("?a", below, "?b"), [("?a", same, "?b")])
        yield schema.rule("scm-eqp1", ("?b", below, "?a"), [("?a", same, "?b")])


def _characteristics(schema: Schema) -> Iterator[Rule]:
    # prp-inv1, prp-inv2: T(?p1, owl:inverseOf, ?p2), T(?x, ?p1, ?y) → T(?y, ?p2, ?x), and the other way round
    for one, other in schema[INVERSE]:
        axiom = (one, INVERSE, other)
        yield schema.rule("prp-inv1", ("?y", other, "?x"), [("?x", one, "?y")], axiom)
        yield schema.rule("prp-inv2", ("?y", one, "?x"), [("?x", other, "?y")], axiom)
    for prop, kind in schema[TYPE]:
        axiom = (prop, TYPE, kind)
        if kind == SYMMETRIC:  # prp-symp: T(?x, ?p, ?y) → T(?y, ?p, ?x)
            yield schema.rule("prp-symp", ("?y", prop, "?x"), [("?x", prop, "?y")], axiom)
        elif kind == TRANSITIVE:  # prp-trp: T(?x, ?p, ?y), T(?y, ?p, ?z) → T(?x, ?p, ?z)
            yield schema.rule("prp-trp", ("?x", prop, "?z"), [("?x", prop, "?y"), ("?y", prop, "?z")], axiom)


def _chains(schema: Schema) -> Iterator[Rule]:
    # prp-spo2: T(?p, owl:propertyChainAxiom, (?p1 … ?pn)), T(?u1, ?p1, ?u2) … → T(?u1, ?p, ?un+1)
    for prop, node in schema[CHAIN]:
        axiom = (prop, CHAIN, node)
        steps = schema.list(node, f"the property chain of {prop}", "prp-spo2")
        body = [(f"?u{i}", step, f"?u{i + 1}") for i, step in enumerate(steps)]
        yield schema.rule("prp-spo2", ("?u0", prop, f"?u{len(steps)}"), body, axiom)


def _ends(schema: Schema) -> Iterator[Rule]:
    # prp-dom: T(?p, rdfs:domain, ?c), T(?x, ?p, ?y) → T(?x, rdf:type, ?c); prp-rng likewise of ?y
    for name, end, place in (("dom", DOMAIN, "?x"), ("rng", RANGE, "?y")):
        for prop, kind in schema[end]:
            yield schema.rule(f"prp-{name}", (place, TYPE, kind), [("?x", prop, "?y")], (prop, end, kind))
        if schema[end]:  # of a class, its superclasses; of a property, its subproperties
            yield schema.rule(f"scm-{name}1", ("?p", end, "?d"), [("?p", end, "?c"), ("?c", SUB_CLASS, "?d")])
            yield schema.rule(f"scm-{name}2", ("?p", end, "?c"), [("?q", end, "?c"), ("?p", SUB_PROPERTY, "?q")])
