"""What the rules read of a graph: the vocabulary of axioms, and the axioms by their predicates."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from kg.errors import SourceError
from kg.graph.quads import Graph
from kg.graph.terms import OWL, RDF, RDFS, TYPE
from kg.inference.rules import Atom, Denial, Rule
from kg.source.reader import Triple


def _owl(name: str) -> str:
    return f"<{OWL}{name}>"


SUB_CLASS, SUB_PROPERTY = f"<{RDFS}subClassOf>", f"<{RDFS}subPropertyOf>"
EQUIVALENT_CLASS, EQUIVALENT_PROPERTY = _owl("equivalentClass"), _owl("equivalentProperty")
DOMAIN, RANGE = f"<{RDFS}domain>", f"<{RDFS}range>"
FIRST, REST, NIL = f"<{RDF}first>", f"<{RDF}rest>", f"<{RDF}nil>"
INVERSE, CHAIN, KEY = _owl("inverseOf"), _owl("propertyChainAxiom"), _owl("hasKey")
INTERSECTION, UNION, ONE_OF = _owl("intersectionOf"), _owl("unionOf"), _owl("oneOf")
ON_PROPERTY, ON_CLASS = _owl("onProperty"), _owl("onClass")
SOME, ALL, HAS_VALUE = _owl("someValuesFrom"), _owl("allValuesFrom"), _owl("hasValue")
AT_MOST, QUALIFIED_AT_MOST = _owl("maxCardinality"), _owl("maxQualifiedCardinality")
SAME, DIFFERENT = _owl("sameAs"), _owl("differentFrom")
DISJOINT, COMPLEMENT, PROPERTY_DISJOINT = _owl("disjointWith"), _owl("complementOf"), _owl("propertyDisjointWith")
MEMBERS, DISTINCT_MEMBERS = _owl("members"), _owl("distinctMembers")
SOURCE, ASSERTION = _owl("sourceIndividual"), _owl("assertionProperty")
TARGET, TARGET_VALUE = _owl("targetIndividual"), _owl("targetValue")

THING, NOTHING, CLASS = _owl("Thing"), _owl("Nothing"), _owl("Class")
OBJECT_PROPERTY, DATATYPE_PROPERTY = _owl("ObjectProperty"), _owl("DatatypeProperty")
FUNCTIONAL, INVERSE_FUNCTIONAL = _owl("FunctionalProperty"), _owl("InverseFunctionalProperty")
SYMMETRIC, TRANSITIVE = _owl("SymmetricProperty"), _owl("TransitiveProperty")
ASYMMETRIC, IRREFLEXIVE = _owl("AsymmetricProperty"), _owl("IrreflexiveProperty")
ALL_DIFFERENT = _owl("AllDifferent")
ALL_DISJOINT_CLASSES, ALL_DISJOINT_PROPERTIES = _owl("AllDisjointClasses"), _owl("AllDisjointProperties")

_PREDICATES = (
    SUB_CLASS, SUB_PROPERTY, EQUIVALENT_CLASS, EQUIVALENT_PROPERTY, DOMAIN, RANGE, FIRST, REST, INVERSE, CHAIN, KEY,
    INTERSECTION, UNION, ONE_OF, ON_PROPERTY, ON_CLASS, SOME, ALL, HAS_VALUE, AT_MOST, QUALIFIED_AT_MOST, DISJOINT,
    COMPLEMENT, PROPERTY_DISJOINT, MEMBERS, DISTINCT_MEMBERS, SOURCE, ASSERTION, TARGET, TARGET_VALUE,
)  # fmt: skip
_KINDS = (
    CLASS, OBJECT_PROPERTY, DATATYPE_PROPERTY, FUNCTIONAL, INVERSE_FUNCTIONAL, SYMMETRIC, TRANSITIVE, ASYMMETRIC,
    IRREFLEXIVE, ALL_DIFFERENT, ALL_DISJOINT_CLASSES, ALL_DISJOINT_PROPERTIES,
)  # fmt: skip

Pairs = list[tuple[str, str]]


class Schema:
    """The axioms of a graph, each predicate's as pairs of subject and object; ``derived`` are not asserted."""

    def __init__(self, triples: Iterable[Triple], *, derived: Iterable[Triple] = ()) -> None:
        self.derived = set(derived)
        self._pairs: defaultdict[str, Pairs] = defaultdict(list)
        self._objects: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for s, p, o in (*triples, *sorted(self.derived)):
            self._pairs[p].append((s, o))
            self._objects[s, p].append(o)

    def __getitem__(self, predicate: str) -> Pairs:
        """Return the pairs of a predicate."""
        return self._pairs[predicate]

    def names(self, kind: str) -> bool:
        """Tell whether some axiom names a class, but to say that it is one or that some value is of it."""
        plain = (TYPE, SOME, ON_CLASS)
        return any(kind in pair for predicate, pairs in self._pairs.items() for pair in pairs if predicate not in plain)

    def members_of(self, kind: str) -> list[str]:
        """Return what is of one of the classes of axioms."""
        return [s for s, o in self._pairs[TYPE] if o == kind]

    def all(self, subject: str, predicate: str) -> list[str]:
        """Return the objects of a subject and a predicate."""
        return self._objects[subject, predicate]

    def list(self, node: str, what: str, rule: str, *, empty: bool = False) -> list[str]:
        """Return the members of a list.

        Raises SourceError, saying what it is the list of, when it is none, or has no member and may not be ``empty``.
        """
        members: list[str] = []
        seen: set[str] = set()
        while node != NIL:
            first, rest = self.all(node, FIRST), self.all(node, REST)
            if node in seen or not first or not rest:
                raise SourceError(f"{what} is not a well-formed list (OWL 2 RL, {rule})")
            seen.add(node)
            members.append(first[0])
            node = rest[0]
        if not members and not empty:
            raise SourceError(f"{what} is empty (OWL 2 RL, {rule})")
        return members

    def rule(self, name: str, head: Atom, body: Iterable[Atom], *axioms: Triple) -> Rule:
        """Return a rule; axioms of it that are derived are premises like others, so that they come before it."""
        return Rule(name, (head,), (*body, *self._premises(axioms)), self._given(axioms))

    def false(self, name: str, body: Iterable[Atom], *axioms: Triple, members: Iterable[str] = ()) -> Denial:
        """Return what the graph contradicts itself by, for any two of the ``members`` of a list if there are some."""
        return Denial(name, (*body, *self._premises(axioms)), self._given(axioms), tuple(members))

    def _premises(self, axioms: Iterable[Triple]) -> Iterator[Triple]:
        return (axiom for axiom in axioms if axiom in self.derived)

    def _given(self, axioms: Iterable[Triple]) -> tuple[Triple, ...]:
        return tuple(axiom for axiom in axioms if axiom not in self.derived)


def schema_of(graph: Graph) -> Schema:
    """Return the axioms of a graph: those that files assert, and those that the closure holds besides.

    Of the latter, what only says at once what others say one after the other is left out.
    """
    asserted: list[Triple] = []
    derived: list[Triple] = []
    for s, p, o, number in graph.axioms(_PREDICATES, kinds=_KINDS):
        (derived if number else asserted).append((s, p, o))
    if (same := graph.find(SAME)) is not None:
        rows = graph.engine.rows(
            "SELECT s, o, round FROM closure WHERE p = ? AND s <> o ORDER BY round LIMIT 1", [same]
        )
        for one, other, number in rows:  # one is enough to know that there are some
            triple = (graph.tokens([one])[0], SAME, graph.tokens([other])[0])
            (derived if number else asserted).append(triple)
    return Schema(asserted, derived=_more(asserted, derived))


def _more(asserted: Iterable[Triple], derived: Iterable[Triple]) -> Iterator[Triple]:
    """Yield the derived axioms that do not follow from going along the asserted hierarchies."""
    schema = Schema(asserted)
    classes = _Hierarchy(schema, SUB_CLASS, EQUIVALENT_CLASS)
    properties = _Hierarchy(schema, SUB_PROPERTY, EQUIVALENT_PROPERTY)
    for kind, rule in ((INTERSECTION, "cls-int2"), (UNION, "cls-uni")):
        for node, head in schema[kind]:
            for part in schema.list(head, f"that of {node}", rule, empty=True):
                classes.add(*((node, part) if kind == INTERSECTION else (part, node)))
    for s, p, o in derived:
        if s == o and p in (SUB_CLASS, EQUIVALENT_CLASS, SUB_PROPERTY, EQUIVALENT_PROPERTY, SAME):
            continue
        known = {
            SUB_CLASS: lambda s, o: classes.above(s, o),
            EQUIVALENT_CLASS: lambda s, o: classes.above(s, o) and classes.above(o, s),
            SUB_PROPERTY: lambda s, o: properties.above(s, o),
            EQUIVALENT_PROPERTY: lambda s, o: properties.above(s, o) and properties.above(o, s),
            DOMAIN: lambda s, o: any(properties.above(s, q) and classes.above(c, o) for q, c in schema[DOMAIN]),
            RANGE: lambda s, o: any(properties.above(s, q) and classes.above(c, o) for q, c in schema[RANGE]),
        }.get(p)
        if known is None or not known(s, o):
            yield s, p, o


class _Hierarchy:
    """What is below what, by the asserted axioms."""

    def __init__(self, schema: Schema, below: str, same: str) -> None:
        self._up: defaultdict[str, set[str]] = defaultdict(set)
        self._above: dict[str, set[str]] = {}
        for one, other in (*schema[below], *schema[same], *((o, s) for s, o in schema[same])):
            self.add(one, other)

    def add(self, lower: str, upper: str) -> None:
        """Put one thing directly below another."""
        self._up[lower].add(upper)

    def above(self, lower: str, upper: str) -> bool:
        """Tell whether steps upwards lead from one thing to the other."""
        if lower not in self._above:
            found, more = {lower}, [lower]
            while more:
                fresh = self._up[more.pop()] - found
                found |= fresh
                more += fresh
            self._above[lower] = found
        return upper in self._above[lower]


def is_axiom(predicate: str, kind: str | None) -> bool:
    """Tell whether a triple with this predicate, and this class for rdf:type, can be of an axiom."""
    return predicate in _PREDICATES or predicate == SAME or (predicate == TYPE and kind in _KINDS)
