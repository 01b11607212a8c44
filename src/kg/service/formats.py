"""The formats of answers, and which of them a request accepts (RFC 9110, section 12.5.1)."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from kg.graph.results import Kind


class Offer(NamedTuple):
    """A format that an answer can have, by one of its media types."""

    format: str
    media: str


_RESULTS = (
    Offer("json", "application/sparql-results+json"),
    Offer("xml", "application/sparql-results+xml"),
    Offer("csv", "text/csv"),
    Offer("tsv", "text/tab-separated-values"),
    Offer("json", "application/json"),
    Offer("xml", "application/xml"),
    Offer("xml", "text/xml"),
)
GRAPHS = (
    Offer("turtle", "text/turtle"),
    Offer("jsonld", "application/ld+json"),
    Offer("nt", "application/n-triples"),
    Offer("rdf", "application/rdf+xml"),
    Offer("trig", "application/trig"),
    Offer("jsonld", "application/json"),
    Offer("rdf", "application/xml"),
    Offer("rdf", "text/xml"),
)
# CSV and TSV have no form for a boolean.
OFFERS: dict[Kind, tuple[Offer, ...]] = {
    "solutions": _RESULTS,
    "boolean": tuple(offer for offer in _RESULTS if offer.format in ("json", "xml")),
    "graph": GRAPHS,
}
# What ?format= may say besides a media type: for results, and for graphs.
NAMES = {
    "json": ("json", "jsonld"),
    "xml": ("xml", "rdf"),
    "csv": ("csv",),
    "tsv": ("tsv",),
    "turtle": ("turtle",),
    "ttl": ("turtle",),
    "nt": ("nt",),
    "rdf": ("rdf",),
    "rdf+xml": ("rdf",),
    "jsonld": ("jsonld",),
    "json-ld": ("jsonld",),
    "trig": ("trig",),
}
MEDIA_TYPES = frozenset(offer.media for offers in OFFERS.values() for offer in offers)
_RANGE = re.compile(r"\s*([\w!#$&^.+*-]+/[\w!#$&^.+*-]+)\s*((?:;[^,]*)?)")
_QUALITY = re.compile(r";\s*[qQ]\s*=\s*([01](?:\.\d{0,3})?)\s*(?:;|$)")


def accepted(header: str | None, offers: Sequence[Offer]) -> Offer | None:
    """Return the offer that a header Accept likes best, the first of equals; None when it takes none.

    The most specific range that speaks of a media type decides on it. Without a header all are welcome.
    """
    ranges = _ranges(header or "*/*")

    def quality(offer: Offer) -> float:
        kind = offer.media.split("/")[0]
        for name in (offer.media, f"{kind}/*", "*/*"):
            if name in ranges:
                return ranges[name]
        return 0.0

    best = max(offers, key=quality, default=None)
    return best if best and quality(best) > 0 else None


def _ranges(header: str) -> dict[str, float]:
    """Return the quality of each media range of a header; one that cannot be read is left out."""
    found: dict[str, float] = {}
    for part in header.split(","):
        if match := _RANGE.fullmatch(part):
            quality = _QUALITY.search(match[2])
            found[match[1].lower()] = min(1.0, float(quality[1])) if quality else 1.0
    return found


def named(name: str, offers: Sequence[Offer]) -> Offer | None:
    """Return the offer that ``?format=`` names, by a short name or a media type; None when there is no such one."""
    formats = NAMES.get(name, ())
    return next((offer for offer in offers if offer.format in formats or offer.media == name), None)


def content_type(media: str) -> str:
    """Return the value of Content-Type: what is text says its charset."""
    return f"{media}; charset=utf-8" if media.startswith("text/") else media
