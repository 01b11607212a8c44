"""What a publication offers to take away: each file, its format, and what it is in words."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kg.project import Project
from kg.publication.dumps import Dumps, file_name
from kg.publication.files import File
from kg.publication.packing import PACKINGS
from kg.publication.tables import Table

Kind = Literal["whole", "part", "table"]
Texts = Mapping[str, str]
"""A text by language."""


@dataclass(frozen=True)
class Format:
    """A format: its name, media type, name in the list of file types of the Publications Office, and specification."""

    name: str
    media_type: str
    file_type: str
    specification: str


FORMATS: Mapping[str, Format] = {
    "ttl": Format("Turtle", "text/turtle", "RDF_TURTLE", "https://www.w3.org/TR/turtle/"),
    "trig": Format("TriG", "application/trig", "RDF_TRIG", "https://www.w3.org/TR/trig/"),
    "nq": Format("N-Quads", "application/n-quads", "RDF_N_QUADS", "https://www.w3.org/TR/rdf-canon/"),
    "jsonld": Format("JSON-LD", "application/ld+json", "JSON_LD", "https://www.w3.org/TR/json-ld11/"),
    "csv": Format("CSV", "text/csv", "CSV", "https://www.rfc-editor.org/rfc/rfc4180"),
}
"""The formats of what is offered, by suffix; that of canonical N-Quads is specified by RDFC-1.0."""

WHOLE: Mapping[str, Texts] = {
    "ttl": {
        "en": "The merged graph, asserted and inferred, sorted, as Turtle.",
        "fr": "Le graphe fusionné, énoncé et déduit, trié, en Turtle.",
    },
    "trig": {
        "en": "The merged graph and each named graph, sorted, as TriG.",
        "fr": "Le graphe fusionné et chaque graphe nommé, triés, en TriG.",
    },
    "jsonld": {
        "en": "The merged graph and each named graph, as JSON-LD with its context.",
        "fr": "Le graphe fusionné et chaque graphe nommé, en JSON-LD avec son contexte.",
    },
    "nq": {
        "en": "The merged graph and each named graph, as canonical N-Quads (RDFC-1.0).",
        "fr": "Le graphe fusionné et chaque graphe nommé, en N-Quads canoniques (RDFC-1.0).",
    },
}
"""What the whole dumps are in words, by suffix."""
_ASSERTED: tuple[Texts, Texts] = (
    {"en": "What is asserted", "fr": "Ce qui est énoncé"},
    {
        "en": "The merged graph without what is inferred, as Turtle.",
        "fr": "Le graphe fusionné sans ce qui en est déduit, en Turtle.",
    },
)
_INFERRED: tuple[Texts, Texts] = (
    {"en": "What is inferred", "fr": "Ce qui est inféré"},
    {
        "en": "What follows from the rest by rules, as Turtle.",
        "fr": "Ce qui se déduit du reste par des règles, en Turtle.",
    },
)


@dataclass(frozen=True)
class Offer:
    """A file to take away, and what it is: a whole dump, a part of the graph or a table.

    ``name`` tells it from the others; ``packing`` is the suffix of its compression, of a file that is offered as it
    is too.
    """

    name: str
    kind: Kind
    file: File
    format: Format
    titles: Texts
    descriptions: Texts
    packing: str | None = None


def slug_of(dataset: str) -> str:
    """Return what the whole dumps of a dataset are named after: the last part of its IRI, as a file name."""
    return file_name(re.split(r"[/#]", dataset)[-1])


def offers(dumps: Dumps, tables: tuple[Table, ...], *, project: Project, root: Path) -> tuple[Offer, ...]:
    """Return what a publication offers, in the order in which people are shown it."""

    def spoken(texts: Texts) -> Texts:
        return {tag: text for tag, text in texts.items() if tag in project.languages} or {"en": texts["en"]}

    def offer(name: str, kind: Kind, path: str, titles: Texts, descriptions: Texts) -> Iterator[Offer]:
        form = FORMATS[path.rpartition(".")[2]]
        for packing in (None, *PACKINGS):
            end = f".{packing}" if packing else ""
            if (root / f"{path}{end}").is_file():
                file = File.of(root / f"{path}{end}", root=root)
                yield Offer(f"{name}{end}", kind, file, form, spoken(titles), spoken(descriptions), packing)

    found: list[Offer] = []
    for suffix, texts in WHOLE.items():
        found += offer(suffix, "whole", dumps.whole[suffix], dict.fromkeys(texts, FORMATS[suffix].name), texts)
    found += offer("asserted.ttl", "part", dumps.asserted, *_ASSERTED)
    if project.inferred_graph in dumps.graphs:
        found += offer("inferred.ttl", "part", dumps.graphs[project.inferred_graph], *_INFERRED)
    for table in tables:
        query = table.query
        found += offer(f"{query.name}.csv", "table", table.path, query.titles, query.descriptions)
    return tuple(found)
