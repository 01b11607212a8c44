"""The data of a site, live: the files that kg publish writes, their page, and the dataset on the first page."""

import gzip
import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest
import rdflib

from kg import pipeline
from kg.graph.build import Build
from kg.project import Project
from kg.publication.publish import publish
from kg.service.site import Site
from tests.service.dereferencing import Client, joined, serving
from tests.service.test_resources import Reader


@pytest.fixture(scope="module")
def published(old_town: tuple[Project, Build], tmp_path_factory: pytest.TempPathFactory) -> Path:
    project, build = old_town
    return publish(build, project=project, out=tmp_path_factory.mktemp("published") / "site").folder


def described(page: str) -> dict[str, object]:
    [text] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    said: dict[str, object] = json.loads(text)
    return said


def test_each_file_is_that_which_is_published(town_site: Client, published: Path) -> None:
    files = [path for path in published.rglob("*") if path.is_file() and path.name != "SHA256SUMS"]
    assert len(files) > 20
    for path in files:
        reply = town_site.ask(f"/{path.relative_to(published).as_posix()}")
        assert (reply.status, reply.body) == (200, path.read_bytes()), path
        assert reply.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("catalog.ttl", "text/turtle; charset=utf-8"),
        ("catalog.jsonld", "application/ld+json"),
        (".well-known/void", "text/turtle; charset=utf-8"),
        ("CITATION.cff", "application/yaml"),
        ("data/town.nq", "application/n-quads"),
        ("data/town.trig.gz", "application/gzip"),
        ("data/town.ttl.zst", "application/zstd"),
    ],
)
def test_a_file_says_its_type_and_answers_to_conditions(town_site: Client, path: str, media_type: str) -> None:
    reply = town_site.ask(f"/{path}", method="HEAD")
    assert (reply.status, reply.body, reply.headers["content-type"]) == (200, b"", media_type)
    assert "content-encoding" not in reply.headers
    again = town_site.ask(f"/{path}", headers={"If-None-Match": reply.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    assert town_site.ask(f"/{path}", method="POST").status == 405
    part = town_site.ask(f"/{path}", headers={"Range": "bytes=0-9"})
    assert (part.status, len(part.body)) == (206, 10)


@pytest.mark.parametrize(
    "path", ["data/none.ttl", "data/../kg.toml", "data/%2e%2e/catalog.ttl", "data/graph", "data//"]
)
def test_nothing_else_is_given(town_site: Client, path: str) -> None:
    assert town_site.ask(f"/{path}").status == 404


def test_the_page_has_each_file_with_its_size_and_checksum(town_site: Client) -> None:
    for language, title in (("fr", "Données"), ("en", "Data")):
        text = town_site.ask(f"/data?lang={language}").text
        assert f"<h1>{title}</h1>" in text
        page = Reader(text)
        found = {joined("/data", str(a["href"])) for a in page.all("a")}
        links = {link for link in found if link.startswith(("/data/", "/catalog", "/CITATION", "/.well-known"))}
        assert len(links) == 19
        for link in links:
            assert hashlib.sha256(town_site.ask(link).body).hexdigest() in text, link
    digest = hashlib.sha256(gzip.decompress(town_site.ask("/data/town.nq.gz").body)).hexdigest()
    assert f"SHA-256 {digest}" in text


def test_the_first_page_says_what_the_dataset_is(town_site: Client) -> None:
    page = town_site.ask("/?lang=en").text
    said = described(page)
    digest = hashlib.sha256(town_site.ask("/data/town.nq").body).hexdigest()
    assert (said["@type"], said["@id"]) == ("Dataset", town_site.project.dataset)
    assert said["identifier"] == [town_site.project.dataset, f"sha256:{digest}"]
    assert said["description"] == [
        {"@language": "fr", "@value": "Actes d'une petite ville."},
        {"@language": "en", "@value": "Acts of a little town."},
    ]
    assert isinstance(said["distribution"], list)
    for file in said["distribution"]:
        reply = town_site.ask(joined("/", file["contentUrl"]))
        assert (reply.status, reply.headers["content-type"].split(";")[0]) == (200, file["encodingFormat"])
    assert 'href="./data.en.html"' in page


def test_a_text_that_looks_like_the_end_of_a_script_stays_in_it(town: Project, tmp_path: Path) -> None:
    root = tmp_path / "town"
    shutil.copytree(town.root, root, ignore=shutil.ignore_patterns("build*"))
    file = root / "instances" / "dataset.ttl"
    hostile = "</script><b>&"
    file.write_text(file.read_text("utf-8").replace("Acts of a little town.", hostile), encoding="utf-8")
    project = Project.find(root)
    build = pipeline.build(project, out=root / "build").build
    assert build is not None
    with serving(Site(project, build)) as client:
        page = client.ask("/?lang=en").text
    assert {"@language": "en", "@value": hostile} in described(page)["description"]  # type: ignore[operator]
    assert "<b>" not in page


def test_the_catalogue_is_of_where_the_public_sees_it(old_town: tuple[Project, Build]) -> None:
    public = "https://data.example/town"
    with serving(Site(*old_town, base_path="/town", public_url=public)) as client:
        catalogue = rdflib.Graph().parse(data=client.ask("/town/catalog.ttl").text, format="turtle")
    dcat = rdflib.Namespace("http://www.w3.org/ns/dcat#")
    urls = {str(url) for url in catalogue.objects(None, dcat.downloadURL)}
    assert urls
    assert all(url.startswith(f"{public}/data/") for url in urls)
    assert [str(url) for url in catalogue.objects(None, dcat.endpointURL)] == [f"{public}/sparql"]


def test_a_dataset_that_is_not_described_has_no_data(town: Project, tmp_path: Path) -> None:
    root = tmp_path / "town"
    shutil.copytree(town.root, root, ignore=shutil.ignore_patterns("build*"))
    (root / "instances" / "dataset.ttl").unlink()
    project = Project.find(root)
    build = pipeline.build(project, out=root / "build").build
    assert build is not None
    with serving(Site(project, build)) as client:
        for path in ("/data/", "/catalog.ttl", "/data/town.nq"):
            reply = client.ask(path, headers={"Accept": "text/html"})
            assert (reply.status, "no catalogue has the dataset" in reply.text) == (404, True)
        assert client.ask("/").status == 200
