"""A Virtuoso of one's own: empty, on the loopback of this machine, for what is measured and for what is tested."""

import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "dba"  # of the user dba, in a database that is new
_SERVER = "virtuoso-t"
_INI = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DirsAllowed = {folder}, {readable}
NumberOfBuffers = 40000
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
[SPARQL]
ResultSetMaxRows = {rows}

"""


@dataclass(frozen=True)
class Virtuoso:
    """A server that runs: where it speaks HTTP, the port where it takes SQL, and its process id."""

    url: str
    sql: int
    pid: int

    def run(self, statements: str) -> str:
        """Run statements of SQL as dba, separated by semicolons, and return what isql prints."""
        command = ["isql-vt", f"127.0.0.1:{self.sql}", "dba", PASSWORD, "ERRORS=STDOUT", f"EXEC={statements}"]
        printed = subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True, text=True).stdout
        if "*** Error" in printed:
            raise RuntimeError(printed)
        return printed


@contextmanager
def virtuoso(folder: Path, *, rows: int = 10_000, readable: Path | None = None) -> Iterator[Virtuoso]:
    """Run an empty Virtuoso whose files are in a folder, and whose answers have so many rows at most.

    ``readable`` is another folder that it may read. Raises RuntimeError when it is not installed, or does not start.
    """
    if not shutil.which(_SERVER):
        raise RuntimeError(f"{_SERVER} is not installed: make test-system installs it")
    sql, http = _free_port(), _free_port()
    settings = folder / "virtuoso.ini"
    settings.write_text(_INI.format(folder=folder, readable=readable or folder, sql=sql, http=http, rows=rows))
    url = f"http://127.0.0.1:{http}"
    command = [_SERVER, "+foreground", "+configfile", str(settings)]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait(f"{url}/sparql?query=ASK%20%7B%7D", server)
            yield Virtuoso(url, sql, server.pid)
        finally:
            server.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(480):
        if server.poll() is not None:
            raise RuntimeError("Virtuoso ended at once")
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            time.sleep(0.25)
    raise RuntimeError("Virtuoso did not start within two minutes")
