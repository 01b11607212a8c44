"""Every IRI of the graph answers (RFC 9110; Cool URIs for the Semantic Web, section 4; FAIR Signposting).

A slash IRI names a thing, and sends to its document by 303; a hash IRI and a passage are in a document, which answers
by 200. A document has a form for each suffix; without one it is negotiated.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock
from urllib.parse import quote, unquote_to_bytes

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from kg import lookup
from kg.errors import QueryError
from kg.graph.build import Build
from kg.graph.terms import same_value
from kg.inference.proof import Proof
from kg.service.addresses import Address, readings
from kg.service.answers import RefusedError, answer, fresh, listed, refuse, respond, tag
from kg.service.described import Description
from kg.service.kept import Kept
from kg.service.negotiation import FORMS, HTML, Form, choose_form, form_of
from kg.service.page import Page, mark
from kg.service.problem import problem
from kg.service.shelf import Shelf
from kg.service.site import Site
from kg.service.view import language_of, view_at
from kg.service.wordings import WORDINGS, spoken
from kg.service.writing import write_document
from kg.source.reader import Triple

LONGEST = 2000
"""How many characters the path of an address may have."""
KEPT = 64 << 20
"""How many bytes of answers are kept to be given again."""
_SUFFIXES = frozenset(form.suffix for form in FORMS)
_URL = ":/?#[]@!$&'()*+,;=%~"


def routes(site: Site, shelf: Shelf) -> list[BaseRoute]:
    """Return the routes of the resources of a site, the last of which takes every path."""
    return [Route("/{path:path}", Resources(site, shelf))]


@dataclass(frozen=True)
class _Asked:
    """What a request asks for: a resource, the address of its document, the form, the language, and the page of it."""

    iri: str
    address: str
    form: Form
    language: str
    chosen: bool
    page: int
    why: str | None

    def url(self, root: str, form: Form, *, page: int | None = None) -> str:
        """Return the address of the document in a form, on its page."""
        language = self.language if self.chosen and form == HTML else None
        return f"{root}/{Address(self.address, form.suffix, language, self.page if page is None else page)}"


class Resources:
    """The application that answers for the resources of a site."""

    def __init__(self, site: Site, shelf: Shelf) -> None:
        self._site = site
        self._project = site.project
        self._root = site.root
        self._base_path = site.base_path
        self._documents = shelf.documents
        self._shelf = shelf
        self._languages = spoken(site.project.languages)
        # Proofs are read from the tables, by a connection that one thread at a time may use.
        self._tables = Build(site.build.folder)
        self._proving = Lock()
        self._kept = Kept(limit=KEPT)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, beside others."""
        response = await answer(Request(scope), self._site, self._given)
        await response(scope, receive, send)

    async def _given(self, request: Request) -> Response:
        """Return the answer to a request without conditions, the one that is kept or a new one."""
        address = (request.scope.get("raw_path"), request.scope["path"], request.scope["query_string"])
        asked = (*address, listed(request, "accept"), listed(request, "accept-language"))
        if (kept := self._kept.get(asked)) is not None:
            return kept
        response = await run_in_threadpool(self._answer, request)
        if response.status_code == 200:
            self._kept.put(asked, response)
        return response

    def _answer(self, request: Request) -> Response:
        """Return the answer to a request without conditions."""
        try:
            name, said = self._find(_paths(request, self._base_path))
            if self._documents.is_deprecated(name) and (successor := self._documents.successor(name)):
                return self._send_on(successor, said, request)
            return self._document(name, said, request)
        except RefusedError as refused:
            return refuse(request, self._site, refused.status)

    def _find(self, paths: list[str]) -> tuple[str, Address | None]:
        """Return the IRI, and what the name says if it is that of a file, that the first path that has one is for."""
        for path in paths:
            if name := self._documents.resolve(path):
                return name, None
            for said in readings(path, self._languages):
                known = said.suffix == HTML.suffix if said.language else said.suffix in _SUFFIXES
                if known and (name := self._documents.resolve(said.stem)):
                    return name, said
        raise RefusedError(404)

    def _document(self, name: str, said: Address | None, request: Request) -> Response:
        """Return the document of a resource, or where it is."""
        suffixed = said is not None
        form = form_of(said.suffix) if said else self._choose(request)
        asked = self._asked(name, form or HTML, said, request)
        if form is None:
            return self._none_such(request, asked)
        if not suffixed and not self._documents.is_document(name):
            links = self._links(asked, None)
            return respond(303, headers={"Location": asked.url(self._root, form), "Link": links, **fresh()})
        described = self._documents.describe(name, asked.page)
        if described is None:
            raise RefusedError(404)
        headers = {"Link": self._links(asked, described), "Content-Location": asked.url(self._root, form), **fresh()}
        if form == HTML:
            headers["Content-Language"] = asked.language
        if self._documents.is_deprecated(name):
            return respond(410, self._write(asked, described), form.content_type, headers)
        headers["ETag"] = self._etag(asked)
        return respond(200, self._write(asked, described), form.content_type, headers)

    def _choose(self, request: Request) -> Form | None:
        """Return the form that ``?format=`` names, a suffix or a media type, else the one that Accept likes best."""
        if (wanted := request.query_params.get("format")) is not None:
            return form_of(wanted.replace(" ", "+"))  # a plus sign in a query is a space
        return choose_form(listed(request, "accept"))

    def _asked(self, name: str, form: Form, said: Address | None, request: Request) -> _Asked:
        query = request.query_params
        page = str(said.page) if said and said.page > 1 else query.get("page", "1")
        if not (page.isascii() and page.isdecimal() and len(page) < 8):
            raise RefusedError(404)
        language, chosen = language_of(request, self._languages)
        if said and said.language:
            language, chosen = said.language, True
        why = query.get("why") if form == HTML else None
        address = self._documents.address(name) or ""
        return _Asked(name, address, form, language, chosen, int(page), why)

    def _etag(self, asked: _Asked) -> str:
        speech = [asked.language] if asked.form == HTML else []
        return tag(self._site, asked.iri, asked.form.suffix, asked.page, asked.why, *speech)

    def _write(self, asked: _Asked, described: Description) -> bytes:
        if asked.form != HTML:
            return write_document(described, asked.form, project=self._project)
        page = Page(self._shelf, view_at(asked.address, asked.language, self._site))
        if asked.why is not None:
            proof = self._prove(described, asked.why, asked.language)
            return page.proof(described, proof, path=asked.address).encode()
        deprecated = self._documents.is_deprecated(asked.iri)
        return page.resource(described, path=asked.address, deprecated=deprecated).encode()

    def _prove(self, described: Description, why: str, language: str) -> Proof:
        """Return the proof of the fact of a description that has this mark."""
        triple = next((fact.triple for fact in described.facts if mark(fact.triple) == why), None)
        if triple is None:
            raise RefusedError(404)
        with self._proving:
            held = self._held(triple)
            try:
                return lookup.explain(self._tables, held, project=self._project, language=language)
            except QueryError as error:  # of a shape, or of a blank node: the rules know none
                raise RefusedError(404) from error

    def _held(self, triple: Triple) -> Triple:
        """Return a triple as the tables write it: the store may have rewritten a number."""
        s, p, o = triple
        tokens = self._tables.graph.objects(s, p) if o.startswith('"') else ()
        return s, p, next((token for token in tokens if same_value(token, o)), o)

    def _send_on(self, successor: str, said: Address | None, request: Request) -> Response:
        """Return where the successor of a deprecated resource is, in the form that the address asks for."""
        address = self._documents.address(successor)
        if address is None:
            return respond(303, headers={"Location": quote(successor, safe=_URL), **fresh()})
        query = f"?{request.url.query}" if request.url.query else ""
        name = Address(address, said.suffix, said.language) if said else address
        return respond(303, headers={"Location": f"{self._root}/{name}{query}", **fresh()})

    def _none_such(self, request: Request, asked: _Asked) -> Response:
        """Return the list of the forms that there are (section 15.5.7)."""
        lines = [f"{form.media_type} {asked.url(self._root, form)}" for form in FORMS]
        headers = {"Link": self._links(asked, None), "Content-Language": asked.language, **fresh()}
        body, form = problem(listed(request, "accept"), 406, "\n".join([WORDINGS[asked.language]["406"], *lines]))
        return respond(406, body, form.content_type, headers)

    def _links(self, asked: _Asked, described: Description | None) -> str:
        """Return the value of Link (RFC 8288): the other forms, and what Signposting asks of a page and of data.

        Without a description they are of the resource itself, which has documents and is none.
        """
        links = list(self._forms(asked, here=described is not None))
        target = quote(asked.iri, safe=_URL)
        if described is not None:
            links.append(f'<{asked.url(self._root, asked.form)}>; rel="canonical"')
            links.append(f'<{target}>; rel="{"cite-as" if asked.form == HTML else "describes"}"')
            if asked.form == HTML:
                links.append('<https://schema.org/AboutPage>; rel="type"')
            for rel, page in (("prev", asked.page - 1), ("next", asked.page + 1)):
                if 1 <= page <= described.pages:
                    links.append(f'<{asked.url(self._root, asked.form, page=page)}>; rel="{rel}"')
        if self._documents.license:
            links.append(f'<{quote(self._documents.license, safe=_URL)}>; rel="license"')
        return ", ".join(links)

    def _forms(self, asked: _Asked, *, here: bool) -> Iterator[str]:
        for form in FORMS:
            if not (here and form == asked.form):
                rel = "alternate" if form == HTML or (here and asked.form != HTML) else "alternate describedby"
                yield f'<{asked.url(self._root, form)}>; rel="{rel}"; type="{form.media_type}"'


def _paths(request: Request, base_path: str) -> list[str]:
    """Return what the path of a request may write, without its first slash: the path itself, then unescaped.

    An escaped slash is none. Raises RefusedError for a path that is too long, no UTF-8, or has control characters.
    """
    raw: bytes = request.scope.get("raw_path") or quote(request.scope["path"]).encode()
    if len(raw) > LONGEST:
        raise RefusedError(414)
    raw = raw.removeprefix(base_path.encode()).removeprefix(b"/")
    try:
        written, decoded = raw.decode("ascii"), unquote_to_bytes(raw).decode()
    except UnicodeDecodeError as error:
        raise RefusedError(400) from error
    if any(ord(character) < 32 or ord(character) == 127 for character in decoded):
        raise RefusedError(400)
    return [written] if decoded == written or "%2f" in written.lower() else [written, decoded]
