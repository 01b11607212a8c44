import io
import random
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
import rdflib
import rdflib.compare
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, DefaultGraph, Literal, NamedNode, RdfFormat, parse

from kg.errors import SourceError, UsageError
from kg.source.reader import Quad, Triple
from kg.source.turtle import write_trig, write_turtle

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
TYPE, FIRST, REST, NIL = (f"<{RDF}{name}>" for name in ("type", "first", "rest", "nil"))
PREFIXES = {
    "": "http://empty.example/",
    "ex": "http://example.org/",
    "ex-deep": "http://example.org/deep/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdf": RDF,
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": XSD,
}


def turtle(triples: Iterable[Triple], *, comment: str | None = None) -> str:
    out = io.StringIO(newline="")
    write_turtle(out, triples, prefixes=PREFIXES, comment=comment)
    return out.getvalue()


def trig(quads: Iterable[Quad], *, comment: str | None = None) -> str:
    out = io.StringIO(newline="")
    write_trig(out, quads, prefixes=PREFIXES, comment=comment)
    return out.getvalue()


def read(text: bytes, *, base: str | None = None) -> list[Quad]:
    def graph(term: object) -> str:
        return "" if isinstance(term, DefaultGraph) else str(term)

    quads = parse(text, format=RdfFormat.TRIG, base_iri=base)
    return [(graph(q.graph_name), str(q.subject), str(q.predicate), str(q.object)) for q in quads]


def read_triples(text: str) -> list[Triple]:
    return [(s, p, o) for _, s, p, o in read(text.encode())]


def n_quads(quads: Iterable[Quad]) -> str:
    return "".join(f"{s} {p} {o} {g} .\n" for g, s, p, o in quads)


def canonical(quads: Iterable[Quad]) -> set[str]:
    dataset = Dataset(parse(n_quads(quads).encode(), format=RdfFormat.N_QUADS))
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return {str(quad) for quad in dataset}


def ex(name: str) -> str:
    return f"<http://example.org/{name}>"


# ---------------------------------------------------------------- layout


def test_the_layout_is_that_of_the_conventions() -> None:
    text = turtle(
        [
            (ex("b"), ex("z"), '"last"'),
            (ex("b"), "<http://www.w3.org/2004/02/skos/core#definition>", '"Chose."@fr'),
            (ex("b"), "<http://www.w3.org/2000/01/rdf-schema#label>", '"thing"@en'),
            (ex("b"), "<http://www.w3.org/2000/01/rdf-schema#label>", '"chose"@fr'),
            (ex("b"), "<http://www.w3.org/2004/02/skos/core#altLabel>", '"truc"@fr'),
            (ex("b"), "<http://www.w3.org/2004/02/skos/core#prefLabel>", '"chose"@fr'),
            (ex("b"), TYPE, ex("Thing")),
            (ex("b"), TYPE, ex("Thing")),
            (ex("a"), ex("p"), "<http://other.example/x>"),
        ],
        comment="Two things.",
    )
    assert text == (
        "# Two things.\n"
        "\n"
        "@prefix ex: <http://example.org/> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        "\n"
        "ex:a\n"
        "    ex:p <http://other.example/x> ;\n"
        "    .\n"
        "\n"
        "ex:b\n"
        "    a ex:Thing ;\n"
        '    rdfs:label "chose"@fr ;\n'
        '    rdfs:label "thing"@en ;\n'
        '    skos:prefLabel "chose"@fr ;\n'
        '    skos:altLabel "truc"@fr ;\n'
        '    skos:definition "Chose."@fr ;\n'
        '    ex:z "last" ;\n'
        "    .\n"
    )


def test_in_trig_the_default_graph_comes_first_and_named_graphs_are_indented() -> None:
    text = trig(
        [(ex("g2"), ex("a"), ex("p"), '"2"'), (ex("g1"), ex("a"), ex("p"), '"1"'), ("", ex("g1"), ex("p"), '""')]
    )
    assert text == (
        "@prefix ex: <http://example.org/> .\n"
        "\n"
        'ex:g1\n    ex:p "" ;\n    .\n'
        "\n"
        'GRAPH ex:g1 {\n    ex:a\n        ex:p "1" ;\n        .\n}\n'
        "\n"
        'GRAPH ex:g2 {\n    ex:a\n        ex:p "2" ;\n        .\n}\n'
    )


def test_an_empty_graph_is_its_comment() -> None:
    assert turtle([]) == ""
    assert turtle([], comment="Nothing,\nyet.") == "# Nothing,\n# yet.\n"


def test_a_resource_comes_before_what_its_iri_begins() -> None:
    subjects = ["<http://example.org/def>", "<http://example.org/def#a>", "<http://example.org/def/a>"]
    text = turtle((subject, ex("p"), '"x"') for subject in reversed(subjects))
    lines = [line for line in text.splitlines() if line[:1] in ("<", "e")]
    assert lines == ["ex:def", "<http://example.org/def#a>", "<http://example.org/def/a>"]


@pytest.mark.parametrize(
    ("token", "written"),
    [
        (ex("a.b-c_1"), "ex:a.b-c_1"),
        (ex("deep/x"), "ex-deep:x"),
        ("<http://empty.example/x>", ":x"),
        (ex(""), ex("")),
        (ex("a."), ex("a.")),
        (ex("-a"), ex("-a")),
        (ex("a%20b"), ex("a%20b")),
        (ex("é"), ex("é")),
        (ex("x#line=1,2"), ex("x#line=1,2")),
        (f'"5"^^<{XSD}integer>', "5"),
        (f'"-05"^^<{XSD}integer>', "-05"),
        (f'"5.0"^^<{XSD}decimal>', "5.0"),
        (f'".5"^^<{XSD}decimal>', ".5"),
        (f'"5"^^<{XSD}decimal>', '"5"^^xsd:decimal'),
        (f'"5."^^<{XSD}decimal>', '"5."^^xsd:decimal'),
        (f'" 5"^^<{XSD}integer>', '" 5"^^xsd:integer'),
        (f'"five"^^<{XSD}integer>', '"five"^^xsd:integer'),
        (f'"true"^^<{XSD}boolean>', "true"),
        (f'"1"^^<{XSD}boolean>', '"1"^^xsd:boolean'),
        (f'"1e5"^^<{XSD}double>', '"1e5"^^xsd:double'),
        (f'"2019"^^<{XSD}gYear>', '"2019"^^xsd:gYear'),
        ('"x"@fr-be', '"x"@fr-be'),
        (NIL, "()"),
    ],
)
def test_a_term_is_written_short_only_where_that_is_safe(token: str, written: str) -> None:
    text = turtle([(ex("s"), ex("p"), token)])
    assert f"    ex:p {written} ;\n" in text
    assert read(text.encode()) == [("", ex("s"), ex("p"), token)]


def test_of_two_prefixes_for_a_namespace_the_first_by_name_is_written() -> None:
    out = io.StringIO()
    write_turtle(out, [(ex("s"), ex("p"), ex("o"))], prefixes={"b": "http://example.org/", "a": "http://example.org/"})
    assert out.getvalue() == "@prefix a: <http://example.org/> .\n\na:s\n    a:p a:o ;\n    .\n"


# ---------------------------------------------------------------- blank nodes


def test_a_blank_node_referenced_once_is_nested_without_its_label() -> None:
    text = turtle(
        [
            (ex("c"), "<http://www.w3.org/2002/07/owl#equivalentClass>", "_:x"),
            ("_:x", TYPE, "<http://www.w3.org/2002/07/owl#Restriction>"),
            ("_:x", "<http://www.w3.org/2002/07/owl#onProperty>", ex("p")),
            (ex("c"), ex("q"), "_:empty"),
        ]
    )
    assert "    owl:equivalentClass [ a owl:Restriction ; owl:onProperty ex:p ] ;\n" in text
    assert "    ex:q [] ;\n" in text
    assert "_:" not in text


def test_a_list_is_written_in_brackets_without_the_rdf_prefix() -> None:
    text = turtle(read_triples("PREFIX ex: <http://example.org/> ex:s ex:p ( 1 ( ex:a [ ex:q () ] ) [] ) ."))
    assert "    ex:p ( 1 ( ex:a [ ex:q () ] ) [] ) ;\n" in text
    assert "rdf:" not in text


def test_what_does_not_fit_on_a_line_takes_several() -> None:
    names = [f"ex:a-rather-long-name-{number}" for number in range(5)]
    source = f"PREFIX ex: <http://example.org/> ex:s ex:p ( {' '.join(names)} [ ex:q {' , '.join(names)} ] ) ."
    body = turtle(read_triples(source)).split("\n\n")[1]
    items = "".join(f"        {name}\n" for name in names)
    inside = "".join(f"            ex:q {name} ;\n" for name in names)
    assert body == f"ex:s\n    ex:p (\n{items}        [\n{inside}        ]\n    ) ;\n    .\n"


@pytest.mark.parametrize(
    "triples",
    [
        [(ex("a"), ex("p"), "_:x"), (ex("b"), ex("p"), "_:x")],
        [("_:x", ex("p"), "_:x")],
        [("_:x", ex("p"), "_:y"), ("_:y", ex("p"), "_:x"), ("_:y", ex("q"), "_:z"), ("_:z", ex("p"), '"1"')],
        [("_:x", ex("p"), '"1"')],
        [(ex("s"), ex("p"), "_:x"), ("_:x", FIRST, '"1"'), ("_:x", REST, "_:x")],
        [(ex("s"), ex("p"), "_:x"), ("_:x", FIRST, "_:x"), ("_:x", REST, NIL)],
    ],
)
def test_a_shared_cyclic_or_first_blank_node_keeps_its_label(triples: list[Triple]) -> None:
    text = turtle(triples)
    assert "_:x" in text
    assert canonical(read(text.encode())) == canonical(("", *triple) for triple in triples)


@pytest.mark.parametrize(
    "cell",
    [
        [("_:x", FIRST, '"1"')],
        [("_:x", REST, NIL)],
        [("_:x", FIRST, '"1"'), ("_:x", FIRST, '"2"'), ("_:x", REST, NIL)],
        [("_:x", FIRST, '"1"'), ("_:x", REST, NIL), ("_:x", TYPE, f"<{RDF}List>")],
        [("_:x", FIRST, '"1"'), ("_:x", REST, ex("elsewhere"))],
        [("_:x", FIRST, '"1"'), ("_:x", REST, '"text"')],
        [("_:x", FIRST, '"1"'), ("_:x", REST, NIL), ("_:x", REST, "_:y")],
    ],
)
def test_an_ill_formed_list_is_written_with_rdf_first_and_rest(cell: list[Triple]) -> None:
    triples = [(ex("s"), ex("p"), "_:x"), *cell]
    text = turtle(triples)
    assert "    ex:p [ " in text
    assert canonical(read(text.encode())) == canonical(("", *triple) for triple in triples)


def test_a_blank_node_of_two_graphs_or_that_names_one_keeps_its_label() -> None:
    quads = [
        (ex("g"), ex("s"), ex("p"), "_:x"),
        (ex("h"), "_:x", ex("p"), '"1"'),
        (ex("g"), ex("s"), ex("p"), "_:k"),
        ("_:k", ex("s"), ex("p"), "_:inside"),
    ]
    text = trig(quads)
    assert "GRAPH _:k {\n" in text
    assert "ex:p _:x ;" in text
    assert "ex:p [] ;" in text
    assert canonical(read(text.encode())) == canonical(quads)


def test_deep_nesting_is_cut_so_that_readers_that_recurse_can_follow() -> None:
    depth = 5000
    triples = [(f"_:n{i}", ex("p"), f"_:n{i + 1}") for i in range(depth)]
    text = turtle(triples)
    assert len(read(text.encode())) == depth
    assert text.count("\n_:n") == depth // 17 + 1
    graph = rdflib.Graph().parse(data=text, format="turtle")
    assert len(graph) == depth


def test_a_list_of_any_length_is_one_level() -> None:
    length = 20_000
    text = turtle(read_triples(f"{ex('s')} {ex('p')} ( {'1 ' * length}) ."))
    assert text.count("        1\n") == length
    assert "_:" not in text


def test_the_text_does_not_depend_on_labels_where_everything_is_nested() -> None:
    source = "PREFIX ex: <http://example.org/> ex:s ex:p [ ex:q 2 ] , [ ex:q 1 ; ex:r ( [ ex:q 3 ] ) ] , [] , 5 ."
    assert turtle(read_triples(source)) == turtle(read_triples(source))


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    "triple",
    [
        (ex("s"), ex("p"), f"<<( {ex('s')} {ex('p')} {ex('o')} )>>"),
        (f"<< {ex('s')} {ex('p')} {ex('o')} >>", ex("p"), '"1"'),
        (ex("s"), ex("p"), '"x"@ar--rtl'),
        ('"s"', ex("p"), '"1"'),
        (ex("s"), "_:p", '"1"'),
        (ex("s"), '"p"', '"1"'),
        (ex("s"), ex("p"), "plain"),
        (ex("s"), ex("p"), ""),
        (ex("s"), ex("p"), '"open'),
        (ex("s"), ex("p"), '"two\nlines"'),
        (ex("s"), ex("p"), '"x"^^<relative>'),
        (ex("s"), ex("p"), "<relative>"),
        (ex("s"), ex("p"), ex("a b")),
        ("_:not a label", ex("p"), '"1"'),
        ("_:dot.", ex("p"), '"1"'),
    ],
)
def test_what_rdf_1_1_does_not_have_is_refused_and_nothing_is_written(triple: Triple) -> None:
    out = io.StringIO()
    with pytest.raises(SourceError):
        write_turtle(out, [(ex("a"), ex("p"), '"1"'), triple], prefixes=PREFIXES)
    assert out.getvalue() == ""


@pytest.mark.parametrize(
    "prefix", [("a b", "http://x/"), ("1", "http://x/"), ("a.", "http://x/"), ("a", "x"), ("a", "http://x/%")]
)
def test_a_prefix_that_turtle_cannot_write_is_refused(prefix: tuple[str, str]) -> None:
    with pytest.raises(UsageError, match="prefix"):
        write_turtle(io.StringIO(), [], prefixes=dict([prefix]))


# ---------------------------------------------------------------- any graph comes back the same


def iri_token(text: str) -> str:
    try:
        return str(NamedNode(text))
    except ValueError:
        assume(False)
        raise


FEW_IRIS = st.sampled_from([ex(name) for name in "abc"])
LOCAL_NAMES = st.text(st.sampled_from("abZ09_-.~%:;,@!$&'()*+=/?#é€😀\u00b7"), max_size=6)
IRIS = st.one_of(
    FEW_IRIS,
    st.just(NIL),
    st.builds(
        lambda namespace, local: iri_token(namespace + local),
        st.sampled_from(
            ["http://example.org/", "http://example.org/deep/", "http://empty.example/", "urn:x:", XSD, "a:"]
        ),
        LOCAL_NAMES,
    ),
)
TEXTS = st.one_of(
    st.text(max_size=12), st.text(st.sampled_from("\"'\\\n\r\t\b\f\0\u0085\u2028\ufeff\ud7ff\uffff é😀ux"), max_size=8)
)
NUMBERS = st.one_of(
    st.from_regex(r"[+-]?[0-9]{0,3}\.?[0-9]{0,3}([eE][+-]?[0-9])?", fullmatch=True),
    st.sampled_from(["true", "1", "TRUE"]),
)
DATATYPES = st.one_of(
    st.sampled_from([XSD + name for name in ("integer", "decimal", "boolean", "double", "date")]),
    IRIS.map(lambda i: i[1:-1]),
)
LITERALS = st.one_of(
    TEXTS.map(lambda text: str(Literal(text))),
    st.builds(
        lambda text, tag: str(Literal(text, language=tag)), TEXTS, st.sampled_from(["fr", "en", "fr-be", "zh-hant-tw"])
    ),
    st.builds(lambda text, iri: str(Literal(text, datatype=NamedNode(iri))), st.one_of(TEXTS, NUMBERS), DATATYPES),
)
BLANKS = st.sampled_from([str(BlankNode(label)) for label in ("b0", "b1", "b2", "b3", "b4", "0.a-b", "é")])
SUBJECTS = st.one_of(BLANKS, BLANKS, IRIS)
PREDICATES = st.one_of(
    st.sampled_from([TYPE, FIRST, REST, ex("p"), "<http://www.w3.org/2000/01/rdf-schema#label>"]), IRIS
)
OBJECTS = st.one_of(BLANKS, BLANKS, st.just(NIL), IRIS, LITERALS)
TRIPLES = st.lists(st.tuples(SUBJECTS, PREDICATES, OBJECTS), max_size=14)
QUADS = st.lists(st.tuples(st.one_of(st.just(""), FEW_IRIS, BLANKS), SUBJECTS, PREDICATES, OBJECTS), max_size=14)
# Trees and lists of blank nodes: each node is the object of one earlier node.
FORESTS = st.lists(st.tuples(st.integers(0, 20), st.sampled_from([FIRST, REST, ex("p")])), max_size=12).map(
    lambda parents: [
        (f"_:t{parent % (child + 1)}", predicate, f"_:t{child + 1}")
        for child, (parent, predicate) in enumerate(parents)
    ]
)
CELLS = st.lists(st.tuples(st.integers(0, 12), st.one_of(LITERALS, FEW_IRIS, st.just(NIL))), max_size=8).map(
    lambda cells: [triple for n, value in cells for triple in ((f"_:t{n}", FIRST, value), (f"_:t{n}", REST, NIL))]
)


@settings(max_examples=600, deadline=None)
@given(st.one_of(TRIPLES, st.builds(lambda a, b: a + b, FORESTS, CELLS)), st.randoms(use_true_random=False))
@example([("_:b0", FIRST, "_:b1"), ("_:b0", REST, NIL), ("_:b1", ex("p"), "_:b0")], random.Random(0))
def test_any_graph_reads_back_the_same_and_its_text_does_not_depend_on_order(
    triples: list[Triple], order: random.Random
) -> None:
    text = turtle(triples)
    assert canonical(read(text.encode())) == canonical(("", *triple) for triple in triples)
    shuffled = [*triples, *triples]
    order.shuffle(shuffled)
    assert turtle(shuffled) == text


@settings(max_examples=400, deadline=None)
@given(QUADS, st.randoms(use_true_random=False))
def test_any_dataset_reads_back_the_same_and_its_text_does_not_depend_on_order(
    quads: list[Quad], order: random.Random
) -> None:
    text = trig(quads)
    assert canonical(read(text.encode())) == canonical(quads)
    shuffled = [*quads, *quads]
    order.shuffle(shuffled)
    assert trig(shuffled) == text


PLAIN_BLANKS = st.sampled_from(["_:b0", "_:b1", "_:b2"])
READABLE_BY_RDFLIB = st.one_of(PLAIN_BLANKS, FEW_IRIS, st.just(NIL), TEXTS.map(lambda text: str(Literal(text))))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.one_of(PLAIN_BLANKS, FEW_IRIS), PREDICATES.filter(lambda p: "/" in p), READABLE_BY_RDFLIB),
        max_size=10,
    )
)
def test_rdflib_reads_the_same_graph(triples: list[Triple]) -> None:
    original = rdflib.Graph().parse(data=n_quads(("", *triple) for triple in triples), format="nt")
    written = rdflib.Graph().parse(data=turtle(triples), format="turtle")
    assert rdflib.compare.isomorphic(original, written)


# ---------------------------------------------------------------- W3C test suites


def positive_tests(manifest: Path, *, base: str, kinds: set[str]) -> list[Path]:
    entries = list(parse(manifest.read_bytes(), format=RdfFormat.TURTLE, base_iri=base))
    types = {q.subject for q in entries if str(q.predicate) == TYPE and str(q.object).rpartition("#")[2][:-1] in kinds}
    actions = (q.object for q in entries if str(q.predicate).endswith("test-manifest#action>") and q.subject in types)
    return sorted(manifest.parent / str(action)[1:-1].rpartition("/")[2] for action in actions)


@pytest.mark.conformance
@pytest.mark.parametrize(
    ("suite", "kinds", "count", "write"),
    [
        ("rdf-turtle", {"TestTurtleEval", "TestTurtlePositiveSyntax"}, 219, lambda quads: turtle(q[1:] for q in quads)),
        ("rdf-trig", {"TestTrigEval", "TestTrigPositiveSyntax"}, 241, trig),
    ],
)
def test_every_positive_file_of_the_w3c_suite_reads_back_the_same(
    conformance: Path, suite: str, kinds: set[str], count: int, write: Callable[[list[Quad]], str]
) -> None:
    base = f"https://w3c.github.io/rdf-tests/rdf/rdf11/{suite}/"
    files = positive_tests(conformance / "rdf11" / suite / "manifest.ttl", base=base, kinds=kinds)
    assert len(files) == count
    changed = []
    for file in files:
        quads = read(file.read_bytes(), base=base + file.name)
        if canonical(read(write(quads).encode())) != canonical(quads):
            changed.append(file.name)
    assert changed == []
