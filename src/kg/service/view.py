"""How pages are shown: where their links begin, their language, and the templates that they are written by."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request

from kg.service.negotiation import choose_language
from kg.service.site import Site
from kg.service.wordings import WORDINGS, spoken

_TEMPLATES = Environment(
    loader=PackageLoader("kg.service"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


@dataclass(frozen=True)
class View:
    """How a page is shown to who asks for it.

    ``root`` is what addresses begin with; ``chosen`` says that the address of the page asks for the language, and
    links must too; ``drawn`` that the site has pictures.
    """

    root: str
    language: str
    languages: tuple[str, ...]
    chosen: bool = False
    drawn: bool = False

    @cached_property
    def words(self) -> Mapping[str, str]:
        """The wordings of the language."""
        return WORDINGS[self.language]

    def url(self, path: str, query: Mapping[str, str] | None = None, *, plain: bool = False) -> str:
        """Return the address of a path that is escaped as paths are; with the language unless ``plain``."""
        asked = {**(query or {}), **({"lang": self.language} if self.chosen and not plain else {})}
        return f"{self.root}/{path}" + (f"?{urlencode(asked)}" if asked else "")

    def switches(self, path: str, query: Mapping[str, str]) -> list[tuple[str, str, str]]:
        """Return, for each language that the page has, its tag, its name, and the address of the page in it."""
        return [
            (tag, WORDINGS[tag]["name"], f"{self.root}/{path}?{urlencode({**query, 'lang': tag})}")
            for tag in self.languages
        ]

    def render(
        self, template: str, *, title: str, path: str | None, query: Mapping[str, str] | None = None, **values: Any
    ) -> str:
        """Return the page that a template writes.

        ``path`` and ``query`` are its own address, for the links to the other languages; without a path there are none.
        """
        switches = [] if path is None else self.switches(path, query or {})
        return _TEMPLATES.get_template(template).render(
            view=self, words=self.words, title=title, switches=switches, **values
        )


def language_of(request: Request, languages: tuple[str, ...]) -> tuple[str, bool]:
    """Return the language of the answer to a request, and whether its address asks for it (``?lang=``)."""
    if (wanted := request.query_params.get("lang")) in languages:
        return str(wanted), True
    accepted = ", ".join(request.headers.getlist("accept-language")) or None
    return choose_language(accepted, languages=languages), False


def view_of(request: Request, site: Site) -> View:
    """Return how a page of a site is shown to who makes a request."""
    languages = spoken(site.project.languages)
    language, chosen = language_of(request, languages)
    return View(site.root, language, languages, chosen, bool(site.pictures))
