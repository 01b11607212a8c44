"""SPARQL constraints and the components that shapes graphs declare, on Oxigraph (SHACL, sections 5 and 6).

Variables are pre-bound as SHACL's appendix A says. A query whose groups are plain is run once for all its focus
nodes, which a pattern put at its head binds; in another one the terms stand in the place of the variables, and it is
run once per focus node, since a join does not reach into its inner groups. What the appendix forbids is refused.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

from kg.errors import ShapeError
from kg.graph.quads import Graph
from kg.graph.store import Solutions, Store
from kg.graph.terms import OWL, parse
from kg.validation import paths
from kg.validation.analyses import Analyses, Analysis, Asked
from kg.validation.shapes import Constraint, Shape, Shapes, sh

_SHAPES_GRAPH = "<urn:kg:shapes>"
_TOKEN = re.compile(
    r"""(?P<quoted>\"{3}(?:[^"\\]|\\.|"(?!""))*\"{3}|'{3}(?:[^'\\]|\\.|'(?!''))*'{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<iri><[^<>"{}|^`\\\s]*>)|(?P<comment>\#[^\n]*)|[?$](?P<name>\w+)|(?P<word>\w+)|(?P<mark>[{}()*])|.""",
    re.VERBOSE | re.DOTALL,
)
_AFTER_BY = {"HAVING", "ORDER", "LIMIT", "OFFSET", "SELECT"}


@dataclass(frozen=True)
class Said:
    """A result of a SPARQL constraint: the id of its focus node, and tokens; ``bindings`` fill its messages."""

    focus: int
    path: str | None
    value: str | None
    messages: tuple[str, ...]
    bindings: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True)
class _Query:
    """A query: its text, prefixes included, what the text tells, and the messages that it comes with."""

    text: str
    told: Analysis
    messages: tuple[str, ...]


@dataclass(frozen=True)
class _Source:
    """Where a query is said: its node, the kind ``select`` or ``ask``, what it is given, and what is pre-bound."""

    node: str
    kind: str
    given: Mapping[str, str] = field(hash=False)
    prebound: frozenset[str]


class Queries:
    """The SPARQL constraints of a shapes graph over the triples of a table."""

    def __init__(self, graph: Graph, shapes: Shapes, data: str, analyses: Analyses) -> None:
        self._analyses = analyses
        self._graph = graph
        self._shapes = shapes
        self._data = data
        self._batches = 0
        self._loaded: set[tuple[str, str | None]] = set()

    def expect(self, constraints: Iterable[tuple[Shape, Constraint]]) -> None:
        """Begin to analyse the queries of constraints, where that can be done beside other work."""
        asked: list[Asked] = []
        for shape, constraint in constraints:
            with suppress(ShapeError):  # it is raised once the query is needed
                if source := self._source(shape, constraint):
                    asked.append((self._text(shape, source), source.prebound))
        self._analyses.expect(asked)

    def results(self, shape: Shape, constraint: Constraint, focus: str, values: str) -> Iterator[Said]:
        """Yield the results of a constraint on the nodes of the tables ``focus`` (node) and ``values`` (focus, value).

        Raises ShapeError for a query that SHACL does not allow.
        """
        source = self._source(shape, constraint)
        if source is None:
            return
        query = self._query(shape, source)
        if source.kind == "select":
            yield from self._selected(shape, query, source.given, focus)
        else:
            yield from self._asked(shape, query, source.given, values)

    def _source(self, shape: Shape, constraint: Constraint) -> _Source | None:
        """Return where the query of a constraint is, if it has one."""
        context = {"currentShape": shape.node, "shapesGraph": _SHAPES_GRAPH}
        if constraint.source is not None:
            return _Source(constraint.source, "select", context, frozenset({"this", *context}))
        component = self._shapes.component(constraint.component)
        used = {
            p.name: constraint.parameters[p.path][0] for p in component.parameters if p.path in constraint.parameters
        }
        given = {**context, **used}
        names = {"this", *context, *(parameter.name for parameter in component.parameters)}
        own = component.node_validators if shape.path is None else component.property_validators
        if own:
            return _Source(own[0], "select", given, frozenset(names))
        if component.validators:
            return _Source(component.validators[0], "ask", given, frozenset({*names, "value"}))
        return None

    def _selected(self, shape: Shape, query: _Query, given: Mapping[str, str], focus: str) -> Iterator[Said]:
        path = None if shape.path is None else paths.text(shape.path)
        nodes = self._graph.engine.rows(
            f"SELECT t.id, t.token FROM (SELECT DISTINCT node FROM {focus}) n JOIN term t ON t.id = n.node ORDER BY 2"
        )
        rows = [{"this": token} for _, token in nodes]
        numbers = {token: number for number, token in nodes}
        for this, solution in self._solutions(query, given, rows):
            bindings = {**given, **this, **solution}
            token = this["this"]
            if solution.get("failure", "").startswith('"true"'):
                raise ShapeError(f"the query of {shape.node} reports a failure for {token}")
            where = path if path is not None else solution.get("path")
            value = solution.get("value", token if path is None else None)
            messages = (solution["message"],) if "message" in solution else query.messages
            yield Said(numbers[token], where, value, messages, bindings)

    def _asked(self, shape: Shape, query: _Query, given: Mapping[str, str], values: str) -> Iterator[Said]:
        path = None if shape.path is None else paths.text(shape.path)
        pairs = self._graph.engine.rows(
            f"SELECT v.focus, f.token, t.token FROM {values} v JOIN term f ON f.id = v.focus "
            "JOIN term t ON t.id = v.value ORDER BY 2, 3"
        )
        rows = [{"this": this, "value": value} for _, this, value in pairs]
        right = {(row["this"], row["value"]) for row, _ in self._solutions(query, given, rows)}
        for number, this, value in pairs:
            if (this, value) not in right:
                yield Said(number, path, value, query.messages, {**given, "this": this, "value": value})

    def _solutions(
        self, query: _Query, given: Mapping[str, str], rows: list[dict[str, str]]
    ) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
        """Yield (row, solution) for each solution of the query with the variables of each row pre-bound."""
        if not query.told.plain:
            for row in rows:
                for solution in self._run_alone(query, {**given, **row}):
                    yield row, solution
            return
        # Blank nodes cannot be written in a query: they come with the rows.
        blank = {name: token for name, token in given.items() if token.startswith("_:")}
        graph = f"<urn:kg:batch:{self._batches}>"
        self._batches += 1
        seen = query.told.seen
        store = self._store if seen is None else self._store_of(seen)
        store.add(
            (graph, f"<urn:kg:row:{i}>", f"<urn:kg:{name}>", token)
            for i, row in enumerate(rows)
            for name, token in {**row, **blank}.items()
        )
        names = sorted({*blank, *(rows[0] if rows else ())})
        pattern = "".join(f" ?kg_row <urn:kg:{name}> ?{name} ." for name in names)
        for solution in _rows(store, _headed(_bound(query.text, given), f"GRAPH {graph} {{{pattern} }}", names)):
            number = int(solution.pop("kg_row").removeprefix("<urn:kg:row:").removesuffix(">"))
            yield rows[number], {name: token for name, token in solution.items() if name not in names}

    def _run_alone(self, query: _Query, bindings: Mapping[str, str]) -> list[dict[str, str]]:
        if not any(token.startswith("_:") for token in bindings.values()):
            return _rows(self._store, _bound(query.text, bindings))
        named = {name: _skolem(token) for name, token in bindings.items()}
        found = _rows(self._skolems, _bound(query.text, named))
        return [{name: _unskolem(token) for name, token in row.items()} for row in found]

    def _query(self, shape: Shape, source: _Source) -> _Query:
        text = self._text(shape, source)
        try:
            told = self._analyses.of(text, source.prebound)
        except ValueError as error:
            raise ShapeError(f"the query of {shape.node} {error}") from error
        return _Query(text, told, tuple(self._shapes.values(source.node, sh("message"))))

    def _text(self, shape: Shape, source: _Source) -> str:
        """Return the text of a query, with its prefixes and the path of its shape."""
        text = self._shapes.value(source.node, sh(source.kind))
        if text is None:
            raise ShapeError(f"a SPARQL constraint of {shape.node} has no sh:{source.kind}")
        body = parse(text).value
        if shape.path is not None:
            path = paths.text(shape.path)
            body = re.sub(r"[$?]PATH\b", lambda _: path, body)
        known = sorted(self._prefixes(source.node).items())
        return "".join(f"PREFIX {name}: <{namespace}>\n" for name, namespace in known if f"{name}:" in body) + body

    def _prefixes(self, node: str) -> dict[str, str]:
        """Return the prefixes that a query may use (SHACL, section 5.2.1)."""
        ontologies: list[str] = []
        more = list(self._shapes.values(node, sh("prefixes")))
        while more:
            ontologies.append(ontology := more.pop())
            more += [other for other in self._shapes.values(ontology, f"<{OWL}imports>") if other not in ontologies]
        found: dict[str, str] = {}
        for ontology in ontologies:
            for declaration in self._shapes.values(ontology, sh("declare")):
                prefix = self._shapes.value(declaration, sh("prefix"))
                namespace = self._shapes.value(declaration, sh("namespace"))
                if prefix is None or namespace is None:
                    raise ShapeError(f"a sh:declare of {ontology} lacks sh:prefix or sh:namespace")
                if found.setdefault(parse(prefix).value, parse(namespace).value) != parse(namespace).value:
                    raise ShapeError(f"{ontology} declares two namespaces for the prefix {parse(prefix).value}")
        return found

    def _store_of(self, seen: frozenset[tuple[str, str | None]]) -> Store:
        """Return a store that holds at least the triples of these predicates, and of these classes for rdf:type."""
        if missing := seen - self._loaded:
            self._graph.find_all({token for one in missing for token in one if token})
            some = " OR ".join(self._of(*one) for one in sorted(missing, key=repr))
            self._some.add_lines(self._graph.lines(f"SELECT s, p, o FROM {self._data} WHERE {some}"))
            self._loaded |= missing
        return self._some

    def _of(self, predicate: str, kind: str | None) -> str:
        """Return the condition on triples that they have a predicate, and a class for rdf:type."""
        known = self._graph.find_all([token for token in (predicate, kind) if token])
        of = f"p = {known.get(predicate, 'NULL')}"
        return of if kind is None else f"({of} AND o = {known.get(kind, 'NULL')})"

    @cached_property
    def _some(self) -> Store:
        return Store.memory()

    @cached_property
    def _store(self) -> Store:
        return self._stored(lambda token: token)

    @cached_property
    def _skolems(self) -> Store:
        """The same triples with IRIs for blank nodes, which a query can then be about; isBlank is false of them."""
        return self._stored(_skolem)

    def _stored(self, change: Callable[[str], str]) -> Store:
        store = Store.memory()
        rows = self._graph.engine.rows(
            f"SELECT s.token, p.token, o.token FROM {self._data} t JOIN term s ON s.id = t.s "
            "JOIN term p ON p.id = t.p JOIN term o ON o.id = t.o"
        )
        store.add(("", change(s), p, change(o)) for s, p, o in rows)
        store.add((_SHAPES_GRAPH, change(s), p, change(o)) for s, p, o in self._shapes.triples())
        return store


def _rows(store: Store, text: str) -> list[dict[str, str]]:
    """Return the solutions of a SELECT; of an ASK, an empty one where it is true."""
    found = store.query(text)
    if isinstance(found, bool):
        return [{}] if found else []
    assert isinstance(found, Solutions)
    return [{n: cell for n, cell in zip(found.variables, row, strict=True) if cell is not None} for row in found.rows]


def _skolem(token: str) -> str:
    return f"<urn:kg:blank:{token[2:]}>" if token.startswith("_:") else token


def _unskolem(token: str) -> str:
    return f"_:{token[len('<urn:kg:blank:') : -1]}" if token.startswith("<urn:kg:blank:") else token


def _bound(text: str, bindings: Mapping[str, str]) -> str:
    """Return a query with the terms of variables in their place, but for blank nodes."""
    terms = {name: token for name, token in bindings.items() if not token.startswith("_:")}
    made: list[str] = []
    depth = 0
    selecting: int | None = None  # the depth of the SELECT clause that we are in
    grouping = False
    tokens = list(_TOKEN.finditer(text))
    skip = 0
    for i, token in enumerate(tokens):
        if skip:
            skip -= 1
            continue
        word = (token["word"] or "").upper()
        if token["mark"] in ("(", "{"):
            if token["mark"] == "{":
                selecting, grouping = None, False
            depth += 1
        elif token["mark"] in (")", "}"):
            depth -= 1
            grouping = grouping and token["mark"] == ")"
        elif word == "SELECT":
            selecting, grouping = depth, False
        elif word in ("WHERE", "FROM"):
            selecting = None
        elif word == "BY":
            grouping = True
        elif word in _AFTER_BY:
            grouping = False
        elif word == "BOUND":
            following = [other for other in tokens[i + 1 :] if other[0].strip()][:3]
            if len(following) == 3 and following[1]["name"] in terms:
                made.append("(true)")
                skip = tokens.index(following[2]) - i
                continue
        name = token["name"]
        if name is None or name not in terms:
            made.append(token[0])
        elif selecting == depth == 0:
            made.append(f"({terms[name]} AS ?{name})")
        elif selecting == depth:  # the query around it has the term in its own places
            made.append(f"(1 AS ?kg_{i})")
        else:
            made.append(f"({terms[name]})" if grouping else terms[name])
    return "".join(made)


def _headed(text: str, pattern: str, names: list[str]) -> str:
    """Return a SELECT or ASK as a SELECT that begins with a pattern and returns its row."""
    tokens = list(_TOKEN.finditer(text))
    start = next(t for t in tokens if (t["word"] or "").upper() in ("SELECT", "ASK"))
    opening = next(t for t in tokens if t.start() > start.start() and t["mark"] == "{")
    clause = text[start.end() : opening.start()]
    if start["word"].upper() == "ASK":
        clause = f" DISTINCT ?kg_row {' '.join(f'?{name}' for name in names)} "
    elif "*" not in clause:
        first = re.match(r"(?i)\s*(DISTINCT|REDUCED)?", clause)
        assert first is not None
        clause = f"{first[0]} ?kg_row {clause[first.end() :]}"
    return f"{text[: start.start()]}SELECT {clause} {{ {pattern} {text[opening.end() :]}"
