"""The errors of Spark, of Java and of Hadoop as ours."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from py4j.protocol import Py4JError, Py4JNetworkError
from pyspark.errors import PySparkException

from kg.errors import EndpointError, KgError, ResourceError, SourceError, UsageError

_FULL = re.compile(r"No space left on device|Disk quota exceeded|quota (of \S+ )?is exceeded", re.I)
_LARGE = re.compile(r"OutOfMemoryError|maxResultSize|Java heap space|SparkOutOfMemory|Container killed.*memory", re.I)
_LOST = re.compile(r"FileNotFoundException|FILE_NOT_EXIST|PATH_NOT_FOUND|does not exist", re.I)
_GONE = re.compile(r"All masters are unresponsive|SparkContext was shut down|stopped SparkContext|Master removed", re.I)
_UNREADABLE = re.compile(r"\[FAILED_READ_FILE[^\]]*\] .*? file (\S+?(?<!\.parquet))\.\s")
_SILENT = re.compile(r"ConnectException|SocketTimeout|NoRouteToHost|UnknownHost")
_NAMES = re.compile(r"^([\w.]+(Exception|Error): )+|; +For more details see: .*")
_FILE = re.compile(r"(?:file|hdfs|s3a?|abfss?|gs):/[^\s'\",;)]+")


@contextmanager
def told() -> Iterator[None]:
    """Tell the errors of Spark as ours: what is full or too small, what is missing, and when the cluster is gone."""
    try:
        yield
    except KgError:
        raise
    except Py4JNetworkError as error:
        raise EndpointError("the driver of Spark has ended: there may be too little memory on this machine") from error
    except (PySparkException, Py4JError) as error:
        raise _ours(str(error)) from error
    except ConnectionError as error:
        raise EndpointError(f"the driver of Spark does not answer: {error}") from error


def refused(error: Exception, what: str) -> KgError:
    """Return the error of a file system that cannot do ``what``: it does not answer, or it is none."""
    said = _first(str(getattr(error, "java_exception", error)))  # what Java raises comes by many names
    why = _NAMES.sub("", said.replace("java.net.UnknownHostException: ", "unknown host "))
    if "S3AFileSystem not found" in said:
        why = "Spark has no hadoop-aws beside it: it goes into spark.jars.packages, in the version of Spark's Hadoop"
    return (EndpointError if _SILENT.search(said) else UsageError)(f"{what}: {why}")


def _ours(text: str) -> KgError:
    file = _FILE.search(text)
    if _FULL.search(text):
        return ResourceError("the disk is full, on this machine or on one of the cluster")
    if _LARGE.search(text):
        return ResourceError("memory is too small for this graph: give the cluster or --memory more")
    if unreadable := _UNREADABLE.search(text):
        return SourceError(f"cannot be read: {_first(text)}", file=unreadable[1])
    if _LOST.search(text):
        return ResourceError(f"a part of the tables is missing: {file[0] if file else _first(text)}")
    if _GONE.search(text):
        return EndpointError("the cluster has ended the work: its master is gone or has no room. --resume goes on")
    return EndpointError(f"Spark failed: {_first(text)}")


def _first(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    causes = [line.removeprefix("Caused by: ") for line in lines if line.startswith("Caused by: ")]
    return (causes or lines or ["without a word"])[-1 if causes else 0]
