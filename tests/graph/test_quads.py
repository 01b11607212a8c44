"""The tables: what files assert, merged once, and where each statement stands."""

import pytest

from kg.errors import QueryError, UsageError
from kg.graph.build import Build
from kg.graph.citations import Citations
from kg.graph.quads import Graph
from kg.graph.store import Store, read_term
from kg.project import Project

S, P, TEXT = "<http://e/s>", "<http://e/p>", '"o"'


@pytest.fixture
def graph() -> Graph:
    graph = Graph.create()
    graph.load(
        [
            (
                "a.trig",
                "data",
                [("<http://g/1>", S, P, TEXT), ("<http://g/2>", S, P, TEXT), ("<http://g/1>", S, P, '"other"')],
            ),
            ("b.trig", "data", [("<http://g/1>", S, P, TEXT), ("", S, P, S)]),
            ("s.ttl", "shapes", [("<http://g/s>", S, P, '"shape"')]),
        ]
    )
    return graph


def test_a_fact_of_two_graphs_is_asserted_once_and_shapes_never(graph: Graph) -> None:
    assert list(graph.asserted()) == [(S, P, TEXT), (S, P, '"other"'), (S, P, S)]
    assert len(list(graph.quads())) == 5
    assert list(graph.quads(role="shapes")) == [("<http://g/s>", S, P, '"shape"')]


def test_a_fact_is_placed_in_its_graphs_and_files(graph: Graph) -> None:
    assert graph.places((S, P, TEXT)) == [
        ("<http://g/1>", "a.trig"),
        ("<http://g/1>", "b.trig"),
        ("<http://g/2>", "a.trig"),
    ]
    assert graph.places((S, P, '"none"')) == []
    assert graph.files_about(S) == ["a.trig", "b.trig", "s.ttl"]


def test_what_is_said_of_a_thing_and_what_names_it(graph: Graph) -> None:
    assert graph.about(S) == list(graph.asserted())
    assert graph.naming(S) == [(S, P, S)]
    assert graph.about("<http://e/none>") == []
    assert graph.objects(S, P) == sorted([TEXT, '"other"', S])


def test_a_citation_leads_from_a_deduction_to_its_passages(town: Project, town_build: Build) -> None:
    citations = Citations(town_build.graph, project=town, language="fr")
    base = "https://example.org/town/"
    triple = (f"<{base}id/league>", f"<{base}def#within>", f"<{base}id/valley>")
    (citation,) = citations.of(triple)
    assert citation.reasoning == "La ligue porte le nom de son lieu."
    assert [passage.line for passage in citation.passages()] == [4]
    assert citations.words(citation) == "graph/deduced/seat, déduit de doc/gazette, ligne 4"


def test_a_store_answers_and_names_the_place_of_a_mistake() -> None:
    store = Store.memory()
    store.add([("", S, P, TEXT), ("<http://g/1>", S, P, TEXT)])
    assert store.query("ASK { ?s ?p ?o }") is True
    with pytest.raises(QueryError) as caught:
        store.query("SELECT *\nWHERE { ?s ?p }")
    assert caught.value.line == 2


def test_a_term_is_read_as_turtle_writes_it() -> None:
    prefixes = {"e": "http://e/"}
    assert read_term("e:s", prefixes=prefixes) == S
    assert read_term('"x"@fr', prefixes=prefixes) == '"x"@fr'
    assert read_term("true", prefixes=prefixes).startswith('"true"^^')
    for wrong in ("nothing", "e:s , e:t", "1 ; e:p 2", "f:s"):
        with pytest.raises(ValueError, match="."):
            read_term(wrong, prefixes=prefixes)


def test_a_folder_that_is_no_build_is_a_usage_error(tmp_path) -> None:
    with pytest.raises(UsageError, match="run kg build"):
        Build.open(tmp_path / "build")
