"""Search and lists, over HTTP."""

import csv
import io
import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from kg.graph.build import Build
from kg.project import Project
from kg.service.collation import key, plain
from kg.service.documents import Documents
from kg.service.index import Index
from kg.service.things import Things
from tests.service.dereferencing import Client, joined

BASE = "https://example.org/town/"


def ask(client: Client, **parameters: str) -> dict[str, Any]:
    reply = client.ask(f"/search?{urlencode({**parameters, 'format': 'json'})}")
    assert reply.status == 200
    found: dict[str, Any] = json.loads(reply.text)
    return found


def found(client: Client, question: str, **parameters: str) -> list[str]:
    return [result["name"] for result in ask(client, q=question, **parameters)["results"]]


def test_names_are_found_by_what_they_are_before_what_they_begin_with_and_contain(whole_site: Client) -> None:
    hows = [result["how"] for result in ask(whole_site, q="lille")["results"]]
    assert hows == sorted(hows, key=["exact", "prefix", "word", "typo"].index)
    assert {"exact", "prefix", "word"} <= set(hows)
    assert "typo" not in hows


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("pacte", "pacte de Grandville"), ("PACTE DE GRANDVILLE", "pacte de Grandville"),
        ("grand", "pacte de Grandville"), ("granville", "pacte de Grandville"), ("pactes", "pacte de Grandville"),
        ("grandvlile", "pacte de Grandville"), ("valon", "vallon"), ("vallee", "vallée"), ("vall vall", "vallée"),
        ("gr pa", "pacte de Grandville"), ("  ligue,  des… vallons ", "ligue des Vallons"),
    ],
)  # fmt: skip
def test_accents_case_order_and_slips_do_not_matter(question: str, wanted: str, town_site: Client) -> None:
    assert wanted in found(town_site, question)


@pytest.mark.parametrize("question", ["xyzzy", "vel", "grxndvxlxe", "pacte xyzzy", "!!", "\u0000"])
def test_what_is_not_there_is_not_found(question: str, town_site: Client) -> None:
    said = ask(town_site, q=question)
    assert said["total"] == 0 or not said["query"]
    if said["query"]:
        assert said["results"] == []


def test_codes_are_found(whole_site: Client) -> None:
    [lille] = ask(whole_site, q="59350")["results"]
    assert lille["name"] == "Lille"
    assert (lille["found"], lille["how"]) == ("59350", "exact")


def test_names_in_the_other_language_are_found(town_site: Client) -> None:
    assert "acte" in found(town_site, "act", lang="fr")
    assert "act" in found(town_site, "acte", lang="en")


def test_a_list_has_every_thing_of_a_class_once_in_order(whole_site: Client, project_build: Build) -> None:
    result = project_build.store.query(
        "SELECT DISTINCT ?s { ?s a <https://w3id.org/republique-contractuelle/def#Act> }"
    )
    expected = {row[0][1:-1] for row in result.rows}  # type: ignore[union-attr,index]
    names: list[str] = []
    iris: list[str] = []
    target: str | None = "/search?class=rc%3AAct&format=json&lang=fr"
    while target:
        said = json.loads(whole_site.ask(target).text)
        names += [item["name"] for item in said["results"]]
        iris += [item["iri"] for item in said["results"]]
        target = joined(target, said["next"]) if said["next"] else None
    assert len(iris) == len(set(iris)) == said["total"]
    assert set(iris) == expected
    assert [key(name) for name in names] == sorted(key(name) for name in names)


def test_a_filter_keeps_what_it_counts(whole_site: Client) -> None:
    said = ask(whole_site, **{"class": "rc:Act"})
    assert {"rc:underInstrument", "rc:status", "rc:signedOn", "rc:touchesDepartement"} <= {
        facet["parameter"] for facet in said["facets"]
    }
    for facet in said["facets"]:
        for value in facet["values"][:4]:
            narrower = ask(whole_site, **{"class": "rc:Act", facet["parameter"]: value["value"]})
            assert narrower["total"] == value["count"], (facet["parameter"], value)


def test_filters_add_up(whole_site: Client, project_build: Build) -> None:
    said = ask(whole_site, **{"class": "rc:Contract", "rc:signedOn": "2019", "rc:underInstrument": "instrument:cte"})
    result = project_build.store.query(
        """PREFIX rc: <https://w3id.org/republique-contractuelle/def#> SELECT DISTINCT ?s {
        ?s a rc:Contract ; rc:signedOn ?d ; rc:underInstrument
        <https://w3id.org/republique-contractuelle/id/instrument/cte> FILTER(YEAR(?d) = 2019) }"""
    )
    expected = {row[0][1:-1] for row in result.rows}  # type: ignore[union-attr,index]
    assert {item["iri"] for item in said["results"]} == expected
    assert expected


def test_a_class_filters_a_search(town_site: Client) -> None:
    assert found(town_site, "pact", **{"class": "t:Act", "lang": "fr"}) == ["pacte de Grandville"]
    assert found(town_site, "pact", **{"class": "t:Place"}) == []
    classes = {option["value"]: option["count"] for option in ask(town_site, q="pact", **{"class": "t:Act"})["classes"]}
    assert classes["t:Act"] == 1
    assert classes["owl:Class"] == 1


def test_csv_has_the_whole_list(whole_site: Client) -> None:
    reply = whole_site.ask("/search?class=rc:Act&format=csv&lang=fr")
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(reply.text)))
    assert len(rows) == ask(whole_site, **{"class": "rc:Act"})["total"] > 50
    assert {"iri", "name", "language", "class", "found", "how"} == set(rows[0])


def test_the_page_says_what_the_data_say(whole_site: Client) -> None:
    page = whole_site.ask("/search?class=rc:Act&rc:signedOn=2019&lang=fr").text
    said = ask(whole_site, **{"class": "rc:Act", "rc:signedOn": "2019", "lang": "fr"})
    assert f'<p role="status">{said["total"]} résultats</p>' in page
    for item in said["results"]:
        assert item["page"].replace("&", "&amp;") in page
    assert re.search(r'<option value="2019" selected>2019 \(\d+\)</option>', page)


def test_what_is_asked_is_escaped(town_site: Client) -> None:
    page = town_site.ask("/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&t:x=%3Cb%3E").text
    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page


def test_what_is_listed_is_escaped(town_site: Client) -> None:
    for target in ("/search?class=t:Place", "/search?q=script", "/search?t:within=id:valley"):
        page = town_site.ask(target).text
        assert "<script" not in page
    assert (
        "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &#34;quoted&#34;"
        in town_site.ask("/search?q=script").text
    )


def test_an_answer_has_a_tag(town_site: Client) -> None:
    for target in ("/", "/search?q=pacte", "/search?q=pacte&format=json"):
        tag = town_site.ask(target).headers["etag"]
        assert town_site.ask(target, headers={"If-None-Match": tag}).status == 304
        assert town_site.ask(target, headers={"If-Match": '"other"'}).status == 412
        assert town_site.ask(target, headers={"If-None-Match": tag, "Accept-Language": "en"}).status == 200


def test_names_are_sorted_as_a_dictionary_does() -> None:
    names = [
        "Zuydcoote",
        "œuvre",
        "Étaples",
        "etape",
        "axe 10",
        "axe 2",
        "côte",
        "cote",
        "coté",
        "Cote",
        "côté",
        "Oeuf",
        "É",
    ]
    assert sorted(names, key=key) == [
        "axe 2", "axe 10", "cote", "Cote", "coté", "côte", "côté", "É", "etape", "Étaples", "Oeuf", "œuvre",
        "Zuydcoote",
    ]  # fmt: skip
    assert plain("Œuvre d’Été") == "oeuvre d’ete"


def test_an_index_finds_what_reading_every_name_finds(old_town: tuple[Project, Build]) -> None:
    project, build = old_town
    things = Things(Documents(build, project=project))
    named = [(n, name.text) for n, names in enumerate(things.names) for name in names]
    index = Index(named)
    for question in ("pa", "vallon", "de", "grand", "ham", "l", "signed by"):
        asked = plain(question).split()
        expected = {
            n
            for n, text in named
            if all(any(word.startswith(a) for word in re.findall(r"[^\W_]+", plain(text))) for a in asked)
        }
        assert {match.thing for match in index.find(question)} == expected, question
