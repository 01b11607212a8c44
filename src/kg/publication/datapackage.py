"""Describe the tables of a publication as a Data Package 2.0, which readers of version 1 read too."""

import json
from collections.abc import Mapping
from typing import Any, TextIO

from kg.publication.about import About
from kg.publication.files import File
from kg.publication.tables import FOLDER, Table
from kg.query.columns import Column, ColumnType

FILE = f"{FOLDER}datapackage.json"
_PROFILES = "https://datapackage.org/profiles/2.0/"
_TYPES: Mapping[ColumnType, Mapping[str, str]] = {
    "iri": {"type": "string", "format": "uri"},
    "iris": {"type": "string"},
    "text": {"type": "string"},
    "texts": {"type": "string"},
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "date": {"type": "date"},
    "year": {"type": "year"},
    "boolean": {"type": "boolean"},
}


def write_package(
    out: TextIO, tables: tuple[Table, ...], about: About, *, files: Mapping[str, File], language: str
) -> None:
    """Write the package of some tables, whose ``files`` are by their path.

    A title and a description are in one language, as the standard has it; ``titles`` and ``descriptions`` beside them
    are in all.
    """
    licence = {"path": about.licence.iri, "title": about.licence.name(language)} if about.licence else None
    by_name = {table.query.name: table for table in tables}
    said = {
        "$schema": f"{_PROFILES}datapackage.json",
        "name": FOLDER.strip("/").rpartition("/")[2],
        "id": about.iri,
        **_words("title", about.titles, language),
        **_words("description", about.descriptions, language),
        "version": about.version,
        "homepage": about.page,
        "licenses": [{**({"name": about.spdx} if about.spdx else {}), **licence}] if licence else None,
        "contributors": [{"title": author.name(language), "path": author.iri} for author in about.authors],
        "keywords": list(about.keywords.get(language, ())),
        "resources": [_resource(table, by_name, files[table.path], language) for table in tables],
    }
    json.dump({key: value for key, value in said.items() if value}, out, ensure_ascii=False, indent=2)
    out.write("\n")


def _resource(table: Table, tables: Mapping[str, Table], file: File, language: str) -> dict[str, Any]:
    query = table.query
    return {
        "$schema": f"{_PROFILES}dataresource.json",
        "name": query.name,
        "type": "table",
        "profile": "tabular-data-resource",
        "path": file.path.removeprefix(FOLDER),
        **_words("title", query.titles, language),
        **_words("description", query.descriptions, language),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": file.size,
        "hash": f"sha256:{file.sha256}",
        "schema": {
            "$schema": f"{_PROFILES}tableschema.json",
            "fields": [_field(column, language) for column in query.columns],
            "primaryKey": [column.name for column in table.key],
            "foreignKeys": [_link(column, tables[column.of], table) for column in query.columns if column.of],
        },
    }


def _field(column: Column, language: str) -> dict[str, Any]:
    required = {"constraints": {"required": True}} if column.key else {}
    return {"name": column.name, **_TYPES[column.type], **_words("title", column.headings, language), **required}


def _link(column: Column, of: Table, table: Table) -> dict[str, Any]:
    """Return the foreign key that a column is; a table that names itself is the empty name (version 1)."""
    other = "" if of == table else of.query.name
    return {"fields": [column.name], "reference": {"resource": other, "fields": [key.name for key in of.key]}}


def _words(key: str, texts: Mapping[str, str], language: str) -> dict[str, Any]:
    """Return a text in one language, and in all."""
    if not texts:
        return {}
    return {key: texts.get(language) or next(iter(texts.values())), f"{key}s": dict(texts)}
