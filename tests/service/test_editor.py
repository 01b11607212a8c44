"""The page of the endpoint and what its editor is told, over HTTP; in a browser: tests/system/test_editor.py."""

import json
import re
from dataclasses import asdict
from pathlib import Path

import httpx
import pytest

from kg.graph.build import Build
from kg.project import Project
from kg.publication.statistics import count, uses
from kg.service.documents import Documents
from kg.service.editor import Editor
from kg.service.scripts import Bundle, bundle
from kg.service.site import Site
from kg.service.view import View
from tests.service.served import Served, served

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
NAME = "who-signed"


def page(server: Served, **parameters: str) -> httpx.Response:
    return server.client.get("/sparql", params=parameters, headers={"Accept": BROWSER})


def test_a_saved_query_opens_without_a_script(server: Served, served_town: Project) -> None:
    text = (served_town.queries / "competency" / f"{NAME}.rq").read_text(encoding="utf-8")
    found = page(server, saved=NAME).text
    shown = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", found, re.DOTALL)
    assert shown
    assert shown[1].replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"') == text
    assert f'<option value="{NAME}" selected>Qui a signé le pacte ?</option>' in found
    assert f'href="./sparql.en.html?saved={NAME}"' in found
    assert f'<option value="{NAME}">Who signed the pact?</option>' in page(server, lang="en").text
    assert 'action="./sparql.en.html"' in page(server, lang="en").text


def test_a_name_that_no_query_has_opens_the_example(server: Served) -> None:
    assert page(server, saved="<none>").text == page(server).text


@pytest.mark.system  # of what web/ is built to
def test_the_policy_allows_scripts_of_this_origin_alone(server: Served) -> None:
    policy = page(server).headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in server.client.get("/sparql/terms.fr.json").headers["content-security-policy"]
    data, *scripts = re.findall(r"<script[^>]*>.*?</script>", page(server).text, re.DOTALL)
    assert re.fullmatch(r'<script type="application/json" id="site">[^<]*</script>', data)
    [script] = scripts
    assert re.fullmatch(r'<script type="module" src="\./static/editor/main-\w+\.js"></script>', script)


@pytest.mark.system  # of what web/ is built to
def test_a_worker_may_compile_and_ask_this_origin_alone(server: Served) -> None:
    [worker] = Path("src/kg/service/static/editor").glob("worker-*.js")
    policy = server.client.get(f"/static/editor/{worker.name}").headers["content-security-policy"]
    assert policy == "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
    assert "wasm" not in server.client.get("/static/page.css").headers["content-security-policy"]


@pytest.mark.system  # of what web/ is built to
def test_the_page_tells_its_script_where_everything_is(server: Served, served_town: Project) -> None:
    found = re.search(r'id="site">(.*?)</script>', page(server, lang="en").text)
    assert found
    told = json.loads(found[1])
    assert told["limits"] == {"seconds": 2, "rows": 20_000}
    assert told["prefixes"] == dict(served_town.prefixes)
    assert (told["endpoint"], told["terms"], told["dump"]) == ("./sparql", "./sparql/terms.en.json", "./data/dump.json")
    assert told["origin"] == served_town.base
    assert server.client.get(told["terms"]).json()["queries"]


def test_a_page_that_is_kept_keeps_its_policy(server: Served) -> None:
    first = page(server)
    again = server.client.get("/sparql", headers={"Accept": BROWSER, "If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.headers["content-security-policy"] == first.headers["content-security-policy"]


def test_each_page_has_a_tag_of_its_own(server: Served) -> None:
    tags = {page(server, **asked).headers["etag"] for asked in ({"lang": "fr"}, {"saved": NAME}, {"lang": "en"})}
    assert len(tags) == 3


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_loads_the_editor_that_was_built(
    language: str, town: Project, town_build: Build, tmp_path: Path
) -> None:
    site = Site(town, town_build, "/g")
    documents = Documents(town_build, project=town)
    view = View("/g", language, ("fr", "en"))
    built = Bundle("main-1.js", "main-2.css", "question-3.js", "question-4.css")
    assert bundle(tmp_path) is None
    assert b"<script" not in Editor(site, documents, folder=tmp_path).page(view, saved=None)
    (tmp_path / "manifest.json").write_text('{"script": "main-0.js", "style": "main-0.css"}')
    assert bundle(tmp_path) is None  # of another version, which had no questions
    (tmp_path / "manifest.json").write_text(json.dumps(asdict(built)))
    editor = Editor(site, documents, folder=tmp_path)
    assert editor.bundle == built
    found = editor.page(view, saved=None).decode()
    assert '<script type="module" src="/g/static/editor/main-1.js"></script>' in found
    assert '<link rel="stylesheet" href="/g/static/editor/main-2.css">' in found
    assert "<form" in found


@pytest.mark.parametrize("language", ["fr", "en"])
def test_terms_are_those_in_use_with_their_labels(language: str, server: Served, served_town: Project) -> None:
    response = server.client.get(f"/sparql/terms.{language}.json")
    assert response.headers["content-type"] == "application/json"
    assert response.headers["content-language"] == language
    told = response.json()
    assert told["queries"][NAME] == (served_town.queries / "competency" / f"{NAME}.rq").read_text(encoding="utf-8")
    assert set(told["queries"]) == {"count-signatories", NAME}
    for kind, query in (
        ("classes", "SELECT ?t (COUNT(*) AS ?n) { ?s a ?t FILTER(isIRI(?t)) } GROUP BY ?t"),
        ("properties", "SELECT ?t (COUNT(*) AS ?n) { ?s ?t ?o } GROUP BY ?t"),
    ):
        rows = server.ask(query, format="json").json()["results"]["bindings"]
        assert {name: n for name, _, n in told[kind]} == {row["t"]["value"]: int(row["n"]["value"]) for row in rows}
        assert [n for *_, n in told[kind]] == sorted((n for *_, n in told[kind]), reverse=True)
    labels = {name: said for name, said, _ in told["classes"]}
    query = (
        f"SELECT ?t ?l {{ ?t <http://www.w3.org/2000/01/rdf-schema#label> ?l FILTER(LANG(?l) = '{language}') "
        "FILTER EXISTS { ?s a ?t } }"
    )
    known = {
        row["t"]["value"]: row["l"]["value"] for row in server.ask(query, format="json").json()["results"]["bindings"]
    }
    assert known
    assert {name: labels[name] for name in known} == known


def test_terms_are_asked_for_as_other_answers_are(server: Served) -> None:
    ask, address = server.client.request, "/sparql/terms.en.json"
    first = ask("GET", address)
    again = {"If-None-Match": first.headers["etag"]}
    assert ask("GET", address, headers=again).status_code == 304
    assert ask("GET", "/sparql/terms.fr.json", headers=again).status_code == 200
    head = ask("HEAD", address)
    assert (head.content, head.headers["content-length"]) == (b"", first.headers["content-length"])
    assert ask("OPTIONS", address).headers["allow"] == "GET, HEAD, OPTIONS"
    refused = ask("POST", address)
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert ask("GET", "/sparql/terms.de.json").status_code == 404


@pytest.mark.system  # of what web/ is built to
def test_links_hold_below_a_path(served_town: Project) -> None:
    options = ("--workers", "1", "--base-path", "/g", "--public-url", "https://data.example.org/g")
    with served(served_town, *options) as found:
        text = found.client.get(f"{found.address}/sparql", headers={"Accept": BROWSER}).text
        assert '"root": "."' in text
        [script] = re.findall(r'src="\./(static/editor/main-\w+\.js)"', text)
        assert found.client.get(f"{found.address}/{script}").status_code == 200


def test_uses_are_the_counts_of_the_description(project: Project, project_build: Build) -> None:
    classes, properties = uses(project_build)
    told = count(project_build, base=project.base, inferred_graph=project.inferred_graph)
    assert classes == told.classes
    assert properties == {name: used.triples for name, used in told.properties.items()}
