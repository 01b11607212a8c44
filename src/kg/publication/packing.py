"""Compress files beside themselves: the same bytes at any time, in the same version of the libraries."""

import gzip
import os
import shutil
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

import zstandard

PACKINGS: Mapping[str, str] = {"gz": "application/gzip", "zst": "application/zstd"}
"""The media types of compressed files, by suffix (RFC 6713, RFC 8878)."""
_PIECE = 1 << 20  # bytes
_GZIP, _ZSTD = 6, 3  # levels: higher ones take several times as long for some hundredths, or a fifth, less

_UNPACK: Mapping[str, Callable[[bytes], bytes]] = {
    "gz": gzip.decompress,
    "zst": lambda data: zstandard.ZstdDecompressor().decompress(data),
}


def pack(file: Path) -> None:
    """Write a file compressed beside itself, in every packing."""
    for suffix, write in _PACK.items():
        with file.open("rb") as data, file.with_name(f"{file.name}.{suffix}").open("wb") as out:
            write(data, out)


def _gzip(data: BinaryIO, out: BinaryIO) -> None:
    with gzip.GzipFile("", "wb", _GZIP, out, mtime=0) as packed:
        shutil.copyfileobj(data, packed, _PIECE)


def _zstd(data: BinaryIO, out: BinaryIO) -> None:
    size = os.fstat(data.fileno()).st_size
    zstandard.ZstdCompressor(level=_ZSTD, write_checksum=True).copy_stream(data, out, size=size)


_PACK: Mapping[str, Callable[[BinaryIO, BinaryIO], None]] = {"gz": _gzip, "zst": _zstd}


def unpack(data: bytes, *, suffix: str) -> bytes:
    """Return what a packing holds. Raises ValueError when it cannot be read."""
    try:
        return _UNPACK[suffix](data)
    except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
        raise ValueError(str(error)) from error
