"""kg verify finds whatever is not as it was published."""

import functools
import hashlib
import http.server
import os
import random
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from click.testing import CliRunner

from kg.cli import kg
from kg.errors import EndpointError, UsageError
from kg.publication.packing import pack
from kg.publication.publish import Publication
from kg.publication.verify import Fault, verify
from tests.publication.conftest import canonical

MORE = b"\n<urn:a> <urn:b> <urn:c> .\n"


@pytest.fixture
def copy(site: Publication, tmp_path: Path) -> Path:
    return shutil.copytree(site.folder, tmp_path / "copy")


@pytest.fixture
def hosted(copy: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=copy)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def listed_anew(folder: Path) -> None:
    """Write the list of checksums of what is there now."""
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.name != "SHA256SUMS")
    lines = (f"{hashlib.sha256(f.read_bytes()).hexdigest()}  {f.relative_to(folder).as_posix()}\n" for f in files)
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def test_what_was_published_is_whole(site: Publication, whole: Publication) -> None:
    for publication in (site, whole):
        found = verify(str(publication.folder), digest=publication.digest.upper())
        assert (found.faults, found.files, found.digest) == ((), publication.count, publication.digest)


def test_one_changed_byte_anywhere_is_found(copy: Path) -> None:
    chance = random.Random(7)
    files = sorted(file for file in copy.rglob("*") if file.is_file())
    for file in [*chance.sample(files, 12), copy / "SHA256SUMS", *(copy / "data").glob("*.*")]:
        data = file.read_bytes()
        place = chance.randrange(len(data))
        file.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        assert not verify(str(copy)).whole, (file, place)
        file.write_bytes(data)
    assert verify(str(copy)).whole


def test_a_file_that_is_missing_or_that_nobody_listed_is_found(copy: Path) -> None:
    (copy / "catalog.ttl").unlink()
    (copy / "data" / "more.txt").write_text("more")
    assert verify(str(copy)).faults == (
        Fault("catalog.ttl", "it is in the list and not there"),
        Fault("data/more.txt", "it is there and not in the list"),
    )


@pytest.mark.parametrize(
    ("suffix", "message"),
    [
        ("nq", "its N-Quads are not in canonical form"),
        ("trig", "it is not the dataset of the N-Quads"),
        ("ttl", "it is not the default graph of the dataset"),
        ("jsonld", "it is not the dataset of the N-Quads"),
    ],
)
def test_a_dump_that_says_something_else_is_found_though_it_is_listed(copy: Path, suffix: str, message: str) -> None:
    file = copy / "data" / f"town.{suffix}"
    old, new = (b'"@graph":[', b'"@graph":[{"@id":"urn:a","urn:b":"c"},') if suffix == "jsonld" else (b"", MORE)
    text = file.read_bytes()
    file.write_bytes(text.replace(old, new, 1) if old else text + new)
    listed_anew(copy)
    found = {fault.path: fault.message for fault in verify(str(copy)).faults}
    assert found[f"data/{file.name}"] == message


@pytest.mark.parametrize("suffix", ["gz", "zst"])
def test_a_compressed_file_that_holds_something_else_is_found_though_it_is_listed(copy: Path, suffix: str) -> None:
    other = (copy / "data" / f"town.ttl.{suffix}").read_bytes()
    (copy / "data" / f"town.nq.{suffix}").write_bytes(other)
    (copy / "data" / f"town.trig.{suffix}").write_bytes(other[:-5])
    listed_anew(copy)
    [quads, trig] = verify(str(copy)).faults
    assert quads == Fault(f"data/town.nq.{suffix}", "it does not hold data/town.nq")
    assert (trig.path, trig.message[:18]) == (f"data/town.trig.{suffix}", "it cannot be read:")


def test_a_dump_that_cannot_be_read_is_told(copy: Path) -> None:
    (copy / "data" / "town.trig").write_bytes(b"<urn:a> <urn:b>")
    listed_anew(copy)
    found = {fault.path: fault.message for fault in verify(str(copy)).faults}
    assert found["data/town.trig"].startswith("it cannot be read: ")


def test_who_changes_the_list_too_is_found_by_the_digest_that_was_cited(copy: Path, site: Publication) -> None:
    lines = [*(site.folder / "data" / "town.nq").read_text(encoding="utf-8").splitlines(keepends=True)]
    text = "".join(sorted([*lines, "<urn:a> <urn:b> <urn:c> .\n"]))
    (copy / "data" / "town.nq").write_text(text, encoding="utf-8")
    for suffix in ("trig", "ttl"):
        with (copy / "data" / f"town.{suffix}").open("a") as out:
            out.write("<urn:a> <urn:b> <urn:c> .\n")
    jsonld = copy / "data" / "town.jsonld"
    jsonld.write_bytes(
        jsonld.read_bytes().replace(b'"@graph":[', b'"@graph":[{"@id":"urn:a","urn:b":{"@id":"urn:c"}},', 1)
    )
    for suffix in ("nq", "trig", "ttl", "jsonld"):
        pack(copy / "data" / f"town.{suffix}")
    listed_anew(copy)
    assert verify(str(copy)).whole
    [fault] = verify(str(copy), digest=site.digest).faults
    assert fault.message == f"the dataset has the digest {hashlib.sha256(text.encode()).hexdigest()}, not {site.digest}"


def test_a_list_that_names_files_outside_is_refused(copy: Path) -> None:
    (copy.parent / "secret").write_text("x")
    with (copy / "SHA256SUMS").open("a") as out:
        out.write(f"{hashlib.sha256(b'x').hexdigest()}  ../secret\n")
    [fault] = verify(str(copy)).faults
    assert "is no checksum with a path" in fault.message


def test_a_publication_is_verified_where_it_is_hosted(hosted: str, copy: Path, site: Publication) -> None:
    assert verify(f"{hosted}/", digest=site.digest).whole
    (copy / "catalog.ttl").unlink()
    assert verify(hosted).faults == (Fault("catalog.ttl", "it is in the list and not there"),)
    (copy / "SHA256SUMS").unlink()
    with pytest.raises(UsageError, match="not a publication, for it has no SHA256SUMS"):
        verify(hosted)


def test_a_host_that_does_not_answer_is_told() -> None:
    with pytest.raises(EndpointError, match="cannot fetch http://127.0.0.1:9/SHA256SUMS: "):
        verify("http://127.0.0.1:9")


def test_the_command_tells_faults_and_the_digest(copy: Path, site: Publication) -> None:
    done = CliRunner().invoke(kg, ["verify", str(copy)], standalone_mode=False)
    assert (done.return_value, done.stdout) == (0, f"{site.digest}\n")
    (copy / "catalog.ttl").write_text("")
    done = CliRunner().invoke(kg, ["verify", str(copy)], standalone_mode=False)
    assert done.return_value == 1
    assert "fault: catalog.ttl: its SHA-256 is " in done.stderr
    for wrong in (["verify", "--digest", "12", str(copy)], ["verify", os.devnull], ["verify", str(copy / "none")]):
        assert isinstance(CliRunner().invoke(kg, wrong, standalone_mode=False).exception, UsageError)


@pytest.mark.parametrize(
    "published",
    ["site", "tabled", pytest.param("whole", marks=pytest.mark.system)],  # rdflib takes minutes for it
)
def test_two_parsers_read_the_same_dataset_from_every_dump(
    published: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)  # it would write 05.50 as 5.50
    publication: Publication = request.getfixturevalue(published)
    (nquads,) = (publication.folder / "data").glob("*.nq")
    for suffix in ("nq", "trig", "jsonld"):
        file = nquads.with_suffix(f".{suffix}")
        by_rdflib = rdflib.Dataset().parse(file).serialize(format="nquads", encoding="utf-8")
        for quads in (ox.parse(path=file), ox.parse(by_rdflib, format=ox.RdfFormat.N_QUADS)):
            text = "".join(f"{line} .\n" for line in canonical(quads))
            assert hashlib.sha256(text.encode()).hexdigest() == publication.digest, file
