"""Each shape has examples: ``valid.ttl``, right in all, and one small file per mistake, added to it.

The first line of a file states the findings expected: ``# expects: shape component focus ; …``, or ``nothing``.
"""

from collections import Counter
from pathlib import Path

import pytest

from kg.graph.quads import Graph, Role
from kg.graph.terms import TYPE
from kg.project import Project
from kg.source.reader import Quad, Triple, read
from kg.validation.validate import validate

HERE = Path(__file__).parent
SH = "http://www.w3.org/ns/shacl#"
EXAMPLES = sorted(HERE.glob("**/*.ttl"))
Finding = tuple[str, str, str]


Source = tuple[str, Role, list[Quad]]


def files(project: Project, folder: Path, role: Role) -> list[Source]:
    return [(path.as_posix(), role, list(read(path, project=project))) for path in project.files(folder)]


World = dict[bool, tuple[list[Source], list[Source]]]


@pytest.fixture(scope="module")
def world(project: Project) -> World:
    """The data that every example shares and the files of the shapes, for what is asserted and what is derived."""
    ontology = files(project, project.ontology, "data")
    valid = [("valid.ttl", "data", list(read(HERE / "valid.ttl", project=project)))]
    derived = files(project, project.shapes / "derived", "shapes")
    names = {name for name, _, _ in derived}
    asserted = [source for source in files(project, project.shapes, "shapes") if source[0] not in names]
    return {False: ([*ontology, *valid], asserted), True: (ontology, derived)}


def triples(sources: list[Source], *, stem: str | None = None) -> list[Triple]:
    """The triples of shapes; with a ``stem``, the shapes of the other files have no targets: others may use them."""
    return [
        (s, p, o)
        for name, _, quads in sources
        for _, s, p, o in quads
        if stem in (None, Path(name).stem) or not p.startswith(f"<{SH}target")
    ]


def expected(path: Path, project: Project) -> Counter[Finding]:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# expects: "), path
    text = first.removeprefix("# expects: ")
    found: Counter[Finding] = Counter()
    for part in [] if text == "nothing" else text.split(" ; "):
        shape, component, focus = part.split()
        found[f"<{project.expand(shape)}>", f"<{project.expand(component)}>", f"<{project.expand(focus)}>"] += 1
    return found


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.relative_to(HERE).with_suffix("").as_posix())
def test_an_example_gives_the_findings_that_it_states(path: Path, project: Project, world: World) -> None:
    derived = path.parent.name == "derived"
    data, shapes = world[derived]
    stem = None if derived or path.parent == HERE else path.parent.name
    graph = Graph.create()
    graph.load([*data, *shapes, ("example.ttl", "data", list(read(path, project=project)))])
    report = validate(graph, triples(shapes, stem=stem))
    found = Counter((f.shape, f.component, f.focus) for f in report.findings)
    assert found == expected(path, project)
    assert all(set(f.messages) == set(project.languages) for f in report.findings)


def test_every_shape_that_can_be_broken_has_an_example_that_breaks_it(project: Project, world: World) -> None:
    broken = {shape for path in EXAMPLES for shape, _, _ in expected(path, project)}
    for shapes in (triples(sources) for _, sources in world.values()):
        severe = {s for s, p, _ in shapes if p == f"<{SH}severity>"}
        assert severe - broken == set()


def test_every_constraint_of_a_property_shape_has_an_example_that_breaks_it(project: Project, world: World) -> None:
    components = {
        "minCount": "MinCount",
        "maxCount": "MaxCount",
        "datatype": "Datatype",
        "class": "Class",
        "pattern": "Pattern",
        "node": "Node",
        "not": "Not",
        "or": "Or",
        "xone": "Xone",
        "sparql": "SPARQL",
        "qualifiedMinCount": "QualifiedMinCount",
    }
    broken = {(shape, component) for path in EXAMPLES for shape, component, _ in expected(path, project)}
    missing = []
    for shapes in (triples(sources) for _, sources in world.values()):
        kinds = {s for s, p, o in shapes if p == TYPE and s.startswith("<")}
        for s, p, _ in shapes:
            name = components.get(p.removeprefix(f"<{SH}")[:-1])
            if s in kinds and name and (s, f"<{SH}{name}ConstraintComponent>") not in broken:
                missing.append(f"{s} {name}")
    assert sorted(set(missing)) == []


def test_every_shape_has_a_severity_and_says_what_is_right_in_each_language(project: Project, world: World) -> None:
    for shapes in (triples(sources) for _, sources in world.values()):
        severe = {s for s, p, _ in shapes if p == f"<{SH}severity>"}
        for shape in severe:
            tags = sorted(o.rsplit("@", 1)[-1] for s, p, o in shapes if s == shape and p == f"<{SH}message>")
            assert tags == sorted(project.languages), shape
