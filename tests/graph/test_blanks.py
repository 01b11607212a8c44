"""Blank nodes are paired by what is said of them; whatever their labels, the graph is the same."""

import pyoxigraph as ox
from hypothesis import given
from hypothesis import strategies as st

from kg.graph.blanks import align
from kg.source.reader import Quad

LABELS = st.sampled_from([f"_:b{number}" for number in range(6)])
NODES = LABELS | st.sampled_from(["<http://e/x>", "<http://e/y>"])
QUADS = st.sets(
    st.tuples(
        st.sampled_from(["", "<http://e/g>", "_:b0", "_:b5"]),
        NODES,
        st.sampled_from(["<http://e/p>", "<http://e/q>"]),
        NODES | st.just('"_:b1"'),
    ),
    max_size=12,
)


def canonical(quads: list[Quad]) -> list[str]:
    lines = "".join(f"{s} {p} {o} {g} .\n" for g, s, p, o in quads)
    dataset = ox.Dataset(ox.parse(lines.encode(), format=ox.RdfFormat.N_QUADS))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(str(quad) for quad in dataset)


@given(QUADS, QUADS)
def test_the_graph_stays_the_same(old: set[Quad], new: set[Quad]) -> None:
    found = align(list(new), old=old)
    assert canonical(found) == canonical(list(new))


def tree(first: int) -> list[Quad]:
    """A list of three restrictions, some alike, whose labels count from a number."""
    quads: list[Quad] = []
    holder = "<http://e/class>"
    for step, value in enumerate(("1", "2", "1")):
        cell, item = f"_:b{first + 2 * step}", f"_:b{first + 2 * step + 1}"
        quads += [
            ("<http://e/g>", holder, "<http://e/rest>", cell),
            ("<http://e/g>", cell, "<http://e/first>", item),
            ("<http://e/g>", item, "<http://e/value>", f'"{value}"'),
        ]
        holder = cell
    return quads


def test_labels_that_moved_make_no_difference() -> None:
    assert set(align(tree(2), old=tree(0))) == set(tree(0))
    assert set(align([*tree(2), *tree(90)], old=tree(0))) > set(tree(0))


def test_twins_keep_to_their_own() -> None:
    """Two nodes that the same is said of, each with a child: the children stay with their parents."""

    def twins(a: str, b: str, c: str, d: str) -> set[Quad]:
        pairs = [("<http://e/x>", a), (a, b), ("<http://e/x>", c), (c, d)]
        return {("", s, "<http://e/p>", o) for s, o in pairs}

    old = twins("_:b1", "_:b2", "_:b3", "_:b4")
    assert set(align(list(twins("_:b4", "_:b1", "_:b2", "_:b3")), old=old)) == old


def test_a_changed_node_is_told_by_its_label() -> None:
    old = [("", "<http://e/x>", "<http://e/p>", "_:b1"), ("", "_:b1", "<http://e/q>", '"1"')]
    new = [("", "<http://e/x>", "<http://e/p>", "_:b1"), ("", "_:b1", "<http://e/q>", '"2"')]
    assert align(new, old=old) == new
