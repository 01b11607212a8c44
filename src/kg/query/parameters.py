"""Parameters that stand in the query file with their default value: ``VALUES ?asOf { "2019-06-30"^^xsd:date }``.

A block is one variable and one term, or ``UNDEF`` for an optional parameter. A value is a typed term put in every
block of its variable; nothing else in the text changes. Values are never pasted in as strings.
"""

import datetime
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from kg.errors import QueryError, UsageError, suggestion
from kg.graph import terms
from kg.graph.store import read_term
from kg.project import Project
from kg.query.tokens import Token, declared, tokens

# What a type accepts, and how people are told so.
_FORMS: Mapping[str, tuple[str, str]] = {
    "xsd:date": (r"\d{4}-\d\d-\d\d", "a calendar date such as 2019-06-30"),
    "xsd:integer": (r"[+-]?\d+", "a whole number such as 12"),
    "xsd:decimal": (r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", "a decimal number such as 22.9"),
    "xsd:boolean": (r"true|false", "true or false"),
    "xsd:string": (r"(?s:.*)", "a text"),
    "iri": (r"(?s:.*)", "an IRI such as https://example.org/a, or a prefixed name such as ex:a"),
}
TYPES = tuple(_FORMS)
AS_OF = "asOf"
"""The parameter that has the date of the settings when it is not given."""

_SAFE_IRI = re.compile(r'<[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|^`\\]*>')
_SAFE_LITERAL = re.compile(
    r'"(?:[^"\\\n\r]|\\[tbnrf"\'\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*"'
    r'(?:@[A-Za-z]+(?:-[A-Za-z0-9]+)*|\^\^<[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|^`\\]*>)?'
)


@dataclass(frozen=True)
class Parameter:
    """A parameter: the name of its variable, its type (one of ``TYPES``), and whether it may be left open.

    ``of`` is the class whose things an IRI is meant to name, to offer them; others are taken too.
    """

    name: str
    type: str
    optional: bool = False
    of: str | None = None

    @property
    def form(self) -> str:
        """What people are told that it takes."""
        return _FORMS[self.type][1]

    @property
    def pattern(self) -> str:
        """The regular expression of its values."""
        return _FORMS[self.type][0]


@dataclass(frozen=True)
class Block:
    """A ``VALUES`` block in a query: its variables, the tokens between its braces, and where ``VALUES`` stands."""

    variables: tuple[str, ...]
    data: tuple[Token, ...]
    position: int

    @property
    def name(self) -> str | None:
        """The variable of a block that may hold a parameter: one variable without parentheses, and one term."""
        return self.variables[0] if len(self.variables) == 1 and _is_one_term(self.data) else None

    @property
    def undefined(self) -> bool:
        """Whether the block is ``{ UNDEF }``."""
        return [token.word for token in self.data] == ["UNDEF"]


def blocks(query: str) -> list[Block]:
    """Return the ``VALUES`` blocks of a query, in order; unfinished ones are left to the parser."""
    found = tokens(query)
    result = []
    for index, token in enumerate(found):
        if token.word != "VALUES":
            continue
        opening = next((i for i in range(index + 1, len(found)) if found[i].word == "{"), None)
        closing = next((i for i in range(opening or len(found), len(found)) if found[i].word == "}"), None)
        if opening is None or closing is None:
            continue
        names = tuple(t.variable for t in found[index + 1 : opening] if t.variable)
        data = tuple(found[opening + 1 : closing])
        result.append(Block(names, data, token.start))
    return result


def bind(query: str, values: Mapping[str, str]) -> str:
    """Return the query with these terms, N-Triples tokens by variable, in every block of their variable.

    Everything else stays byte for byte. Raises QueryError for a variable without block, and for what is not an
    absolute IRI or a literal.
    """
    for name in values.keys() - {block.name for block in blocks(query)}:
        known = [block.name for block in blocks(query) if block.name]
        raise QueryError(f"the query has no VALUES ?{name} {{ … }} block.{suggestion(name, known)}")
    written = {name: _written(name, token) for name, token in values.items()}
    return "".join(piece.text + (written[piece.name] if piece.name else "") for piece in pieces(query, values))


@dataclass(frozen=True)
class Piece:
    """A part of a query: its text up to a place of a parameter, whose name and what stands there; none at the end."""

    text: str
    name: str | None
    standing: str


def pieces(query: str, names: Container[str]) -> list[Piece]:
    """Return the pieces of a query between the places where these parameters have their values."""
    found, start = [], 0
    for block in blocks(query):
        if block.name is not None and block.name in names:
            opening, closing = block.data[0].start, block.data[-1].end
            found.append(Piece(query[start:opening], block.name, query[opening:closing]))
            start = closing
    return [*found, Piece(query[start:], None, "")]


def parse_value(text: str, parameter: Parameter, *, project: Project) -> str:
    """Return the N-Triples token that ``text``, as typed in a shell, stands for.

    Raises QueryError, naming the parameter and the form expected, when it is not of the parameter's type.
    """
    pattern, expected = _FORMS[parameter.type]
    wrong = QueryError(f'the parameter "{parameter.name}" must be {expected}, not "{text}"')
    if not re.fullmatch(pattern, text, re.ASCII):
        raise wrong
    try:
        if parameter.type == "xsd:date":
            datetime.date.fromisoformat(text)
        if parameter.type == "iri":
            token = terms.iri(project.expand(text))
            if not _SAFE_IRI.fullmatch(token):
                raise wrong
        else:
            datatype = terms.XSD + parameter.type.removeprefix("xsd:")
            token = terms.literal(text, datatype=datatype)
        return read_term(token, prefixes={})
    except UsageError as error:
        raise QueryError(f"{wrong.message}: {error.message}") from error
    except ValueError as error:
        raise wrong from error


def parse_values(
    given: Mapping[str, str], parameters: Sequence[Parameter], *, query: str, project: Project
) -> dict[str, str]:
    """Return the tokens of the texts given for the parameters of a query, by name.

    ``asOf`` is the date of the settings when it is not given. Raises QueryError for a value of the wrong form, and
    for an unknown parameter, with the nearest names.
    """
    known = {parameter.name: parameter for parameter in parameters}
    for name in given.keys() - known.keys():
        names = ", ".join(known) or "none"
        raise QueryError(f'{query} has no parameter "{name}" (it has: {names}).{suggestion(name, known)}')
    found = {name: parse_value(text, known[name], project=project) for name, text in given.items()}
    return _dated(known, project) | found


def default_values(query: str, parameters: Sequence[Parameter], *, project: Project) -> dict[str, str]:
    """Return the tokens that the parameters of a query have when none is given, by name; of optional ones none."""
    known = {parameter.name: parameter for parameter in parameters}
    found = {}
    for block in blocks(query):
        if block.name in known and not block.undefined:
            written = query[block.data[0].start : block.data[-1].end]
            found[block.name] = read_term(written, prefixes=declared(query))
    return found | _dated(known, project)


def _dated(known: Mapping[str, Parameter], project: Project) -> dict[str, str]:
    """Return the date of the settings for the parameter ``asOf``, where both are."""
    if AS_OF not in known or project.as_of is None:
        return {}
    return {AS_OF: parse_value(project.as_of.isoformat(), known[AS_OF], project=project)}


def _is_one_term(data: Sequence[Token]) -> bool:
    kinds = [token.kind for token in data]
    if kinds == ["mark", "number"]:
        return data[0].text in "+-"
    if kinds == ["word"]:
        return data[0].word in ("UNDEF", "TRUE", "FALSE")
    if kinds in (["iri"], ["name"], ["number"], ["string"], ["string", "language"]):
        return True
    return kinds[:2] == ["string", "mark"] and data[1].text == "^^" and kinds[2:] in (["iri"], ["name"])


def _written(name: str, token: str) -> str:
    r"""Return a token as a query may hold it.

    A parser that expands ``\uHHHH`` before it cuts tokens (SPARQL 1.1, section 19.2; rdflib does) would read an
    escaped backslash before a ``u`` as such an escape, so the ``u`` itself is written as one. Every escape has
    eight digits: rdflib takes up to eight after ``\u`` too, those of the text that follows among them.
    """
    if _SAFE_IRI.fullmatch(token):
        return token
    if not _SAFE_LITERAL.fullmatch(token):
        raise QueryError(f"the value of ?{name} is not an absolute IRI or a literal: {token}")

    def escaped(match: re.Match[str]) -> str:
        if match[1]:
            return rf"\\\U{ord(match[1]):08X}"
        return rf"\U0000{match[2]}" if match[2] else match[0]

    return re.sub(r"\\\\([uU])|\\u([0-9A-Fa-f]{4})|\\.", escaped, token)
