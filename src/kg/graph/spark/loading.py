"""Files into the tables of a cluster: each parsed where there is room, large ones of lines by parts."""

import pickle
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from kg.errors import UsageError
from kg.graph.loading import File
from kg.graph.quads import Graph, Source
from kg.graph.spark.each import TRIED, Piece, parsing
from kg.graph.spark.engine import Spark
from kg.graph.spark.failures import told
from kg.graph.spark.session import Cluster, begin
from kg.graph.spark.storage import Storage
from kg.project import Project, plain
from kg.source.reader import LINES, home_of, read

_PART = 64 << 20  # bytes of a file of lines that one task parses


def load_on(
    cluster: Cluster,
    files: Iterable[File],
    *,
    project: Project,
    scratch: Path,
    inputs: str | None = None,
    resume: bool = False,
) -> Graph:
    """Return a graph of files, which every machine of the cluster must find at their paths.

    With ``inputs``, a digest of what went in, its tables are kept as they grow, and ``resume`` goes on from those that
    are there already. Raises what ``begin`` and ``load_files`` raise, and UsageError when there is nothing to resume.
    """
    session = begin(cluster)
    storage = Storage(session, cluster.tables)
    engine = Spark(session, storage, scratch=scratch)
    scratch.mkdir(parents=True, exist_ok=True)
    graph = Graph.empty(engine)
    if resume:
        said = storage.read_list()
        if said is None:
            raise UsageError(f"nothing to resume in {cluster.tables}: build without --resume")
        if said.get("inputs") != inputs:
            raise UsageError("the files, rules or settings have changed since: build without --resume")
        engine.resume(said)
        return graph
    if inputs is not None:
        storage.clear()
    _load(graph, engine, list(files), project)
    if inputs is not None:
        engine.keep({"inputs": inputs})
    return graph


def _load(graph: Graph, engine: Spark, files: list[File], project: Project) -> None:
    numbered = dict(enumerate(files, graph.next_source()))
    graph.add_sources(
        Source(number, file.name or project.relative(file.path), file.role, home_of(file.path, project=project))
        for number, file in numbered.items()
    )
    pieces = [piece for number, file in numbered.items() for piece in _pieces(number, file, project)]
    with told():
        tasks = engine.session.sparkContext.parallelize([(pickle.dumps(piece),) for piece in pieces], len(pieces) or 1)
        frame = engine.session.createDataFrame(tasks, "piece binary").mapInArrow(parsing(project), TRIED)
        engine.create("line", frame)
    for (error,) in engine.rows("SELECT error FROM line WHERE error IS NOT NULL LIMIT 1"):
        raise _placed(pickle.loads(error), numbered, project)
    engine.run("INSERT INTO incoming SELECT source, g, s, p, o FROM line")
    graph.settle()
    graph.merge()


def _pieces(number: int, file: File, project: Project) -> Iterator[Piece]:
    try:
        size = file.path.stat().st_size
    except OSError as error:
        raise UsageError(f"cannot read {project.relative(file.path)}: {error.strerror or error}") from error
    if file.path.suffix not in LINES or size <= _PART:
        yield Piece(number, file.path, file.base)
        return
    for start in range(0, size, _PART):
        yield Piece(number, file.path, file.base, (start, min(start + _PART, size)))


def _placed(error: Exception, numbered: Mapping[int, File], project: Project) -> Exception:
    """Return the error of a file with its line in the whole file."""
    for file in numbered.values():
        if getattr(error, "file", None) == project.relative(file.path) and plain(file.path).suffix in LINES:
            try:
                for _ in read(file.path, project=project, base=file.base):
                    pass
            except type(error) as told_whole:
                return told_whole
    return error
