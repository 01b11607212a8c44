"""The engine of the browser on a copy made of files: what is fetched and kept, limits, errors, downloads, looks."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from kg.graph.build import Build
from kg.graph.store import ResultsFormat, Solutions, read_quads, read_results
from kg.publication.dumps import DESCRIBED
from tests.service.asked_queries import asked_town
from tests.service.chromium import ANSWERED_WITH_AN_ERROR, Seen, chromium, watched, write
from tests.service.copied import copy_site, hosted
from tests.service.served import Served, limited, served

pytestmark = pytest.mark.system

ALL = "SELECT ?s ?p ?o { ?s ?p ?o }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n1 ?o . ?p ?q ?r }"
MANY = "SELECT ?a ?d { ?a ?b ?c . ?d ?e ?f }"
GROWING = " ".join(f"BIND(CONCAT({', '.join([f'?v{n}'] * 16)}) AS ?v{n + 1})" for n in range(8))
LARGE = f'SELECT (STRLEN(?v8) AS ?n) {{ BIND("0123456789abcdef" AS ?v0) {GROWING} }}'
WRONG = (
    "SELECT * WHERE {\n  ?s a t:Act .\n  ?s t:signedOn }\n",
    "SELECT * { ?s ?p ?o",
    "SELECT ?é { ?é a ;; }",
    "INSERT DATA { id:a a t:Act }",
)
QUESTIONS = ("who-signed", "every-type", "of-a-class", "is-there", "signed-early")


@dataclass(frozen=True)
class Copy:
    """A copy of a site made of files: its folder, its address, and the server that it is a copy of."""

    root: Path
    address: str
    server: Served

    def changed(self, change: Callable[[dict[str, Any]], None]) -> str:
        """Change what the copy says of its data, and return what it said."""
        file = self.root / DESCRIBED
        before = file.read_text()
        told = json.loads(before)
        change(told)
        file.write_text(json.dumps(told))
        return before


@pytest.fixture(scope="module")
def copy(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    folder = tmp_path_factory.mktemp("files")
    town = limited(asked_town(folder / "town", project_root / "tests" / "fixture"))
    root = folder / "site"
    root.mkdir()
    with served(town, "--workers", "2") as server, hosted(root) as address:
        build = Build.open(town.root / "build")
        copy_site(server.client, build, town, questions=QUESTIONS, root=root)
        yield Copy(root, address, server)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def page(browser: Browser, copy: Copy, seen: Seen) -> Iterator[Page]:
    """The page of the endpoint, in a browser that has never seen it."""
    page = watched(browser, seen)
    page.goto(f"{copy.address}/sparql.fr.html")
    expect(page.locator(".engines")).to_contain_text("Ce site n’a pas de serveur de requêtes.")
    yield page
    page.context.close()
    seen.check(copy.address)


def run(page: Page, query: str, *, button: str = "Interroger") -> None:
    write(page, query)
    page.get_by_role("button", name=button, exact=True).click()


def answered(page: Page, query: str) -> str:
    """Run a query, and return what is said of its answer."""
    run(page, query)
    expect(page.get_by_role("status").first).to_contain_text("dans ce navigateur")
    return page.get_by_role("status").first.inner_text()


def rows(document: bytes, *, format: ResultsFormat = "json") -> Counter[tuple[str | None, ...]]:
    """Return the solutions of a document; each engine has labels of its own for blank nodes."""
    found = read_results(document, format=format)
    assert isinstance(found, Solutions)
    return Counter(tuple("_:" if token and token.startswith("_:") else token for token in row) for row in found.rows)


def test_nothing_is_fetched_before_one_asks_and_the_state_is_said(page: Page, copy: Copy, seen: Seen) -> None:
    size = json.loads((copy.root / DESCRIBED).read_text())["files"][0]["bytes"]
    note = page.locator(".engines .note")
    assert re.search(r"\(\d[\d,.]* ?[\s\u202f]Mo\)", note.inner_text()), (size, note.inner_text())
    assert page.get_by_label("le serveur").is_disabled()
    assert page.get_by_label("ce navigateur").is_checked()
    assert not [url for url in seen.requests if re.search(r"wasm|worker|\.nq", url)]
    page.evaluate(
        """() => {
          const status = document.querySelector(".status");
          globalThis.said = [];
          new MutationObserver(() => said.push(status.textContent)).observe(status, { childList: true });
        }"""
    )
    assert re.fullmatch(r"\d+ lignes, en [\d,]+ s, dans ce navigateur", answered(page, ALL))
    said = page.evaluate("said")
    states = ("Le moteur de requêtes se charge", "Les données se téléchargent", "Les données se chargent", "en cours")
    for state in states:
        assert any(state in text for text in said), (state, said)
    assert page.locator(".status").get_attribute("role") == "status"
    assert re.fullmatch(
        r"Ce navigateur a chargé [\d\u202f]+ quads en [\d,]+ s\u00a0; mémoire du moteur\u00a0: [\d,]+\u202fMo\.",
        note.inner_text(),
    )
    expected = rows(copy.server.ask(ALL, format="json").content)
    assert int(said[-1].split(" ")[0].replace("\u202f", "")) == expected.total()


def test_the_data_are_kept_for_the_next_visit_and_no_longer(browser: Browser, copy: Copy, seen: Seen) -> None:
    first = watched(browser, seen)
    first.goto(f"{copy.address}/sparql.fr.html")
    answered(first, "ASK {}")
    fetched = [url for url in seen.requests if ".nq" in url]
    assert len(fetched) == 1
    assert fetched[0].endswith(".nq.gz")
    again = first.context.new_page()
    again.goto(f"{copy.address}/sparql.fr.html")
    answered(again, ALL)
    assert [url for url in seen.requests if ".nq" in url] == fetched
    # What the browser kept is checked too, and is fetched again where it has been touched.
    spoil = """async () => {
      const cache = await caches.open((await caches.keys())[0]);
      const [request] = await cache.keys();
      await cache.put(request, new Response("<a:a> <a:a> <a:a> .\\n"));
    }"""
    again.evaluate(spoil)
    again.reload()
    answered(again, ALL)
    assert len([url for url in seen.requests if ".nq" in url]) == 2
    first.context.close()
    seen.check(copy.address)


def test_data_that_are_not_those_announced_are_refused(page: Page, copy: Copy) -> None:
    before = copy.changed(lambda told: told.update(sha256="0" * 64))
    try:
        page.reload()
        run(page, "ASK {}")
        expect(page.get_by_role("alert")).to_contain_text("ne sont pas celles que le site annonce")
    finally:
        (copy.root / DESCRIBED).write_text(before)
    page.reload()
    answered(page, "ASK {}")


def test_the_plain_file_serves_where_the_packed_one_is_missing(page: Page, copy: Copy, seen: Seen) -> None:
    packed = json.loads((copy.root / DESCRIBED).read_text())["files"][0]["path"]
    away = (copy.root / "data" / packed).rename(copy.root / "away.gz")
    try:
        answered(page, ALL)
        assert [url.rpartition("/")[2] for url in seen.requests if ".nq" in url] == [packed, packed[: -len(".gz")]]
    finally:
        away.rename(copy.root / "data" / packed)


def test_a_query_is_stopped_and_the_next_one_needs_no_download(page: Page, seen: Seen) -> None:
    answered(page, "ASK {}")
    fetched = len([url for url in seen.requests if ".nq" in url])
    run(page, ENDLESS)
    page.get_by_role("button", name="Arrêter").click()
    expect(page.get_by_text("La requête a été arrêtée.")).to_be_visible()
    answered(page, ALL)
    assert len([url for url in seen.requests if ".nq" in url]) == fetched == 1


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (ENDLESS, "La requête a pris plus de 2 s et a été arrêtée."),
        (MANY, "La réponse a plus de 20\u202f000 lignes"),
    ],
)
def test_each_limit_is_said_in_words_and_the_next_query_is_answered(query: str, said: str, page: Page) -> None:
    answered(page, "ASK {}")
    run(page, query)
    expect(page.get_by_role("alert")).to_contain_text(said)
    answered(page, ALL)


def test_what_needs_too_much_memory_is_said(browser: Browser, copy: Copy) -> None:
    # It takes some seconds to need as much: the copy says that a query may take a minute.
    file = copy.root / "sparql.fr.html"
    before = file.read_text()
    seen = Seen()
    page = watched(browser, seen)
    try:
        file.write_text(before.replace('"seconds": 2', '"seconds": 60'))
        page.goto(f"{copy.address}/sparql.fr.html")
        expect(page.locator(".engines")).to_contain_text("Ce site n’a pas de serveur de requêtes.")
        run(page, LARGE)
        said = "La requête demande plus de mémoire que ce navigateur n’en donne"
        expect(page.get_by_role("alert")).to_contain_text(said, timeout=60_000)
        answered(page, ALL)
    finally:
        file.write_text(before)
    page.context.close()
    # The last words of the engine, and nothing else.
    assert all("capacity overflow" in said or ANSWERED_WITH_AN_ERROR in said for said in seen.complaints)


@pytest.mark.parametrize("query", WRONG)
def test_an_error_stands_where_the_service_says_it(query: str, page: Page, copy: Copy) -> None:
    run(page, query)
    alert = page.get_by_role("alert")
    expect(alert.locator("pre")).to_be_visible()
    reply = copy.server.ask(query, method="POST")
    if reply.status_code == 403:
        assert "an update is not a query" in alert.inner_text()
        return
    found = re.match(r"line (\d+), column (\d+): ", reply.text)
    assert found, reply.text
    assert f"Erreur, ligne {found[1]}, colonne {found[2]}" in alert.inner_text()
    alert.get_by_role("button", name="Aller à l’endroit").click()
    assert page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getCursor().line") == int(found[1]) - 1


def test_no_query_leaves_the_browser(page: Page, copy: Copy, seen: Seen) -> None:
    run(page, f"SELECT * {{ SERVICE <{copy.address}/elsewhere> {{ ?s ?p ?o }} }}")
    expect(page.get_by_role("alert").locator("pre")).to_contain_text("is not supported")
    assert not [url for url in seen.requests if "elsewhere" in url]


def test_downloads_say_what_the_service_says(page: Page, copy: Copy) -> None:
    def saved(name: str) -> bytes:
        with page.expect_download() as begun:
            page.get_by_role("button", name=f"Télécharger {name}", exact=True).click()
        return Path(begun.value.path()).read_bytes()

    answered(page, ALL)
    expected = rows(copy.server.ask(ALL, format="json").content)
    assert rows(saved("JSON")) == expected
    assert rows(saved("TSV"), format="tsv") == expected
    assert rows(saved("XML"), format="xml") == expected
    literals = "SELECT ?s ?o { ?s ?p ?o FILTER(isIRI(?s) && isLiteral(?o)) }"
    answered(page, literals)
    csv = copy.server.ask(literals, format="csv").text
    assert sorted(saved("CSV").decode().splitlines()) == sorted(csv.splitlines())
    graph = "CONSTRUCT { ?s t:signatory ?o } WHERE { ?s t:signatory ?o }"
    answered(page, graph)
    triples = set(read_quads(copy.server.ask(graph, format="nt").content, suffix=".nt"))
    assert triples
    suffixes = {"Turtle": ".ttl", "JSON-LD": ".jsonld", "N-Triples": ".nt", "RDF/XML": ".rdf", "TriG": ".trig"}
    for name, suffix in suffixes.items():
        assert set(read_quads(saved(name), suffix=suffix)) == triples, name


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("who-signed", {"asOf": "2000-01-01"}),
        ("signed-early", {"asOf": "1850-01-01"}),
        ("of-a-class", {"class": "t:Act"}),
        ("of-a-class", {"class": ""}),
        ("is-there", {"thing": "id:nowhere"}),
        (
            "every-type",
            {
                "day": "1999-12-31", "number": "-7", "share": "12.50", "yes": "false",
                "word": 'a "quoted" \\u0041 } # ? word\u00e9\U0001f600', "place": "<id/dale>",
            },
        ),
    ],
)  # fmt: skip
def test_a_question_is_answered_as_the_service_does(
    name: str, given: dict[str, str], browser: Browser, copy: Copy, seen: Seen
) -> None:
    asked = urlencode(given)
    expected = read_results(copy.server.client.get(f"/query/{name}.json?{asked}").content)
    page = watched(browser, seen)
    page.goto(f"{copy.address}/query/{name}.fr.html?{asked}")
    if given == {"class": ""}:  # what may be left open and is: this is the answer that the page came with
        page.wait_for_load_state("networkidle")
        assert page.locator("#answers .results").count() == 0
    else:
        expect(page.locator("#answers [role=tab]").first).to_be_visible()
        with page.expect_download() as begun:
            page.get_by_role("button", name="Télécharger JSON", exact=True).click()
        found = read_results(Path(begun.value.path()).read_bytes())
        if isinstance(expected, Solutions):
            assert isinstance(found, Solutions)
            assert Counter(found.rows) == Counter(expected.rows)
        else:
            assert found is expected
        for key, text in given.items():
            assert page.locator(f"#p-{key}").input_value() == text
    page.context.close()
    seen.check(copy.address)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("asOf=2020-02-30", "La valeur du paramètre «\u00a0asOf\u00a0» doit être une date"),
        ("nope=1", "Cette question n’a pas de paramètre «\u00a0nope\u00a0»."),
    ],
)
def test_a_wrong_value_is_said(asked: str, said: str, browser: Browser, copy: Copy, seen: Seen) -> None:
    page = watched(browser, seen)
    page.goto(f"{copy.address}/query/who-signed.fr.html?{asked}")
    expect(page.get_by_role("alert")).to_contain_text(said)
    assert copy.server.client.get(f"/query/who-signed.json?{asked}").status_code == 400
    assert not [url for url in seen.requests if ".nq" in url]
    page.context.close()


def test_where_there_is_a_server_it_answers_and_the_other_can_be_chosen(
    browser: Browser, copy: Copy, seen: Seen
) -> None:
    page = watched(browser, seen)
    page.goto(f"{copy.server.address}/sparql?lang=en")
    expect(page.get_by_label("the server")).to_be_checked()
    run(page, ALL, button="Ask")
    expect(page.get_by_role("tablist")).to_be_visible()
    assert "in this browser" not in page.get_by_role("status").first.inner_text()
    page.goto(f"{copy.server.address}/query/who-signed?asOf=2000-01-01")
    page.wait_for_load_state("networkidle")
    assert page.locator("#answers .results").count() == 0
    page.context.close()
    seen.check(copy.server.address)
    assert not [url for url in seen.requests if "worker" in url]


def test_where_there_are_both_either_answers_under_our_policy(browser: Browser, copy: Copy, seen: Seen) -> None:
    page = watched(browser, seen)
    page.goto(f"{copy.server.address}/sparql?lang=fr")
    expect(page.get_by_label("le serveur")).to_be_checked()
    run(page, ALL)
    status = page.get_by_role("status").first
    expect(status).to_have_text(re.compile(r"^[\d\u202f]+ lignes, en [\d,]+ s$"))
    found = status.inner_text().split(",")[0]
    page.get_by_label("ce navigateur").click()
    expect(page.locator(".engines .note")).to_contain_text("Les données seront téléchargées")
    # WebAssembly is compiled under the policy of the service, and the page may not compile any.
    assert answered(page, ALL).split(",")[0] == found
    compiled = page.evaluate(
        "WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])).then(() => 1, () => 0)"
    )
    assert compiled == 0
    page.get_by_label("le serveur").click()
    run(page, "ASK {}")
    expect(status).to_have_text(re.compile(r"^Oui, en [\d,]+ s$"))
    page.context.close()
    assert all("wasm" in said or "WebAssembly" in said for said in seen.complaints), seen.complaints
    seen.complaints.clear()
    seen.check(copy.server.address)


def test_without_a_script_the_page_says_what_it_needs(browser: Browser, copy: Copy) -> None:
    page = watched(browser, Seen(), java_script_enabled=False)
    page.goto(f"{copy.address}/sparql.en.html")
    told = page.locator("noscript p")
    assert "On a copy made of files the browser answers, and needs JavaScript" in told.inner_text()
    expect(told).to_be_visible()
    link = told.get_by_role("link", name="data as N-Quads")
    with page.expect_download() as begun:
        link.click()
    assert Path(begun.value.path()).read_bytes().endswith(b" .\n")
    page.goto(f"{copy.address}/query/who-signed.en.html")
    expect(page.locator("noscript p")).to_be_visible()
    assert "other values need JavaScript" in page.locator("noscript p").inner_text()
    page.context.close()


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_nothing_is_inaccessible_or_too_wide(
    language: str, scheme: str, width: int, browser: Browser, copy: Copy, seen: Seen, project_root: Path
) -> None:
    axe = (project_root / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    page = watched(browser, seen, color_scheme=scheme, viewport={"width": width, "height": 800})

    def check(state: str) -> None:
        page.evaluate(axe)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        told = [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found]
        assert (state, told) == (state, [])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), state

    page.goto(f"{copy.address}/sparql.{language}.html")
    expect(page.get_by_label("ce navigateur" if language == "fr" else "this browser")).to_be_checked()
    check("start")
    page.locator("button.first").click()
    expect(page.get_by_role("tablist")).to_be_visible()
    check("answered")
    page.goto(f"{copy.address}/query/who-signed.{language}.html?asOf=2020-06-29")
    expect(page.get_by_role("tablist")).to_be_visible()
    check("question")
    page.goto(f"{copy.address}/query/who-signed.{language}.html?nope=1")
    expect(page.get_by_role("alert").locator("p")).to_be_visible()
    check("wrong")
    page.context.close()
    seen.check(copy.address)
