"""The order of the steps from files to a finished build, and nothing else."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

from kg.errors import UsageError
from kg.graph import build as layout
from kg.graph.build import Build
from kg.graph.dump import write_nquads
from kg.graph.quads import Graph, Role
from kg.graph.store import Store
from kg.graph.swap import swap
from kg.graph.terms import TYPE
from kg.inference import owl
from kg.inference.construct import read_rule
from kg.inference.fixpoint import Inference, check_consistency, infer
from kg.inference.rules import Rule
from kg.project import Project
from kg.source.reader import Quad, Triple, read
from kg.validation.report import Report
from kg.validation.validate import validate

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """What a run found and made, over which graph; ``build`` is None when a Violation stopped it before the end."""

    report: Report
    graph: Graph
    inference: Inference | None = None
    ignored: tuple[str, ...] = ()
    build: Build | None = None
    rules: tuple[Rule, ...] = ()


def build(project: Project, *, out: Path, progress: Progress = lambda _: None) -> Outcome:
    """Build the graph of ``project`` and make the link ``out`` name it.

    The steps: read; validate what is asserted; infer; check consistency; validate what is derived; write. A
    Violation ends the run with its report, and then as after any error the build that was there stays.

    Raises SourceError, ShapeError, RuleError, InconsistencyError or UsageError.
    """
    inputs = _inputs(project)
    graph = Graph.create()
    outcome = _derive(project, graph, progress)
    if outcome.report.counts["violation"]:
        return outcome
    progress("writing")
    with swap(out) as draft:
        graph.engine.save(draft.folder / layout.TABLES)
        dump = draft.folder / layout.DUMP
        counts = write_nquads(graph, inferred_graph=project.inferred_graph, out=dump)
        Store.create(draft.folder / layout.STORE, dump).close()
        _write_json(draft.folder / layout.RULES, [rule.to_json() for rule in outcome.rules])
        _write_json(draft.folder / layout.FINDINGS, [finding.to_json() for finding in outcome.report.findings])
        manifest = {
            "program": f"kg-publisher {version('kg-publisher')}",
            "base": project.base,
            "inputs": _digest(inputs),
            "files": inputs,
            "quads": asdict(counts),
            "findings": dict(outcome.report.counts),
            "dump": {"file": dump.name, "bytes": dump.stat().st_size, "sha256": _sha256(dump)},
        }
        _write_json(draft.folder / layout.MANIFEST, manifest)
        draft.name = _digest(manifest)[:16]
    return replace(outcome, build=Build.open(out))


def validate_project(project: Project, *, progress: Progress = lambda _: None) -> Outcome:
    """Run both stages of validation over the files of ``project`` and write nothing."""
    return _derive(project, Graph.create(), progress)


def validate_files(
    project: Project,
    *,
    paths: Sequence[Path] = (),
    shapes: Sequence[Path] = (),
    names: Mapping[Path, str] = MappingProxyType({}),
) -> Outcome:
    """Validate files or folders of RDF with the ontology, without inference.

    ``paths`` stand for the instances and ``shapes`` for the shapes of the project; empty, they are the project's own.
    The relative IRIs of a file that is not of the project are after the file's own. ``names`` has the addresses of
    files that were fetched.
    """

    def quads(path: Path) -> Iterator[Quad]:
        own = any(path.resolve().is_relative_to(folder.resolve()) for folder, _ in ours)
        return read(path, project=project, base=names.get(path) or (None if own else path.resolve().as_uri()))

    ours = [] if paths and shapes and not project.ontology.is_dir() else _folders(project)
    files = {folder: project.files(folder) for folder, _ in ours}
    own = [path for path in files.get(project.shapes, []) if not path.is_relative_to(project.shapes / "derived")]
    chosen: list[tuple[Role, list[Path]]] = [
        ("data", files.get(project.ontology, [])),
        ("data", _expand(paths, project) if paths else files[project.instances]),
        ("shapes", _expand(shapes, project) if shapes else own),
    ]
    graph = Graph.create()
    sources = (
        (names.get(path) or project.relative(path), role, quads(path)) for role, found in chosen for path in found
    )
    graph.load(sources)
    shape_triples = [triple for _, triple in graph.triples_by_file(role="shapes")]
    return Outcome(validate(graph, shape_triples), graph)


def load(project: Project, graph: Graph) -> None:
    """Load the files of ``project`` into ``graph``: ontology, shapes and instances, in the order of their paths."""

    def sources() -> Iterator[tuple[str, Role, Iterator[Quad]]]:
        for folder, role in _folders(project):
            for path in project.files(folder):
                yield project.relative(path), role, read(path, project=project)

    graph.load(sources())


def rules_of(project: Project, graph: Graph) -> list[Rule]:
    """Return the rules of a loaded graph: its OWL axioms, then the CONSTRUCT queries of ``queries/rules/``."""
    rules = owl.rules(graph.asserted_with((TYPE, *owl.SCHEMA)))
    for path in _rule_files(project):
        rules.append(read_rule(path.read_text(encoding="utf-8"), name=path.stem, file=project.relative(path)))
    return rules


def _derive(project: Project, graph: Graph, progress: Progress) -> Outcome:
    progress("reading")
    load(project, graph)
    progress("validating what is asserted")
    shapes, derived = _shapes(project, graph)
    report = validate(graph, shapes)
    if report.counts["violation"]:
        return Outcome(report, graph)
    rules = rules_of(project, graph)
    inference = infer(graph, rules, progress=progress)
    check_consistency(graph, owl.disjoint_classes(graph.asserted_with([owl.DISJOINT])))
    progress("validating what is derived")
    if derived:
        report += validate(graph, derived, triples=Graph.UNION)
    ignored = tuple(owl.ignored(graph.asserted()))
    return Outcome(report, graph, inference, ignored, rules=tuple(rules))


def _shapes(project: Project, graph: Graph) -> tuple[list[Triple], list[Triple]]:
    """Return the triples of the shapes for what is asserted, and of those for what is derived."""
    derived = f"{project.relative(project.shapes / 'derived')}/"
    first: list[Triple] = []
    second: list[Triple] = []
    for path, triple in graph.triples_by_file(role="shapes"):
        (second if path.startswith(derived) else first).append(triple)
    return first, second


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


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")
