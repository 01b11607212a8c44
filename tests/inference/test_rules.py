import pytest

from kg.errors import RuleError
from kg.inference.construct import read_rule
from kg.inference.premises import select_premises
from kg.inference.rules import Rule, stratify, unify

PREFIX = "PREFIX e: <http://e/>\n"
P, Q, R = "<http://e/p>", "<http://e/q>", "<http://e/r>"


def rule(text: str, name: str = "rule") -> Rule:
    return read_rule(PREFIX + text, name=name, file="rules/rule.rq")


def test_a_construct_of_plain_joins_is_compiled() -> None:
    found = rule("CONSTRUCT { ?a e:r ?c } WHERE { ?a e:p ?b . ?b e:q ?c }")
    assert found == Rule("rule", (("?a", R, "?c"),), (("?a", P, "?b"), ("?b", Q, "?c")))


def test_the_short_form_is_compiled() -> None:
    assert rule("CONSTRUCT WHERE { ?a e:p ?b }").sparql is None


@pytest.mark.parametrize(
    ("where", "closed"),
    [
        ("?a e:p ?b FILTER NOT EXISTS { ?a e:q ?c }", [("?a", Q, "?c")]),
        ("?a e:p ?b MINUS { ?a e:q ?c }", [("?a", Q, "?c")]),
        ("?a e:p ?b OPTIONAL { ?a e:q ?c }", [("?a", Q, "?c")]),
        ("?a e:p ?b { SELECT ?a (COUNT(?c) AS ?n) WHERE { ?a e:q ?c } GROUP BY ?a }", [("?a", Q, "?c")]),
        ("?a e:p ?b . ?a e:q+ ?c", [("?any", Q, "?any")]),
        ("?a e:p ?b . ?a !e:q ?c", [("?any", "?any", "?any")]),
    ],
)
def test_what_a_rule_negates_or_counts_over_must_be_complete_first(where: str, closed: list[object]) -> None:
    found = rule(f"CONSTRUCT {{ ?a e:r ?b }} WHERE {{ {where} }}")
    assert found.sparql is not None
    assert list(found.closed) == closed
    assert ("?a", P, "?b") in found.body


@pytest.mark.parametrize(
    "where", ["?a e:p ?b FILTER(?b > 1)", "VALUES ?b { 1 2 } ?a e:p ?b", "{ ?a e:p ?b } UNION { ?a e:q ?b }"]
)
def test_a_filter_values_or_union_closes_nothing(where: str) -> None:
    found = rule(f"CONSTRUCT {{ ?a e:r ?b }} WHERE {{ {where} }}")
    assert found.sparql is not None
    assert found.closed == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT * WHERE { ?a ?b ?c }", "must be a CONSTRUCT"),
        ("CONSTRUCT { ?a e:r [] } WHERE { ?a e:p ?b }", "no blank nodes"),
        ("CONSTRUCT { ?a e:r ?z } WHERE { ?a e:p ?b }", "never binds"),
        ("CONSTRUCT { ?a e:r ?b } WHERE { GRAPH ?g { ?a e:p ?b } }", "merged graph"),
        ("CONSTRUCT { ?a e:r ?b } FROM e:g WHERE { ?a e:p ?b }", "merged graph"),
    ],
)
def test_what_is_not_a_rule_is_refused_with_its_file(text: str, message: str) -> None:
    with pytest.raises(RuleError, match=message) as caught:
        rule(text)
    assert caught.value.file == "rules/rule.rq"


def test_a_rule_that_does_not_parse_names_its_line() -> None:
    with pytest.raises(RuleError) as caught:
        rule("CONSTRUCT { ?a e:r ?b }\nWHERE { ?a e:p }")
    assert (caught.value.file, caught.value.line is not None) == ("rules/rule.rq", True)


def test_premises_are_asked_for_under_bindings() -> None:
    text = PREFIX + "CONSTRUCT { ?a e:r ?b } # a { in a comment\nWHERE { ?a e:p ?b FILTER(?b != '}') }"
    asked = select_premises(text, bindings={"?a": "<http://e/1>"})
    assert asked.startswith(PREFIX.strip())
    assert "CONSTRUCT" not in asked
    assert "VALUES (?a) { (<http://e/1>) }" in asked


def test_atoms_unify_when_their_constants_agree() -> None:
    assert unify(("?a", P, "?b"), ("?x", P, '"1"'))
    assert not unify(("?a", P, '"2"'), ("?x", P, '"1"'))


def test_negation_comes_after_what_it_needs() -> None:
    one = Rule("one", (("?a", Q, "?b"),), (("?a", P, "?b"),))
    two = Rule("two", (("?a", R, "?b"),), (("?a", P, "?b"),), sparql="…", closed=(("?a", Q, "?b"),))
    assert stratify([two, one]) == [[1], [0]]


def test_recursion_stays_in_one_stratum() -> None:
    one = Rule("one", (("?a", P, "?c"),), (("?a", P, "?b"), ("?b", P, "?c")))
    assert stratify([one]) == [[0]]


def test_a_rule_that_negates_its_own_result_is_an_error_that_names_the_cycle() -> None:
    one = Rule("one", (("?a", Q, "?b"),), (("?a", P, "?b"),), sparql="…", closed=(("?a", R, "?b"),))
    two = Rule("two", (("?a", R, "?b"),), (("?a", Q, "?b"),))
    with pytest.raises(RuleError, match="one → two → one"):
        stratify([one, two])
