"""Begin a build from the one before it: unchanged files are not parsed again, and what follows from them is kept.

The tables of a finished build are what its files said and what followed. Where the program and the settings are the
same, the quads of files that changed are exchanged for what they say now; where the ontology's axioms and the rules
are the same too, only what the difference can concern is inferred anew.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

import kg
from kg.errors import UsageError
from kg.graph import build as layout
from kg.graph.aside import Aside
from kg.graph.build import Build
from kg.graph.differing import has_blank
from kg.graph.dump import Difference, Dump, Part, difference, rewrite_nquads, write_named, write_nquads
from kg.graph.exchanged import BEFORE
from kg.graph.loading import File, load_files
from kg.graph.quads import Graph
from kg.graph.store import as_stored, read_quads
from kg.inference.owl import is_axiom
from kg.inference.rules import Rule
from kg.project import Project
from kg.source.reader import Quad
from kg.validation.analyses import Analyses

_CACHE = "cache.json"
_FEW = 20_000  # lines, beyond which a whole store is loaded faster than it is corrected
_LOOKED_AT = 200  # literals, for each of which others are looked for


@dataclass(frozen=True)
class Start:
    """A loaded graph, and what of the build before it still holds.

    ``before`` is the build that its tables come from. ``changed`` are the predicates, and the classes for rdf:type,
    of the asserted triples that differ from that build's, when ``rules`` are the same; else the closure holds nothing
    that is inferred. ``analyses`` are those of SPARQL constraints. A graph that is ``resumed`` has been inferred by
    ``rules`` in part; ``keep`` is told the rules before they run. ``elsewhere`` is what was read that is no file of the
    project, with its size.
    """

    graph: Graph
    before: Build | None = None
    changed: list[tuple[str, str | None]] | None = None
    rules: list[Rule] = field(default_factory=list)
    analyses: Analyses = field(default_factory=Analyses)
    resumed: bool = False
    keep: Callable[[Sequence[Rule]], None] = lambda _: None
    elsewhere: Mapping[str, str] = field(default_factory=dict)


def previous(out: Path) -> Build | None:
    """Return the build that the link ``out`` names, if this program made it as it is now."""
    try:
        before = Build.open(out)
        return before if _cache(before)["program"] == program_digest() else None
    except (UsageError, OSError, ValueError):
        return None


def _cache(before: Build) -> dict[str, Any]:
    cache: dict[str, Any] = json.loads((before.folder / _CACHE).read_text(encoding="utf-8"))
    return cache


def start(
    project: Project,
    files: list[File],
    inputs: Mapping[str, str],
    *,
    before: Build | None,
    memory: str | None = None,
    scratch: Path | None = None,
) -> Start:
    """Return a graph of ``files``, from that of the build ``before`` where it can be.

    ``inputs`` are the digests of files, rules and settings by their paths. Raises what ``load_files`` raises.
    """
    settings = project.relative(project.settings_file)
    known: Mapping[str, str] = before.manifest["files"] if before else {}
    if before is None or known.get(settings) != inputs[settings]:
        graph = Graph.create(memory=memory, scratch=scratch)
        load_files(graph, files, project=project)
        return Start(graph)
    graph = Graph.restore(before.folder / layout.TABLES, memory=memory, scratch=scratch)
    names = {project.relative(file.path): file for file in files}
    graph.remove(name for name, digest in known.items() if inputs.get(name) != digest)
    fresh = [file for name, file in names.items() if known.get(name) != inputs[name]]
    load_files(graph, fresh, project=project)
    changed = graph.changed()
    rules = [Rule.from_json(rule) for rule in before.rules]
    analyses = Analyses.from_json(_cache(before)["analyses"])
    if (
        same_rules(known, inputs)
        and not any(is_axiom(*key) for key in changed)
        and not any(rule.equality for rule in rules)
    ):
        return Start(graph, before, changed, rules, analyses)
    graph.forget()
    return Start(graph, before, analyses=analyses)


class Writing:
    """The writing of a graph into ``folder``: its dump and tables, and the store corrected where there was one."""

    def __init__(self, begun: Start, *, inferred_graph: str, folder: Path) -> None:
        self._begun = begun
        self._inferred_graph = inferred_graph
        self._folder = folder
        self._named: Future[Part] | None = None

    def begin(self, other: Aside) -> None:
        """Write what is there before anything is inferred."""
        if not self._begun.before:
            self._named = other.start(lambda graph: write_named(graph, folder=self._folder))

    def finish(self, other: Aside) -> Dump:
        """Write the rest of a graph that is closed."""
        graph, before, out = self._begun.graph, self._begun.before, self._folder / layout.DUMP
        saved = other.start(lambda graph: graph.save(self._folder / layout.TABLES))
        if before is None or not before.dump.stat().st_size:
            named = self._named.result() if self._named else None
            dump = write_nquads(graph, inferred_graph=self._inferred_graph, out=out, named=named)
        else:
            cache = _cache(before)
            differs = difference(graph, before=BEFORE, inferred_graph=self._inferred_graph)
            dump = rewrite_nquads(Dump(before.dump, cache["lines"], cache["sizes"], ""), differs, out=out)
            if len(differs) <= _FEW and not _is_called_otherwise(differs, graph):
                before.copy_store(self._folder, differs)
        saved.result()
        graph.engine.finish()
        return dump


def _is_called_otherwise(differs: Difference, graph: Graph) -> bool:
    """Tell whether a store has other names for something that differs: a blank node, or a literal that is gone.

    To a store some literals are the same, as 12.50 and 12.5: if one goes, the other must stay. Of many, they may be.
    """
    gone, fresh = (list(_read(part)) for part in (differs.gone, differs.fresh))
    if any(map(has_blank, (*gone, *fresh))):
        return True
    said = {(s, p, o) for _, s, p, o in gone if o.endswith(">") and o.startswith('"')}
    if len(said) > _LOOKED_AT:
        return True
    others = [(o, other) for s, p, o in said for other in graph.objects(s, p) if other != o]
    stored = as_stored([literal for pair in others for literal in pair if literal.startswith('"')])
    return any(stored.get(o, o) == stored.get(other, other) for o, other in others)


def _read(parts: Mapping[str, Sequence[bytes]]) -> Iterator[Quad]:
    return read_quads(b"\n".join(chain.from_iterable(parts.values())), suffix=".nq")


def remember(begun: Start, dump: Dump, *, folder: Path) -> None:
    """Write into ``folder`` what another build needs to begin from this one, which was inferred by rules."""
    cache = {
        "program": program_digest(),
        "lines": dump.lines,
        "sizes": dump.sizes,
        "analyses": begun.analyses.to_json(),
    }
    (folder / _CACHE).write_text(json.dumps(cache, sort_keys=True), encoding="utf-8")


def same_rules(known: Mapping[str, str], inputs: Mapping[str, str]) -> bool:
    """Tell whether the digests of the CONSTRUCT rules are the same in both."""
    return _queries(known) == _queries(inputs)


def _queries(digests: Mapping[str, str]) -> dict[str, str]:
    return {name: digest for name, digest in digests.items() if name.endswith(".rq")}


@cache
def program_digest() -> str:
    """Return a digest of the program and of the libraries that write the tables and the tokens, and parse queries."""
    digest = hashlib.sha256(" ".join(version(name) for name in ("duckdb", "pyoxigraph", "rdflib")).encode())
    for path in sorted(Path(kg.__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
