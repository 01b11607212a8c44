"""The JSON-LD and the canonical N-Quads written again are those that are written of all."""

import io
import json
import random
from collections.abc import Collection, Mapping

import pytest

from kg.publication.jsonld import Terms, rewrite_jsonld, write_context, write_jsonld
from kg.source.reader import Quad

OWL, RDFS, XSD = (
    "http://www.w3.org/2002/07/owl#",
    "http://www.w3.org/2000/01/rdf-schema#",
    "http://www.w3.org/2001/XMLSchema#",
)
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
PREFIXES = {"a": "http://a/", "b": "http://a/b/", "c": "http://c#", "http": "http://h/", "tel": "http://tel/", "x": XSD}
THINGS = [f"<http://a/{local}>" for local in ("1", "2", "b/1", "b/2", "1/2", "%", "x#y", "/x", "")]
THINGS += ["<http://c#1>", "<http://e/q>", "<tel:112>", "_:b0", "_:b1"]
LITERALS = ['"a"', '"],\\n{\\"@id\\":\\"a:1\\",\\"@graph\\":[\\n"@fr', f'"1"^^<{XSD}integer>', '"q"^^<http://c#dt>']
GRAPHS = ["", "<http://a/g>", "<http://c#g>", "<http://z/g>"]
ONTOLOGY = {
    ("", "<http://a/1>", TYPE, f"<{OWL}ObjectProperty>"),
    ("", "<http://c#1>", TYPE, f"<{OWL}DatatypeProperty>"),
    ("", "<http://c#1>", f"<{RDFS}range>", f"<{XSD}integer>"),
}


def document(quads: Collection[Quad], prefixes: Mapping[str, str] = PREFIXES) -> bytes:
    out = io.StringIO()
    write_jsonld(out, quads, terms=Terms.of(quads, prefixes=prefixes))
    return out.getvalue().encode()


def context(quads: Collection[Quad]) -> dict[str, object]:
    out = io.StringIO()
    write_context(out, Terms.of(quads, prefixes=PREFIXES))
    found: dict[str, object] = json.loads(out.getvalue())["@context"]
    return found


@pytest.mark.parametrize("seed", range(8))
def test_json_ld_of_anything_is_written_again(seed: int) -> None:
    chance = random.Random(seed)
    written = 0

    def quad() -> Quad:
        return (
            chance.choice(GRAPHS),
            chance.choice(THINGS),
            chance.choice(THINGS[:11]),
            chance.choice(THINGS + LITERALS),
        )

    for turn in range(100):
        old = {quad() for _ in range(chance.randrange(20))} | (ONTOLOGY if turn % 4 else set())
        new = set(old)
        for _ in range(chance.randrange(6)):
            if chance.random() < 0.5 and new - ONTOLOGY:
                new.discard(chance.choice(sorted(new - ONTOLOGY)))
            else:
                new.add(quad())
        if any(Terms.follow(quad, prefixes=PREFIXES) for quad in old ^ new):
            continue
        terms = Terms.read(context(old), prefixes=PREFIXES)
        assert terms == Terms.of(new, prefixes=PREFIXES)
        differ = {(g, s) for g, s, _, _ in old ^ new}
        about = [quad for quad in new if quad[:2] in differ]
        assert rewrite_jsonld(document(old), about, differ=differ, terms=terms) == document(new)
        written += 1
    assert written > 50


@pytest.mark.parametrize(
    "quad",
    [
        ("", "<http://a/9>", TYPE, f"<{OWL}ObjectProperty>"),
        ("", "<http://a/1>", "<https://schema.org/rangeIncludes>", f"<{XSD}date>"),
        ("", "<http://a/1>", "<http://a/2>", "<tel:118>"),
    ],
)
def test_a_context_may_follow_from_a_quad(quad: Quad) -> None:
    assert Terms.follow(quad, prefixes=PREFIXES)
