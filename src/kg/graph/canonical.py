"""Write a dataset in its canonical form (RDF Dataset Canonicalization, RDFC-1.0): one dataset, one text, one digest.

The labels of blank nodes follow from what is said of them. Most datasets are named in an instant; one made to be hard
would take for ever, so that a process of its own names more than a few, and is ended when it takes too long.
"""

import re
import subprocess
import sys
from collections.abc import Iterable
from typing import Literal

import pyoxigraph as ox

from kg.errors import ResourceError
from kg.source.reader import Quad

Hash = Literal["sha256", "sha384"]
_SECONDS = 60.0
_FEW = 4
"""How many blank nodes are named at once, without a process: there are 24 orders of so many at the most."""
_HASHES = {
    "sha256": ox.CanonicalizationAlgorithm.RDFC_1_0_SHA_256,
    "sha384": ox.CanonicalizationAlgorithm.RDFC_1_0_SHA_384,
}
_CONTROL = re.compile("[\x00-\x1f\x7f]")
_CONTROL_BYTE = re.compile(b"[\x00-\x09\x0b-\x1f\x7f]")
_BLANK = re.compile(rb"\A_:|\A[^ ]+ [^ ]+ _:| _:[^ \"]+ \.\n\Z")
_ESCAPES = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def canonical_nquads(quads: Iterable[Quad], *, hash: Hash = "sha256", seconds: float = _SECONDS) -> list[str]:
    """Return the lines of a dataset's canonical N-Quads, each with its end, in code point order (RDFC-1.0, section 5).

    ``hash`` names blank nodes (section 4.2). Raises ResourceError when they cannot be told apart in ``seconds``.
    """
    lines: set[str] = set()
    with_blanks: set[str] = set()
    for g, s, p, o in quads:
        line = f"{s} {p} {_escaped(o)} {f'{g} ' if g else ''}.\n"
        (with_blanks if "_:" in (s[:2], o[:2], g[:2]) else lines).add(line)
    return sorted(lines | _named(with_blanks, hash, seconds)) if with_blanks else sorted(lines)


def canonical_dump(nquads: bytes, *, seconds: float = _SECONDS) -> list[bytes] | None:
    """Return what ``canonical_nquads`` does for a dump of ours, from its lines, in a fraction of the time.

    None for a dump with a control character, which is to be escaped.
    """
    if _CONTROL_BYTE.search(nquads):
        return None
    lines = set(nquads.splitlines(keepends=True))
    with_blanks = {line for line in lines if b"_:" in line and _BLANK.search(line)}
    if not with_blanks:
        return sorted(lines)
    lines -= with_blanks
    lines.update(line.encode() for line in _named({line.decode() for line in with_blanks}, "sha256", seconds))
    return sorted(lines)  # the order of bytes of UTF-8 is that of code points


def _escaped(token: str) -> str:
    """Return a token with every control character escaped, as canonical N-Quads have it."""
    return _CONTROL.sub(lambda found: _ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04X}", token)


def _named(lines: set[str], hash: Hash, seconds: float) -> set[str]:
    """Return lines with canonical labels: those of other quads have no part in them (section 4.4)."""
    command = [sys.executable, "-m", "kg.graph.canonical", hash]
    text, blanks = "".join(sorted(lines)), len(_labels(lines))
    if blanks <= _FEW:
        return set(_name(text.encode(), hash).decode().splitlines(keepends=True))
    try:
        done = subprocess.run(command, input=text, capture_output=True, text=True, encoding="utf-8", timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise ResourceError(
            f"the {blanks} blank nodes are too alike to be named within {seconds:g} s: give some of them IRIs"
        ) from error
    if done.returncode:
        raise ResourceError(f"the blank nodes could not be named: {done.stderr.strip().splitlines()[-1:]}")
    return set(done.stdout.splitlines(keepends=True))


def _labels(lines: Iterable[str]) -> set[str]:
    """Return the labels of blank nodes in lines; words of literals may look like some."""
    return {token for line in lines for token in line.split() if token.startswith("_:")}


def _name(data: bytes, hash: str) -> bytes:
    dataset = ox.Dataset(ox.parse(data, format=ox.RdfFormat.N_QUADS, lenient=True))
    dataset.canonicalize(_HASHES[hash])
    return ox.serialize(dataset, format=ox.RdfFormat.N_QUADS) or b""


if __name__ == "__main__":
    sys.stdout.buffer.write(_name(sys.stdin.buffer.read(), sys.argv[1]))
