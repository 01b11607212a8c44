"""The dumps hold what the build holds, in each format, whole and graph by graph."""

import gzip
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import parse

from kg import pipeline
from kg.errors import UsageError
from kg.graph.build import Build
from kg.project import Project
from kg.publication.dumps import _LONGEST, DESCRIBED, describe_dump, file_name, graph_path, write_dumps
from kg.publication.files import File
from kg.publication.publish import Publication
from tests.publication.conftest import canonical, graphs_of

BOTH = pytest.mark.parametrize(
    ("published", "built"),
    [("site", "town_build"), pytest.param("whole", "project_build", marks=pytest.mark.system)],  # it takes a minute
)


def of(request: pytest.FixtureRequest, published: str, built: str) -> tuple[Publication, Build]:
    return request.getfixturevalue(published), request.getfixturevalue(built)


def whole_dump(site: Publication, suffix: str) -> Path:
    (nquads,) = (site.folder / "data").glob("*.nq")
    return nquads.with_suffix(f".{suffix}")


@BOTH
def test_the_nquads_are_those_of_the_build_in_their_canonical_form(
    published: str, built: str, request: pytest.FixtureRequest
) -> None:
    site, build = of(request, published, built)
    lines = whole_dump(site, "nq").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    assert lines == [f"{line} ." for line in canonical(parse(path=build.dump))]


def test_a_browser_is_told_where_the_nquads_are(site: Publication, tmp_path: Path) -> None:
    nquads = whole_dump(site, "nq")
    told = json.loads((site.folder / DESCRIBED).read_text(encoding="utf-8"))
    data = nquads.read_bytes()
    assert (told["bytes"], told["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert told["files"][-1] == {"path": nquads.name, "bytes": len(data)}
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / nquads.name).write_bytes(data)
    (tmp_path / "data" / f"{nquads.name}.gz").write_bytes(packed := gzip.compress(data, mtime=0))
    again = json.loads(describe_dump(File.of(tmp_path / "data" / nquads.name, root=tmp_path), root=tmp_path))
    assert again["files"][0] == {"path": f"{nquads.name}.gz", "bytes": len(packed), "encoding": "gzip"}
    assert {**again, "files": again["files"][1:]} == {**told, "files": told["files"][-1:]}


@BOTH
def test_the_turtle_is_the_merged_graph(published: str, built: str, request: pytest.FixtureRequest) -> None:
    site, build = of(request, published, built)
    assert canonical(parse(path=whole_dump(site, "ttl"))) == canonical(graphs_of(build)[""])


@BOTH
def test_the_trig_is_the_merged_graph_and_every_named_graph(
    published: str, built: str, request: pytest.FixtureRequest
) -> None:
    site, build = of(request, published, built)
    assert canonical(parse(path=whole_dump(site, "trig"))) == canonical(parse(path=build.dump))


@BOTH
def test_the_jsonld_is_the_merged_graph_and_every_named_graph(
    published: str, built: str, request: pytest.FixtureRequest
) -> None:
    site, build = of(request, published, built)
    assert canonical(parse(path=whole_dump(site, "jsonld"))) == canonical(parse(path=build.dump))


@BOTH
def test_what_is_asserted_and_what_is_inferred_are_together_the_merged_graph(
    published: str, built: str, request: pytest.FixtureRequest
) -> None:
    site, build = of(request, published, built)
    (file,) = (site.folder / "data").glob("*-asserted.ttl")
    asserted, merged = canonical(parse(path=file)), canonical(graphs_of(build)[""])
    inferred = canonical(parse(path=site.folder / "data" / "graph" / "inferred.ttl"))
    assert set(asserted) & set(inferred) == set()
    assert sorted([*asserted, *inferred]) == merged


@BOTH
def test_each_whole_dump_is_there_compressed_and_the_same_bytes_each_time(
    published: str, built: str, request: pytest.FixtureRequest
) -> None:
    site, _ = of(request, published, built)
    for suffix in ("nq", "trig", "ttl", "jsonld"):
        file = whole_dump(site, suffix)
        packed = file.with_name(f"{file.name}.gz").read_bytes()
        assert gzip.decompress(packed) == file.read_bytes()
        assert packed[4:8] == bytes(4)  # RFC 1952, section 2.3.1: no time
        assert (
            zstandard.ZstdDecompressor().decompress(file.with_name(f"{file.name}.zst").read_bytes())
            == file.read_bytes()
        )


@BOTH
def test_each_named_graph_is_a_file_of_its_own(published: str, built: str, request: pytest.FixtureRequest) -> None:
    site, build = of(request, published, built)
    project: Project = request.getfixturevalue("town" if built == "town_build" else "project")
    graphs = {name: quads for name, quads in graphs_of(build).items() if name}
    paths = {graph_path(name, project=project): name for name in graphs}
    assert len(paths) == len(graphs)
    folder = site.folder / "data" / "graph"
    assert {path.relative_to(site.folder).as_posix() for path in folder.rglob("*") if path.is_file()} == set(paths)
    for path, name in paths.items():
        assert canonical(parse(path=site.folder / path)) == canonical(graphs[name]), name


def test_each_dump_says_first_what_it_is(site: Publication, town: Project) -> None:
    for path in (site.folder / "data").rglob("*.t*"):
        if path.suffix in (".ttl", ".trig"):
            assert path.read_text(encoding="utf-8").startswith(f"# {town.dataset}: the "), path


@pytest.mark.parametrize(
    ("graph", "path"),
    [
        ("doc/gazette#line=3,4", "doc/gazette/line/4"),
        ("doc/gazette#line=5,6", "https~3a~2f~2fexample.org~2ftown~2fdoc~2fgazette~23line~3d5~2c6"),
        ("graph/reference/places", "reference/places"),
        ("graph/Été", "~c3~89t~c3~a9"),
        ("graph/../../up", "~2e~2e/~2e~2e/up"),
        ("graph/a//b", "a/~/b"),
    ],
)
def test_a_graph_s_file_is_named_after_its_iri(graph: str, path: str, town: Project) -> None:
    assert graph_path(f"{town.base}{graph}", project=town) == f"data/graph/{path}.ttl"


def test_a_graph_of_elsewhere_is_one_name(town: Project) -> None:
    assert graph_path("http://e.org/x/Y", project=town) == "data/graph/http~3a~2f~2fe.org~2fx~2f~59.ttl"


@given(st.text())
def test_a_file_name_is_safe_on_every_file_system(segment: str) -> None:
    name = file_name(segment)
    assert re.fullmatch(r"[a-z0-9_~-](?:[a-z0-9._~-]*[a-z0-9_~-])?", name)
    assert len(name) <= _LONGEST
    if "~" not in name:
        assert name == segment


@given(st.text(min_size=1), st.text(min_size=1))
def test_two_segments_have_two_names(one: str, other: str) -> None:
    assert (file_name(one) == file_name(other)) == (one == other)


def test_long_segments_that_begin_alike_have_two_names() -> None:
    assert file_name("a" * 500) != file_name("a" * 501)


def test_a_dataset_named_as_the_context_is_refused(town_build: Build, town: Project, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="a dataset cannot be named context"):
        write_dumps(town_build, project=town, slug="context", root=tmp_path / "site")


def test_two_graphs_of_one_file_are_refused(rewritten: Callable[[str, str], Project], tmp_path: Path) -> None:
    town = rewritten("", "")
    passage = town.instances / "doc" / "gazette" / "line" / "4.ttl"
    passage.parent.mkdir(parents=True)
    passage.write_text("<https://example.org/town/id/x> <http://purl.org/dc/terms/subject> 1 .\n")
    build = pipeline.build(town, out=tmp_path / "build").build
    assert build is not None
    with pytest.raises(UsageError, match=r"would share the file data/graph/doc/gazette/line/4\.ttl: rename one"):
        write_dumps(build, project=town, slug="town", root=tmp_path / "site")
