"""Verify a publication, in a folder or where it is hosted: every checksum anew, and the digest of its dataset.

The list of checksums says which bytes there are, the canonical N-Quads which dataset; the other dumps say the same, and
compressed files hold what is beside them.
One changed byte anywhere is found. Who changes the list too, and the dataset with it, is found by the digest that was
cited.
"""

import gzip
import hashlib
import http.client
import re
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

from kg.errors import EndpointError, UsageError
from kg.graph.canonical import canonical_nquads
from kg.graph.store import read_quads, read_triples
from kg.graph.terms import iri, parse
from kg.publication.files import SUMS
from kg.publication.packing import PACKINGS, unpack
from kg.publication.released import DESCRIPTION
from kg.publication.triples import SPDX
from kg.source.reader import Quad
from kg.source.remote import is_remote

_SECONDS = 60
_RULES = re.compile(r"(?:^|/)(?:\.htaccess|_headers|_redirects)$")
"""What servers are told, and show to nobody."""
_LINE = re.compile(r"([0-9a-f]{64})  ([^\x00-\x1f]+)")
_DIGESTED = re.compile(r"(data/[^/]+)\.nq")
_DUMPS = (".nq", ".trig", ".ttl", ".jsonld")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a file of a publication."""

    path: str
    message: str


@dataclass(frozen=True)
class Verification:
    """What was found: the faults by path, how many files were read, and the SHA-256 of the canonical dataset."""

    faults: tuple[Fault, ...]
    files: int
    digest: str | None

    @property
    def whole(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.faults


def verify(place: str, *, digest: str | None = None, progress: Callable[[str], None] = lambda _: None) -> Verification:
    """Verify the publication or the release at ``place``, a folder or a URL, and the ``digest`` that was cited.

    Files beyond the list are faults in a folder, and not seen at a URL; there servers may keep their rules to
    themselves. Raises UsageError when there is no
    publication, EndpointError when it cannot be reached, and what ``canonical_nquads`` raises.
    """
    site = _Hosted(place) if is_remote(place) else _Folder(Path(place))
    text = site.read(SUMS)
    if text is None:
        raise UsageError(f"not a publication, for it has no {SUMS}: {place}")
    faults: list[Fault] = []
    listed = _listed(text, faults)
    stem = next((match[1] for path in listed if (match := _DIGESTED.fullmatch(path))), None)
    dumps: dict[str, bytes] = {}
    packed: dict[str, bytes] = {}
    released: dict[str, bytes] = {}
    for number, (path, expected) in enumerate(listed.items(), 1):
        progress(f"{number:,} of {len(listed):,} files")
        data = site.read(path)
        if data is None:
            if not site.keeps(path):
                faults.append(Fault(path, "it is in the list and not there"))
            continue
        if (found := hashlib.sha256(data).hexdigest()) != expected:
            faults.append(Fault(path, f"its SHA-256 is {found}, in the list {expected}"))
        if path in (f"{stem}{suffix}" for suffix in _DUMPS):
            dumps[path.rpartition(".")[2]] = data
        elif _plain(path) != path and _plain(path) in listed:
            packed[path] = data
        elif path.endswith((".nq.gz", DESCRIPTION)):
            released[path] = data
    faults += [Fault(path, "it is there and not in the list") for path in site.others({SUMS, *listed})]
    faults += _packed(packed, listed)
    digests = _digests(released, faults)
    found_digest = hashlib.sha256(dumps["nq"]).hexdigest() if "nq" in dumps else digests.get("")
    for suffix, data in dumps.items():
        progress(f"the canonical form of the dataset, from the .{suffix}")
        if message := _differs(suffix, data, dumps.get("nq", b"")):
            faults.append(Fault(f"{stem}.{suffix}", message))
    if digest is not None and digest.lower() != found_digest:
        faults.append(Fault(SUMS, f"the dataset has the digest {found_digest}, not {digest.lower()}"))
    return Verification(tuple(sorted(faults, key=lambda fault: fault.path)), len(listed), found_digest)


def _listed(text: bytes, faults: list[Fault]) -> dict[str, str]:
    """Return the checksums of a list by path; lines that are none are faults."""
    listed: dict[str, str] = {}
    for number, line in enumerate(text.decode(errors="replace").splitlines(), 1):
        match = _LINE.fullmatch(line)
        if match is None or {"", ".", ".."} & set(match[2].split("/")):
            faults.append(Fault(SUMS, f"line {number} is no checksum with a path: {line[:80]}"))
        else:
            listed[match[2]] = match[1]
    return listed


def _plain(path: str) -> str:
    """Return a path without the suffix of a packing."""
    stem, _, suffix = path.rpartition(".")
    return stem if suffix in PACKINGS else path


def _packed(packed: Mapping[str, bytes], listed: Mapping[str, str]) -> Iterator[Fault]:
    """Yield the compressed files that hold something else than the file beside them."""
    for path, data in packed.items():
        try:
            found = hashlib.sha256(unpack(data, suffix=path.rpartition(".")[2])).hexdigest()
        except ValueError as error:
            yield Fault(path, f"it cannot be read: {error}")
            continue
        if found != listed[_plain(path)]:
            yield Fault(path, f"it does not hold {_plain(path)}")


def _digests(released: Mapping[str, bytes], faults: list[Fault]) -> dict[str, str]:
    """Return the digests of releases, by their folders; where another is described is a fault."""
    digests = {}
    for path, data in released.items():
        folder, _, name = path.rpartition("/")
        if name == DESCRIPTION:
            continue
        try:
            digests[folder] = hashlib.sha256(gzip.decompress(data)).hexdigest()
            described = read_triples(released.get(f"{folder}/{DESCRIPTION}".removeprefix("/"), b""))
        except (OSError, EOFError, zlib.error, ValueError) as error:
            faults.append(Fault(path, f"it cannot be read: {error}"))
            continue
        if not any(p == iri(f"{SPDX}checksumValue") and parse(o).value == digests[folder] for _, p, o in described):
            faults.append(Fault(path, f"it is not the dataset that {DESCRIPTION} beside it describes"))
    return digests


def _differs(suffix: str, data: bytes, canonical: bytes) -> str | None:
    """Return how a dump differs from the canonical N-Quads, itself included; a Turtle file is the default graph."""
    try:
        quads: Iterable[Quad] = read_quads(data, suffix=f".{suffix}")
        found = "".join(canonical_nquads(quads))
        if suffix == "ttl":
            default = (quad for quad in read_quads(canonical, suffix=".nq") if not quad[0])
            return None if found == "".join(canonical_nquads(default)) else "it is not the default graph of the dataset"
        if found.encode() == canonical:
            return None
        return "its N-Quads are not in canonical form" if suffix == "nq" else "it is not the dataset of the N-Quads"
    except ValueError as error:
        return f"it cannot be read: {error}"


class _Folder:
    """A publication in a folder."""

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise UsageError(f"no such folder: {root}")
        self._root = root.resolve()

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file; None when there is none."""
        file = self._root / path
        return file.read_bytes() if file.is_file() else None

    def others(self, known: set[str]) -> list[str]:
        """Return the paths of the files that are not known."""
        files = (file.relative_to(self._root).as_posix() for file in self._root.rglob("*") if file.is_file())
        return sorted(set(files) - known)

    def keeps(self, _path: str) -> bool:
        """Tell whether a file may be there though it cannot be read: never."""
        return False


class _Unmoved(urllib.request.HTTPRedirectHandler):
    """Does not follow 303, by which the address of something deprecated leads to what replaces it."""

    def http_error_303(
        self, _req: urllib.request.Request, _fp: IO[bytes], _code: int, _msg: str, _headers: http.client.HTTPMessage
    ) -> None:
        """Follow nothing."""


class _Hosted:
    """A publication where it is hosted."""

    def __init__(self, url: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise UsageError(f"only http and https are fetched: {url}")
        self._root = f"{url.rstrip('/')}/"
        self._opener = urllib.request.build_opener(_Unmoved)
        self._moved: set[str] = set()

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file; None when the host says that there is none."""
        url = self._root + quote(path)
        try:
            with self._opener.open(url, timeout=_SECONDS) as answer:
                data: bytes = answer.read()
                return data
        except urllib.error.HTTPError as error:
            if error.code == 303:
                self._moved.add(path)
            if error.code == 410:  # it is there, and no longer in use
                gone: bytes = error.read()
                return gone
            if error.code in (303, 404):
                return None
            raise EndpointError(f"cannot fetch {url}: {error.code} {error.reason}") from error
        except (OSError, ValueError, http.client.HTTPException) as error:  # urllib's errors are OSErrors
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            raise EndpointError(f"cannot fetch {url}: {reason}") from error

    def others(self, known: set[str]) -> list[str]:
        """Return nothing: a host does not say what else it has."""
        return []

    def keeps(self, path: str) -> bool:
        """Tell whether a file may be there though it cannot be read: rules of servers, a page that sends on."""
        return bool(_RULES.search(path)) or path in self._moved
