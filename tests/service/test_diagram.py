"""Diagrams: what leads to something is above it, nothing stands on another, and the drawing is always the same."""

import random
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from kg.service import layering
from kg.service.diagram import Box, Drawing, around, box, layered
from kg.service.names import Shown

NODES = st.integers(1, 12)


def overlapping(drawing: Drawing) -> list[tuple[Box, Box]]:
    return [
        (a, b)
        for a, b in combinations(drawing.boxes, 2)
        if a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height
    ]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[str], dict[tuple[str, str], str]]:
    nodes = [f"n{number}" for number in range(draw(NODES))]
    pairs = draw(st.sets(st.tuples(st.sampled_from(nodes), st.sampled_from(nodes)), max_size=30))
    return nodes, {pair: f"{pair[0]} to {pair[1]}" for pair in sorted(pairs)}


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_every_box_has_a_place_of_its_own_and_every_link_a_line(
    graph: tuple[list[str], dict[tuple[str, str], str]],
) -> None:
    nodes, links = graph
    drawing = layered({node: box(Shown(node)) for node in nodes}, links)
    assert sorted(placed.name.text for placed in drawing.boxes) == sorted(nodes)
    assert overlapping(drawing) == []
    assert all(b.x >= 0 and b.x + b.width <= drawing.width and b.y + b.height <= drawing.height for b in drawing.boxes)
    said = "; ".join(line.title for line in drawing.lines)
    assert all(title in said for title in links.values())
    shuffled = list(links.items())
    random.Random(1).shuffle(shuffled)
    again = layered({node: box(Shown(node)) for node in nodes}, dict(shuffled))
    assert again.boxes == drawing.boxes


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_no_way_leads_back_up(graph: tuple[list[str], dict[tuple[str, str], str]]) -> None:
    nodes, links = graph
    down = layering.acyclic(nodes, [pair for pair in links if pair[0] != pair[1]])
    rows = layering.in_rows(nodes, down)
    level = {node: number for number, row in enumerate(rows) for node in row}
    assert all(level[a] < level[b] for a, b in down)
    assert max(len(row) for row in rows) <= layering.MOST
    assert {frozenset(pair) for pair in down} == {frozenset(pair) for pair in links if pair[0] != pair[1]}


def test_the_surroundings_of_a_class_do_not_overlap() -> None:
    sides = [(box(Shown(f"other {n}")), ["first property", "second", "third"][: n % 3 + 1]) for n in range(8)]
    kinds = [box(Shown(f"kind {n}")) for n in range(3)]
    middle = box(Shown("a class with a long name of many words"), here=True)
    drawing = around(middle, above=kinds[:2], below=kinds, before=sides, after=sides[:3])
    assert len(drawing.boxes) == 1 + 2 + 3 + 8 + 3
    assert overlapping(drawing) == []
    assert sum(line.kind for line in drawing.lines) == 5
    alone = around(box(Shown("alone"), here=True), above=[], below=kinds, before=[], after=[])
    assert overlapping(alone) == []
    assert min(one.x for one in alone.boxes) >= 0
