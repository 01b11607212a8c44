"""What the columns of answers are called, by language: ``queries/columns.toml``, and the heads of queries before it."""

import tomllib
from collections.abc import Mapping

from kg.errors import QueryError
from kg.project import Project
from kg.query.catalogue import Query

FILE = "columns.toml"

Headings = Mapping[str, Mapping[str, str]]
"""Words by the name of a column and the language."""


def read_headings(project: Project) -> Headings:
    """Return what the project calls columns; nothing when it has no such file. Raises QueryError for a wrong one."""
    file = project.queries / FILE
    if not file.is_file():
        return {}
    where = project.relative(file)
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise QueryError(f"not TOML: {error}", file=where) from error
    for name, words in found.items():
        if not isinstance(words, dict) or not all(isinstance(text, str) for text in words.values()):
            raise QueryError(f'{name}: a column is called by words in languages, {{ fr = "…", en = "…" }}', file=where)
    return found


def heading(name: str, query: Query, known: Headings, *, language: str) -> str:
    """Return what a column of a query is called in a language: its name when nothing says it."""
    return query.headings.get(language, {}).get(name) or known.get(name, {}).get(language) or name
