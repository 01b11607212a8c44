"""The releases of a dataset as a feed (Atom, RFC 4287): an entry for each, the newest first."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from kg.publication.about import About
from kg.publication.packing import PACKINGS
from kg.publication.released import Released

FILE = "releases.atom"
PAGE = "data.html"
"""The page that has a place for each release, ``release-<version>``."""
_ATOM = "http://www.w3.org/2005/Atom"


def write_feed(releases: Sequence[Released], about: About, *, site: str, language: str) -> bytes:
    """Return the feed of releases, the newest first, hosted at ``site``, as XML.

    A release has no hour: it counts from midnight, UTC.
    """
    ET.register_namespace("", _ATOM)
    feed = ET.Element(_name("feed"), {"{http://www.w3.org/XML/1998/namespace}lang": language})
    title = about.title(language)
    _add(feed, "id", f"{site}{FILE}")
    _add(feed, "title", title)
    _add(feed, "updated", _moment(releases[0]))
    for author in about.authors:
        _add(_add(feed, "author"), "name", author.name(language))
    if not about.authors:
        _add(_add(feed, "author"), "name", title)
    _add(feed, "link", rel="self", href=f"{site}{FILE}", type="application/atom+xml")
    _add(feed, "link", rel="alternate", href=f"{site}{PAGE}", type="text/html")
    for released in releases:
        entry = _add(feed, "entry")
        folder = f"release/{released.version}/"
        _add(entry, "id", f"{site}{folder}")
        _add(entry, "title", f"{title} {released.version}")
        _add(entry, "updated", _moment(released))
        _add(entry, "summary", f"SHA-256 {released.digest}")
        _add(entry, "link", rel="alternate", href=f"{site}{PAGE}#release-{released.version}", type="text/html")
        _add(
            entry, "link",
            rel="enclosure", href=f"{site}{folder}{released.file.path}", type=PACKINGS["gz"],
            length=str(released.file.size),
        )  # fmt: skip
    ET.indent(feed)
    text: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, _name(name), attributes)
    element.text = text
    return element


def _name(name: str) -> str:
    return f"{{{_ATOM}}}{name}"


def _moment(released: Released) -> str:
    return f"{released.date.isoformat()}T00:00:00Z"
