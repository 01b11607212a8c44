"""Pictures over HTTP: what is drawn is what their queries find, each row of it, and all leads somewhere."""

import csv
import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import shapely
from shapely.geometry import shape

from kg import pipeline
from kg.cli import kg
from kg.graph.build import Build
from kg.graph.store import Solutions
from kg.graph.terms import parse
from kg.project import Project
from kg.query.catalogue import Catalogue
from kg.service.site import Site
from tests.service.dereferencing import Client, joined, serving
from tests.service.test_resources import Reader

HTML = {"Accept": "text/html"}
LANGUAGES = ("fr", "en")
FACTS = """
@prefix geo: <http://www.opengis.net/ont/geosparql#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix id: <https://example.org/town/id/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix t: <https://example.org/town/def#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<https://example.org/town/graph/reference/drawn> rdfs:label "mesures"@fr, "measures"@en ; dct:source "le géomètre"@fr .
id:square a t:Place ; rdfs:label "place"@fr ; geo:asWKT "POLYGON ((0 0, 2 0, 2 2, 0 2, 0 0))"^^geo:wktLiteral .
id:well a t:Place ; rdfs:label "puits"@fr ; geo:asWKT "POINT (1 1)"^^geo:wktLiteral .
id:river a t:Place ; rdfs:label "rivière"@fr ; geo:asWKT "LINESTRING (0 0, 1 1, 3 2)"^^geo:wktLiteral .
id:nowhere a t:Place ; rdfs:label "nulle part"@fr .
id:garbled a t:Place ; rdfs:label "brouillé"@fr ; geo:asWKT "POLYGON 0 0"^^geo:wktLiteral .
id:market t:held id:square, id:well ; rdfs:label "marché"@fr ; t:from "2019"^^xsd:gYear ; t:to "2019"^^xsd:gYear .
id:fair t:held id:well, id:nowhere, id:river ; rdfs:label "foire"@fr ; t:from "2020-02-29"^^xsd:date ;
    t:to "2020-02-29"^^xsd:date .
id:wake t:held id:garbled ; rdfs:label "veillée"@fr ; t:to "2018-06"^^xsd:gYearMonth .
id:rumour t:held id:nowhere ; rdfs:label "rumeur"@fr .
id:one t:gives 30.5 ; t:giver id:town, id:league ; t:gets id:market ; t:stage id:sure .
id:two t:gives 70 ; t:giver id:town ; t:gets id:fair ; t:stage id:sure .
id:three t:gives 9 ; t:giver id:town ; t:gets id:fair ; t:stage id:maybe .
id:four t:gives 5 ; t:giver id:town ; t:stage id:maybe .
id:sure rdfs:label "sûr"@fr . id:maybe rdfs:label "peut-être"@fr .
id:a rdfs:label "a" ; t:after id:b . id:b rdfs:label "b" ; t:after id:c . id:c rdfs:label "c" ; t:after id:a .
id:child rdfs:label "enfant" ; t:after id:root, id:other . id:grandchild rdfs:label "petit-enfant" ; t:after id:child .
id:root rdfs:label "racine" . id:other rdfs:label "autre" .
"""
PREFIXES = """PREFIX geo: <http://www.opengis.net/ont/geosparql#>
PREFIX t: <https://example.org/town/def#>
"""
QUERIES = {
    "places": (
        "map",
        "thing place wkt source",
        "SELECT ?thing ?place ?wkt ?source { ?thing t:held ?place "
        "OPTIONAL { GRAPH ?source { ?place geo:asWKT ?wkt } } } ORDER BY ?thing ?place ?wkt ?source",
    ),
    "days": (
        "timeline",
        "lane thing earliest latest",
        "SELECT DISTINCT ?lane ?thing ?earliest ?latest { ?thing t:held ?place OPTIONAL { ?thing t:from ?earliest } "
        'OPTIONAL { ?thing t:to ?latest } BIND("fêtes"@fr AS ?lane) } ORDER BY ?lane ?thing ?earliest ?latest',
    ),
    "grid": (
        "matrix",
        "row column thing",
        "SELECT ?row ?column ?thing { ?thing t:held ?row BIND(?thing AS ?column) } ORDER BY ?row ?column ?thing",
    ),
    "money": (
        "flows",
        "part statement step1 step2 amount",
        "SELECT ?part ?statement ?step1 ?step2 ?amount { ?statement t:gives ?amount ; t:giver ?step1 ; t:stage ?part "
        "OPTIONAL { ?statement t:gets ?step2 } } ORDER BY ?part ?statement ?step1 ?step2 ?amount",
    ),
    "spots": (
        "map",
        "place wkt layer",
        'SELECT ?place ?wkt ?layer { ?spot geo:asWKT ?wkt BIND(STR(?spot) AS ?place) BIND("spot" AS ?layer) } '
        "ORDER BY ?place ?wkt ?layer",
    ),
    "line": ("tree", "thing parent", "SELECT ?thing ?parent { ?thing t:after ?parent } ORDER BY ?thing ?parent"),
}


def written(name: str, kind: str, columns: str, query: str) -> str:
    names = columns.split()
    head = [f"id: {name}", f"picture: {kind}", f"returns: {', '.join(names)}"]
    for language in LANGUAGES:
        head += [f"title@{language}: {name} in {language}", f"lead@{language}: What it shows."]
        head += [f"heading@{language}: {column} {column} in {language}" for column in names]
    return "".join(f"#+ {line}\n" for line in head) + PREFIXES + query + "\n"


def copied(project_root: Path, root: Path) -> Project:
    shutil.copytree(project_root / "tests" / "fixture", root)
    (root / "instances" / "reference" / "drawn.ttl").write_text(FACTS, encoding="utf-8")
    (root / "queries" / "pictures").mkdir()
    for name, parts in QUERIES.items():
        (root / "queries" / "pictures" / f"{name}.rq").write_text(written(name, *parts), encoding="utf-8")
    return Project.find(root)


@pytest.fixture(scope="module")
def drawn(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Build]:
    project = copied(project_root, tmp_path_factory.mktemp("drawn") / "town")
    build = pipeline.build(project, out=project.root / "build").build
    assert build is not None
    return project, build


@pytest.fixture(scope="module")
def drawn_site(drawn: tuple[Project, Build]) -> Iterator[Client]:
    with serving(Site(*drawn)) as client:
        yield client


Rows = list[dict[str, str]]


def found(project: Project, build: Build, name: str) -> Rows:
    solutions = build.store.query(Catalogue.of(project).find(name).text)
    assert isinstance(solutions, Solutions)
    return [
        {column: token for column, token in zip(solutions.variables, row, strict=True) if token}
        for row in solutions.rows
    ]


def page(client: Client, name: str, language: str = "fr") -> str:
    reply = client.ask(f"/{name}?lang={language}", headers=HTML)
    assert reply.status == 200, reply.text
    assert reply.headers["content-language"] == language
    return reply.text


def count(text: str, pattern: str) -> int:
    return len(re.findall(pattern, text))


def marks_of_map(rows: Rows) -> int:
    return len({(row["place"], row["wkt"]) for row in rows if "wkt" in row and ("thing" in row or "layer" in row)})


MARKS: dict[str, tuple[str, Callable[[Rows], int]]] = {
    "map": (r'<a href="[^"]*" class="mark shade ', marks_of_map),
    "timeline": (r'class="mark"', lambda rows: sum("earliest" in row or "latest" in row for row in rows)),
    "matrix": (r'class="mark"', lambda rows: len({(row["row"], row["column"]) for row in rows})),
    "flows": (r'<path class="band"', lambda rows: len({row.get("statement", str(row)) for row in rows})),
    "tree": (r'<path class="branch"', lambda rows: len({tuple(row.items()) for row in rows if "parent" in row})),
}


@pytest.mark.parametrize("name", ["map", "timeline", "matrix", "flows", "grants", "family"])
def test_what_is_drawn_is_what_the_query_finds(
    name: str, whole_site: Client, project: Project, project_build: Build
) -> None:
    rows = found(project, project_build, name)
    pattern, expected = MARKS[Catalogue.of(project).find(name).picture]
    for language in LANGUAGES:
        text = page(whole_site, name, language)
        assert count(text, pattern) == expected(rows) > 0
        assert count(text, r'<tr id="row-\d+">') == len(rows)
        Reader(text)
        assert "application/ld+json" not in text


def test_the_picture_of_the_contract_has_its_facts(whole_site: Client) -> None:
    text = page(whole_site, "matrix", "en")
    cell = re.search(
        r'<a href="([^"]*)"[^>]*><title>CA du Douaisis \(CAD\) × territorial food project[^<]*</title>', text
    )
    assert cell
    assert re.search(r">27 juin 2018<", page(whole_site, "timeline"))
    assert "IGN – Admin Express" in page(whole_site, "map", "en")


@pytest.mark.system
def test_links_of_pictures_resolve(whole_site: Client) -> None:
    asked: set[str] = set()
    for name in ("map", "timeline", "matrix", "flows", "grants", "family"):
        read = Reader(page(whole_site, name, "en"))
        ids = {attributes.get("id") for _, attributes in read.elements}
        for href in {a["href"] or "" for a in read.all("a")}:
            if href.startswith("#"):
                assert href[1:] in ids
            elif not href.startswith("http"):
                asked.add(joined(f"/{name}", href))
    assert len(asked) > 300
    wrong = [href for href in sorted(asked) if whole_site.follow(href, headers=HTML).status != 200]
    assert wrong == []


def test_the_figures_of_the_flows_are_sums_of_what_each_statement_says_once(
    whole_site: Client, project: Project, project_build: Build
) -> None:
    rows = found(project, project_build, "flows")
    text = page(whole_site, "flows", "en")
    sums: dict[str, dict[str, Decimal]] = {}
    for row in rows:
        sums.setdefault(row["part"], {})[row["statement"]] = Decimal(parse(row["amount"]).value)
    assert len(sums) == 3
    for of in sums.values():
        assert f"sums: {len(of)}; in all: {sum(of.values()):,}" in text
    # Eight authorities pay one sum together, and none of them has a node of its own for it.
    assert "funding/erbm-housing-epci" in text
    assert re.search(r"CA d&#39;Hénin-Carvin \+ [^<]* — 70,000,000</title>.*>CA d&#39;Hénin-Carvin \+ 7<", text)
    assert " + 1</text>" in text
    # What is a total, is due each year or is contradicted stays outside.
    for name in ("cdt-calais-total", "erbm-iae", "cte-bethune-bruay-ministry"):
        assert f"funding/{name}" not in text


def test_all_grants_of_the_state_are_in_their_flows(whole_site: Client, project_build: Build) -> None:
    told = project_build.store.query(
        "PREFIX rc: <https://w3id.org/republique-contractuelle/def#> SELECT (SUM(?a) AS ?sum) (COUNT(*) AS ?n) "
        "{ ?g rc:grantCategory ?c ; rc:amount ?a }"
    )
    assert isinstance(told, Solutions)
    whole, number = (Decimal(parse(cell or "").value) for cell in told.rows[0])
    read = list(csv.DictReader(io.StringIO(whole_site.ask("/grants.csv").text)))
    assert sum(int(row["grants"]) for row in read) == number
    assert abs(sum(Decimal(row["amount"]) for row in read) - whole) < Decimal("0.01") * len(read)


def test_a_picture_has_the_forms_of_its_data(whole_site: Client, project: Project, project_build: Build) -> None:
    for name in ("map", "flows", "family"):
        reply = whole_site.ask(f"/{name}.csv", headers=HTML)
        assert reply.headers["content-type"] == "text/csv; charset=utf-8"
        assert reply.body == whole_site.ask(f"/query/{name}.csv").body
        assert whole_site.ask(f"/{name}", headers={"Accept": "text/csv"}).body == reply.body
        assert len(list(csv.reader(io.StringIO(reply.text)))) == len(found(project, project_build, name)) + 1
    assert whole_site.ask("/flows.geojson", headers=HTML).status == 406
    assert whole_site.ask("/map", headers={"Accept": "application/pdf"}).status == 406
    assert whole_site.ask("/map.html", headers={"Accept": "text/csv"}).text.startswith("<!DOCTYPE html>")


def test_the_map_is_geojson(whole_site: Client, project: Project, project_build: Build) -> None:
    reply = whole_site.ask("/map.geojson?lang=en")
    assert reply.headers["content-type"] == "application/geo+json"
    told = json.loads(reply.body)
    rows = found(project, project_build, "map")
    assert told["type"] == "FeatureCollection"
    assert len(told["features"]) == len(rows)
    for feature, row in zip(told["features"], rows, strict=True):
        assert feature["properties"]["place"] == row["place"][1:-1]
        if "wkt" not in row:
            assert feature["geometry"] is None
            continue
        geometry = shape(feature["geometry"])
        assert geometry.normalize() == shapely.from_wkt(parse(row["wkt"]).value).normalize()
        for part in getattr(geometry, "geoms", [geometry]):
            assert part.geom_type != "Polygon" or part.exterior.is_ccw
    assert {f["properties"].get("layerName") for f in told["features"]} >= {"Action Cœur de Ville", "rural contract"}


def test_pages_are_small_and_ask_for_nothing_but_ours(whole_site: Client) -> None:
    assert len(page(whole_site, "map").encode()) < 1_500_000
    assert len(whole_site.ask("/?lang=fr", headers=HTML).body) < 150_000
    reply = whole_site.ask("/map", headers=HTML)
    policy = reply.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in policy
    assert not re.search(r"<[^>]* style=", reply.text)
    again = whole_site.ask("/map", headers={**HTML, "If-None-Match": reply.headers["etag"]})
    assert again.status == 304
    assert again.headers["content-security-policy"] == policy


def test_pictures_are_found_from_the_first_page_and_every_other(whole_site: Client, town_site: Client) -> None:
    home = whole_site.ask("/?lang=fr", headers=HTML).text
    for name in ("map", "timeline", "matrix", "flows", "grants", "family"):
        assert f'<a href="./{name}.fr.html">' in home
    assert '<h2 id="pictures">Images</h2>' in home
    assert '<a href="../../index.en.html#pictures">Pictures</a>' in whole_site.ask("/id/act/erbm.html?lang=en").text
    assert "#pictures" not in town_site.ask("/?lang=fr").text
    assert town_site.ask("/map").status == 404


def test_a_map_has_areas_lines_points_and_what_has_no_place(drawn_site: Client) -> None:
    text = page(drawn_site, "places", "fr")
    assert count(text, r'class="mark shade ') == 3
    assert count(text, r'class="dot"') == 1
    assert count(text, r'class="line"') == 2
    assert "Lieux sans géométrie dans le graphe, donc seulement dans le tableau\u00a0: 1." in text
    assert "Géométries qui ne se lisent pas\u00a0: 1." in text
    assert re.search(r'class="mark shade s2"[^>]*><title>puits\n• foire\n• marché</title>', text)
    cells = re.findall(r"<td>(?:<a[^>]*>)?(?:<span[^>]*>)?([^<]*)", text)
    assert {"contour", "ligne", "point", "aucune", "illisible"} <= set(cells)


def test_a_timeline_says_how_exact_its_dates_are(drawn_site: Client) -> None:
    text = page(drawn_site, "days", "fr")
    titles = set(re.findall(r'class="mark"[^>]*><title>([^<]*)</title><(circle|rect)', text))
    assert titles == {
        ("marché — 2019", "rect"),
        ("foire — 29 février 2020", "circle"),
        ("veillée — au plus tard juin 2018", "rect"),
    }
    assert "Lignes sans date, donc seulement dans le tableau\u00a0: 1." in text
    assert "de 2018 à 2020" in text


def test_a_matrix_leads_to_the_one_thing_of_a_cell_and_the_rows_of_several(drawn_site: Client) -> None:
    text = page(drawn_site, "grid", "fr")
    assert count(text, r'class="mark"') == 7
    assert re.search(r'<a href="\./id/fair\.fr\.html" class="mark"[^>]*><title>nulle part × foire', text)


def test_flows_add_up_no_statement_twice_and_no_two_parts(drawn_site: Client) -> None:
    text = page(drawn_site, "money", "fr")
    assert "sommes\u00a0: 2\u202f; en tout\u00a0: 100,5" in text
    assert "sommes\u00a0: 1\u202f; en tout\u00a0: 9" in text
    assert count(text, r'<path class="band"') == 3
    assert "Grandville + ligue des Vallons — 30,5" in text
    assert "Sommes sans montant ou sans deuxième étape, donc seulement dans le tableau\u00a0: 1." in text
    widths = [float(width) for width in re.findall(r'class="band"[^>]*stroke-width="([\d.]+)"', text)]
    nine, thirty, seventy = sorted(widths)
    assert abs(seventy / thirty - 70 / 30.5) < 0.01
    assert abs(seventy / nine - 70 / 9) < 0.01


def test_a_tree_shows_each_link_once_and_ends_in_a_circle(drawn_site: Client) -> None:
    text = page(drawn_site, "line", "fr")
    assert count(text, r'<path class="branch"') == 6
    assert count(text, "suite à sa première place") == 2
    names = re.findall(r'<text x="[\d.]+" y="[\d.]+">([^<]+)', text)
    assert names == ["autre", "enfant", "petit-enfant", "racine", "enfant", "a", "c", "b", "a"]


def test_what_is_no_thing_leads_nowhere(drawn_site: Client) -> None:
    text = page(drawn_site, "spots", "fr")
    assert count(text, r'<g class="mark shade s1" data-of="[k\d ]+" data-layers="k\d+:1">') == 3
    assert '<g class="head"><text' in page(drawn_site, "days", "fr")
    assert "None" not in text


@pytest.mark.parametrize("name", QUERIES)
def test_a_picture_of_nothing_is_empty(
    name: str, project_root: Path, tmp_path: Path, drawn: tuple[Project, Build]
) -> None:
    project = copied(project_root, tmp_path / "town")
    file = project.queries / "pictures" / f"{name}.rq"
    file.write_text(file.read_text(encoding="utf-8") + "LIMIT 0\n", encoding="utf-8")
    with serving(Site(project, drawn[1])) as client:
        text = page(client, name)
        assert "(0 lignes)" in text
        assert 'class="mark' not in text
        Reader(text)


WRONG = [
    (("wkt", "geometry"), 3, "a picture of the kind map needs the column ?wkt"),
    (("SELECT", "ASK {} #"), 1, "the query of a picture must be a SELECT"),
    (("#+ heading@fr: wkt wkt in fr\n", ""), 6, "heading@fr: wkt is missing"),
    (("#+ heading@fr: wkt ", "#+ heading@fr: shape "), 6, "heading@fr: shape names no column"),
]


@pytest.mark.parametrize(("change", "line", "message"), WRONG)
def test_a_wrong_picture_is_told_by_the_check_and_by_its_page(
    change: tuple[str, str], line: int, message: str, project_root: Path, tmp_path: Path, drawn: tuple[Project, Build],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    project = copied(project_root, tmp_path / "town")
    file = project.queries / "pictures" / "places.rq"
    text = file.read_text(encoding="utf-8")
    assert change[0] in text
    file.write_text(text.replace(*change), encoding="utf-8")
    assert kg.main(["-C", str(project.root), "--lang", "en", "check"], standalone_mode=False) == 1
    told = capsys.readouterr()
    assert f"queries/pictures/places.rq:{line}" in told.out + told.err
    assert message in told.out + told.err
    with serving(Site(project, drawn[1])) as client:
        reply = client.ask("/places?lang=fr", headers=HTML)
        assert reply.status == 500
        assert "Cette image ne peut pas être dessinée" in reply.text
        assert message in reply.text.replace("&#39;", "'")
        assert client.ask("/days?lang=fr", headers=HTML).status == 200


def test_a_statement_with_two_amounts_is_told_by_its_page(project_root: Path, tmp_path: Path) -> None:
    project = copied(project_root, tmp_path / "town")
    facts = project.root / "instances" / "reference" / "drawn.ttl"
    facts.write_text(facts.read_text(encoding="utf-8").replace("t:gives 70", "t:gives 70, 71"), encoding="utf-8")
    build = pipeline.build(project, out=project.root / "build").build
    assert build is not None
    with serving(Site(project, build)) as client:
        reply = client.ask("/money?lang=en", headers=HTML)
        assert reply.status == 500
        assert "one statement has several values of ?amount" in reply.text
        assert client.ask("/money.csv").status == 200
