"""Compress files beside themselves: the same bytes at any time, in the same version of the libraries."""

import gzip
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import zstandard

PACKINGS: Mapping[str, str] = {"gz": "application/gzip", "zst": "application/zstd"}
"""The media types of compressed files, by suffix (RFC 6713, RFC 8878)."""
_GZIP, _ZSTD = 6, 3  # levels: higher ones take several times as long for some hundredths, or a fifth, less

_PACK: Mapping[str, Callable[[bytes], bytes]] = {
    "gz": lambda data: gzip.compress(data, _GZIP, mtime=0),
    "zst": lambda data: zstandard.ZstdCompressor(level=_ZSTD, write_checksum=True).compress(data),
}
_UNPACK: Mapping[str, Callable[[bytes], bytes]] = {
    "gz": gzip.decompress,
    "zst": lambda data: zstandard.ZstdDecompressor().decompress(data),
}


def pack(file: Path) -> None:
    """Write a file compressed beside itself, in every packing."""
    data = file.read_bytes()
    for suffix, packed in _PACK.items():
        file.with_name(f"{file.name}.{suffix}").write_bytes(packed(data))


def unpack(data: bytes, *, suffix: str) -> bytes:
    """Return what a packing holds. Raises ValueError when it cannot be read."""
    try:
        return _UNPACK[suffix](data)
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise ValueError(str(error)) from error
