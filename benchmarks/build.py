"""Time the whole build of the project, part by part: five runs, medians.

Peers are compared on the same triples in the same run: owlrl for inference, by rate, since it is slow.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import owlrl
import rdflib

from kg.graph.quads import Graph
from kg.graph.terms import OWL, RDF, RDFS
from kg.inference import owl
from kg.inference.fixpoint import infer
from kg.pipeline import load, rules_of, validate_project
from kg.project import Project
from kg.validation import reference
from kg.validation.validate import validate

RUNS = 5
LOGIC = (RDF, RDFS, OWL)


def median(work: Callable[[], object]) -> float:
    """Return the median time of five runs of ``work``, in seconds."""
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def loaded(project: Project) -> Graph:
    """Return the graph of a project, read and merged."""
    graph = Graph.create()
    load(project, graph)
    return graph


def reason(project: Project, *, sparql: bool) -> tuple[float, int]:
    """Return the median time of inference alone, and the number of triples inferred."""
    times = []
    for _ in range(RUNS):
        graph = loaded(project)
        rules = [rule for rule in rules_of(project, graph) if sparql or not rule.sparql]
        started = time.perf_counter()
        infer(graph, rules)
        times.append(time.perf_counter() - started)
    return statistics.median(times), graph.engine.count("SELECT count(*) FROM inferred")


def reason_owlrl(project: Project) -> float:
    """Return the time of one closure by owlrl."""
    graph = rdflib.Graph()
    for s, p, o in loaded(project).asserted():
        graph.add(tuple(rdflib.util.from_n3(t) if not t.startswith("_:") else rdflib.BNode(t[2:]) for t in (s, p, o)))
    started = time.perf_counter()
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    return time.perf_counter() - started


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project", nargs="?", type=Path, default=Path(__file__).resolve().parents[1])
    parser.add_argument("--owlrl", action="store_true", help="also run owlrl, once; minutes on the whole graph")
    arguments = parser.parse_args()
    project = Project.find(arguments.project)
    graph = loaded(project)
    asserted = graph.engine.count("SELECT count(*) FROM closure")
    shapes = [triple for _, triple in graph.triples_by_file(role="shapes")]
    seconds, inferred = reason(project, sparql=True)
    axioms = len(owl.rules(graph.asserted()))
    rows = [
        (f"read and merge ({asserted:,} triples)", median(lambda: loaded(project))),
        (f"infer ({axioms} rules of axioms, {inferred:,} triples)", seconds),
        ("validate what is asserted", median(lambda: validate(graph, shapes))),
        ("the same by pySHACL", median(lambda: reference.validate(graph.asserted(), shapes, graph=graph))),
        ("both stages and inference", median(lambda: validate_project(project))),
    ]
    print("| part | median of 5, s |\n|---|---:|")
    for name, value in rows:
        print(f"| {name} | {value:.2f} |")
    if arguments.owlrl:
        print(f"| infer without the CONSTRUCT rules that are no plain joins | {reason(project, sparql=False)[0]:.2f} |")
        print(f"| owlrl, the same axioms, one run | {reason_owlrl(project):.0f} |")


if __name__ == "__main__":
    main()
