"""Where a statement comes from, in words: passages by document and line, deductions with what they rest on."""

from dataclasses import dataclass

from kg.graph.quads import Graph
from kg.graph.terms import RDFS, SKOS, parse
from kg.project import Project
from kg.source.reader import Triple

_WORDS = {"en": ("line", "deduced from"), "fr": ("ligne", "déduit de")}


@dataclass(frozen=True)
class Citation:
    """One graph that asserts a statement.

    ``document`` and ``line`` (from 1) are set for a passage; ``rests_on`` and ``reasoning`` for a deduction.
    """

    graph: str
    file: str
    document: str | None = None
    line: int | None = None
    rests_on: tuple["Citation", ...] = ()
    reasoning: str | None = None

    def passages(self) -> list["Citation"]:
        """Return the passages that it is or rests on, in order."""
        own = [self] if self.line is not None else []
        return own + [passage for citation in self.rests_on for passage in citation.passages()]


class Citations:
    """The citations of one graph, in a language."""

    def __init__(self, graph: Graph, *, project: Project, language: str) -> None:
        self._graph = graph
        self._project = project
        self._language = language

    def of(self, triple: Triple) -> list[Citation]:
        """Return the citations of a triple: passages in the order of their lines, then the other graphs."""
        found = [self.of_graph(graph.strip("<>"), file) for graph, file in self._graph.places(triple)]
        return sorted(found, key=lambda c: (c.line is None, c.document or "", c.line or 0, c.graph, c.file))

    def of_graph(self, graph: str, file: str) -> Citation:
        """Return the citation of a graph that ``file`` writes."""
        evidence = self._project.evidence
        if located := evidence.locate(graph):
            return Citation(graph, file, located[0].iri, located[1])
        rests_on: tuple[Citation, ...] = ()
        if evidence.derived_from:
            sources = sorted(self._graph.objects(f"<{graph}>", f"<{evidence.derived_from}>"))
            cited = [self.of_graph(token.strip("<>"), file) for token in sources if token != f"<{graph}>"]
            rests_on = tuple(sorted(cited, key=lambda c: (c.line is None, c.line or 0, c.graph)))
        reasoning = self._text(f"<{graph}>", f"<{evidence.reasoning}>") if evidence.reasoning else None
        return Citation(graph, file, rests_on=rests_on, reasoning=reasoning)

    def label(self, token: str) -> str | None:
        """Return the label of a thing in the language, else in another, else None."""
        for predicate in (f"<{SKOS}prefLabel>", f"<{RDFS}label>"):
            if text := self._text(token, predicate):
                return text
        return None

    def words(self, citation: Citation) -> str:
        """Return a citation as a phrase: ``doc/x, line 12``, or the graph and what it rests on."""
        line, deduced = _WORDS.get(self._language, _WORDS["en"])
        if citation.line is not None:
            assert citation.document is not None
            return f"{self._short(citation.document)}, {line} {citation.line}"
        words = self._short(citation.graph)
        if citation.rests_on:
            words += f", {deduced} {'; '.join(self.words(source) for source in citation.rests_on)}"
        return words

    def _short(self, iri: str) -> str:
        return iri.removeprefix(self._project.base)

    def _text(self, subject: str, predicate: str) -> str | None:
        texts = sorted(parse(token) for token in self._graph.objects(subject, predicate) if token.startswith('"'))
        order = [self._language, *self._project.languages, None]
        ranked = sorted(texts, key=lambda term: order.index(term.language) if term.language in order else len(order))
        return ranked[0].value if ranked else None
