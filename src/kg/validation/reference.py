"""Validate with pySHACL, the reference: the only module that knows it."""

import logging
import re
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.resources import files
from typing import Any

import rdflib
from pyshacl import Validator
from pyshacl.errors import ReportableRuntimeError
from pyshacl.graph_abstraction import DataGraph
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.term import BNode, Literal, Node

from kg.errors import ShapeError
from kg.graph.foreign import from_rdflib, to_rdflib
from kg.graph.quads import Graph
from kg.source.reader import Triple
from kg.validation import paths
from kg.validation.report import SEVERITIES, Finding, Report, Severity

SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")

_SEVERITY: dict[Node | None, Severity] = {SH[name.capitalize()]: name for name in SEVERITIES}
_PLACEHOLDER = re.compile(r"\\\{\\[?$](\w+)\\\}")
_QUIET = logging.getLogger(f"{__name__}.pyshacl")
_QUIET.disabled = True
_RDFLIB_TERM = logging.getLogger("rdflib.term")
# What pySHACL raises when it meets an ill-formed shape.
_ILL_FORMED = (ReportableRuntimeError, NotImplementedError, ShapeError, re.error)


def validate(triples: Iterable[Triple], shape_triples: Iterable[Triple], *, graph: Graph) -> Report:
    """Return what pySHACL finds in ``triples`` against the shapes in ``shape_triples``.

    ``graph`` holds both in its tables and says which files assert them. Nothing is inferred: the data must hold
    the ``rdfs:subClassOf`` triples that ``sh:class`` and ``sh:targetClass`` follow (SHACL, section 1.1).

    Raises ShapeError, with the shape and its file, when a shape that is used is not valid SHACL.
    """
    with _silence():
        shapes = _graph(shape_triples)
        try:
            results = _run(_graph(triples), shapes)
        except _ILL_FORMED as error:
            _check(shapes, graph)
            raise ShapeError(f"pySHACL cannot use these shapes: {error}") from error
        return Report.of(_finding(results, result, shapes, graph) for result in results.objects(None, SH.result))


def check(shape_triples: Iterable[Triple], *, graph: Graph) -> None:
    """Check that shapes are valid SHACL, by the standard's own shapes (SHACL, appendix C), used or not.

    Raises ShapeError, with the shape and its file, for the first that is not.
    """
    with _silence():
        _check(_graph(shape_triples), graph)


class _Data(rdflib.Graph):
    """A graph that reads each query once, however many focus nodes it is asked for."""

    def query(self, query_object: str | Query, *arguments: Any, **options: Any) -> Any:
        """Run a query; each text is parsed once. Raises ShapeError for what is not SPARQL 1.1."""
        return super().query(_prepared(str(query_object)), *arguments, **options)


@lru_cache(maxsize=256)
def _prepared(text: str) -> Query:
    try:
        return prepareQuery(text)
    except Exception as error:  # rdflib raises what its parser raises
        raise ShapeError(f"not a SPARQL query: {error}") from error


def _run(data: rdflib.Graph, shapes: rdflib.Graph) -> rdflib.Graph:
    """Return the report that pySHACL makes: no inference, every result."""
    validator: Any = Validator(
        DataGraph.from_rdflib(data), shacl_graph=shapes, options={"logger": _QUIET, "max_validation_depth": 50}
    )
    _, results, _ = validator.run()
    assert isinstance(results, rdflib.Graph)
    return results


_term = lru_cache(maxsize=1 << 18)(to_rdflib)


def _graph(triples: Iterable[Triple]) -> rdflib.Graph:
    """Return rdflib's graph of ``triples``."""
    made = _Data(bind_namespaces="none")
    for s, p, o in triples:
        made.add((_term(s), _term(p), _term(o)))
    return made


def _finding(results: rdflib.Graph, result: Node, shapes: rdflib.Graph, graph: Graph) -> Finding:
    """Return the finding that a node of class sh:ValidationResult is."""

    def one(predicate: Node) -> Node | None:
        return results.value(result, predicate, any=True)

    def token(predicate: Node) -> str | None:
        return None if (node := one(predicate)) is None else from_rdflib(node)

    def object_in_shapes(subject: str, predicate: str) -> str | None:
        node = shapes.value(_term(subject), _term(predicate), any=True)
        return None if node is None else from_rdflib(node)

    shape, component, focus = one(SH.sourceShape), one(SH.sourceConstraintComponent), token(SH.focusNode)
    assert shape is not None
    assert component is not None
    assert focus is not None
    path, value = token(SH.resultPath), token(SH.value)
    if path is not None:
        path = paths.text(paths.read(path, object_in_shapes))
    templates = list(_templates(shapes, (shape, component, one(SH.sourceConstraint))))
    messages: dict[str, list[str]] = {}
    for message in results.objects(result, SH.resultMessage):
        language = message.language if isinstance(message, Literal) else None
        messages.setdefault(language or _language(str(message), templates), []).append(str(message))
    return Finding(
        severity=_SEVERITY.get(one(SH.resultSeverity), "violation"),
        shape=from_rdflib(shape),
        component=from_rdflib(component),
        focus=focus,
        path=path,
        value=value,
        messages={language: "\n".join(sorted(texts)) for language, texts in messages.items()},
        file=_place(focus, path, value, graph),
        shape_file=next(iter(graph.files_about(from_rdflib(_owner(shape, shapes)))), None),
    )


def _place(focus: str, path: str | None, value: str | None, graph: Graph) -> str | None:
    """Return the file of the triple at fault, or the one that says most of the focus node."""
    if path is not None and value is not None and (step := paths.single(path)):
        predicate, backwards = step
        triple = (value, predicate, focus) if backwards else (focus, predicate, value)
        if places := graph.places(triple):
            return places[0][1]
    return next(iter(graph.files_about(focus)), None)


def _templates(shapes: rdflib.Graph, nodes: Iterable[Node | None]) -> Iterator[Literal]:
    """Yield the messages that a shape, a constraint component and a SPARQL constraint declare."""
    validators = (SH.validator, SH.nodeValidator, SH.propertyValidator)
    for node in nodes:
        if node is not None:
            for owner in (node, *(found for p in validators for found in shapes.objects(node, p))):
                yield from (m for m in shapes.objects(owner, SH.message) if isinstance(m, Literal))


def _language(text: str, templates: Iterable[Literal]) -> str:
    """Return the language of the template that ``text`` fills, which pySHACL drops; "" when there is none."""
    for template in templates:
        pattern = _PLACEHOLDER.sub(".*", re.escape(str(template)))
        if template.language and re.fullmatch(pattern, text, re.DOTALL):
            return template.language
    return ""


def _owner(node: Node, shapes: rdflib.Graph) -> Node:
    """Return the IRI whose description a blank node of the shapes graph is part of."""
    seen: set[Node] = set()
    while isinstance(node, BNode) and node not in seen:
        seen.add(node)
        node = next(iter(shapes.subjects(None, node)), node)
    return node


def _check(shapes: rdflib.Graph, graph: Graph) -> None:
    """Raise ShapeError for the first shape that is not valid SHACL, if there is one."""
    faults = [*_query_faults(shapes), *_pattern_faults(shapes)]
    if not faults:
        standard = rdflib.Graph().parse(data=(files("pyshacl") / "assets" / "shacl-shacl.ttl").read_bytes())
        results = _run(shapes, standard)
        for result in results.objects(None, SH.result):
            focus, path = results.value(result, SH.focusNode), results.value(result, SH.resultPath)
            message = min(map(str, results.objects(result, SH.resultMessage)), default="not valid SHACL")
            faults.append((focus or result, f"{path or 'shape'}: {message}"))
    named = sorted((from_rdflib(_owner(node, shapes)), message) for node, message in faults)
    for shape, message in named:
        raise ShapeError(f"the shape {shape} is ill-formed: {message}", file=next(iter(graph.files_about(shape)), None))


def _query_faults(shapes: rdflib.Graph) -> Iterator[tuple[Node, str]]:
    """Yield the nodes whose query is not SPARQL 1.1, with the reason."""
    for predicate in (SH.select, SH.ask, SH.construct, SH.update):
        for node, text in shapes.subject_objects(predicate):
            declared = [d for p in shapes.objects(node, SH.prefixes) for d in shapes.objects(p, SH.declare)]
            prefixes = {str(shapes.value(d, SH.prefix)): str(shapes.value(d, SH.namespace)) for d in declared}
            head = "".join(f"PREFIX {name}: <{namespace}>\n" for name, namespace in sorted(prefixes.items()))
            try:
                _prepared(head + re.sub(r"[$?]PATH\b", "<urn:path>", str(text)))
            except ShapeError as error:
                yield node, error.message


def _pattern_faults(shapes: rdflib.Graph) -> Iterator[tuple[Node, str]]:
    """Yield the shapes whose sh:pattern is not a regular expression, with the reason."""
    for node, pattern in shapes.subject_objects(SH.pattern):
        try:
            re.compile(str(pattern))
        except re.error as error:
            yield node, f"not a regular expression: {pattern} ({error})"


@contextmanager
def _silence() -> Iterator[None]:
    """Keep what rdflib and pySHACL say of ill-typed literals off stderr: the findings say it."""

    def never(_: logging.LogRecord) -> bool:
        return False

    _RDFLIB_TERM.addFilter(never)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        _RDFLIB_TERM.removeFilter(never)
