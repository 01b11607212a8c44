"""The N-Quads dump holds the merged default graph and every named graph, sorted, each line once."""

import hashlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode

from kg.graph.dump import Dump, difference, rewrite_nquads, write_nquads
from kg.graph.exchanged import BEFORE
from kg.graph.quads import Graph
from kg.source.reader import Quad

INFERRED = "https://example.org/it's/graph/inferred"
A, B, C, P, Q = (f"<https://example.org/{name}>" for name in ("a", "b", "c", "p", "q"))
G1, G2, SHAPES = (f"<https://example.org/graph/{name}>" for name in ("1", "2", "shapes"))

IRIS = st.sampled_from(["a", "ab", "a/b", "a-b", "a#b", "a%20b", "é"]).map(
    lambda name: str(NamedNode(f"https://example.org/{name}"))
)
BLANKS = st.from_regex(r"b[0-9]{0,3}", fullmatch=True).map(lambda label: str(BlankNode(label)))
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=6)
LITERALS = st.one_of(
    TEXT.map(lambda text: str(Literal(text))),
    st.tuples(TEXT, st.sampled_from(["fr", "en", "fr-be"])).map(lambda pair: str(Literal(pair[0], language=pair[1]))),
    TEXT.map(lambda text: str(Literal(text, datatype=NamedNode("https://example.org/type")))),
)
QUADS = st.lists(
    st.tuples(st.sampled_from([G1, G2]), st.one_of(IRIS, BLANKS), IRIS, st.one_of(IRIS, BLANKS, LITERALS)), max_size=30
)


def lines_of(out: Path) -> list[bytes]:
    content = out.read_bytes()
    assert content == b"" or content.endswith(b"\n")
    return content.split(b"\n")[:-1]


def parts(dump: Dump) -> list[list[bytes]]:
    content = dump.file.read_bytes()
    assert hashlib.sha256(content).hexdigest() == dump.sha256
    found, start = [], 0
    for name, size in dump.sizes.items():
        found.append(content[start : start + size].split(b"\n")[:-1])
        assert len(found[-1]) == dump.lines[name]
        start += size
    assert start == len(content)
    return found


@given(QUADS)
@settings(max_examples=30)
def test_a_term_too_long_to_put_lines_together_in_memory_changes_no_other_line(quads: list[Quad]) -> None:
    long = (G1, A, P, '"' + "a" * 70_000 + '"')
    found = []
    for some in (quads, [*quads, long]):
        graph = Graph.create()
        graph.load([("1.ttl", "data", some)])
        graph.engine.append("closure", {name: graph.ids([token]) for name, token in zip("spo", (B, Q, C), strict=True)})
        graph.engine.run("UPDATE closure SET rule = 1, round = 1 WHERE round IS NULL")
        with tempfile.TemporaryDirectory() as folder:
            dump = write_nquads(graph, inferred_graph=INFERRED, out=Path(folder) / "data.nq")
            found.append([[line for line in part if len(line) < 70_000] for part in parts(dump)])
    assert found[0] == found[1]


def test_the_default_graph_is_the_merged_union_and_shapes_stay_apart(tmp_path: Path) -> None:
    graph = Graph.create()
    graph.load(
        [
            ("1.ttl", "data", [(G1, A, P, B), (G1, B, P, C)]),
            ("2.ttl", "data", [(G2, A, P, B)]),
            ("s.ttl", "shapes", [(SHAPES, A, Q, C)]),
        ]
    )
    ids = graph.ids([A, P, C])
    graph.engine.run("INSERT INTO closure VALUES (?, ?, ?, 1, 1)", ids)
    dump = write_nquads(graph, inferred_graph=INFERRED, out=tmp_path / "data.nq")
    assert dump.lines == {"default": 3, "named": 4, "inferred": 1}
    assert (tmp_path / "data.nq").read_text() == (
        f"{A} {P} {B} .\n{A} {P} {C} .\n{B} {P} {C} .\n"
        f"{A} {P} {B} {G1} .\n{A} {P} {B} {G2} .\n{A} {Q} {C} {SHAPES} .\n{B} {P} {C} {G1} .\n"
        f"{A} {P} {C} <{INFERRED}> .\n"
    )


def test_what_is_inferred_but_not_published_is_not_dumped(tmp_path: Path) -> None:
    graph = Graph.create()
    graph.load([("1.ttl", "data", [(G1, A, P, "_:b0")])])
    graph.engine.run("INSERT INTO closure VALUES (?, ?, ?, 1, 1)", graph.ids(["_:b0", Q, A]))
    dump = write_nquads(graph, inferred_graph=INFERRED, out=tmp_path / "data.nq")
    assert dump.lines == {"default": 1, "named": 1, "inferred": 0}


def test_an_empty_graph_is_an_empty_file(tmp_path: Path) -> None:
    graph = Graph.create()
    graph.load([])
    dump = write_nquads(graph, inferred_graph=INFERRED, out=tmp_path / "data.nq")
    assert dump.lines == {"default": 0, "named": 0, "inferred": 0}
    assert (tmp_path / "data.nq").read_bytes() == b""


@settings(deadline=None, max_examples=60)
@given(quads=QUADS)
def test_any_terms_are_written_as_they_are_in_the_order_of_their_bytes(
    tmp_path_factory: pytest.TempPathFactory, quads: list[Quad]
) -> None:
    out = tmp_path_factory.mktemp("dump") / "it's.nq"
    graph = Graph.create()
    graph.load([("1.ttl", "data", quads)])
    default, named, inferred = parts(write_nquads(graph, inferred_graph=INFERRED, out=out))
    assert default == sorted({f"{s} {p} {o} .".encode() for _, s, p, o in quads})
    assert named == sorted({f"{s} {p} {o} {g} .".encode() for g, s, p, o in quads})
    assert inferred == []


@settings(deadline=None, max_examples=60)
@given(before=QUADS, after=QUADS)
def test_a_dump_written_from_an_earlier_one_has_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, before: list[Quad], after: list[Quad]
) -> None:
    folder = tmp_path_factory.mktemp("dump")
    graph = Graph.create()
    graph.load([("1.ttl", "data", [(G1, A, P, B), *before])])
    old = write_nquads(graph, inferred_graph=INFERRED, out=folder / "old.nq")
    graph.save(folder / "old.duckdb")
    again = Graph.restore(folder / "old.duckdb")
    again.remove(["1.ttl"])
    again.load([("1.ttl", "data", after)])
    differs = difference(again, before=BEFORE, inferred_graph=INFERRED)
    new = rewrite_nquads(old, differs, out=folder / "new.nq")
    whole = write_nquads(again, inferred_graph=INFERRED, out=folder / "whole.nq")
    assert new.file.read_bytes() == whole.file.read_bytes()
    assert (new.lines, new.sizes, new.sha256) == (whole.lines, whole.sizes, whole.sha256)
