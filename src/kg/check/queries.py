"""Saved queries that do not parse, break the rules of parameters or use unknown terms; and those that check."""

import re
from collections.abc import Iterator

from kg.check.evidence import short
from kg.check.problem import Problem
from kg.check.sources import Sources
from kg.check.terms import Terms
from kg.errors import KgError
from kg.graph.quads import Graph
from kg.graph.store import Solutions, Store
from kg.inference.construct import read_rule
from kg.query.catalogue import Catalogue, Query
from kg.query.lint import lint_query
from kg.source.excerpt import Span, Text
from kg.source.tokens import IRI, STRING

_PREFIX = re.compile(rf"(?i:prefix)\s+([\w.-]*):\s*({IRI})")
_NAME = re.compile(rf"#[^\n]*|{STRING}|({IRI})|(?<![\w?$@:-])([A-Za-z][\w.-]*|):((?:[\w-]|\.(?=[\w-]))+)", re.DOTALL)


def queries(sources: Sources, known: Terms) -> Iterator[Problem]:
    """Yield what is wrong in the query files of the project."""
    project = sources.project
    if not sources.settled or not project.queries.is_dir():
        return
    catalogue = Catalogue.of(project)
    for name, path in catalogue.paths.items():
        file = project.relative(path)
        try:
            query = catalogue.find(name)
            if query.folder == "rules":
                read_rule(query.text, name=name, file=file)
            else:
                Store.memory().query(query.text)
        except KgError as error:
            message, *_ = error.message.splitlines()  # the line with its mark is shown below it
            yield Problem(error.file or file, "query", (message,), _line(error.line, error.column or 1))
            continue
        for line, message in lint_query(query):
            yield Problem(file, "query", (message,), _line(line))
        yield from _terms(query, file, sources, known)


def _terms(query: Query, file: str, sources: Sources, known: Terms) -> Iterator[Problem]:
    text = Text(query.text)
    spaces = {name: iri[1:-1] for name, iri in _PREFIX.findall(query.text)}
    seen: set[str] = set()
    for found in _NAME.finditer(query.text):
        iri, prefix, local = found.groups()
        full = iri[1:-1] if iri else spaces.get(prefix, "") + local if local else ""
        if full and full not in seen:
            seen.add(full)
            if wrong := known.unknown(full, sources.project):
                yield Problem(file, "unknown-term", wrong, text.span(*found.span()))


def _line(line: int | None, column: int = 1) -> Span | None:
    return Span(line, column, line, column) if line else None


def run_checks(sources: Sources, language: str) -> Iterator[Problem]:
    """Run the queries of ``queries/checks/``, whose rows ``?graph ?s ?p ?o`` are offenders."""
    project = sources.project
    catalogue = Catalogue.of(project) if sources.settled and project.queries.is_dir() else None
    checks: list[Query] = [query for query in catalogue or () if query.folder == "checks"]
    if not checks:
        return
    graph = Graph.create()
    shapes = f"{project.relative(project.shapes)}/"
    graph.load((file, "shapes" if file.startswith(shapes) else "data", rows) for file, rows in sources.quads.items())
    store = Store.memory()
    store.add((g, s, p, o) for g, s, p, o in graph.quads() if g)
    store.add(("", s, p, o) for s, p, o in graph.asserted())
    for query in checks:
        found = store.query(query.text)
        assert isinstance(found, Solutions)
        for row in found.rows:
            cells = dict(zip(found.variables, row, strict=True))
            fact = " ".join(short(cells[name] or "", project) for name in ("s", "p", "o") if cells.get(name))
            s, p, o = (cells.get(name) or None for name in "spo")
            places = graph.files_about(s or "")
            if s and p and o and (stated := graph.places((s, p, o))):
                places = [file for _, file in stated]
            message = f"{query.messages.get(language) or query.name}: {fact} ({query.name})"
            if s and places and places[0] in sources.paths:
                yield Problem(places[0], "check", (message,), sources.find(places[0], 2 if o else 0, s=s, p=p, o=o))
            else:
                yield Problem(project.relative(query.path), "check", (message,))
