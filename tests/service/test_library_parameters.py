"""Saved queries with parameters of every type: values, defaults, and pages and descriptions that show them."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from kg import pipeline
from kg.graph.build import Build
from kg.publication.publish import publish
from kg.publication.verify import verify
from kg.service.site import Site
from tests.service.asked_queries import asked_town
from tests.service.dereferencing import Client, serving

BROWSER = {"Accept": "text/html", "Accept-Language": "en"}
XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.fixture(scope="module")
def asked(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    project = asked_town(tmp_path_factory.mktemp("asked") / "town", project_root / "tests" / "fixture")
    build = pipeline.build(project, out=project.root / "build").build
    assert build
    with serving(Site(project, build)) as client:
        yield client


def fields(client: Client, name: str) -> dict[str, str]:
    """Return the texts in the form of a query's page, by parameter."""
    page = client.ask(f"/query/{name}", headers=BROWSER)
    assert page.status == 200
    return {n: unescape(v) for n, v in re.findall(r'<input id="p-\w+" name="(\w+)"[^>]* value="([^"]*)"', page.text)}


def rows(client: Client, target: str) -> list[dict[str, Any]]:
    reply = client.ask(target)
    assert reply.status == 200, reply.text
    found: list[dict[str, Any]] = json.loads(reply.body)["results"]["bindings"]
    return found


def test_a_value_is_put_as_a_term_of_its_type(asked: Client) -> None:
    given = {
        "day": "2019-01-02", "number": "-7", "share": ".25", "yes": "false",
        "word": 'a "quoted" \\ } UNION { ?s ?p ?o', "place": "id:hill",
    }  # fmt: skip
    (row,) = rows(asked, f"/query/every-type?{urlencode(given, quote_via=quote)}")
    assert row == {
        "day": {"type": "literal", "value": "2019-01-02", "datatype": f"{XSD}date"},
        "number": {"type": "literal", "value": "-7", "datatype": f"{XSD}integer"},
        "share": {"type": "literal", "value": "0.25", "datatype": f"{XSD}decimal"},
        "yes": {"type": "literal", "value": "false", "datatype": f"{XSD}boolean"},
        "word": {"type": "literal", "value": given["word"]},
        "place": {"type": "uri", "value": "https://example.org/town/id/hill"},
    }


def test_the_form_has_the_defaults_of_every_type(asked: Client) -> None:
    assert fields(asked, "every-type") == {
        "day": "2020-06-30", "number": "12", "share": "0.5", "word": "pact", "place": "id:town",
    }  # fmt: skip
    assert fields(asked, "of-a-class") == {"class": ""}


def test_what_a_form_has_gives_the_answer_without_it(asked: Client) -> None:
    given = urlencode(fields(asked, "every-type"))
    assert rows(asked, f"/query/every-type?{given}") == rows(asked, "/query/every-type")


def test_the_date_of_the_settings_goes_before_that_of_the_file(asked: Client) -> None:
    """The file says 1800, when nothing was signed; the settings say 2020, as the command line does."""
    assert len(rows(asked, "/query/signed-by")) == 1
    assert rows(asked, "/query/signed-by?asOf=1800-01-01") == []
    assert fields(asked, "signed-by") == {"asOf": "2020-06-30"}


def test_an_answer_is_cited_with_the_digest_that_is_verified(asked: Client, tmp_path: Path) -> None:
    page = asked.ask("/query/signed-by.en.html").text
    build = Build.open(asked.project.root / "build")
    published = publish(build, project=asked.project, out=tmp_path / "site")
    assert f'<code id="digest">{verify(str(published.folder)).digest}</code>' in page


def test_an_answer_is_cited_with_every_value(asked: Client) -> None:
    page = asked.ask("/query/signed-by", headers=BROWSER).text
    cited = f"{asked.project.base}query/signed-by?asOf=2020-06-30"
    assert f'<a id="cited" href="../query/signed-by.html?asOf=2020-06-30">{cited}</a>' in page
    assert 'href="../query/signed-by.csv"' in page


@pytest.mark.parametrize("name", ["now", "nothing-now"])
def test_a_page_that_may_differ_at_each_run_has_no_tag(asked: Client, name: str) -> None:
    """Neither one whose own answer may, nor one of which an answer that says why may."""
    first = asked.ask(f"/query/{name}", headers=BROWSER)
    again = asked.ask(f"/query/{name}", headers=BROWSER)
    assert (first.status, first.headers["cache-control"], "etag" in first.headers) == (200, "no-store", False)
    assert first.text != again.text


def test_nothing_given_or_found_becomes_markup(asked: Client) -> None:
    for target in ("hostile", "hostile?word=%3Cscript%3E", "every-type?day=%3Cscript%3E", "%3Cscript%3E"):
        for accept in ("text/html", "*/*"):
            reply = asked.ask(f"/query/{target}", headers={"Accept": accept})
            assert "<script>" not in reply.text or not reply.headers["content-type"].startswith("text/html")


def test_a_long_answer_is_cut_on_the_page_and_whole_in_the_data(asked: Client) -> None:
    page = asked.ask("/query/many", headers=BROWSER).text
    assert page.count("<tr>") == 501
    assert len(asked.ask("/query/many.csv").text.splitlines()) == 3001


def test_the_description_of_every_type_is_valid_and_true(asked: Client) -> None:
    document = json.loads(asked.ask("/openapi.json").body)
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []
    schemas = {p["name"]: p["schema"] for p in document["paths"]["/query/every-type"]["get"]["parameters"]}
    assert {name: schema.get("default") for name, schema in schemas.items() if name != "format"} == {
        "day": "2020-06-30", "number": 12, "share": "0.5", "yes": True, "word": "pact",
        "place": "https://example.org/town/id/town",
    }  # fmt: skip
    assert asked.ask("/query/every-type?share=1e5").status == 400
    assert not re.search(schemas["share"]["pattern"], "1e5")
    for path, operations in document["paths"].items():
        if path.startswith("/query/"):
            for media in operations["get"]["responses"]["200"]["content"]:
                reply = asked.ask(path, headers={"Accept": media})
                assert (reply.status, reply.headers["content-type"].partition(";")[0]) == (200, media), path
