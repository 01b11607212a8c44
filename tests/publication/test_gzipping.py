"""Texts that are packed in pieces."""

import gzip
import io
import random
import subprocess
import zlib
from pathlib import Path

import pytest

from kg.publication import gzipping
from kg.publication.gzipping import write_gzip


def lines(seed: int, count: int) -> list[bytes]:
    chance = random.Random(seed)
    return [b"%d %s\n" % (chance.random() * 10**9, b"said " * chance.randint(1, 40)) for _ in range(count)]


def packed(text: bytes, earlier: bytes | None = None) -> bytes:
    out = io.BytesIO()
    write_gzip(io.BytesIO(text), out, size=len(text), earlier=earlier)
    return out.getvalue()


@pytest.mark.parametrize("text", [b"", b"a", b"no end", b"\n" * 10, b"x" * 3_000_000, b"".join(lines(1, 30_000))])
def test_what_is_packed_is_unpacked(text: bytes, tmp_path: Path) -> None:
    data = packed(text)
    assert gzip.decompress(data) == text
    one = zlib.decompressobj(zlib.MAX_WBITS | 16)  # of one member, as browsers demand
    assert one.decompress(data) == text
    assert one.eof
    assert one.unused_data == b""
    (tmp_path / "text.gz").write_bytes(data)
    assert subprocess.run(["gzip", "-dc", tmp_path / "text.gz"], check=True, capture_output=True).stdout == text


@pytest.mark.parametrize("seed", range(5))
def test_after_a_change_the_bytes_are_those_from_nothing(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gzipping, "_LEAST", 1 << 18)
    chance = random.Random(seed)
    before = lines(seed, 60_000)
    old = packed(b"".join(before))
    after = [*before]
    place = chance.randrange(len(after))
    after[place : place + chance.randint(0, 2)] = lines(seed + 100, chance.randint(0, 2))
    fresh = packed(b"".join(after))
    deflated = []
    deflate = gzipping._deflate
    monkeypatch.setattr(gzipping, "_deflate", lambda piece: deflated.append(len(piece)) or deflate(piece))
    assert packed(b"".join(after), old) == fresh
    assert sum(deflated) < len(b"".join(after)) / 3


def test_a_file_packed_otherwise_is_no_hindrance() -> None:
    text = b"".join(lines(2, 1000))
    assert packed(text, gzip.compress(text)) == packed(text)
    assert packed(text, b"\x1f") == packed(text)


def test_pieces_cost_little(monkeypatch: pytest.MonkeyPatch) -> None:
    text = b"".join(lines(3, 60_000))
    assert len(packed(text)) < 1.02 * len(gzip.compress(text, 6))
    monkeypatch.setattr(gzipping, "_MANY", 2)  # pieces are larger then
    assert gzip.decompress(packed(text)) == text
