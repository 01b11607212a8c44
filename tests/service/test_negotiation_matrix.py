"""A request and its answer, over HTTP: forms, methods, qualities, languages, known or not, deprecated, conditional."""

import pytest

from tests.service.dereferencing import Client

HTML, TURTLE, JSON = "text/html; charset=utf-8", "text/turtle; charset=utf-8", "application/ld+json"
NT, XML, TRIG = "application/n-triples", "application/rdf+xml; charset=utf-8", "application/trig"
TEXT = "text/plain; charset=utf-8"
PROBLEM = "application/problem+json"
PLAIN_JSON, CSV = "application/json", "text/csv; charset=utf-8"

# method, target, Accept, Accept-Language, status, then the type of the content or where it is, and its language
MATRIX = """
GET     /id/pact                    -                                       -      303 /id/pact.html        -
GET     /id/pact                    */*                                     -      303 /id/pact.html        -
GET     /id/pact                    text/html                               en     303 /id/pact.html        -
GET     /id/pact                    text/turtle                             -      303 /id/pact.ttl         -
GET     /id/pact                    application/ld+json                     -      303 /id/pact.jsonld      -
GET     /id/pact                    application/n-triples                   -      303 /id/pact.nt          -
GET     /id/pact                    application/rdf+xml                     -      303 /id/pact.rdf         -
GET     /id/pact                    application/trig                        -      303 /id/pact.trig        -
GET     /id/pact                    text/*                                  -      303 /id/pact.html        -
GET     /id/pact                    application/*                           -      303 /id/pact.jsonld      -
GET     /id/pact                    text/html;q=0.3,text/turtle;q=0.4       -      303 /id/pact.ttl         -
GET     /id/pact                    text/html;q=0,*/*                       -      303 /id/pact.ttl         -
GET     /id/pact                    image/png,application/trig;q=0.001      -      303 /id/pact.trig        -
GET     /id/pact                    image/png                               -      406 TEXT                 fr
GET     /id/pact                    image/png                               en     406 TEXT                 en
GET     /id/pact                    text/turtle;q=0                         -      406 TEXT                 fr
GET     /id/pact                    application/json                        en     406 PROBLEM              en
GET     /id/none                    application/problem+json                -      404 PROBLEM              fr
PUT     /id/pact.ttl                application/json                        -      405 PROBLEM              fr
GET     /id/pact?format=ttl         text/html                               -      303 /id/pact.ttl         -
GET     /id/pact?format=text/turtle text/html                               -      303 /id/pact.ttl         -
GET     /id/pact?format=application/ld+json -                               -      303 /id/pact.jsonld      -
GET     /id/pact?format=application/ld%2Bjson -                             -      303 /id/pact.jsonld      -
GET     /id/pact?format=png         */*                                     -      406 TEXT                 fr
GET     /id/pact?lang=en            text/html                               fr     303 /id/pact.en.html -
GET     /id/pact?lang=en            text/turtle                             fr     303 /id/pact.ttl         -
GET     /id/pact.html               -                                       -      200 HTML                 fr
GET     /id/pact.html               -                                       en     200 HTML                 en
GET     /id/pact.html               -                                       en-GB,fr;q=0.5 200 HTML         en
GET     /id/pact.html               -                                       de     200 HTML                 fr
GET     /id/pact.html               -                                       fr;q=0.1,en;q=0.2 200 HTML      en
GET     /id/pact.html               -                                       fr;q=0,* 200 HTML               en
GET     /id/pact.html?lang=en       -                                       fr     200 HTML                 en
GET     /id/pact.html?lang=fr       -                                       en     200 HTML                 fr
GET     /id/pact.html?lang=xx       -                                       en     200 HTML                 en
GET     /id/pact.ttl                -                                       -      200 TURTLE               -
GET     /id/pact.ttl                text/html                               -      200 TURTLE               -
GET     /id/pact.ttl                -                                       en     200 TURTLE               -
GET     /id/pact.jsonld             -                                       -      200 JSON                 -
GET     /id/pact.nt                 -                                       -      200 NT                   -
GET     /id/pact.rdf                -                                       -      200 XML                  -
GET     /id/pact.trig               -                                       -      200 TRIG                 -
GET     /id/pact.png                -                                       -      404 HTML                 fr
GET     /id/pact.png                text/turtle                             en     404 TEXT                 en
HEAD    /id/pact                    text/turtle                             -      303 /id/pact.ttl         -
HEAD    /id/pact.ttl                -                                       -      200 TURTLE               -
HEAD    /id/pact.html               -                                       en     200 HTML                 en
HEAD    /id/none                    text/html                               -      404 HTML                 fr
HEAD    /def                        text/turtle                             -      200 TURTLE               -
OPTIONS /id/pact                    -                                       -      204 -                    -
OPTIONS /def                        -                                       -      204 -                    -
POST    /id/pact                    -                                       -      405 HTML                 fr
PUT     /id/pact.ttl                text/turtle                             -      405 TEXT                 fr
DELETE  /def                        -                                       en     405 HTML                 en
PATCH   /id/none                    -                                       -      405 HTML                 fr
PROPFIND /id/pact                   -                                       -      405 HTML                 fr
GET     /id/none                    text/html                               -      404 HTML                 fr
GET     /id/none                    text/turtle                             -      404 TEXT                 fr
GET     /id/none.ttl                -                                       en     404 HTML                 en
GET     /id                         -                                       -      404 HTML                 fr
GET     /id/                        -                                       -      404 HTML                 fr
GET     /                           -                                       -      200 HTML                 fr
GET     /                           -                                       en     200 HTML                 en
GET     /?lang=en                   text/*                                  fr     200 HTML                 en
GET     /                           text/turtle                             -      406 TEXT                 fr
HEAD    /                           -                                       -      200 HTML                 fr
OPTIONS /                           -                                       -      204 -                    -
POST    /                           -                                       -      405 HTML                 fr
GET     /search                     -                                       -      200 HTML                 fr
GET     /search?q=pact              text/html                               en     200 HTML                 en
GET     /search?q=pact              application/json                        en     200 PLAIN_JSON           en
GET     /search?q=pact              text/html;q=0.1,text/csv                -      200 CSV                  fr
GET     /search?q=pact&format=json  text/html                               -      200 PLAIN_JSON           fr
GET     /search?q=pact&format=csv   text/html                               -      200 CSV                  fr
GET     /search?q=pact&format=ttl   text/turtle                             -      406 TEXT                 fr
GET     /search?q=pact              image/png                               en     406 TEXT                 en
GET     /search?class=t:Act         -                                       -      200 HTML                 fr
GET     /search?class=zz:Act        -                                       -      400 HTML                 fr
GET     /search?zz:in=x             application/json                        en     400 PROBLEM              en
GET     /search?zz:in=x             application/json;q=0.1,text/plain       -      400 TEXT                 fr
GET     /search?page=0              -                                       -      404 HTML                 fr
GET     /search?page=999            application/json                        -      404 PROBLEM              fr
HEAD    /search?q=pact              -                                       -      200 HTML                 fr
OPTIONS /search                     -                                       -      204 -                    -
DELETE  /search                     -                                       -      405 HTML                 fr
GET     /def                        text/html                               en     200 HTML                 en
GET     /def                        text/turtle                             -      200 TURTLE               -
GET     /def                        image/png                               -      406 TEXT                 fr
GET     /def?format=trig            text/html                               -      200 TRIG                 -
GET     /def.nt                     -                                       -      200 NT                   -
GET     /def/Act                    application/rdf+xml                     -      200 XML                  -
GET     /def/Act.jsonld             -                                       -      200 JSON                 -
GET     /def/None                   -                                       -      404 HTML                 fr
GET     /def/                       -                                       -      404 HTML                 fr
GET     /shapes                     text/turtle                             -      200 TURTLE               -
GET     /shapes/PactShape           text/html                               -      200 HTML                 fr
GET     /graph/reference/places     application/trig                        -      303 /graph/reference/places.trig -
GET     /graph/reference/places.trig -                                      -      200 TRIG                 -
GET     /graph/inferred.ttl         -                                       -      200 TURTLE               -
GET     /doc/gazette                text/turtle                             -      200 TURTLE               -
GET     /doc/gazette/line/3         application/trig                        -      200 TRIG                 -
GET     /doc/gazette/line/3.html    -                                       en     200 HTML                 en
GET     /doc/gazette/line/1         -                                       -      404 HTML                 fr
GET     /doc/gazette/line/03        -                                       -      404 HTML                 fr
GET     /doc/gazette/line/99        -                                       -      404 HTML                 fr
GET     /doc/gazette/line=2,3       -                                       -      404 HTML                 fr
GET     /id/old-town                text/turtle                             -      303 /id/town             -
GET     /id/old-town.ttl            -                                       -      303 /id/town.ttl         -
GET     /id/old-town?lang=en        -                                       -      303 /id/town?lang=en     -
HEAD    /id/old-town                -                                       -      303 /id/town             -
GET     /id/moved                   -                                       -      303 https://elsewhere.example/moved -
GET     /def/Old                    text/turtle                             -      303 /def/Act             -
GET     /id/lost                    text/turtle                             -      303 /id/lost.ttl         -
GET     /id/lost.ttl                -                                       -      410 TURTLE               -
GET     /id/lost.html               -                                       en     410 HTML                 en
GET     /def/Gone                   text/html                               -      410 HTML                 fr
HEAD    /def/Gone                   application/ld+json                     -      410 JSON                 -
GET     /id/notes.ttl               text/turtle                             -      303 /id/notes.ttl.ttl    -
GET     /id/notes.ttl.ttl           -                                       -      200 TURTLE               -
GET     /id/v1.0                    text/html                               -      303 /id/v1.0.html        -
GET     /id/v1.0.html               -                                       -      200 HTML                 fr
GET     /id/caf%C3%A9               text/turtle                             -      303 /id/caf%C3%A9.ttl    -
GET     /id/caf%C3%A9.ttl           -                                       -      200 TURTLE               -
GET     /id/caf%C3%A9s              text/turtle                             -      303 /id/caf%C3%A9s.ttl   -
GET     /id/valley.html?page=2      -                                       -      200 HTML                 fr
GET     /id/valley?page=2           text/turtle                             -      303 /id/valley.page2.ttl -
GET     /id/valley.html?page=99     -                                       -      404 HTML                 fr
GET     /id/valley.html?page=0      -                                       -      404 HTML                 fr
GET     /id/valley.html?page=x      -                                       -      404 HTML                 fr
GET     /static/page.css            -                                       -      200 text/css;charset=utf-8 -
POST    /static/page.css            -                                       -      405 -                    -
"""
CASES = [tuple(line.split()) for line in MATRIX.strip().splitlines()]


def test_the_matrix_is_large() -> None:
    assert len(CASES) == len(set(CASES)) >= 60


@pytest.mark.parametrize("case", CASES, ids=[" ".join(case[:4]) for case in CASES])
def test_a_request_gets_its_answer(case: tuple[str, ...], town_site: Client) -> None:
    method, target, accept, languages, status, outcome, language = case
    wanted = {"Accept": accept, "Accept-Language": languages}
    reply = town_site.ask(target, method=method, headers={k: v for k, v in wanted.items() if v != "-"})
    assert reply.status == int(status)
    if status == "303":
        assert reply.headers["location"] == outcome
        assert reply.body == b""
    elif outcome != "-":
        assert reply.headers["content-type"].replace(" ", "") == globals().get(outcome, outcome).replace(" ", "")
        assert (reply.body == b"") == (method == "HEAD")
    assert reply.headers.get("content-language", "-") == language
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert "access-control-allow-credentials" not in reply.headers
    if not target.startswith("/static") and target != "/" and method != "OPTIONS":
        assert reply.headers["vary"] == "Accept, Accept-Language"
    if status == "405" or method == "OPTIONS":
        assert reply.headers["allow"] == ("GET, HEAD" if target.startswith("/static") else "GET, HEAD, OPTIONS")
    assert ("etag" in reply.headers) == (status == "200")


# A condition, where {tag} is the document's own, and the status
CONDITIONS = [
    ("GET", "/id/pact.ttl", "If-None-Match", "{tag}", 304),
    ("GET", "/id/pact.ttl", "If-None-Match", "W/{tag}", 304),
    ("GET", "/id/pact.ttl", "If-None-Match", '"other", {tag}', 304),
    ("GET", "/id/pact.ttl", "If-None-Match", "*", 304),
    ("GET", "/id/pact.ttl", "If-None-Match", '"other"', 200),
    ("GET", "/id/pact.ttl", "If-None-Match", "nonsense", 200),
    ("HEAD", "/id/pact.ttl", "If-None-Match", "{tag}", 304),
    ("GET", "/id/pact.html", "If-None-Match", "{tag}", 304),
    ("GET", "/def", "If-None-Match", "{tag}", 304),
    ("GET", "/static/page.css", "If-None-Match", "{tag}", 304),
    ("GET", "/id/none", "If-None-Match", "*", 404),
    ("GET", "/id/lost.ttl", "If-None-Match", "*", 410),
    ("GET", "/id/pact", "If-None-Match", "*", 303),
    ("GET", "/id/pact.ttl", "If-Match", "{tag}", 200),
    ("GET", "/id/pact.ttl", "If-Match", "*", 200),
    ("GET", "/id/pact.ttl", "If-Match", '"other"', 412),
    ("GET", "/id/pact.ttl", "If-Match", "W/{tag}", 412),
]


@pytest.mark.parametrize(("method", "target", "name", "value", "status"), CONDITIONS)
def test_a_condition_gets_its_answer(
    method: str, target: str, name: str, value: str, status: int, town_site: Client
) -> None:
    whole = town_site.ask(target)
    reply = town_site.ask(target, method=method, headers={name: value.format(tag=whole.headers.get("etag", ""))})
    assert reply.status == status
    if status == 304:
        assert reply.body == b""
        for kept in ("etag", "vary", "cache-control", "content-location"):
            assert reply.headers.get(kept) == whole.headers.get(kept)


def test_each_representation_has_its_own_tag(town_site: Client) -> None:
    targets = [f"/id/pact.{suffix}" for suffix in ("html", "html?lang=en", "ttl", "jsonld", "nt", "rdf", "trig")]
    targets += ["/id/valley.ttl", "/id/valley.ttl?page=2"]
    tags = [town_site.ask(target).headers["etag"] for target in targets]
    assert len(set(tags)) == len(targets)
    assert tags == [town_site.ask(target).headers["etag"] for target in targets]


HOSTILE = [
    "/..", "/../../etc/passwd", "/id/../id/pact", "/id/%2e%2e/id/pact", "/id/..%2fpact", "/id%2Fpact", "/id/pact%00",
    "/%00", "/id/pact%0d%0aSet-Cookie:x", "/id/%ff", "/id/%", "/id/%zz", "//id/pact", "//evil.example/x", "/id//pact",
    "/id/pact/", "/id/<script>", "/id/%3Cscript%3E", "/id/a%20b", "/id/{x}", "/id/a|b", "/id/^", "/id/`", "/id/%22",
    "/id/pact%23x", "/def%23Act", "/def#Act", "/.ttl", "/.html", "/.", "/doc/gazette/line/", "/doc/gazette/line/%D9%A3",
    "/doc/gazette/line/-1", f"/doc/gazette/line/{'9' * 500}", f"/{'a' * 1900}", f"/{'a' * 5000}", f"/{'a/' * 900}",
    f"/id/pact.html?why={'f' * 500}", "/id/pact.html?why=%00", f"/id/pact.html?page={'9' * 300}",
    "/id/pact.html?page=%D9%A3", "/static/../page.css", "/static/%2e%2e/page.css", "/static/none.css",
    "/search?class=%00", "/search?page=%D9%A3", f"/search?page={'9' * 300}", "/search?class=zz:<script>",
    "/search?:=x", f"/search?{'a' * 900}:b=x",
]  # fmt: skip


@pytest.mark.parametrize("target", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_address_is_refused(target: str, town_site: Client) -> None:
    reply = town_site.ask(target)
    assert 400 <= reply.status < 500
    assert "<script>" not in reply.text
    assert "set-cookie" not in reply.headers


@pytest.mark.parametrize("name", ["Accept", "Accept-Language", "If-None-Match", "If-Match", "Host"])
@pytest.mark.parametrize("value", ["", ";;;,,,", '"', "a" * 5000, "*/*;q=" + "9" * 100, "é", ", ".join(["*/*"] * 500)])
def test_a_hostile_header_is_no_trouble(name: str, value: str, town_site: Client) -> None:
    assert town_site.ask("/def", headers={name: value.encode("latin-1").decode("latin-1")}).status < 500


WHOLE = [
    ("/id/act/erbm", "text/turtle", 303, "/id/act/erbm.ttl"),
    ("/id/act/erbm.jsonld", "*/*", 200, JSON),
    ("/id/territory/region-32.html", "*/*", 200, HTML),
    ("/def", "application/rdf+xml", 200, XML),
    ("/def/Act", "text/html", 200, HTML),
    ("/shapes/ActShape", "application/trig", 200, TRIG),
    ("/doc/etat-davenir-3/line/1175", "text/turtle", 200, TURTLE),
    ("/doc/etat-davenir-3.html", "*/*", 200, HTML),
    ("/graph/inferred.nt?page=100", "*/*", 200, NT),
    ("/id/act/none", "text/html", 404, HTML),
]


@pytest.mark.parametrize(("target", "accept", "status", "outcome"), WHOLE)
def test_the_whole_graph_answers(target: str, accept: str, status: int, outcome: str, whole_site: Client) -> None:
    reply = whole_site.ask(target, headers={"Accept": accept})
    assert reply.status == status
    assert reply.headers["location" if status == 303 else "content-type"] == outcome
