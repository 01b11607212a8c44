"""What the build before has said of a large resource is exchanged where the two differ, or not known."""

import random

import pytest

from kg.service.described import Statement, Whole
from kg.service.wholes import Wholes
from kg.source.reader import Triple

GRAPH = "<https://example.org/graph>"


def statement(triple: Triple) -> Statement:
    return Statement(triple, (GRAPH[1:-1],))


def order(said: Statement) -> Triple:
    return said.triple


def triples(chance: random.Random, count: int) -> set[Triple]:
    return {(f"<s{chance.randrange(30)}>", "<p>", f"<o{chance.randrange(30)}>") for _ in range(count)}


def exchanged(old: set[Triple], new: set[Triple], differing: set[Triple]) -> list[Statement] | None:
    facts = sorted(map(statement, old), key=order)
    wholes = Wholes.of({}, [(GRAPH, *triple) for triple in differing])
    return wholes.exchanged(GRAPH, facts, order=order, holds=lambda _, triple: triple in new)


@pytest.mark.parametrize("seed", range(50))
def test_the_statements_of_a_graph_are_those_of_the_build(seed: int) -> None:
    chance = random.Random(seed)
    old, fresh = triples(chance, 100), triples(chance, 5)
    new = old - set(chance.sample(sorted(old), 5)) | fresh
    assert exchanged(old, new, (old ^ new) | fresh) == sorted(map(statement, new), key=order)


@pytest.mark.parametrize("triple", [("_:b", "<p>", "<o>"), ("<s>", "<p>", "_:b"), ("<s>", "<p>", '"1"')])
def test_blank_nodes_and_literals_that_differ_are_not_exchanged(triple: Triple) -> None:
    assert exchanged({("<s>", "<p>", "<o>")}, {triple}, {triple}) is None


def test_nothing_is_exchanged_where_a_graph_has_blank_nodes() -> None:
    known = {("<s>", "<p>", "_:b")}
    assert exchanged(known, known, set()) is None


def whole(*pages: tuple[Triple, ...], facts: tuple[Triple, ...] = ()) -> Whole:
    contents = tuple(tuple(map(statement, page)) for page in pages)
    return Whole("https://example.org/graph", (), tuple(map(statement, facts)), contents, ())


A, B, C, BLANK = ("<a>", "<p>", "<o>"), ("<b>", "<p>", "<o>"), ("<c>", "<p>", "<o>"), ("<a>", "<p>", "_:b")


@pytest.mark.parametrize(
    ("now", "page", "same"),
    [
        (whole((A,), (B,)), 1, True),
        (whole((A,), (B,)), 2, True),
        (whole((A,), (C,)), 2, False),
        (whole((A,), (C,)), 1, True),
        (whole((A,), (B, C)), 1, False),  # the first says how many there are
        (whole((A,), (B,), (C,)), 1, False),
        (whole((A,), (B,), facts=(C,)), 2, False),
    ],
)
def test_a_page_is_what_it_was(now: Whole, page: int, same: bool) -> None:
    before = whole((A,), (B,))
    assert Wholes.of({before.iri: before}, []).has(now, page) == same
    assert not Wholes().has(now, page)


def test_no_page_with_a_blank_node_is_sure_to_be_what_it_was() -> None:
    before = whole((BLANK,), (B,))
    assert not Wholes.of({before.iri: before}, []).has(before, 1)
    assert Wholes.of({before.iri: before}, []).has(before, 2)


def test_pages_that_say_the_same_are_the_same() -> None:
    before = whole((A,), (B,))
    now = Wholes.of({before.iri: before}, []).shared(whole((A,), (C,), (B,)))
    assert now.contents == ((statement(A),), (statement(C),), (statement(B),))
    assert (now.contents[0], now.contents[2]) == before.contents
    assert now.contents[0] is before.contents[0]
    assert now.contents[2] is before.contents[1]
    assert Wholes().shared(now) is now
