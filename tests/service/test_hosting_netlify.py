"""What hosts that read ``_redirects`` and ``_headers`` answer, by the readers that Netlify has of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.graph.build import Build
from kg.project import Project
from kg.publication.publish import Publication
from kg.publication.verify import verify
from tests.service.dereferencing import Client
from tests.service.hosts import hosting, netlify

pytestmark = pytest.mark.system
HTML = "text/html; charset=utf-8"
CASES = [
    # target, Accept-Language, status, type or where it is, language of the text
    ("/", "de", 200, HTML, "fr"),
    ("/", "en-GB,en;q=0.9", 200, HTML, "en"),
    ("/", "fr", 200, HTML, "fr"),
    ("/id/pact", "", 200, HTML, "fr"),
    ("/id/pact", "en", 200, HTML, "fr"),
    ("/id/pact.en.html", "fr", 200, HTML, "en"),
    ("/id/pact.html", "en", 200, HTML, "fr"),
    ("/id/valley.page2.en.html", "", 200, HTML, "en"),
    ("/search", "en", 200, HTML, "en"),
    ("/sparql", "en", 200, HTML, "en"),
    ("/query/who-signed", "en", 200, HTML, "fr"),
    ("/id/pact.ttl", "en", 200, "text/turtle; charset=utf-8", ""),
    ("/id/pact.jsonld", "", 200, "application/ld+json", ""),
    ("/id/pact.nt", "", 200, "application/n-triples", ""),
    ("/id/pact.rdf", "", 200, "application/rdf+xml; charset=utf-8", ""),
    ("/id/pact.trig", "", 200, "application/trig", ""),
    ("/static/page.css", "en", 200, "text/css; charset=utf-8", ""),
    ("/id/old-town", "", 303, "/id/town", ""),
    ("/id/moved", "", 303, "https://elsewhere.example/moved", ""),
    ("/id/none", "en", 404, HTML, "fr"),
    ("/none.ttl", "", 404, "text/", ""),
]


@pytest.fixture(scope="module")
def host(clients: Path, hosted_town: Publication, old_town: tuple[Project, Build]) -> Iterator[Client]:
    with hosting(netlify, hosted_town.folder, old_town[0]) as client:
        yield client


@pytest.mark.parametrize(("target", "spoken", "status", "outcome", "language"), CASES)
def test_a_request_gets_its_answer(
    target: str, spoken: str, status: int, outcome: str, language: str, host: Client
) -> None:
    reply = host.ask(target, headers={"Accept-Language": spoken} if spoken else None)
    assert reply.status == status
    if status == 303:
        assert reply.headers["location"].removeprefix(f"http://127.0.0.1:{host.port}") == outcome
        return
    assert reply.headers["content-type"].startswith(outcome)
    assert reply.headers["access-control-allow-origin"] == "*"
    assert not language or f'<html lang="{language}"' in reply.text


def test_every_answer_has_one_policy_that_lets_scripts_run(host: Client) -> None:
    for target in ("/", "/id/pact.fr.html", "/sparql", "/sparql.en.html", "/query/who-signed.html", "/static/page.css"):
        policy = host.ask(target).headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'"), target
        assert "unsafe-inline" not in policy
        assert "," not in policy


def test_the_language_of_a_page_is_said(host: Client) -> None:
    assert host.ask("/id/pact.en.html").headers["content-language"] == "en"
    assert host.ask("/id/pact.fr.html").headers["content-language"] == "fr"


def test_what_is_hosted_can_be_verified(host: Client) -> None:
    found = verify(f"http://127.0.0.1:{host.port}/")
    assert [fault for fault in found.faults if fault.path.isascii()] == []  # this reader finds no escaped name
    assert found.files > 1600
