"""Files on a server: WebHDFS (Hadoop's REST API of a file system) over a folder, for the client that Spark brings."""

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

_ROOT = "/webhdfs/v1"


class RefusedError(Exception):
    """What the API answers with the name of an exception of Java."""

    def __init__(self, status: int, kind: str, path: str) -> None:
        super().__init__(path)
        self.status, self.kind = status, kind


@dataclass
class Served:
    """A folder that is served: what operations were asked for, and how many bytes may still be written."""

    folder: Path
    asked: set[str] = field(default_factory=set)
    room: int = 1 << 40


class Handler(BaseHTTPRequestHandler):
    """The operations that Spark asks for. A file is there when it is whole; nothing is renamed onto a file."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer is sent whole: its parts would wait for one another
    served: "Served"

    def do_GET(self) -> None:
        known = {"GETFILESTATUS": self._status, "LISTSTATUS": self._list, "OPEN": self._open}
        known |= {"GETHOMEDIRECTORY": lambda: self._answer({"Path": "/user/kg"}), "GETFILEBLOCKLOCATIONS": self._blocks}
        self._do(known)

    def do_PUT(self) -> None:
        self._do({"MKDIRS": self._mkdirs, "RENAME": self._rename, "CREATE": self._create})

    def do_DELETE(self) -> None:
        self._do({"DELETE": self._delete})

    def log_message(self, *_: object) -> None:
        pass

    def _do(self, operations: dict[str, Callable[[], None]]) -> None:
        parts = urlsplit(self.path)
        self.said = {key.lower(): values[0] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
        self.name = unquote(parts.path.removeprefix(_ROOT))
        self.there = self._at(self.name)
        name = self.said["op"].upper()
        self.served.asked.add(name)
        try:
            operations.get(name, self._unknown)()
        except RefusedError as refused:
            told = {"exception": refused.kind, "javaClassName": refused.kind, "message": str(refused)}
            self._answer({"RemoteException": told}, refused.status)

    def _at(self, name: str) -> Path:
        return self.served.folder / name.lstrip("/")

    def _unknown(self) -> None:
        raise RefusedError(400, "java.lang.UnsupportedOperationException", self.said["op"])

    def _must_be(self) -> None:
        if not self.there.exists():
            raise RefusedError(404, "java.io.FileNotFoundException", f"File does not exist: {self.name}")

    def _status(self) -> None:
        self._must_be()
        self._answer({"FileStatus": _status_of(self.there, "")})

    def _list(self) -> None:
        self._must_be()
        found = sorted(self.there.iterdir()) if self.there.is_dir() else [self.there]
        files = [_status_of(path, path.name if self.there.is_dir() else "") for path in found]
        self._answer({"FileStatuses": {"FileStatus": files}})

    def _open(self) -> None:
        self._must_be()
        if self._sent_on():
            return
        with self.there.open("rb") as file:
            file.seek(int(self.said.get("offset", 0)))
            body = file.read(int(self.said.get("length", -1)))
        self._send(200, body)

    def _blocks(self) -> None:
        block = {"length": self.there.stat().st_size, "offset": 0, "corrupt": False, "cachedHosts": []}
        block |= {"hosts": ["127.0.0.1"], "names": [self.headers["Host"]], "topologyPaths": []}
        self._answer({"BlockLocations": {"BlockLocation": [block]}})

    def _mkdirs(self) -> None:
        self.there.mkdir(parents=True, exist_ok=True)
        self._answer({"boolean": True})

    def _rename(self) -> None:
        target = self._at(self.said["destination"])
        target = target / self.there.name if target.is_dir() else target
        possible = self.there.exists() and target.parent.is_dir() and not target.exists()
        if possible:
            self.there.rename(target)
        self._answer({"boolean": possible})

    def _delete(self) -> None:
        known = self.there.exists()
        if self.there.is_dir():
            shutil.rmtree(self.there)
        else:
            self.there.unlink(missing_ok=True)
        self._answer({"boolean": known})

    def _create(self) -> None:
        if self._sent_on():
            return
        body = b"".join(self._chunks())
        if self.there.exists() and self.said.get("overwrite") != "true":
            raise RefusedError(403, "org.apache.hadoop.fs.FileAlreadyExistsException", self.name)
        self.served.room -= len(body)
        if self.served.room < 0:
            told = f"The DiskSpace quota of {self.name} is exceeded: quota = 1 B but diskspace consumed = {len(body)} B"
            raise RefusedError(403, "org.apache.hadoop.hdfs.protocol.DSQuotaExceededException", told)
        self.there.parent.mkdir(parents=True, exist_ok=True)
        draft = self.there.with_name(f".{threading.get_ident()}.draft")
        draft.write_bytes(body)
        draft.rename(self.there)
        self._send(201)

    def _sent_on(self) -> bool:
        """Send who asks to where the bytes are, as a NameNode does: here again."""
        if "there" in self.said:
            return False
        self._send(307, location=f"http://{self.headers['Host']}{self.path}&there=1")
        return True

    def _chunks(self) -> Iterator[bytes]:
        if self.headers.get("Transfer-Encoding") != "chunked":
            yield self.rfile.read(int(self.headers.get("Content-Length", 0)))
            return
        while size := int(self.rfile.readline().split(b";")[0], 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def _answer(self, said: dict[str, Any], status: int = 200) -> None:
        self._send(status, json.dumps(said).encode())

    def _send(self, status: int, body: bytes = b"", *, location: str = "") -> None:
        self.send_response(status)  # of no content type: Hadoop's client 3.5 as Spark has it lacks a class to read one
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)


def _status_of(path: Path, suffix: str) -> dict[str, Any]:
    known = path.stat()
    return {
        "pathSuffix": suffix,
        "type": "DIRECTORY" if path.is_dir() else "FILE",
        "length": 0 if path.is_dir() else known.st_size,
        "modificationTime": int(known.st_mtime * 1000),
        "accessTime": int(known.st_atime * 1000),
        "blockSize": 128 << 20,
        "replication": 1,
        "permission": "755",
        "owner": "kg",
        "group": "kg",
    }


@contextmanager
def serving(served: Served) -> Iterator[str]:
    """Serve a folder; give the URI of its root."""
    handler = type("Of", (Handler,), {"served": served})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"webhdfs://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()
