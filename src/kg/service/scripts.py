"""The scripts of pages: the files that ``web/`` is built to, and what a page tells them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from kg.project import Project
from kg.publication.dumps import DESCRIBED
from kg.publication.offers import slug_of
from kg.service.view import View

FOLDER = "static/editor"


@dataclass(frozen=True)
class Bundle:
    """The files of the scripts, by their names: the editor and its style, and those of a question and of results.

    They load others of the folder by themselves, by their addresses beside their own.
    """

    script: str
    style: str
    question: str
    results: str


def folder_of_scripts() -> Traversable:
    """Return the folder that ``web/`` is built to, each of whose files a page or its scripts may load."""
    return files("kg.service").joinpath(FOLDER)


def bundle(folder: Traversable) -> Bundle | None:
    """Return the files that ``web/`` was built to in a folder; None when it was not, or by another version of it."""
    manifest = folder / "manifest.json"
    built = json.loads(manifest.read_text(encoding="utf-8")) if manifest.is_file() else {}
    return Bundle(**built) if built.keys() == {field.name for field in fields(Bundle)} else None


def told(project: Project, view: View) -> Mapping[str, Any]:
    """Return what the scripts of a page are told of the site: addresses, names, and the limits of a query.

    ``suffix`` is what pages of resources end in, live and as files. ``dump`` is where the data that a browser can take
    are described (``kg.publication.dumps.DESCRIBED``), None for a project that publishes none.
    """
    return {
        "root": view.root,
        "suffix": f".{view.language}.html",
        "endpoint": view.file("sparql"),
        "terms": view.file(terms_path(view.language)),
        "dump": view.file(DESCRIBED) if project.dataset else None,
        "base": project.base,
        "origin": project.base[: project.base.rindex("/") + 1],
        "prefixes": dict(sorted(project.prefixes.items())),
        "limits": {"seconds": project.limits.query_seconds, "rows": project.limits.query_rows},
    }


def terms_path(language: str) -> str:
    """Return the path of what the editor completes, in a language."""
    return f"sparql/terms.{language}.json"


def dump_address(project: Project, view: View) -> str | None:
    """Return the address of the data as N-Quads, None for a project that publishes none."""
    dataset = project.dataset
    return view.file(f"data/{slug_of(dataset)}.nq") if dataset else None
