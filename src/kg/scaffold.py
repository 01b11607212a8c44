"""Write a new graph: settings, a class, a shape, a fact, a question, their tests and a CI workflow."""

import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from kg.errors import UsageError

_SUFFIX = ".template"
_BASE = re.compile(r'https?://[^\s<>"{}|\\^`#?$]+/')


def scaffold(folder: Path, *, base: str | None = None) -> list[Path]:
    """Write a new graph into ``folder`` and return its files, sorted, relative to it.

    ``base`` is what the IRIs of the graph begin with; without it, https://example.org/ and the folder's name.
    Raises UsageError, before anything is written, for a folder that is not empty or a base that is not an IRI
    ending in a slash.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"not a folder: {folder}")
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(f"not an empty folder: {folder}")
    name = folder.resolve().name or "graph"
    base = base or f"https://example.org/{_segment(name)}/"
    if not _BASE.fullmatch(base):
        raise UsageError(f'--base: not an http or https IRI that ends in "/": {base}')
    written = {
        path: Template(text).substitute(base=base, name=name)
        for path, text in _templates(files("kg") / "scaffold_files", Path())
    }
    for path, text in written.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return sorted(written)


def _segment(name: str) -> str:
    """Return a folder's name as one segment of an IRI: small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-") or "graph"


def _templates(folder: Traversable, path: Path) -> list[tuple[Path, str]]:
    """Return the path and text of every template below ``folder``."""
    found: list[tuple[Path, str]] = []
    for item in folder.iterdir():
        if item.is_dir():
            found += _templates(item, path / item.name)
        elif item.name.endswith(_SUFFIX):
            found.append((path / item.name.removesuffix(_SUFFIX), item.read_text(encoding="utf-8")))
    return found
