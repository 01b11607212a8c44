"""A finished build on disk: what every reader of the graph opens.

``build`` is a link to ``build.d/<name>``, which holds

``manifest.json``  what went in and what came out, with digests; byte-identical for the same input
``data.nq``        the dump: the merged default graph and every named graph, sorted
``graph.duckdb``   the tables (see ``kg.graph.quads``), a cache
``store/``         the SPARQL store loaded from the dump when the first query asks for it, a cache
``rules.json``     the rules, numbered as in the tables
``findings.json``  what validation found
"""

import fcntl
import json
import secrets
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from kg.errors import UsageError
from kg.graph.dump import Difference
from kg.graph.quads import Graph
from kg.graph.store import Store

MANIFEST = "manifest.json"
DUMP = "data.nq"
TABLES = "graph.duckdb"
STORE = "store"
RULES = "rules.json"
FINDINGS = "findings.json"


@dataclass(frozen=True)
class Build:
    """A finished build, in ``folder`` (the folder that the link names, resolved once)."""

    folder: Path

    @classmethod
    def open(cls, link: Path) -> Self:
        """Return the build that ``link`` names. Raises UsageError when there is none."""
        folder = link.resolve()
        if not (folder / MANIFEST).is_file():
            raise UsageError(f"no build in {link}: run kg build")
        return cls(folder)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What went in and what came out."""
        manifest: dict[str, Any] = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
        return manifest

    @cached_property
    def graph(self) -> Graph:
        """The tables, to read."""
        return Graph.open(self.folder / TABLES)

    @cached_property
    def store(self) -> Store:
        """The SPARQL store, to read; the first to ask makes it. Where the build cannot be written, it is in memory."""
        folder = self.folder / STORE
        if not folder.is_dir():
            with self.dump.open("rb") as dump:
                fcntl.flock(dump, fcntl.LOCK_EX)  # who asks meanwhile waits for it
                if not folder.is_dir() and not self._make_store(folder):
                    return Store.loaded(self.dump)
        return Store.open(folder)

    def _make_store(self, folder: Path) -> bool:
        """Make the store in a folder; tell whether it is there, for the build may be one that cannot be written."""
        draft = self.folder / f".{STORE}-{secrets.token_hex(4)}"
        try:
            Store.create(draft, self.dump).close()
            draft.rename(folder)
        except OSError:
            return False
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return True

    def copy_store(self, folder: Path, difference: Difference) -> None:
        """Put into the ``folder`` of another build the store, if it has been made, with what differs there."""
        if (self.folder / STORE).is_dir():
            shutil.copytree(self.folder / STORE, folder / STORE)
            Store.correct(folder / STORE, difference)

    @cached_property
    def rules(self) -> list[dict[str, Any]]:
        """The rules as they were when the graph was built, in the order of their numbers."""
        rules: list[dict[str, Any]] = json.loads((self.folder / RULES).read_text(encoding="utf-8"))
        return rules

    @cached_property
    def findings(self) -> list[dict[str, Any]]:
        """What validation found, in the order of its report: each finding by the names of its fields."""
        findings: list[dict[str, Any]] = json.loads((self.folder / FINDINGS).read_text(encoding="utf-8"))
        return findings

    @property
    def dump(self) -> Path:
        """The N-Quads dump."""
        return self.folder / DUMP
