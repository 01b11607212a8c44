"""What each passage states, in sentences, for a person to read against its line."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal

from kg.errors import QueryError
from kg.graph.build import Build
from kg.graph.quads import Graph
from kg.graph.terms import RDFS, SKOS, TYPE, parse
from kg.inference.proof import show
from kg.lookup.texts import read_texts
from kg.project import Project
from kg.source.reader import Triple

Form = Literal["text", "markdown", "json"]
FORMS: tuple[Form, ...] = ("text", "markdown", "json")

_XSD = "http://www.w3.org/2001/XMLSchema#"
_MARKS = {"fr": " : ", "en": ": "}
_IS_A = {"fr": "est de la classe", "en": "is of class"}
_LINE = {"fr": "l. {0}", "en": "line {0}"}
_LABELS = (f"<{SKOS}prefLabel>", f"<{RDFS}label>")
_NUMBERS = {f"{_XSD}{name}" for name in ("integer", "decimal", "double", "float")}


@dataclass(frozen=True)
class Passage:
    """One line of a document, the sentences that it states, and its text when it is at hand."""

    document: str
    line: int
    sentences: tuple[str, ...]
    text: str | None = None


def read_passages(
    build: Build, *, project: Project, language: str, source: Path | None = None, about: str | None = None
) -> Iterator[Passage]:
    """Yield every passage that states something, by document and line.

    ``source`` is the text of the document. ``about`` is an IRI: of a passage, which alone is read then, or of a
    resource, and only the passages whose facts name it are. Raises UsageError when ``source`` is not the document's
    text, QueryError when no passage speaks of ``about``.
    """
    texts = read_texts(source, project)
    speaker = _Speaker(build.graph, project, language)
    passages: dict[tuple[str, int], list[Triple]] = {}
    for g, s, p, o in build.graph.quads(role="data"):
        if located := project.evidence.locate(g[1:-1]):
            passages.setdefault((located[0].iri, located[1]), []).append((s, p, o))
    if about is not None:
        place = project.evidence.locate(about)
        passages = {
            where: triples
            for where, triples in passages.items()
            if (where == (place[0].iri, place[1]) if place else any(f"<{about}>" in triple for triple in triples))
        }
        if not passages:
            raise QueryError(f"no passage states anything {'there' if place else 'of it'}: {project.compact(about)}")
    for (document, line), triples in sorted(passages.items()):
        text = texts[document][line - 1].strip() if document in texts else None
        yield Passage(document, line, tuple(speaker.sentences(triples)), text)


def render(passages: Iterator[Passage], *, form: Form, project: Project, language: str) -> str:
    """Return passages as ``text``, ``markdown`` or ``json``."""
    if form == "json":
        found = [
            {"document": p.document, "line": p.line, "sentences": p.sentences, **({"text": p.text} if p.text else {})}
            for p in passages
        ]
        return json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    parts = []
    document = ""
    for passage in passages:
        where = _LINE.get(language, _LINE["en"]).format(passage.line)
        new = passage.document != document
        document = passage.document
        name = document.removeprefix(project.base)
        if form == "markdown":
            parts.append(f"## {name}\n\n" if new else "")
            parts.append(f"### {where}\n\n" + (f"> {passage.text}\n\n" if passage.text else ""))
            parts += [f"- {sentence}\n" for sentence in passage.sentences] + ["\n"]
        else:
            parts.append(f"{name}, {where}\n" + (f"  « {passage.text} »\n" if passage.text else ""))
            parts += [f"  {sentence}\n" for sentence in passage.sentences]
    return "".join(parts)


class _Speaker:
    """Says triples in a language, with the labels of the graph; a thing without a label by the words that state it."""

    def __init__(self, graph: Graph, project: Project, language: str) -> None:
        self._project = project
        self._language = language
        self._names: dict[str, str] = {}
        as_stated = [f"<{project.evidence.as_stated}>"] if project.evidence.as_stated else []
        order = [*dict.fromkeys([language, *project.languages]), None]
        ranked = []
        for s, p, o in graph.asserted_with([*_LABELS, *as_stated]):
            if o.startswith('"') and (term := parse(o)).language in order:
                said = self._quoted(term.value) if p in as_stated else term.value
                ranked.append((p in as_stated, order.index(term.language), s, said))
        for _, _, subject, name in sorted(ranked):
            self._names.setdefault(subject, name)

    def sentences(self, triples: list[Triple]) -> Iterator[str]:
        """Yield a sentence for each subject, in the order of its name: its properties, each with all its values."""
        subjects: dict[str, dict[str, list[str]]] = {}
        for s, p, o in triples:
            subjects.setdefault(s, {}).setdefault(p, []).append(o)
        for subject, said in sorted(subjects.items(), key=lambda item: self._name(item[0])):
            clauses = [self._clause(predicate, objects) for predicate, objects in sorted(said.items(), key=self._order)]
            yield f"{self._name(subject)}{_MARKS.get(self._language, ': ')}{' ; '.join(clauses)}."

    def _order(self, item: tuple[str, list[str]]) -> tuple[bool, str]:
        return item[0] != TYPE, self._name(item[0])

    def _clause(self, predicate: str, objects: list[str]) -> str:
        verb = _IS_A.get(self._language, _IS_A["en"]) if predicate == TYPE else self._name(predicate)
        return f"{verb} {', '.join(sorted(self._value(token) for token in objects))}"

    def _value(self, token: str) -> str:
        if not token.startswith('"'):
            return self._name(token)
        term = parse(token)
        if term.datatype in _NUMBERS:
            return number(term.value, self._language)
        if term.language is None and term.datatype != f"{_XSD}string":
            return term.value
        return self._quoted(term.value)

    def _quoted(self, text: str) -> str:
        return f"« {text} »" if self._language == "fr" else f"“{text}”"

    def _name(self, token: str) -> str:
        if token not in self._names:
            self._names[token] = show(token, project=self._project)
        return self._names[token]


def number(lexical: str, language: str) -> str:
    """Return a number as a language writes it: 1200000.50 is 1 200 000,5 in French and 1,200,000.5 in English."""
    plain = f"{Decimal(lexical):,f}"
    plain = re.sub(r"\.?0+$", "", plain) if "." in plain else plain
    separators: Mapping[str, tuple[str, str]] = {"fr": ("\u202f", ","), "en": (",", ".")}
    thousands, point = separators.get(language, (",", "."))
    return plain.translate({ord(","): thousands, ord("."): point})
