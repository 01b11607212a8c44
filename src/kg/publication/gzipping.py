"""Compress a text by gzip in pieces, each packed by itself: those that an earlier file has need not be packed again.

The file is one member (RFC 1952), which anything reads; its extra field says how long each piece is, and its digest.
What a line says decides whether a piece ends with it, so that a change is one of few pieces.
"""

import hashlib
import struct
import zlib
from collections.abc import Iterator, Mapping
from typing import BinaryIO

_LEVEL = 6
_LEAST = 1 << 20  # bytes of a piece, or more where there would be too many of them; twice that at most, lines aside
_MANY = 2000
_EVERY = 64  # of so many lines one ends a piece
_HEAD = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff"  # deflate, an extra field, no time, no system
_FIELD = b"KG"
_PIECE = struct.Struct("<16sI")
_TAIL = struct.Struct("<II")
_END = b"\x03\0"  # of a deflated stream: a block without anything


def write_gzip(data: BinaryIO, out: BinaryIO, *, size: int, earlier: bytes | None = None) -> None:
    """Compress what can be read, ``size`` bytes; ``earlier`` is a file that was written so of a text like it."""
    known = _pieces(earlier) if earlier else {}
    checksum, table, packed = 0, [], []
    for piece in _cut(data, size):
        checksum = zlib.crc32(piece, checksum)
        digest = hashlib.blake2b(piece, digest_size=16).digest()
        deflated = known.get(digest) or _deflate(piece)
        table.append(_PIECE.pack(digest, len(deflated)))
        packed.append(deflated)
    said = b"".join(table)
    out.write(_HEAD + struct.pack("<H2sH", len(said) + 4, _FIELD, len(said)) + said)
    out.writelines(packed)
    out.write(_END + _TAIL.pack(checksum, size & 0xFFFFFFFF))


def _cut(data: BinaryIO, size: int) -> Iterator[bytes]:
    """Yield the pieces of what can be read."""
    least = _LEAST
    while size > least * _MANY:
        least *= 2
    while piece := data.read(least):
        lines = [piece, data.readline()]  # the first is half a line
        length = len(piece) + len(lines[1])
        while length < 2 * least and (line := data.readline()):
            lines.append(line)
            length += len(line)
            if zlib.crc32(line) % _EVERY == 0:
                break
        yield b"".join(lines)


def _deflate(piece: bytes) -> bytes:
    packing = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packing.compress(piece) + packing.flush(zlib.Z_SYNC_FLUSH)


def _pieces(earlier: bytes) -> Mapping[bytes, bytes]:
    """Return the packed pieces of a file by their digests; none of a file that was not written so."""
    if earlier[: len(_HEAD)] != _HEAD or earlier[len(_HEAD) + 2 : len(_HEAD) + 4] != _FIELD:
        return {}
    [length] = struct.unpack_from("<H", earlier, len(_HEAD) + 4)
    here = len(_HEAD) + 6
    place = here + length
    found = {}
    for digest, size in _PIECE.iter_unpack(earlier[here:place]):
        found[digest] = earlier[place : place + size]
        place += size
    return found
