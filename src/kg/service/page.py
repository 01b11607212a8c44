"""The page of a resource in HTML, in a language: no script, nothing from elsewhere, every text escaped."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from itertools import groupby

from markupsafe import Markup

from kg.graph.terms import TYPE, parse
from kg.inference.proof import Proof
from kg.lookup.speaker import number
from kg.project import Document, Project
from kg.service.documents import LABELS, Description, Documents, Statement
from kg.service.negotiation import FORMS
from kg.service.view import View
from kg.source.reader import Triple

VALUES = 100
"""How many values of a property a page shows."""
_DEEPEST = 8
_NUMBERS = ("integer", "decimal", "double", "float")


def mark(triple: Triple) -> str:
    """Return the short name by which a page asks why a triple holds."""
    return hashlib.sha256(" ".join(triple).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Name:
    """What a thing is called, and in which language; None when it has no label, and is called by its IRI."""

    text: str
    language: str | None = None

    def html(self) -> str:
        """Return the name with its language."""
        return _speak(self.text, self.language)


class Page:
    """Writes the pages of one site in one view."""

    def __init__(self, documents: Documents, view: View) -> None:
        self._documents = documents
        self.project: Project = documents.project
        self._view = view
        self._language = view.language
        self._words = view.words
        self._named: dict[str, Name] = {}
        self._about = ""
        self._here: dict[str, str] = {}

    def resource(self, described: Description, *, path: str, deprecated: bool = False) -> str:
        """Return the page of a resource. ``path`` is its address without suffix, relative to the root."""
        self._learn(described.labels)
        self._about = described.iri
        self._here = {"page": str(described.page)} if described.page > 1 else {}
        title = self.name(f"<{described.iri}>")
        own = [fact for fact in described.facts if fact.triple[0] == f"<{described.iri}>"]
        nested = _by_subject(described.facts)
        parts = [
            f'<h1 lang="{title.language or self._language}">{escape(title.text)}</h1>\n'
            f'<p class="iri">{escape(described.iri)}</p>\n',
            f'<p class="notice">{escape(self._words["deprecated"])}</p>\n' if deprecated else "",
            self._section("facts", self._grouped(own, nested, f"{path}.html", "facts")) if own else "",
            self._parts(described),
            self._contents(described, path),
            self._incoming(described, path),
            self._pager(described, path),
            self._formats(path),
        ]
        return self._whole(title, "".join(parts), path=f"{path}.html", page=described.page)

    def proof(self, described: Description, proof: Proof, *, path: str) -> str:
        """Return the page that says why a triple holds, down to the passages that state what it follows from."""
        self._learn(described.labels)
        seen: set[Triple] = set()

        def node(of: Proof) -> str:
            told = " ".join(self.value(token, verb=place == 1) for place, token in enumerate(of.triple))
            if of.rule is None:
                return f"<li>{told}{self._sources(c.graph for c in of.citations)}</li>\n"
            if of.triple in seen:
                return f"<li>{told} …</li>\n"
            seen.add(of.triple)
            by = f"{escape(self._words['by'])} <code>{escape(of.rule)}</code>"
            below = "".join(node(premise) for premise in of.premises)
            inner = f", {escape(self._words['from'])}<ul>\n{below}</ul>" if below else ""
            return f"<li>{told} <small>{by}</small>{inner}</li>\n"

        title = Name(f"{self._words['why']} — {self.name(proof.triple[0]).text}", None)
        back = f'<p><a href="{self._url(f"{path}.html")}">{escape(self._words["back"])}</a></p>\n'
        body = f'<h1>{escape(title.text)}</h1>\n{back}<ul class="proof">\n{node(proof)}</ul>\n'
        return self._whole(title, body, path=f"{path}.html", why=mark(proof.triple))

    def problem(self, status: int) -> str:
        """Return the page of an error. It goes on to no other language: its address has no meaning."""
        title = Name(self._words[str(status)])
        return self._whole(title, f"<h1>{escape(title.text)}</h1>\n", path=None)

    def name(self, token: str) -> Name:
        """Return what a thing is called in the language, else in another; else its IRI, short."""
        if token not in self._named:
            self._learn(self._documents.labels(token))
        if token not in self._named:
            passage = self.project.evidence.locate(token[1:-1])
            self._named[token] = Name(
                self._cited(*passage) if passage else self.project.compact(token[1:-1]).strip("<>")
            )
        return self._named[token]

    def _cited(self, document: Document, line: int) -> str:
        return f"{document.iri.removeprefix(self._documents.origin)}, {self._words['line'].format(line)}"

    def value(self, token: str, *, verb: bool = False) -> str:
        """Return how a token is shown: a link, a number, a text with its language."""
        if verb and token == TYPE:
            return self._link(token, escape(self._words["class"]))
        term = parse(token)
        if term.kind == "iri":
            return self._link(token, self.name(token).html())
        if term.kind == "blank":
            return f"<i>{escape(self._words['anonymous'])}</i>"
        if term.language is None and (term.datatype or "").rpartition("#")[2] in _NUMBERS:
            try:
                return escape(number(term.value, self._language))
            except ArithmeticError:
                return escape(term.value)
        return _speak(term.value, term.language)

    def _learn(self, facts: Iterable[Statement]) -> None:
        """Keep the best label of each subject: in the language, else in one of the project, by preferred property."""
        order: list[str | None] = [*dict.fromkeys([self._language, *self.project.languages]), None]
        best: dict[str, tuple[int, int, str]] = {}
        for s, p, o in (fact.triple for fact in facts):
            if p in LABELS and o.startswith('"'):
                term = parse(o)
                place = order.index(term.language) if term.language in order else len(order)
                rank = (place, LABELS.index(p), term.value)
                if s not in best or rank < best[s]:
                    best[s] = rank
                    self._named[s] = Name(term.value, term.language)

    def _grouped(
        self, facts: list[Statement], nested: Mapping[str, list[Statement]], page: str, kind: str, deep: int = 0
    ) -> str:
        """Return facts of one subject grouped by property, in their order; those of blank nodes inside."""
        rows = []
        for predicate, group in groupby(facts, key=lambda said: said.triple[1]):
            values = list(group)
            shown = "".join(f"<dd>{self._value(fact, nested, page, deep)}</dd>\n" for fact in values[:VALUES])
            if len(values) > VALUES:
                more = escape(self._words["more"].format(len(values) - VALUES))
                shown += f'<dd><a href="{self._url(page.removesuffix("html") + "ttl", plain=True)}">{more}</a></dd>\n'
            rows.append(f"<div><dt>{self.value(predicate, verb=True)}</dt>\n{shown}</div>\n")
        return f'<dl class="{kind}">\n{"".join(rows)}</dl>\n'

    def _value(self, said: Statement, nested: Mapping[str, list[Statement]], page: str, deep: int) -> str:
        o = said.triple[2]
        if o in nested and o.startswith("_:") and deep < _DEEPEST:
            return self._grouped(nested[o], nested, page, "nested", deep + 1)
        return f"{self.value(o)}{self._proofs(said, page)}"

    def _proofs(self, said: Statement, page: str) -> str:
        """Return where a fact is stated, or the link to why it holds."""
        if said.inferred:
            url = self._url(page, {**self._here, "why": mark(said.triple)})
            return f' <small>(<a href="{url}">{escape(self._words["inferred"])}</a>)</small>'
        return self._sources(graph for graph in said.graphs if graph not in (self.project.inferred_graph, self._about))

    def _sources(self, graphs: Iterable[str]) -> str:
        links = [self._source(graph) for graph in graphs]
        return f" <small>({escape(self._words['stated'])} {'; '.join(links)})</small>" if links else ""

    def _source(self, graph: str) -> str:
        passage = self.project.evidence.locate(graph)
        short = self._cited(*passage) if passage else graph.removeprefix(self._documents.origin)
        return self._link(f"<{graph}>", escape(short))

    def _parts(self, described: Description) -> str:
        if not described.parts:
            return ""
        items = []
        for part in described.parts:
            passage = self.project.evidence.locate(part)
            shown = escape(self._words["line"].format(passage[1])) if passage else self.name(f"<{part}>").html()
            items.append(f"<li>{self._link(f'<{part}>', shown)}</li>\n")
        return self._section("parts", f"<ul>\n{''.join(items)}</ul>\n", len(items))

    def _contents(self, described: Description, path: str) -> str:
        """Return what the named graphs hold, by subject; a document's are left to the pages of its passages."""
        if not described.contents or described.parts:
            return ""
        nested = _by_subject(described.contents)
        blocks = []
        for subject, facts in nested.items():
            if not subject.startswith("_:"):
                heading = f"<h3>{self.value(subject)}</h3>\n"
                blocks.append(heading + self._grouped(facts, nested, f"{path}.html", "facts"))
        return self._section("contents", "".join(blocks), described.contents_count)

    def _incoming(self, described: Description, path: str) -> str:
        if not described.incoming:
            return ""
        items = (
            f"<li>{self.value(fact.triple[0])} — {self.value(fact.triple[1], verb=True)}"
            f"{self._proofs(fact, f'{path}.html')}</li>\n"
            for fact in described.incoming
        )
        return self._section("incoming", f"<ul>\n{''.join(items)}</ul>\n", described.incoming_count)

    def _section(self, key: str, body: str, count: int | None = None) -> str:
        shown = f" ({number(str(count), self._language)})" if count is not None else ""
        heading = f'<h2 id="{key}">{escape(self._words[key])}{shown}</h2>\n'
        return f'<section aria-labelledby="{key}">\n{heading}{body}</section>\n'

    def _pager(self, described: Description, path: str) -> str:
        if described.pages == 1:
            return ""
        here, links = described.page, []
        for key, page, rel in (("previous", here - 1, "prev"), ("next", here + 1, "next")):
            if 1 <= page <= described.pages:
                url = self._url(f"{path}.html", {"page": str(page)})
                links.append(f'<a rel="{rel}" href="{url}">{escape(self._words[key])}</a>')
        where = escape(self._words["page"].format(here, described.pages))
        label = escape(self._words["pages"])
        return f'<nav class="pager" aria-label="{label}"><span>{where}</span> {" ".join(links)}</nav>\n'

    def _formats(self, path: str) -> str:
        items = ""
        for form in FORMS[1:]:
            url = self._url(f"{path}.{form.suffix}", self._here, plain=True)
            items += f'<li><a rel="alternate" type="{form.media_type}" href="{url}">{form.media_type}</a></li>\n'
        label = escape(self._words["formats"])
        return f'<nav aria-labelledby="formats"><h2 id="formats">{label}</h2>\n<ul>\n{items}</ul></nav>\n'

    def _whole(self, title: Name, body: str, *, path: str | None, page: int = 1, why: str | None = None) -> str:
        query = ({"page": str(page)} if page > 1 else {}) | ({"why": why} if why else {})
        return self._view.render("written.html", title=title.text, path=path, query=query, body=Markup(body))

    def _link(self, token: str, shown: str) -> str:
        """Return a link to the page of an IRI, or to the IRI where the web has it."""
        name = token[1:-1]
        address = self._documents.address(name)
        if address is not None:
            return f'<a href="{self._url(address)}">{shown}</a>'
        return f'<a href="{escape(name)}">{shown}</a>' if name.startswith(("http://", "https://")) else shown

    def _url(self, path: str, query: Mapping[str, str] | None = None, *, plain: bool = False) -> str:
        return escape(self._view.url(path, query, plain=plain))


def _speak(text: str, language: str | None) -> str:
    return f'<span lang="{escape(language)}">{escape(text)}</span>' if language else escape(text)


def _by_subject(facts: Iterable[Statement]) -> dict[str, list[Statement]]:
    found: dict[str, list[Statement]] = {}
    for fact in facts:
        found.setdefault(fact.triple[0], []).append(fact)
    return found
