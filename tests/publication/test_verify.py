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
from kg.publication.publish import Publication
from kg.publication.verify import Fault, verify
from tests.publication.conftest import canonical


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
        assert (found.faults, found.files, found.digest) == ((), len(publication.files), publication.digest)


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
    ],
)
def test_a_dump_that_says_something_else_is_found_though_it_is_listed(copy: Path, suffix: str, message: str) -> None:
    [file] = (copy / "data").glob(f"*.{suffix}")
    file.write_bytes(file.read_bytes() + b"\n<urn:a> <urn:b> <urn:c> .\n")
    listed_anew(copy)
    found = {fault.path: fault.message for fault in verify(str(copy)).faults}
    assert found[f"data/{file.name}"] == message


def test_a_dump_that_cannot_be_read_is_told(copy: Path) -> None:
    [file] = (copy / "data").glob("*.trig")
    file.write_bytes(b"<urn:a> <urn:b>")
    listed_anew(copy)
    [fault] = verify(str(copy)).faults
    assert fault.message.startswith("it cannot be read: ")


def test_who_changes_the_list_too_is_found_by_the_digest_that_was_cited(copy: Path, site: Publication) -> None:
    lines = [*(site.folder / "data" / "town.nq").read_text(encoding="utf-8").splitlines(keepends=True)]
    text = "".join(sorted([*lines, "<urn:a> <urn:b> <urn:c> .\n"]))
    (copy / "data" / "town.nq").write_text(text, encoding="utf-8")
    for suffix in ("trig", "ttl"):
        with (copy / "data" / f"town.{suffix}").open("a") as out:
            out.write("<urn:a> <urn:b> <urn:c> .\n")
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


def test_two_parsers_read_the_same_dataset_from_every_dump(site: Publication) -> None:
    expected = (site.folder / "data" / "town.nq").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    for suffix in ("nq", "trig"):
        file = site.folder / "data" / f"town.{suffix}"
        by_rdflib = rdflib.Dataset().parse(file).serialize(format="nquads", encoding="utf-8")
        for quads in (ox.parse(path=file), ox.parse(by_rdflib, format=ox.RdfFormat.N_QUADS)):
            assert [f"{line} ." for line in canonical(quads)] == expected
