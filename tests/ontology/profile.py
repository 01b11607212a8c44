"""The OWL 2 RL profile (OWL 2 Profiles, section 4.2), for ontologies written as RDF: what breaks it, axiom by axiom.

Covered: the forms of sub-class, super-class and equivalent-class expressions, what each restriction may hold, kinds
of property that each axiom needs, declarations, chains and the properties that may not be composite.
"""

from collections import defaultdict
from collections.abc import Iterable

from kg.graph.terms import OWL, RDF, RDFS, TYPE, XSD
from kg.source.reader import Triple

Terms = defaultdict[tuple[str, str], list[str]]


def _(name: str) -> str:
    return f"<{OWL}{name}>"


NIL = f"<{RDF}nil>"
OBJECT, DATA, ANNOTATION = _("ObjectProperty"), _("DatatypeProperty"), _("AnnotationProperty")
ANNOTATIONS = (f"<{RDFS}", "<http://www.w3.org/2004/02/skos/", "<http://purl.org/dc/terms/")
SUB_ONLY = {"unionOf", "someValuesFrom", "oneOf"}
SUPER_ONLY = {"allValuesFrom", "complementOf", "maxCardinality", "maxQualifiedCardinality"}
ANYWHERE = {"intersectionOf", "hasValue"}
NEVER = {
    "minCardinality", "minQualifiedCardinality", "cardinality", "qualifiedCardinality", "hasSelf",
    "disjointUnionOf", "datatypeComplementOf", "withRestrictions",
}  # fmt: skip
DATATYPES = {
    f"<{XSD}{name}>"
    for name in (
        "anyURI base64Binary boolean byte dateTime dateTimeStamp decimal double float hexBinary int integer language "
        "long Name NCName negativeInteger NMTOKEN nonNegativeInteger nonPositiveInteger normalizedString "
        "positiveInteger short string token unsignedByte unsignedInt unsignedLong unsignedShort"
    ).split()
}


def faults(triples: Iterable[Triple]) -> list[str]:
    """Return what is outside OWL 2 RL, each fault naming its axiom, sorted."""
    triples = sorted(set(triples))
    said: Terms = defaultdict(list)
    for s, p, o in triples:
        said[s, p].append(o)
    kinds = {s: set(said[s, TYPE]) for s, p, _ in triples if p == TYPE}
    found = []
    for s, p, o in triples:
        axiom = f"{s} {p} {o}"
        if p == f"<{RDFS}subClassOf>":
            found += [f"{axiom}: {x}" for x in _expression(s, "sub", said) + _expression(o, "super", said)]
        elif p == _("equivalentClass"):
            found += [f"{axiom}: {x}" for x in _expression(s, "equivalent", said) + _expression(o, "equivalent", said)]
        elif p == _("disjointWith"):
            found += [f"{axiom}: {x}" for x in _expression(s, "sub", said) + _expression(o, "sub", said)]
        elif p in (f"<{RDFS}subPropertyOf>", _("equivalentProperty"), _("propertyDisjointWith")):
            if not _annotation(o) and kinds.get(s, set()) & {OBJECT, DATA} != kinds.get(o, set()) & {OBJECT, DATA}:
                found.append(f"{axiom}: an object property and a data property")
        elif p == _("inverseOf"):
            found += [f"{axiom}: {x} is no object property" for x in (s, o) if OBJECT not in kinds.get(x, set())]
        elif p == _("propertyChainAxiom"):
            steps = _list(o, said)
            if len(steps) < 2:
                found.append(f"{axiom}: a chain of fewer than two steps")
            wrong = [x for x in (s, *steps) if OBJECT not in kinds.get(x, set())]
            found += [f"{axiom}: {x} is no object property" for x in wrong]
        elif p == TYPE and o in {
            _(f"{kind}Property") for kind in ("Transitive", "Symmetric", "Asymmetric", "Irreflexive")
        }:
            if OBJECT not in kinds[s]:
                found.append(f"{axiom}: {s} is no object property")
        elif p == TYPE and o == _("ReflexiveProperty"):
            found.append(f"{axiom}: reflexive properties are not in the profile")
        elif p.removeprefix(f"<{OWL}")[:-1] in NEVER:
            found.append(f"{axiom}: not in the profile")
        if p == TYPE and {OBJECT, DATA} <= kinds[s] and o == OBJECT:
            found.append(f"{axiom}: {s} is an object property and a data property")
    return sorted(found + _composite(said, kinds))


def _expression(node: str, side: str, said: Terms) -> list[str]:
    """Return why a class expression may not stand on this side."""
    if not node.startswith("_:"):
        is_thing = node == _("Thing") and side != "super"
        return ["owl:Thing may only be a super-class"] if is_thing else []
    forms = [name for name in SUB_ONLY | SUPER_ONLY | ANYWHERE | NEVER if (node, _(name)) in said]
    wrong = []
    for form in forms:
        if form in NEVER or (form in SUB_ONLY and side != "sub") or (form in SUPER_ONLY and side != "super"):
            wrong.append(f"owl:{form} may not stand in a {side}-class expression")
        for value in said[node, _(form)]:
            if form in ("unionOf", "intersectionOf"):
                wrong += [fault for part in _list(value, said) for fault in _expression(part, side, said)]
            elif form in ("someValuesFrom", "allValuesFrom") and value not in DATATYPES and value != _("Thing"):
                wrong += _expression(value, "sub" if form == "someValuesFrom" else "super", said)
            elif form == "complementOf":
                wrong += _expression(value, "sub", said)
            elif form.startswith("max") and not value.startswith(('"0"', '"1"')):
                wrong.append(f"owl:{form} may only be 0 or 1")
    return wrong if forms else [f"{node} is no class expression of the profile"]


def _composite(said: Terms, kinds: dict[str, set[str]]) -> list[str]:
    """Return the axioms that need a simple property and have one that a chain or transitivity makes composite."""
    composite = {s for s, types in kinds.items() if _("TransitiveProperty") in types}
    composite |= {s for s, p in list(said) if p == _("propertyChainAxiom") and said[s, p]}
    grown = True
    while grown:
        above = {o for s, p in list(said) if p == f"<{RDFS}subPropertyOf>" and s in composite for o in said[s, p]}
        above |= {o for s, p in list(said) if p == _("inverseOf") and s in composite for o in said[s, p]}
        grown = not above <= composite
        composite |= above
    simple = {_(f"{kind}Property") for kind in ("Functional", "InverseFunctional", "Asymmetric", "Irreflexive")}
    return [f"{s} {TYPE} {kind}: {s} is composite" for s in composite for kind in kinds.get(s, set()) & simple]


def _annotation(prop: str) -> bool:
    return prop.startswith(ANNOTATIONS)


def _list(node: str, said: Terms) -> list[str]:
    items: list[str] = []
    while node != NIL and said.get((node, f"<{RDF}first>")) and len(items) < 1000:
        items += said[node, f"<{RDF}first>"]
        node = (said.get((node, f"<{RDF}rest>")) or [NIL])[0]
    return items
