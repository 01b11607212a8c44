"""The same file gives the same answer on an endpoint, and an endpoint that fails gives one clear sentence."""

import time
from dataclasses import replace

import pytest

from kg.errors import EndpointError, QueryError, UsageError
from kg.graph.build import Build
from kg.graph.store import Store
from kg.project import Project
from kg.query import local, remote
from kg.query.catalogue import Catalogue
from kg.query.credentials import Credentials
from kg.query.exchange import Endpoint
from tests.query.conftest import Server

ALL = "SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o"
HTML = "text/html; charset=utf-8"


def quick(url: str, *, timeout: float = 5, retries: int = 3, pause: float = 0.01) -> Endpoint:
    return Endpoint(url, timeout=timeout, retries=retries, pause=pause)


def refusal(server: Server, endpoint: Endpoint | None = None) -> str:
    with pytest.raises(EndpointError) as caught:
        remote.ask(ALL, endpoint=endpoint or quick(server.url))
    assert caught.value.exit_code == 3
    assert server.url in str(caught.value)
    return str(caught.value)


# The same answer here and there


@pytest.mark.parametrize(
    "query",
    [
        ALL,
        "SELECT ?s ?note ?of { ?s ex:kind ?k OPTIONAL { ?s ex:note ?note } OPTIONAL { ?s ex:owner ?of } } ORDER BY ?s",
        "SELECT ?s { ?s ex:kind ex:rowing }",
        "ASK { ?s ex:kind ex:sail }",
        "ASK { ?s ex:kind ex:rowing }",
        "CONSTRUCT { ?o ex:owns ?s } WHERE { ?s ex:owner ?o }",
        "CONSTRUCT WHERE { ?s ?p ?o }",
        "CONSTRUCT WHERE { ?s ex:kind ex:rowing }",
        "DESCRIBE ex:c",
        "# SELECT in a comment\nCONSTRUCT { ?s ex:note 'ASK' } WHERE { ?s ex:kind ?k }",
    ],
)
def test_a_query_has_the_same_answer_here_and_there(server: Server, build: Build, boats: Project, query: str) -> None:
    here = local.ask(query, build=build, prefixes=boats.prefixes)
    assert remote.ask(query, endpoint=quick(server.url), prefixes=boats.prefixes) == here


def test_a_saved_query_has_the_same_answer_and_the_same_reasons(
    server: Server, build: Build, catalogue: Catalogue
) -> None:
    values = {"kind": "<https://example.org/sail>"}
    query = catalogue.find("boats-signed")
    there = remote.answer(query, catalogue=catalogue, endpoint=quick(server.url), values=values)
    assert there == local.answer(query, catalogue=catalogue, build=build, values=values)
    assert [reason.name for reason, _ in there.because] == ["every-date", "kinds-of-boats"]


def test_every_question_of_the_project_has_the_same_answer_here_and_there(
    server: Server, project: Project, project_build: Build
) -> None:
    server.store = project_build.store
    catalogue = Catalogue.of(project)
    for query in catalogue:
        if query.folder == "competency":
            here = local.answer(query, catalogue=catalogue, build=project_build)
            assert remote.answer(query, catalogue=catalogue, endpoint=quick(server.url)) == here, query.name


def test_a_fact_stated_in_two_passages_counts_once_on_an_endpoint(
    server: Server, project: Project, project_build: Build
) -> None:
    server.store = project_build.store
    asked = "SELECT (COUNT(?day) AS ?n) { act:erbm rc:signedOn ?day }"
    found = remote.ask(asked, endpoint=quick(server.url), prefixes=project.prefixes)
    assert found.rows == (('"1"^^<http://www.w3.org/2001/XMLSchema#integer>',),)


def test_blank_nodes_of_other_names_make_no_other_answer(server: Server) -> None:
    store = Store.memory()
    lines = [("_:a", "p", "same"), ("_:b", "p", "same"), ("_:a", "q", "1"), ("_:b", "q", "2")]
    store.add(("", s, f"<https://example.org/{p}>", f'"{o}"') for s, p, o in lines)
    turtle = "".join(f'{s} <https://example.org/{p}> "{o}" .\n' for s, p, o in lines)
    swapped = turtle.replace("_:a", "_:c").replace("_:b", "_:a").replace("_:c", "_:b")
    for text in (turtle, swapped):
        server.script.append((200, {"Content-Type": "text/turtle"}, text.encode()))
    first, second = (remote.ask("CONSTRUCT WHERE { ?s ?p ?o }", endpoint=quick(server.url)) for _ in range(2))
    assert first == second == local.Answer.of(store.query("CONSTRUCT WHERE { ?s ?p ?o }"))


# What is sent


def test_the_query_is_posted_as_a_form_with_what_it_accepts_and_who_asks(server: Server) -> None:
    remote.ask(ALL, endpoint=quick(server.url))
    remote.ask("CONSTRUCT WHERE { ?s ?p ?o }", endpoint=quick(server.url))
    (headers, form), (graph_headers, _) = server.seen
    assert form == {"query": [ALL]}
    assert headers["Content-Type"].startswith("application/x-www-form-urlencoded")
    assert headers["Accept"] == "application/sparql-results+json"
    assert headers["User-Agent"].startswith("kg/")
    assert graph_headers["Accept"].startswith("text/turtle")


def test_only_the_prefixes_that_are_used_and_not_declared_are_added(server: Server, boats: Project) -> None:
    query = "PREFIX ex: <https://example.org/> ASK { ex:a rdfs:label ?l FILTER(STR(?l) != 'xsd:date') }"
    remote.ask(query, endpoint=quick(server.url), prefixes=boats.prefixes)
    assert server.seen[0][1]["query"] == [f"PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> {query}"]


def test_what_is_no_query_is_not_sent(server: Server) -> None:
    for text in ("nothing at all", "INSERT DATA { <urn:s> <urn:p> 1 }", ""):
        with pytest.raises(QueryError):
            remote.ask(text, endpoint=quick(server.url))
    assert server.seen == []


# An endpoint that is busy


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_busy_endpoint_is_asked_again(server: Server, status: int) -> None:
    server.script += [(status, {}, b"busy"), (status, {}, b"busy")]
    assert len(remote.ask(ALL, endpoint=quick(server.url)).rows) == 13
    assert len(server.seen) == 3


@pytest.mark.parametrize("said", ["0", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_retry_after_overrides_the_pause(server: Server, said: str) -> None:
    server.script.append((503, {"Retry-After": said}, b""))
    start = time.monotonic()
    remote.ask(ALL, endpoint=quick(server.url, pause=20))
    assert time.monotonic() - start < 5


def test_a_retry_after_that_says_nothing_leaves_the_pause(server: Server) -> None:
    server.script.append((503, {"Retry-After": "soon"}, b""))
    start = time.monotonic()
    remote.ask(ALL, endpoint=quick(server.url, pause=0.1))
    assert time.monotonic() - start >= 0.1


def test_an_endpoint_that_stays_busy_is_an_error(server: Server) -> None:
    server.script += [(503, {}, b"down for the day")] * 9
    assert "503 Service Unavailable: down for the day" in refusal(server)
    assert len(server.seen) == 4


def test_a_busy_page_that_is_cut_short_is_busy_all_the_same(server: Server) -> None:
    cut = (503, {"Content-Length": "100", "Connection": "close"}, b"come back")
    server.script.append(cut)
    assert len(remote.ask(ALL, endpoint=quick(server.url)).rows) == 13
    server.script += [cut] * 9
    assert "503 Service Unavailable: come back" in refusal(server)


# An endpoint that refuses, or answers something else


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500])
def test_a_refusal_shows_the_endpoint_s_own_words_at_once(server: Server, status: int) -> None:
    server.script.append((status, {}, "line 3: unknown préfixe\nex2".encode()))
    message = refusal(server)
    assert str(status) in message
    assert "line 3: unknown préfixe\nex2" in message
    assert len(server.seen) == 1


def test_the_parser_of_the_endpoint_is_heard(server: Server) -> None:
    with pytest.raises(EndpointError, match=r"answered 400 Bad Request: the query does not parse: "):
        remote.ask("SELECT ?s { ?s ?p }", endpoint=quick(server.url))


@pytest.mark.parametrize("status", [400, 418, 503])
def test_an_error_page_is_read_without_its_markup(server: Server, status: int) -> None:
    page = (
        "<!DOCTYPE html><html><head><title>t</title><style>p { x: y }</style></head>"
        "<body><h1>Query&nbsp;too complex</h1><script>alert(1)</script><p>a &lt; b</p></body></html>"
    )
    server.script.append((status, {"Content-Type": HTML}, page.encode()))
    assert refusal(server, quick(server.url, retries=0)).endswith(": Query too complex\na < b")


def test_a_long_error_page_is_cut_and_control_characters_are_left_out(server: Server) -> None:
    server.script.append((400, {}, b"\x1b[31mred\x1b[0m\n" + b"x" * 9999))
    message = refusal(server)
    assert len(message) < 700
    assert "\x1b" not in message


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Type": "application/sparql-results+json"}, b"nonsense"),
        ({"Content-Type": "application/sparql-results+json"}, b""),
        ({"Content-Type": "application/sparql-results+json"}, b'{"head": {"vars": ["s"]}}'),
        ({"Content-Type": "application/sparql-results+json"}, b"\xff\xfe\x00"),
        ({"Content-Type": HTML}, b"<html><body>Welcome!</body></html>"),
    ],
)
def test_an_answer_that_is_no_answer_is_an_error(server: Server, headers: dict[str, str], body: bytes) -> None:
    server.script.append((200, headers, body))
    message = refusal(server)
    assert headers["Content-Type"].split(";")[0] in message
    assert "does not read as SPARQL JSON results" in message


def test_a_graph_that_is_no_graph_is_an_error(server: Server) -> None:
    server.script.append((200, {"Content-Type": "text/turtle"}, b"<urn:a> <urn:b> ."))
    with pytest.raises(EndpointError, match="text/turtle that does not read as Turtle"):
        remote.ask("CONSTRUCT WHERE { ?s ?p ?o }", endpoint=quick(server.url))


def test_an_answer_that_is_cut_short_is_an_error(server: Server) -> None:
    server.script.append((200, {"Content-Length": "100", "Connection": "close"}, b'{"head": {}, "boolean": true}'))
    assert "broke off the exchange" in refusal(server)


@pytest.mark.parametrize("target", [200, 400, 418])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirection_names_the_other_address_whatever_that_says(server: Server, status: int, target: int) -> None:
    there = server.url.replace("/sparql", f"/{target}")
    server.script.append((status, {"Location": there}, b""))
    assert f" to {there}" in refusal(server)
    assert len(server.seen) == 1


# An endpoint that wants to know who asks


def known(server: Server, who: Credentials) -> Endpoint:
    return replace(quick(server.url), credentials=who)


def test_who_asks_is_said_when_the_endpoint_wants_to_know(server: Server) -> None:
    server.script.append((401, {"WWW-Authenticate": 'Basic realm="boats"'}, b"who?"))
    assert len(remote.ask(ALL, endpoint=known(server, Credentials("ann", "s3cret"))).rows) == 13
    assert [headers.get("Authorization") for headers, _ in server.seen] == [None, "Basic YW5uOnMzY3JldA=="]


def test_a_token_is_said_at_once(server: Server) -> None:
    remote.ask(ALL, endpoint=known(server, Credentials(token="t0ken")))
    assert [headers["Authorization"] for headers, _ in server.seen] == ["Bearer t0ken"]


@pytest.mark.parametrize("scheme", ["Basic", 'Digest realm="boats", nonce="1", qop="auth",'])
@pytest.mark.parametrize("status", [401, 403])
def test_who_is_not_let_in_is_told_once_and_no_secret_is_repeated(server: Server, scheme: str, status: int) -> None:
    challenge = {"WWW-Authenticate": f'{scheme} realm="boats"'}
    server.script += [(401, challenge, b""), (status, challenge, b"s3cret is not ann's")]
    message = refusal(server, known(server, Credentials("ann", "s3cret")))
    assert f"answered {status}" in message
    assert message.endswith("the credentials of the environment are not taken, or may not do this")
    assert "s3cret" not in message
    assert len(server.seen) == 2


def test_who_asks_without_credentials_is_told_where_they_go(server: Server) -> None:
    server.script.append((401, {"WWW-Authenticate": 'Digest realm="boats", nonce="1"'}, b""))
    assert refusal(server).endswith("set KG_PUSH_USER and KG_PUSH_PASSWORD, or KG_PUSH_TOKEN, in the environment")


@pytest.mark.parametrize("who", [Credentials("ann", "s3cret"), Credentials(token="t0ken")])
def test_another_address_is_not_told_who_asks(server: Server, who: Credentials) -> None:
    there = server.url.replace("/sparql", "/200")
    server.script += [(401, {"WWW-Authenticate": 'Basic realm="boats"'}, b"")] * bool(who.user)
    server.script.append((302, {"Location": there}, b""))
    assert f" to {there}" in refusal(server, known(server, who))
    assert server.seen[-1][0]["Authorization"]
    assert [headers.get("Authorization") for headers in server.followed] == [None]


# No endpoint


def test_an_endpoint_that_hangs_is_left(server: Server) -> None:
    server.script.append(0.15)
    start = time.monotonic()
    assert refusal(server, quick(server.url, timeout=0.05)).endswith("did not answer within 0.05 seconds")
    assert time.monotonic() - start < 0.14


def test_no_endpoint_is_an_error_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with pytest.raises(EndpointError, match=r"cannot reach http://127\.0\.0\.1:9/sparql: Connection refused"):
        remote.ask(ALL, endpoint=quick("http://127.0.0.1:9/sparql"))


@pytest.mark.parametrize(
    "url", ["ftp://example.org/", "nowhere", "", "http:///sparql", "file:///etc/passwd", "http://user:secret@e.org/"]
)
def test_what_is_no_endpoint_is_a_usage_error(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        Endpoint(url)
    assert "secret" not in str(caught.value)
