"""Close a graph with owlrl, the reference: the only module that knows it.

For comparison: it takes minutes where ``reasoning.infer`` takes a second. owlrl closes a copy of what is known as a
plain graph, then the CONSTRUCT rules of each stratum run as SPARQL, until neither gives more. What is published is
kept as round 1, without the rule that gave it.
"""

import time
from collections.abc import Callable, Iterable, Sequence

import owlrl
import rdflib

from kg.errors import InconsistencyError
from kg.graph.foreign import from_rdflib, to_rdflib
from kg.graph.quads import Graph
from kg.graph.store import Store
from kg.graph.terms import OWL, RDF, RDFS, TYPE, XSD
from kg.inference.fixpoint import Inference
from kg.inference.rules import Rule, stratify
from kg.source.reader import Triple

OWLRL = Rule("owlrl", (("?s", "?p", "?o"),), ())
"""The rule of what this engine infers: its proofs end there."""

_ERRORS = "http://www.daml.org/2002/03/agents/agent-ont#"
_VOCABULARIES = tuple(f"<{space}" for space in (RDF, RDFS, OWL, XSD))
_TAUTOLOGICAL = {f"<{OWL}sameAs>", f"<{OWL}equivalentClass>", f"<{OWL}equivalentProperty>"}


def infer(
    graph: Graph, constructs: Sequence[Rule] = (), *, progress: Callable[[str], None] = lambda _: None
) -> tuple[list[Rule], Inference]:
    """Add to the closure of ``graph`` what follows by owlrl and ``constructs``; return its one rule, and what was done.

    Left out is what owlrl says of the vocabularies themselves, of literals, and of things and themselves. Raises
    InconsistencyError with owlrl's own words, RuleError when negation runs in a circle.
    """
    started = time.perf_counter()
    asserted = set(graph.asserted())
    known = set(asserted)
    for level, stratum in enumerate(stratify(constructs)):
        while True:
            progress(f"inferring with owlrl, stratum {level + 1}")
            known |= _closed(known)
            found = {triple for number in stratum for triple in _constructed(constructs[number], known)}
            if found <= known:
                break
            known |= found
    if not constructs:
        known |= _closed(known)
    fresh = sorted(known - asserted)
    ids = graph.ids(token for triple in fresh for token in triple)
    columns = {"s": ids[0::3], "p": ids[1::3], "o": ids[2::3], "rule": [1] * len(fresh), "round": [1] * len(fresh)}
    graph.engine.append("closure", columns)
    seconds = time.perf_counter() - started
    return [OWLRL], Inference(1, {1: seconds}, seconds)


def _closed(triples: Iterable[Triple]) -> set[Triple]:
    copy = rdflib.Graph()
    for s, p, o in triples:
        copy.add((to_rdflib(s), to_rdflib(p), to_rdflib(o)))
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False).expand(copy)
    if errors := sorted(str(text) for text in copy.objects(None, rdflib.URIRef(f"{_ERRORS}error"))):
        raise InconsistencyError("\n  ".join(["the graph contradicts its ontology, says owlrl:", *errors]))
    found = {(from_rdflib(s), from_rdflib(p), from_rdflib(o)) for s, p, o in copy if not isinstance(s, rdflib.Literal)}
    return {triple for triple in found if _is_kept(triple)}


def _is_kept(triple: Triple) -> bool:
    s, p, o = triple
    said = p in _TAUTOLOGICAL or p in (f"<{RDFS}subClassOf>", f"<{RDFS}subPropertyOf>")
    vocabulary = p in (TYPE, f"<{RDFS}subClassOf>", *_TAUTOLOGICAL) and o.startswith(_VOCABULARIES)
    return s.startswith("<") and not s.startswith(_VOCABULARIES) and not (said and s == o) and not vocabulary


def _constructed(rule: Rule, triples: Iterable[Triple]) -> tuple[Triple, ...]:
    store = Store.memory()
    store.add(("", *triple) for triple in triples)
    head = " . ".join(" ".join(atom) for atom in rule.head)
    body = " . ".join(" ".join(atom) for atom in rule.body)
    found = store.query(rule.sparql or f"CONSTRUCT {{ {head} }} WHERE {{ {body} }}")
    assert isinstance(found, tuple)
    return found
