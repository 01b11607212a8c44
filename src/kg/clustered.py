"""Begin a build on a cluster, or go on with one whose driver has ended."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from kg.errors import UsageError
from kg.graph.loading import File
from kg.graph.quads import Graph
from kg.graph.spark.engine import Spark
from kg.graph.spark.inputs import find_data
from kg.graph.spark.loading import load
from kg.graph.spark.session import Cluster, begin
from kg.graph.spark.storage import Storage
from kg.inference.rules import Rule
from kg.project import Project
from kg.rebuild import Start, program_digest


def start(
    project: Project, files: Sequence[File], inputs: Mapping[str, str], *, cluster: Cluster, scratch: Path
) -> Start:
    """Return a graph of ``files`` and of the cluster's data, whose storage keeps it round by round.

    ``inputs`` are the digests of files, rules and settings by their paths. Where the cluster is to ``resume``, it is
    the graph that the storage has from before, as far as it was inferred.

    Raises UsageError when there is nothing to go on with, or it is of other files or another program, EndpointError
    when the cluster does not answer, and what ``load_files`` raises.
    """
    session = begin(cluster)
    storage = Storage(session, cluster.tables)
    data = find_data(session, cluster.data)
    engine = Spark(session, storage, scratch=scratch)
    changed = {datum.uri: f"{datum.size} {datum.changed}" for datum in data}
    known = {"program": program_digest(), "inputs": {**inputs, **changed}}
    elsewhere = {datum.uri: f"{datum.size} bytes" for datum in data}

    def keep(rules: Sequence[Rule]) -> None:
        engine.keep({**known, "rules": [rule.to_json() for rule in rules]})

    if not cluster.resume:
        storage.clear()
        graph = Graph.empty(engine)
        load(graph, files, project=project, data=data)
        engine.keep(known)
        return Start(graph, keep=keep, elsewhere=elsewhere)
    said = storage.read_list()
    if said is None:
        raise UsageError(f"there is nothing to go on with in {storage.uri}: leave --resume out")
    if {key: said.get(key) for key in known} != known:
        raise UsageError(f"what is in {storage.uri} is of other files or another program: leave --resume out")
    engine.resume(said)
    rules = [Rule.from_json(rule) for rule in said.get("rules", [])]
    return Start(Graph.over(engine), rules=rules, resumed=bool(rules), keep=keep, elsewhere=elsewhere)
