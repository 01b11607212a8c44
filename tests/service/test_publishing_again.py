"""What is there already of an earlier publication: what is kept of it, and what is not."""

import os
import shutil
from pathlib import Path

import pytest

from kg.graph.swap import notes_of
from kg.publication.verify import verify
from kg.service.hosting import site as hosting
from tests.service.changing import PLACES, Town, again, bodies


@pytest.fixture
def town(published_town: Town, tmp_path: Path) -> Town:
    return again(published_town, tmp_path / "town")


def test_a_publication_of_the_same_stays(town: Town) -> None:
    before = (town.root / "site").resolve()
    again, kept = town.publish()
    assert again.folder == before
    assert kept == again.count
    assert len(list((town.root / "site.d").iterdir())) == 3


def test_what_a_label_is_not_on_is_kept(town: Town) -> None:
    town.change(PLACES, '"serment"@fr', '"serment juré"@fr')
    again, kept = town.publish()
    assert kept > 0.75 * again.count


def test_what_was_touched_is_written_anew(town: Town) -> None:
    site = (town.root / "site").resolve()
    (site / "id/valley.ttl").write_bytes(b"touched")
    (site / "id/hill.fr.html").unlink()
    (site / "search.en.html").write_bytes((site / "search.en.html").read_bytes()[::-1])
    other = site / "query/who-signed.csv"
    body, times = other.read_bytes(), other.stat()
    other.unlink()
    other.write_bytes(body[::-1])
    os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))
    (site / "id/stranger.ttl").write_bytes(b"not ours")
    shutil.rmtree(site / "def")
    assert town.differs() == []
    assert verify(str(town.root / "site")).whole
    assert town.kept > 100


def test_a_record_that_cannot_be_read_is_none(town: Town) -> None:
    [record] = town.root.glob("site.d/.notes-*/record")
    record.write_bytes(record.read_bytes()[:-100])
    assert town.differs() == []
    assert town.kept == 0


def test_another_program_keeps_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosting, "version", lambda name: f"{name} of tomorrow")
    _, kept = town.publish()
    assert kept == 0


def test_a_publication_that_fails_leaves_the_one_before(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    before = bodies(town.root / "site")
    town.change(PLACES, '"vallée"@fr', '"val"@fr')
    with monkeypatch.context() as patched:
        patched.setattr(hosting, "sitemaps", fails)
        with pytest.raises(OSError, match="No space"):
            town.publish()
    assert bodies(town.root / "site") == before
    assert [path.name for path in (town.root / "site.d").iterdir() if path.name.startswith(".tmp")] == []
    assert town.differs() == []
    assert town.kept > 100


def test_nothing_is_left_of_what_was_published_before(town: Town) -> None:
    town.change(PLACES, '"vallée"@fr', '"val"@fr')
    now, _ = town.publish()
    assert {path.name for path in (town.root / "site.d").iterdir()} == {
        ".kg",
        now.folder.name,
        f".notes-{now.folder.name}",
    }


def test_nothing_is_left_of_what_is_not_published_any_more(town: Town) -> None:
    for old, new in (('"vallée"@fr', '"val"@fr'), ('"val"@fr', '"vallon"@fr')):
        town.change(PLACES, old, new)
        town.publish()
    left = [
        path for path in (town.root / "site.d").rglob("*") if path.is_file() and "val<" in path.read_text("latin-1")
    ]
    assert left == []
    assert list(town.root.glob("site.d/.notes-*/spare/id/*.ttl"))


def test_the_first_publication_has_a_spare_folder_of_all_its_files(town: Town) -> None:
    made, _ = town.publish("other")
    spare = notes_of(made.folder.resolve()) / "spare"
    assert {path for path in made.paths if not (spare / path).samefile(made.folder / path)} == set()
    assert not (spare / "SHA256SUMS").exists()


def test_a_spare_folder_gives_only_what_is_right(town: Town) -> None:
    town.change(PLACES, '"vallée"@fr', '"val"@fr')
    town.publish()
    [spare] = town.root.glob("site.d/.notes-*/spare")
    one, *_ = sorted(spare.glob("id/*.ttl"))
    one.unlink()
    one.write_bytes(b"another")
    (spare / "id/stranger.ttl").write_bytes(b"not ours")
    (spare / "strangers").mkdir()
    (spare / "strangers/one.ttl").write_bytes(b"not ours")
    shutil.rmtree(spare / "def")
    elsewhere = town.root / "elsewhere"
    (spare / "id").rename(elsewhere)
    (spare / "id").symlink_to(elsewhere)
    before = bodies(elsewhere)
    town.change(PLACES, '"val"@fr', '"vallon"@fr')
    assert town.differs() == []
    assert town.kept > 100
    assert bodies(elsewhere) == before
