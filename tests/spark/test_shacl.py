"""The W3C's SHACL test suite on Spark: the reports are those that the suite expects."""

from pathlib import Path

import pytest
import rdflib

from kg.graph.quads import Graph
from kg.project import Project
from tests.conformance.test_shacl import each_entry, require_report

pytestmark = [pytest.mark.conformance, pytest.mark.system]


@each_entry
def test_the_report_is_the_one_expected(
    session, file: Path, entry: rdflib.term.Node, town: Project, conformance: Path, tmp_path: Path
) -> None:
    from kg.graph.spark.engine import Spark
    from kg.graph.spark.storage import Storage

    tables = Graph.empty(Spark(session, Storage(session, str(tmp_path)), scratch=tmp_path))
    require_report(tables, file, entry, town)
    tables.engine.close()
