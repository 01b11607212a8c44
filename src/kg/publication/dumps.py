"""Write the dumps: the merged graph, everything by named graph, and each named graph in a file.

``data/<dataset>.ttl``           the merged graph, asserted and inferred, as sorted Turtle
``data/<dataset>.trig``          the same as default graph, then every named graph
``data/<dataset>.jsonld``        the same as JSON-LD
``data/<dataset>.nq``            the same in its canonical form (RDFC-1.0): its SHA-256 is the digest of the dataset
``data/<dataset>-asserted.ttl``  the merged graph without what is inferred
``data/context.jsonld``          the context of the JSON-LD
``data/dump.json``               where a browser finds the N-Quads, and their digest
``data/graph/….ttl``             each named graph, that of the inferred triples too; ``graph_path`` gives the name
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import groupby
from pathlib import Path
from typing import TextIO

from kg.errors import UsageError
from kg.graph.build import Build
from kg.graph.canonical import canonical_dump, canonical_nquads
from kg.graph.extracts import graphs
from kg.graph.terms import iri
from kg.project import Project
from kg.publication.again import Again
from kg.publication.files import File
from kg.publication.jsonld import Terms, write_context, write_jsonld
from kg.source.reader import Quad, Triple
from kg.source.turtle import write_trig, write_turtle

GRAPHS = "data/graph/"
CONTEXT = "data/context.jsonld"
DESCRIBED = "data/dump.json"
"""The path of what a browser must know to take the whole N-Quads: ``describe_dump`` writes it."""
_LONGEST = 200


@dataclass(frozen=True)
class Dumps:
    """The paths of the dumps below the root: whole ones by suffix, what is asserted, named graphs by their IRI."""

    whole: Mapping[str, str]
    asserted: str
    graphs: Mapping[str, str]


class _Parts:
    """The graphs of a build as they are published, read when they are asked for."""

    def __init__(self, build: Build, project: Project) -> None:
        self._build = build
        self._project = project

    @cached_property
    def merged(self) -> list[Triple]:
        return list(self._build.graph.union())

    @cached_property
    def named(self) -> dict[str, list[Triple]]:
        """The triples of each named graph, by the graph's IRI; the inferred one last."""
        named: dict[str, list[Triple]] = {}
        for graph, quads in groupby(self._build.graph.quads(), key=lambda quad: quad[0]):
            if graph:
                named[graph[1:-1]] = [(s, p, o) for _, s, p, o in quads]
        if inferred := list(self._build.graph.inferred()):
            named.setdefault(self._project.inferred_graph, []).extend(inferred)
        return named

    def of(self, graph: str) -> list[Triple]:
        """Return the triples of one named graph, by its IRI."""
        if "named" in vars(self):
            return self.named[graph]
        inferred = self._build.graph.inferred() if graph == self._project.inferred_graph else ()
        return [*self._build.graph.held(iri(graph)), *inferred]

    @cached_property
    def quads(self) -> list[Quad]:
        merged = [("", *triple) for triple in self.merged]
        return merged + [(iri(graph), *triple) for graph, triples in self.named.items() for triple in triples]

    @cached_property
    def terms(self) -> Terms:
        return Terms.of(self.quads, prefixes=self._project.prefixes)


def write_dumps(
    build: Build,
    *,
    project: Project,
    slug: str,
    root: Path,
    written: Callable[[str, bytes | None], None] = lambda *_: None,
    again: Again | None = None,
) -> Dumps:
    """Write every dump of ``build`` below ``root`` and return their paths. ``slug`` names the whole ones.

    ``written`` is told the path of each whole one, and what it has, if that is at hand; ``again`` has what an earlier
    publication can give of them. Raises UsageError when two graphs would share a file or the slug is that of the
    context, and what ``canonical_nquads`` raises.
    """
    if slug == "context":
        raise UsageError(f"a dataset cannot be named context, for {CONTEXT} is that of its JSON-LD: rename it")
    about, prefixes = project.dataset, project.prefixes
    parts = _Parts(build, project)
    whole = {suffix: f"data/{slug}.{suffix}" for suffix in ("nq", "trig", "jsonld", "ttl")}
    asserted = f"data/{slug}-asserted.ttl"
    (root / GRAPHS).mkdir(parents=True)

    def put(path: str, had: bytes | None, write: Callable[[TextIO], None]) -> None:
        if had is not None:
            (root / path).write_bytes(had)
        else:
            with _open(root / path) as out:
                write(out)
        if path in whole.values():
            written(path, had)

    def turtle(triples: Callable[[], Iterable[Triple]], comment: str) -> Callable[[TextIO], None]:
        return lambda out: write_turtle(out, triples(), prefixes=prefixes, comment=f"{about}: {comment}")

    put(whole["nq"], again.nquads(whole["nq"]) if again else None, lambda out: _write_nquads(out, build, parts))
    comment = f"{about}: the merged graph, asserted and inferred, then each named graph."
    put(
        whole["trig"],
        again.trig(whole["trig"]) if again else None,
        lambda out: write_trig(out, parts.quads, prefixes=prefixes, comment=comment),
    )
    put(
        whole["jsonld"],
        again.jsonld(whole["jsonld"], context=CONTEXT) if again else None,
        lambda out: write_jsonld(out, parts.quads, terms=parts.terms),
    )
    comment = "the merged graph, asserted and inferred."
    put(whole["ttl"], again.merged(whole["ttl"]) if again else None, turtle(lambda: parts.merged, comment))
    put(
        asserted,
        again.asserted(asserted) if again else None,
        turtle(build.graph.asserted, "the merged graph, asserted."),
    )
    put(CONTEXT, again.context(CONTEXT) if again else None, lambda out: write_context(out, parts.terms))
    paths = _paths(graphs(build.graph, inferred_graph=iri(project.inferred_graph)), project=project)
    for graph, path in paths.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        if not (again and again.link_graph(iri(graph), path, root=root)):
            new = again.triples(iri(graph), path) if again else None
            triples = partial(_triples, graph, new, parts)
            put(path, again.graph(iri(graph), path) if again else None, turtle(triples, f"the named graph <{graph}>."))
    return Dumps(whole, asserted, paths)


def _triples(graph: str, known: list[Triple] | None, parts: _Parts) -> list[Triple]:
    return parts.of(graph) if known is None else known


def _write_nquads(out: TextIO, build: Build, parts: _Parts) -> None:
    lines = canonical_dump(build.dump.read_bytes())
    out.buffer.writelines(lines if lines is not None else map(str.encode, canonical_nquads(parts.quads)))


def _open(path: Path) -> TextIO:
    """Open a file to write, the same bytes on every system."""
    return path.open("w", encoding="utf-8", newline="\n")


def describe_dump(nquads: File, *, root: Path) -> str:
    """Return, as JSON, the size and digest of the whole N-Quads, and the files below ``data/`` that hold them.

    The smaller one comes first: the one packed by gzip beside the plain one, if it is there.
    """
    beside = root / f"{nquads.path}.gz"
    packed = [{"path": beside.name, "bytes": beside.stat().st_size, "encoding": "gzip"}] if beside.is_file() else []
    plain = {"path": nquads.path.rpartition("/")[2], "bytes": nquads.size}
    told = {"bytes": nquads.size, "sha256": nquads.sha256, "files": [*packed, plain]}
    return json.dumps(told, indent=2) + "\n"


def dataset_quads(build: Build, *, project: Project) -> Iterator[Quad]:
    """Yield the quads of the dataset: the merged graph as default graph, then each named graph."""
    yield from _Parts(build, project).quads


def graph_path(graph: str, *, project: Project) -> str:
    """Return the path of a named graph's Turtle file, from the root of the publication.

    It is ``data/graph/`` and what follows ``graph/`` in the IRI; a passage is named by its document and
    line, ``data/graph/doc/gazette/line/1175.ttl``; any other IRI is one name. Every character but
    ``a-z 0-9 . _ -`` is written as ``~`` and the two hex digits of each of its bytes, capitals too: the
    name is the same on every file system and needs no escaping in a URL. Very long names end in a digest.
    """
    if passage := project.evidence.locate(graph):
        document, line = passage
        return f"{GRAPHS}{_local(document.iri, project.base)}/line/{line}.ttl"
    if graph.startswith(f"{project.base}graph/"):
        return f"{GRAPHS}{_local(graph, f'{project.base}graph/')}.ttl"
    return f"{GRAPHS}{file_name(graph)}.ttl"


def _local(name: str, base: str) -> str:
    if not name.startswith(base):
        return file_name(name)
    return "/".join(file_name(segment) for segment in name.removeprefix(base).split("/"))


def file_name(segment: str) -> str:
    """Return ``segment`` as a file name: no character of another kind, no dot at either end, not empty, not long."""
    name = re.sub(r"[^a-z0-9._-]|^\.|\.$", lambda match: "".join(f"~{byte:02x}" for byte in match[0].encode()), segment)
    if len(name) > _LONGEST:
        return f"{name[: _LONGEST - 17]}~{hashlib.sha256(segment.encode()).hexdigest()[:16]}"
    return name or "~"


def _paths(graphs: Iterable[str], *, project: Project) -> dict[str, str]:
    """Return the path of each named graph, by its IRI, of their tokens. Raises UsageError for one that two share."""
    paths: dict[str, str] = {}
    shared: dict[str, str] = {}
    for graph in (token[1:-1] for token in graphs):
        path = graph_path(graph, project=project)
        if path in shared:
            raise UsageError(f"the graphs <{shared[path]}> and <{graph}> would share the file {path}: rename one")
        shared[path], paths[graph] = graph, path
    return paths
