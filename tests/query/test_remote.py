"""The same file gives the same answer on an endpoint, and an endpoint that fails gives one clear sentence."""

import pytest

from kg.errors import EndpointError, QueryError, UsageError
from kg.graph.build import Build
from kg.graph.store import Store
from kg.project import Project
from kg.query import local, remote
from kg.query.catalogue import Catalogue
from kg.query.remote import Endpoint
from tests.query.server import endpoint

ALL = "SELECT ?s { ?s ?p ?o } ORDER BY ?s"


def quick(url: str, **options: float) -> Endpoint:
    return Endpoint(url, pause=0.01, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def store() -> Store:
    store = Store.memory()
    store.add([("", "<http://e/s>", "<http://e/p>", '"a \\"b\\" é"@fr'), ("", "<http://e/s>", "<http://e/p>", "_:b")])
    return store


def test_every_question_has_the_same_answer_here_and_there(project: Project, project_build: Build) -> None:
    catalogue = Catalogue.of(project)
    with endpoint(project_build.store) as url:
        for query in catalogue:
            if query.folder == "competency":
                here = local.answer(query, catalogue=catalogue, build=project_build)
                there = remote.answer(query, catalogue=catalogue, endpoint=quick(url))
                assert there == here, query.name


def test_a_fact_stated_in_two_passages_counts_once_on_an_endpoint(project: Project, project_build: Build) -> None:
    with endpoint(project_build.store) as url:
        asked = "SELECT (COUNT(?day) AS ?n) { act:erbm rc:signedOn ?day }"
        found = remote.ask(asked, endpoint=quick(url), prefixes=project.prefixes)
    assert found.rows == (('"1"^^<http://www.w3.org/2001/XMLSchema#integer>',),)


@pytest.mark.parametrize(
    "query", [ALL, "ASK { ?s ?p ?o }", "CONSTRUCT { ?o ?p ?s } WHERE { ?s ?p ?o FILTER(isIRI(?o)) }"]
)
def test_each_form_of_query_is_answered(store: Store, query: str) -> None:
    from kg.query.answer import Answer

    with endpoint(store) as url:
        assert remote.ask(query, endpoint=quick(url)) == Answer.of(store.query(query))


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_busy_endpoint_is_asked_again(store: Store, status: int) -> None:
    faults = [(status, "busy", {"Retry-After": "0"}), (status, "busy", {})]
    with endpoint(store, faults=faults) as url:
        assert len(remote.ask(ALL, endpoint=quick(url)).rows) == 2


def test_an_endpoint_that_stays_busy_is_an_error(store: Store) -> None:
    with endpoint(store, faults=[(503, "down for the day", {})] * 9) as url:
        with pytest.raises(EndpointError, match="503.*down for the day"):
            remote.ask(ALL, endpoint=quick(url))


def test_the_endpoint_s_own_words_are_shown(store: Store) -> None:
    page = "<html><head><title>x</title></head><body><h1>Query too complex</h1></body></html>"
    with endpoint(store, faults=[(400, page, {"Content-Type": "text/html"})]) as url:
        with pytest.raises(EndpointError, match="Query too complex") as caught:
            remote.ask(ALL, endpoint=quick(url))
    assert "<h1>" not in str(caught.value)


def test_an_answer_that_is_no_answer_is_an_error(store: Store) -> None:
    garbage = (200, "nonsense", {"Content-Type": "application/sparql-results+json"})
    with endpoint(store, faults=[garbage]) as url, pytest.raises(EndpointError):
        remote.ask(ALL, endpoint=quick(url))


def test_an_endpoint_that_hangs_is_left(store: Store) -> None:
    with endpoint(store, pause=3) as url, pytest.raises(EndpointError, match="did not answer within 1 second"):
        remote.ask(ALL, endpoint=quick(url, timeout=1))


def test_no_endpoint_is_an_error_that_names_it() -> None:
    with pytest.raises(EndpointError, match=r"127\.0\.0\.1:9"):
        remote.ask(ALL, endpoint=quick("http://127.0.0.1:9/sparql", timeout=2))


@pytest.mark.parametrize(
    "url", ["ftp://example.org/", "nowhere", "file:///etc/passwd", "http://user:secret@example.org/"]
)
def test_what_is_no_endpoint_is_a_usage_error(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        Endpoint(url)
    assert "secret" not in str(caught.value)


def test_what_is_no_query_is_not_sent() -> None:
    with pytest.raises(QueryError):
        remote.ask("nothing at all", endpoint=quick("http://127.0.0.1:9/sparql"))
