"""What git knows of files: the only module that calls it."""

import subprocess
import tarfile
from pathlib import Path

from kg.errors import UsageError


def changed_since(revision: str, folder: Path) -> set[Path]:
    """Return the files that differ from a revision or are new, in the whole repository of ``folder``, resolved.

    Deleted files are among them. Raises UsageError when there is no git, no repository or no such revision.
    """
    top = _top(folder)
    commit = _commit(revision, folder, top)
    changed = _git(top, "diff", "--name-only", "--no-renames", "-z", commit, "--")
    fresh = _git(top, "ls-files", "--others", "--exclude-standard", "-z")
    return {(top / name).resolve() for name in (changed + fresh).split("\0") if name}


def unpack(revision: str, folder: Path, *, into: Path) -> None:
    """Write ``folder`` as it was at a revision to the folder ``into``, which exists. The repository stays untouched.

    Raises UsageError when there is no git, no repository, no such revision, or no such folder in it.
    """
    top = _top(folder)
    commit = _commit(revision, folder, top)
    prefix = _git(folder, "rev-parse", "--show-prefix").rstrip("\n")
    archive = into / ".archive.tar"
    missing = f'no folder "{prefix}" at the revision "{revision}"'
    _git(top, "archive", "--format=tar", "-o", str(archive.resolve()), f"{commit}:{prefix}", else_say=missing)
    try:
        with tarfile.open(archive) as members:
            members.extractall(into, filter="data")
    except tarfile.TarError as error:
        raise UsageError(f'cannot unpack the revision "{revision}": {error}') from error
    finally:
        archive.unlink()


def _top(folder: Path) -> Path:
    return Path(
        _git(folder, "rev-parse", "--show-toplevel", else_say=f"not in a git repository: {folder}").rstrip("\n")
    )


def _commit(revision: str, folder: Path, top: Path) -> str:
    return _git(
        folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}",
        else_say=f'no revision "{revision}" in the repository {top}',
    ).strip()  # fmt: skip


def _git(folder: Path, *arguments: str, else_say: str | None = None) -> str:
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False)
    except OSError as error:
        raise UsageError(f"git is needed, and cannot be run: {error.strerror}") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise UsageError(else_say or f"git {arguments[0]} failed: {said}")
    return done.stdout.decode(errors="surrogateescape")
