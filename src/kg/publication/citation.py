"""How a dataset is cited: a file of the Citation File Format 1.2.0, a line of text, and schema.org."""

import json
import re
from collections.abc import Mapping
from typing import Any, TextIO

from kg.publication.about import About, Named

FILE = "CITATION.cff"
_MESSAGES = {
    "en": "If you use this dataset, please cite it by these data.",
    "fr": "Si vous utilisez ce jeu de données, merci de le citer ainsi.",
}
_DIGEST = {"en": "SHA-256 of the canonical N-Quads (RDFC-1.0)", "fr": "SHA-256 des N-Quads canoniques (RDFC-1.0)"}
_BOX = re.compile(r"POLYGON ?\(\(([^()]+)\)\)")


def write_citation(out: TextIO, about: About, *, language: str) -> None:
    """Write the citation of a dataset, in a language: YAML whose values are written as JSON."""
    said: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": _MESSAGES.get(language, _MESSAGES["en"]),
        "type": "dataset",
        "title": about.title(language),
        "abstract": about.descriptions.get(language),
        "authors": [_author(author, language) for author in about.authors],
        "version": about.version,
        "date-released": about.date,
        "license": about.spdx,
        "license-url": about.licence.iri if about.licence and not about.spdx else None,
        "url": about.page,
        "identifiers": [
            {"type": "url", "value": about.iri},
            {
                "type": "other",
                "value": f"sha256:{about.digest}",
                "description": _DIGEST.get(language, _DIGEST["en"]),
            },
        ],
        "keywords": list(about.keywords.get(language, ())),
    }
    for key, value in said.items():
        if value:
            out.write(f"{key}: {json.dumps(value, ensure_ascii=False)}\n")


def _author(author: Named, language: str) -> dict[str, str]:
    return {"name": author.name(language), **({"website": author.iri} if author.iri.startswith("http") else {})}


def cited(about: About, *, language: str) -> str:
    """Return the line that cites a dataset: who, when, what, which version, where, and its digest."""
    who = ", ".join(author.name(language) for author in about.authors)
    when = f" ({about.date[:4]})" if about.date else ""
    version = f" {about.version}." if about.version else ""
    return f"{who}{when}. {about.title(language)}.{version} {about.iri} SHA-256 {about.digest}".removeprefix(". ")


def schema_org(about: About, *, files: Mapping[str, str]) -> dict[str, Any]:
    """Return what a dataset is in the words of schema.org, in all its languages.

    ``files`` are the addresses of what may be downloaded, with their media types.
    """
    said: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": about.iri,
        "name": _texts(about.titles),
        "description": _texts(about.descriptions),
        "keywords": [_text(word, tag) for tag, words in about.keywords.items() for word in words],
        "license": about.licence.iri if about.licence else None,
        "creator": [_agent(agent) for agent in about.creators],
        "publisher": [_agent(agent) for agent in about.publishers],
        "datePublished": about.issued,
        "dateModified": about.modified,
        "version": about.version,
        "identifier": [about.iri, f"sha256:{about.digest}"],
        "url": about.page,
        "temporalCoverage": "/".join(about.period) if about.period else None,
        "spatialCoverage": [_place(place) for place in about.places],
        "isBasedOn": list(about.sources),
        "isAccessibleForFree": True,
        "distribution": [
            {"@type": "DataDownload", "contentUrl": address, "encodingFormat": media_type}
            for address, media_type in files.items()
        ],
    }
    return {key: value for key, value in said.items() if value}


def _text(value: str, tag: str) -> dict[str, str] | str:
    return {"@language": tag, "@value": value} if tag else value


def _texts(texts: Mapping[str, str]) -> list[dict[str, str] | str]:
    return [_text(value, tag) for tag, value in texts.items()]


def _agent(agent: Named) -> dict[str, Any]:
    return {"@type": "Person" if agent.person else "Organization", "@id": agent.iri, "name": _texts(agent.names)}


def _place(place: Named) -> dict[str, Any]:
    box = _box(place.box) if place.box else None
    shape = {"geo": {"@type": "GeoShape", "box": box}} if box else {}
    return {"@type": "Place", "@id": place.iri, "name": _texts(place.names), **shape}


def _box(wkt: str) -> str | None:
    """Return the south-west and north-east corners of a polygon, latitude first, as schema.org has a box."""
    if not (match := _BOX.fullmatch(wkt.strip())):
        return None
    points = [tuple(map(float, point.split()[:2])) for point in match[1].split(",")]
    longitudes, latitudes = [point[0] for point in points], [point[1] for point in points]
    return f"{min(latitudes)} {min(longitudes)} {max(latitudes)} {max(longitudes)}"
