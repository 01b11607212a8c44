"""Every inferred triple has a proof, and every proof holds when another engine replays it."""

import json

import pytest
import rdflib

from kg.errors import QueryError
from kg.graph.build import Build
from kg.graph.terms import TYPE
from kg.inference.owl import schema as owl
from kg.inference.proof import Proof
from kg.lookup import explain, prove
from kg.project import Project
from kg.source.reader import Triple
from tests.inference.oracle import node, token

ID, T = "https://example.org/town/id/", "https://example.org/town/def#"


def id_(name: str) -> str:
    return f"<{ID}{name}>"


def t(name: str) -> str:
    return f"<{T}{name}>"


def steps(proof: Proof) -> list[Proof]:
    return [proof, *(step for premise in proof.premises for step in steps(premise))]


def test_every_inferred_triple_has_a_proof_that_ends_in_what_files_assert(town: Project, town_build: Build) -> None:
    inferred = list(town_build.graph.inferred())
    assert len(inferred) > 20
    for triple in inferred:
        proof = explain(town_build, triple, project=town, language="en")
        assert proof.rule is not None
        assert all(leaf.citations for leaf in proof.leaves())


def entails(premises: set[Triple], lists: set[Triple], conclusion: Triple) -> bool:
    import owlrl

    graph = rdflib.Graph()
    for s, p, o in premises | lists:
        graph.add((node(s), node(p), node(o)))
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    return conclusion in {(token(s), token(p), token(o)) for s, p, o in graph if not isinstance(s, rdflib.Literal)}


def test_each_step_by_an_owl_rule_follows_from_its_premises_alone(town: Project, town_build: Build) -> None:
    lists = set(town_build.graph.asserted_with([owl.FIRST, owl.REST]))
    checked = 0
    for triple in town_build.graph.inferred():
        for step in steps(explain(town_build, triple, project=town, language="en")):
            if step.rule and "-" in step.rule and step.premises:
                assert entails({p.triple for p in step.premises}, lists, step.triple), step.rule
                checked += 1
    assert checked > 20


def test_a_proof_never_rests_on_its_own_conclusion(town: Project, town_build: Build) -> None:
    for triple in town_build.graph.inferred():
        proof = explain(town_build, triple, project=town, language="en")
        for premise in proof.premises:
            assert proof.triple not in {step.triple for step in steps(premise)}


def test_a_rule_with_negation_is_proved_by_the_patterns_that_hold(town: Project, town_build: Build) -> None:
    proof = explain(town_build, (id_("dale"), t("remoteFrom"), id_("valley")), project=town, language="en")
    assert proof.rule == "remote"
    assert (id_("league"), t("seat"), id_("dale")) in {premise.triple for premise in proof.premises}


def test_a_class_of_a_value_is_proved_through_its_restriction(town: Project, town_build: Build) -> None:
    proof = explain(town_build, (id_("pact"), TYPE, t("SignedByLeague")), project=town, language="en")
    assert {step.rule for step in steps(proof)} >= {"cax-eqc2", "cls-hv2"}


def test_the_text_of_a_proof_ends_in_passages_with_their_lines(town: Project, town_build: Build) -> None:
    triple = (id_("pact"), t("hasAncestor"), id_("oath"))
    text = prove(town_build, triple, form="text", project=town, language="en")
    assert "stated in doc/gazette, line 5 (instances/passages/gazette.trig)" in text


def test_a_deduction_shows_its_reasoning_and_its_passages(town: Project, town_build: Build) -> None:
    triple = (id_("league"), t("within"), id_("country"))
    text = prove(town_build, triple, form="text", project=town, language="en")
    assert "deduced from doc/gazette, line 4" in text
    assert "The league is named after its place." in text


def test_a_proof_is_readable_as_json_and_as_turtle(town: Project, town_build: Build) -> None:
    triple = (id_("pact"), t("hasAncestor"), id_("oath"))
    data = json.loads(prove(town_build, triple, form="json", project=town, language="en"))
    assert data["triple"] == list(triple)
    assert data["premises"]
    graph = rdflib.Graph().parse(data=prove(town_build, triple, form="turtle", project=town, language="en"))
    passage = rdflib.URIRef("https://example.org/town/doc/gazette#line=4,5")
    assert (None, rdflib.URIRef("http://www.w3.org/ns/prov#wasDerivedFrom"), passage) in graph


def test_what_the_graph_does_not_hold_has_no_proof(town: Project, town_build: Build) -> None:
    with pytest.raises(QueryError, match="does not hold"):
        explain(town_build, (id_("oath"), t("hasAncestor"), id_("pact")), project=town, language="en")
