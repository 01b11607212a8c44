"""Replace a folder in one step: readers see the old one whole, then the new one whole.

``build`` is a link to ``build.d/<name>``. A new folder is written beside, as ``build.d/.tmp-<pid>-<random>``,
renamed to its own name when it is finished, and only then does the link change, in one ``rename(2)``.
Killed at any moment, a run leaves the link on a whole folder; the next run clears what it left behind.

``build.d/.kg`` marks the folder as ours and is the lock of the short steps; a draft being written is
locked too, so that a run never clears the draft of another that is alive. Who reads a finished folder for long
holds it: it is cleared by the first run after nobody does.

What must be known of a folder, and is not for those who read it, goes into its notes: a folder beside it that comes
and goes with it.
"""

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from kg.errors import UsageError

_MARK = ".kg"
_DRAFT = ".tmp-"
_LINK = ".link-"
_FEW = 100  # files
_NOTES = ".notes-"


def notes_of(folder: Path) -> Path:
    """Return where the notes of a folder are, if it has some."""
    return folder.with_name(f"{_NOTES}{folder.name}")


@dataclass(frozen=True)
class Hold:
    """A folder that is not removed before it is released."""

    folder: Path
    descriptor: int

    def release(self) -> None:
        """Let go of the folder."""
        os.close(self.descriptor)


def hold(link: Path) -> Hold:
    """Hold the folder that a link names, or the folder itself. Raises FileNotFoundError when there is none."""
    while True:
        folder = link.resolve()
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        if link.resolve() == folder and folder.is_dir():  # else it was replaced in between
            return Hold(folder, descriptor)
        os.close(descriptor)


def tidy(link: Path) -> None:
    """Remove the older folders of a link that nobody holds any more. Raises OSError where we may not write."""
    mark = link.with_name(f"{link.name}.d") / _MARK
    if link.is_symlink() and mark.is_file():
        with _locked(mark):
            _clear(mark.parent, keep=link.resolve())


@dataclass
class Draft:
    """A folder being written: where it is, and the name to give it, which may be set until the end.

    ``replace`` is given the folder that the link has named until then, if nobody holds it: it may take it away.
    """

    folder: Path
    name: str | None = None
    replace: Callable[[Path], None] = lambda _: None

    def notes(self) -> Path:
        """Return the folder for its notes, made if it is not there."""
        notes = notes_of(self.folder)
        notes.mkdir(exist_ok=True)
        return notes


@contextmanager
def swap(link: Path, *, name: str | None = None) -> Iterator[Draft]:
    """Yield a new empty folder to fill; on success make ``link`` name it and remove the older ones that nobody holds.

    The folder becomes ``<link>.d/<name>``, or ``<name>-1``, ``<name>-2``, … while that name is taken, and
    ``draft.folder`` then says so. ``name`` is a plain file name that does not begin with a dot; it may be
    given late, as ``draft.name``. Without a name, and on any exception, the keyboard's interrupt included, the new
    folder is removed and the link stays as it was.

    Raises UsageError when ``link`` or ``<link>.d`` exists and is not of this program's making.
    """
    link = Path(os.path.abspath(link))
    home = _home(link)
    draft = Draft(home / f"{_DRAFT}{os.getpid()}-{secrets.token_hex(4)}", name)
    alive = None
    try:
        with _locked(home / _MARK):
            draft.folder.mkdir()
            alive = os.open(draft.folder, os.O_RDONLY)
            fcntl.flock(alive, fcntl.LOCK_EX)
        yield draft
        if draft.name is None:
            _discard(draft.folder)
            with _locked(home / _MARK):
                _clear(home, keep=link.resolve())
            return
        if not re.fullmatch(r"[^./\0][^/\0]*", draft.name):
            raise ValueError(f"not a name for a folder: {draft.name!r}")
        _flush(draft.folder)  # so that no link ever names what a power cut can empty
        with _locked(home / _MARK):
            _refuse_foreign(link, home)
            before = link.resolve()
            draft.folder = _rename(draft.folder, _free(home, draft.name))
            _point(link, draft.folder)
            with _unheld(before) as free:
                if free:
                    draft.replace(before)
            _clear(home, keep=draft.folder)
    except BaseException:
        if draft.folder.name.startswith(_DRAFT):
            _discard(draft.folder)
        raise
    finally:
        if alive is not None:
            os.close(alive)


def _home(link: Path) -> Path:
    """Return ``<link>.d``, made and marked when it does not exist."""
    home = link.with_name(f"{link.name}.d")
    _refuse_foreign(link, home)
    home.mkdir(parents=True, exist_ok=True)
    (home / _MARK).touch()
    return home


def _refuse_foreign(link: Path, home: Path) -> None:
    if not link.name or (link.exists() and not link.is_symlink()):
        raise UsageError(f"{link} exists and was not made by kg: remove it, or choose another place")
    if link.is_symlink() and link.readlink().parent != Path(home.name):
        raise UsageError(f"{link} is a link that was not made by kg: remove it, or choose another place")
    if home.is_symlink() or (home.exists() and not home.is_dir()):
        raise UsageError(f"{home} was not made by kg: remove it, or choose another place")
    if home.is_dir() and not (home / _MARK).is_file() and any(home.iterdir()):
        raise UsageError(f"{home} holds files that were not made by kg: choose another place")


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Hold the lock of a file; the system gives it back when the process dies."""
    with file.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _rename(folder: Path, name: Path) -> Path:
    """Rename a folder with its notes."""
    shutil.rmtree(notes_of(name), ignore_errors=True)
    if notes_of(folder).exists():
        notes_of(folder).rename(notes_of(name))
    return folder.rename(name)


def _discard(folder: Path) -> None:
    for path in (folder, notes_of(folder)):
        shutil.rmtree(path, ignore_errors=True)


def _free(home: Path, name: str) -> Path:
    number = 0
    while (folder := home / (f"{name}-{number}" if number else name)).exists():
        number += 1
    return folder


def _point(link: Path, folder: Path) -> None:
    """Make ``link`` name ``folder``, a sibling's child, in one step."""
    fresh = folder.parent / f"{_LINK}{secrets.token_hex(4)}"
    fresh.symlink_to(Path(folder.parent.name, folder.name))
    fresh.replace(link)
    for parent in (folder.parent, link.parent):
        _flush_one(parent)


def _flush(folder: Path) -> None:
    """Have the disk hold all that a folder holds: a few files each by itself, many with all else that is written."""
    found = (Path(where, name) for where, folders, files in os.walk(folder) for name in (*folders, *files))
    paths = list(islice(found, _FEW + 1))
    if len(paths) > _FEW:  # 20 × faster then
        os.sync()
        return
    for path in (*paths, folder):
        _flush_one(path)


def _flush_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _clear(home: Path, *, keep: Path) -> None:
    """Remove the older folders that nobody holds, and what dead runs left."""
    for path in sorted(home.iterdir()):
        if path == keep or path.name == _MARK or path.name.startswith(_NOTES):
            continue
        if path.name.startswith(_LINK):
            path.unlink()
        else:
            _remove(path)
    for notes in home.glob(f"{_NOTES}*"):
        if not notes.with_name(notes.name.removeprefix(_NOTES)).exists():
            shutil.rmtree(notes, ignore_errors=True)


def _remove(folder: Path) -> None:
    """Remove a folder, unless a run that is alive writes it or somebody holds it."""
    with _unheld(folder) as free:
        if free:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _unheld(folder: Path) -> Iterator[bool]:
    """Tell whether there is a folder that nobody holds or writes; nobody does while the block lasts."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        yield False
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(descriptor)
