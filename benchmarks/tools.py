"""What is measured: each tool is a function of a project folder and the place of its result, run in its own process.

A closure is written as N-Triples, what is asserted and what follows; a report as JSON, rows of focus node, component
and value. ``python tools.py TOOL FOLDER RESULT`` prints the seconds of the work itself, without reading, and the
megabytes of the process at the most.
"""

import json
import sys
import time
from collections.abc import Iterable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any


def _loaded(folder: Path, memory: str | None = None) -> Any:
    import kg

    project = kg.Project.load(folder / "kg.toml")
    graph = kg.Graph.create(memory=memory)
    kg.load(project, graph)
    return graph


def _shapes(graph: Any) -> list[tuple[str, str, str]]:
    return [triple for _, triple in graph.triples_by_file(role="shapes")]


def kg_closure(folder: Path, result: Path) -> float:
    """Close by kg."""
    import kg
    from kg.graph.dump import write_ntriples

    graph = _loaded(folder)
    started = time.perf_counter()
    kg.infer(graph)
    seconds = time.perf_counter() - started
    write_ntriples(graph, out=result)
    return seconds


def kg_report(folder: Path, result: Path) -> float:
    """Validate by kg, without inference."""
    from kg.validation.validate import validate

    graph = _loaded(folder)
    started = time.perf_counter()
    report = validate(graph, _shapes(graph))
    seconds = time.perf_counter() - started
    rows = [(f.focus, f.component, f.value or "") for f in report.findings]
    result.write_text(json.dumps(rows))
    return seconds


def kg_whole(folder: Path, result: Path) -> float:
    """Read N-Triples, validate, close, write N-Triples by kg: validated beside the rest, as `kg build` does it."""
    import kg
    from kg.graph.aside import aside
    from kg.graph.dump import write_ntriples
    from kg.validation.validate import validate

    started = time.perf_counter()
    graph = _loaded(folder, memory="12GB" if folder.name.startswith("huge") else None)
    shapes = _shapes(graph)
    with aside(graph, threaded=True) as other:
        report = other.start(lambda graph: validate(graph, shapes))
        kg.infer(graph)
        write_ntriples(graph, out=result)
        report.result()
    return time.perf_counter() - started


def duckdb_bytes(folder: Path, result: Path) -> float:
    """Merely read the lines of the data, and write those of the closure that is beside ``result``, by DuckDB."""
    import duckdb

    database = duckdb.connect(config={"preserve_insertion_order": False})
    table = (
        "FROM read_csv('{}', columns = {{'line': 'VARCHAR'}}, delim = '\x01', quote = '', escape = '', header = false)"
    )
    database.execute(f"CREATE TABLE closure AS {table.format(result.with_name('kg-whole'))}")
    started = time.perf_counter()
    database.execute(f"CREATE TABLE given AS {table.format(folder / 'instances' / 'data.nt')}")
    database.execute(f"COPY closure TO '{result}' (FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01')")
    return time.perf_counter() - started


def owlrl(folder: Path, result: Path) -> float:
    """Close by owlrl."""
    import owlrl
    import rdflib

    graph = rdflib.Graph().parse(folder / "instances" / "data.nt").parse(folder / "ontology" / "ontology.ttl")
    started = time.perf_counter()
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, axiomatic_triples=False, datatype_axioms=False).expand(graph)
    seconds = time.perf_counter() - started
    _write(result, (triple for triple in graph if not isinstance(triple[0], rdflib.Literal)))
    return seconds


def reasonable(folder: Path, result: Path) -> float:
    """Close by reasonable."""
    import rdflib
    from reasonable import PyReasoner

    reasoner = PyReasoner()
    reasoner.from_graph(rdflib.Graph().parse(folder / "instances" / "data.nt"))
    reasoner.from_graph(rdflib.Graph().parse(folder / "ontology" / "ontology.ttl"))
    started = time.perf_counter()
    found = reasoner.reason()
    seconds = time.perf_counter() - started
    _write(result, found)
    return seconds


def oxigraph(folder: Path, result: Path) -> float:
    """Close by SPARQL updates in Oxigraph, each axiom its own, again until nothing is new."""
    import pyoxigraph as ox

    import kg
    from kg.graph.loading import File, load_files
    from kg.inference.owl import rules, schema_of

    store = ox.Store()
    store.bulk_load(path=str(folder / "instances" / "data.nt"), format=ox.RdfFormat.N_TRIPLES)
    store.bulk_load(path=str(folder / "ontology" / "ontology.ttl"), format=ox.RdfFormat.TURTLE)
    axioms = kg.Graph.create()
    ontology = File(folder / "ontology" / "ontology.ttl", "data")
    load_files(axioms, [ontology], project=kg.Project.load(folder / "kg.toml"))
    updates = [
        f"INSERT {{ {' . '.join(map(' '.join, rule.head))} }} WHERE {{ {' . '.join(map(' '.join, rule.body))} }}"
        for rule in rules(schema_of(axioms))
    ]
    started = time.perf_counter()
    before = -1
    while before < len(store):
        before = len(store)
        for update in updates:
            store.update(update)
    seconds = time.perf_counter() - started
    store.dump(output=str(result), format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
    return seconds


def pyshacl(folder: Path, result: Path) -> float:
    """Validate by pySHACL."""
    import rdflib
    from pyshacl import validate

    data = rdflib.Graph().parse(folder / "instances" / "data.nt").parse(folder / "ontology" / "ontology.ttl")
    shapes = rdflib.Graph().parse(folder / "shapes" / "shapes.ttl")
    started = time.perf_counter()
    _, report, _ = validate(data, shacl_graph=shapes)
    seconds = time.perf_counter() - started
    _report(result, report)
    return seconds


def shacl_rust(folder: Path, result: Path) -> float:
    """Validate by shacl-rust, which reads one file of data; reading is part of its work."""
    from shacl_rust import validate_file

    started = time.perf_counter()
    report = validate_file(str(_joined(folder)), str(folder / "shapes" / "shapes.ttl"))
    seconds = time.perf_counter() - started
    names = ("focusNode", "sourceConstraintComponent", "value")
    result.write_text(json.dumps([[found.get(name) or "" for name in names] for found in report["results"]]))
    return seconds


def pyshifty(folder: Path, result: Path) -> float:
    """Validate by pyshifty, which reads one file of data; reading is part of its work."""
    import shifty

    started = time.perf_counter()
    _, report, _ = shifty.validate(str(_joined(folder)), shacl_graph=str(folder / "shapes" / "shapes.ttl"))
    seconds = time.perf_counter() - started
    _report(result, report)
    return seconds


def _joined(folder: Path) -> Path:
    file = folder / "all.ttl"
    if not file.exists():
        with file.open("w") as out:
            out.write((folder / "ontology" / "ontology.ttl").read_text())
            with (folder / "instances" / "data.nt").open() as lines:
                out.writelines(lines)
    return file


def _write(result: Path, triples: Iterable[Any]) -> None:
    with result.open("w") as out:
        for triple in triples:
            out.write(" ".join(term.n3() for term in triple) + " .\n")


def _report(result: Path, report: Any) -> None:
    from rdflib.namespace import SH

    rows = []
    for found in report.objects(None, SH.result):
        terms = [report.value(found, p) for p in (SH.focusNode, SH.sourceConstraintComponent, SH.value)]
        rows.append(["" if term is None else term.n3() for term in terms])
    result.write_text(json.dumps(rows))


def main() -> None:
    """Run one tool."""
    tool, folder, result = sys.argv[1:]
    with redirect_stdout(sys.stderr):
        seconds = globals()[tool](Path(folder), Path(result))
    print(seconds, _peak())


def _peak() -> float:
    """Return the most megabytes that this process has had. What wait() tells also counts the process that began it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


if __name__ == "__main__":
    main()
