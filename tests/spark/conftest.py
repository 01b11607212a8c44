"""A cluster of Spark on loopback: a master and two workers, each a process of its own."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

pyspark = pytest.importorskip("pyspark", reason="PySpark is not installed: make test-system installs it")


class Cluster:
    """A standalone master and its workers."""

    def __init__(self, folder: Path, *, workers: int) -> None:
        self._folder = folder
        self.port, web = free_port(), free_port()
        self.url = f"spark://127.0.0.1:{self.port}"
        self._master = self._begin("master.Master", "--port", str(self.port), "--webui-port", str(web))
        wait_for(lambda: reached(self.port), "the master")
        self.workers = [self.add_worker() for _ in range(workers)]

    def add_worker(self) -> subprocess.Popen[bytes]:
        """Begin a worker of one core."""
        work = str(self._folder / f"work-{free_port()}")
        return self._begin("worker.Worker", self.url, "--cores", "1", "--memory", "2G", "--webui-port", "0", "-d", work)

    def kill_worker(self) -> None:
        """Kill a worker with its executor, and begin another."""
        worker = self.workers.pop(0)
        for pid in executors_of(worker.pid):
            os.kill(pid, 9)
        worker.kill()
        worker.wait()
        self.workers.append(self.add_worker())

    def end(self) -> None:
        """End all processes."""
        for process in (*self.workers, self._master):
            process.terminate()
        for process in (*self.workers, self._master):
            process.wait(30)

    def _begin(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        home = Path(pyspark.__file__).parent
        command = ["bash", f"{home}/bin/spark-class", f"org.apache.spark.deploy.{name}", "--host", "127.0.0.1"]
        options = {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
        with (self._folder / f"{name}-{free_port()}.log").open("wb") as log:
            return subprocess.Popen([*command, *arguments], env={**os.environ, **options}, stdout=log, stderr=log)


def executors_of(pid: int) -> list[int]:
    """Return the processes that a worker has begun."""
    found = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        found += [int(child) for child in children.read_text().split()]
    return found


def free_port() -> int:
    """Return a port that nobody has."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def reached(port: int) -> bool:
    """Tell whether somebody listens."""
    with socket.socket() as found:
        return found.connect_ex(("127.0.0.1", port)) == 0


def wait_for(true, what: str, *, seconds: float = 120) -> None:
    """Wait until something is true."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, f"{what} took longer than {seconds} s"
        time.sleep(0.1)


def rounds_in(tables: Path) -> int:
    """Return how many rounds the tables say to hold whole."""
    found = sorted(tables.glob("manifest-*.json"))
    try:
        return len(json.loads(found[-1].read_text())["tables"]["closure"]["parts"]) - 1 if found else 0
    except FileNotFoundError:  # there is a newer one
        return 0


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    if shutil.which("java") is None:
        pytest.skip("there is no Java")
    folder = tmp_path / "cluster"
    folder.mkdir()
    found = Cluster(folder, workers=2)
    yield found
    found.end()


@pytest.fixture(scope="session")
def session():
    """A session of Spark in this process and one of Java, which compiles in haste: it does not live long."""
    from kg.graph.spark.session import Cluster, begin

    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        return begin(Cluster("local[2]", "unused", "3GB"))
