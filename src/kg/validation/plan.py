"""Each Core constraint component as one query over all the shapes that use it (SHACL, section 4).

A planner is given the uses of its component and the ``World`` that they are evaluated in. It returns a SELECT of
results (run, number, focus, path, value): the number of the run and of the constraint, and ids of terms or NULL. It
reads the tables ``focus(run, node)`` of the focus nodes of runs and ``value(run, focus, value)`` of their value nodes.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from kg.errors import ShapeError
from kg.graph import literals
from kg.graph.engine import quoted
from kg.graph.terms import parse
from kg.validation import walk
from kg.validation.shapes import NODE_KINDS, Constraint, sh

_KINDS = {"i": "<", "b": "_", "l": '"'}


@dataclass(frozen=True)
class Use:
    """A constraint, by number, in a run; ``nested`` are the runs of the shapes that it refers to, in their order."""

    run: int
    number: int
    constraint: Constraint
    nested: tuple[int, ...] = ()


class World(walk.World, Protocol):
    """What constraints are evaluated in.

    Besides ``focus`` and ``value`` there are the tables ``instance(class, node)`` of the SHACL instances of classes
    and ``failed(run, node)`` of the nodes that do not conform to the shapes of nested runs.
    """

    def matches(self, expression: str, strings: str) -> str:
        """Return the condition that a row of ``strings``, a SELECT (value, text), matches a regular expression."""


Planner = Callable[[Sequence[Use], World], str]


# ClassConstraintComponent: each value node is a SHACL instance of the class (4.1.1)
def class_(uses: Sequence[Use], world: World) -> str:
    """Return the values that are not instances."""
    given = rows("class", ((use, world.id(use.constraint.one("class"))) for use in uses))
    known = "SELECT 1 FROM instance i WHERE i.class = k.class AND i.node = v.value"
    return f"{_VALUES} FROM value v JOIN {given} ON k.run = v.run WHERE NOT EXISTS ({known})"


# DatatypeConstraintComponent: each value node is a literal of the datatype, and not ill-formed (4.1.2)
def datatype(uses: Sequence[Use], world: World) -> str:
    """Return the values that are not literals of the datatype."""
    given = rows("datatype", ((use, quoted(use.constraint.one("datatype")[1:-1])) for use in uses))
    return _values_unless(given, "l.valid AND l.datatype = k.datatype")


# NodeKindConstraintComponent: each value node is an IRI, a blank node or a literal, as said (4.1.3)
def node_kind(uses: Sequence[Use], world: World) -> str:
    """Return the values of another kind."""
    kinds = ((use, "".join(_KINDS[kind] for kind in NODE_KINDS[use.constraint.one("nodeKind")])) for use in uses)
    given = rows("kinds", ((use, quoted(known)) for use, known in kinds))
    return (
        f"{_VALUES} FROM value v JOIN {given} ON k.run = v.run JOIN term t ON t.id = v.value "
        "WHERE NOT contains(k.kinds, left(t.token, 1))"
    )


# MinCountConstraintComponent, MaxCountConstraintComponent: there are so many value nodes (4.2.1, 4.2.2)
def min_count(uses: Sequence[Use], world: World) -> str:
    """Return the focus nodes with fewer values."""
    counts = [(use, use.constraint.number("minCount")) for use in uses]
    if any(count > 1 for _, count in counts):
        return _fewer(rows("n", counts), "value")
    # Whether there is a value at all is told without counting them.
    found = f"SELECT f.run, k.number, f.node, NULL, NULL FROM focus f JOIN {rows('n', counts)} ON k.run = f.run"
    return f"{found} WHERE k.n = 1 AND NOT EXISTS (SELECT 1 FROM value v WHERE v.run = f.run AND v.focus = f.node)"


def max_count(uses: Sequence[Use], world: World) -> str:
    """Return the focus nodes with more values."""
    return _more(rows("n", ((use, use.constraint.number("maxCount")) for use in uses)), "value")


# Min- and MaxExclusive-, Min- and MaxInclusiveConstraintComponent: each value node compares so (4.3)
def bound(name: str, *, lower: bool, or_equal: bool) -> Planner:
    """Return the planner of a bound, a ``lower`` one or not."""

    def plan(uses: Sequence[Use], world: World) -> str:
        one, other = ("b", "l") if lower else ("l", "b")
        given = rows("bound", ((use, world.id(use.constraint.one(name))) for use in uses))
        return (
            f"{_VALUES} FROM value v JOIN {given} ON k.run = v.run LEFT JOIN literal l ON l.id = v.value "
            f"LEFT JOIN literal b ON b.id = k.bound WHERE NOT {literals.less(one, other, or_equal=or_equal)}"
        )

    return plan


# MinLengthConstraintComponent, MaxLengthConstraintComponent: each value node has so many characters (4.4.1, 4.4.2)
def length(name: str, operator: str) -> Planner:
    """Return the planner of a length."""

    def plan(uses: Sequence[Use], world: World) -> str:
        given = rows("n", ((use, use.constraint.number(name)) for use in uses))
        strings = _strings(given, "k.n")
        condition = f"coalesce(length(text) {operator} n, false)"
        return f"SELECT run, number, focus, NULL, value FROM ({strings}) WHERE NOT {condition}"

    return plan


# PatternConstraintComponent: each value node matches the regular expression (4.4.3)
def pattern(uses: Sequence[Use], world: World) -> str:
    """Return the values that do not match."""
    by_expression: dict[str, list[Use]] = {}
    for use in uses:
        by_expression.setdefault(_expression(use.constraint), []).append(use)
    return _union(
        f"SELECT run, number, focus, NULL, value FROM ({strings}) "
        f"WHERE NOT coalesce({world.matches(expression, strings)}, false)"
        for expression, some in by_expression.items()
        for strings in [_strings(rows("n", ((use, 0) for use in some)), "k.n")]
    )


def _expression(constraint: Constraint) -> str:
    expression = parse(constraint.one("pattern")).value
    flags = parse(constraint.one("flags")).value if "flags" in constraint.parameters else ""
    if "q" in flags:
        expression, flags = rf"\Q{expression}\E", flags.replace("q", "")
    if "x" in flags:
        expression, flags = _without_space(expression), flags.replace("x", "")
    if unknown := set(flags) - set("ims"):
        raise ShapeError(f"sh:flags has {', '.join(sorted(unknown))}, which XPath does not know")
    return f"(?{''.join(sorted(set(flags)))}){expression}" if flags else expression


# LanguageInConstraintComponent: each value node has a language tag in one of the ranges (4.4.4)
def language_in(uses: Sequence[Use], world: World) -> str:
    """Return the values of other languages."""
    by_ranges: dict[tuple[str, ...], list[Use]] = {}
    for use in uses:
        by_ranges.setdefault(use.constraint.parameters["languageIn"], []).append(use)
    return _union(
        _values_unless(
            rows("n", ((use, 0) for use in some)),
            " OR ".join(literals.lang_matches("l.language", parse(tag).value) for tag in ranges) or "false",
        )
        for ranges, some in by_ranges.items()
    )


# UniqueLangConstraintComponent: no two value nodes have the same language tag; a result per tag (4.4.5)
def unique_lang(uses: Sequence[Use], world: World) -> str:
    """Return the focus nodes once for each language that they have twice."""
    given = rows("n", ((use, 0) for use in uses if use.constraint.flag("uniqueLang")))
    return (
        f"SELECT v.run, k.number, v.focus, NULL, NULL FROM value v JOIN {given} ON k.run = v.run "
        "JOIN literal l ON l.id = v.value WHERE l.language <> '' "
        "GROUP BY v.run, k.number, v.focus, l.language HAVING count(*) > 1"
    )


# EqualsConstraintComponent: the value nodes are the objects of the other property (4.5.1)
def equals(uses: Sequence[Use], world: World) -> str:
    """Return what is in one set and not in the other."""
    given = rows("p", ((use, world.id(use.constraint.one("equals"))) for use in uses))
    mine = f"SELECT v.run, k.number, v.focus, v.value FROM value v JOIN {given} ON k.run = v.run"
    others = _objects(given, world)
    return f"SELECT run, number, focus, NULL, value FROM (({mine} EXCEPT {others}) UNION ALL ({others} EXCEPT {mine}))"


# DisjointConstraintComponent: no value node is an object of the other property (4.5.2)
def disjoint(uses: Sequence[Use], world: World) -> str:
    """Return what is in both sets."""
    given = rows("p", ((use, world.id(use.constraint.one("disjoint"))) for use in uses))
    mine = f"SELECT v.run, k.number, v.focus, v.value FROM value v JOIN {given} ON k.run = v.run"
    return f"SELECT run, number, focus, NULL, value FROM ({mine} INTERSECT {_objects(given, world)})"


# LessThanConstraintComponent, LessThanOrEqualsConstraintComponent: a result per pair that is not so (4.5.3, 4.5.4)
def less_than(name: str, *, or_equal: bool) -> Planner:
    """Return the planner of a comparison with the objects of the other property."""

    def plan(uses: Sequence[Use], world: World) -> str:
        given = rows("p", ((use, world.id(use.constraint.one(name))) for use in uses))
        return (
            f"SELECT v.run, o.number, v.focus, NULL, v.value FROM value v JOIN ({_objects(given, world)}) o "
            "ON o.run = v.run AND o.focus = v.focus "
            "LEFT JOIN literal a ON a.id = v.value LEFT JOIN literal b ON b.id = o.value "
            f"WHERE NOT {literals.less('a', 'b', or_equal=or_equal)}"
        )

    return plan


# NotConstraintComponent: no value node conforms to the shape (4.6.1)
def not_(uses: Sequence[Use], world: World) -> str:
    """Return the values that conform."""
    return _by_failures(uses, lambda use: (0, 0))


# AndConstraintComponent: each value node conforms to all the shapes (4.6.2)
def and_(uses: Sequence[Use], world: World) -> str:
    """Return the values that do not conform to one."""
    return _by_failures(uses, lambda use: (1, len(use.nested)))


# OrConstraintComponent: each value node conforms to one of the shapes (4.6.3)
def or_(uses: Sequence[Use], world: World) -> str:
    """Return the values that conform to none."""
    return _by_failures(uses, lambda use: (len(use.nested), len(use.nested)))


# XoneConstraintComponent: each value node conforms to exactly one of the shapes (4.6.4)
def xone(uses: Sequence[Use], world: World) -> str:
    """Return the values that conform to none or to several."""
    return _by_failures(uses, lambda use: (len(use.nested) - 1, len(use.nested) - 1), otherwise=True)


# NodeConstraintComponent: each value node conforms to the node shape (4.7.1)
def node(uses: Sequence[Use], world: World) -> str:
    """Return the values that do not conform."""
    return _by_failures(uses, lambda use: (1, 1))


# QualifiedMinCountConstraintComponent, QualifiedMaxCountConstraintComponent: so many value nodes conform (4.7.3)
def qualified_min(uses: Sequence[Use], world: World) -> str:
    """Return the focus nodes with fewer values that conform."""
    given = rows("n", ((use, use.constraint.number("count")) for use in uses))
    return _fewer(given, f"({_qualified(uses)})", "AND v.number = k.number")


def qualified_max(uses: Sequence[Use], world: World) -> str:
    """Return the focus nodes with more values that conform."""
    given = rows("n", ((use, use.constraint.number("count")) for use in uses))
    return _more(given, f"({_qualified(uses)})", "AND v.number = k.number")


# ClosedConstraintComponent: value nodes have no properties but these (4.8.1)
def closed(uses: Sequence[Use], world: World) -> str:
    """Return the other properties, with their objects."""
    given = rows("n", ((use, 0) for use in uses))
    allowed = ", ".join(
        f"({use.number}, {world.id(token)})" for use in uses for token in use.constraint.parameters["allowed"]
    )
    return (
        f"SELECT v.run, k.number, v.focus, t.p, t.o FROM value v JOIN {given} ON k.run = v.run "
        f"JOIN {world.data} t ON t.s = v.value WHERE NOT EXISTS "
        f"(SELECT 1 FROM (VALUES {allowed or '(NULL, NULL)'}) a(number, p) WHERE a.number = k.number AND a.p = t.p)"
    )


# HasValueConstraintComponent: the value is among the value nodes (4.8.2)
def has_value(uses: Sequence[Use], world: World) -> str:
    """Return the focus nodes that lack it."""
    given = rows("wanted", ((use, world.id(use.constraint.one("hasValue"))) for use in uses))
    there = "SELECT 1 FROM value v WHERE v.run = f.run AND v.focus = f.node AND v.value = k.wanted"
    found = f"SELECT f.run, k.number, f.node, NULL, NULL FROM focus f JOIN {given} ON k.run = f.run"
    return f"{found} WHERE NOT EXISTS ({there})"


# InConstraintComponent: each value node is one of the list (4.8.3)
def in_(uses: Sequence[Use], world: World) -> str:
    """Return the values that are not."""
    given = rows("n", ((use, 0) for use in uses))
    pairs = ((use.number, world.id(token)) for use in uses for token in use.constraint.parameters["in"])
    listed = ", ".join(f"({number}, {member})" for number, member in pairs) or "(NULL, NULL)"
    known = f"SELECT 1 FROM (VALUES {listed}) a(number, id) WHERE a.number = k.number AND a.id = v.value"
    return f"{_VALUES} FROM value v JOIN {given} ON k.run = v.run WHERE NOT EXISTS ({known})"


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

LOOKING = {
    sh(f"{name}ConstraintComponent")
    for name in (
        "Datatype", "MinExclusive", "MinInclusive", "MaxExclusive", "MaxInclusive", "MinLength", "MaxLength", "Pattern",
        "LanguageIn", "UniqueLang", "LessThan", "LessThanOrEquals",
    )
}  # fmt: skip
"""The components that look into literals, for which these must be in the table ``literal``."""


_VALUES = "SELECT v.run, k.number, v.focus, NULL, v.value"


def rows(column: str, given: Iterable[tuple[Use, object]]) -> str:
    """Return the table ``k(run, number, …)`` of uses with what is given of each, as SQL, in a column."""
    listed = ", ".join(f"({use.run}, {use.number}, {said})" for use, said in given)
    return f"(VALUES {listed or '(NULL, NULL, NULL)'}) k(run, number, {column})"


def _values_unless(given: str, condition: str) -> str:
    """Return the values for which a condition on the literal ``l`` is not true; it is not for what is no literal."""
    return (
        f"{_VALUES} FROM value v JOIN {given} ON k.run = v.run LEFT JOIN literal l ON l.id = v.value "
        f"WHERE NOT coalesce({condition}, false)"
    )


def _strings(given: str, column: str) -> str:
    """Return the SELECT (run, number, focus, value, text, …) of values with their text, as STR gives it, if any."""
    return (
        f"SELECT v.run, k.number, v.focus, v.value, {column}, coalesce(l.lexical, "
        "CASE WHEN t.token LIKE '<%' THEN substr(t.token, 2, length(t.token) - 2) END) AS text "
        f"FROM value v JOIN {given} ON k.run = v.run JOIN term t ON t.id = v.value "
        "LEFT JOIN literal l ON l.id = v.value"
    )


def _fewer(given: str, values: str, more: str = "") -> str:
    return (
        f"SELECT f.run, k.number, f.node, NULL, NULL FROM focus f JOIN {given} ON k.run = f.run "
        f"LEFT JOIN {values} v ON v.run = f.run AND v.focus = f.node {more} "
        "GROUP BY f.run, k.number, f.node, k.n HAVING count(v.value) < k.n"
    )


def _more(given: str, values: str, more: str = "") -> str:
    return (
        f"SELECT v.run, k.number, v.focus, NULL, NULL FROM {values} v JOIN {given} ON k.run = v.run {more} "
        "GROUP BY v.run, k.number, v.focus, k.n HAVING count(*) > k.n"
    )


def _objects(given: str, world: World) -> str:
    return (
        f"SELECT f.run, k.number, t.s AS focus, t.o AS value FROM focus f JOIN {given} ON k.run = f.run "
        f"JOIN {world.data} t ON t.s = f.node AND t.p = k.p"
    )


def _nested(uses: Iterable[Use]) -> str:
    """Return the table ``n(number, nested, place)`` of the runs that uses refer to, and their places from 0."""
    listed = ", ".join(f"({use.number}, {run}, {i})" for use in uses for i, run in enumerate(use.nested))
    return f"(VALUES {listed or '(NULL, NULL, NULL)'}) n(number, nested, place)"


def _by_failures(uses: Sequence[Use], bounds: Callable[[Use], tuple[int, int]], *, otherwise: bool = False) -> str:
    """Return the values that fail so many shapes of a use, at least and at most, or ``otherwise`` another number."""
    limits = ", ".join(f"({use.run}, {use.number}, {low}, {high})" for use in uses for low, high in [bounds(use)])
    return (
        f"{_VALUES} FROM value v JOIN (VALUES {limits}) k(run, number, low, high) ON k.run = v.run "
        f"LEFT JOIN (SELECT n.number, x.node, count(*) AS failures FROM {_nested(uses)} "
        "JOIN failed x ON x.run = n.nested GROUP BY n.number, x.node) c ON c.number = k.number AND c.node = v.value "
        f"WHERE {'NOT ' if otherwise else ''}coalesce(c.failures, 0) BETWEEN k.low AND k.high"
    )


def _qualified(uses: Sequence[Use]) -> str:
    """Return the SELECT (run, number, focus, value) of what conforms to the shape and to none of its siblings."""
    given = rows("siblings", ((use, len(use.nested) - 1) for use in uses))
    failures = f"SELECT n.number, n.place, x.node FROM {_nested(uses)} JOIN failed x ON x.run = n.nested"
    return (
        f"SELECT v.run, k.number, v.focus, v.value FROM value v JOIN {given} ON k.run = v.run WHERE NOT EXISTS "
        f"(SELECT 1 FROM ({failures}) c WHERE c.number = k.number AND c.node = v.value AND c.place = 0) "
        f"AND k.siblings = (SELECT count(*) FROM ({failures}) c "
        "WHERE c.number = k.number AND c.node = v.value AND c.place > 0)"
    )


def _union(selects: Iterable[str]) -> str:
    return " UNION ALL ".join(selects)


def _without_space(expression: str) -> str:
    """Return a regular expression without the white space outside of its character classes (flag x)."""
    kept, inside, escaped = [], False, False
    for character in expression:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character in "[]":
            inside = character == "["
        elif character.isspace() and not inside:
            continue
        kept.append(character)
    return "".join(kept)
