"""Each Core constraint component as one query over all its focus nodes (SHACL, section 4).

A function is given a constraint, the ``focus`` table of its focus nodes (node), the ``values`` table of their value
nodes (focus, value), and the ``World`` that it is evaluated in. It returns a SELECT of the results that the
component has: (focus, path, value), each an id of a term or NULL.
"""

from collections.abc import Callable
from typing import Protocol

from kg.errors import ShapeError
from kg.graph import literals
from kg.graph.terms import parse
from kg.validation.paths import Path
from kg.validation.shapes import NODE_KINDS, Constraint, sh

_KINDS = {"i": "<", "b": "_", "l": '"'}


class World(Protocol):
    """What constraints are evaluated in: ``data`` is the name of a table (s, p, o)."""

    data: str

    def id(self, token: str) -> str:
        """Return the id of a term as SQL, NULL when the graph does not hold it."""

    def instances(self, token: str) -> str:
        """Return the table (node) of the SHACL instances of a class."""

    def failing(self, shape: str, nodes: str) -> str:
        """Return the table (node) of those among ``nodes``, a SELECT of one column, that do not conform to a shape."""

    def matches(self, expression: str, strings: str) -> str:
        """Return the condition that a row of ``strings``, a SELECT (value, text), matches a regular expression."""


Planner = Callable[[Constraint, str, str, World], str]


def follow(path: Path, start: str, world: World) -> str:
    """Return the SELECT (focus, node) of the nodes that ``path`` leads to from those of ``start`` (focus, node)."""
    if isinstance(path, str):
        return _step(path, start, world, "s", "o")
    operator, *parts = path
    if operator == "^":
        return _backwards(parts[0], start, world)
    if operator == "/":
        for part in parts:
            start = follow(part, start, world)
        return f"SELECT DISTINCT focus, node FROM ({start})"
    if operator == "|":
        return " UNION ".join(f"({follow(part, start, world)})" for part in parts)
    once = follow(parts[0], start, world)
    if operator == "?":
        return f"({start}) UNION ({once})"
    reached = f"reached{_depth(path)}"
    more = follow(parts[0], f"SELECT focus, node FROM {reached}", world)
    first = start if operator == "*" else once
    return f"(WITH RECURSIVE {reached}(focus, node) AS (({first}) UNION ({more})) SELECT focus, node FROM {reached})"


def _depth(path: Path) -> int:
    return 0 if isinstance(path, str) else 1 + max(_depth(part) for part in path[1:])


def _backwards(path: Path, start: str, world: World) -> str:
    """Return what the inverse of ``path`` leads to: the inverse of its parts, in the reverse order."""
    if isinstance(path, str):
        return _step(path, start, world, "o", "s")
    operator, *parts = path
    if operator == "^":
        return follow(parts[0], start, world)
    inverses = [("^", part) for part in (reversed(parts) if operator == "/" else parts)]
    return follow((operator, *inverses), start, world)


def _step(predicate: str, start: str, world: World, here: str, there: str) -> str:
    return (
        f"SELECT f.focus, t.{there} AS node FROM ({start}) f JOIN {world.data} t ON t.{here} = f.node "
        f"WHERE t.p = {world.id(predicate)}"
    )


# ClassConstraintComponent: each value node is a SHACL instance of the class (4.1.1)
def class_(constraint: Constraint, focus: str, values: str, world: World) -> str:
    """Return the values that are not instances."""
    table = world.instances(constraint.one("class"))
    return f"SELECT focus, NULL, value FROM {values} v WHERE v.value NOT IN (SELECT node FROM {table})"


# DatatypeConstraintComponent: each value node is a literal of the datatype, and not ill-formed (4.1.2)
def datatype(constraint: Constraint, focus: str, values: str, world: World) -> str:
    """Return the values that are not literals of the datatype."""
    wanted = quoted(constraint.one("datatype")[1:-1])
    return _values_unless(values, f"l.valid AND l.datatype = {wanted}")


# NodeKindConstraintComponent: each value node is an IRI, a blank node or a literal, as said (4.1.3)
def node_kind(constraint: Constraint, focus: str, values: str, world: World) -> str:
    """Return the values of another kind."""
    kinds = ", ".join(quoted(_KINDS[kind]) for kind in NODE_KINDS[constraint.one("nodeKind")])
    return (
        f"SELECT v.focus, NULL, v.value FROM {values} v JOIN term t ON t.id = v.value "
        f"WHERE substr(t.token, 1, 1) NOT IN ({kinds})"
    )


# MinCountConstraintComponent, MaxCountConstraintComponent: there are so many value nodes (4.2.1, 4.2.2)
def min_count(constraint: Constraint, focus: str, values: str, world: World) -> str:
    """Return the focus nodes with fewer values."""
    return _fewer(focus, values, constraint.number("minCount"))


def max_count(constraint: Constraint, focus: str, values: str, world: World) -> str:
    """Return the focus nodes with more values."""
    limit = constraint.number("maxCount")
    return f"SELECT focus, NULL, NULL FROM {values} GROUP BY focus HAVING count(*) > {limit}"


# Min- and MaxExclusive-, Min- and MaxInclusiveConstraintComponent: each value node compares so (4.3)
def bound(name: str, *, lower: bool, or_equal: bool) -> Planner:
    """Return the planner of a bound, a ``lower`` one or not."""

    def plan(constraint: Constraint, focus: str, values: str, world: World) -> str:
        one, other = ("k", "l") if lower else ("l", "k")
        return (
            f"SELECT v.focus, NULL, v.value FROM {values} v LEFT JOIN literal l ON l.id = v.value "
            f"LEFT JOIN literal k ON k.id = {world.id(constraint.one(name))} "
            f"WHERE NOT {literals.less(one, other, or_equal=or_equal)}"
        )

    return plan


# MinLengthConstraintComponent, MaxLengthConstraintComponent: each value node has so many characters (4.4.1, 4.4.2)
def length(name: str, operator: str) -> Planner:
    """Return the planner of a length."""

    def plan(constraint: Constraint, focus: str, values: str, world: World) -> str:
        return _strings_unless(values, f"length(text) {operator} {constraint.number(name)}")

    return plan


# PatternConstraintComponent: each value node matches the regular expression (4.4.3)
def pattern(constraint: Constraint, focus: str, values: str, world: World) -> str:
    """Return the values that do not match."""
    expression = parse(constraint.one("pattern")).value
    flags = parse(constraint.one("flags")).value if "flags" in constraint.parameters else ""
    if "q" in flags:
        expression, flags = rf"\Q{expression}\E", flags.replace("q", "")
    if "x" in flags:
        expression, flags = _without_space(expression), flags.replace("x", "")
    if unknown := set(flags) - set("ims"):
        raise ShapeError(f"sh:flags has {', '.join(sorted(unknown))}, which XPath does not know")
    if flags:
        expression = f"(?{''.join(sorted(set(flags)))}){expression}"
    return _strings_unless(values, world.matches(expression, _strings(values)))


# LanguageInConstraintComponent: each value node has a language tag in one of the ranges (4.4.4)
def language_in(constraint: Constraint, focus: str, values: str, world: World) -> str:
    """Return the values of other languages."""
    ranges = [parse(tag).value for tag in constraint.parameters["languageIn"]]
    return _values_unless(values, " OR ".join(literals.lang_matches("l.language", tag) for tag in ranges) or "false")


# UniqueLangConstraintComponent: no two value nodes have the same language tag; a result per tag (4.4.5)
def unique_lang(constraint: Constraint, focus: str, values: str, world: World) -> str:
    """Return the focus nodes once for each language that they have twice."""
    if not constraint.flag("uniqueLang"):
        return _nothing()
    return (
        f"SELECT v.focus, NULL, NULL FROM {values} v JOIN literal l ON l.id = v.value "
        "WHERE l.language <> '' GROUP BY v.focus, l.language HAVING count(*) > 1"
    )


# EqualsConstraintComponent: the value nodes are the objects of the other property (4.5.1)
def equals(constraint: Constraint, focus: str, values: str, world: World) -> str:
    """Return what is in one set and not in the other."""
    others = _objects(constraint.one("equals"), focus, world)
    mine = f"SELECT focus, value FROM {values}"
    return f"SELECT focus, NULL, value FROM (({mine} EXCEPT {others}) UNION ALL ({others} EXCEPT {mine}))"


# DisjointConstraintComponent: no value node is an object of the other property (4.5.2)
def disjoint(constraint: Constraint, focus: str, values: str, world: World) -> str:
    """Return what is in both sets."""
    others = _objects(constraint.one("disjoint"), focus, world)
    return f"SELECT focus, NULL, value FROM (SELECT focus, value FROM {values} INTERSECT {others})"


# LessThanConstraintComponent, LessThanOrEqualsConstraintComponent: a result per pair that is not so (4.5.3, 4.5.4)
def less_than(name: str, *, or_equal: bool) -> Planner:
    """Return the planner of a comparison with the objects of the other property."""

    def plan(constraint: Constraint, focus: str, values: str, world: World) -> str:
        others = _objects(constraint.one(name), focus, world)
        return (
            f"SELECT v.focus, NULL, v.value FROM {values} v JOIN ({others}) o ON o.focus = v.focus "
            "LEFT JOIN literal a ON a.id = v.value LEFT JOIN literal b ON b.id = o.value "
            f"WHERE NOT {literals.less('a', 'b', or_equal=or_equal)}"
        )

    return plan


# NotConstraintComponent: no value node conforms to the shape (4.6.1)
def not_(constraint: Constraint, focus: str, values: str, world: World) -> str:
    """Return the values that conform."""
    failing = world.failing(constraint.one("not"), f"SELECT value FROM {values}")
    return f"SELECT focus, NULL, value FROM {values} WHERE value NOT IN (SELECT node FROM {failing})"


# AndConstraintComponent: each value node conforms to all the shapes (4.6.2)
def and_(constraint: Constraint, focus: str, values: str, world: World) -> str:
    """Return the values that do not conform to one."""
    return _by_failures(constraint, "and", values, world, "> 0")


# OrConstraintComponent: each value node conforms to one of the shapes (4.6.3)
def or_(constraint: Constraint, focus: str, values: str, world: World) -> str:
    """Return the values that conform to none."""
    return _by_failures(constraint, "or", values, world, f"= {len(constraint.parameters['or'])}")


# XoneConstraintComponent: each value node conforms to exactly one of the shapes (4.6.4)
def xone(constraint: Constraint, focus: str, values: str, world: World) -> str:
    """Return the values that conform to none or to several."""
    return _by_failures(constraint, "xone", values, world, f"<> {len(constraint.parameters['xone']) - 1}")


# NodeConstraintComponent: each value node conforms to the node shape (4.7.1)
def node(constraint: Constraint, focus: str, values: str, world: World) -> str:
    """Return the values that do not conform."""
    failing = world.failing(constraint.one("node"), f"SELECT value FROM {values}")
    return f"SELECT focus, NULL, value FROM {values} WHERE value IN (SELECT node FROM {failing})"


# QualifiedMinCountConstraintComponent, QualifiedMaxCountConstraintComponent: so many value nodes conform (4.7.3)
def qualified_min(constraint: Constraint, focus: str, values: str, world: World) -> str:
    """Return the focus nodes with fewer values that conform."""
    return _fewer(focus, f"({_qualified(constraint, values, world)})", constraint.number("count"))


def qualified_max(constraint: Constraint, focus: str, values: str, world: World) -> str:
    """Return the focus nodes with more values that conform."""
    limit = constraint.number("count")
    return (
        f"SELECT focus, NULL, NULL FROM ({_qualified(constraint, values, world)}) "
        f"GROUP BY focus HAVING count(*) > {limit}"
    )


# ClosedConstraintComponent: value nodes have no properties but these (4.8.1)
def closed(constraint: Constraint, focus: str, values: str, world: World) -> str:
    """Return the other properties, with their objects."""
    allowed = ", ".join(world.id(token) for token in constraint.parameters["allowed"])
    return (
        f"SELECT v.focus, t.p, t.o FROM {values} v JOIN {world.data} t ON t.s = v.value "
        f"WHERE coalesce(t.p NOT IN ({allowed or 'NULL'}), true)"
    )


# HasValueConstraintComponent: the value is among the value nodes (4.8.2)
def has_value(constraint: Constraint, focus: str, values: str, world: World) -> str:
    """Return the focus nodes that lack it."""
    wanted = world.id(constraint.one("hasValue"))
    return (
        f"SELECT f.node, NULL, NULL FROM {focus} f "
        f"WHERE f.node NOT IN (SELECT v.focus FROM {values} v WHERE v.value = {wanted})"
    )


# InConstraintComponent: each value node is one of the list (4.8.3)
def in_(constraint: Constraint, focus: str, values: str, world: World) -> str:
    """Return the values that are not."""
    listed = [found for token in constraint.parameters["in"] if (found := world.id(token)) != "NULL"]
    return f"SELECT focus, NULL, value FROM {values} WHERE value NOT IN ({', '.join(listed) or '-1'})"


PLANNERS: dict[str, Planner] = {
    sh(f"{name}ConstraintComponent"): planner
    for name, planner in {
        "Class": class_, "Datatype": datatype, "NodeKind": node_kind, "MinCount": min_count, "MaxCount": max_count,
        "MinExclusive": bound("minExclusive", lower=True, or_equal=False),
        "MinInclusive": bound("minInclusive", lower=True, or_equal=True),
        "MaxExclusive": bound("maxExclusive", lower=False, or_equal=False),
        "MaxInclusive": bound("maxInclusive", lower=False, or_equal=True),
        "MinLength": length("minLength", ">="), "MaxLength": length("maxLength", "<="), "Pattern": pattern,
        "LanguageIn": language_in, "UniqueLang": unique_lang, "Equals": equals, "Disjoint": disjoint,
        "LessThan": less_than("lessThan", or_equal=False),
        "LessThanOrEquals": less_than("lessThanOrEquals", or_equal=True),
        "Not": not_, "And": and_, "Or": or_, "Xone": xone, "Node": node, "QualifiedMinCount": qualified_min,
        "QualifiedMaxCount": qualified_max, "Closed": closed, "HasValue": has_value, "In": in_,
    }.items()
}  # fmt: skip
"""The planner of each Core component but sh:property, whose shape is evaluated by itself."""


def _values_unless(values: str, condition: str) -> str:
    """Return the values for which a condition on the literal ``l`` is not true; it is not for what is no literal."""
    return (
        f"SELECT v.focus, NULL, v.value FROM {values} v LEFT JOIN literal l ON l.id = v.value "
        f"WHERE NOT coalesce({condition}, false)"
    )


def _strings_unless(values: str, condition: str) -> str:
    """Return the values for whose ``text`` a condition is not true; blank nodes have none."""
    return f"SELECT focus, NULL, value FROM ({_strings(values)}) WHERE NOT coalesce({condition}, false)"


def _strings(values: str) -> str:
    """Return the SELECT (focus, value, text) of values with their text, as STR gives it."""
    return (
        "SELECT v.focus, v.value, coalesce(l.lexical, "
        "CASE WHEN t.token LIKE '<%' THEN substr(t.token, 2, length(t.token) - 2) END) AS text "
        f"FROM {values} v JOIN term t ON t.id = v.value LEFT JOIN literal l ON l.id = v.value"
    )


def _fewer(focus: str, values: str, limit: int) -> str:
    return (
        f"SELECT f.node, NULL, NULL FROM {focus} f LEFT JOIN {values} v ON v.focus = f.node "
        f"GROUP BY f.node HAVING count(v.value) < {limit}"
    )


def _objects(predicate: str, focus: str, world: World) -> str:
    return (
        f"SELECT t.s AS focus, t.o AS value FROM {focus} f JOIN {world.data} t ON t.s = f.node "
        f"WHERE t.p = {world.id(predicate)}"
    )


def _by_failures(constraint: Constraint, name: str, values: str, world: World, condition: str) -> str:
    """Return the values for which the number of shapes, of a list, that they do not conform to is so."""
    nodes = f"SELECT value FROM {values}"
    failing = [f"SELECT node FROM {world.failing(shape, nodes)}" for shape in constraint.parameters[name]]
    counted = " UNION ALL ".join(failing) or "SELECT NULL AS node WHERE false"
    return (
        f"SELECT v.focus, NULL, v.value FROM {values} v LEFT JOIN "
        f"(SELECT node, count(*) AS failures FROM ({counted}) GROUP BY node) n ON n.node = v.value "
        f"WHERE coalesce(n.failures, 0) {condition}"
    )


def _qualified(constraint: Constraint, values: str, world: World) -> str:
    """Return the SELECT (focus, value) of what conforms to the shape and to none of its siblings."""
    shape, *siblings = constraint.parameters["qualifiedValueShape"]
    nodes = f"SELECT value FROM {values}"
    conditions = [f"value NOT IN (SELECT node FROM {world.failing(shape, nodes)})"]
    conditions += [f"value IN (SELECT node FROM {world.failing(sibling, nodes)})" for sibling in siblings]
    return f"SELECT focus, value FROM {values} WHERE {' AND '.join(conditions)}"


def _nothing() -> str:
    return "SELECT NULL, NULL, NULL WHERE false"


def _without_space(expression: str) -> str:
    """Return a regular expression without the white space outside of its character classes (flag x)."""
    kept, inside, escaped = [], False, False
    for character in expression:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == "[":
            inside = True
        elif character == "]":
            inside = False
        elif character.isspace() and not inside:
            continue
        kept.append(character)
    return "".join(kept)


def quoted(text: str) -> str:
    """Return a text as a string of SQL."""
    return "'" + text.replace("'", "''") + "'"
