"""What terms and values are called on pages."""

from typing import Any

import pytest

from kg.graph.build import Build
from kg.graph.terms import RDFS, SKOS, TYPE, parse
from kg.project import Project
from kg.service import words_of_api, words_of_terms
from kg.service.documents import Documents
from kg.service.names import Names, Shown, date
from kg.service.view import View
from kg.service.wordings import WORDINGS, WORDS_OF_PAGES
from tests.service.dereferencing import Client

XSD = "http://www.w3.org/2001/XMLSchema#"
LABELS = {f"<{RDFS}label>", f"<{SKOS}prefLabel>"}


def names(project: Project, build: Build, language: str) -> Names:
    return Names(Documents(build, project=project), View("", language, ("fr", "en")))


def unnamed(project: Project, build: Build) -> list[str]:
    """Return the properties and classes of a graph that lack a name in one of its languages."""
    terms: set[str] = set()
    for _, _, p, o in build.store.quads():
        terms.add(p)
        if p == TYPE and o.startswith("<"):
            terms.add(o)
    return sorted(
        f"{language} {token}"
        for language in ("fr", "en")
        for called in [names(project, build, language)]
        for token in terms
        if called.name(token).language != language
    )


def test_every_property_and_class_of_the_graph_has_a_name_in_both_languages(
    project: Project, project_build: Build
) -> None:
    assert unnamed(project, project_build) == []


def test_every_property_and_class_of_the_fixture_has_a_name_in_both_languages(town: Project, town_build: Build) -> None:
    assert unnamed(town, town_build) == []


def test_the_graph_names_its_terms_before_we_do(town: Project, town_build: Build) -> None:
    french = names(town, town_build, "fr")
    assert french.name("<https://example.org/town/def#Act>").text == "acte"
    assert french.name(f"<{SKOS}definition>").text == "définition"
    assert french.name("<https://elsewhere.example/a/b>").text == "elsewhere.example/a/b"


@pytest.mark.parametrize(
    ("lexical", "french", "english"),
    [
        ("2019-06-27", "27 juin 2019", "27 June 2019"),
        ("2019-06-01", "1er juin 2019", "1 June 2019"),
        ("2014-10", "octobre 2014", "October 2014"),
        ("2019", "2019", "2019"),
        ("2019-12-31T23:05:00", "31 décembre 2019 à 23:05", "31 December 2019 at 23:05"),
        ("2019-12-31T23:05:00.5Z", "31 décembre 2019 à 23:05 (UTC)", "31 December 2019 at 23:05 (UTC)"),
        ("2019-12-31T23:05:00+02:00", "31 décembre 2019 à 23:05 (UTC+02:00)", "31 December 2019 at 23:05 (UTC+02:00)"),
        ("-0044", None, None),
        ("12019", None, None),
        ("0000", None, None),
        ("2019-13-01", None, None),
        ("2019-02-30", None, None),
        ("2019-06-27Z", None, None),
        ("soon", None, None),
    ],
)
def test_dates_are_written_as_people_write_them(lexical: str, french: str | None, english: str | None) -> None:
    assert date(lexical, WORDINGS["fr"]) == french
    assert date(lexical, WORDINGS["en"]) == english


@pytest.mark.parametrize(
    ("token", "shown"),
    [
        (f'"1234567.50"^^<{XSD}decimal>', Shown("1\u202f234\u202f567,5")),
        (f'"true"^^<{XSD}boolean>', Shown("oui")),
        (f'"0"^^<{XSD}boolean>', Shown("non")),
        (f'"perhaps"^^<{XSD}boolean>', Shown("perhaps")),
        (f'"NaN"^^<{XSD}double>', Shown("NaN")),
        (f'"2019-06-27"^^<{XSD}date>', Shown("27 juin 2019", date="2019-06-27")),
        (f'"https://example.org/"^^<{XSD}anyURI>', Shown("https://example.org/", href="https://example.org/")),
        (f'"javascript:alert(1)"^^<{XSD}anyURI>', Shown("javascript:alert(1)")),
        ('"a & b"@en', Shown("a & b", "en")),
        ('"59350"', Shown("59350")),
    ],
)
def test_values_are_shown_for_people(token: str, shown: Any, town: Project, town_build: Build) -> None:
    assert parse(token).kind == "literal"
    assert names(town, town_build, "fr").shown(token) == shown


def test_a_page_has_dates_that_machines_read(town_site: Client) -> None:
    assert '<time datetime="2020-05-03">3 mai 2020</time>' in town_site.ask("/id/pact.html?lang=fr").text
    assert '<time datetime="2020-05-03">3 May 2020</time>' in town_site.ask("/id/pact.html?lang=en").text


def test_numbers_have_their_unit(whole_site: Client) -> None:
    page = whole_site.ask("/id/figure/territoire-industrie-measures-planned-2402.html?lang=en").text
    assert "<dd>18 (count)" in page


def test_words_are_the_same_in_both_languages_by_key() -> None:
    french, english = WORDINGS["fr"], WORDINGS["en"]
    parts = (words_of_terms.FRENCH, words_of_api.FRENCH, WORDS_OF_PAGES["fr"])
    assert len(french) == sum(map(len, parts))  # none is said twice
    assert set(french) == set(english)
    for key, text in french.items():
        assert text.count("{") == english[key].count("{"), key
        assert not any(f" {mark}" in text for mark in ":;?!»"), f"{key}: a breaking space"
