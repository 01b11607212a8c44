"""What can be compared: a build, a release, the folder of a project, or a revision of one in git."""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from kg.errors import UsageError
from kg.graph.build import MANIFEST, Build
from kg.graph.quads import Graph
from kg.graph.terms import iri
from kg.inference.reasoning import infer
from kg.pipeline import constructs_of, load
from kg.project import Project
from kg.publication.released import DESCRIPTION, released_quads
from kg.source.reader import Quad
from kg.source.revisions import unpack


@dataclass(frozen=True)
class Side:
    """One of two graphs that are compared: how it was named, its tables, and the project whose words it uses."""

    name: str
    graph: Graph
    project: Project

    def quads(self, *, inferred: bool = False) -> Iterator[Quad]:
        """Yield what is asserted in each named graph, shapes too, then what is ``inferred`` when it is asked for."""
        name = iri(self.project.inferred_graph)
        yield from (quad for quad in self.graph.quads() if inferred or quad[0] != name)
        if inferred:
            yield from ((name, s, p, o) for s, p, o in self.graph.inferred())


def open_side(name: str, *, here: Project, inferred: bool = False) -> Side:
    """Return the side that ``name`` names: a path, else a revision of the project ``here``.

    Files are read as they are, and inferred from only when ``inferred``. Raises UsageError for a name of nothing, and
    what ``load`` and ``infer`` raise.
    """
    path = Path(name)
    if (path / MANIFEST).is_file():
        build = Build.open(path)
        return Side(name, build.graph, replace(here, base=build.manifest["base"]))
    if (path / DESCRIPTION).is_file():
        return side_of(name, released_quads(path, project=here), project=here)
    if path.exists():
        return _read(name, path, inferred=inferred)
    with tempfile.TemporaryDirectory(prefix="kg-") as folder:
        try:
            unpack(name, here.root, into=Path(folder))
        except UsageError as error:
            raise UsageError(f"no build, no folder and no revision {name}: {error.message}") from error
        return _read(name, Path(folder), inferred=inferred)


def side_of(name: str, quads: Iterable[Quad], *, project: Project) -> Side:
    """Return the side that quads of a dataset are, in the words of a project; the default graph is left out."""
    graph = Graph.create()
    graph.load([(name, "data", (quad for quad in quads if quad[0]))])
    return Side(name, graph, project)


def _read(name: str, folder: Path, *, inferred: bool) -> Side:
    project = Project.find(folder) if folder.is_dir() else None
    if project is None or project.root != folder.resolve():
        raise UsageError(f"neither a build nor the folder of a project: {name}")
    graph = Graph.create()
    load(project, graph)
    if inferred:
        infer(graph, constructs_of(project))
    return Side(name, graph, project)
