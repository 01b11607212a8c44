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
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TextIO

from kg.errors import UsageError
from kg.graph.build import Build
from kg.graph.canonical import canonical_dump, canonical_nquads
from kg.graph.terms import iri
from kg.project import Project
from kg.publication.jsonld import Terms, write_context, write_jsonld
from kg.source.reader import Quad, Triple
from kg.source.turtle import write_trig, write_turtle

GRAPHS = "data/graph/"
CONTEXT = "data/context.jsonld"
DESCRIBED = "data/dump.json"
"""The path of what a browser must know to take the whole N-Quads: ``describe_dump`` writes it."""
SUMS = "SHA256SUMS"
"""The list of the digests of all other files."""
_LONGEST = 200


@dataclass(frozen=True)
class File:
    """A file of a publication: its path below the root with forward slashes, its size in bytes and SHA-256."""

    path: str
    size: int
    sha256: str

    @classmethod
    def of(cls, path: Path, *, root: Path) -> "File":
        """Return what there is to say of the file ``path`` below ``root``."""
        with path.open("rb") as data:
            digest = hashlib.file_digest(data, "sha256").hexdigest()
        return cls(path.relative_to(root).as_posix(), path.stat().st_size, digest)


def sums_of(files: Iterable[File]) -> str:
    """Return the digests of files as ``sha256sum --check`` reads them."""
    return "".join(f"{file.sha256}  {file.path}\n" for file in files)


def files_of(root: Path) -> tuple[File, ...]:
    """Return what there is below a folder, sorted by path."""
    paths = (Path(folder) / name for folder, _, names in os.walk(root) for name in names)
    return tuple(sorted((File.of(path, root=root) for path in paths), key=lambda file: file.path))


@dataclass(frozen=True)
class Dumps:
    """The paths of the dumps below the root: whole ones by suffix, what is asserted, named graphs by their IRI."""

    whole: Mapping[str, str]
    asserted: str
    graphs: Mapping[str, str]


def write_dumps(
    build: Build, *, project: Project, slug: str, root: Path, written: Callable[[str], None] = lambda _: None
) -> Dumps:
    """Write every dump of ``build`` below ``root`` and return their paths. ``slug`` names the whole ones.

    ``written`` is told the path of each whole one. Raises UsageError when two graphs would share a file or the slug
    is that of the context, and what ``canonical_nquads`` raises.
    """
    if slug == "context":
        raise UsageError(f"a dataset cannot be named context, for {CONTEXT} is that of its JSON-LD: rename it")
    about = project.dataset
    merged = list(build.graph.union())
    named = _named(build, project)
    quads = list(_everything(merged, named))
    terms = Terms.of(quads, prefixes=project.prefixes)
    whole = {suffix: f"data/{slug}.{suffix}" for suffix in ("nq", "trig", "jsonld", "ttl")}
    (root / GRAPHS).mkdir(parents=True)
    with (root / whole["nq"]).open("wb") as out:
        lines = canonical_dump(build.dump.read_bytes())
        out.writelines(lines if lines is not None else map(str.encode, canonical_nquads(quads)))
    written(whole["nq"])
    with _open(root / whole["trig"]) as out:
        comment = f"{about}: the merged graph, asserted and inferred, then each named graph."
        write_trig(out, quads, prefixes=project.prefixes, comment=comment)
    written(whole["trig"])
    with _open(root / whole["jsonld"]) as out:
        write_jsonld(out, quads, terms=terms)
    written(whole["jsonld"])
    with _open(root / whole["ttl"]) as out:
        comment = f"{about}: the merged graph, asserted and inferred."
        write_turtle(out, merged, prefixes=project.prefixes, comment=comment)
    written(whole["ttl"])
    asserted = f"data/{slug}-asserted.ttl"
    with _open(root / asserted) as out:
        comment = f"{about}: the merged graph, asserted."
        write_turtle(out, build.graph.asserted(), prefixes=project.prefixes, comment=comment)
    with _open(root / CONTEXT) as out:
        write_context(out, terms)
    return Dumps(whole, asserted, _write_graphs(named, project=project, root=root))


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
    return _everything(list(build.graph.union()), _named(build, project))


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


def _named(build: Build, project: Project) -> dict[str, list[Triple]]:
    """Return the triples of each named graph, by the graph's IRI; the inferred one last."""
    named: dict[str, list[Triple]] = {}
    for graph, quads in groupby(build.graph.quads(), key=lambda quad: quad[0]):
        if graph:
            named[graph[1:-1]] = [(s, p, o) for _, s, p, o in quads]
    if inferred := list(build.graph.inferred()):
        named.setdefault(project.inferred_graph, []).extend(inferred)
    return named


def _everything(merged: list[Triple], named: Mapping[str, list[Triple]]) -> Iterator[Quad]:
    for triple in merged:
        yield ("", *triple)
    for graph, triples in named.items():
        for triple in triples:
            yield (iri(graph), *triple)


def _write_graphs(named: Mapping[str, list[Triple]], *, project: Project, root: Path) -> dict[str, str]:
    paths: dict[str, str] = {}
    graphs: dict[str, str] = {}
    for graph, triples in named.items():
        path = graph_path(graph, project=project)
        if path in graphs:
            raise UsageError(f"the graphs <{graphs[path]}> and <{graph}> would share the file {path}: rename one")
        graphs[path], paths[graph] = graph, path
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        with _open(root / path) as out:
            comment = f"{project.dataset}: the named graph <{graph}>."
            write_turtle(out, triples, prefixes=project.prefixes, comment=comment)
    return paths
