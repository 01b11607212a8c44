"""Random graphs and shapes: our report is pySHACL's."""

import os
from collections import Counter
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from kg.graph.quads import Graph
from kg.graph.terms import RDF, RDFS, TYPE, XSD
from kg.source.reader import Triple
from kg.validation import paths, reference
from kg.validation.report import Report
from kg.validation.validate import validate

EXAMPLES = int(os.environ.get("KG_EXAMPLES", "100"))
SH = "http://www.w3.org/ns/shacl#"
NODES = [f"<http://e/{name}>" for name in "abcd"] + ["_:x", "_:y"]
PROPERTIES = [f"<http://e/{name}>" for name in "pqr"]
CLASSES = [f"<http://e/{name}>" for name in ("C", "D")]
LITERALS = [
    '"x"', '"xy"', '"Xyz"', '"x"@en', '"y"@fr', '"z"@en-gb', '"xx"@en', f'"1"^^<{XSD}integer>', f'"2"^^<{XSD}integer>',
    f'"1.0"^^<{XSD}decimal>', f'"1.5"^^<{XSD}double>', f'"nine"^^<{XSD}integer>', f'"2019-01-01"^^<{XSD}date>',
    f'"2020-02-30"^^<{XSD}date>', f'"2019-01-01T00:00:00"^^<{XSD}dateTime>', f'"true"^^<{XSD}boolean>',
]  # fmt: skip

TRUE = f'"true"^^<{XSD}boolean>'
QUERIES = [
    '"SELECT $this WHERE { $this <http://e/p> ?x }"',
    '"SELECT $this ?value WHERE { $this <http://e/q> ?value FILTER NOT EXISTS { ?value a <http://e/C> } }"',
    '"SELECT DISTINCT $this ?value WHERE { { $this <http://e/p> ?value } UNION { ?value <http://e/r> $this } }"',
]
# A component of the shapes graph's own: without a number above 0, a node has no value of e:p.
COMPONENT: list[Triple] = [
    ("<http://e/Most>", TYPE, f"<{SH}ConstraintComponent>"),
    ("<http://e/Most>", f"<{SH}parameter>", "_:most"),
    ("_:most", f"<{SH}path>", "<http://e/most>"),
    ("<http://e/Most>", f"<{SH}validator>", "_:counts"),
    ("_:counts", TYPE, f"<{SH}SPARQLAskValidator>"),
    (
        "_:counts", f"<{SH}ask>",
        '"ASK { FILTER($most > 0 || NOT EXISTS { $value <http://e/p> ?x }) }"',
    ),
]  # fmt: skip

triples = st.tuples(st.sampled_from(NODES), st.sampled_from(PROPERTIES), st.sampled_from([*NODES, *LITERALS]))
types = st.tuples(st.sampled_from(NODES), st.just(TYPE), st.sampled_from(CLASSES))
data = st.lists(st.one_of(triples, triples, types), max_size=14).map(lambda found: sorted(set(found)))


def nested(inner: st.SearchStrategy[paths.Path]) -> st.SearchStrategy[paths.Path]:
    return st.one_of(
        st.tuples(st.sampled_from("^*+?"), inner), st.tuples(st.sampled_from("/|"), inner, inner)
    )  # fmt: skip


steps = st.sampled_from(PROPERTIES)
any_path: st.SearchStrategy[paths.Path] = st.one_of(steps, steps, st.recursive(steps, nested, max_leaves=3))


def integer(number: int) -> str:
    return f'"{number}"^^<{XSD}integer>'


class Writer:
    """The triples of shapes as they are drawn."""

    def __init__(self) -> None:
        self.triples: list[Triple] = []
        self._numbers = count()

    def blank(self) -> str:
        return f"_:s{next(self._numbers)}"

    def add(self, node: str, name: str, value: str) -> None:
        self.triples.append((node, f"<{SH}{name}>", value))

    def list(self, items: list[str]) -> str:
        cells = [self.blank() for _ in items]
        for cell, item, rest in zip(cells, items, [*cells[1:], f"<{RDF}nil>"], strict=False):
            self.triples += [(cell, f"<{RDF}first>", item), (cell, f"<{RDF}rest>", rest)]
        return cells[0] if cells else f"<{RDF}nil>"


@st.composite
def shapes(draw: st.DrawFn) -> list[Triple]:
    writer = Writer()
    for number in range(draw(st.integers(1, 2))):
        node = f"<http://e/Shape{number}>"
        kind = draw(st.sampled_from(["targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf"]))
        targets = {"targetClass": CLASSES, "targetNode": [*NODES[:4], LITERALS[0], LITERALS[7]]}
        writer.add(node, kind, draw(st.sampled_from(targets.get(kind, PROPERTIES))))
        shape(draw, writer, node, depth=2)
    return [*writer.triples, *COMPONENT]


def shape(draw: st.DrawFn, writer: Writer, node: str, *, depth: int, own: bool | None = None) -> None:
    own = draw(st.booleans()) if own is None else own
    if draw(st.integers(0, 7)) == 0:
        writer.add(node, "deactivated", TRUE)
    if draw(st.booleans()):
        writer.add(node, "severity", f"<{SH}{draw(st.sampled_from(['Info', 'Warning', 'Violation']))}>")
    if own:
        path, made = paths.triples(draw(any_path), writer.blank)
        writer.triples += [(node, TYPE, f"<{SH}PropertyShape>"), (node, f"<{SH}path>", path), *made]
    else:
        writer.triples.append((node, TYPE, f"<{SH}NodeShape>"))
    names = [
        "class", "datatype", "nodeKind", "minInclusive", "maxInclusive", "minExclusive", "maxExclusive", "minLength",
        "maxLength", "pattern", "languageIn", "in", "hasValue", "equals", "disjoint", "closed", "sparql", "custom",
    ]  # fmt: skip
    names += ["minCount", "maxCount", "uniqueLang"] if own else []
    names += ["not", "and", "or", "xone", "node", "property"] if depth else []
    names += ["qualified"] if depth and own else []
    for name in draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)):
        constrain(draw, writer, node, name, depth)


def constrain(draw: st.DrawFn, writer: Writer, node: str, name: str, depth: int) -> None:
    def inner(own: bool | None = None) -> str:
        made = writer.blank()
        shape(draw, writer, made, depth=depth - 1, own=own)
        return made

    match name:
        case "class":
            writer.add(node, name, draw(st.sampled_from(CLASSES)))
        case "datatype":
            names = ["string", "integer", "decimal", "date", "boolean"]
            writer.add(node, name, f"<{XSD}{draw(st.sampled_from(names))}>")
        case "nodeKind":
            kinds = ["IRI", "BlankNode", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral"]
            writer.add(node, name, f"<{SH}{draw(st.sampled_from(kinds))}>")
        case "minInclusive" | "maxInclusive" | "minExclusive" | "maxExclusive":
            writer.add(node, name, draw(st.sampled_from([LITERALS[8], LITERALS[9]])))
        case "minLength" | "maxLength" | "minCount" | "maxCount":
            writer.add(node, name, integer(draw(st.integers(0 if "Count" in name else 1, 3))))
        case "pattern":
            writer.add(node, name, draw(st.sampled_from(['"^x"', '"Y"', '"[0-9]"'])))
            if draw(st.booleans()):
                writer.add(node, "flags", '"i"')
        case "languageIn":
            writer.add(node, name, writer.list([f'"{tag}"' for tag in draw(st.lists(st.sampled_from(["en", "fr"])))]))
        case "in":
            writer.add(node, name, writer.list(draw(st.lists(st.sampled_from([*NODES[:4], *LITERALS]), unique=True))))
        case "hasValue":
            writer.add(node, name, draw(st.sampled_from([*NODES[:4], *LITERALS])))
        case "equals" | "disjoint":
            writer.add(node, name, draw(st.sampled_from(PROPERTIES)))
        case "uniqueLang":
            writer.add(node, name, TRUE)
        case "closed":
            writer.add(node, name, TRUE)
            if draw(st.booleans()):
                ignored = draw(st.lists(st.sampled_from([TYPE, *PROPERTIES]), max_size=2, unique=True))
                writer.add(node, "ignoredProperties", writer.list(ignored))
        case "sparql":
            query = writer.blank()
            writer.add(node, name, query)
            writer.add(query, "select", draw(st.sampled_from(QUERIES)))
        case "custom":
            writer.triples.append((node, "<http://e/most>", integer(draw(st.integers(0, 2)))))
        case "not" | "node" | "property":
            writer.add(node, name, inner({"node": False, "property": True}.get(name)))
        case "and" | "or" | "xone":
            writer.add(node, name, writer.list([inner() for _ in range(draw(st.integers(1, 2)))]))
        case "qualified":
            writer.add(node, "qualifiedValueShape", inner())
            writer.add(node, draw(st.sampled_from(["qualifiedMinCount", "qualifiedMaxCount"])), integer(1))
            if draw(st.booleans()):
                writer.add(node, "qualifiedValueShapesDisjoint", TRUE)


def told(report: Report) -> Counter[tuple[str | None, ...]]:
    found = Counter((f.focus, f.path, f.value, f.component, f.shape, f.severity) for f in report.findings)
    # see test_each_solution_of_a_query_is_a_result
    return Counter({row: 1 if row[3] == f"<{SH}SPARQLConstraintComponent>" else n for row, n in found.items()})


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
@given(data, shapes())
def test_the_report_is_pyshacls(asserted: list[Triple], shape_triples: list[Triple]) -> None:
    if any(name in (f"<{SH}maxInclusive>", f"<{SH}maxExclusive>") for _, name, _ in shape_triples):
        # see test_a_date_is_not_below_a_number
        apart = tuple(f"^^<{XSD}{name}>" for name in ("date", "dateTime", "boolean"))
        asserted = [triple for triple in asserted if not triple[2].endswith(apart)]
    graph = Graph.create()
    schema = [(CLASSES[1], f"<{RDFS}subClassOf>", CLASSES[0])]
    graph.load(
        [
            ("a.ttl", "data", [("<http://g>", *triple) for triple in [*asserted, *schema]]),
            ("s.ttl", "shapes", [("<http://s>", *triple) for triple in shape_triples]),
        ]
    )
    theirs = reference.validate(graph.asserted(), shape_triples, graph=graph)
    mine = validate(graph, shape_triples)
    assert told(mine) == told(theirs)


def test_a_date_is_not_below_a_number() -> None:
    """What cannot be compared is a violation (SHACL, 4.3); pySHACL orders such values by their datatypes."""
    graph, date = Graph.create(), f'"2019-01-01"^^<{XSD}date>'
    graph.load([("a.ttl", "data", [("<http://g>", NODES[0], PROPERTIES[0], date)])])
    for bound in ("minInclusive", "minExclusive", "maxInclusive", "maxExclusive"):
        writer = Writer()
        writer.add("<http://e/Shape0>", "targetObjectsOf", PROPERTIES[0])
        writer.add("<http://e/Shape0>", bound, integer(2))
        assert [finding.value for finding in validate(graph, writer.triples).findings] == [date], bound


def test_each_solution_of_a_query_is_a_result() -> None:
    """One result for each solution (SHACL, 5.3.1), and solutions may be alike; pySHACL tells those that are once."""
    graph = Graph.create()
    graph.load([("a.ttl", "data", [("<http://g>", NODES[0], PROPERTIES[0], value) for value in NODES[1:3]])])
    for query, results in ((QUERIES[0], 2), (QUERIES[0].replace("SELECT", "SELECT DISTINCT"), 1)):
        writer = Writer()
        writer.add("<http://e/Shape0>", "targetNode", NODES[0])
        writer.add("<http://e/Shape0>", "sparql", "_:q")
        writer.add("_:q", "select", query)
        assert len(validate(graph, writer.triples).findings) == results
