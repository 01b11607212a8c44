"""Compress files beside themselves: the same bytes at any time, in the same version of the libraries."""

import gzip
import io
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import zstandard

from kg.publication.gzipping import write_gzip

PACKINGS: Mapping[str, str] = {"gz": "application/gzip", "zst": "application/zstd"}
"""The media types of compressed files, by suffix (RFC 6713, RFC 8878)."""
_ZSTD = 3  # the level: higher ones take several times as long for a fifth less

_UNPACK: Mapping[str, Callable[[bytes], bytes]] = {
    "gz": gzip.decompress,
    "zst": lambda data: zstandard.ZstdDecompressor().decompress(data),
}


def pack(file: Path, *, text: bytes | None = None, earlier: bytes | None = None) -> None:
    """Write a file compressed beside itself, in every packing.

    ``text`` is what it has, if that is at hand; ``earlier`` is one of the kind packed by gzip.
    """
    size = file.stat().st_size
    with file.open("rb") if text is None else io.BytesIO(text) as data:
        with file.with_name(f"{file.name}.gz").open("wb") as out:
            write_gzip(data, out, size=size, earlier=earlier)
        data.seek(0)
        with file.with_name(f"{file.name}.zst").open("wb") as out:
            zstandard.ZstdCompressor(level=_ZSTD, write_checksum=True).copy_stream(data, out, size=size)


def unpack(data: bytes, *, suffix: str) -> bytes:
    """Return what a packing holds. Raises ValueError when it cannot be read."""
    try:
        return _UNPACK[suffix](data)
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise ValueError(str(error)) from error
