"""What git knows of files: the only module that calls it."""

import subprocess
from pathlib import Path

from kg.errors import UsageError


def changed_since(revision: str, folder: Path) -> set[Path]:
    """Return the files that differ from a revision or are new, in the whole repository of ``folder``, resolved.

    Deleted files are among them. Raises UsageError when there is no git, no repository or no such revision.
    """
    top = Path(_git(folder, "rev-parse", "--show-toplevel", else_say=f"not in a git repository: {folder}").rstrip("\n"))
    commit = _git(
        folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}",
        else_say=f'no revision "{revision}" in the repository {top}',
    ).strip()  # fmt: skip
    changed = _git(top, "diff", "--name-only", "--no-renames", "-z", commit, "--")
    fresh = _git(top, "ls-files", "--others", "--exclude-standard", "-z")
    return {(top / name).resolve() for name in (changed + fresh).split("\0") if name}


def _git(folder: Path, *arguments: str, else_say: str | None = None) -> str:
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=False)
    except OSError as error:
        raise UsageError(f"git is needed, and cannot be run: {error.strerror}") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise UsageError(else_say or f"git {arguments[0]} failed: {said}")
    return done.stdout.decode(errors="surrogateescape")
