"""The canonical form of a dataset is that of RDFC-1.0."""

import json
import random
import time
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import ResourceError
from kg.graph.canonical import Hash, canonical_dump, canonical_nquads
from kg.source.reader import Quad

TESTS = rdflib.Namespace("https://w3c.github.io/rdf-canon/tests/vocab#")
MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")


def read(data: bytes) -> list[Quad]:
    quads = ox.parse(data, format=ox.RdfFormat.N_QUADS)
    return [
        ("" if isinstance(q.graph_name, ox.DefaultGraph) else str(q.graph_name), *map(str, q.triple)) for q in quads
    ]


def suite(conformance: Path, kind: str) -> list[tuple[Path, Path | None, Hash]]:
    """Return the tests of a kind: the file, the expected one, and the hash."""
    folder = conformance / "rdfc10"
    manifest = rdflib.Graph().parse(folder / "manifest.ttl")
    found = []
    for test in sorted(manifest.subjects(rdflib.RDF.type, TESTS[kind])):
        action, result = manifest.value(test, MF.action), manifest.value(test, MF.result)
        algorithm: Hash = "sha384" if manifest.value(test, TESTS.hashAlgorithm) else "sha256"
        files = [folder / "rdfc10" / Path(name).name if name else None for name in (action, result)]
        assert files[0] is not None
        found.append((files[0], files[1], algorithm))
    return found


@pytest.mark.conformance
def test_every_evaluation_test_of_the_w3c_passes(conformance: Path) -> None:
    cases = suite(conformance, "RDFC10EvalTest")
    assert len(cases) == 64
    wrong = [
        action.name
        for action, result, algorithm in cases
        if result
        and "".join(canonical_nquads(read(action.read_bytes()), hash=algorithm)).encode() != result.read_bytes()
    ]
    assert wrong == []


@pytest.mark.conformance
def test_every_map_test_of_the_w3c_passes(conformance: Path) -> None:
    """The labels of the map, put in for those of the file, give our lines."""

    cases = suite(conformance, "RDFC10MapTest")
    assert len(cases) == 21
    for action, result, algorithm in cases:
        assert result
        labels = {f"_:{old}": f"_:{new}" for old, new in json.loads(result.read_text(encoding="utf-8")).items()}
        quads = read(action.read_bytes())
        named = {" ".join([*(labels.get(t, t) for t in (s, p, o, g) if t), "."]) + "\n" for g, s, p, o in quads}
        assert canonical_nquads(quads, hash=algorithm) == sorted(named), action.name


@pytest.mark.conformance
def test_a_dataset_made_to_be_hard_is_refused_in_time(conformance: Path) -> None:
    [(action, _, _)] = suite(conformance, "RDFC10NegativeEvalTest")
    began = time.monotonic()
    with pytest.raises(ResourceError, match=r"the \d+ blank nodes are too alike to be named within 2 s"):
        canonical_nquads(read(action.read_bytes()), seconds=2)
    assert time.monotonic() - began < 20


@settings(max_examples=40)
@given(st.lists(st.tuples(*[st.integers(0, 5)] * 4), max_size=8), st.randoms())
def test_the_order_and_the_labels_of_a_dataset_do_not_matter(
    drawn: list[tuple[int, int, int, int]], chance: random.Random
) -> None:
    def quads(names: list[str]) -> list[Quad]:
        terms = [*(f"_:{name}" for name in names), "<urn:a>", '"a\t\x7f"']
        return [
            (terms[g] if g < 4 else "", terms[s % 5], f"<urn:p{p % 2}>", terms[o]) for g, s, p, o in drawn
        ]  # fmt: skip

    one = canonical_nquads(quads(["a", "b", "c", "d"]))
    other = quads(chance.sample(["x", "y1", "z", "b"], 4))
    chance.shuffle(other)
    assert canonical_nquads(other) == one
    assert canonical_nquads(read("".join(one).encode())) == one


LINES = (
    '<urn:s> <urn:p> "é _:not a blank node" .',
    '<urn:s> <urn:p> "_:b ." <urn:g> .',
    '<urn:s> <urn:p> "\U0001f600" .',
    '<urn:s> <urn:p> "\uffee" .',
    "<urn:s> <urn:p> _:x .",
    '_:x <urn:p> "1" .',
    '_:x <urn:p> "1" <urn:g> .',
    "_:y <urn:q> _:x <urn:g> .",
    '<urn:s> <urn:p> "1" _:g .',
    '<urn:s> <urn:p> "a\\nb" .',
)


@given(st.lists(st.sampled_from(LINES)))
def test_a_dump_has_the_canonical_form_of_its_quads(lines: list[str]) -> None:
    dump = "".join(f"{line}\n" for line in lines).encode()
    found = canonical_dump(dump)
    assert found is not None
    assert b"".join(found).decode() == "".join(canonical_nquads(read(dump)))


def test_a_dump_with_a_control_character_is_not_taken_as_it_is() -> None:
    assert canonical_dump(b'<urn:s> <urn:p> "\x01" .\n') is None
    assert canonical_dump(b'<urn:s> <urn:p> "\x7f" .\n') is None
