"""The W3C's SHACL test suite: whole reports are those that the suite expects."""

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.compare import isomorphic, to_isomorphic
from rdflib.namespace import RDF, SH

from kg.cli import main
from kg.errors import ShapeError
from kg.graph.quads import Graph
from kg.project import Project
from kg.source.reader import Quad
from kg.validation.formats import render
from kg.validation.validate import validate

pytestmark = pytest.mark.conformance

SUITE = Path(__file__).resolve().parents[2].parent / "shared" / "conformance" / "shacl"
MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = rdflib.Namespace("http://www.w3.org/ns/shacl-test#")
RESULT = (
    SH.focusNode, SH.resultPath, SH.resultSeverity, SH.sourceConstraint, SH.sourceConstraintComponent,
    SH.sourceShape, SH.value, RDF.type,
)  # fmt: skip


@cache
def document(file: Path) -> rdflib.Graph:
    """The triples of a file, with the blank nodes that ``quads`` gives them."""
    graph = rdflib.Graph()
    for _, s, p, o in quads(file):
        graph.parse(data=f"{s} {p} {o} .", format="nt") if "_:" not in f"{s}{o}" else graph.add(
            (term(s), term(p), term(o))
        )
    return graph


def term(token: str) -> rdflib.term.Node:
    if token.startswith("_:"):
        return rdflib.BNode(token[2:])
    return rdflib.util.from_n3(token)


@cache
def quads(file: Path) -> tuple[Quad, ...]:
    data = file.read_bytes()
    scope = file.relative_to(SUITE).as_posix().replace("/", "").replace("-", "").replace(".", "")

    def token(found: object) -> str:
        return f"_:{scope}{found.value}" if isinstance(found, ox.BlankNode) else str(found)

    parsed = ox.parse(data, format=ox.RdfFormat.TURTLE, base_iri=file.as_uri())
    return tuple(("<urn:g>", token(q.subject), str(q.predicate), token(q.object)) for q in parsed)


def entries() -> Iterator[tuple[Path, rdflib.term.Node]]:
    for file in sorted(SUITE.glob("**/*.ttl")):
        graph = document(file)
        for entry in sorted(graph.subjects(RDF.type, SHT.Validate)):
            yield file, entry


def path_of(iri: rdflib.term.Node) -> Path:
    return Path(unquote(str(iri).removeprefix("file://")))


def results(graph: rdflib.Graph, report: rdflib.term.Node, *, messages: bool) -> rdflib.Graph:
    """The part of a report that the suite compares, paths whole."""
    kept = rdflib.Graph()
    kept.add((report, SH.conforms, graph.value(report, SH.conforms)))
    for result in graph.objects(report, SH.result):
        kept.add((report, SH.result, result))
        for predicate in (*RESULT, *((SH.resultMessage,) if messages else ())):
            for value in graph.objects(result, predicate):
                kept.add((result, predicate, value))
                if predicate == SH.resultPath and isinstance(value, rdflib.BNode):
                    copy(graph, value, kept)
    return kept


def copy(graph: rdflib.Graph, node: rdflib.term.Node, into: rdflib.Graph) -> None:
    for s, p, o in graph.triples((node, None, None)):
        into.add((s, p, o))
        if isinstance(o, rdflib.BNode):
            copy(graph, o, into)


each_entry = pytest.mark.parametrize(
    ("file", "entry"), list(entries()), ids=lambda value: getattr(value, "stem", str(value).rsplit("/", 1)[-1])
)


@each_entry
def test_the_report_is_the_one_expected(file: Path, entry: rdflib.term.Node, town: Project, conformance: Path) -> None:
    require_report(Graph.create(), file, entry, town)


def require_report(tables: Graph, file: Path, entry: rdflib.term.Node, project: Project) -> None:
    """Load what an entry of the suite validates into an empty graph, and fail unless the report is the one expected."""
    graph = document(file)
    action, expected = graph.value(entry, MF.action), graph.value(entry, MF.result)
    data, shapes = (path_of(graph.value(action, name)) for name in (SHT.dataGraph, SHT.shapesGraph))
    tables.load([("data", "data", quads(data)), ("shapes", "shapes", quads(shapes))])
    triples = [(s, p, o) for _, s, p, o in quads(shapes)]
    if expected == SHT.Failure:
        with pytest.raises(ShapeError):
            validate(tables, triples)
        return
    report = validate(tables, triples)
    written = rdflib.Graph().parse(data=render("turtle", report, project=project, language="en"), format="turtle")
    (node,) = written.subjects(RDF.type, SH.ValidationReport)
    messages = any(graph.value(result, SH.resultMessage) for result in graph.objects(expected, SH.result))
    mine, theirs = results(written, node, messages=messages), results(graph, expected, messages=messages)
    assert isomorphic(mine, theirs), show(mine, theirs)


def test_the_command_line_gives_the_same_reports(
    tmp_path: Path, conformance: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = []
    for file, entry in entries():
        graph = document(file)
        action, expected = graph.value(entry, MF.action), graph.value(entry, MF.result)
        data, shapes = (str(path_of(graph.value(action, name))) for name in (SHT.dataGraph, SHT.shapesGraph))
        command = ["kg", "-C", str(tmp_path), "validate", data, "--shapes", shapes, "--format", "turtle"]
        monkeypatch.setattr(sys, "argv", command)
        with pytest.raises(SystemExit) as ended:
            main()
        out = capsys.readouterr().out
        if expected == SHT.Failure:
            assert (ended.value.code, out) == (1, ""), file
            continue
        written = rdflib.Graph().parse(data=out, format="turtle")
        (node,) = written.subjects(RDF.type, SH.ValidationReport)
        if not isomorphic(results(written, node, messages=False), results(graph, expected, messages=False)):
            wrong.append(file.name)
    assert wrong == []


def show(mine: rdflib.Graph, theirs: rdflib.Graph) -> str:
    both = [set(to_isomorphic(g).serialize(format="nt").splitlines()) for g in (mine, theirs)]
    return "\n".join([f"{len(mine)} triples, {len(theirs)} expected", *sorted(both[0]), "---", *sorted(both[1])])


def test_the_suite_is_whole(conformance: Path) -> None:
    assert len(list(entries())) == 121
