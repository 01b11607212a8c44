"""How the terms of a vocabulary are used in a graph: counted in what is published, whatever axioms say of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kg.graph.build import Build
from kg.graph.quads import Graph
from kg.graph.terms import TYPE
from kg.project import Project

_RICHEST = 12
"""How many properties an example has at most, to be taken before another for having more of them."""
# kind(node, class): the named classes of each node. used(s, p, o): the triples, types aside.
_KIND = f"""
SELECT t.s AS node, t.o AS class FROM ({Graph.UNION}) t JOIN term o ON o.id = t.o JOIN term p ON p.id = t.p
WHERE p.token = ? AND starts_with(o.token, '<')
"""
_USED = f"SELECT t.s, t.p, t.o FROM ({Graph.UNION}) t JOIN term p ON p.id = t.p WHERE p.token <> ?"
_CLASSES = "SELECT c.token, count(*) FROM kind k JOIN term c ON c.id = k.class GROUP BY c.token"
_PROPERTIES = """
SELECT p.token, count(*), count(DISTINCT u.s), count(DISTINCT u.o) FROM used u JOIN term p ON p.id = u.p
GROUP BY p.token
"""
_SIDES = """
SELECT c.token, p.token, n, triples FROM (
  SELECT k.class, u.p, count(DISTINCT u.{side}) AS n, count(*) AS triples
  FROM used u JOIN kind k ON k.node = u.{side} GROUP BY k.class, u.p
) JOIN term c ON c.id = class JOIN term p ON p.id = p ORDER BY ALL
"""
_LINKS = """
SELECT a.token, p.token, b.token, n FROM (
  SELECT k.class AS a, u.p, l.class AS b, count(*) AS n
  FROM used u JOIN kind k ON k.node = u.s JOIN kind l ON l.node = u.o GROUP BY ALL
) x JOIN term a ON a.id = x.a JOIN term p ON p.id = x.p JOIN term b ON b.id = x.b ORDER BY ALL
"""
_DATATYPES = """
SELECT p.token, CASE WHEN ends_with(o.token, '"') THEN 'http://www.w3.org/2001/XMLSchema#string'
  WHEN ends_with(o.token, '>') THEN regexp_extract(o.token, '"\\^\\^<([^>]*)>$', 1)
  ELSE 'http://www.w3.org/1999/02/22-rdf-syntax-ns#langString' END AS datatype, count(*)
FROM used u JOIN term p ON p.id = u.p JOIN term o ON o.id = u.o WHERE starts_with(o.token, '"')
GROUP BY ALL ORDER BY ALL
"""
_INFERRED = """
SELECT CASE WHEN p.token = ? THEN o.token ELSE p.token END AS term, rule, count(*)
FROM inferred i JOIN term p ON p.id = i.p JOIN term o ON o.id = i.o GROUP BY ALL ORDER BY ALL
"""
_SAID = """
SELECT q.g, q.s, count(DISTINCT q.p) AS n FROM quad q JOIN source f ON f.id = q.source WHERE f.role = 'data'
GROUP BY q.g, q.s
"""
# The richest is first; a passage is before another graph, and the first passage before others.
_EXAMPLES = """
SELECT t.token, arg_min(s.token, {order}), arg_min(g.token, {order}) FROM ({terms}) k
JOIN term t ON t.id = k.term JOIN said d ON d.s = k.s AND (k.g IS NULL OR d.g = k.g)
JOIN term s ON s.id = d.s JOIN term g ON g.id = d.g LEFT JOIN place x ON x.g = d.g
WHERE starts_with(s.token, '<') GROUP BY t.token
"""
_OF_CLASSES = "SELECT class AS term, node AS s, NULL AS g FROM kind"
_OF_PROPERTIES = "SELECT DISTINCT q.p AS term, q.s, q.g FROM quad q"
_FIRST_INFERRED = f"""
SELECT p.token, min(s.token) FROM ({Graph.UNION}) t JOIN term p ON p.id = t.p JOIN term s ON s.id = t.s
WHERE starts_with(s.token, '<') GROUP BY p.token
"""


@dataclass(frozen=True)
class PropertyUse:
    """How much a property is used in the merged graph."""

    triples: int
    subjects: int
    objects: int


@dataclass(frozen=True)
class Side:
    """A property at one end of which things of a class are: how many of them, and in how many triples."""

    name: str
    things: int
    triples: int


@dataclass(frozen=True)
class Link:
    """So many triples of a property lead from things of a class to things of another."""

    source: str
    property: str
    target: str
    triples: int


@dataclass(frozen=True)
class Example:
    """A thing that shows how a term is used, and the named graph that says so; None where it is only inferred."""

    subject: str
    graph: str | None


@dataclass(frozen=True)
class Usage:
    """How the terms of a graph are used; keys are tokens.

    ``classes`` gives the things of each class, ``from_class`` the properties that they have and ``to_class`` those that
    lead to them; ``subjects`` and ``objects`` give, of a property, the classes of both ends, ``datatypes`` those of its
    literals. ``inferred`` gives, of a term, how many triples each rule brings, by the number of the rule.
    """

    classes: Mapping[str, int]
    properties: Mapping[str, PropertyUse]
    from_class: Mapping[str, tuple[Side, ...]]
    to_class: Mapping[str, tuple[Side, ...]]
    subjects: Mapping[str, tuple[Side, ...]]
    objects: Mapping[str, tuple[Side, ...]]
    datatypes: Mapping[str, tuple[tuple[str, int], ...]]
    links: tuple[Link, ...]
    inferred: Mapping[str, tuple[tuple[int, int], ...]]
    examples: Mapping[str, Example]


def read_usage(build: Build, *, project: Project) -> Usage:
    """Return how the terms of a finished build are used, in some ten statements over its tables."""
    graph = build.graph
    engine = graph.engine
    engine.run(f"CREATE OR REPLACE TEMP TABLE kind AS SELECT DISTINCT * FROM ({_KIND})", [TYPE])
    engine.run(f"CREATE OR REPLACE TEMP TABLE used AS {_USED}", [TYPE])
    datatypes = defaultdict(list)
    for p, datatype, n in engine.rows(_DATATYPES):
        datatypes[p].append((f"<{datatype}>", n))
    inferred = defaultdict(list)
    for term, rule, n in read_inferred(graph):
        inferred[term].append((rule, n))
    sides = {side: [(c, Side(p, n, m)) for c, p, n, m in engine.rows(_SIDES.format(side=side))] for side in "so"}
    return Usage(
        classes=dict(engine.rows(_CLASSES)),
        properties={p: PropertyUse(*numbers) for p, *numbers in engine.rows(_PROPERTIES)},
        from_class=_grouped((c, side) for c, side in sides["s"]),
        to_class=_grouped((c, side) for c, side in sides["o"]),
        subjects=_grouped((side.name, Side(c, side.things, side.triples)) for c, side in sides["s"]),
        objects=_grouped((side.name, Side(c, side.things, side.triples)) for c, side in sides["o"]),
        datatypes={p: tuple(found) for p, found in datatypes.items()},
        links=tuple(Link(*row) for row in engine.rows(_LINKS)),
        inferred={term: tuple(found) for term, found in inferred.items()},
        examples=_examples(graph, project),
    )


def read_inferred(graph: Graph) -> Iterable[tuple[str, int, int]]:
    """Return each term with the number of a rule and how many triples of the term it has brought, sorted."""
    return graph.engine.rows(_INFERRED, [TYPE])


def _grouped(pairs: Iterable[tuple[str, Side]]) -> dict[str, tuple[Side, ...]]:
    """Return sides by what they are of, those of most things first."""
    found: dict[str, list[Side]] = {}
    for key, side in pairs:
        found.setdefault(key, []).append(side)
    return {key: tuple(sorted(all_, key=lambda side: (-side.things, side.name))) for key, all_ in found.items()}


def _examples(graph: Graph, project: Project) -> dict[str, Example]:
    """Return an example of each class and property: of a passage where there is one, the one that says most."""
    engine = graph.engine
    rows = engine.rows("SELECT DISTINCT q.g, t.token FROM quad q JOIN term t ON t.id = q.g")
    located = [(number, where) for number, token in rows if (where := project.evidence.locate(token[1:-1]))]
    located.sort(key=lambda pair: (pair[1][0].iri, pair[1][1]))
    engine.run("CREATE OR REPLACE TEMP TABLE place (g INTEGER, place INTEGER)")
    engine.append("place", {"g": [number for number, _ in located], "place": list(range(len(located)))})
    engine.run(f"CREATE OR REPLACE TEMP TABLE said AS {_SAID}")
    found = {p: Example(s, None) for p, s in engine.rows(_FIRST_INFERRED)}
    for terms, first in ((_OF_CLASSES, f"-least(d.n, {_RICHEST}), "), (_OF_PROPERTIES, "")):
        order = f"(x.place IS NULL, {first}coalesce(x.place, 0), s.token, g.token)"
        for term, s, g in engine.rows(_EXAMPLES.format(order=order, terms=terms)):
            found[term] = Example(s, g)
    return found
