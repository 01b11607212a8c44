"""What Oxigraph and rdflib really do with a VALUES block that a clause may or may not see: the reasons of the lint."""

from pathlib import Path

import pytest
import rdflib

from kg.graph.store import Solutions, Store
from kg.query.lint import lint
from kg.query.parameters import Parameter

GRAPH = (Path(__file__).parent / "fixture.nq").read_text(encoding="utf-8")
PROLOGUE = "PREFIX ex: <https://example.org/>\nPREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"
AS_OF = 'VALUES ?x { "2019-06-30"^^xsd:date }'
OPEN = "VALUES ?x { UNDEF }"


def oxigraph(query: str) -> list[tuple[str, ...]]:
    store = Store.memory()
    store.add(("", *line.removesuffix(" .").split(" ", 2)) for line in GRAPH.splitlines())  # type: ignore[misc]
    result = store.query(PROLOGUE + query)
    assert isinstance(result, Solutions)
    return sorted(tuple(short(token) for token in row) for row in result.rows)


def by_rdflib(query: str) -> list[tuple[str, ...]]:
    graph = rdflib.Graph().parse(data=GRAPH, format="nt")
    rows = graph.query(PROLOGUE + query)
    return sorted(tuple(short(None if term is None else term.n3()) for term in row) for row in rows)  # type: ignore


def short(token: str | None) -> str:
    return "-" if token is None else token.split("^^")[0].strip('"<>').removeprefix("https://example.org/")


def both(query: str) -> list[tuple[str, ...]]:
    found = oxigraph(query)
    assert by_rdflib(query) == found
    return found


def refused(query: str, *, optional: bool = False) -> bool:
    return bool(lint(PROLOGUE + query, [Parameter("x", "iri" if optional else "xsd:date", optional)]))


SIGNED = [("a",), ("c",)]
ALL = [("a",), ("b",), ("c",)]
EARLY = "?s ex:signed ?d FILTER(?d <= ?x)"
LATE = "?s ex:signed ?d FILTER(?d > ?x)"


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT ?s {{ {AS_OF} {EARLY} }}",
        f"SELECT ?s {{ {EARLY} {AS_OF} }}",
        f"SELECT ?s {{ {AS_OF} ?s ex:kind ?k MINUS {{ {AS_OF} {LATE} }} }}",
        f"SELECT ?s {{ {AS_OF} ?s ex:kind ?k FILTER NOT EXISTS {{ {LATE} }} }}",
        f"SELECT ?s {{ {AS_OF} ?s ex:kind ?k FILTER EXISTS {{ {AS_OF} {EARLY} }} }}",
        f"SELECT ?s {{ {AS_OF} ?s ex:kind ?k {{ SELECT ?s {{ {AS_OF} {EARLY} }} }} }}",
        f"SELECT ?s {{ ?s ex:kind ?k {{ {AS_OF} {EARLY} }} UNION {{ {AS_OF} {EARLY} FILTER(?x < ?d) }} }}",
        f"SELECT ?s {{ {AS_OF} ?s ex:kind ?k OPTIONAL {{ {EARLY} }} FILTER(BOUND(?d)) }}",
    ],
)
def test_the_forms_that_the_lint_lets_through_answer_alike_on_both_engines(query: str) -> None:
    assert both(query) == SIGNED
    assert not refused(query)


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(f"SELECT ?s {{ {AS_OF} ?s ex:kind ?k {{ SELECT ?s {{ {EARLY} }} }} }}", id="sub-SELECT"),
        pytest.param(f"SELECT ?s {{ {AS_OF} ?s ex:kind ?k {{ {EARLY} }} }}", id="nested group"),
        pytest.param(f"SELECT ?s {{ {AS_OF} {{ {EARLY} }} UNION {{ {LATE} }} }}", id="UNION"),
        pytest.param(f"SELECT ?s {{ {EARLY} }} {AS_OF}", id="trailing VALUES"),
        pytest.param(f"SELECT ?s {{ {AS_OF} ?s ex:kind ?k FILTER EXISTS {{ SELECT ?s {{ {EARLY} }} }} }}", id="EXISTS"),
    ],
)
def test_a_filter_that_does_not_see_the_block_silently_gives_no_row_on_both_engines(query: str) -> None:
    assert both(query) == []
    assert refused(query)


def test_minus_without_its_own_block_removes_nothing_on_both_engines() -> None:
    query = f"SELECT ?s {{ {AS_OF} ?s ex:kind ?k MINUS {{ {LATE} }} }}"
    assert both(query) == ALL
    assert refused(query)


@pytest.mark.parametrize("inner", [f"{{ {EARLY} }}", "?s ex:signed ?d BIND(?x AS ?y) FILTER(?d <= ?y)"])
def test_inside_exists_a_nested_group_or_a_bind_sees_the_block_on_oxigraph_but_not_on_rdflib(inner: str) -> None:
    query = f"SELECT ?s {{ {AS_OF} ?s ex:kind ?k FILTER EXISTS {{ {inner} }} }}"
    assert (oxigraph(query), by_rdflib(query)) == (SIGNED, [])
    assert refused(query)


def test_bind_sees_the_block_only_when_it_comes_first_on_both_engines() -> None:
    early = f"SELECT ?s ?y {{ ?s ex:kind ex:motor BIND(?x AS ?y) {AS_OF} }}"
    late = f"SELECT ?s ?y {{ {AS_OF} ?s ex:kind ex:motor BIND(?x AS ?y) }}"
    assert (both(early), both(late)) == ([("b", "-")], [("b", "2019-06-30")])
    assert refused(early)
    assert not refused(late)


def test_a_trailing_block_is_joined_after_the_aggregate_on_both_engines() -> None:
    inside = "SELECT (COUNT(?s) AS ?n) { VALUES ?x { ex:sail } ?s ex:kind ?x }"
    trailing = "SELECT (COUNT(?s) AS ?n) { ?s ex:kind ?x } VALUES ?x { ex:sail }"
    assert (both(inside), both(trailing)) == ([("2",)], [("3",)])
    assert refused(trailing)


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(f"SELECT ?s {{ {OPEN} ?s ex:kind ?k FILTER(?k = ?x) }}", id="FILTER"),
        pytest.param(f"SELECT ?s {{ {OPEN} ?s ex:signed ?d FILTER NOT EXISTS {{ ?s ex:kind ?x }} }}", id="NOT EXISTS"),
    ],
)
def test_an_open_parameter_outside_the_patterns_of_its_group_gives_no_row_on_both_engines(query: str) -> None:
    assert both(query) == []
    assert refused(query, optional=True)


def test_an_open_parameter_in_a_bind_is_lost_on_both_engines() -> None:
    query = f"SELECT ?s ?y {{ {OPEN} ?s ex:kind ex:motor BIND(?x AS ?y) }}"
    assert both(query) == [("b", "-")]
    assert refused(query, optional=True)


def test_an_open_parameter_in_the_patterns_of_its_group_selects_everything_on_both_engines() -> None:
    query = f"SELECT ?s {{ {OPEN} ?s ex:kind ?x }}"
    assert both(query) == ALL
    assert not refused(query, optional=True)
