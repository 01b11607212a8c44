"""Files come into the tables with the quads that the reader gives, the fast way or not."""

import gzip
from pathlib import Path

import pyoxigraph as ox
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import ResourceError, SourceError, UsageError
from kg.graph.loading import File, load_files
from kg.graph.quads import Graph
from kg.project import Project
from kg.source.reader import Quad, read

XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.fixture
def here(tmp_path: Path) -> Project:
    return empty(tmp_path)


def empty(folder: Path) -> Project:
    (folder / "instances").mkdir()
    (folder / "kg.toml").write_text('base = "https://example.org/"\n')
    return Project.find(folder)


def written(project: Project, name: str, text: str | bytes) -> Path:
    path = project.instances / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def loaded(project: Project, *paths: Path, memory: str | None = None) -> Graph:
    graph = Graph.create(memory=memory)
    load_files(graph, [File(path, "data") for path in paths], project=project)
    return graph


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SUBJECTS = st.sampled_from(
    [ox.NamedNode("http://e/s"), ox.NamedNode("urn:é:%C3"), ox.BlankNode("x"), ox.BlankNode("y1")]
)
LITERALS = st.one_of(
    TEXTS.map(ox.Literal),
    st.tuples(TEXTS, st.sampled_from(["fr", "en-GB", "x-private1"])).map(lambda t: ox.Literal(t[0], language=t[1])),
    st.tuples(TEXTS, st.sampled_from([f"{XSD}date", f"{XSD}string", "urn:t"])).map(
        lambda t: ox.Literal(t[0], datatype=ox.NamedNode(t[1]))
    ),
    st.sampled_from(["a> _:b <http://g> .", '" _:x .', "x <http://e/y>", "\\", "--ltr", "<<( "]).map(ox.Literal),
)
GRAPHS = st.sampled_from([ox.DefaultGraph(), ox.NamedNode("http://e/g"), ox.BlankNode("g")])
QUADS = st.builds(ox.Quad, SUBJECTS, st.just(ox.NamedNode("http://e/p#'q")), st.one_of(SUBJECTS, LITERALS), GRAPHS)


@given(st.lists(QUADS, max_size=8), st.sampled_from([".nq", ".trig", ".nq.gz", ".trig.zst", ".nt", ".ttl"]))
def test_loading_gives_the_quads_of_reading(
    tmp_path_factory: pytest.TempPathFactory, quads: list[ox.Quad], suffix: str
) -> None:
    project = empty(tmp_path_factory.mktemp("load"))
    form = ox.RdfFormat.from_extension(suffix.split(".")[1])
    assert form is not None
    given = quads if form.supports_datasets else [quad.triple for quad in quads]
    data = ox.serialize(given, format=form)
    assert data is not None
    pack = {".gz": gzip.compress, ".zst": zstandard.compress}.get(Path(suffix).suffix, bytes)
    path = written(project, f"a{suffix}", pack(data))
    assert list(loaded(project, path).quads()) == sorted(set(read(path, project=project)))


def test_lines_that_are_not_canonical_are_read_all_the_same(here: Project) -> None:
    path = written(here, "a.nt", '# é\n<http://e/s>\t<http://e/p> "\\u00E9"@FR .\r\n\n_:a.b <http://e/p> "1"^^<urn:t>.')
    home = "<https://example.org/graph/a>"
    quads: list[Quad] = list(loaded(here, path).quads())
    assert [quad for quad in quads if quad[1].startswith("<")] == [(home, "<http://e/s>", "<http://e/p>", '"é"@fr')]
    assert sorted(quads) == sorted(read(path, project=here))


def test_blank_nodes_are_shared_between_the_graphs_of_a_file_and_not_between_files(here: Project) -> None:
    text = "_:x <http://e/p> 1 . <http://e/g> { _:x <http://e/p> 2 }"
    graph = loaded(here, written(here, "a.trig", text), written(here, "b.trig", text))
    subjects = {quad[1] for quad in graph.quads()}
    assert len(subjects) == 2
    assert len(list(graph.asserted())) == 4


def test_a_literal_of_ten_megabytes_is_one_term(here: Project) -> None:
    large = "é" * 5_000_000
    paths = [written(here, f"a{suffix}", f'<http://e/s> <http://e/p> "{large}" .\n') for suffix in (".nt", ".ttl")]
    [(_, _, token)] = loaded(here, *paths).asserted()
    assert token == f'"{large}"'


@pytest.mark.parametrize("suffix", [".nt", ".ttl"])
def test_a_line_of_several_long_terms_is_a_triple(here: Project, suffix: str) -> None:
    terms = [f"<http://e/{place}{'x' * (12 << 20)}>" for place in "spo"]
    path = written(here, f"a{suffix}", f"{' '.join(terms)} .\n")
    assert [list(triple) for triple in loaded(here, path).asserted()] == [terms]


def test_a_term_that_the_parser_does_not_take_is_told(here: Project) -> None:
    path = written(here, "a.ttl", f'<http://e/s> <http://e/p> "{"x" * (17 << 20)}" .')
    with pytest.raises(SourceError, match="instances/a.ttl: a term is longer than 16 MiB"):
        loaded(here, path)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.nt", b'<http://e/s> <http://e/p> "1" .\n<http://e/s> "p" .\n', "instances/a.nt:2"),
        ("a.nq", b"<http://e/s> <p> <http://e/o> .\n", "relative IRI"),
        ("a.nt", b'<http://e/s> <http://e/p> "\xff" .\n', "instances/a.nt:1"),
        ("a.ttl.gz", b"<http://e/s> <http://e/p> 1 .", "not gzip"),
        ("a.ttl.zst", b"<http://e/s> <http://e/p> 1 .", "not whole zstd"),
        ("a.ttl", b'<http://e/s> <http://e/p> "x"@en--ltr .', "RDF 1.2"),
        ("a.nt", b"<http://e/s> <http://e/p> <<( <http://e/s> <http://e/p> 1 )>> .", "instances/a.nt"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_file(here: Project, name: str, data: bytes, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        loaded(here, written(here, name, data))


def test_a_gzip_cut_short_is_told(here: Project) -> None:
    whole = gzip.compress(b"<http://e/s> <http://e/p> 1 .\n" * 1000)
    with pytest.raises(SourceError, match="instances/a.ttl.gz"):
        loaded(here, written(here, "a.ttl.gz", whole[:-9]))


def test_a_limit_of_memory_is_kept_or_told(here: Project) -> None:
    path = written(here, "a.nt", "".join(f"<http://e/s{i}> <http://e/p> <http://e/o{i}> .\n" for i in range(200_000)))
    assert len(list(loaded(here, path, memory="300MB").asserted())) == 200_000
    with pytest.raises(ResourceError, match="of memory are too few"):
        loaded(here, path, memory="5MB")
    with pytest.raises(UsageError, match="not an amount of memory: much"):
        loaded(here, path, memory="much")
