"""A dump is cut into pieces that are bounded, that together are its graphs, and that cut no blank node."""

from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import UsageError
from kg.graph.build import Build
from kg.publication.pushing import pieces
from kg.publication.pushing.pieces import Contents
from tests.publication.pushing.stores import written

NODES = st.sampled_from(["_:a", "_:b", "_:c", "_:d", "<urn:s>", "<urn:t>"])
GRAPHS = st.sampled_from(["", "<urn:g> ", "<urn:h> "])
QUADS = st.lists(st.tuples(GRAPHS, NODES, NODES), min_size=1, max_size=20, unique=True)


def by_graph(contents: Contents, graphs: set[str]) -> dict[str, Counter[bytes]]:
    found: defaultdict[str, Counter[bytes]] = defaultdict(Counter)
    for piece in contents.pieces(graphs):
        for graph in piece.graphs:
            found[graph].update(piece.lines)
    return dict(found)


@given(QUADS)
def test_pieces_are_the_graphs_and_blank_nodes_of_a_graph_are_in_one(quads: list[tuple[str, str, str]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        build = written(Path(folder) / "b", "".join(f"{s} <urn:p> {o} {g}.\n" for g, s, o in quads))
        contents = Contents.of(build.dump)
        expected: defaultdict[str, Counter[bytes]] = defaultdict(Counter)
        for g, s, o in quads:
            expected[g.strip()][f"{s} <urn:p> {o} .\n".encode()] += 1
        assert by_graph(contents, set(contents.lines)) == expected
        places: defaultdict[tuple[str, bytes], set[str]] = defaultdict(set)
        for piece in contents.pieces(set(contents.lines)):
            for graph in piece.graphs:
                for line in piece.lines:
                    for label in (token for token in line.split() if token.startswith(b"_:")):
                        places[graph, label].add(piece.name)
        assert all(len(names) == 1 for names in places.values())


def test_lines_that_several_graphs_have_along_their_blank_nodes_are_sent_once(small: Build) -> None:
    contents = Contents.of(small.dump)
    shared = [piece for piece in contents.pieces(set(contents.lines)) if len(piece.graphs) > 1]
    assert {piece.graphs for piece in shared} == {("", "<https://example.org/g1>"), ("", "<https://example.org/g2>")}
    assert contents.together(["<https://example.org/g1>"]) == {
        "", "<https://example.org/g1>", "<https://example.org/g2>",
    }  # fmt: skip
    assert contents.together(["<https://example.org/gé>"]) == {"<https://example.org/gé>"}


def test_pieces_are_bounded_and_end_with_their_subject(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "LINES", 10)
    monkeypatch.setattr(pieces, "_BORDER", 8)
    lines = "".join(f'<urn:s{i // 4}> <urn:p> "{i}" .\n' for i in range(100))
    contents = Contents.of(written(tmp_path / "b", lines).dump)
    cut = [piece.lines for piece in contents.pieces([""])]
    assert sum(map(len, cut)) == 100
    assert all(len(piece) <= 10 for piece in cut)
    subjects = [{line.split()[0] for line in piece} for piece in cut]
    assert not any(one & other for one, other in pairwise(subjects))


def test_a_piece_takes_no_more_bytes_than_it_may_but_one_long_line(tmp_path: Path) -> None:
    lines = "".join(f'<urn:s{i}> <urn:p> "{"x" * size}" .\n' for i, size in enumerate([3_000_000] * 4 + [9_000_000, 5]))
    contents = Contents.of(written(tmp_path / "b", lines).dump)
    assert [len(piece.lines) for piece in contents.pieces([""])] == [2, 2, 1, 1]


def test_a_graph_named_by_a_blank_node_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="named by a blank node"):
        Contents.of(written(tmp_path / "b", "<urn:s> <urn:p> <urn:o> _:g .\n").dump)
