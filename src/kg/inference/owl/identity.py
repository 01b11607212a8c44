"""The rules that find two names to be of one thing (OWL 2 Profiles, tables 4, 5 and 6).

What follows from owl:sameAs itself (eq-sym, eq-trans, eq-rep-s, eq-rep-p, eq-rep-o) is of ``kg.inference.equality``;
its rules here carry the names. eq-ref, that a thing is itself, is not written.
"""

from collections.abc import Iterator

from kg.graph.terms import TYPE, parse
from kg.inference.owl.schema import (
    AT_MOST,
    FUNCTIONAL,
    INVERSE_FUNCTIONAL,
    KEY,
    ON_CLASS,
    ON_PROPERTY,
    QUALIFIED_AT_MOST,
    SAME,
    THING,
    Schema,
)  # fmt: skip
from kg.inference.rules import Atom, Rule

EQUALITY = (
    Rule("eq-trans", (("?x", SAME, "?z"),), (("?x", SAME, "?y"), ("?y", SAME, "?z")), equality=True),
    Rule("eq-rep-s", (("?t", "?p", "?o"),), (("?s", SAME, "?t"), ("?s", "?p", "?o")), equality=True),
    Rule("eq-rep-p", (("?s", "?q", "?o"),), (("?p", SAME, "?q"), ("?s", "?p", "?o")), equality=True),
    Rule("eq-rep-o", (("?s", "?p", "?t"),), (("?o", SAME, "?t"), ("?s", "?p", "?o")), equality=True),
)
"""The rules of equality; eq-sym is part of eq-trans here, whose premises may be read either way round."""


def identity_rules(schema: Schema) -> Iterator[Rule]:
    """Yield the rules that conclude owl:sameAs."""
    same = ("?x", SAME, "?y")
    for prop in schema.members_of(FUNCTIONAL):  # prp-fp: T(?z, ?p, ?x), T(?z, ?p, ?y) → T(?x, owl:sameAs, ?y)
        yield schema.rule("prp-fp", same, [("?z", prop, "?x"), ("?z", prop, "?y")], (prop, TYPE, FUNCTIONAL))
    for prop in schema.members_of(INVERSE_FUNCTIONAL):  # prp-ifp: T(?x, ?p, ?z), T(?y, ?p, ?z) → T(?x, owl:sameAs, ?y)
        axiom = (prop, TYPE, INVERSE_FUNCTIONAL)
        yield schema.rule("prp-ifp", same, [("?x", prop, "?z"), ("?y", prop, "?z")], axiom)
    # prp-key: of one class, and the same values of each of the properties → T(?x, owl:sameAs, ?y)
    for kind, node in schema[KEY]:
        keys = schema.list(node, f"the key of {kind}", "prp-key")
        shared = [(one, key, f"?z{i}") for i, key in enumerate(keys) for one in ("?x", "?y")]
        yield schema.rule("prp-key", same, [("?x", TYPE, kind), ("?y", TYPE, kind), *shared], (kind, KEY, node))
    for name, node, prop, of, axioms in limits(schema, 1):
        values: list[Atom] = [("?u", TYPE, node), ("?u", prop, "?x"), ("?u", prop, "?y")]
        if of is not None:
            values += [("?x", TYPE, of), ("?y", TYPE, of)]
        yield schema.rule(name, same, values, *axioms)


def limits(schema: Schema, number: int) -> Iterator[tuple[str, str, str, str | None, list[Atom]]]:
    """Yield of each class whose members have at most so many values: (rule, class, property, class of values, axioms).

    The rules are cls-maxc1 and cls-maxqc1, cls-maxqc2 for 0, and cls-maxc2 and cls-maxqc3, cls-maxqc4 for 1.
    """
    for node, limit in schema[AT_MOST]:
        if _is(limit, number):
            for prop in schema.all(node, ON_PROPERTY):
                axioms = [(node, AT_MOST, limit), (node, ON_PROPERTY, prop)]
                yield f"cls-maxc{number + 1}", node, prop, None, axioms
    for node, limit in schema[QUALIFIED_AT_MOST]:
        if _is(limit, number):
            for prop in schema.all(node, ON_PROPERTY):
                for kind in schema.all(node, ON_CLASS):
                    anything = kind == THING
                    axioms = [(node, QUALIFIED_AT_MOST, limit), (node, ON_PROPERTY, prop), (node, ON_CLASS, kind)]
                    name = f"cls-maxqc{2 * number + (2 if anything else 1)}"
                    yield name, node, prop, None if anything else kind, axioms


def _is(limit: str, number: int) -> bool:
    try:
        return int(parse(limit).value) == number
    except ValueError:
        return False
