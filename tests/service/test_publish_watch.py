"""``kg publish --watch`` builds and publishes again after each change, as from nothing, and lets nobody see a fault."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from kg.cli import kg
from kg.errors import UsageError
from kg.graph.build import Build
from kg.project import Project
from kg.service.changes import Changes, after_changes
from tests.service.changing import PLACES, Town, again, bodies

_CHARTER = "id/charter.fr.html"
_WAITING = "waiting for a change"
# Whoever runs the tests may have left the interrupt to be ignored.
_BEGIN = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"


@dataclass(frozen=True)
class Running:
    """A command that goes on, and what it has said."""

    process: subprocess.Popen[str]
    words: Callable[[], str]

    def until(self, told: str, times: int = 1) -> None:
        """Wait until something has been said so often."""
        end = time.monotonic() + 60
        while self.words().count(told) < times:
            assert self.process.poll() is None, self.words()
            assert time.monotonic() < end, self.words()
            time.sleep(0.02)


@contextmanager
def running(root: Path, *options: str) -> Iterator[Running]:
    command = [sys.executable, "-m", "kg", "-C", str(root), "publish", *options]
    with tempfile.TemporaryFile("w+") as said:
        with subprocess.Popen(
            [sys.executable, "-c", _BEGIN, *command], stderr=said, text=True, start_new_session=True
        ) as process:

            def words() -> str:
                said.seek(0)
                return said.read()

            try:
                yield Running(process, words)
            finally:
                process.kill()


def session(process: subprocess.Popen[str]) -> list[str]:
    """Return the processes that have been begun in the session of one, and are there."""
    found = subprocess.run(["ps", "-o", "stat=,args=", "-s", str(process.pid)], capture_output=True, text=True)
    return [line for line in found.stdout.splitlines() if not line.startswith("Z")]


@pytest.fixture
def town(published_town: Town, tmp_path: Path) -> Town:
    return again(published_town, tmp_path / "town")


def test_it_publishes_after_each_change_as_from_nothing(town: Town) -> None:
    page = town.root / "site" / _CHARTER
    right = (town.root / PLACES).read_text(encoding="utf-8")
    with running(town.root, "--watch") as command:
        command.until(_WAITING)
        assert "charte vue" not in page.read_text(encoding="utf-8")
        town.change(PLACES, '"charte des Vallons"@fr', '"charte vue"@fr')
        command.until(_WAITING, 2)
        assert "charte vue" in page.read_text(encoding="utf-8")
        assert "of them kept in " in command.words()

        broken = page.resolve()
        town.add(PLACES, "\nthis is no Turtle")
        command.until(_WAITING, 3)
        assert "what was published before stays" in command.words()
        assert f"{PLACES}:" in command.words()
        assert page.resolve() == broken

        (town.root / PLACES).write_text(right, encoding="utf-8")
        town.add(PLACES, "id:league t:seat id:hill .\n")
        command.until(_WAITING, 4)
        command.process.send_signal(signal.SIGINT)
        assert command.process.wait(20) == 0, command.words()
        assert "Traceback" not in command.words()
        assert "leaked" not in command.words()
    fresh, _ = town.publish("fresh")
    assert bodies(town.root / "site") == bodies(fresh.folder)


def test_what_another_has_published_in_between_is_noticed(town: Town) -> None:
    town.go_on("site")
    town.change(PLACES, '"vallée"@fr', '"val"@fr')
    town.publish()
    town.change(PLACES, '"charte des Vallons"@fr', '"charte vue"@fr')
    made, kept = town.go_on("site")
    fresh, _ = town.publish("fresh")
    assert bodies(made.folder) == bodies(fresh.folder)
    assert kept


def test_what_cannot_be_built_at_first_is_said_and_ends_it(town: Town) -> None:
    town.add(PLACES, "\nthis is no Turtle")
    with running(town.root, "--watch") as command:
        assert command.process.wait(30) == 1
        assert f"{PLACES}:" in command.words()


def test_the_keyboard_interrupts_a_build_too(town: Town) -> None:
    with running(town.root, "--watch") as command:
        end = time.monotonic() + 30
        while not list((town.root / "build.d").glob(".tmp-*")):
            assert time.monotonic() < end, command.words()
            time.sleep(0.005)
        os.killpg(command.process.pid, signal.SIGINT)
        assert command.process.wait(30) == 130, command.words()
        assert command.words().strip() == "interrupted"
        while session(command.process):
            assert time.monotonic() < end + 30, session(command.process)
            time.sleep(0.05)
    assert not list((town.root / "build.d").glob(".tmp-*"))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_that_is_lost_ends_it_too(town: Town) -> None:
    project, build = town.build()
    used: list[Build] = []

    class Thing: ...

    def wait() -> None:
        thing = Thing()
        gone = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGTERM))
        del thing
        assert gone() is None

    before = signal.getsignal(signal.SIGTERM)
    ended = after_changes(
        project,
        link=town.root / "build",
        build=lambda: 0,
        use=lambda _, build: used.append(build),
        fail=lambda error: pytest.fail(str(error)),
        wait=wait,
    )
    assert (ended, [one.folder for one in used]) == (0, [build.folder])
    assert signal.getsignal(signal.SIGTERM) is before


def test_it_leaves_nothing_where_temporary_files_are(town: Town) -> None:
    town.change(PLACES, '"vallée"@fr', '"val"@fr')
    town.build()
    with tempfile.TemporaryDirectory() as folder:  # by a short name, as a socket needs one
        done = subprocess.run(
            [sys.executable, "-m", "kg", "-C", str(town.root), "publish"],
            env={**os.environ, "TMPDIR": folder},
            capture_output=True,
            text=True,
        )
        assert list(Path(folder).iterdir()) == []
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "files in" in done.stderr


def test_too_long_a_name_for_temporary_files_is_told(town: Town, tmp_path: Path) -> None:
    folder = tmp_path / ("long-" * 25)
    folder.mkdir()
    command = [sys.executable, "-m", "kg", "-C", str(town.root), "publish"]
    done = subprocess.run(command, env={**os.environ, "TMPDIR": str(folder)}, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: {folder} has too long a name for sockets: set TMPDIR to a shorter folder\n"
    assert list(folder.iterdir()) == []


def test_an_interrupt_that_is_ignored_stays_so(town: Town) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)

    def wait() -> None:
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        signal.raise_signal(signal.SIGTERM)

    try:
        project, _ = town.build()
        link = town.root / "build"
        ended = after_changes(
            project,
            link=link,
            build=lambda: 0,
            use=lambda _, __: None,
            fail=lambda error: pytest.fail(str(error)),
            wait=wait,
        )
    finally:
        signal.signal(signal.SIGINT, before)
    assert ended == 0


def test_settings_that_become_wrong_are_told_and_nothing_is_lost(town: Town) -> None:
    settings = town.root / "kg.toml"
    right = settings.read_text(encoding="utf-8")
    with running(town.root, "--watch") as command:
        command.until(_WAITING)
        settings.write_text(f"{right}\n[nonsense", encoding="utf-8")
        command.until("what was published before stays")
        settings.write_text(right, encoding="utf-8")
        command.until(_WAITING, 3)
        command.process.terminate()
        assert command.process.wait(20) == 0, command.words()
    assert (town.root / "site" / _CHARTER).is_file()


def test_the_link_must_be_one_to_builds(town: Town) -> None:
    town.build()
    folder = (town.root / "build").resolve()
    with pytest.raises(UsageError, match="--watch makes new builds"):
        kg.main(["-C", str(town.root), "publish", "--watch", "--build", str(folder)], standalone_mode=False)


def test_what_can_be_watched_no_longer_is_an_error(tmp_path: Path) -> None:
    project = Project.bare(tmp_path / "nowhere")
    with Changes(project) as changes, pytest.raises(OSError, match="nowhere"):
        changes.wait()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_nothing_goes_on_after_its_end(town: Town, how: signal.Signals) -> None:
    town.build()
    with running(town.root, "--out", str(town.root / "other")) as command:
        end = time.monotonic() + 30
        while not list((town.root / "other.d").glob(".tmp-*/*")):
            assert time.monotonic() < end, command.words()
            time.sleep(0.01)
        assert len(session(command.process)) > 1
        command.process.send_signal(how)
        assert command.process.wait(30) == (-9 if how == signal.SIGKILL else 130)
        while session(command.process):
            assert time.monotonic() < end + 30, session(command.process)
            time.sleep(0.05)
        assert "Traceback" not in command.words()
    assert not (town.root / "other").exists()
