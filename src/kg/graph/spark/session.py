"""Begin to work on a cluster, or say clearly why that cannot be."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import EndpointError, UsageError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_INSTALL = "pip install 'kg-publisher[spark]'"
_LIBRARIES = ("pandas", "pyarrow", "pyspark", "sqlglot")
_JAVA = 17
_PATIENCE = 60  # seconds that a cluster has to give us an executor
_ANSWER = 10  # seconds that a master has to answer
_LOGGING = Path(__file__).with_name("log4j2.properties")
_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.autoBroadcastJoinThreshold": str(16 << 20),  # Parquet of hashes takes ten times as much in memory
    "spark.sql.adaptive.coalescePartitions.parallelismFirst": "false",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "100000",
    "spark.sql.maxPlanStringLength": "2000",
    "spark.driver.maxResultSize": "2g",
    "spark.network.timeout": "300s",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.python.worker.faulthandler.enabled": "true",
}

_LOCAL = {
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}


@dataclass(frozen=True)
class Cluster:
    """Where Spark is: its master, such as ``local[2]`` or ``spark://HOST:7077``, and the URI of our tables there.

    ``memory`` is what an executor may take, such as ``4GB``; a cluster is to ``resume`` what its tables have. ``data``
    are URIs, globs among them, of what is read besides the files of the project.
    """

    master: str
    tables: str
    memory: str | None = None
    resume: bool = False
    data: tuple[str, ...] = ()


def require() -> None:
    """Raise UsageError when the libraries of the extra are not installed."""
    missing = [name for name in _LIBRARIES if find_spec(name) is None]
    if missing:
        raise UsageError(f"--engine spark needs {', '.join(missing)}: {_INSTALL}")


def begin(cluster: Cluster) -> "SparkSession":
    """Return a session of Spark: the one of this process, if there is one.

    Raises UsageError when Java is missing, EndpointError when the master does not answer or gives no
    executor.
    """
    from pyspark.sql import SparkSession

    memory = _memory(cluster.memory)
    _require_java()
    _reach(cluster.master)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
    builder = SparkSession.builder.master(cluster.master).appName("kg")
    settings = {**_SETTINGS, "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={_LOGGING.as_uri()}"}
    if _is_local(cluster.master):
        settings |= {**_LOCAL, "spark.driver.memory": memory or "2g"}
    elif memory:
        settings["spark.executor.memory"] = memory
    for key, value in settings.items():
        builder = builder.config(key, value)
    try:
        with _unheard():
            session = builder.getOrCreate()
    except Exception as error:  # what Java raises comes by many names
        raise EndpointError(f"Spark does not begin on {cluster.master}: {_first(error)}") from error
    _wait(session, cluster.master)
    return session


@contextmanager
def _unheard() -> Iterator[None]:
    """Have a process that begins in the block write to a file that goes with it what it would write on stderr."""
    kept = os.dup(2)
    try:
        with tempfile.TemporaryFile() as file:
            os.dup2(file.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _require_java() -> None:
    """Raise UsageError when there is no Java, or an older one than Spark runs on."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which(str(Path(home, "bin", "java"))) if home else shutil.which("java")
    wanted = f"Spark needs Java {_JAVA} or later: install openjdk-{_JAVA}-jre-headless, or set JAVA_HOME"
    if java is None:
        raise UsageError(f"there is no Java{f' in {home}' if home else ''}. {wanted}")
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(?:1\.)?(\d+)', said)
    if not version or int(version[1]) < _JAVA:
        raise UsageError(f"{java} is Java {version[1] if version else 'of an unknown version'}. {wanted}")


def _is_local(master: str) -> bool:
    return master.startswith("local")


def _memory(said: str | None) -> str | None:
    """Return an amount of memory as Java takes it. Raises UsageError for what is none."""
    if said is None:
        return None
    amount = re.fullmatch(r"(\d+(?:\.\d+)?) ?([kMGT])i?B", said)
    if not amount:
        raise UsageError(f"not an amount of memory: {said} (such as 4GB or 500MB)")
    megabytes = float(amount[1]) * {"k": 1 / 1024, "M": 1, "G": 1024, "T": 1024**2}[amount[2]]
    return f"{max(int(megabytes), 1)}m"


def _reach(master: str) -> None:
    """Raise UsageError for what is no master, EndpointError when none of the hosts of a standalone one answers."""
    if not re.match(r"local(\[|$)|spark://|yarn$|k8s://", master):
        raise UsageError(f"not a master of Spark: {master} (such as spark://HOST:7077 or local[2])")
    if not master.startswith("spark://"):
        return
    told = ""
    for place in master.removeprefix("spark://").split(","):
        host, _, port = place.rpartition(":")
        if not host or not port.isdecimal():
            raise UsageError(f"not a master of Spark: {master} (such as spark://HOST:7077)")
        try:
            socket.create_connection((host, int(port)), timeout=_ANSWER).close()
            return
        except OSError as error:
            told = error.strerror or str(error)
    raise EndpointError(f"the master {master} does not answer: {told}")


def _wait(session: "SparkSession", master: str) -> None:
    """Wait until a cluster has given an executor. Raises EndpointError when it does not."""
    if _is_local(master):
        return
    context = session.sparkContext._jsc.sc()
    until = time.monotonic() + _PATIENCE
    while context.getExecutorMemoryStatus().size() < 2:  # the driver is one
        if time.monotonic() > until or context.isStopped():
            session.stop()
            raise EndpointError(f"{master} has given no executor in {_PATIENCE} s: has it workers with room?")
        time.sleep(0.2)


def _first(error: BaseException) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
