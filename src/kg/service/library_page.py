"""The pages of the query library: a question, its parameters, its answer, and why the answer is what it is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from kg.graph.store import Solutions, read_quads, read_results
from kg.graph.terms import iri, parse
from kg.query.catalogue import Query
from kg.query.headings import Headings, heading
from kg.query.parameters import AS_OF, Parameter, parse_values, pieces
from kg.query.tokens import form
from kg.service.documents import LABELS
from kg.service.names import Names, Shown
from kg.service.reading import note
from kg.service.scripts import Bundle
from kg.service.scripts import told as told_of_site
from kg.service.things import Things
from kg.service.view import View

SHOWN = 500
"""How many rows of the answer a page shows."""
OFFERED = 1000
"""How many things of a class the form offers."""
SHOWN_WHY = 25
"""How many rows of each answer that says why."""
_INPUTS = {"xsd:date": "date", "xsd:integer": "number", "xsd:decimal": "number", "xsd:boolean": "select"}
_GRAPHS = ("ttl", "jsonld", "nt", "rdf", "trig")
_SUFFIXES = {"SELECT": ("csv", "json", "xml", "tsv"), "ASK": ("json", "xml"), "CONSTRUCT": _GRAPHS, "DESCRIBE": _GRAPHS}
Row = tuple[str | None, ...]


@dataclass(frozen=True)
class Told:
    """A query with its answer, SPARQL results in JSON or N-Triples; else the status and message of its refusal."""

    query: Query
    answer: bytes = b""
    status: int = 200
    message: str | None = None


@dataclass(frozen=True)
class Filled:
    """A query that is asked: the texts given for its parameters, its text with them.

    ``defaults`` are the tokens of parameters that are not given; ``error`` is what is wrong with a text that was.
    ``reasons`` are the queries that say why; ``scripts`` are the files that the page loads, None where there are none;
    ``headings`` are what columns are called.
    """

    query: Query
    given: Mapping[str, str]
    defaults: Mapping[str, str]
    text: str
    reasons: Sequence[Query]
    scripts: Bundle | None
    headings: Headings
    error: str | None = None


@dataclass(frozen=True)
class _Field:
    """A parameter in the form: its label, what it takes, its kind of input, the text in it, and what is offered."""

    name: str
    label: str
    takes: str
    input: str
    value: str
    optional: bool
    options: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class _Table:
    """An answer to be shown: its title, its columns, the first rows, how many there are; or a boolean, or a message."""

    title: str
    name: str
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[Shown | None]] = ()
    count: int = 0
    boolean: bool | None = None
    message: str | None = None


def listed(queries: Iterable[Query], view: View) -> str:
    """Return the page of all queries, in their order."""
    links = [(view.url(path_of(query)), query.title(view.language)) for query in queries]
    return view.render("queries.html", title=view.words["questions"], path="query", links=links)


def shown(filled: Filled, told: Sequence[Told], names: Names, view: View, things: Things) -> str:
    """Return the page of a query with its answer, the first of ``told``, and those that say why."""
    query = filled.query
    path = path_of(query)
    # What names an answer for ever says the defaults too, which may change.
    values = {**{name: parse(token).value for name, token in filled.defaults.items()}, **filled.given}
    suffixes = _SUFFIXES[form(query.text)]
    tables = [
        _table(one, filled.headings, names, view, most=SHOWN if place == 0 else SHOWN_WHY)
        for place, one in enumerate(told)
    ]
    return view.render(
        "query.html",
        title=query.title(view.language),
        path=path,
        query=filled.given,
        address=view.url(path),
        fields=[_field(param, filled, names, view, things) for param in query.params],
        error=filled.error,
        answer=tables[0] if tables else None,
        reasons=tables[1:],
        downloads=[(suffix, view.url(path, {**filled.given, "format": suffix}, plain=True)) for suffix in suffixes],
        text=filled.text,
        editor=f"{view.url('sparql', {'saved': query.name})}#query={quote(filled.text, safe='')}",
        cited=view.url(path, values, plain=True),
        address_for_ever=f"{names.origin}{path}" + (f"?{urlencode(values)}" if values else ""),
        data=view.url("data") if names.project.dataset else None,
        bundle=filled.scripts,
        site=told_of_site(names.project, view),
        question=_told(filled, names, view),
    )


def _told(filled: Filled, names: Names, view: View) -> Mapping[str, Any]:
    """Return what the script is told, to answer with other values where no server does.

    ``given`` are the values that this page answers for. Queries are pieces with the values that they have when none is
    given (``kg.query.parameters.pieces``). ``labels`` and ``languages`` are where things have their names, best first.
    """
    params = filled.query.params
    standing = parse_values({}, params, query=filled.query.name, project=names.project)
    known = {param.name for param in params}

    def cut(query: Query) -> list[tuple[str, str | None, str]]:
        return [(piece.text, piece.name, piece.standing) for piece in pieces(query.bound(standing), known)]

    def called(query: Query) -> Mapping[str, str]:
        return dict(zip(query.returns, _called(query.returns, query, filled.headings, view), strict=True))

    return {
        "given": dict(filled.given),
        "parameters": [
            {"name": param.name, "type": param.type, "optional": param.optional, "takes": view.words[param.type]}
            for param in params
        ],
        "query": cut(filled.query),
        "columns": called(filled.query),
        "because": [
            {
                "title": query.title(view.language),
                "page": view.url(path_of(query)),
                "query": cut(query),
                "columns": called(query),
            }
            for query in filled.reasons
        ],
        "labels": [token[1:-1] for token in LABELS],
        "languages": list(dict.fromkeys([view.language, *names.project.languages])),
    }


def path_of(query: Query) -> str:
    """Return the path of the page of a query."""
    return f"query/{quote(query.name)}"


def _field(parameter: Parameter, filled: Filled, names: Names, view: View, things: Things) -> _Field:
    """Return a parameter as a field with what was given, else with its default; of a class, with what it may be."""
    project = names.project

    def short(name: str) -> str:
        return project.compact(name).strip("<>")

    value = filled.given.get(parameter.name)
    if value is None:
        token = filled.defaults.get(parameter.name, '""')
        term = parse(token)
        value = short(term.value) if term.kind == "iri" else term.value
    options: list[tuple[str, str]] = []
    if parameter.of is not None:
        note("m", iri(parameter.of))
        members = [things.tokens[number] for number in things.classes.get(iri(parameter.of), ())][:OFFERED]
        options = sorted((names.name(token).text, short(token[1:-1])) for token in members)
    label = view.words["as_of"] if parameter.name == AS_OF else parameter.name
    kind = _INPUTS.get(parameter.type, "text")
    return _Field(parameter.name, label, view.words[parameter.type], kind, value, parameter.optional, options)


def _called(columns: Iterable[str], query: Query, headings: Headings, view: View) -> list[str]:
    return [heading(name, query, headings, language=view.language) for name in columns]


def _table(told: Told, headings: Headings, names: Names, view: View, *, most: int) -> _Table:
    title, name = told.query.title(view.language), told.query.name
    if told.message is not None:
        return _Table(title, name, message=told.message)
    if form(told.query.text) in ("CONSTRUCT", "DESCRIBE"):
        triples = sorted((s, p, o) for _, s, p, o in read_quads(told.answer, suffix=".nt"))
        words = [view.words[key] for key in ("subject", "property", "value")]
        return _Table(title, name, words, [_cells(row, names) for row in triples[:most]], len(triples))
    found = read_results(told.answer)
    if not isinstance(found, Solutions):
        return _Table(title, name, boolean=found)
    columns = _called(found.variables, told.query, headings, view)
    return _Table(title, name, columns, [_cells(row, names) for row in found.rows[:most]], len(found.rows))


def _cells(row: Row, names: Names) -> list[Shown | None]:
    return [None if token is None else names.shown(token) for token in row]
