"""The W3C's SHACL test suite on Spark: each report is the one that DuckDB gives, which is the one expected."""

from pathlib import Path

import pytest

from kg.errors import ShapeError
from kg.graph.quads import Graph
from kg.validation.report import Report
from kg.validation.validate import validate
from tests.conformance.test_shacl import MF, SHT, document, entries, path_of, quads

pytestmark = [pytest.mark.system, pytest.mark.conformance]


def report_of(graph: Graph, data: Path, shapes: Path) -> Report | str:
    graph.load([("data", "data", quads(data)), ("shapes", "shapes", quads(shapes))])
    try:
        return validate(graph, [(s, p, o) for _, s, p, o in quads(shapes)])
    except ShapeError as error:
        return str(error)


def test_reports_are_those_of_duckdb(session, tmp_path: Path, conformance: Path) -> None:
    from kg.graph.spark.engine import Spark
    from kg.graph.spark.storage import Storage

    wrong = []
    for number, (file, entry) in enumerate(entries()):
        action = document(file).value(entry, MF.action)
        data, shapes = (path_of(document(file).value(action, name)) for name in (SHT.dataGraph, SHT.shapesGraph))
        there = Graph.empty(Spark(session, Storage(session, str(tmp_path / str(number))), scratch=tmp_path))
        if report_of(there, data, shapes) != report_of(Graph.create(), data, shapes):
            wrong.append(file.name)
        there.engine.close()
    assert wrong == []
