"""What kg publish writes is what kg serve answers, and real servers answer for it by the rules that are in it."""

import asyncio
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urljoin
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.graph.build import Build
from kg.project import Project
from kg.publication.publish import SUMS, Publication
from kg.publication.verify import verify
from kg.service.app import application
from kg.service.hosting.choosing import best, forms, qualities, ranges_of_forms, ranges_of_languages, spoken
from kg.service.hosting.crawl import Answer, ask
from kg.service.hosting.indexing import sitemaps
from kg.service.negotiation import choose_form, choose_language
from kg.service.site import Site
from tests.service import test_negotiation_matrix as matrix
from tests.service.dereferencing import Client
from tests.service.hosts import BASE, apache, caddy, hosting, nginx, written

# What no answer of kg serve is: data, checksums, rules, pages of errors, what is told to those who index.
OTHERS = re.compile(
    r"data/.*|data\..*|catalog\..*|\.well-known/.*|SHA256SUMS|rules/.*|w3id/.*|[._]\w+|40\d\..*|sitemap.*|robots.*"
)
# Static hosting cannot do these: it searches nothing, takes no filter, and shows every error as a page.
LIVE_ONLY = {
    "GET /id/pact.png text/turtle en",
    "PUT /id/pact.ttl text/turtle -",
    "GET /id/none text/turtle -",
    "GET /id/pact application/json en",
    "GET /id/none application/problem+json -",
    "PUT /id/pact.ttl application/json -",
    "GET /search?zz:in=x application/json;q=0.1,text/plain -",
    "GET /search?q=pact application/json en",
    "GET /search?q=pact text/html;q=0.1,text/csv -",
    "GET /search?q=pact&format=json text/html -",
    "GET /search?q=pact&format=csv text/html -",
    "GET /search?class=zz:Act - -",
    "GET /search?zz:in=x application/json en",
    "GET /search?page=0 - -",
    "GET /search?page=999 application/json -",
    "POST /static/page.css - -",
}


def everything(published: Publication) -> dict[str, bytes]:
    """Return all files by their paths."""
    return {path: (published.folder / path).read_bytes() for path in published.paths}


def pages(published: Publication) -> dict[str, bytes]:
    """Return the files that kg serve answers too, wherever they are hosted: not the catalogue, nor what has its sum."""
    return {path: body for path, body in everything(published).items() if not OTHERS.fullmatch(path)}


def answers(project: Project, build: Build, paths: list[str]) -> dict[str, Answer]:
    async def asked() -> dict[str, Answer]:
        app = application(Site(project, build), workers=1)
        async with app.router.lifespan_context(app):
            return {path: await ask(app, path) for path in paths}

    return asyncio.run(asked())


def test_files_have_the_bytes_that_the_service_answers(
    hosted_town: Publication, old_town: tuple[Project, Build]
) -> None:
    found = pages(hosted_town)
    assert len(found) > 1000
    live = answers(*old_town, sorted(found))
    moved = {path for path, answer in live.items() if answer.status == 303}
    assert {path.partition(".")[0] for path in moved} == {"id/old-town", "id/moved", "def/Old"}
    assert [path for path in found if path not in moved and live[path].body != found[path]] == []
    gone = {path.partition(".")[0] for path, answer in live.items() if answer.status == 410}
    assert gone == {"id/lost", "def/Gone"}
    assert {answer.status for answer in live.values()} == {200, 303, 410}


def test_every_kind_of_page_is_there(hosted_town: Publication) -> None:
    found = pages(hosted_town)
    for name in (
        "index.en.html", "search.html", "search/t/Place.en.html", "search/t/Place.en.csv", "id/pact.fr.html",
        "id/pact.trig", "id/valley.page2.en.html", "id/valley.page3.ttl", "def/Act.html", "doc/gazette/line/3.nt",
        "query.en.html", "query/who-signed.fr.html", "query/who-signed.csv", "query/count-signatories.json",
        "sparql.html", "static/page.css", "id/café.jsonld",
    ):  # fmt: skip
        assert name in found, name


def test_every_link_and_fragment_leads_somewhere(hosted_town: Publication) -> None:
    found = everything(hosted_town)
    count = 0
    for path, body in found.items():
        if not path.endswith(".html") or path.startswith("40"):
            continue
        for link in re.findall(r'\s(?:href|src|action)="([^"]+)"', body.decode()):
            target, _, fragment = urljoin(f"http://site/{path}", unescape(link)).partition("#")
            if not target.startswith("http://site/"):
                assert re.match("https?://", target), (path, link)
                continue
            name = unquote(target.removeprefix("http://site/").partition("?")[0])
            if name == "sparql" and "action" in body.decode():
                continue  # the endpoint itself
            count += 1
            assert name in found, (path, link)
            if fragment and not fragment.startswith("query="):
                assert f'id="{fragment}"' in found[name].decode(), (path, link)
    assert count > 5000


def test_no_page_names_where_it_is_hosted(hosted_town: Publication) -> None:
    for path, body in pages(hosted_town).items():
        if path.endswith(".html"):
            assert not re.search(rb'(?:href|src|action)="/', body), path
            assert b"data.example" not in body, path


def test_writing_twice_gives_the_same_files(
    hosted_town: Publication, old_town: tuple[Project, Build], tmp_path: Path
) -> None:
    assert written(*old_town, tmp_path / "site").sums == hosted_town.sums


def test_what_is_written_can_be_verified(hosted_town: Publication) -> None:
    assert verify(str(hosted_town.folder)).whole
    page = hosted_town.folder / "id/pact.fr.html"
    whole = page.read_bytes()
    page.write_bytes(whole.replace(b"pacte", b"pactE", 1))
    try:
        # The page of the first language has two names.
        assert {fault.path for fault in verify(str(hosted_town.folder)).faults} == {"id/pact.fr.html", "id/pact.html"}
    finally:
        page.write_bytes(whole)


@pytest.fixture(scope="module")
def altered_town(hosted_town: Publication, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the folder with another last byte in each file but the list of checksums."""
    folder = tmp_path_factory.mktemp("altered") / "site"
    for path in hosted_town.paths:
        body = (hosted_town.folder / path).read_bytes()
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body[:-1] + bytes([body[-1] ^ 1]))
    shutil.copyfile(hosted_town.folder / SUMS, folder / SUMS)
    return folder


def test_one_changed_byte_of_any_file_is_found(altered_town: Path, hosted_town: Publication) -> None:
    found = {fault.path for fault in verify(str(altered_town)).faults if "its SHA-256 is" in fault.message}
    assert found == set(hosted_town.paths)
    assert {"rules/nginx.conf", "rules/Caddyfile", ".htaccess", "_headers", "404.fr.html", "static/page.css"} <= found


@pytest.mark.system
def test_one_changed_byte_of_any_file_is_found_where_it_is_hosted(
    altered_town: Path, hosted_town: Publication, old_town: tuple[Project, Build]
) -> None:
    """Of what the host shows: not of the rules that it keeps to itself, nor of pages that it has sent on instead."""
    with hosting(caddy, altered_town, old_town[0]) as client:
        found = {fault.path for fault in verify(f"http://127.0.0.1:{client.port}/").faults}
    unseen = set(hosted_town.paths) - found
    sent_on = {path for path in unseen if path.startswith(("id/old-town.", "id/moved.", "def/Old."))}
    assert unseen - sent_on == {".htaccess", "w3id/.htaccess"}


def test_the_sitemap_lists_every_page_once(hosted_town: Publication) -> None:
    root = ET.parse(hosted_town.folder / "sitemap.xml").getroot()
    listed = [unquote(entry[0].text or "").removeprefix(BASE) for entry in root]
    expected = {
        path for path in everything(hosted_town) if not path.startswith("40") and re.search(r"\.(fr|en)\.html$", path)
    }
    assert len(listed) == len(set(listed))
    assert expected - set(listed) <= {
        path for path in expected if path.startswith(("id/old-town", "id/moved", "def/Old"))
    }
    assert set(listed) <= expected
    assert f"Sitemap: {BASE}sitemap.xml" in (hosted_town.folder / "robots.txt").read_text()


def test_many_pages_have_an_index_of_sitemaps() -> None:
    found = sitemaps([f"a&{n}.en.html" for n in range(25)], base=BASE, most=10)
    index = ET.fromstring(found["sitemap.xml"])
    assert index.tag.endswith("sitemapindex")
    names = [(entry[0].text or "").removeprefix(BASE) for entry in index]
    assert names == ["sitemap-1.xml", "sitemap-2.xml", "sitemap-3.xml"]
    assert sum(len(ET.fromstring(found[name])) for name in names) == 25


RANGES = ["text/html", "text/turtle", "text/*", "*/*", "application/*", "application/ld+json", "image/png",
          "application/rdf+xml", "application/trig", "application/n-triples"]  # fmt: skip
QUALITIES = ["", ";q=1", ";q=1.0", ";q=0", ";q=0.0", ";q=0.5", ";q=0.3", ";q=.2", "; q=0.001", " ;q=0.05"]


@st.composite
def accepted(draw: Callable[..., list[str]], ranges: list[str]) -> str:
    chosen = draw(st.lists(st.sampled_from(ranges), min_size=1, max_size=4, unique=True))
    return ", ".join(name + str(draw(st.sampled_from(QUALITIES))) for name in chosen)


@given(accepted(RANGES))
def test_expressions_choose_the_form_that_the_service_chooses(accept: str) -> None:
    expected = choose_form(accept)
    found = next((suffix for pattern, suffix in forms() if re.search(pattern, accept, re.IGNORECASE)), None)
    # Qualities count to a tenth: below it all are alike.
    if not ("0.001" in accept and "0.05" in accept):
        assert found == (expected.suffix if expected else None)


def chosen(header: str, ranges: Sequence[str], ways: Sequence[tuple[str, Sequence[int]]]) -> str | None:
    """Choose as Caddy does: the quality of each range, then the best way by them."""
    found = ""
    for quality, named in qualities(ranges):
        match = re.search(quality, header, re.IGNORECASE)
        found += f"{match[1] if match else '1' if re.search(named, header, re.IGNORECASE) else '-'}/"
    return next((way for pattern, way in best(ways, len(ranges)) if re.search(pattern, found)), None)


@given(accepted(RANGES))
def test_qualities_of_ranges_choose_the_form_that_the_service_chooses(accept: str) -> None:
    expected = choose_form(accept)
    if not ("0.001" in accept and "0.05" in accept):
        assert chosen(accept, *ranges_of_forms()) == (expected.suffix if expected else None)


@given(accepted(["fr", "en", "de", "*", "en-GB", "fr-CA"]))
def test_qualities_of_ranges_choose_the_language_that_the_service_chooses(accept: str) -> None:
    if not ("0.001" in accept and "0.05" in accept):
        found = chosen(accept, *ranges_of_languages(("fr", "en"))) or "fr"
        assert found == choose_language(accept, languages=("fr", "en"))


@given(accepted(["fr", "en", "de", "*", "en-GB", "fr-CA"]))
def test_expressions_choose_the_language_that_the_service_chooses(accept: str) -> None:
    found = next((tag for pattern, tag in spoken(("fr", "en")) if re.search(pattern, accept, re.IGNORECASE)), "fr")
    if not ("0.001" in accept and "0.05" in accept):
        assert found == choose_language(accept, languages=("fr", "en"))


@pytest.fixture(scope="module", params=[nginx, apache, caddy], ids=["nginx", "apache", "caddy"])
def host(request: pytest.FixtureRequest, hosted_town: Publication, old_town: tuple[Project, Build]) -> Iterator[Client]:
    with hosting(request.param, hosted_town.folder, old_town[0]) as client:
        yield client


@pytest.mark.system
@pytest.mark.parametrize("case", matrix.CASES, ids=[" ".join(case[:4]) for case in matrix.CASES])
def test_a_host_answers_as_the_service(case: tuple[str, ...], host: Client) -> None:
    method, target, accept, languages, status, outcome, language = case
    if " ".join(case[:4]) in LIVE_ONLY:
        pytest.skip("static hosting cannot do this: docs/publishing.md")
    wanted = {"Accept": accept, "Accept-Language": languages}
    reply = host.ask(target, method=method, headers={k: v for k, v in wanted.items() if v != "-"})
    assert reply.status == int(status)
    if status == "303":
        assert re.sub(r"^http://(?:127\.0\.0\.1|localhost):\d+", "", reply.headers["location"]) == outcome
    elif outcome != "-":
        expected = getattr(matrix, outcome, outcome)
        assert reply.headers["content-type"].replace(" ", "") == expected.replace(" ", "")
        assert (reply.body == b"") == (method == "HEAD")
    assert reply.headers.get("content-language", "-") == language
    assert reply.headers["access-control-allow-origin"] == "*"
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert reply.headers["vary"].replace(" ", "") == "Accept,Accept-Language"
    if status == "405" or method == "OPTIONS":
        assert reply.headers["allow"] == "GET, HEAD, OPTIONS"
    if status == "200":
        assert "etag" in reply.headers


@pytest.mark.system
def test_a_host_names_the_other_forms(host: Client) -> None:
    links = host.ask("/id/pact.en.html").headers["link"]
    assert '</id/pact.ttl>; rel="alternate describedby"; type="text/turtle"' in links
    assert '</id/pact.html>; rel="canonical"' in links
    assert '</id/pact.html>; rel="alternate"; type="text/html"' in host.ask("/id/pact.ttl").headers["link"]


@pytest.mark.system
def test_a_host_lets_the_worker_of_the_editor_compile(host: Client, hosted_town: Publication) -> None:
    scripts = [f"/{path}" for path in hosted_town.paths if path.endswith(".js")]
    assert any("worker" in script for script in scripts)
    for script in scripts:
        assert "'wasm-unsafe-eval'" in host.ask(script).headers["content-security-policy"], script
    for page in ("/sparql.fr.html", "/query/who-signed.html"):
        policy = host.ask(page).headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy


@pytest.mark.system
def test_a_host_answers_conditions(host: Client) -> None:
    tag = host.ask("/id/pact.ttl").headers["etag"]
    assert host.ask("/id/pact.ttl", headers={"If-None-Match": tag}).status == 304
    assert host.ask("/id/pact.ttl", headers={"If-None-Match": '"other"'}).status == 200
    assert host.ask("/id/pact.ttl", headers={"If-Match": '"other"'}).status == 412


@pytest.mark.system
def test_what_is_hosted_can_be_verified(host: Client) -> None:
    found = verify(f"http://127.0.0.1:{host.port}/")
    assert found.whole, found.faults[:5]
    assert found.files > 1600


@pytest.mark.system
def test_a_host_has_every_file(host: Client, hosted_town: Publication) -> None:
    for path, body in list(pages(hosted_town).items())[::7]:
        if path.startswith(("id/lost", "def/Gone", "id/old-town", "id/moved", "def/Old")):
            continue
        reply = host.ask("/" + path.replace("é", "%C3%A9"), headers={"Accept-Language": "fr"})
        assert (reply.status, reply.body) == (200, body), path


@pytest.mark.system
@pytest.mark.parametrize("target", [t for t in matrix.HOSTILE if "?" not in t and "#" not in t])
def test_a_host_refuses_hostile_addresses(target: str, host: Client) -> None:
    reply = host.ask(target)
    assert reply.status < 500
    assert "<script>" not in reply.text
    assert "root:" not in reply.text
    assert "set-cookie" not in reply.headers
