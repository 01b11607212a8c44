"""The IRIs that a query names, as the parser of rdflib finds them too."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rdflib import URIRef
from rdflib.namespace import RDF
from rdflib.paths import Path as PropertyPath
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue

from kg.query.naming import named

QUERIES = Path(__file__).parents[2] / "queries"
PREFIXES = {"ex": "https://example.org/", "known": "https://known.example/"}


def names(query: str) -> set[str]:
    return set(named(query, prefixes=PREFIXES, base="https://base.example/"))


def test_names_are_those_of_patterns_not_of_comments_strings_and_declarations() -> None:
    query = """# ex:comment
    PREFIX ex: <https://other.example/#>
    BASE <https://mine.example/a/>
    SELECT ?x { ?x ex:one "ex:string" ; known:two <b> , <https://full.example/c> ; ex:with\\,comma 'ex:no' }"""
    assert names(query) == {
        "https://other.example/#one",
        "https://known.example/two",
        "https://mine.example/a/b",
        "https://full.example/c",
        "https://other.example/#with,comma",
    }


def test_paths_datatypes_and_functions_are_named() -> None:
    query = 'SELECT * { ?x (ex:a/^ex:b)+ "1"^^ex:type FILTER(ex:f(?x) < 3) }'
    assert names(query) == {f"https://example.org/{name}" for name in ("a", "b", "type", "f")}


def test_a_name_without_a_known_prefix_is_none() -> None:
    assert names("SELECT * { ?x none:a ex:b }") == {"https://example.org/b"}


def walked(node: Any) -> Iterator[str]:
    if isinstance(node, URIRef):
        yield str(node)
    elif isinstance(node, PropertyPath):
        for value in vars(node).values():
            yield from walked(value)
    elif isinstance(node, CompValue):
        for key, value in node.items():
            if key not in ("PV", "_vars", "datasetClause"):
                yield from walked(value)
    elif isinstance(node, dict):
        for pair in node.items():
            yield from walked(pair)
    elif isinstance(node, list | tuple | set):
        for value in node:
            yield from walked(value)


@pytest.mark.parametrize("path", sorted(QUERIES.glob("rules/*.rq")), ids=lambda path: path.stem)
def test_rules_name_what_the_parser_of_rdflib_finds(path: Path) -> None:
    query = path.read_text(encoding="utf-8")
    select = query.replace(query[query.index("CONSTRUCT") : query.index("WHERE")], "SELECT * ", 1)
    parsed = set(walked(prepareQuery(select).algebra)) - {str(RDF.type)}
    found = set(named(select, prefixes={}, base="https://base.example/"))
    casts = {name for name in found if name.startswith("http://www.w3.org/2001/XMLSchema#")}
    assert parsed - casts == found - casts
    assert len(found) > 1
