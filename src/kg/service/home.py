"""The first page: what the graph is of, how much it holds, and where to begin."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request

from kg.errors import QueryError
from kg.graph.terms import iri, parse
from kg.lookup.speaker import number
from kg.publication.citation import schema_org
from kg.publication.offers import FORMATS, WHOLE, slug_of
from kg.query.catalogue import Catalogue
from kg.service.answers import Answers
from kg.service.documents import DCT, Documents
from kg.service.downloads import After, Downloads
from kg.service.names import Name, Names, Shown
from kg.service.negotiation import FORMS, HTML, Form
from kg.service.shelf import Shelf
from kg.service.site import Site
from kg.service.view import View


class Home:
    """Writes the first page of a site."""

    def __init__(self, site: Site, shelf: Shelf, downloads: Downloads) -> None:
        self._site = site
        self._shelf = shelf
        self._downloads = downloads

    def write(self, _request: Request, view: View, _form: Form) -> bytes:
        """Return the page."""
        documents, things, project = self._shelf.documents, self._shelf.things, self._site.project
        names = Names(documents, view)

        def kind(token: str) -> tuple[Shown, str]:
            return names.listed(token), number(str(len(things.classes[token])), view.language)

        name = names.name(iri(project.dataset)) if project.dataset else Name(view.words["graph"])
        return view.render(
            "home.html",
            title=name.text,
            path="",
            name=name,
            description=self._description(documents, view),
            base=project.base,
            figures=[(view.words[key], number(str(count), view.language)) for key, count in self._figures() if count],
            pictures=[(view.url(query.name), query.title(view.language)) for query in self._site.pictures],
            kinds=[(kind(top), [kind(below) for below in under]) for top, under in things.tree()],
            others=self._told_apart([kind(token) for token in things.others()], things.others()),
            has_terms=bool(self._shelf.vocabulary.documents),
            documents=[
                (names.shown(iri(document)), view.words["described"].format(number(str(count), view.language)))
                for document, count in documents.fragments().items()
            ],
            forms=[form.media_type for form in FORMS[1:]],
            dataset=names.href(project.dataset) if project.dataset else None,
            license=names.shown(iri(documents.license)) if documents.license else None,
            described=self._described(view),
        ).encode()

    def _told_apart(self, kinds: list[tuple[Shown, str]], tokens: Sequence[str]) -> list[tuple[Shown, str]]:
        """Return classes, with the prefixed names of those that several vocabularies call alike."""
        named = Counter(shown.text for shown, _ in kinds)
        compact = self._site.project.compact
        return [
            (
                shown._replace(text=f"{shown.text} ({compact(token[1:-1]).strip('<>')})")
                if named[shown.text] > 1
                else shown,
                count,
            )
            for (shown, count), token in zip(kinds, tokens, strict=True)
        ]

    def _described(self, view: View) -> dict[str, Any] | None:
        """Return what the dataset is in the words of schema.org, with the addresses of its dumps."""
        about = self._downloads.about
        if about is None:
            return None
        slug = slug_of(about.iri)
        files = {view.file(f"data/{slug}.{suffix}"): FORMATS[suffix].media_type for suffix in WHOLE}
        return schema_org(about, files=files)

    def _figures(self) -> list[tuple[str, int]]:
        quads = self._site.build.manifest["quads"]
        return [
            ("things", len(self._shelf.things.tokens)),
            ("asserted", quads["default"] - quads["inferred"]),
            ("inferred_facts", quads["inferred"]),
            ("cited", self._shelf.documents.passages),
            ("saved", self._questions()),
        ]

    def _questions(self) -> int:
        """Return how many questions the project has saved; none where its queries are not beside the build."""
        try:
            return len(Catalogue.of(self._site.project).questions)
        except QueryError:
            return 0

    def _description(self, documents: Documents, view: View) -> Name | None:
        if not documents.project.dataset:
            return None
        order: Sequence[str | None] = [*dict.fromkeys([view.language, *view.languages]), None]
        texts = [parse(o) for o in documents.objects(iri(documents.project.dataset), iri(f"{DCT}description"))]
        best = min((t for t in texts if t.language in order), key=lambda t: order.index(t.language), default=None)
        return Name(best.value, best.language) if best else None


def answers(site: Site, shelf: Shelf, downloads: Downloads) -> After:
    """Return the application of the first page of a site."""
    return After(downloads.told, Answers(site, forms=(HTML,), write=Home(site, shelf, downloads).write))
