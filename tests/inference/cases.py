"""Each rule of OWL 2 RL (OWL 2 Profiles, section 4.3), and a least graph in which it has something to say."""

from dataclasses import dataclass

HEAD = """
@prefix : <http://e/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
TABLES = {
    4: "Equality", 5: "Properties", 6: "Classes", 7: "Axioms of classes", 8: "Datatypes", 9: "Schema vocabulary",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A rule of a table; what it concludes from ``given``: triples, or ``false``. ``unsaid``: why it writes none."""

    table: int
    rule: str
    given: str = ""
    then: str = ""
    unsaid: str = ""


_ONE = (
    ':x :p :a , :b . :c rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:{} "{}"^^xsd:nonNegativeInteger'
)
_FALSE = "false"
_VOCABULARY = "it says of terms of the vocabularies themselves what they are"
_ITSELF = "it says of a thing that it is, or is below, itself"

CASES = (
    Case(4, "eq-ref", unsaid=_ITSELF),
    Case(4, "eq-sym", ":a owl:sameAs :b .", ":b owl:sameAs :a ."),
    Case(4, "eq-trans", ":a owl:sameAs :b . :b owl:sameAs :c .", ":a owl:sameAs :c ."),
    Case(4, "eq-rep-s", ":a owl:sameAs :b . :a :p 1 .", ":b :p 1 ."),
    Case(4, "eq-rep-p", ":p owl:sameAs :q . :a :p :b .", ":a :q :b ."),
    Case(4, "eq-rep-o", ":a owl:sameAs :b . :x :p :a .", ":x :p :b ."),
    Case(4, "eq-diff1", ":a owl:sameAs :b ; owl:differentFrom :b .", _FALSE),
    Case(4, "eq-diff2", ":a owl:sameAs :b . [ a owl:AllDifferent ; owl:members (:c :b :a) ] .", _FALSE),
    Case(4, "eq-diff3", ":a owl:sameAs :b . [ a owl:AllDifferent ; owl:distinctMembers (:a :b) ] .", _FALSE),
    Case(5, "prp-ap", unsaid=_VOCABULARY),
    Case(5, "prp-dom", ":p rdfs:domain :c . :x :p :y .", ":x a :c ."),
    Case(5, "prp-rng", ":p rdfs:range :c . :x :p :y .", ":y a :c ."),
    Case(5, "prp-fp", ":p a owl:FunctionalProperty . :x :p :a , :b .", ":a owl:sameAs :b ."),
    Case(5, "prp-ifp", ":p a owl:InverseFunctionalProperty . :a :p 1 . :b :p 1 .", ":a owl:sameAs :b ."),
    Case(5, "prp-irp", ":p a owl:IrreflexiveProperty . :x :p :x .", _FALSE),
    Case(5, "prp-symp", ":p a owl:SymmetricProperty . :x :p :y .", ":y :p :x ."),
    Case(5, "prp-asyp", ":p a owl:AsymmetricProperty . :x :p :y . :y :p :x .", _FALSE),
    Case(5, "prp-trp", ":p a owl:TransitiveProperty . :x :p :y . :y :p :z .", ":x :p :z ."),
    Case(5, "prp-spo1", ":p rdfs:subPropertyOf :q . :x :p :y .", ":x :q :y ."),
    Case(5, "prp-spo2", ":q owl:propertyChainAxiom (:p :p :r) . :a :p :b . :b :p :c . :c :r :d .", ":a :q :d ."),
    Case(5, "prp-eqp1", ":p owl:equivalentProperty :q . :x :p :y .", ":x :q :y ."),
    Case(5, "prp-eqp2", ":p owl:equivalentProperty :q . :x :q :y .", ":x :p :y ."),
    Case(5, "prp-pdw", ":p owl:propertyDisjointWith :q . :x :p :y ; :q :y .", _FALSE),
    Case(5, "prp-adp", "[ a owl:AllDisjointProperties ; owl:members (:p :q :r) ] . :x :p :y ; :r :y .", _FALSE),
    Case(5, "prp-inv1", ":p owl:inverseOf :q . :x :p :y .", ":y :q :x ."),
    Case(5, "prp-inv2", ":p owl:inverseOf :q . :x :q :y .", ":y :p :x ."),
    Case(5, "prp-key", ":c owl:hasKey (:p :q) . :a a :c ; :p 1 ; :q 2 . :b a :c ; :p 1 ; :q 2 .", ":a owl:sameAs :b ."),
    Case(
        5,
        "prp-npa1",
        "[] owl:sourceIndividual :a ; owl:assertionProperty :p ; owl:targetIndividual :b . :a :p :b .",
        _FALSE,
    ),
    Case(
        5, "prp-npa2", "[] owl:sourceIndividual :a ; owl:assertionProperty :p ; owl:targetValue 1 . :a :p 1 .", _FALSE
    ),
    Case(6, "cls-thing", unsaid=_VOCABULARY),
    Case(6, "cls-nothing1", unsaid=_VOCABULARY),
    Case(6, "cls-nothing2", ":x a owl:Nothing .", _FALSE),
    Case(6, "cls-int1", ":c owl:intersectionOf (:d :e) . :x a :d , :e .", ":x a :c ."),
    Case(6, "cls-int2", ":c owl:intersectionOf (:d :e) . :x a :c .", ":x a :d , :e ."),
    Case(6, "cls-uni", ":c owl:unionOf (:d :e) . :x a :e .", ":x a :c ."),
    Case(6, "cls-com", ":c owl:complementOf :d . :x a :c , :d .", _FALSE),
    Case(6, "cls-svf1", ":c owl:someValuesFrom :d ; owl:onProperty :p . :x :p :y . :y a :d .", ":x a :c ."),
    Case(6, "cls-svf2", ":c owl:someValuesFrom owl:Thing ; owl:onProperty :p . :x :p :y .", ":x a :c ."),
    Case(6, "cls-avf", ":c owl:allValuesFrom :d ; owl:onProperty :p . :x a :c ; :p :y .", ":y a :d ."),
    Case(6, "cls-hv1", ":c owl:hasValue 1 ; owl:onProperty :p . :x a :c .", ":x :p 1 ."),
    Case(6, "cls-hv2", ":c owl:hasValue 1 ; owl:onProperty :p . :x :p 1 .", ":x a :c ."),
    Case(6, "cls-maxc1", _ONE.format("maxCardinality", 0) + " ] . :x a :c .", _FALSE),
    Case(6, "cls-maxc2", _ONE.format("maxCardinality", 1) + " ] . :x a :c .", ":a owl:sameAs :b ."),
    Case(
        6, "cls-maxqc1", _ONE.format("maxQualifiedCardinality", 0) + "; owl:onClass :d ] . :x a :c . :a a :d .", _FALSE
    ),
    Case(6, "cls-maxqc2", _ONE.format("maxQualifiedCardinality", 0) + "; owl:onClass owl:Thing ] . :x a :c .", _FALSE),
    Case(
        6,
        "cls-maxqc3",
        _ONE.format("maxQualifiedCardinality", 1) + "; owl:onClass :d ] . :x a :c . :a a :d . :b a :d .",
        ":a owl:sameAs :b .",
    ),
    Case(
        6,
        "cls-maxqc4",
        _ONE.format("maxQualifiedCardinality", 1) + "; owl:onClass owl:Thing ] . :x a :c .",
        ":a owl:sameAs :b .",
    ),
    Case(6, "cls-oo", ":c owl:oneOf (:a :b) .", ":a a :c . :b a :c ."),
    Case(7, "cax-sco", ":c rdfs:subClassOf :d . :x a :c .", ":x a :d ."),
    Case(7, "cax-eqc1", ":c owl:equivalentClass :d . :x a :c .", ":x a :d ."),
    Case(7, "cax-eqc2", ":c owl:equivalentClass :d . :x a :d .", ":x a :c ."),
    Case(7, "cax-dw", ":c owl:disjointWith :d . :x a :c , :d .", _FALSE),
    Case(7, "cax-adc", "[ a owl:AllDisjointClasses ; owl:members (:c :d :e) ] . :x a :d , :e .", _FALSE),
    Case(8, "dt-type1", unsaid=_VOCABULARY),
    Case(8, "dt-type2", ":c owl:someValuesFrom xsd:integer ; owl:onProperty :p . :x :p 5 .", ":x a :c ."),
    Case(
        8,
        "dt-eq",
        unsaid="terms are as they are written; that two literals have one value is no triple of RDF",
    ),
    Case(8, "dt-diff", ":p a owl:FunctionalProperty . :x :p 1 , 2 .", _FALSE),
    Case(8, "dt-not-type", ':x :p "one"^^xsd:integer .', _FALSE),
    Case(9, "scm-cls", ":d a owl:Class . :e owl:intersectionOf (:d owl:Thing) . :x a :d .", ":x a :e ."),
    Case(9, "scm-sco", ":c rdfs:subClassOf :d . :d rdfs:subClassOf :e .", ":c rdfs:subClassOf :e ."),
    Case(9, "scm-eqc1", ":c owl:equivalentClass :d .", ":c rdfs:subClassOf :d . :d rdfs:subClassOf :c ."),
    Case(9, "scm-eqc2", ":c rdfs:subClassOf :d . :d rdfs:subClassOf :c .", ":c owl:equivalentClass :d ."),
    Case(9, "scm-op", unsaid=_ITSELF),
    Case(9, "scm-dp", unsaid=_ITSELF),
    Case(9, "scm-spo", ":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :r .", ":p rdfs:subPropertyOf :r ."),
    Case(9, "scm-eqp1", ":p owl:equivalentProperty :q .", ":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :p ."),
    Case(9, "scm-eqp2", ":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :p .", ":p owl:equivalentProperty :q ."),
    Case(9, "scm-dom1", ":p rdfs:domain :c . :c rdfs:subClassOf :d .", ":p rdfs:domain :d ."),
    Case(9, "scm-dom2", ":q rdfs:domain :c . :p rdfs:subPropertyOf :q .", ":p rdfs:domain :c ."),
    Case(9, "scm-rng1", ":p rdfs:range :c . :c rdfs:subClassOf :d .", ":p rdfs:range :d ."),
    Case(9, "scm-rng2", ":q rdfs:range :c . :p rdfs:subPropertyOf :q .", ":p rdfs:range :c ."),
    Case(
        9,
        "scm-hv",
        ":c owl:hasValue 1 ; owl:onProperty :p . :d owl:hasValue 1 ; owl:onProperty :q . :p rdfs:subPropertyOf :q .",
        ":c rdfs:subClassOf :d .",
    ),
    Case(
        9,
        "scm-svf1",
        ":c owl:someValuesFrom :a ; owl:onProperty :p . :d owl:someValuesFrom :b ; owl:onProperty :p . "
        ":a rdfs:subClassOf :b .",
        ":c rdfs:subClassOf :d .",
    ),
    Case(
        9,
        "scm-svf2",
        ":c owl:someValuesFrom :a ; owl:onProperty :p . :d owl:someValuesFrom :a ; owl:onProperty :q . "
        ":p rdfs:subPropertyOf :q .",
        ":c rdfs:subClassOf :d .",
    ),
    Case(
        9,
        "scm-avf1",
        ":c owl:allValuesFrom :a ; owl:onProperty :p . :d owl:allValuesFrom :b ; owl:onProperty :p . "
        ":a rdfs:subClassOf :b .",
        ":c rdfs:subClassOf :d .",
    ),
    Case(
        9,
        "scm-avf2",
        ":c owl:allValuesFrom :a ; owl:onProperty :p . :d owl:allValuesFrom :a ; owl:onProperty :q . "
        ":p rdfs:subPropertyOf :q .",
        ":d rdfs:subClassOf :c .",
    ),
    Case(9, "scm-int", ":c owl:intersectionOf (:d :e) .", ":c rdfs:subClassOf :d , :e ."),
    Case(9, "scm-uni", ":c owl:unionOf (:d :e) .", ":d rdfs:subClassOf :c . :e rdfs:subClassOf :c ."),
)


def page() -> str:
    """Return docs/owl-rules.md: every rule, what is done of it, and the case that tests it."""
    lines = [
        "# The rules of OWL 2 RL",
        "",
        "Every rule of the standard ([OWL 2 Profiles](https://www.w3.org/TR/owl2-profiles/), section 4.3), with the",
        "graph that tests it in `tests/inference/test_owl_rules.py`, and what follows. A rule that ends in *false*",
        "stops the build with the triples that cannot all hold. `python -m tests.inference.cases` writes this page.",
    ]
    for number, title in TABLES.items():
        lines += ["", f"## Table {number}. {title}", "", "| rule | given | then |", "|---|---|---|"]
        for case in (case for case in CASES if case.table == number):
            then = "*false*" if case.then == _FALSE else f"`{case.then}`"
            said = f"| `{case.given}` | {then} |" if case.given else f"| | not written: {case.unsaid} |"
            lines.append(f"| {case.rule} {said}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    import sys

    sys.stdout.write(page())
