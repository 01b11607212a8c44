"""What OWL 2 RL knows of datatypes (OWL 2 Profiles, section 4.2): which is part of which, and what values are."""

import base64
import binascii
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from kg.graph import literals
from kg.graph.quads import Graph
from kg.graph.terms import RDF, TYPE, XSD, Term, parse
from kg.inference.rules import Rule

_ABOVE = {
    "byte": "short", "short": "int", "int": "long", "long": "integer", "integer": "decimal",
    "nonNegativeInteger": "integer", "positiveInteger": "nonNegativeInteger", "unsignedLong": "nonNegativeInteger",
    "unsignedInt": "unsignedLong", "unsignedShort": "unsignedInt", "unsignedByte": "unsignedShort",
    "nonPositiveInteger": "integer", "negativeInteger": "nonPositiveInteger", "dateTimeStamp": "dateTime",
    "normalizedString": "string", "token": "normalizedString", "language": "token", "NMTOKEN": "token", "Name": "token",
    "NCName": "Name",
}  # fmt: skip
_ALONE = ("double", "float", "boolean", "hexBinary", "base64Binary", "decimal", "dateTime", "string")
NAMES = frozenset(f"<{XSD}{name}>" for name in (*_ABOVE, *_ALONE))
"""The datatypes of OWL 2 RL that have values of their own, as tokens."""


def datatype_rule(token: str) -> Rule:
    """Return the rule dt-type2 for a datatype: its literals are of it."""
    return Rule("dt-type2", (("?l", TYPE, token),), ())


def propose(graph: Graph, number: int, rule: Rule) -> None:
    """Put among the candidates that literals are of the datatype of a rule ``dt-type2``, by their own or one below."""
    [(_, _, token)] = rule.head
    below = [f"ends_with(token, '^^<{XSD}{name}>')" for name in (*_ABOVE, *_ALONE) if token in _kinds(name)]
    plain = ["ends_with(token, '\"')"] if token == f"<{XSD}string>" else []
    kind, datatype = graph.ids([TYPE, token])
    graph.engine.run(
        f"INSERT INTO candidate SELECT id, {kind}, {datatype}, {number} FROM term "
        f"WHERE starts_with(token, '\"') AND ({' OR '.join([*below, *plain])})"
    )


def is_of(graph: Graph, literal: str, datatype: str) -> bool:
    """Tell whether the value of a literal can be of a datatype; of what OWL 2 RL does not know, that it can."""
    term, name = parse(literal), datatype[1 + len(XSD) : -1]
    own = (term.datatype or "").removeprefix(XSD)
    if term.language:
        return False
    if f"<{term.datatype}>" not in NAMES or datatype not in NAMES:
        return True
    if _primitive(own) != _primitive(name):
        return False
    value = value_of(term)
    if value is None:
        return True  # ill-formed: that is told of the literal itself
    lexical = str(int(value[1])) if isinstance(value[1], Decimal) and value[1] == int(value[1]) else term.value
    return literals.is_valid(graph, lexical, XSD + name)


def differ(one: str, other: str) -> bool:
    """Tell whether two literals have values, and not the same (dt-diff)."""
    values = value_of(parse(one)), value_of(parse(other))
    return None not in values and values[0] != values[1]


def value_of(term: Term) -> tuple[object, ...] | None:
    """Return the value of a literal, beginning with its value space; None where it has none that OWL 2 RL knows."""
    if term.language:
        return (f"{RDF}langString", term.value, term.language)
    name = (term.datatype or "").removeprefix(XSD)
    if f"<{term.datatype}>" not in NAMES:
        return None
    space = _primitive(name)
    try:
        return (space, _value(space, term.value))
    except (ValueError, InvalidOperation, binascii.Error):
        return None


def _value(space: str, lexical: str) -> object:
    match space:
        case "decimal":
            return Decimal(lexical)
        case "double" | "float":
            return float(lexical.replace("INF", "inf"))
        case "boolean":
            return {"true": True, "1": True, "false": False, "0": False}.get(lexical, lexical)
        case "dateTime":
            when = datetime.fromisoformat(lexical)
            return when.astimezone(UTC) if when.tzinfo else ("no zone", when)
        case "hexBinary":
            return bytes.fromhex(lexical)
        case "base64Binary":
            return base64.b64decode(lexical.replace(" ", ""), validate=True)
        case _:
            return lexical


def _kinds(name: str) -> set[str]:
    """Return the tokens of a datatype and of those that it is part of."""
    found = {f"<{XSD}{name}>"}
    while name in _ABOVE:
        name = _ABOVE[name]
        found.add(f"<{XSD}{name}>")
    return found


def _primitive(name: str) -> str:
    while name in _ABOVE:
        name = _ABOVE[name]
    return name
