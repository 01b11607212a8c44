"""OWL 2 RL axioms as rules, one per axiom present (OWL 2 Profiles, section 4.3, tables 5, 6, 7 and 9).

Rules of this version, by their names in the standard: cax-sco, cax-eqc1, cax-eqc2; prp-dom, prp-rng, prp-spo1,
prp-spo2, prp-eqp1, prp-eqp2, prp-inv1, prp-inv2, prp-symp, prp-trp; cls-int1, cls-int2, cls-uni, cls-oo, cls-svf1,
cls-svf2, cls-avf, cls-hv1, cls-hv2; scm-sco, scm-spo, scm-eqc1, scm-eqc2, scm-eqp1, scm-eqp2, scm-dom1, scm-dom2,
scm-rng1, scm-rng2, scm-int, scm-uni, scm-svf1, scm-svf2, scm-avf1, scm-avf2, scm-hv; and the consistency rule cax-dw.
``ignored`` names the axioms of a graph that they do not cover.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from kg.errors import SourceError
from kg.graph.terms import OWL, RDF, RDFS, TYPE
from kg.inference.rules import Atom, Rule
from kg.source.reader import Triple

SUB_CLASS = f"<{RDFS}subClassOf>"
SUB_PROPERTY = f"<{RDFS}subPropertyOf>"
FIRST, REST, NIL = f"<{RDF}first>", f"<{RDF}rest>", f"<{RDF}nil>"


def _owl(name: str) -> str:
    return f"<{OWL}{name}>"


EQUIVALENT_CLASS = _owl("equivalentClass")
EQUIVALENT_PROPERTY = _owl("equivalentProperty")
INVERSE = _owl("inverseOf")
CHAIN = _owl("propertyChainAxiom")
HAS_VALUE = _owl("hasValue")
ON_PROPERTY = _owl("onProperty")
DISJOINT = _owl("disjointWith")
DOMAIN, RANGE = f"<{RDFS}domain>", f"<{RDFS}range>"
INTERSECTION, UNION, ONE_OF = _owl("intersectionOf"), _owl("unionOf"), _owl("oneOf")
SOME, ALL = _owl("someValuesFrom"), _owl("allValuesFrom")
THING, NOTHING, CLASS = _owl("Thing"), _owl("Nothing"), _owl("Class")
SYMMETRIC = _owl("SymmetricProperty")
TRANSITIVE = _owl("TransitiveProperty")

SCHEMA = (
    SUB_CLASS, SUB_PROPERTY, EQUIVALENT_CLASS, EQUIVALENT_PROPERTY, INVERSE, CHAIN, HAS_VALUE, ON_PROPERTY, DISJOINT,
    FIRST, REST,
)  # fmt: skip
"""The predicates whose triples ``rules`` reads, besides rdf:type."""

_IGNORED_PREDICATES = {
    _owl(name): name
    for name in (
        "AllDifferent", "assertionProperty", "cardinality", "complementOf", "differentFrom",
        "disjointUnionOf", "hasKey", "maxCardinality", "maxQualifiedCardinality", "members",
        "minCardinality", "onDataRange", "onDatatype", "propertyDisjointWith", "qualifiedCardinality",
        "sameAs",
    )
}  # fmt: skip
_IGNORED_TYPES = {
    _owl(name): name
    for name in (
        "AllDisjointClasses", "AllDisjointProperties", "AsymmetricProperty", "FunctionalProperty",
        "InverseFunctionalProperty", "IrreflexiveProperty", "NegativePropertyAssertion", "ReflexiveProperty",
    )
}  # fmt: skip


def rules(triples: Iterable[Triple]) -> list[Rule]:
    """Return the rules that the axioms among ``triples`` stand for, sorted by name and axiom.

    Raises SourceError for a property chain that is not a well-formed list.
    """
    schema: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for s, p, o in triples:
        schema[p].append((s, o))
    found = [
        *_subsumption(schema),
        *_characteristics(schema),
        *_chains(schema),
        *_values(schema),
        *_ends(schema),
        *_sets(schema),
        *_restrictions(schema),
    ]
    return sorted(found, key=lambda rule: (rule.name, rule.axioms))


def is_axiom(predicate: str, kind: str | None) -> bool:
    """Tell whether a triple with this predicate, and this class for rdf:type, can be of an axiom."""
    return predicate in SCHEMA or (predicate == TYPE and kind is not None and kind.startswith((f"<{OWL}", f"<{RDFS}")))


def disjoint_classes(triples: Iterable[Triple]) -> list[tuple[str, str]]:
    """Return the pairs of classes declared disjoint (cax-dw), sorted."""
    return sorted((s, o) for s, p, o in triples if p == DISJOINT)


def ignored(triples: Iterable[Triple]) -> list[str]:
    """Return the names of OWL constructs among ``triples`` that no rule of this version covers, sorted."""
    names = set()
    for _, p, o in triples:
        if p in _IGNORED_PREDICATES:
            names.add(_IGNORED_PREDICATES[p])
        elif p == TYPE and o in _IGNORED_TYPES:
            names.add(_IGNORED_TYPES[o])
    return sorted(names)


Schema = defaultdict[str, list[tuple[str, str]]]


def _rule(name: str, head: Atom, body: Iterable[Atom], *axioms: Triple) -> Rule:
    return Rule(name, (head,), tuple(body), axioms)


def _subsumption(schema: Schema) -> Iterator[Rule]:
    # cax-sco: T(?c1, rdfs:subClassOf, ?c2), T(?x, rdf:type, ?c1) → T(?x, rdf:type, ?c2); likewise cax-eqc1, cax-eqc2
    for name, predicate, turned in (
        ("cax-sco", SUB_CLASS, False),
        ("cax-eqc1", EQUIVALENT_CLASS, False),
        ("cax-eqc2", EQUIVALENT_CLASS, True),
    ):
        for one, other in schema[predicate]:
            lower, upper = (other, one) if turned else (one, other)
            if lower != upper:
                yield _rule(name, ("?x", TYPE, upper), [("?x", TYPE, lower)], (one, predicate, other))
    # prp-spo1: T(?p1, rdfs:subPropertyOf, ?p2), T(?x, ?p1, ?y) → T(?x, ?p2, ?y); likewise prp-eqp1, prp-eqp2
    for name, predicate, turned in (
        ("prp-spo1", SUB_PROPERTY, False),
        ("prp-eqp1", EQUIVALENT_PROPERTY, False),
        ("prp-eqp2", EQUIVALENT_PROPERTY, True),
    ):
        for one, other in schema[predicate]:
            lower, upper = (other, one) if turned else (one, other)
            if lower != upper:
                yield _rule(name, ("?x", upper, "?y"), [("?x", lower, "?y")], (one, predicate, other))
    # scm-sco, scm-spo: both hierarchies are transitive; scm-eqc, scm-eqp: equivalence is subsumption both ways
    for kind, sub, same in (("c", SUB_CLASS, EQUIVALENT_CLASS), ("p", SUB_PROPERTY, EQUIVALENT_PROPERTY)):
        if schema[sub] or schema[same] or (kind == "c" and any(schema[p] for p in (INTERSECTION, UNION, *_TO_CLASSES))):
            transitive = "scm-sco" if kind == "c" else "scm-spo"
            yield _rule(transitive, ("?a", sub, "?c"), [("?a", sub, "?b"), ("?b", sub, "?c")])
            yield _rule(f"scm-eq{kind}2", ("?a", same, "?b"), [("?a", sub, "?b"), ("?b", sub, "?a")])
        if schema[same]:
            yield _rule(f"scm-eq{kind}1", ("?a", sub, "?b"), [("?a", same, "?b")])
            yield _rule(f"scm-eq{kind}1", ("?b", sub, "?a"), [("?a", same, "?b")])


def _characteristics(schema: Schema) -> Iterator[Rule]:
    # prp-inv1, prp-inv2: T(?p1, owl:inverseOf, ?p2), T(?x, ?p1, ?y) → T(?y, ?p2, ?x), and the other way round
    for one, other in schema[INVERSE]:
        axiom = (one, INVERSE, other)
        yield _rule("prp-inv1", ("?y", other, "?x"), [("?x", one, "?y")], axiom)
        yield _rule("prp-inv2", ("?y", one, "?x"), [("?x", other, "?y")], axiom)
    for prop, kind in schema[TYPE]:
        axiom = (prop, TYPE, kind)
        if kind == SYMMETRIC:  # prp-symp: T(?x, ?p, ?y) → T(?y, ?p, ?x)
            yield _rule("prp-symp", ("?y", prop, "?x"), [("?x", prop, "?y")], axiom)
        elif kind == TRANSITIVE:  # prp-trp: T(?x, ?p, ?y), T(?y, ?p, ?z) → T(?x, ?p, ?z)
            yield _rule("prp-trp", ("?x", prop, "?z"), [("?x", prop, "?y"), ("?y", prop, "?z")], axiom)


def _chains(schema: Schema) -> Iterator[Rule]:
    # prp-spo2: T(?p, owl:propertyChainAxiom, (?p1 … ?pn)), T(?u1, ?p1, ?u2) … → T(?u1, ?p, ?un+1)
    for prop, node in schema[CHAIN]:
        axiom = (prop, CHAIN, node)
        steps = _list(schema, node, f"the property chain of {prop}", "prp-spo2")
        body = [(f"?u{i}", step, f"?u{i + 1}") for i, step in enumerate(steps)]
        yield _rule("prp-spo2", ("?u0", prop, f"?u{len(steps)}"), body, axiom)


def _values(schema: Schema) -> Iterator[Rule]:
    properties = _properties(schema)
    for node, value in schema[HAS_VALUE]:
        for prop in properties[node]:
            axioms = ((node, HAS_VALUE, value), (node, ON_PROPERTY, prop))
            # cls-hv1: T(?u, rdf:type, ?x) → T(?u, ?p, ?y); cls-hv2: T(?u, ?p, ?y) → T(?u, rdf:type, ?x)
            yield _rule("cls-hv1", ("?u", prop, value), [("?u", TYPE, node)], *axioms)
            yield _rule("cls-hv2", ("?u", TYPE, node), [("?u", prop, value)], *axioms)


def _ends(schema: Schema) -> Iterator[Rule]:
    # prp-dom: T(?p, rdfs:domain, ?c), T(?x, ?p, ?y) → T(?x, rdf:type, ?c); prp-rng likewise of ?y
    for name, end, place in (("dom", DOMAIN, "?x"), ("rng", RANGE, "?y")):
        for prop, kind in schema[end]:
            yield _rule(f"prp-{name}", (place, TYPE, kind), [("?x", prop, "?y")], (prop, end, kind))
        if schema[end]:  # of a class, its superclasses; of a property, its subproperties
            yield _rule(f"scm-{name}1", ("?p", end, "?d"), [("?p", end, "?c"), ("?c", SUB_CLASS, "?d")])
            yield _rule(f"scm-{name}2", ("?p", end, "?c"), [("?q", end, "?c"), ("?p", SUB_PROPERTY, "?q")])


def _sets(schema: Schema) -> Iterator[Rule]:
    for kind, node in schema[INTERSECTION]:
        axiom = (kind, INTERSECTION, node)
        parts = _list(schema, node, f"the intersection {kind}", "cls-int1")
        # cls-int1: T(?y, rdf:type, ?c1) … T(?y, rdf:type, ?cn) → T(?y, rdf:type, ?c); cls-int2: the other way round
        yield _rule("cls-int1", ("?y", TYPE, kind), [("?y", TYPE, part) for part in dict.fromkeys(parts)], axiom)
        for part in parts:
            yield _rule("cls-int2", ("?y", TYPE, part), [("?y", TYPE, kind)], axiom)
            yield _rule("scm-int", (kind, SUB_CLASS, part), [axiom])
    for kind, node in schema[UNION]:
        axiom = (kind, UNION, node)
        for part in _list(schema, node, f"the union {kind}", "cls-uni"):
            # cls-uni: T(?y, rdf:type, ?ci) → T(?y, rdf:type, ?c)
            yield _rule("cls-uni", ("?y", TYPE, kind), [("?y", TYPE, part)], axiom)
            yield _rule("scm-uni", (part, SUB_CLASS, kind), [axiom])
    for kind, node in schema[ONE_OF]:
        for member in _list(schema, node, f"the enumeration {kind}", "cls-oo"):
            # cls-oo: T(?c, owl:oneOf, (?y1 … ?yn)) → T(?yi, rdf:type, ?c)
            yield _rule("cls-oo", (member, TYPE, kind), [(kind, ONE_OF, node)])


def _restrictions(schema: Schema) -> Iterator[Rule]:
    properties = _properties(schema)
    for node, kind in schema[SOME]:
        for prop in properties[node]:
            axioms = ((node, SOME, kind), (node, ON_PROPERTY, prop))
            # cls-svf1: T(?u, ?p, ?v), T(?v, rdf:type, ?y) → T(?u, rdf:type, ?x); cls-svf2: for owl:Thing, any ?v
            values = [] if kind == THING else [("?v", TYPE, kind)]
            name = "cls-svf2" if kind == THING else "cls-svf1"
            yield _rule(name, ("?u", TYPE, node), [("?u", prop, "?v"), *values], *axioms)
    for node, kind in schema[ALL]:
        for prop in properties[node]:
            axioms = ((node, ALL, kind), (node, ON_PROPERTY, prop))
            # cls-avf: T(?u, rdf:type, ?x), T(?u, ?p, ?v) → T(?v, rdf:type, ?y)
            yield _rule("cls-avf", ("?v", TYPE, kind), [("?u", TYPE, node), ("?u", prop, "?v")], *axioms)
    on = [("?c", ON_PROPERTY, "?p"), ("?d", ON_PROPERTY, "?q")]
    same = [("?c", ON_PROPERTY, "?p"), ("?d", ON_PROPERTY, "?p")]
    for name, to in (("svf", SOME), ("avf", ALL)):
        if len(schema[to]) > 1:
            narrower = [("?c", to, "?x"), ("?d", to, "?y"), ("?x", SUB_CLASS, "?y")]
            yield _rule(f"scm-{name}1", ("?c", SUB_CLASS, "?d"), [*narrower, *same])
            for itself in _ITSELF:
                alike = [("?c", to, "?x"), ("?d", to, "?x")]
                yield _rule(f"scm-{name}1", ("?c", SUB_CLASS, "?d"), [*alike, *same, itself])
            for lower, upper, known in (
                (THING, THING, []),
                ("?x", THING, [("?x", TYPE, CLASS)]),
                (NOTHING, "?y", [("?y", TYPE, CLASS)]),
                (NOTHING, NOTHING, []),
                (NOTHING, THING, []),
            ):
                alike = [("?c", to, lower), ("?d", to, upper)]
                yield _rule(f"scm-{name}1", ("?c", SUB_CLASS, "?d"), [*alike, *same, *known])
            # all values of a broader property are fewer things: the other way round
            link = ("?c", SUB_CLASS, "?d") if to == SOME else ("?d", SUB_CLASS, "?c")
            alike = [("?c", to, "?x"), ("?d", to, "?x"), ("?p", SUB_PROPERTY, "?q")]
            yield _rule(f"scm-{name}2", link, [*alike, *on])
    if len(schema[HAS_VALUE]) > 1:
        alike = [("?c", HAS_VALUE, "?x"), ("?d", HAS_VALUE, "?x"), ("?p", SUB_PROPERTY, "?q")]
        yield _rule("scm-hv", ("?c", SUB_CLASS, "?d"), [*alike, *on])
        for itself in _ITSELF[1:]:
            alike = [("?c", HAS_VALUE, "?x"), ("?d", HAS_VALUE, "?x")]
            yield _rule("scm-hv", ("?c", SUB_CLASS, "?d"), [*alike, *same, itself])
    # The members of a restriction belong to those that the rules above find to be broader.
    if any(len(schema[to]) > 1 for to in _TO_CLASSES) or len(schema[HAS_VALUE]) > 1:
        nodes = sorted({node for to in (*_TO_CLASSES, HAS_VALUE) for node, _ in schema[to]})
        for node in nodes:
            for other in nodes:
                if node != other:
                    yield _rule("cax-sco", ("?x", TYPE, other), [("?x", TYPE, node), (node, SUB_CLASS, other)])


_TO_CLASSES = (SOME, ALL)
# scm-cls, scm-op, scm-dp: what is declared a class or a property is below itself, a class also between owl:Nothing and
# owl:Thing, which no triple here says.
_ITSELF: tuple[Atom, ...] = (
    ("?x", TYPE, CLASS),
    ("?p", TYPE, _owl("ObjectProperty")),
    ("?p", TYPE, _owl("DatatypeProperty")),
)


def _properties(schema: Schema) -> defaultdict[str, list[str]]:
    properties: defaultdict[str, list[str]] = defaultdict(list)
    for node, prop in schema[ON_PROPERTY]:
        properties[node].append(prop)
    return properties


def _list(schema: Schema, node: str, what: str, rule: str) -> list[str]:
    """Return the members of a list. Raises SourceError, naming what it is the list of, when it is not one or empty."""
    first, rest = dict(schema[FIRST]), dict(schema[REST])
    members: list[str] = []
    seen: set[str] = set()
    while node != NIL:
        if node in seen or node not in first or node not in rest:
            raise SourceError(f"{what} is not a well-formed list (OWL 2 RL, {rule})")
        seen.add(node)
        members.append(first[node])
        node = rest[node]
    if not members:
        raise SourceError(f"{what} is empty (OWL 2 RL, {rule})")
    return members
