"""JSON-LD by a published context: the same dataset, in the form that the algorithms of the standard give it."""

import io
import json

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld

from kg.graph.canonical import canonical_nquads
from kg.graph.store import read_quads
from kg.publication.jsonld import Terms, write_context, write_jsonld
from kg.publication.publish import Publication
from kg.source.reader import Quad
from tests.publication.conftest import canonical

EX = "https://example.org/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
OWL = "http://www.w3.org/2002/07/owl#"
PREFIXES = {"ex": EX, "exd": f"{EX}deep/", "xsd": XSD, "owl": OWL, "tel": f"{EX}tel/", "half": f"{EX}half", "": EX}
DECLARED: list[Quad] = [
    ("", f"<{EX}knows>", f"<{RDF}type>", f"<{OWL}ObjectProperty>"),
    ("", f"<{EX}born>", f"<{RDF}type>", f"<{OWL}DatatypeProperty>"),
    ("", f"<{EX}born>", "<https://schema.org/rangeIncludes>", f"<{XSD}date>"),
    ("", f"<{EX}seen>", f"<{RDF}type>", f"<{OWL}DatatypeProperty>"),
    ("", f"<{EX}seen>", "<https://schema.org/rangeIncludes>", f"<{XSD}date>"),
    ("", f"<{EX}seen>", "<https://schema.org/rangeIncludes>", f"<{XSD}gYear>"),
]


def written(quads: list[Quad]) -> str:
    out = io.StringIO()
    write_jsonld(out, quads, terms=Terms.of(quads, prefixes=PREFIXES))
    return out.getvalue()


def test_a_context_has_the_prefixes_and_the_types_that_the_ontology_declares() -> None:
    out = io.StringIO()
    write_context(out, Terms.of(DECLARED, prefixes=PREFIXES))
    context = json.loads(out.getvalue())["@context"]
    assert context["ex"] == EX
    assert context["half"] == {"@id": f"{EX}half", "@prefix": True}
    assert "" not in context
    assert context["ex:knows"] == {"@id": "ex:knows", "@type": "@id"}
    assert context["ex:born"] == {"@id": "ex:born", "@type": "xsd:date"}
    assert "ex:seen" not in context  # of two types


def test_a_prefix_that_is_a_scheme_of_the_data_is_left_out() -> None:
    assert "tel" in Terms.of(DECLARED, prefixes=PREFIXES).prefixes
    calls: Quad = ("", f"<{EX}a>", f"<{EX}knows>", "<tel:112>")
    assert "tel" not in Terms.of([*DECLARED, calls], prefixes=PREFIXES).prefixes


def test_what_is_declared_is_written_short_and_the_rest_whole() -> None:
    document = json.loads(
        written(
            [
                *DECLARED,
                ("", f"<{EX}a>", f"<{RDF}type>", f"<{EX}Person>"),
                ("", f"<{EX}a>", f"<{EX}knows>", f"<{EX}deep/b>"),
                ("", f"<{EX}a>", f"<{EX}knows>", '"somebody"'),
                ("", f"<{EX}a>", f"<{EX}born>", f'"2001-02-03"^^<{XSD}date>'),
                ("", f"<{EX}a>", f"<{EX}name>", '"a"'),
                ("", f"<{EX}a>", f"<{EX}name>", '"un"@fr'),
                (f"<{EX}g>", f"<{EX}a>", f"<{EX}size>", f'"05"^^<{XSD}integer>'),
            ]
        )
    )
    [node] = [node for node in document["@graph"] if node["@id"] == "ex:a"]
    assert node == {
        "@id": "ex:a",
        "@type": "ex:Person",
        "ex:born": "2001-02-03",
        "ex:knows": [{"@value": "somebody"}, "exd:b"],
        "ex:name": ["a", {"@language": "fr", "@value": "un"}],
    }
    assert document["@graph"][-1] == {
        "@id": "ex:g",
        "@graph": [{"@id": "ex:a", "ex:size": {"@type": "xsd:integer", "@value": "05"}}],
    }


NAMES = [f"<{EX}{name}>" for name in ("a", "knows", "born", "deep/", "deep//x", "half", "halfway", "tel/1", "é")]
RESOURCES = st.sampled_from([*NAMES, f"<{EX}>", "<tel:112>", "<urn:ex:a>", "<ex:a>", "_:b", f"<{RDF}first>"])
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters='"\\\n\r'), max_size=4)
LITERALS = st.one_of(
    TEXT.map(lambda text: f'"{text}"'),
    TEXT.map(lambda text: f'"{text}"@fr'),
    st.just('"x"^^<ex:deep>'),
    st.sampled_from(
        [f'"{value}"^^<{XSD}{name}>' for value in ("1", "01", "x") for name in ("integer", "date", "double")]
    ),
)
QUADS = st.tuples(
    st.sampled_from(["", f"<{EX}g>", f"<{EX}a>", "_:g"]),
    RESOURCES,
    st.sampled_from([*NAMES, f"<{RDF}type>", f"<{RDF}value>"]),
    st.one_of(RESOURCES, LITERALS),
)


@given(st.lists(QUADS, max_size=8))
def test_any_dataset_is_read_back(quads: list[Quad]) -> None:
    text = written([*DECLARED, *quads])
    expected = canonical_nquads([*DECLARED, *quads])
    assert canonical_nquads(read_quads(text.encode(), suffix=".jsonld")) == expected


@pytest.mark.parametrize("published", ["site", "tabled"])
def test_a_document_is_what_the_compaction_algorithm_makes_of_it(
    published: str, request: pytest.FixtureRequest
) -> None:
    site: Publication = request.getfixturevalue(published)
    for name in ("data/town.jsonld", "catalog.jsonld"):
        document = json.loads((site.folder / name).read_text(encoding="utf-8"))
        assert jsonld.compact(jsonld.expand(document), {"@context": document["@context"]}) == document


def test_the_context_that_stands_in_the_dump_is_the_one_that_is_published(site: Publication) -> None:
    published = json.loads((site.folder / "data" / "context.jsonld").read_text(encoding="utf-8"))
    dump = json.loads((site.folder / "data" / "town.jsonld").read_text(encoding="utf-8"))
    assert published == {"@context": dump["@context"]}
    again = json.dumps(jsonld.compact(jsonld.expand(dump), published))
    expected = canonical(ox.parse(path=site.folder / "data" / "town.nq"))
    assert canonical(ox.parse(again.encode(), format=ox.RdfFormat.JSON_LD)) == expected
    by_rdflib = rdflib.Dataset().parse(data=again, format="json-ld").serialize(format="nquads", encoding="utf-8")
    assert canonical(ox.parse(by_rdflib, format=ox.RdfFormat.N_QUADS)) == expected
