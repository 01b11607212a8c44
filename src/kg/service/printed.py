"""The whole vocabulary and all shapes on one page, to read from end to end or to print."""

from starlette.requests import Request

from kg.service.answers import Answers
from kg.service.documentation import Documentation
from kg.service.names import Names, Shown
from kg.service.negotiation import HTML, Form
from kg.service.reading import note, note_nothing_else
from kg.service.shelf import Shelf
from kg.service.site import Site
from kg.service.view import View

PATH = "vocabulary"


class _Inside(Names):
    """Names whose links stay on the page, where it has what they lead to."""

    def __init__(self, shelf: Shelf, view: View) -> None:
        super().__init__(shelf.documents, view)
        vocabulary = shelf.vocabulary
        tops = [node[1:-1] for node in (*vocabulary.terms, *vocabulary.shapes)]
        self._here = {*tops, *vocabulary.documents}

    def href(self, iri: str) -> str | None:
        """Return the place of a term on the page, else the address of an IRI."""
        return f"#{self._documents.address(iri)}" if iri in self._here else super().href(iri)


class Printed:
    """Writes the page of the vocabularies and shapes of a site."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def write(self, _request: Request, view: View, _form: Form) -> bytes:
        """Return the page."""
        note("u", "")
        note("i", "")
        note_nothing_else()
        names = _Inside(self._shelf, view)
        told = Documentation(self._shelf, names, view)
        vocabulary = self._shelf.vocabulary
        documents = []
        for home in vocabulary.documents:
            overview = told.overview(home)
            groups = [
                (
                    group,
                    [told.terms.described(term) for term in told.terms.sorted(vocabulary.terms_of(home, group.key))],
                )
                for group in overview.groups
            ]
            documents.append((overview, groups, [told.shapes.asked(node) for node in vocabulary.shapes_of(home)]))
        return view.render(
            "vocabulary.html",
            title=view.words["vocabulary_all"],
            path=PATH,
            trail=[Shown(view.words["home"], href=view.url("")), Shown(view.words["vocabulary_all"])],
            documents=documents,
        ).encode()


def answers(site: Site, shelf: Shelf) -> Answers:
    """Return the application of the page of the vocabularies of a site."""
    return Answers(site, forms=(HTML,), write=Printed(shelf).write)
