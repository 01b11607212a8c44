import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import SourceError, UsageError
from kg.source.plain import Plain
from kg.source.reader import Quad
from tests.source.test_turtle import DATATYPES, FEW_IRIS, IRIS, LITERALS, NIL, PREDICATES, PREFIXES, ex, trig, turtle

DATASETS = st.lists(
    st.tuples(
        st.one_of(st.just(""), FEW_IRIS, IRIS),
        st.one_of(FEW_IRIS, IRIS),
        st.one_of(PREDICATES, DATATYPES.map("<{}>".format)),
        st.one_of(FEW_IRIS, IRIS, LITERALS),
    ),
    max_size=14,
)


def written(quads: list[Quad]) -> tuple[str, str]:
    """Return the Turtle and the TriG of quads, a triple of no named graph being in the default graph."""
    graphs: dict[tuple[str, str, str], list[str]] = {}
    for graph, *(s, p, o) in dict.fromkeys(quads):
        graphs.setdefault((s, p, o), []).append(graph)
    plain = Plain(PREFIXES)
    lines = sorted(plain.line(triple, [graph for graph in names if graph]) for triple, names in graphs.items())
    return plain.turtle(lines), plain.trig(lines)


@given(DATASETS)
def test_any_dataset_without_blank_nodes_is_written_as_one_with_them_would_be(quads: list[Quad]) -> None:
    in_named = {quad[1:] for quad in quads if quad[0]}
    kept = [quad for quad in quads if quad[0] or quad[1:] not in in_named]
    assert written(kept) == (turtle([(s, p, o) for _, s, p, o in kept]), trig(kept))


def test_each_subject_has_a_block_and_the_empty_list_its_brackets() -> None:
    quads = [(ex("g"), ex("a"), ex("p"), NIL), (ex("g"), ex("a#b"), ex("p"), '"1"'), ("", NIL, ex("p"), ex("a"))]
    as_turtle, as_trig = written(quads)
    assert as_turtle == (
        "@prefix ex: <http://example.org/> .\n\n"
        "ex:a\n    ex:p () ;\n    .\n\n"
        '<http://example.org/a#b>\n    ex:p "1" ;\n    .\n\n'
        "()\n    ex:p ex:a ;\n    .\n"
    )
    assert as_trig.endswith(
        "GRAPH ex:g {\n    ex:a\n        ex:p () ;\n        .\n\n"
        '    <http://example.org/a#b>\n        ex:p "1" ;\n        .\n}\n'
    )


def test_nothing_is_written_of_nothing() -> None:
    assert written([]) == ("", "")


def test_what_rdf_does_not_have_is_refused() -> None:
    with pytest.raises(SourceError, match="IRI"):
        written([("", '"a"', ex("p"), ex("a"))])
    with pytest.raises(UsageError, match="prefix"):
        Plain({"1": "http://example.org/"})
