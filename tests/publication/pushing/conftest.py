"""A project, a small dataset that has everything, and a store to push it to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.graph.build import Build
from kg.project import Project
from tests.publication.pushing.stores import Store, oxigraph, written

P, Q = "<https://example.org/p>", "<https://example.org/q>"
XSD = "http://www.w3.org/2001/XMLSchema#"
TRIPLES = {
    "<https://example.org/g1>": [
        f'<https://example.org/été> {P} "été"@fr',
        f'<https://example.org/été> {P} "summer \\"x\\" \\\\ \\n"@en-GB',
        f'<https://example.org/a> {P} "2019"^^<{XSD}gYear>',
        f"_:list {P} _:rest",
        f"_:rest {P} <https://example.org/中>",
        f"<https://example.org/a> {Q} _:list",
    ],
    "<https://example.org/g2>": [
        f'<https://example.org/a> {P} "2019"^^<{XSD}gYear>',
        f"_:x {P} _:y",
        f"_:y {P} _:x",
        f'<https://example.org/b> {P} "2020-01-01T00:00:00+05:30"^^<{XSD}dateTime>',
    ],
    "<https://example.org/gé>": [f'<https://example.org/b> {P} "x"'],
}
# A component that is not the same in each of its graphs.
MORE = f'_:z {P} "both" <https://example.org/g2> .\n_:z {P} "both" .\n_:z {Q} "here alone" .\n'


def dataset(more: str = "") -> str:
    """Return the named graphs and their union as the default graph, in N-Quads."""
    named = "".join(f"{triple} {graph} .\n" for graph, triples in TRIPLES.items() for triple in triples)
    merged = "".join(f"{triple} .\n" for triple in {t for triples in TRIPLES.values() for t in triples})
    return named + merged + more


@pytest.fixture
def example(tmp_path: Path) -> Project:
    (tmp_path / "kg.toml").write_text('base = "https://example.org/"\nlanguages = ["en"]\n')
    return Project.load(tmp_path / "kg.toml")


@pytest.fixture
def small(tmp_path: Path) -> Build:
    return written(tmp_path / "small", dataset())


@pytest.fixture
def store() -> Iterator[Store]:
    with oxigraph() as running:
        yield running
