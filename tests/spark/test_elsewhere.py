"""Tables and data that no machine of a cluster has as files: by URIs of HDFS and S3, through Hadoop's clients.

Hadoop's mount table (ViewFileSystemOverloadScheme) has these URIs stand for a server of files, since neither a
NameNode nor a bucket can be had for a test.
"""

import gzip
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from kg.errors import EndpointError, ResourceError
from kg.project import Project
from tests.spark.conftest import Cluster, rounds_in, wait_for
from tests.spark.elsewhere import Served, serving
from tests.spark.test_cluster import command, rounds

pytestmark = pytest.mark.system
TABLES, DATA = "hdfs://graphs/kg/tables", "s3a://bucket/kg/data"


@dataclass(frozen=True)
class Elsewhere:
    """A server of files for tables and one for data, and the folder of settings that say how Spark comes to them."""

    tables: Served
    data: Served
    settings: Path
    end: Callable[[], None]

    def run(self, project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command(project, *arguments), env=self.environment(), capture_output=True, text=True)

    def environment(self) -> dict[str, str]:
        return {**os.environ, "SPARK_CONF_DIR": str(self.settings)}


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Elsewhere]:
    settings, tables, data = tmp_path / "settings", Served(tmp_path / "graphs"), Served(tmp_path / "bucket")
    settings.mkdir()
    with ExitStack() as stack:
        lines: list[str] = []
        for served, (scheme, host) in zip((tables, data), (("hdfs", "graphs"), ("s3a", "bucket")), strict=True):
            served.folder.mkdir()
            uri = stack.enter_context(serving(served))
            lines += [
                f"spark.hadoop.fs.{scheme}.impl org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme",
                f"spark.hadoop.fs.viewfs.mounttable.{host}.link./kg {uri}",
            ]
        (settings / "spark-defaults.conf").write_text("\n".join(lines) + "\n")
        yield Elsewhere(tables, data, settings, stack.close)


def shards(folder: Path, *, count: int = 3, lines: int = 500) -> None:
    """Write files of things that are within one another."""
    folder.mkdir(parents=True)
    start = "https://example.org/town"
    say = f"<{start}/id/place-{{0}}> <{start}/def#within> <{start}/id/place-{{1}}> .\n"
    for number in range(count):
        text = "".join(say.format(f"{number}-{n}", f"{number}-{n // 2}") for n in range(1, lines))
        (folder / f"part-{number}.nt.gz").write_bytes(gzip.compress(text.encode()))


def on(master: str) -> tuple[str, ...]:
    where = ("--engine", "spark", "--master", master, "--tables", TABLES, "--memory", "1GB")
    return (*where, "--data", f"{DATA}/*.nt.gz")


def build_here(elsewhere: Elsewhere, project: Project, out: Path) -> None:
    """Build what the other machine would, of files of the project."""
    for file in (elsewhere.data.folder / "data").iterdir():
        shutil.copy(file, project.instances)
    subprocess.run(command(project.root, "build", "--out", str(out)), check=True)
    for file in (elsewhere.data.folder / "data").iterdir():
        (project.instances / file.name).unlink()


def same(one: Path, other: Path) -> bool:
    """Tell whether two builds have the same statements, from the same rounds; the files have other names."""
    return (one / "data.nq").read_bytes() == (other / "data.nq").read_bytes() and rounds(one) == rounds(other)


def test_a_build_by_uris_of_hdfs_and_s3_is_that_of_files(
    cluster: Cluster, elsewhere: Elsewhere, copy: Project, tmp_path: Path
) -> None:
    shards(elsewhere.data.folder / "data")
    done = elsewhere.run(copy.root, "build", "--out", str(tmp_path / "there"), *on(cluster.url))
    assert done.returncode == 0, done.stderr
    build_here(elsewhere, copy, tmp_path / "here")
    assert same(tmp_path / "here", tmp_path / "there")
    assert {"nquads", "tables"} < {path.name for path in (elsewhere.tables.folder / "tables").iterdir()}
    assert {"OPEN", "CREATE", "RENAME", "DELETE"} < elsewhere.tables.asked
    assert "OPEN" in elsewhere.data.asked


def test_what_happens_to_tables_elsewhere_is_told_and_mended(
    elsewhere: Elsewhere, copy: Project, tmp_path: Path
) -> None:
    shards(elsewhere.data.folder / "data")
    tables = elsewhere.tables.folder / "tables"
    asked = command(copy.root, "build", "--out", str(tmp_path / "there"), *on("local[2]"))
    with subprocess.Popen(
        asked, env=elsewhere.environment(), stderr=subprocess.DEVNULL, start_new_session=True
    ) as running:
        wait_for(lambda: rounds_in(tables) >= 2 or running.poll() is not None, "two rounds", seconds=600)
        os.killpg(running.pid, signal.SIGKILL)
    assert running.returncode == -signal.SIGKILL
    done = elsewhere.run(copy.root, *asked[5:], "--resume")
    assert done.returncode == 0, done.stderr
    build_here(elsewhere, copy, tmp_path / "here")
    assert same(tmp_path / "here", tmp_path / "there")
    next(tables.glob("tables/closure/**/*.parquet")).unlink()
    done = elsewhere.run(copy.root, *asked[5:], "--resume")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "is not whole: hdfs://graphs/kg/tables/" in done.stderr
    next((elsewhere.data.folder / "data").iterdir()).write_bytes(b"not gzip")
    done = elsewhere.run(copy.root, *asked[5:])
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "s3a://bucket/kg/data/part-" in done.stderr
    elsewhere.tables.room = 1_000
    done = elsewhere.run(copy.root, *asked[5:])
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "the disk is full" in done.stderr
    elsewhere.end()
    done = elsewhere.run(copy.root, *asked[5:])
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert "hdfs://graphs/kg/tables" in done.stderr
    assert same(tmp_path / "here", tmp_path / "there")


def test_what_a_server_of_tables_refuses_or_does_not_answer_is_told(session, tmp_path: Path) -> None:
    from kg.graph.spark.storage import Storage

    served = Served(tmp_path)
    with serving(served) as uri:
        storage = Storage(session, f"{uri}tables")
        storage.write_list({"whole": 1})
        served.room = 0
        with pytest.raises(ResourceError, match="the disk is full"):
            storage.write_list({"whole": 2})
        assert storage.read_list() == {"whole": 1}
    for ask in (storage.read_list, storage.clear, lambda: storage.delete("x"), lambda: storage.write("x", "y")):
        with pytest.raises(EndpointError):
            ask()
