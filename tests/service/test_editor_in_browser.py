"""The editor in Chromium: written, run, drawn, downloaded, linked, in both languages, by keyboard, without a script."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from kg.project import Project
from tests.service.chromium import Seen, chromium, watched, write, written
from tests.service.served import Served, served

pytestmark = pytest.mark.system

PLACES = """PREFIX geo: <http://www.opengis.net/ont/geosparql#>
SELECT ?thing ?name ?people ?place WHERE {
  VALUES (?thing ?name ?people ?place) {
    (id:town "Bourg" 41555 "POINT(2.78 50.29)"^^geo:wktLiteral)
    (id:valley "Vallée" 234475 "POLYGON((2.3 50.4, 3.4 50.4, 3.4 50.1, 2.3 50.4))"^^geo:wktLiteral)
    (UNDEF "Ailleurs" 12 "<http://www.opengis.net/def/crs/EPSG/0/4326> LINESTRING(50.5 2.5, 50.6 2.6)"^^geo:wktLiteral)
    (UNDEF "Nulle part" -3 "CIRCLE(1 2)"^^geo:wktLiteral)
  }
}"""
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n1 ?o . ?p ?q ?r }"


Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def town_server(served_town: Project) -> Iterator[Served]:
    with served(served_town, "--workers", "2") as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def visit(browser: Browser, town_server: Served) -> Iterator[Visit]:
    """Open addresses; in the end nothing was asked of another server, and the browser had nothing to complain of."""
    seen = Seen()
    contexts = []

    def open_page(target: str = "/sparql?lang=fr", *, ready: bool = True, **options: Any) -> Page:
        page = watched(browser, seen, **options)
        contexts.append(page.context)
        page.goto(town_server.address + target)
        if ready:
            expect(page.locator(".yasqe .CodeMirror")).to_be_visible()
        return page

    yield open_page
    for context in contexts:
        context.close()
    seen.check(town_server.address)


def run(page: Page, query: str) -> None:
    write(page, query)
    page.get_by_role("button", name="Interroger").click()
    expect(page.get_by_role("tablist")).to_be_visible()


def test_a_query_is_written_with_completion_and_run(visit: Visit, town_server: Served) -> None:
    page = visit()
    write(page, "")
    page.keyboard.type("PREFIX sk")
    expect(page.locator(".CodeMirror-hint")).to_have_text(["skos: <http://www.w3.org/2004/02/skos/core#>"])
    page.keyboard.press("Enter")
    page.keyboard.type("\nSELECT * WHERE { ?act a t:A")
    expect(page.locator(".CodeMirror-hint-active")).to_have_text(re.compile(r"^\s*t:Act\b"))
    page.keyboard.press("Enter")
    page.keyboard.type(" ; ")
    page.keyboard.press("Control+Space")
    expect(page.locator(".CodeMirror-hint", has_text="rdf:type").first).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.type("t:signa")
    expect(page.locator(".CodeMirror-hint")).to_have_text([re.compile(r"^\s*t:signatory\b")])
    page.keyboard.press("Enter")
    page.keyboard.type(" ?party }")
    page.keyboard.press("Control+Enter")
    rows = page.get_by_role("tabpanel").locator("tbody tr")
    expect(rows.first).to_be_visible()
    query = written(page)
    assert query.startswith("PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\nSELECT")
    answer = town_server.ask(query, format="json").json()["results"]["bindings"]
    assert len(answer) == rows.count() > 0
    expect(page.get_by_role("status").first).to_contain_text(f"{len(answer)} ligne")
    link = rows.first.get_by_role("link").first
    assert link.get_attribute("title") == answer[0]["act"]["value"]
    link.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.url.startswith(f"{town_server.address}/id/")


def test_the_map_is_drawn_and_moved(visit: Visit) -> None:
    page = visit()
    run(page, PLACES)
    page.get_by_role("tab", name="Carte").click()
    drawing = page.get_by_role("img", name="Nombre de formes\u00a0: 3")
    expect(drawing).to_be_visible()
    assert [drawing.locator(f"path.{kind}").count() for kind in ("area", "dot", "way")] == [1, 1, 1]
    expect(page.get_by_text("Valeurs qui n’ont pu être dessinées\u00a0: 1.")).to_be_visible()
    drawing.scroll_into_view_if_needed()
    dot = drawing.locator("path.dot").bounding_box()
    assert dot
    page.mouse.move(dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2)
    told = page.locator(".told")
    expect(told).to_contain_text("Bourg")
    assert told.get_by_role("link").get_attribute("href") == "./id/town.fr.html"
    # The north is up and the west is left: the point lies inside the triangle's box.
    area = drawing.locator("path.area").bounding_box()
    way = drawing.locator("path.way").bounding_box()
    assert area
    assert way
    assert area["x"] < dot["x"] < area["x"] + area["width"]
    assert area["y"] < dot["y"] < area["y"] + area["height"]
    assert way["y"] < area["y"]
    page.mouse.click(area["x"] + area["width"] * 0.8, area["y"] + area["height"] * 0.3)
    expect(told).to_contain_text("Vallée")
    page.mouse.move(dot["x"] + dot["width"] / 2, dot["y"] + dot["height"] / 2)
    expect(told).to_contain_text("Vallée")
    before = drawing.get_attribute("viewBox")
    page.get_by_role("group", name="Carte").focus()
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    assert drawing.get_attribute("viewBox") != before
    page.keyboard.press("0")
    assert drawing.get_attribute("viewBox") == before
    page.get_by_role("button", name="Agrandir").click()
    assert drawing.get_attribute("viewBox") != before


def test_the_chart_is_drawn_of_chosen_columns(visit: Visit) -> None:
    page = visit()
    run(page, PLACES)
    page.get_by_role("tab", name="Graphique").click()
    figure = page.locator("figure.chart")
    assert figure.locator("rect.bar").count() == 4
    page.get_by_label("Libellés").select_option("name")
    assert "Vallée : 234" in figure.locator("title").nth(1).evaluate("title => title.textContent").replace(
        "\u00a0", " "
    )
    page.get_by_label("Type").select_option("line")
    assert figure.locator("circle").count() == 4
    page.get_by_label("Type").select_option("pie")
    assert figure.locator("path.slice").count() == 3
    expect(figure).to_contain_text("Des secteurs ne montrent que des valeurs positives.")
    expect(figure).to_contain_text("84,9")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        (PLACES, {"CSV": "csv", "JSON": "json", "TSV": "tsv", "XML": "xml"}),
        ("ASK {}", {"JSON": "json", "XML": "xml"}),
        (
            "CONSTRUCT { id:a t:says 1 } WHERE {}",
            {"Turtle": "turtle", "JSON-LD": "jsonld", "N-Triples": "nt", "RDF/XML": "rdf", "TriG": "trig"},
        ),
    ],
)
def test_answers_are_downloaded_as_the_endpoint_writes_them(
    query: str, names: dict[str, str], visit: Visit, town_server: Served
) -> None:
    page = visit()
    run(page, query)
    assert page.locator(".downloads button").all_inner_texts() == list(names)
    for name, form in names.items():
        with page.expect_download() as begun:
            page.get_by_role("button", name=f"Télécharger {name}", exact=True).click()
        assert begun.value.suggested_filename.startswith("results.")
        assert Path(begun.value.path()).read_bytes() == town_server.ask(query, format=form).content


def test_the_link_carries_the_query_and_the_language_can_change(visit: Visit, town_server: Served) -> None:
    query = '# «é» & + # "%41"\nSELECT ?s WHERE { ?s a t:Act }'
    page = visit()
    write(page, query)
    page.get_by_role("button", name="Lien vers cette requête").click()
    assert "#query=" in page.url
    other = visit(page.url.removeprefix(town_server.address))
    assert written(other) == query
    other.get_by_role("link", name="English").click()
    expect(other.get_by_role("button", name="Ask")).to_be_visible()
    assert written(other) == query
    assert other.locator("html").get_attribute("lang") == "en"
    other.get_by_role("button", name="Ask").click()
    expect(other.get_by_role("tab", name="Table")).to_be_visible()
    other.get_by_role("link", name="français").click()
    expect(other.get_by_role("button", name="Interroger")).to_be_visible()
    assert written(other) == query


def test_an_error_is_shown_where_it_is(visit: Visit) -> None:
    page = visit()
    write(page, "SELECT * WHERE {\n  ?s a t:Act .\n  ?s t:signedOn }\n")
    mark = page.locator(".syntax-error")
    expect(mark).to_have_attribute("title", re.compile("^La syntaxe est incorrecte à cette ligne. Attendu"))
    page.get_by_role("button", name="Interroger").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Erreur, ligne 3, colonne ")
    marked = page.locator(".CodeMirror-code > div").filter(has=page.locator(".line-error"))
    expect(marked).to_have_count(1)
    assert "t:signedOn" in marked.inner_text()
    alert.get_by_role("button", name="Aller à l’endroit").click()
    assert page.evaluate("document.querySelector('.yasqe .CodeMirror').CodeMirror.getCursor().line") == 2
    page.keyboard.press("End")
    page.keyboard.type(" ")
    expect(page.locator(".line-error")).to_have_count(0)
    write(page, "SELECT * { ?s nope:a ?o }")
    expect(mark).to_have_attribute("title", "Le préfixe «\u00a0nope\u00a0» n’est pas déclaré.")


def test_a_long_query_can_be_stopped_and_says_when_it_took_too_long(visit: Visit) -> None:
    page = visit()
    write(page, ENDLESS)
    page.get_by_role("button", name="Interroger").click()
    page.get_by_role("button", name="Arrêter").click()
    expect(page.get_by_text("La requête a été arrêtée.")).to_be_visible()
    page.get_by_role("button", name="Interroger").click()
    expect(page.get_by_role("alert")).to_contain_text("2 s")
    expect(page.get_by_role("button", name="Interroger")).to_be_visible()


def test_a_saved_query_opens_and_what_was_there_comes_back(visit: Visit, served_town: Project) -> None:
    page = visit()
    write(page, "ASK {}")
    page.get_by_label("Requêtes enregistrées").select_option(label="Qui a signé le pacte ?")
    page.get_by_role("button", name="Ouvrir").click()
    assert written(page) == (served_town.queries / "competency" / "who-signed.rq").read_text(encoding="utf-8")
    expect(page.locator(".syntax-error")).to_have_count(0)
    page.keyboard.press("Control+z")
    assert written(page) == "ASK {}"
    assert written(visit("/sparql?lang=fr&saved=who-signed")).startswith("#+ id: who-signed")


def test_the_keyboard_does_everything_and_is_never_held(visit: Visit) -> None:
    page = visit()
    query = "SELECT ?name ?n { VALUES (?name ?n) { ('a' 1) ('b' 2) } }"
    write(page, query)
    focused = "document.activeElement.textContent.trim()"
    page.keyboard.press("Tab")
    assert page.evaluate(focused) == "Interroger"
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.getAttribute('role')") == "textbox"
    page.keyboard.press("Shift+Tab")
    assert page.evaluate(focused) == "Ouvrir"
    assert written(page) == query
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tablist")).to_be_visible()
    for _ in range(4):
        page.keyboard.press("Tab")
    assert page.evaluate(focused) == "Tableau"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="Graphique")).to_have_attribute("aria-selected", "true")
    editor = page.get_by_role("textbox", name="Requête SPARQL")
    assert editor.get_attribute("aria-describedby") == "editor-help"
    assert "Tab quitte l’éditeur" in page.locator("#editor-help").inner_text()


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_nothing_is_inaccessible_or_too_wide(
    language: str, scheme: str, width: int, visit: Visit, project_root: Path
) -> None:
    axe = (project_root / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    page = visit(f"/sparql?lang={language}", color_scheme=scheme, viewport={"width": width, "height": 800})
    page.evaluate(axe)

    def check(state: str) -> None:
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        told = [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found]
        assert (state, told) == (state, [])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), state

    check("start")
    write(page, "")
    page.keyboard.type("SELECT * { ?s a t:A")
    expect(page.locator(".CodeMirror-hint").first).to_be_visible()
    check("completion")
    page.keyboard.press("Escape")
    page.locator("button.first").click()
    expect(page.get_by_role("alert").locator("pre")).to_be_visible()
    check("error")
    write(page, PLACES)
    page.locator("button.first").click()
    for view in ("table", "map", "chart", "raw"):
        page.locator(f"#view-{view}").click()
        check(view)
    page.locator("#view-chart").click()
    for kind in ("line", "pie"):
        page.locator("select[name=type]").select_option(kind)
        check(kind)


def test_without_a_script_the_form_does_the_job(visit: Visit, town_server: Served) -> None:
    page = visit(ready=False, java_script_enabled=False, viewport={"width": 320, "height": 800})
    for control in page.locator("select, textarea, button").all():
        box = control.bounding_box()
        assert box
        assert box["x"] + box["width"] <= 320
    page.get_by_label("Requêtes enregistrées").select_option(label="Combien de signataires a le pacte ?")
    page.get_by_role("button", name="Ouvrir").click()
    query = page.get_by_label("Requête", exact=True).input_value()
    assert query.startswith("#+ id: count-signatories")
    assert page.locator("html").get_attribute("lang") == "fr"
    page.get_by_label("Format").select_option("csv")
    with page.expect_download() as begun:
        page.get_by_role("button", name="Interroger").click()
    assert Path(begun.value.path()).read_bytes() == town_server.ask(query, format="csv").content


def test_where_the_editor_does_not_come_the_form_stays(browser: Browser, town_server: Served) -> None:
    context = browser.new_context()
    context.route("**/static/editor/editor-*", lambda route: route.abort())
    page = context.new_page()
    page.goto(f"{town_server.address}/sparql?lang=en")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_label("Query", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Ask")).to_be_visible()
    context.close()


def test_the_bundle_names_the_licences_of_what_it_contains(town_server: Served) -> None:
    text = town_server.client.get("/static/editor/THIRD-PARTY.txt").text
    for name in ("@zazuko/yasqe", "codemirror", "lodash-es", "dompurify", "oxigraph"):
        assert f"\n{name}\n" in text
    for crate in ("spargebra", "quick-xml", "memchr", "regex-automata", "wasm-bindgen"):
        assert re.search(rf"\n{crate} \d+\.\d+\.\d+, \S", text), crate
    for words in ("Crates of Rust in the engine, under MIT:", "Permission is hereby granted, free of charge"):
        assert words in text
    manifest = json.loads(town_server.client.get("/static/editor/manifest.json").text)
    assert set(manifest) == {"script", "style", "question", "results"}
