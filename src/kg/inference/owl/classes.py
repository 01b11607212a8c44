"""The rules of classes (OWL 2 Profiles, tables 6 and 7), and those between them (table 9)."""

from collections.abc import Iterator

from kg.graph.terms import TYPE
from kg.inference.owl.schema import (
    ALL,
    CLASS,
    DATATYPE_PROPERTY,
    EQUIVALENT_CLASS,
    HAS_VALUE,
    INTERSECTION,
    NOTHING,
    OBJECT_PROPERTY,
    ON_PROPERTY,
    ONE_OF,
    SOME,
    SUB_CLASS,
    SUB_PROPERTY,
    THING,
    UNION,
    Schema,
)  # fmt: skip
from kg.inference.rules import Atom, Rule

# scm-cls, scm-op, scm-dp: what is declared a class or a property is below itself, a class also between owl:Nothing and
# owl:Thing, which no triple here says.
_ITSELF: tuple[Atom, ...] = (("?x", TYPE, CLASS), ("?p", TYPE, OBJECT_PROPERTY), ("?p", TYPE, DATATYPE_PROPERTY))


def class_rules(schema: Schema) -> Iterator[Rule]:
    """Yield the rules that the axioms of classes stand for."""
    yield from _hierarchy(schema)
    yield from _ends(schema)
    yield from _sets(schema)
    yield from _values(schema)
    yield from _restrictions(schema)
    yield from _between_restrictions(schema)


def _hierarchy(schema: Schema) -> Iterator[Rule]:
    # cax-sco: T(?c1, rdfs:subClassOf, ?c2), T(?x, rdf:type, ?c1) → T(?x, rdf:type, ?c2); likewise cax-eqc1, cax-eqc2
    for name, predicate, turned in (
        ("cax-sco", SUB_CLASS, False),
        ("cax-eqc1", EQUIVALENT_CLASS, False),
        ("cax-eqc2", EQUIVALENT_CLASS, True),
    ):
        for one, other in schema[predicate]:
            lower, upper = (other, one) if turned else (one, other)
            if lower != upper:
                yield schema.rule(name, ("?x", TYPE, upper), [("?x", TYPE, lower)], (one, predicate, other))
    # scm-sco: the hierarchy is transitive; scm-eqc1, scm-eqc2: equivalence is subsumption both ways
    if any(schema[p] for p in (SUB_CLASS, EQUIVALENT_CLASS, INTERSECTION, UNION, SOME, ALL, HAS_VALUE)):
        below, same = SUB_CLASS, EQUIVALENT_CLASS
        yield schema.rule("scm-sco", ("?a", below, "?c"), [("?a", below, "?b"), ("?b", below, "?c")])
        yield schema.rule("scm-eqc2", ("?a", same, "?b"), [("?a", below, "?b"), ("?b", below, "?a")])
        yield schema.rule("scm-eqc1", ("?a", below, "?b"), [("?a", same, "?b")])
        yield schema.rule("scm-eqc1", ("?b", below, "?a"), [("?a", same, "?b")])


def _ends(schema: Schema) -> Iterator[Rule]:
    # scm-cls: T(?c, rdf:type, owl:Class) → T(?c, rdfs:subClassOf, owl:Thing), T(owl:Nothing, rdfs:subClassOf, ?c);
    # where axioms speak of neither, that everything is a thing gives nothing more.
    if schema.names(THING) or schema.names(NOTHING):
        for kind in schema.members_of(CLASS):
            if kind not in (THING, NOTHING):
                yield schema.rule("scm-cls", (kind, SUB_CLASS, THING), [(kind, TYPE, CLASS)])
                yield schema.rule("scm-cls", (NOTHING, SUB_CLASS, kind), [(kind, TYPE, CLASS)])


def _sets(schema: Schema) -> Iterator[Rule]:
    for kind, node in schema[INTERSECTION]:
        axiom = (kind, INTERSECTION, node)
        parts = schema.list(node, f"the intersection {kind}", "cls-int1")
        # cls-int1: T(?y, rdf:type, ?c1) … T(?y, rdf:type, ?cn) → T(?y, rdf:type, ?c); cls-int2: the other way round
        yield schema.rule("cls-int1", ("?y", TYPE, kind), [("?y", TYPE, part) for part in dict.fromkeys(parts)], axiom)
        for part in parts:
            yield schema.rule("cls-int2", ("?y", TYPE, part), [("?y", TYPE, kind)], axiom)
            yield schema.rule("scm-int", (kind, SUB_CLASS, part), [axiom])
    for kind, node in schema[UNION]:
        axiom = (kind, UNION, node)
        for part in schema.list(node, f"the union {kind}", "cls-uni", empty=True):
            # cls-uni: T(?y, rdf:type, ?ci) → T(?y, rdf:type, ?c)
            yield schema.rule("cls-uni", ("?y", TYPE, kind), [("?y", TYPE, part)], axiom)
            yield schema.rule("scm-uni", (part, SUB_CLASS, kind), [axiom])
    for kind, node in schema[ONE_OF]:
        for member in schema.list(node, f"the enumeration {kind}", "cls-oo", empty=True):
            # cls-oo: T(?c, owl:oneOf, (?y1 … ?yn)) → T(?yi, rdf:type, ?c)
            yield schema.rule("cls-oo", (member, TYPE, kind), [(kind, ONE_OF, node)])


def _values(schema: Schema) -> Iterator[Rule]:
    for node, value in schema[HAS_VALUE]:
        for prop in schema.all(node, ON_PROPERTY):
            axioms = ((node, HAS_VALUE, value), (node, ON_PROPERTY, prop))
            # cls-hv1: T(?u, rdf:type, ?x) → T(?u, ?p, ?y); cls-hv2: T(?u, ?p, ?y) → T(?u, rdf:type, ?x)
            yield schema.rule("cls-hv1", ("?u", prop, value), [("?u", TYPE, node)], *axioms)
            yield schema.rule("cls-hv2", ("?u", TYPE, node), [("?u", prop, value)], *axioms)


def _restrictions(schema: Schema) -> Iterator[Rule]:
    for node, kind in schema[SOME]:
        for prop in schema.all(node, ON_PROPERTY):
            axioms = ((node, SOME, kind), (node, ON_PROPERTY, prop))
            # cls-svf1: T(?u, ?p, ?v), T(?v, rdf:type, ?y) → T(?u, rdf:type, ?x); cls-svf2: for owl:Thing, any ?v
            values = [] if kind == THING else [("?v", TYPE, kind)]
            name = "cls-svf2" if kind == THING else "cls-svf1"
            yield schema.rule(name, ("?u", TYPE, node), [("?u", prop, "?v"), *values], *axioms)
    for node, kind in schema[ALL]:
        for prop in schema.all(node, ON_PROPERTY):
            axioms = ((node, ALL, kind), (node, ON_PROPERTY, prop))
            # cls-avf: T(?u, rdf:type, ?x), T(?u, ?p, ?v) → T(?v, rdf:type, ?y)
            yield schema.rule("cls-avf", ("?v", TYPE, kind), [("?u", TYPE, node), ("?u", prop, "?v")], *axioms)


def _between_restrictions(schema: Schema) -> Iterator[Rule]:
    on = [("?c", ON_PROPERTY, "?p"), ("?d", ON_PROPERTY, "?q")]
    same = [("?c", ON_PROPERTY, "?p"), ("?d", ON_PROPERTY, "?p")]
    for name, to in (("svf", SOME), ("avf", ALL)):
        if len(schema[to]) > 1:
            narrower = [("?c", to, "?x"), ("?d", to, "?y"), ("?x", SUB_CLASS, "?y")]
            yield schema.rule(f"scm-{name}1", ("?c", SUB_CLASS, "?d"), [*narrower, *same])
            for itself in _ITSELF:
                alike = [("?c", to, "?x"), ("?d", to, "?x")]
                yield schema.rule(f"scm-{name}1", ("?c", SUB_CLASS, "?d"), [*alike, *same, itself])
            for lower, upper, known in (
                (THING, THING, []),
                ("?x", THING, [("?x", TYPE, CLASS)]),
                (NOTHING, "?y", [("?y", TYPE, CLASS)]),
                (NOTHING, NOTHING, []),
                (NOTHING, THING, []),
            ):
                alike = [("?c", to, lower), ("?d", to, upper)]
                yield schema.rule(f"scm-{name}1", ("?c", SUB_CLASS, "?d"), [*alike, *same, *known])
            # all values of a broader property are fewer things: the other way round
            link = ("?c", SUB_CLASS, "?d") if to == SOME else ("?d", SUB_CLASS, "?c")
            alike = [("?c", to, "?x"), ("?d", to, "?x"), ("?p", SUB_PROPERTY, "?q")]
            yield schema.rule(f"scm-{name}2", link, [*alike, *on])
    if len(schema[HAS_VALUE]) > 1:
        alike = [("?c", HAS_VALUE, "?x"), ("?d", HAS_VALUE, "?x"), ("?p", SUB_PROPERTY, "?q")]
        yield schema.rule("scm-hv", ("?c", SUB_CLASS, "?d"), [*alike, *on])
        for itself in _ITSELF[1:]:
            alike = [("?c", HAS_VALUE, "?x"), ("?d", HAS_VALUE, "?x")]
            yield schema.rule("scm-hv", ("?c", SUB_CLASS, "?d"), [*alike, *same, itself])
