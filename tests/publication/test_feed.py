"""The feed of releases, as a reader of feeds finds it, and as RFC 4287 asks."""

import re
import shutil
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import feedparser
import pytest

from kg.publication.feed import FILE
from kg.publication.publish import publish
from kg.publication.released import releases
from kg.publication.verify import verify
from kg.service.hosting.site import HostedSite
from tests.publication.test_release import DAY, HILL, PLACES, Town

BASE = "https://data.example/town/"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def town(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Town:
    fixture = project_root / "tests" / "fixture"
    return Town(shutil.copytree(fixture, tmp_path_factory.mktemp("feed") / "town"))


@pytest.fixture(scope="module")
def site(town: Town) -> Path:
    """The pages and data of a project with two releases."""
    town.release("1.0.0")
    town.change(PLACES, HILL, 'rdfs:label "butte & <mont>"@fr ;').release("1.0.1")
    build, project = town.build(), town.project
    made = publish(build, project=project, out=town.root / "site", base=BASE, pages=HostedSite(project, build))
    return made.folder


def test_a_project_without_a_release_has_no_feed(project_root: Path, tmp_path: Path) -> None:
    town = Town(shutil.copytree(project_root / "tests" / "fixture", tmp_path / "town"))
    made = publish(town.build(), project=town.project, out=tmp_path / "site")
    assert not (made.folder / FILE).exists()


def test_a_reader_finds_each_release_the_newest_first(site: Path, town: Town) -> None:
    found = feedparser.parse((site / FILE).read_bytes())
    assert not found.bozo
    assert found.version == "atom10"
    assert (found.feed.id, found.feed.title, found.feed.language) == (f"{BASE}{FILE}", "Actes de la ville", "fr")
    known = releases(town.project)
    assert [entry.id for entry in found.entries] == [f"{BASE}release/{version}/" for version in ("1.0.1", "1.0.0")]
    for entry, released in zip(found.entries, reversed(known.values()), strict=True):
        assert entry.title == f"Actes de la ville {released.version}"
        assert datetime(*entry.updated_parsed[:6], tzinfo=UTC).date() == DAY
        assert entry.summary == f"SHA-256 {released.digest}"
        assert (entry.enclosures[0].length, entry.enclosures[0].type) == (str(released.file.size), "application/gzip")


def test_every_link_leads_to_something(site: Path) -> None:
    found = feedparser.parse((site / FILE).read_bytes())
    links = [link.href for of in (found.feed, *found.entries) for link in of.links]
    assert len(links) == 6
    for link in links:
        assert link.startswith(BASE)
        target = site / urlsplit(link).path.removeprefix(urlsplit(BASE).path)
        assert target.is_file(), link
        if fragment := urlsplit(link).fragment:
            assert f'id="{fragment}"' in target.read_text(encoding="utf-8")


def test_the_feed_has_what_atom_asks_for(site: Path) -> None:
    """RFC 4287, sections 4.1.1, 4.1.2, 3.3 and 4.2.7: what must be there, and how often."""
    feed = ET.fromstring((site / FILE).read_bytes())
    assert feed.tag == f"{ATOM}feed"
    parts = [feed, *feed.findall(f"{ATOM}entry")]
    for part in parts:
        counted = Counter(child.tag.removeprefix(ATOM) for child in part)
        assert (counted["id"], counted["title"], counted["updated"]) == (1, 1, 1)
        assert set(counted) <= {"id", "title", "updated", "author", "link", "entry", "summary"}
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", part.findtext(f"{ATOM}updated") or "")
        kinds = Counter(link.get("rel") for link in part.findall(f"{ATOM}link"))
        assert kinds["alternate"] == 1
    assert feed.find(f"{ATOM}link[@rel='self']") is not None
    assert all(author.findtext(f"{ATOM}name") for author in feed.findall(f"{ATOM}author"))
    assert feed.find(f"{ATOM}author") is not None
    assert len({part.findtext(f"{ATOM}id") for part in parts}) == 3


@pytest.mark.parametrize(("language", "heading"), [("fr", "Versions publiées"), ("en", "Releases")])
def test_the_page_of_the_data_shows_each_release(site: Path, language: str, heading: str) -> None:
    page = (site / f"data.{language}.html").read_text(encoding="utf-8")
    assert f'<h2 id="releases">{heading}</h2>' in page
    assert '<link rel="alternate" type="application/atom+xml"' in page
    for name in ("1.0.0/town.nq.gz", "1.0.1/town.nq.gz", f"1.0.1/CHANGES.{language}.md", "1.0.1/from-1.0.0.rdfp.gz"):
        assert f'release/{name}">' in page
    assert page.index('id="release-1.0.1"') < page.index('id="release-1.0.0"')


def test_one_changed_byte_of_the_feed_is_found(site: Path) -> None:
    feed = site / FILE
    whole = feed.read_bytes()
    feed.write_bytes(whole.replace(b"1.0.0", b"1.0.9", 1))
    try:
        assert {fault.path for fault in verify(str(site)).faults} == {FILE}
    finally:
        feed.write_bytes(whole)
