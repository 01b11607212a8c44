"""One server answers for the resources and for the queries."""

from tests.service.served import Served


def test_the_first_address_is_the_page_of_the_graph(server: Served) -> None:
    begun = server.client.get("/", params={"lang": "en"}, headers={"Accept": "text/html"})
    assert begun.status_code == 200
    assert begun.headers["content-type"] == "text/html; charset=utf-8"
    assert "Acts of the town" in begun.text


def test_what_a_query_finds_answers_at_its_address(server: Served) -> None:
    found = server.ask("SELECT DISTINCT ?s { ?s a ?c FILTER(isIRI(?s)) } ORDER BY ?s", accept="text/csv").text.split()[
        1:
    ]
    assert len(found) > 10
    for iri in found:
        path = iri.removeprefix("https://example.org/town/").replace("#", "/")
        if path != iri and "/line=" not in path:  # a passage has an address of its own form
            answer = server.client.get(f"/{path}", follow_redirects=True, headers={"Accept": "text/turtle"})
            assert answer.status_code == 200, iri
            assert answer.headers["etag"].startswith('"')


def test_an_address_that_the_graph_does_not_have_is_not_found(server: Served) -> None:
    assert server.client.get("/id/nothing").status_code == 404
