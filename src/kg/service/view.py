"""How pages are shown: where their links begin, their language, and the templates that they are written by."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request

from kg.service import marking
from kg.service.addresses import Address
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
    auto_reload=False,
)
_TEMPLATES.globals["marking"] = marking


@dataclass(frozen=True)
class View:
    """How a page is shown to who asks for it.

    ``root`` is what addresses begin with: the way from the page to the first page, as in ``../..``, so that pages are
    the same wherever they are hosted. Links to pages lead to those in the language. ``drawn`` says that the site has
    pictures.
    """

    root: str
    language: str
    languages: tuple[str, ...]
    drawn: bool = False

    @cached_property
    def words(self) -> Mapping[str, str]:
        """The wordings of the language."""
        return WORDINGS[self.language]

    @cached_property
    def menu(self) -> Markup:
        """The links that all pages begin with, in HTML."""
        return Markup(self._macros.menu(self, self.words))

    @cached_property
    def finder(self) -> Markup:
        """The form that finds a thing by its name, in HTML."""
        return Markup(self._macros.find(self, self.words))

    @property
    def _macros(self) -> Any:
        return _TEMPLATES.get_template("macros.html").module

    def url(self, path: str, query: Mapping[str, str] | None = None, *, plain: bool = False) -> str:
        """Return the address of a path that is escaped as paths are, in the language unless ``plain``.

        A page and a format of the query stand in its name (``kg.service.addresses``).
        """
        return self._named(path, query or {}, None if plain else self.language)

    def file(self, path: str) -> str:
        """Return the address of a file, by its path that is escaped as paths are."""
        return f"{self.root}/{path}"

    def switches(self, path: str, query: Mapping[str, str]) -> list[tuple[str, str, str]]:
        """Return, for each language that the page has, its tag, its name, and the address of the page in it."""
        return [(tag, WORDINGS[tag]["name"], self._named(path, query, tag)) for tag in self.languages]

    def _named(self, path: str, query: Mapping[str, str], language: str | None) -> str:
        if not query:
            return f"{self.root}/{Address(path, 'html', language)}"
        asked = dict(query)
        suffix, page = asked.pop("format", "html"), int(asked.pop("page", "1"))
        name = Address(path, suffix, language, page)
        return f"{self.root}/{name}" + (f"?{urlencode(asked)}" if asked else "")

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
    language, _ = language_of(request, languages)
    path: bytes = request.scope.get("raw_path") or quote(request.scope["path"]).encode()
    return view_at(path.decode("latin-1").removeprefix(site.base_path)[1:], language, site)


def view_at(path: str, language: str, site: Site) -> View:
    """Return how the page at a path, relative to the first page, is shown in a language."""
    return View(way_up(path), language, spoken(site.project.languages), bool(site.pictures))


def way_up(path: str) -> str:
    """Return the way from a path, relative to the first page, to the folder of the first page."""
    return "/".join([".."] * path.count("/")) or "."
