"""OWL 2 RL axioms as rules, one per axiom present (OWL 2 Profiles, section 4.3, tables 5, 6, 7 and 9).

Rules of this version, by their names in the standard: cax-sco, cax-eqc1, cax-eqc2, prp-spo1, prp-spo2, prp-eqp1,
prp-eqp2, prp-inv1, prp-inv2, prp-symp, prp-trp, cls-hv1, cls-hv2, scm-sco, scm-spo, scm-eqc1, scm-eqc2, scm-eqp1,
scm-eqp2, and the consistency rule cax-dw.
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
        "AllDifferent", "allValuesFrom", "assertionProperty", "cardinality", "complementOf", "differentFrom",
        "disjointUnionOf", "hasKey", "intersectionOf", "maxCardinality", "maxQualifiedCardinality", "members",
        "minCardinality", "onDataRange", "onDatatype", "oneOf", "propertyDisjointWith", "qualifiedCardinality",
        "sameAs", "someValuesFrom", "unionOf",
    )
} | {f"<{RDFS}domain>": "rdfs:domain", f"<{RDFS}range>": "rdfs:range"}  # fmt: skip
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
    found = [*_subsumption(schema), *_characteristics(schema), *_chains(schema), *_values(schema)]
    return sorted(found, key=lambda rule: (rule.name, rule.axioms))


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
        if schema[sub] or schema[same]:
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
    first, rest = dict(schema[FIRST]), dict(schema[REST])
    for prop, node in schema[CHAIN]:
        axiom = (prop, CHAIN, node)
        steps: list[str] = []
        seen: set[str] = set()
        while node != NIL:
            if node in seen or node not in first or node not in rest:
                raise SourceError(f"the property chain of {prop} is not a well-formed list (OWL 2 RL, prp-spo2)")
            seen.add(node)
            steps.append(first[node])
            node = rest[node]
        if not steps:
            raise SourceError(f"the property chain of {prop} is empty (OWL 2 RL, prp-spo2)")
        body = [(f"?u{i}", step, f"?u{i + 1}") for i, step in enumerate(steps)]
        yield _rule("prp-spo2", ("?u0", prop, f"?u{len(steps)}"), body, axiom)


def _values(schema: Schema) -> Iterator[Rule]:
    properties: defaultdict[str, list[str]] = defaultdict(list)
    for node, prop in schema[ON_PROPERTY]:
        properties[node].append(prop)
    for node, value in schema[HAS_VALUE]:
        for prop in properties[node]:
            axioms = ((node, HAS_VALUE, value), (node, ON_PROPERTY, prop))
            # cls-hv1: T(?u, rdf:type, ?x) → T(?u, ?p, ?y); cls-hv2: T(?u, ?p, ?y) → T(?u, rdf:type, ?x)
            yield _rule("cls-hv1", ("?u", prop, value), [("?u", TYPE, node)], *axioms)
            yield _rule("cls-hv2", ("?u", TYPE, node), [("?u", prop, value)], *axioms)
