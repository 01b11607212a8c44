"""Say triples in sentences, in a language of the project."""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from kg.graph.quads import Graph
from kg.graph.terms import RDFS, SKOS, TYPE, XSD, parse
from kg.inference.proof import show
from kg.project import Project
from kg.source.reader import Triple

_MARKS = {"fr": " : ", "en": ": "}
_IS_A = {"fr": "est de la classe", "en": "is of class"}
_LABELS = (f"<{SKOS}prefLabel>", f"<{RDFS}label>")
_NUMBERS = {f"{XSD}{name}" for name in ("integer", "decimal", "double", "float")}


class Speaker:
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
        for subject, said in sorted(subjects.items(), key=lambda item: self.name(item[0])):
            clauses = [self.clause(predicate, objects) for predicate, objects in sorted(said.items(), key=self._order)]
            yield f"{self.name(subject)}{_MARKS.get(self._language, ': ')}{' ; '.join(clauses)}."

    def _order(self, item: tuple[str, list[str]]) -> tuple[bool, str]:
        return item[0] != TYPE, self.name(item[0])

    def clause(self, predicate: str, objects: Iterable[str]) -> str:
        """Return a property and its values as the end of a sentence."""
        return f"{self.verb(predicate)} {self.values(objects)}"

    def verb(self, predicate: str) -> str:
        """Return how a property is said."""
        return _IS_A.get(self._language, _IS_A["en"]) if predicate == TYPE else self.name(predicate)

    def values(self, objects: Iterable[str]) -> str:
        """Return values in the order of how they are said."""
        return ", ".join(sorted(self.value(token) for token in objects))

    def value(self, token: str) -> str:
        """Return how a value is said: a name, a number, a date or a text in quotation marks."""
        if not token.startswith('"'):
            return self.name(token)
        term = parse(token)
        if term.datatype in _NUMBERS:
            return number(term.value, self._language)
        if term.language is None and term.datatype != f"{XSD}string":
            return term.value
        return self._quoted(term.value)

    def _quoted(self, text: str) -> str:
        return f"« {text} »" if self._language == "fr" else f"“{text}”"

    def name(self, token: str) -> str:
        """Return the label of a thing, else the words that state it, else its IRI, short."""
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
