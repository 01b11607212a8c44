"""The service as an OpenAPI 3.1 document: each saved query with its parameters, the endpoint, and its health."""

from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import Any

from kg.graph.results import Kind
from kg.graph.terms import parse
from kg.project import Project
from kg.query.catalogue import Query
from kg.query.parameters import Parameter, default_values
from kg.query.tokens import form
from kg.service.formats import NAMES, OFFERS
from kg.service.problem import PROBLEM
from kg.service.protocol import FORM, QUERY
from kg.service.wordings import WORDINGS

_Object = dict[str, Any]
_KINDS: Mapping[str, Kind] = {"SELECT": "solutions", "ASK": "boolean", "CONSTRUCT": "graph", "DESCRIBE": "graph"}
_SCHEMAS: Mapping[str, _Object] = {
    "xsd:date": {"type": "string", "format": "date"},
    "xsd:integer": {"type": "integer"},
    # A number of JSON may be written 1e5, which is no decimal.
    "xsd:decimal": {"type": "string", "pattern": r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)$"},
    "xsd:boolean": {"type": "boolean"},
    "xsd:string": {"type": "string"},
    "iri": {"type": "string"},
}
_TEXT: _Object = {"type": "string"}
_BODIES: Mapping[str, _Object] = {"json": {"type": "object"}, "jsonld": {}}
_PROBLEM: _Object = {
    "type": "object",
    "required": ["title", "status", "detail"],
    "properties": {"title": _TEXT, "status": {"type": "integer"}, "detail": _TEXT},
}


def _things(**properties: _Object) -> _Object:
    """Return the schema of a list of objects that have all these properties."""
    return {"type": "array", "items": {"type": "object", "required": list(properties), "properties": properties}}


_COUNT: _Object = {"type": "integer", "minimum": 0}
_MAYBE: _Object = {"type": ["string", "null"]}
_VALUES = _things(value=_TEXT, name=_TEXT, count=_COUNT)
_FOUND_PARTS: _Object = {
    "query": _TEXT,
    "class": _MAYBE,
    "filters": {"type": "object", "additionalProperties": _TEXT},
    "total": _COUNT,
    "page": _COUNT,
    "pages": _COUNT,
    "previous": _MAYBE,
    "next": _MAYBE,
    "results": _things(iri=_TEXT, name=_TEXT, language=_MAYBE, page=_MAYBE, classes={"type": "array", "items": _TEXT}),
    "classes": _VALUES,
    "facets": _things(property=_TEXT, parameter=_TEXT, name=_TEXT, values=_VALUES),
}
_FOUND: _Object = {"type": "object", "required": list(_FOUND_PARTS), "properties": _FOUND_PARTS}
_WRONG = ("400", "406", "429", "503", "504")


def describe(queries: Sequence[Query], *, project: Project, title: str, server: str, language: str) -> _Object:
    """Return the document, its texts in a language of ``WORDINGS``; ``server`` is the address of the service."""
    words = WORDINGS[language]
    paths = {f"/query/{query.name}": {"get": _query(query, project, language)} for query in queries}
    listed = {"200": _response(words["api_list"], {"application/json": {"type": "array"}, "text/html": _TEXT})}
    paths["/query"] = {"get": _operation("queries", words["api_list"], listed | _refused(("406",), words))}
    paths["/sparql"] = {"get": _endpoint(words), "post": _posted(words)}
    paths["/search"] = {"get": _search(words)}
    status = {"application/json": {"type": "object"}}
    live, ready = words["api_live"], words["api_ready"]
    paths["/health"] = {"get": _operation("live", live, {"200": _response(live, status)})}
    answers = {"200": _response(ready, status), "503": _response(words["api_not_ready"], status)}
    paths["/health/ready"] = {"get": _operation("ready", ready, answers)}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version("kg-publisher")},
        "servers": [{"url": server}],
        "paths": dict(sorted(paths.items())),
    }


def _query(query: Query, project: Project, language: str) -> _Object:
    words = WORDINGS[language]
    kind = _KINDS[form(query.text)]
    defaults = default_values(query.text, query.params, project=project)
    parameters = [_parameter(param, defaults.get(param.name), words) for param in query.params]
    parameters += [_named("format", words["api_format"], {"type": "string", "enum": _formats(kind)})]
    bodies = {offer.media_type: _BODIES.get(offer.suffix, _TEXT) for offer in OFFERS[kind]} | {"text/html": _TEXT}
    answers = {"200": _response(words["answer"], bodies)} | _refused(_WRONG, words)
    return _operation(query.name, query.title(language), answers, parameters)


def _search(words: Mapping[str, str]) -> _Object:
    parameters = [
        _named("q", words["api_words"], _TEXT),
        _named("class", words["api_class"], _TEXT),
        _named("page", words["api_page"], {"anyOf": [{"type": "integer", "minimum": 1}, {"const": ""}]}),
        _named("format", words["api_format"], {"type": "string", "enum": ["", "html", "json", "csv"]}),
        _named("lang", words["api_lang"], {"type": "string"}),
    ]
    found = {"application/json": _FOUND, "text/csv": _TEXT, "text/html": _TEXT}
    answers = {"200": _response(words["api_search"], found)} | _refused(("400", "404", "406"), words)
    operation = _operation("search", words["api_search"], answers, parameters)
    return operation | {"description": words["api_filters"]}  # parameters whose names are those of the graph


def _endpoint(words: Mapping[str, str]) -> _Object:
    graph: _Object = {"type": "array", "items": {"type": "string"}}
    parameters = [
        _named("query", words["query"], _TEXT),
        _named("format", words["api_format"], {"type": "string", "enum": ["", *NAMES]}),
        _named("default-graph-uri", words["api_default_graph"], graph),
        _named("named-graph-uri", words["api_named_graph"], graph),
    ]
    return _operation("sparql", words["endpoint"], _answers(words), parameters)


def _posted(words: Mapping[str, str]) -> _Object:
    fields = {"query": _TEXT, "format": {"type": "string", "enum": ["", *NAMES]}}
    asked: _Object = {"type": "object", "required": ["query"], "properties": fields}
    bodies = {FORM: {"schema": asked}, QUERY: {"schema": _TEXT}}
    answers = _answers(words) | _refused(("413", "415"), words)
    return {
        **_operation("sparql-post", words["endpoint"], answers),
        "requestBody": {"required": True, "content": bodies},
    }


def _answers(words: Mapping[str, str]) -> _Object:
    everything = {offer.media_type: _BODIES.get(offer.suffix, _TEXT) for offers in OFFERS.values() for offer in offers}
    whole = _response(words["answer"], everything | {"text/html": _TEXT})
    return {"200": whole} | _refused((*_WRONG, "403"), words)


def _parameter(parameter: Parameter, default: str | None, words: Mapping[str, str]) -> _Object:
    schema = dict(_SCHEMAS[parameter.type])
    if parameter.optional:  # a form sends an empty text for a field that nobody filled
        schema = {"anyOf": [schema, {"const": ""}]}
    if default is not None:
        schema["default"] = _value(parse(default).value, parameter.type)
    of = f": {parameter.of}" if parameter.of else ""
    return _named(parameter.name, words[parameter.type] + of, schema)


def _value(text: str, type: str) -> Any:
    match type:
        case "xsd:integer":
            return int(text)
        case "xsd:boolean":
            return text == "true"
    return text


def _formats(kind: Kind) -> list[str]:
    suffixes = {offer.suffix for offer in OFFERS[kind]}
    return ["", "html", *(name for name, known in NAMES.items() if suffixes & set(known))]


def _named(name: str, description: str, schema: _Object) -> _Object:
    return {"name": name, "in": "query", "description": description, "required": False, "schema": schema}


def _operation(id: str, summary: str, answers: _Object, parameters: Sequence[_Object] = ()) -> _Object:
    return {"operationId": id, "summary": summary, "parameters": list(parameters), "responses": answers}


def _response(description: str, bodies: Mapping[str, _Object]) -> _Object:
    return {"description": description, "content": {media: {"schema": schema} for media, schema in bodies.items()}}


def _refused(statuses: Iterable[str], words: Mapping[str, str]) -> _Object:
    bodies = {"text/plain": _TEXT, "text/html": _TEXT, PROBLEM.media_type: _PROBLEM}
    return {status: _response(words[f"api_{status}"], bodies) for status in statuses}
