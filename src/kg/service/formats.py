"""The forms of answers to queries, and the names that ``?format=`` has for them."""

from collections.abc import Sequence

from kg.graph.results import Kind
from kg.service.negotiation import Form

_RESULTS = (
    Form("json", "application/sparql-results+json"),
    Form("xml", "application/sparql-results+xml"),
    Form("csv", "text/csv"),
    Form("tsv", "text/tab-separated-values"),
    Form("json", "application/json"),
    Form("xml", "application/xml"),
    Form("xml", "text/xml"),
)
GRAPHS = (
    Form("turtle", "text/turtle"),
    Form("jsonld", "application/ld+json"),
    Form("nt", "application/n-triples"),
    Form("rdf", "application/rdf+xml"),
    Form("trig", "application/trig"),
    Form("jsonld", "application/json"),
    Form("rdf", "application/xml"),
    Form("rdf", "text/xml"),
)
# CSV and TSV have no form for a boolean.
OFFERS: dict[Kind, tuple[Form, ...]] = {
    "solutions": _RESULTS,
    "boolean": tuple(offer for offer in _RESULTS if offer.suffix in ("json", "xml")),
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
MEDIA_TYPES = frozenset(offer.media_type for offers in OFFERS.values() for offer in offers)


def named(name: str, offers: Sequence[Form]) -> Form | None:
    """Return the form that ``?format=`` names, by a short name or a media type; None when there is no such one."""
    formats = NAMES.get(name, ())
    return next((offer for offer in offers if offer.suffix in formats or offer.media_type == name), None)


def content_type(media: str) -> str:
    """Return the value of Content-Type: what is text says its charset."""
    return f"{media}; charset=utf-8" if media.startswith("text/") else media
