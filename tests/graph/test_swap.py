"""A folder is replaced in one step, whatever happens on the way."""

import fcntl
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import pytest

from kg.errors import UsageError
from kg.graph.swap import hold, notes_of, swap

ENDLESS = """
import itertools, sys
from pathlib import Path
from kg.graph.swap import swap
print("ready", flush=True)
for turn in itertools.count():
    with swap(Path(sys.argv[1]), name=f"n{turn % 2}") as draft:
        (draft.folder / "first").write_text(str(turn) * 1000)
        (draft.folder / "below").mkdir()
        (draft.folder / "below" / "second").write_text(str(turn) * 1000)
"""


def fill(link: Path, text: str, name: str = "a") -> Path:
    with swap(link, name=name) as draft:
        (draft.folder / "file").write_text(text)
    return draft.folder


def interrupted(link: Path, interruption: type[BaseException]) -> None:
    with swap(link, name="b") as draft:
        (draft.folder / "file").write_text("two")
        raise interruption


def others(link: Path) -> list[str]:
    return sorted(path.name for path in link.with_name(f"{link.name}.d").iterdir() if path != link.resolve())


def test_the_link_is_relative_and_names_the_new_folder(tmp_path: Path) -> None:
    link = tmp_path / "new" / "site"
    folder = fill(link, "one")
    assert os.readlink(link) == "site.d/a"
    assert folder == link.resolve()
    assert (link / "file").read_text() == "one"


def test_a_second_swap_of_the_same_name_leaves_the_folder_in_use_alone_until_the_link_has_moved(tmp_path: Path) -> None:
    link = tmp_path / "site"
    fill(link, "one")
    with swap(link, name="a") as draft:
        (draft.folder / "file").write_text("two")
        assert (link / "file").read_text() == "one"
    assert os.readlink(link) == "site.d/a-1"
    assert (link / "file").read_text() == "two"
    assert others(link) == [".kg"]


def test_the_name_may_be_given_at_the_end(tmp_path: Path) -> None:
    with swap(tmp_path / "site") as draft:
        (draft.folder / "file").write_text("one")
        draft.name = "digest"
    assert os.readlink(tmp_path / "site") == "site.d/digest"


def test_a_folder_without_a_name_is_given_up(tmp_path: Path) -> None:
    link = tmp_path / "site"
    kept = fill(link, "old")
    with swap(link) as draft:
        (draft.folder / "page").write_text("new")
    assert link.resolve() == kept.resolve()
    assert others(link) == [".kg"]


def test_notes_come_and_go_with_their_folder(tmp_path: Path) -> None:
    link = tmp_path / "site"
    with swap(link, name="a") as draft:
        (draft.notes() / "note").write_text("one")
    assert notes_of(draft.folder) == tmp_path / "site.d" / ".notes-a"
    assert (notes_of(link.resolve()) / "note").read_text() == "one"

    def noted(name: str | None) -> None:
        with swap(link, name=name) as draft:
            (draft.notes() / "note").write_text("two")
            if name == "b":
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        noted("b")
    noted(None)
    assert others(link) == [".kg", ".notes-a"]
    noted("a")
    assert others(link) == [".kg", ".notes-a-1"]
    fill(link, "without", name="c")
    assert others(link) == [".kg"]


def test_what_is_replaced_may_be_taken_away_unless_somebody_holds_it(tmp_path: Path) -> None:
    link, taken = tmp_path / "site", []

    def replaced(text: str) -> None:
        with swap(link, name=text) as draft:
            (draft.folder / "file").write_text(text)
            draft.replace = lambda before: taken.append((before / "file").read_text())

    replaced("one")
    assert taken == []
    replaced("two")
    held = hold(link)
    replaced("three")
    held.release()
    assert taken == ["one"]
    assert (link / "file").read_text() == "three"
    assert [name for name in others(link) if name != ".kg"] == ["two"]


@pytest.mark.parametrize("name", ["", ".", "..", ".hidden", "a/b"])
def test_a_name_that_is_not_a_plain_file_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a name"), swap(tmp_path / "site", name=name):
        pass
    assert not (tmp_path / "site").is_symlink()


@pytest.mark.parametrize("interruption", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_an_exception_removes_the_new_folder_and_leaves_the_old_one(
    tmp_path: Path, interruption: type[BaseException]
) -> None:
    link = tmp_path / "site"
    fill(link, "one")
    with pytest.raises(interruption):
        interrupted(link, interruption)
    assert (link / "file").read_text() == "one"
    assert others(link) == [".kg"]


def test_the_draft_of_a_dead_run_is_cleared_and_that_of_a_live_one_is_not(tmp_path: Path) -> None:
    link = tmp_path / "site"
    fill(link, "one")
    dead = tmp_path / "site.d" / ".tmp-1-00000000"  # a process that lives, but does not hold the draft
    dead.mkdir()
    with swap(link, name="slow") as slow:
        fill(link, "two", "quick")
        assert slow.folder.is_dir()
        assert not dead.exists()
        (slow.folder / "file").write_text("three")
    assert (link / "file").read_text() == "three"
    assert others(link) == [".kg"]


def test_a_new_folder_can_be_read_by_whoever_the_umask_lets(tmp_path: Path) -> None:
    mask = os.umask(0o022)
    try:
        folder = fill(tmp_path / "site", "one")
    finally:
        os.umask(mask)
    assert folder.stat().st_mode & 0o777 == 0o755


def test_a_real_folder_or_file_in_the_place_of_the_link_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("mine")
    for name in ("folder", "file"):
        with pytest.raises(UsageError, match="not made by kg"), swap(tmp_path / name, name="a"):
            pass
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
    assert (tmp_path / "file").read_text() == "mine"


def test_a_link_to_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "site").symlink_to("elsewhere")
    with pytest.raises(UsageError, match="a link that was not made by kg"), swap(tmp_path / "site", name="a"):
        pass


def test_a_folder_of_someone_else_with_the_name_of_ours_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "conf.d" / "precious").mkdir(parents=True)
    with pytest.raises(UsageError, match="holds files"), swap(tmp_path / "conf", name="a"):
        pass
    assert (tmp_path / "conf.d" / "precious").is_dir()


def test_killed_at_any_moment_it_leaves_the_link_on_a_whole_folder(tmp_path: Path) -> None:
    link = tmp_path / "site"
    seen = set()
    chance = random.Random(20190630)
    for _ in range(25):
        process = subprocess.Popen([sys.executable, "-c", ENDLESS, str(link)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0.0, 0.12))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        if link.is_symlink():
            first = (link / "first").read_text()
            assert len(first) >= 1000
            assert first == (link / "below" / "second").read_text()
            seen.add(first)
    assert len(seen) > 1
    fill(link, "end", "end")
    assert others(link) == [".kg"]


def test_runs_at_the_same_time_leave_one_whole_folder(tmp_path: Path) -> None:
    link = tmp_path / "site"
    bounded = ENDLESS.replace("itertools.count()", "range(20)")
    processes = [subprocess.Popen([sys.executable, "-c", bounded, str(link)], stdout=subprocess.DEVNULL) for _ in "abc"]
    assert [process.wait() for process in processes] == [0, 0, 0]
    assert (link / "first").read_text() == (link / "below" / "second").read_text() == "19" * 1000
    assert others(link) == [".kg"]


def test_a_draft_that_is_interrupted_as_it_begins_leaves_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, lock = tmp_path / "build", fcntl.flock
    fill(link, "one")

    def interrupt(locked: int | IO[str], operation: int) -> None:
        if isinstance(locked, int):  # the draft, which is there by then
            assert [path for path in (tmp_path / "build.d").iterdir() if path.name.startswith(".tmp-")]
            raise KeyboardInterrupt
        lock(locked, operation)

    monkeypatch.setattr(fcntl, "flock", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fill(link, "two", name="b")
    assert (link / "file").read_text() == "one"
    assert sorted(path.name for path in (tmp_path / "build.d").iterdir()) == [".kg", "a"]
