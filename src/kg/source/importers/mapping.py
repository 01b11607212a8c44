"""Mappings of ``kg import csv``: the columns of a table, and the Turtle that each of its rows becomes.

A mapping is a TOML file::

    comment = "What the file holds."        # the first line of the Turtle written
    key = "id"                              # optional: no two rows have the same value there

    [graph]                                 # optional: what the graph says of itself, <> being the graph
    turtle = '<> a prov:Entity ; rdfs:label "Grants of 2019"@en .'

    [columns.id]
    [columns.amount]
    type = "decimal"                        # text (the default), integer, decimal, date, year, boolean
    required = true
    [columns.kind]
    values = { A = "ex:kind-a" }         # a term for each value, and no other value

    [[templates]]
    when = { level = "commune" }            # a value, a list of values, or { matches = "regular expression" }
    turtle = '''
    ex:grant-{id}
        ex:amount {amount} ;
        ex:kind {kind} ;
        .
    '''

A placeholder ``{column}`` is a whole term, or a part of a string, an IRI or a prefixed name. In a part of an IRI or
a name the value is percent-encoded; in a string it needs no escape. A triple that uses an empty column is left out.
"""

import codecs
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal, TypeVar, cast, get_args
from urllib.parse import quote

import pyoxigraph as ox

from kg.errors import SourceError, UsageError, suggestion
from kg.project import Project
from kg.source.reader import Triple

Type = Literal["text", "integer", "decimal", "date", "year", "boolean"]
Row = Mapping[str, str]

_XSD = "http://www.w3.org/2001/XMLSchema#"
_HOLE = "urn:kg:column:"
_PART = re.compile(r"kgcolumn(\d+)end")
# Strings, long ones first, IRIs and comments, in which a placeholder is a part; anywhere else it is a whole term.
_CLOSED = re.compile(r'"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|<[^<>\s]*>|#[^\n]*')
_PLACEHOLDER = re.compile(r"\{([^{}\s]+)\}")
_WHOLE = re.compile(r"(?<![^\s(\[,;])\{([^{}\s]+)\}(?![^\s)\],;.^])")


@dataclass(frozen=True)
class Column:
    """A column that the mapping uses: the type of its values, which it takes, and what is read instead of some."""

    name: str
    type: Type = "text"
    required: bool = False
    pattern: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)

    def token(self, text: str) -> str:
        """Return the token of a value. Raises ValueError, saying what is wrong, for one that does not fit."""
        if "\0" in text:
            raise ValueError(f"{text!r} holds a NUL")
        if self.values:
            if text not in self.values:
                raise ValueError(f"{text!r} is none of the values of the mapping.{suggestion(text, self.values)}")
            return self.values[text]
        if self.pattern and not re.fullmatch(self.pattern, text):
            raise ValueError(f"{text!r} does not match {self.pattern}")
        try:
            return _TOKENS[self.type](text)
        except (ValueError, InvalidOperation):
            raise ValueError(f"{text!r} is not of type {self.type}") from None


@dataclass(frozen=True)
class Template:
    """Triples with holes, and the condition for a row to have them."""

    triples: tuple[Triple, ...]
    columns: tuple[str, ...]
    when: Mapping[str, frozenset[str] | re.Pattern[str]]

    def applies(self, row: Row) -> bool:
        """Return whether a row meets the condition."""
        return all(
            test.search(row[name]) is not None if isinstance(test, re.Pattern) else row[name] in test
            for name, test in self.when.items()
        )

    def fill(self, row: Row, tokens: Mapping[str, str]) -> Iterator[Triple]:
        """Yield the triples of a row, without those that use an empty column."""
        for triple in self.triples:
            filled = [self._term(term, row, tokens) for term in triple]
            if all(filled):
                yield cast(Triple, tuple(filled))

    def _term(self, term: str, row: Row, tokens: Mapping[str, str]) -> str | None:
        if term.startswith(f"<{_HOLE}"):
            return tokens.get(self.columns[int(term[len(_HOLE) + 1 : -1])])
        parts = _PART.split(term)
        if len(parts) == 1:
            return term
        values = [row[self.columns[int(number)]] for number in parts[1::2]]
        if not all(values):
            return None
        if term.startswith("<"):
            return "".join(_woven(parts[::2], [quote(value, safe="") for value in values]))
        literal = ox.Literal("".join(_woven([_unescaped(part) for part in _PART.split(_body(term))[::2]], values)))
        return str(literal) + term[term.rindex('"') + 1 :]


@dataclass(frozen=True)
class TableMapping:
    """A mapping, read and checked."""

    file: Path
    comment: str
    key: str | None
    encoding: str
    delimiter: str
    columns: Mapping[str, Column]
    templates: tuple[Template, ...]
    about: str | None
    prefixes: str

    def description(self, graph: str) -> list[Triple]:
        """Return what the graph of this IRI says of itself."""
        return _parse(self.about, prefixes=self.prefixes, base=graph, file=self.file) if self.about else []


def read_mapping(path: Path, *, project: Project) -> TableMapping:
    """Read a mapping file. Raises UsageError when it is missing, SourceError when it is wrong."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SourceError(f"not TOML: {error}", file=str(path)) from error
    _known(data, {"comment", "key", "encoding", "delimiter", "graph", "columns", "templates"}, "", path)
    texts = {name: _value(data, name, str, "", path) for name in ("comment", "key", "encoding", "delimiter")}
    encoding, delimiter = texts["encoding"] or "utf-8-sig", texts["delimiter"] or ","
    try:
        codecs.lookup(encoding)
    except LookupError as error:
        raise SourceError(f"{error}", file=str(path)) from error
    if len(delimiter) != 1:
        raise SourceError(f"the delimiter is one character, not {delimiter!r}", file=str(path))
    graph = _value(data, "graph", dict, "", path) or {}
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in project.prefixes.items())
    columns = {name: _column(name, given, prefixes, path) for name, given in _tables(data, "columns", path)}
    templates = tuple(
        _template(each, columns, prefixes, path) for each in _value(data, "templates", list, "", path) or []
    )
    if not templates:
        raise SourceError("a mapping has one [[templates]] at least", file=str(path))
    key = texts["key"]
    if key is not None and key not in columns:
        raise SourceError(f"the key {key} is no column.{suggestion(str(key), columns)}", file=str(path))
    _known(graph, {"turtle"}, "graph.", path)
    return TableMapping(
        file=path,
        comment=texts["comment"] or path.stem,
        key=key,
        encoding=encoding,
        delimiter=delimiter,
        columns=columns,
        templates=templates,
        about=_value(graph, "turtle", str, "graph.", path),
        prefixes=prefixes,
    )


def _column(name: str, given: Mapping[str, Any], prefixes: str, path: Path) -> Column:
    _known(given, {"type", "required", "pattern", "values", "instead"}, f"columns.{name}.", path)
    kind = given.get("type", "text")
    if kind not in get_args(Type):
        near = suggestion(str(kind), get_args(Type))
        raise SourceError(f"columns.{name}: {kind} is none of {', '.join(get_args(Type))}.{near}", file=str(path))
    where = f"columns.{name}."
    pattern = _value(given, "pattern", str, where, path)
    try:
        re.compile(pattern or "")
    except re.error as error:
        raise SourceError(f"{where}pattern: not a regular expression: {error}", file=str(path)) from error
    values = {}
    for value, term in (_value(given, "values", dict, where, path) or {}).items():
        try:
            [(_, _, values[value])] = _parse(f"<urn:x> <urn:y> {term} .", prefixes=prefixes, base="urn:x", file=path)
        except (SourceError, ValueError) as error:
            why = _undeclared(str(error)) or "not one term as Turtle writes it"
            raise SourceError(f"columns.{name}.values.{value}: {why}: {term}", file=str(path)) from error
    instead = _value(given, "instead", dict, where, path) or {}
    for value, text in instead.items():
        if not isinstance(text, str):
            raise SourceError(f"{where}instead.{value}: not a text: {text}", file=str(path))
    required = bool(_value(given, "required", bool, where, path))
    return Column(name, cast(Type, kind), required, pattern, values, instead)


def _template(given: Mapping[str, Any], columns: Mapping[str, Column], prefixes: str, path: Path) -> Template:
    _known(given, {"when", "turtle"}, "templates.", path)
    names: list[str] = []

    def number(name: str) -> int:
        if name not in columns:
            raise SourceError(f"{{{name}}} is no column of the mapping.{suggestion(name, columns)}", file=str(path))
        if name not in names:
            names.append(name)
        return names.index(name)

    def closed(part: str) -> str:
        return _PLACEHOLDER.sub(lambda m: f"kgcolumn{number(m[1])}end", part)

    def opened(part: str) -> str:
        return closed(_WHOLE.sub(lambda m: f"<{_HOLE}{number(m[1])}>", part))

    text, at, out = _value(given, "turtle", str, "templates.", path) or "", 0, []
    if not text.strip():
        raise SourceError("templates.turtle: a template says something", file=str(path))
    for match in _CLOSED.finditer(text):
        out += [opened(text[at : match.start()]), closed(match[0])]
        at = match.end()
    out.append(opened(text[at:]))
    when: dict[str, frozenset[str] | re.Pattern[str]] = {}
    for name, test in (_value(given, "when", dict, "templates.", path) or {}).items():
        number(name)
        if isinstance(test, dict):
            try:
                when[name] = re.compile(test["matches"])
            except (KeyError, TypeError, re.error) as error:
                raise SourceError(f"when.{name}: not a pattern: {error}", file=str(path)) from error
        elif not isinstance(test, str) and not (isinstance(test, list) and all(isinstance(v, str) for v in test)):
            raise SourceError(f"when.{name}: a value is a text, or a list of texts, not {test!r}", file=str(path))
        else:
            when[name] = frozenset([test] if isinstance(test, str) else test)
    triples = _parse("".join(out), prefixes=prefixes, base="urn:x", file=path)
    return Template(tuple(triples), tuple(names), when)


_Value = TypeVar("_Value")
_KINDS = {str: "a text", bool: "true or false", dict: "a table", list: "a list of tables"}


def _value(given: Mapping[str, Any], name: str, kind: type[_Value], where: str, path: Path) -> _Value | None:
    """Return a setting, None where it is not given. Raises SourceError when it is of another kind."""
    value = given.get(name)
    if value is not None and not isinstance(value, kind):
        raise SourceError(f"{where}{name} is {_KINDS[kind]}, not {value!r}", file=str(path))
    return value


def _tables(data: Mapping[str, Any], name: str, path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the tables inside a table, by name."""
    for inner, given in (_value(data, name, dict, "", path) or {}).items():
        if not isinstance(given, dict):
            raise SourceError(f"{name}.{inner} is a table, not {given!r}", file=str(path))
        yield inner, given


def _parse(turtle: str, *, prefixes: str, base: str, file: Path) -> list[Triple]:
    try:
        found = ox.parse(prefixes + turtle, format=ox.RdfFormat.TURTLE, base_iri=base)
        return [(str(q.subject), str(q.predicate), str(q.object)) for q in found]
    except SyntaxError as error:
        why = _undeclared(error.msg) or f"not Turtle: {error.msg}"
        raise SourceError(f"{why}, in {turtle.strip()[:200]}", file=str(file)) from error


def _undeclared(message: str) -> str | None:
    """Return what a parser's message says of a prefix that the settings lack, or None."""
    match = re.search(r"The prefix ([\w.-]*): has not been declared", message)
    return f'unknown prefix "{match[1]}", not in the settings' if match else None


def _known(given: Mapping[str, Any], names: set[str], where: str, path: Path) -> None:
    for name in given:
        if name not in names:
            raise SourceError(f"no such setting: {where}{name}.{suggestion(name, names)}", file=str(path))


def _woven(texts: list[str], values: list[str]) -> Iterator[str]:
    for text, value in zip(texts, [*values, ""], strict=True):
        yield text + value


def _body(literal: str) -> str:
    return literal[1 : literal.rindex('"')]


def _unescaped(text: str) -> str:
    escapes = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
    return re.sub(r"\\(.)", lambda m: escapes.get(m[1], m[1]), text)


def _typed(lexical: str, datatype: str) -> str:
    return str(ox.Literal(lexical, datatype=ox.NamedNode(_XSD + datatype)))


def _decimal(text: str) -> str:
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text):  # Decimal() also takes 1_000
        raise ValueError(text)
    number = Decimal(text)
    plain = f"{number:f}"
    return _typed(plain if "." in plain else f"{plain}.0", "decimal")


def _year(text: str) -> str:
    if not re.fullmatch(r"[0-9]{4}", text) or text == "0000":
        raise ValueError(text)
    return _typed(text, "gYear")


def _integer(text: str) -> str:
    if not re.fullmatch(r"[+-]?[0-9]+", text):  # int() also takes 1_000 and the digits of other scripts
        raise ValueError(text)
    return _typed(str(int(text)), "integer")


def _date(text: str) -> str:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(text)
    return _typed(date.fromisoformat(text).isoformat(), "date")


def _boolean(text: str) -> str:
    if text not in ("true", "false", "1", "0"):
        raise ValueError(text)
    return _typed("true" if text in ("true", "1") else "false", "boolean")


_TOKENS: Mapping[Type, Callable[[str], str]] = {
    "text": lambda text: str(ox.Literal(text)),
    "integer": _integer,
    "decimal": _decimal,
    "date": _date,
    "year": _year,
    "boolean": _boolean,
}
