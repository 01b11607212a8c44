"""Data by URIs and globs: what executors read is what the same files say in the project."""

import gzip
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
import zstandard

from kg.errors import EndpointError, KgError, SourceError, UsageError
from kg.graph.loading import File, load_files
from kg.graph.quads import Graph
from kg.project import Project
from tests.spark.conftest import free_port

pytestmark = pytest.mark.system
FIXTURE = Path(__file__).resolve().parents[1] / "fixture"


def lines(name: str, count: int) -> str:
    say = '<urn:{0}:{1}> <urn:says> "{2}" .\n<urn:{0}:{1}> <urn:knows> _:{0}{1} .\n'
    return "# a comment\n\n" + "".join(say.format(name, n, "é \\n \U0001f33e" * (n % 3)) for n in range(count))


def statements(name: str) -> str:
    return f":a :b [ :c \"1\"^^<urn:t> , 'x'@FR ] ; :d <urn:{name}> , 1.50 ."


def write(folder: Path) -> Path:
    """Write files of each kind, one of more lines than a batch has, two of one name."""
    (folder / "more").mkdir(parents=True)
    (folder / "one.nt").write_text(lines("one", 3))
    (folder / "two.nt.gz").write_bytes(gzip.compress(lines("two", 60_000).encode()))
    (folder / "more" / "one.nt.zst").write_bytes(zstandard.compress(lines("three", 4).encode()))
    (folder / "more" / "a [b]{c}*.nt").write_text(lines("four", 2).replace("\n", "\r\n"))
    (folder / "named.nq").write_text("<urn:a> <urn:b> <urn:c> <urn:g> .\n<urn:a> <urn:b> <urn:c> .")
    (folder / "five.ttl").write_text(f"@prefix : <urn:five:> . {statements('five')}")
    text = f"@prefix : <urn:six:> . <urn:g> {{ {statements('six')} }}"
    (folder / "six.trig.zst").write_bytes(zstandard.compress(text.encode()))
    (folder / "_hidden.nt").write_text("not RDF")
    (folder / "notes.txt").write_text("not RDF")
    return folder


def read_there(session, folder: Path, *named: str) -> Graph:
    from kg.graph.spark.engine import Spark
    from kg.graph.spark.inputs import find_data
    from kg.graph.spark.loading import load
    from kg.graph.spark.storage import Storage

    graph = Graph.empty(Spark(session, Storage(session, str(folder / "tables")), scratch=folder / "scratch"))
    load(graph, [], project=Project.find(FIXTURE), data=find_data(session, named))
    return graph


def said(graph: Graph) -> set[tuple[str, ...]]:
    """The quads of a graph, the labels of blank nodes without the scope of their file, numbers left out."""
    return {tuple(re.sub(r"^_:b[0-9a-f]{8,16}x(\D*)", r"_:\1", token) for token in quad) for quad in graph.quads()}


def test_what_is_read_by_uri_is_what_the_files_say(session, copy: Project, tmp_path: Path) -> None:
    shutil.rmtree(copy.instances)
    files = [path for path in copy.files(write(copy.instances)) if not path.name.startswith("_")]
    here = Graph.create()
    load_files(here, [File(path, "data") for path in files], project=copy)
    there = read_there(session, tmp_path, copy.instances.as_uri())
    assert said(there) == said(here)
    assert there.size() == here.size() > 120_000
    paths = [path for (path,) in there.engine.rows("SELECT path FROM source")]
    assert sorted(map(unquote, paths)) == sorted(f"file://{path}" for path in files)
    there.engine.close()


def test_globs_name_files_once_and_their_graphs_by_what_varies(session, tmp_path: Path) -> None:
    folder = write(tmp_path / "data")
    there = read_there(
        session, tmp_path, f"{folder}/*/*.zst", f"{folder.as_uri()}/{{one,none}}.nt", str(folder / "one.nt")
    )
    graphs = {graph.rpartition("graph/")[2] for graph, *_ in there.quads()}
    assert graphs == {"more/one>", "one>"}
    assert len(list(there.quads())) == 14
    there.engine.close()


@pytest.mark.parametrize(
    ("named", "kind", "message"),
    [
        ("none*.nt", UsageError, "no file of RDF is there"),
        ("gone.nt", UsageError, "no file of RDF is there"),
        ("notes.txt", UsageError, "not an RDF file"),
        ("nowhere://host/x.nt", UsageError, "cannot read data from nowhere://host/x.nt"),
        (f"hdfs://127.0.0.1:{free_port()}/x.nt", EndpointError, "cannot read data from hdfs://127.0.0.1"),
        ("bad.nt.gz", SourceError, "data/bad.nt.gz:4: "),
        ("bad.ttl", SourceError, "data/bad.ttl:2: "),
        ("broken.nt.gz", SourceError, "data/broken.nt.gz: cannot be read: java.io.EOFException"),
    ],
)
def test_what_cannot_be_read_is_told(session, tmp_path: Path, named: str, kind: type[KgError], message: str) -> None:
    folder = write(tmp_path / "data")
    (folder / "bad.nt.gz").write_bytes(gzip.compress(b"\n<urn:a> <urn:b> <urn:c> .\n\n<urn:a> <urn:b> oops .\n"))
    (folder / "bad.ttl").write_text("@prefix : <urn:> .\n:a :b .")
    (folder / "broken.nt.gz").write_bytes(gzip.compress(lines("six", 9_000).encode())[:2_000])
    with pytest.raises(kind) as raised:
        read_there(session, tmp_path, named if "://" in named else str(folder / named))
    assert message in str(raised.value)


def test_findings_in_data_elsewhere_name_its_address(copy: Project, tmp_path: Path) -> None:
    (copy.shapes / "shapes.ttl").write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . <urn:shape> a sh:NodeShape ; sh:targetSubjectsOf <urn:knows> ; "
        "sh:property <urn:shape:name> . <urn:shape:name> sh:path <urn:name> ; sh:minCount 1 ."
    )
    data = tmp_path / "data.ttl"
    data.write_text("<urn:one> <urn:knows> <urn:other> .")
    command = [sys.executable, "-m", "kg", "-C", str(copy.root), "validate", "--format", "json"]
    cluster = ["--engine", "spark", "--master", "local[2]", "--tables", str(tmp_path / "tables"), "--data", str(data)]
    done = subprocess.run([*command, *cluster], capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    found = [one for one in json.loads(done.stdout)["findings"] if "urn:one" in str(one["focus"])]
    assert [(one["shape"], one["file"]) for one in found] == [("urn:shape:name", data.as_uri())]


def test_a_build_with_data_elsewhere_is_that_of_the_same_files_in_the_project(copy: Project, tmp_path: Path) -> None:
    data = tmp_path / "shards"
    data.mkdir()
    for number in range(3):
        text = "".join(f"<urn:thing:{number}:{n}> <urn:knows> <urn:thing:{n}:{number}> .\n" for n in range(50))
        (data / f"part-{number}.nt.gz").write_bytes(gzip.compress(text.encode()))
    command = [sys.executable, "-m", "kg", "-C", str(copy.root), "build", "--out"]
    cluster = ["--engine", "spark", "--master", "local[2]", "--tables", str(tmp_path / "tables")]
    subprocess.run([*command, tmp_path / "there", *cluster, "--data", f"{data}/part-*.nt.gz"], check=True)
    for file in data.iterdir():
        shutil.copy(file, copy.instances)
    subprocess.run([*command, tmp_path / "here"], check=True)
    assert (tmp_path / "here" / "data.nq").read_bytes() == (tmp_path / "there" / "data.nq").read_bytes()
