"""The saved queries answer at addresses of their own."""

import json
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from kg import pipeline
from kg.graph.build import Build
from kg.project import Project
from kg.query.catalogue import Catalogue
from kg.query.local import answer
from kg.service.site import Site
from tests.service.dereferencing import Client, Reply, serving
from tests.service.served import Served, limited, served

SIGNED = "signed-by"
SAVED = """\
#+ id: signed-by
#+ title@fr: Quels pactes sont signés à cette date ?
#+ title@en: Which pacts are signed by then?
#+ param: asOf xsd:date
#+ param: party iri
#+ returns: pact, signedOn, party
#+ because: any-pact
PREFIX t: <https://example.org/town/def#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

SELECT ?pact ?signedOn ?party
WHERE {
  VALUES ?asOf { "2020-06-30"^^xsd:date }
  VALUES ?party { UNDEF }
  ?pact t:signatory ?party ; t:signedOn ?signedOn .
  FILTER(STR(?signedOn) <= STR(?asOf))
}
ORDER BY ?pact ?signedOn ?party
"""
ASKED = """\
#+ id: any-pact
#+ title@fr: Y a-t-il un pacte ?
#+ title@en: Is there a pact?
#+ returns: pact
PREFIX t: <https://example.org/town/def#>

ASK { ?pact a t:Pact }
"""
DRAWN = """\
#+ id: pacts-drawn
#+ title@fr: Les pactes & leurs <parties>
#+ title@en: The pacts & their <parties>
#+ returns: pact
PREFIX t: <https://example.org/town/def#>

CONSTRUCT { ?pact t:signatory ?party } WHERE { ?pact t:signatory ?party }
"""


@pytest.fixture(scope="module")
def town_library(town: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The fixture project with a query of each form, served by two workers."""
    root = shutil.copytree(
        town.root, tmp_path_factory.mktemp("library") / "town", ignore=shutil.ignore_patterns("build*")
    )
    for name, text in ((SIGNED, SAVED), ("any-pact", ASKED), ("pacts-drawn", DRAWN)):
        (root / "queries" / "competency" / f"{name}.rq").write_text(text, encoding="utf-8")
    (root / "queries" / "columns.toml").write_text('party = { fr = "partie <>" }\n', encoding="utf-8")
    with served(limited(Project.find(root)), "--workers", "2") as found:
        yield found


def ask(server: Served, target: str, accept: str = "*/*", **headers: str) -> httpx.Response:
    return server.client.get(target, headers={"Accept": accept, **headers})


def rows(reply: httpx.Response | Reply) -> list[dict[str, str]]:
    body = reply.content if isinstance(reply, httpx.Response) else reply.body
    found = json.loads(body)["results"]["bindings"]
    return [{name: term["value"] for name, term in row.items()} for row in found]


FORMS = [
    ("", "*/*", "application/sparql-results+json"),
    ("", "application/sparql-results+xml", "application/sparql-results+xml"),
    ("", "text/csv;q=0.5, text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
    (".csv", "text/html", "text/csv; charset=utf-8"),
    (".tsv", "*/*", "text/tab-separated-values; charset=utf-8"),
    (".html", "*/*", "text/html; charset=utf-8"),
    ("?format=xml", "text/html", "application/sparql-results+xml"),
    ("?format=html", "*/*", "text/html; charset=utf-8"),
    ("?format=text/csv", "*/*", "text/csv; charset=utf-8"),
    ("", "text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
    ("", "text/html;q=0.5, */*;q=0.9", "application/sparql-results+json"),
]


@pytest.mark.parametrize(("suffix", "accept", "media"), FORMS)
def test_a_query_answers_in_the_form_that_is_asked_for(
    suffix: str, accept: str, media: str, town_library: Served
) -> None:
    reply = ask(town_library, f"/query/{SIGNED}{suffix}", accept)
    assert (reply.status_code, reply.headers["content-type"]) == (200, media)
    assert reply.headers["vary"] == "Accept, Accept-Language"
    assert town_library.client.head(f"/query/{SIGNED}{suffix}", headers={"Accept": accept}).headers["etag"]


def test_a_graph_and_a_boolean_answer_in_forms_of_theirs(town_library: Served) -> None:
    assert ask(town_library, "/query/any-pact").json()["boolean"] is True
    assert ask(town_library, "/query/any-pact", "text/csv").status_code == 406
    assert "signatory" in ask(town_library, "/query/pacts-drawn.ttl").text
    assert ask(town_library, "/query/pacts-drawn").headers["content-type"] == "text/turtle; charset=utf-8"
    assert ask(town_library, "/query/pacts-drawn.csv").status_code == 406


def test_parameters_are_put_into_the_query(town_library: Served) -> None:
    every = rows(ask(town_library, f"/query/{SIGNED}"))
    assert every
    assert rows(ask(town_library, f"/query/{SIGNED}?asOf=1900-01-01")) == []
    assert 'value="2020-06-30"' in ask(town_library, f"/query/{SIGNED}.html").text  # of the settings, not of the file
    party = every[0]["party"]
    some = rows(ask(town_library, f"/query/{SIGNED}?party={party}"))
    assert some == [row for row in every if row["party"] == party]
    assert rows(ask(town_library, f"/query/{SIGNED}?party=")) == every


WRONG = [
    ("?asOf=2019-02-30", 400, 'the parameter "asOf" must be a calendar date such as 2019-06-30'),
    ("?asof=2019-02-20", 400, 'has no parameter "asof" (it has: asOf, party). Did you mean asOf?'),
    ("?party=a%20b", 400, 'the parameter "party" must be an IRI'),
    ("?party=%3Curn:a%3E%20}%20%23", 400, 'the parameter "party" must be an IRI'),
    ("?asOf=2019-01-01&asOf=2019-01-02", 400, 'the parameter "asOf" is given twice'),
    ("?format=pdf", 400, "unknown format"),
    (".pdf", 400, "unknown format"),
    ("x", 404, "Did you mean signed-by"),
    ("?asOf=%ff", 400, "not UTF-8"),
    ("?asOf=", 400, "must be a calendar date"),
]


@pytest.mark.parametrize(("suffix", "status", "message"), WRONG)
def test_what_is_wrong_is_told(suffix: str, status: int, message: str, town_library: Served) -> None:
    reply = ask(town_library, f"/query/{SIGNED}{suffix}")
    assert (reply.status_code, message in reply.text) == (status, True), reply.text


def test_rules_and_checks_are_not_asked_for(town_library: Served, served_town: Project) -> None:
    hidden = [query.name for query in Catalogue.of(served_town) if query.folder in ("rules", "checks")]
    assert hidden
    for name in hidden:
        assert ask(town_library, f"/query/{name}").status_code == 404


def test_methods(town_library: Served) -> None:
    client = town_library.client
    for target in (f"/query/{SIGNED}", "/query", "/openapi.json"):
        assert client.options(target).headers["allow"] == "GET, HEAD, OPTIONS"
        for method in ("POST", "PUT", "DELETE"):
            assert client.request(method, target).status_code == 405


def test_an_answer_that_the_client_has_is_not_sent_again(town_library: Served) -> None:
    for target in (f"/query/{SIGNED}", f"/query/{SIGNED}.html", "/query", "/openapi.json"):
        tag = ask(town_library, target).headers["etag"]
        assert ask(town_library, target, **{"If-None-Match": tag}).status_code == 304
        assert ask(town_library, target, **{"If-None-Match": '"other"'}).status_code == 200


def test_the_list_has_every_question_in_two_languages(town_library: Served) -> None:
    told = ask(town_library, "/query?lang=en", "application/json").json()
    assert {"name": SIGNED, "title": "Which pacts are signed by then?", "url": f"./query/{SIGNED}.en.html"} in told
    page = ask(town_library, "/query/", "text/html").text
    assert "Quels pactes sont signés à cette date ?" in page
    assert f'href="../query/{SIGNED}.fr.html"' in page
    assert ask(town_library, "/query", "image/png").status_code == 406


def test_a_page_has_the_question_the_form_the_answer_and_why(town_library: Served) -> None:
    page = ask(town_library, f"/query/{SIGNED}?asOf=2020-06-30", "text/html", **{"Accept-Language": "en"}).text
    for part in (
        "<h1>Which pacts are signed by then?</h1>", 'name="asOf" type="date" value="2020-06-30"', 'name="party"',
        '<th scope="col">signedOn</th>', "<summary>Is there a pact?", f'href="../query/{SIGNED}.csv?asOf=2020-06-30"',
        '<a href="../id/', "ORDER BY ?pact",
    ):  # fmt: skip
        assert part in page, part
    empty = ask(town_library, f"/query/{SIGNED}.html?asOf=1900-01-01&lang=fr").text
    assert "rien ne répond à la question" in empty
    assert "<details open>" in empty


def test_columns_are_called_by_words_of_the_language(town_library: Served) -> None:
    for language, named in (("fr", "partie &lt;&gt;"), ("en", "party")):
        page = ask(town_library, f"/query/{SIGNED}.{language}.html").text
        assert f'<th scope="col">{named}</th>' in page
        assert '<th scope="col">pact</th>' in page
    assert ask(town_library, f"/query/{SIGNED}.csv").text.startswith("pact,signedOn,party")


def test_a_page_tells_a_wrong_parameter_and_keeps_what_was_given(town_library: Served) -> None:
    reply = ask(town_library, f"/query/{SIGNED}.html?asOf=%3Cb%3E")
    assert reply.status_code == 400
    assert 'value="&lt;b&gt;"' in reply.text
    assert "must be a calendar date" in reply.text
    assert "&lt;parties&gt;" in ask(town_library, "/query/pacts-drawn.html").text


def test_the_same_question_at_once_is_asked_once(town_library: Served) -> None:
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?a = ?d && ?d = ?g) } # at once"
    begun = threading.Barrier(12)

    def once(_: int) -> tuple[int, str]:
        begun.wait()
        reply = httpx.get(f"{town_library.address}/sparql", params={"query": slow}, timeout=30, trust_env=False)
        return reply.status_code, reply.text

    with ThreadPoolExecutor(12) as threads:
        answers = set(threads.map(once, range(12)))
    assert len(answers) == 1, answers  # twelve of one client at once would be too many: 429


def test_what_may_differ_at_each_run_is_not_kept(town_library: Served) -> None:
    query = "SELECT (RAND() AS ?x) {}"
    assert len({town_library.ask(query).text for _ in range(5)}) == 5
    kept = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    assert town_library.ask(kept).headers["etag"] == town_library.ask(kept).headers["etag"]


def test_an_error_is_not_kept(town_library: Served) -> None:
    for _ in range(2):
        assert town_library.ask("SELECT * { ?s").status_code == 400
    assert town_library.ask("ASK {}").status_code == 200


def test_every_question_of_the_project_answers_as_the_command_line_does(
    whole_site: Client, project: Project, project_build: Build
) -> None:
    catalogue = Catalogue.of(project)
    for query in catalogue:
        if query.folder != "competency":
            continue
        expected = answer(query, catalogue=catalogue, build=project_build)
        reply = whole_site.ask(f"/query/{query.name}")
        assert reply.status == 200, query.name
        if expected.kind == "select":
            document = json.loads(expected.render("json", project=project))
            found = json.loads(reply.body)
            assert found["head"]["vars"] == document["head"]["vars"]
            assert _plain(found) == _plain(document), query.name
        page = whole_site.ask(f"/query/{query.name}", headers={"Accept": "text/html"})
        assert page.status == 200
        assert query.title("fr") in page.text.replace("&#39;", "'").replace("&amp;", "&")


def test_a_form_has_the_values_that_stand_in_the_query(whole_site: Client) -> None:
    page = whole_site.ask("/query/places-of-acts.html").text
    assert 'name="instrument" type="text" value="instrument:acv"' in page
    described = json.loads(whole_site.ask("/openapi.json").body)
    (parameter, _) = described["paths"]["/query/places-of-acts"]["get"]["parameters"]
    assert parameter["schema"]["default"].endswith("/id/instrument/acv")


def _plain(document: object) -> list[str]:
    assert isinstance(document, dict)
    return sorted(json.dumps(row, sort_keys=True) for row in document["results"]["bindings"])


def test_another_title_is_told_though_the_build_is_the_same(town: Project, tmp_path: Path) -> None:
    root = shutil.copytree(town.root, tmp_path / "town", ignore=shutil.ignore_patterns("build*"))
    file = root / "queries" / "competency" / "any-pact.rq"
    file.write_text(ASKED, encoding="utf-8")
    build = pipeline.build(Project.find(root), out=root / "build").build
    assert build is not None
    tags = []
    for title in ("Is there a pact?", "Was there a pact?"):
        file.write_text(ASKED.replace("Is there a pact?", title), encoding="utf-8")
        with serving(Site(Project.find(root), build)) as client:
            assert title in client.ask("/query?lang=en").text
            tags.append([client.ask(target).headers["etag"] for target in ("/query", "/query/any-pact.html")])
    assert not set(tags[0]) & set(tags[1])


def test_addresses_are_below_the_base_path(old_town: tuple[Project, Build]) -> None:
    with serving(Site(*old_town, base_path="/town")) as client:
        page = client.ask("/town/query", headers={"Accept": "text/html"}).text
        assert 'href="./query/' in page
        name = page.split('href="./query/')[1].split('.fr.html"')[0]
        assert client.ask(f"/town/query/{name}.html").status == 200
        assert client.ask(f"/town/query/{name}").status == 200
        described = json.loads(client.ask("/town/openapi.json").body)
        assert described["servers"][0]["url"].endswith("/town")


def test_the_description_is_valid_openapi(town_library: Served, project_root: Path) -> None:
    from openapi_spec_validator import validate

    for language in ("fr", "en"):
        document = ask(town_library, f"/openapi.json?lang={language}").json()
        validate(document)
        assert document["openapi"].startswith("3.1")
        (as_of, party, _) = document["paths"][f"/query/{SIGNED}"]["get"]["parameters"]
        assert as_of["schema"] == {
            "type": "string",
            "format": "date",
            "default": "2020-06-30",
        }  # the date of the settings
        assert party["schema"] == {"anyOf": [{"type": "string"}, {"const": ""}]}
