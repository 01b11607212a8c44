"""Validate a graph against shapes, and say where each finding is."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import repeat

from kg.errors import ShapeError
from kg.graph.engine import Row
from kg.graph.quads import Graph
from kg.graph.terms import parse
from kg.source.reader import Triple
from kg.validation import paths
from kg.validation.analyses import Analyses
from kg.validation.evaluation import Evaluation
from kg.validation.messages import default
from kg.validation.report import SEVERITIES, Finding, Report, Severity
from kg.validation.shapes import Constraint, Shapes, sh

_SEVERITY: dict[str, Severity] = {sh(name.capitalize()): name for name in SEVERITIES}


def validate(
    graph: Graph,
    shape_triples: Iterable[Triple],
    *,
    triples: str = Graph.ASSERTED,
    analyses: Analyses | None = None,
) -> Report:
    """Return the findings in ``graph`` against the shapes in ``shape_triples`` (SHACL, section 3).

    ``triples`` is what is validated, a SELECT (s, p, o) over the tables: what files assert, or ``Graph.UNION`` with
    what is inferred. Nothing is inferred here: the data must hold the ``rdfs:subClassOf`` triples that ``sh:class``
    and ``sh:targetClass`` follow (SHACL, section 1.1). ``analyses`` are those of SPARQL constraints known before, and
    take in those of others.

    Raises ShapeError, with the shape and its file, when a shape is not valid SHACL.
    """
    try:
        shapes = Shapes(shape_triples)
        with graph.few_rows():
            evaluation = Evaluation(graph, shapes, triples, analyses=analyses)
            reported = evaluation.evaluate()
            return Report.of(_findings(graph, shapes, evaluation, reported))
    except ShapeError as error:
        named = re.search(r"<[^>]*>", error.message)
        file = next(iter(graph.files_about(named[0])), None) if named and error.file is None else error.file
        raise ShapeError(error.message, file=file) from error


def _findings(graph: Graph, shapes: Shapes, evaluation: Evaluation, reported: str) -> Iterator[Finding]:
    found = _located(graph, evaluation, reported)
    owners = {number: shapes.owner(evaluation.constraints[number][0].node) for number in {row[0] for row in found}}
    files = graph.home_of(set(owners.values()))
    for number, focus, path, value, note, times, file in found:
        shape, constraint = evaluation.constraints[number]
        own = None if shape.path is None else paths.text(shape.path)
        messages, bindings = shape.messages, _bindings(constraint, focus, value)
        if note is not None:
            said = evaluation.said[note]
            own, value, bindings = said.path, said.value, {**bindings, **said.bindings}
            messages = said.messages or messages
        finding = Finding(
            severity=_SEVERITY.get(shape.severity, "violation"),
            shape=shape.node,
            component=constraint.component,
            focus=focus,
            path=path or own,
            value=value,
            messages=_filled(messages, bindings) or default(constraint),
            file=file,
            shape_file=files.get(owners[number]),
            source=constraint.source,
            declared_severity=None if shape.severity in _SEVERITY else shape.severity,
        )
        yield from repeat(finding, times)


def _located(graph: Graph, evaluation: Evaluation, reported: str) -> list[Row]:
    """Return the results with their tokens and their files: (number, focus, path, value, note, times, file).

    The file is that of the triple at fault, where the path is one step; else the one that says most of the focus node.
    """
    steps = []
    for number, (shape, _) in enumerate(evaluation.constraints):
        if shape.path is not None and (step := paths.single(paths.text(shape.path))):
            steps.append(f"({number}, {evaluation.id(step[0])}, {str(step[1]).lower()})")
    engine = graph.engine
    engine.make("found", f"SELECT *, row_number() OVER () AS row FROM ({reported})")
    listed = ", ".join(steps) or "(NULL, NULL, false)"
    engine.make(
        "place",
        "SELECT r.row, arg_min(f.path, (g.token, f.path)) AS file FROM found r "
        f"LEFT JOIN (VALUES {listed}) AS k(number, p, backwards) ON k.number = r.number "
        "JOIN quad q ON q.p = coalesce(r.path, k.p) AND q.s = CASE WHEN k.backwards THEN r.value ELSE r.focus END "
        "AND q.o = CASE WHEN k.backwards THEN r.focus ELSE r.value END "
        "JOIN term g ON g.id = q.g JOIN source f ON f.id = q.source GROUP BY r.row",
    )
    engine.make(
        "home",
        "SELECT node, arg_min(path, (-said, path)) AS file FROM (SELECT q.s AS node, f.path, count(*) AS said "
        "FROM quad q JOIN source f ON f.id = q.source WHERE q.s IN (SELECT focus FROM found) GROUP BY q.s, f.path) "
        "GROUP BY node",
    )
    return engine.rows(
        "SELECT r.number, f.token, p.token, v.token, r.note, r.times, coalesce(a.file, h.file) FROM found r "
        "JOIN term f ON f.id = r.focus LEFT JOIN term p ON p.id = r.path LEFT JOIN term v ON v.id = r.value "
        "LEFT JOIN place a ON a.row = r.row LEFT JOIN home h ON h.node = r.focus"
    )


def _bindings(constraint: Constraint, focus: str, value: str | None) -> dict[str, str]:
    bindings = {name: values[0] for name, values in constraint.parameters.items() if values}
    return {**bindings, "this": focus} | ({"value": value} if value is not None else {})


def _filled(messages: Iterable[str], bindings: Mapping[str, str]) -> dict[str, str]:
    """Return messages by language, their ``{?variable}`` and ``{$variable}`` replaced (SHACL, section 5.3.2)."""
    found: dict[str, list[str]] = {}
    for token in messages:
        term = parse(token)
        text = re.sub(r"\{[?$](\w+)\}", lambda m: parse(bindings[m[1]]).value if m[1] in bindings else m[0], term.value)
        found.setdefault(term.language or "", []).append(text)
    return {language: "\n".join(sorted(texts)) for language, texts in found.items()}
