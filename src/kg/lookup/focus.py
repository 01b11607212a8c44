"""How many nodes the shapes of a build are applied to, and what was found there (SHACL, section 2.1.3)."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kg.graph.build import Build
from kg.graph.quads import Graph
from kg.graph.terms import RDFS, TYPE
from kg.project import RDF_SUFFIXES, Project
from kg.source.positions import subjects_of
from kg.validation.shapes import Shapes, Target

# seen(s, p, o): the triples; aim(shape, kind, term): the targets of shapes, by their kinds.
_FOCUS = f"""
WITH RECURSIVE said AS (SELECT t.s, p.token AS p, t.o FROM seen t JOIN term p ON p.id = t.p),
below(class, sub) AS (
  SELECT DISTINCT a.term, c.id FROM aim a JOIN term c ON c.token = a.term WHERE a.kind = 'class'
  UNION SELECT b.class, t.s FROM said t JOIN below b ON t.o = b.sub WHERE t.p = '<{RDFS}subClassOf>'
), found(kind, term, node) AS (
  SELECT 'class', b.class, t.s FROM said t JOIN below b ON t.o = b.sub WHERE t.p = '{TYPE}'
  UNION ALL SELECT DISTINCT 'subjectsOf', p, s FROM said
  UNION ALL SELECT DISTINCT 'objectsOf', p, o FROM said
  UNION ALL SELECT 'node', token, id FROM term
)
SELECT a.shape, count(DISTINCT f.node) + count(DISTINCT CASE WHEN a.kind = 'node' AND f.node IS NULL THEN a.term END)
FROM aim a LEFT JOIN found f ON f.kind = a.kind AND f.term = a.term GROUP BY a.shape
"""


@dataclass(frozen=True)
class Checked:
    """The shapes of a build, and what became of them.

    ``files`` gives the file that states a shape, ``lines`` its line there, where the file is as it was when built;
    ``derived`` are those for what is inferred; ``focus`` the number of focus nodes of each that has a target, or is a
    property of shapes that have one; ``findings`` the number of findings by shape and severity. Keys are tokens.
    """

    shapes: Shapes
    files: Mapping[str, str]
    lines: Mapping[str, int]
    derived: frozenset[str]
    focus: Mapping[str, int]
    findings: Mapping[str, Mapping[str, int]]


def read_checked(build: Build, *, project: Project, like: Checked | None = None) -> Checked:
    """Return the shapes of a finished build with the numbers of their focus nodes and findings.

    ``like`` is that of another build of the same shapes. Raises ShapeError for shapes that are not valid SHACL.
    """
    findings: dict[str, Counter[str]] = {}
    for finding in build.findings:
        findings.setdefault(finding["shape"], Counter())[finding["severity"]] += 1
    if like:
        return replace(like, focus=_focus(build.graph, like.shapes, like.derived), findings=findings)
    graph = build.graph
    shapes = Shapes((s, p, o) for _, s, p, o in graph.quads(role="shapes"))
    files = graph.home_of(shape.node for shape in shapes)
    below = f"{project.relative(project.shapes / 'derived')}/"
    derived = frozenset(node for node, file in files.items() if file.startswith(below))
    return Checked(shapes, files, _lines(build, files, project), derived, _focus(graph, shapes, derived), findings)


def read_holders(shapes: Shapes) -> Mapping[str, Sequence[str]]:
    """Return, of each shape that is a property shape of others, which these are, sorted."""
    found: dict[str, list[str]] = {}
    for shape in sorted(shapes, key=lambda shape: shape.node):
        for constraint in shape.constraints:
            for node in constraint.parameters.get("property", ()):
                found.setdefault(node, []).append(shape.node)
    return found


def _lines(build: Build, files: Mapping[str, str], project: Project) -> dict[str, int]:
    """Return the lines, from 1, of shapes in files that have not changed since they were read."""
    found = {}
    for file in sorted(set(files.values())):
        path, digest = project.root / file, build.manifest["files"].get(file)
        if path.suffix in RDF_SUFFIXES and path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest:
            nodes = {node for node, home in files.items() if home == file}
            found.update({node: span.line for node, span in subjects_of(path, nodes, project=project).items()})
    return found


def _focus(graph: Graph, shapes: Shapes, derived: frozenset[str]) -> dict[str, int]:
    """Return the numbers of focus nodes: among what is asserted, for derived shapes also among what is inferred.

    A node that is a target is one of them, if the graph does not have it too.
    """
    aimed: dict[str, list[Target]] = {}
    for node, targets in shapes.targets.items():
        for inner in (node, *(v for c in shapes[node].constraints for v in c.parameters.get("property", ()))):
            aimed.setdefault(inner, []).extend(targets)
    found: dict[str, int] = {}
    for select, chosen in ((Graph.ASSERTED, aimed.keys() - derived), (Graph.UNION, aimed.keys() & derived)):
        graph.engine.make("seen", select)
        aims = [(node, target) for node in sorted(chosen) for target in aimed[node]]
        graph.engine.run("CREATE OR REPLACE TEMP TABLE aim (shape VARCHAR, kind VARCHAR, term VARCHAR)")
        graph.engine.append("aim", {
            "shape": [node for node, _ in aims],
            "kind": [target.kind for _, target in aims],
            "term": [target.term for _, target in aims],
        })  # fmt: skip
        found.update(graph.engine.rows(_FOCUS))
    return found
