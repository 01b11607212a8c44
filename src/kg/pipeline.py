"""The order of the steps from files to a finished build, and nothing else."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from kg import rebuild
from kg.ahead import Reading, read_rules, reading
from kg.errors import KgError, UsageError
from kg.graph import build as layout
from kg.graph.aside import aside
from kg.graph.build import Build
from kg.graph.duckdb_engine import DuckDB
from kg.graph.dump import Dump
from kg.graph.loading import File, load_files
from kg.graph.quads import Graph, Role
from kg.graph.spill import spill_in
from kg.graph.swap import swap
from kg.inference.fixpoint import Inference
from kg.inference.reasoning import infer
from kg.inference.rules import Rule
from kg.project import Project
from kg.rebuild import Start, Writing
from kg.source.reader import Triple
from kg.validation.analyses import Analyses
from kg.validation.report import Finding, Report
from kg.validation.validate import validate

if TYPE_CHECKING:
    from kg.graph.spark.session import Cluster

Progress = Callable[[str], None]
Engine = Literal["duckdb", "reference", "spark"]


@dataclass(frozen=True)
class Outcome:
    """What a run found and made, over which graph; ``build`` is None when a Violation stopped it before the end.

    ``spilled`` are the most bytes that were on disk for lack of memory.
    """

    report: Report
    graph: Graph
    inference: Inference | None = None
    build: Build | None = None
    rules: tuple[Rule, ...] = ()
    spilled: int = 0


def build(
    project: Project,
    *,
    out: Path,
    engine: Engine = "duckdb",
    memory: str | None = None,
    cluster: "Cluster | None" = None,
    progress: Progress = lambda _: None,
) -> Outcome:
    """Build the graph of ``project`` and make the link ``out`` name it.

    ``memory`` is the most that the tables may take, such as ``4GB``. The ``reference`` engine is owlrl and pySHACL;
    that of ``spark`` works on a ``cluster``, which keeps its tables.

    The steps: read; validate what is asserted; infer; check consistency; validate what is derived; write. A
    Violation ends the run with its report, and then as after any error the build that was there stays.

    Raises SourceError, ShapeError, RuleError, InconsistencyError, ResourceError or UsageError.
    """
    inputs = _inputs(project)
    with swap(out) as draft:
        before = rebuild.previous(out) if engine == "duckdb" else None
        if before is not None and before.manifest["files"] == inputs:
            return Outcome(Report.of(Finding(**finding) for finding in before.findings), before.graph, build=before)
        scratch = draft.folder / ".scratch"
        progress("reading")
        known = before is not None and rebuild.same_rules(before.manifest["files"], inputs)
        with reading(_constructs(project), ahead=not known) as read, spill_in(scratch) as spill:
            if cluster:
                begun = _clustered(project, _files(project), inputs, cluster, scratch)
            else:
                begun = rebuild.start(project, _files(project), inputs, before=before, memory=memory, scratch=scratch)
            inputs.update(begun.elsewhere)
            writing = Writing(begun, inferred_graph=project.inferred_graph, folder=draft.folder)
            outcome, dump = _derive(project, begun, read, engine, progress, writing=writing)
        if dump is None or outcome.report.counts["violation"]:
            return _here(outcome)
        if engine == "duckdb":
            rebuild.remember(begun, dump, folder=draft.folder)
        _write_list(draft.folder / layout.RULES, (rule.to_json() for rule in outcome.rules))
        _write_list(draft.folder / layout.FINDINGS, (finding.to_json() for finding in outcome.report.findings))
        manifest = {
            "program": f"kg-publisher {version('kg-publisher')}",
            "base": project.base,
            "inputs": _digest(inputs),
            "files": inputs,
            "quads": dump.lines,
            "findings": dict(outcome.report.counts),
            "dump": {"file": dump.file.name, "bytes": sum(dump.sizes.values()), "sha256": dump.sha256},
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True)
        (draft.folder / layout.MANIFEST).write_text(f"{text}\n", encoding="utf-8")
        begun.graph.engine.close()
        shutil.rmtree(scratch, ignore_errors=True)
        draft.name = _digest(manifest)[:16]
    return replace(outcome, build=Build.open(out), spilled=spill.most)


def validate_project(
    project: Project,
    *,
    engine: Engine = "duckdb",
    memory: str | None = None,
    cluster: "Cluster | None" = None,
    progress: Progress = lambda _: None,
) -> Outcome:
    """Run both stages of validation over the files of ``project`` and write nothing but the tables of a cluster."""
    progress("reading")
    with reading(_constructs(project), ahead=True) as read, _loaded(project, _files(project), memory, cluster) as begun:
        return _here(_derive(project, begun, read, engine, progress)[0])


def validate_files(
    project: Project,
    *,
    paths: Sequence[Path] = (),
    shapes: Sequence[Path] = (),
    names: Mapping[Path, str] = MappingProxyType({}),
    engine: Engine = "duckdb",
    memory: str | None = None,
    cluster: "Cluster | None" = None,
) -> Outcome:
    """Validate files or folders of RDF with the ontology, without inference.

    ``paths`` stand for the instances and ``shapes`` for the shapes of the project; empty, they are the project's own.
    The relative IRIs of a file that is not of the project are after the file's own. ``names`` has the addresses of
    files that were fetched.
    """

    def file(path: Path, role: Role) -> File:
        own = any(path.resolve().is_relative_to(folder.resolve()) for folder, _ in ours)
        address = names.get(path)
        return File(path, role, address or (None if own else path.resolve().as_uri()), address)

    ours = [] if paths and shapes and not project.ontology.is_dir() else _folders(project)
    files = {folder: project.files(folder) for folder, _ in ours}
    own = [path for path in files.get(project.shapes, []) if not path.is_relative_to(project.shapes / "derived")]
    chosen: list[tuple[Role, list[Path]]] = [
        ("data", files.get(project.ontology, [])),
        ("data", _expand(paths, project) if paths else files[project.instances]),
        ("shapes", _expand(shapes, project) if shapes else own),
    ]
    given = [file(path, role) for role, found in chosen for path in found]
    with _loaded(project, given, memory, cluster) as begun:
        shape_triples = [triple for _, triple in begun.graph.triples_by_file(role="shapes")]
        return _here(Outcome(_validate(begun.graph, shape_triples, engine), begun.graph))


@contextmanager
def _loaded(project: Project, files: list[File], memory: str | None, cluster: "Cluster | None") -> Iterator[Start]:
    """Yield the graph of files, here or on a cluster."""
    if cluster:
        with tempfile.TemporaryDirectory(prefix="kg-") as scratch:
            begun = _clustered(project, files, {}, cluster, Path(scratch))
            yield begun
            begun.graph.engine.close()
        return
    graph = Graph.create(memory=memory)
    load_files(graph, files, project=project)
    yield Start(graph)


def _here(outcome: Outcome) -> Outcome:
    """Return an outcome whose graph is in tables of this machine: findings are located in them."""
    if isinstance(outcome.graph.engine, DuckDB):
        return outcome
    from kg.graph.spark.saving import tables_of

    return replace(outcome, graph=tables_of(outcome.graph))


def load(project: Project, graph: Graph) -> None:
    """Load the files of ``project`` into ``graph``: ontology, shapes and instances, in the order of their paths."""
    load_files(graph, _files(project), project=project)


def constructs_of(project: Project) -> list[Rule]:
    """Return the CONSTRUCT queries of ``queries/rules/`` as rules."""
    return read_rules(_constructs(project))


def _clustered(
    project: Project, files: list[File], inputs: Mapping[str, str], cluster: "Cluster", scratch: Path
) -> Start:
    from kg.graph.spark.session import require

    require()
    from kg import clustered

    scratch.mkdir(parents=True, exist_ok=True)
    return clustered.start(project, files, inputs, cluster=cluster, scratch=scratch)


def _validate(
    graph: Graph,
    shapes: list[Triple],
    engine: Engine,
    *,
    derived: bool = False,
    analyses: Analyses | None = None,
) -> Report:
    """Return the report on what is asserted, or with what is ``derived``."""
    if engine == "reference":
        from kg.validation import reference

        return reference.validate(graph.union() if derived else graph.asserted(), shapes, graph=graph)
    return validate(graph, shapes, triples=Graph.UNION if derived else Graph.ASSERTED, analyses=analyses)


def _derive(
    project: Project,
    begun: Start,
    read: Reading,
    engine: Engine,
    progress: Progress,
    *,
    writing: Writing | None = None,
) -> tuple[Outcome, Dump | None]:
    """Validate and infer, and end the ``writing`` of the graph once it is closed, unless a Violation is known by then.

    What is asserted is validated beside inference, and what is derived beside the writing, unless the graph is large.
    """
    graph, analyses = begun.graph, read.analyses(begun.analyses)
    progress("validating what is asserted")
    shapes, derived = _shapes(project, graph)
    with aside(graph, threaded=engine == "duckdb") as other:
        first = other.start(lambda graph: _validate(graph, shapes, engine, analyses=analyses))
        if _stops(first):
            return Outcome(first.result(), graph), None
        if writing:
            writing.begin(other)
        try:
            rules, inference = _infer(begun, read.rules() if begun.changed is None else [], engine, progress)
        except KgError:
            if first.result().counts["violation"]:
                return Outcome(first.result(), graph), None
            raise
        report, dump = Report(), None
        if not _stops(first):
            progress("validating what is derived")
            second = other.start(
                lambda graph: (
                    _validate(graph, derived, engine, derived=True, analyses=analyses) if derived else Report()
                )
            )
            if writing and not _stops(second):
                progress("writing")
                dump = writing.finish(other)
            report = second.result()
        if first.result().counts["violation"]:
            return Outcome(first.result(), graph), None
    return Outcome(first.result() + report, graph, inference, rules=tuple(rules)), dump


def _stops(report: Future[Report]) -> bool:
    """Tell whether a report is there already and has a Violation."""
    return report.done() and bool(report.result().counts["violation"])


def _infer(
    begun: Start, constructs: list[Rule], engine: Engine, progress: Progress
) -> tuple[Sequence[Rule], Inference]:
    if engine == "reference":
        from kg.inference import reference

        return reference.infer(begun.graph, constructs, progress=progress)
    return infer(
        begun.graph,
        constructs,
        changed=begun.changed,
        known=begun.rules,
        resumed=begun.resumed,
        keep=begun.keep,
        progress=progress,
    )


def _shapes(project: Project, graph: Graph) -> tuple[list[Triple], list[Triple]]:
    """Return the triples of the shapes for what is asserted, and of those for what is derived."""
    derived = f"{project.relative(project.shapes / 'derived')}/"
    first: list[Triple] = []
    second: list[Triple] = []
    for path, triple in graph.triples_by_file(role="shapes"):
        (second if path.startswith(derived) else first).append(triple)
    return first, second


def _files(project: Project) -> list[File]:
    return [File(path, role) for folder, role in _folders(project) for path in project.files(folder)]


def _folders(project: Project) -> list[tuple[Path, Role]]:
    found: list[tuple[Path, Role]] = [
        (project.ontology, "data"),
        (project.shapes, "shapes"),
        (project.instances, "data"),
    ]
    missing = [project.relative(folder) for folder, _ in found if not folder.is_dir()]
    if missing:
        raise UsageError(f"missing in {project.root}: {', '.join(f'{name}/' for name in missing)}")
    return found


def _expand(paths: Iterable[Path], project: Project) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            raise UsageError(f"no such file or folder: {path}")
        found.extend(project.files(path) if path.is_dir() else [path])
    return list(dict.fromkeys(found))


def _constructs(project: Project) -> list[tuple[Path, str]]:
    return [(path, project.relative(path)) for path in _rule_files(project)]


def _rule_files(project: Project) -> list[Path]:
    return sorted((project.queries / "rules").glob("*.rq"))


def _inputs(project: Project) -> dict[str, str]:
    """Return the SHA-256 of each input by its path below the root; the settings by themselves."""
    files = [path for folder, _ in _folders(project) for path in project.files(folder)] + _rule_files(project)
    return {project.relative(path): _sha256(path) for path in (*files, project.settings_file)}


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _write_list(path: Path, values: Iterable[object]) -> None:
    """Write values as a list of JSON, a line each."""
    lines = ",\n".join(json.dumps(value, ensure_ascii=False, sort_keys=True) for value in values)
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
