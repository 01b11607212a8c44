"""Write graphs as Turtle and datasets as TriG that a person can review in a diff.

Canonical layout: only the prefixes that are used, sorted; the subject alone on its line; one predicate and
object per line; ``a`` first, then labels, then definitions, the rest by IRI; the final dot alone. The text is a
function of the graph and of the labels of those blank nodes that must keep one.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TextIO

from kg.errors import SourceError, UsageError
from kg.source.nesting import FIRST, NIL, REST, Graphs, Nesting, nesting
from kg.source.reader import Quad, Triple

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_DCT = "http://purl.org/dc/terms/"
_XSD = "http://www.w3.org/2001/XMLSchema#"
TYPE = f"<{_RDF}type>"
_FIRST_PREDICATES = (
    TYPE,
    *(f"<{iri}>" for iri in (f"{_RDFS}label", f"{_SKOS}prefLabel", f"{_SKOS}altLabel", f"{_DCT}title")),
    *(f"<{iri}>" for iri in (f"{_SKOS}definition", f"{_RDFS}comment", f"{_DCT}description")),
)

WIDTH = 110
STEP = "    "
_IRI = r"<[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*>"
_LOCAL = r"[A-Za-z0-9_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*"
_IS_IRI = re.compile(_IRI)
_IS_PREFIX = re.compile(r"(?:[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*)?")
_IS_NAMESPACE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[^\x00-\x20<>\"{}|^`\\%]|%[0-9A-Fa-f]{2})*")
_LITERAL = re.compile(
    r'("[^"\\\n\r]*(?:\\[tbnrf"\'\\uU][^"\\\n\r]*)*")' rf"(?:@[A-Za-z]+(?:-[A-Za-z0-9]+)*|\^\^({_IRI}))?"
)
# Turtle 1.1, section 6.5: PN_CHARS_BASE, PN_CHARS and BLANK_NODE_LABEL.
_BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_CHARS = f"{_BASE}_0-9\u00b7\u0300-\u036f\u203f\u2040-"
_BLANK = re.compile(f"_:[{_BASE}_0-9][{_CHARS}]*(?:\\.+[{_CHARS}]+)*")
# Turtle 1.1, section 2.5.2 and 2.5.3: the lexical forms that may stand without quotes.
_SHORT = {
    f"<{_XSD}integer>": re.compile(r'"[+-]?[0-9]+"'),
    f"<{_XSD}decimal>": re.compile(r'"[+-]?[0-9]*\.[0-9]+"'),
    f"<{_XSD}boolean>": re.compile(r'"(?:true|false)"'),
}


def write_turtle(
    out: TextIO, triples: Iterable[Triple], *, prefixes: Mapping[str, str], comment: str | None = None
) -> None:
    """Write ``triples`` to ``out`` as Turtle 1.1.

    Terms are N-Triples tokens; order and duplicates do not matter. ``prefixes`` maps names to namespaces;
    ``comment`` is put above everything. Nothing is written when a term is wrong: SourceError for one that RDF 1.1
    does not have there (a triple term, a literal as subject), UsageError for a prefix that Turtle cannot write.
    """
    _write(out, {"": set(triples)}, prefixes=prefixes, comment=comment)


def write_trig(out: TextIO, quads: Iterable[Quad], *, prefixes: Mapping[str, str], comment: str | None = None) -> None:
    """Write ``quads`` (graph, subject, predicate, object) to ``out`` as TriG 1.1.

    The default graph, of token ``""``, comes first, then the named graphs by name. A blank node that occurs in
    several graphs keeps its label. Otherwise as ``write_turtle``.
    """
    _write(out, _by_graph(quads), prefixes=prefixes, comment=comment)


def _write(out: TextIO, graphs: Mapping[str, set[Triple]], *, prefixes: Mapping[str, str], comment: str | None) -> None:
    names = _Names(prefixes)
    places = {graph: _by_subject(triples) for graph, triples in graphs.items()}
    tree = nesting(places)
    verbs, forms = _forms(places, tree, names)
    titles = {graph: names.resource(graph) for graph in places if graph}

    blocks: list[Iterator[str]] = []
    for graph in sorted(places, key=by_iri):
        body = _Body(places[graph], tree, verbs, forms)
        blocks.append(body.text("") if not graph else chain([f"GRAPH {titles[graph]} {{\n"], body.text(STEP), ["}\n"]))

    head = [f"# {line}".rstrip() + "\n" for line in (comment or "").splitlines()]
    paragraphs: list[Iterable[str]] = [part for part in (head, heads(sorted(names.used), prefixes)) if part]
    separator = ""
    for paragraph in chain(paragraphs, blocks):
        pieces = iter(paragraph)
        if (piece := next(pieces, None)) is not None:
            out.write(separator + piece)
            out.writelines(pieces)
            separator = "\n"


@dataclass(frozen=True)
class Blocks:
    """Parts of a TriG document: the lines of subjects, by graph and subject; the names of graphs; prefixes in use."""

    lines: Mapping[tuple[str, str], str]
    names: Mapping[str, str]
    used: frozenset[str]


def write_blocks(quads: Iterable[Quad], *, prefixes: Mapping[str, str]) -> Blocks:
    """Write the subjects of some quads as they are in the document of more.

    Besides all quads of a subject, these must be all of the document that have a blank node.
    """
    names = _Names(prefixes)
    places = {graph: _by_subject(triples) for graph, triples in _by_graph(quads).items()}
    tree = nesting(places)
    verbs, forms = _forms(places, tree, names)
    lines = {}
    for graph, subjects in places.items():
        body, margin = _Body(subjects, tree, verbs, forms), STEP if graph else ""
        lines.update({(graph, s): body.of(s, margin) for s in subjects if s not in tree.nested})
    return Blocks(lines, {graph: names.resource(graph) for graph in places if graph}, frozenset(names.used))


def _by_graph(quads: Iterable[Quad]) -> dict[str, set[Triple]]:
    graphs: dict[str, set[Triple]] = {}
    for graph, *triple in quads:
        graphs.setdefault(graph, set()).add((triple[0], triple[1], triple[2]))
    return graphs


def _by_subject(triples: Iterable[Triple]) -> dict[str, list[tuple[str, str]]]:
    """Return the (predicate, object) pairs of each subject, in no order."""
    subjects: dict[str, list[tuple[str, str]]] = {}
    for subject, predicate, value in triples:
        if (pairs := subjects.get(subject)) is None:
            pairs = subjects[subject] = []
        pairs.append((predicate, value))
    return subjects


def heads(names: Iterable[str], prefixes: Mapping[str, str]) -> str:
    """Return the lines that say what prefixes stand for."""
    return "".join([f"@prefix {name}: <{prefixes[name]}> .\n" for name in names])


def by_iri(token: str) -> str:
    """Return the key that puts ``<a>`` before ``<a#b>`` and ``<a/b>``."""
    return token[:-1] if token[-1:] == ">" else token


def _forms(places: Graphs, tree: Nesting, names: "_Names") -> tuple[dict[str, tuple[int, str]], dict[str, str]]:
    """Return the rank and text of each predicate, and the text of each subject and object that is not nested."""
    predicates: set[str] = set()
    terms: set[str] = set()
    for subjects in places.values():
        for subject, pairs in subjects.items():
            if subject in tree.nested and subject in tree.cells:
                terms.update(value for predicate, value in pairs if predicate == FIRST)
                continue
            terms.add(subject)
            for predicate, value in pairs:
                predicates.add(predicate)
                terms.add(value)
            if subject[:1] == '"':
                raise SourceError(f"a literal cannot be a subject: {subject}")
    order = sorted(predicates, key=predicate_order)
    verbs = {token: (rank, "a" if token == TYPE else names.iri(token)) for rank, token in enumerate(order)}
    forms = {token: "()" if token == NIL else names.term(token) for token in terms if token not in tree.nested}
    return verbs, forms


@lru_cache(maxsize=4096)
def predicate_order(token: str) -> tuple[int, str]:
    """Return what predicates are sorted by: ``a``, labels, definitions, then the others by IRI."""
    if token in _FIRST_PREDICATES:
        return _FIRST_PREDICATES.index(token), ""
    return len(_FIRST_PREDICATES), by_iri(token)


class _Names:
    """The texts of the terms of a document, and the prefixes that they use."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self.used: set[str] = set()
        self._spelled = spelling(prefixes).term

    def iri(self, token: str) -> str:
        """Return the prefixed name of an IRI where a strict one exists, else ``<IRI>``."""
        if token[:1] != "<":
            raise SourceError(f"not an absolute IRI of RDF 1.1: {token}")
        return self.term(token)

    def resource(self, token: str) -> str:
        """Return the text of an IRI or blank node."""
        return self.term(token) if token[:2] == "_:" else self.iri(token)

    def term(self, token: str) -> str:
        """Return the text of any term; literals without quotes where that reads back the same."""
        text, prefix = self._spelled(token)
        if prefix is not None:
            self.used.add(prefix)
        return text


class Spelling:
    """How terms are written with some prefixes: the text of each, and the prefix that it uses, if any."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        for name, namespace in prefixes.items():
            if not _IS_PREFIX.fullmatch(name) or not _IS_NAMESPACE.fullmatch(namespace):
                raise UsageError(f"Turtle cannot write the prefix {name}: <{namespace}>")
        self._prefix = {prefixes[name]: name for name in sorted(prefixes, reverse=True)}
        longest_first = sorted(self._prefix, key=len, reverse=True)
        namespace = "|".join(map(re.escape, longest_first)) or r"(?!)"
        self._match: Callable[[str], re.Match[str] | None] = re.compile(f"<({namespace})({_LOCAL})>").fullmatch
        self.term = lru_cache(maxsize=16_384)(self._term)

    def iri(self, token: str) -> tuple[str, str | None]:
        """Return the prefixed name of an IRI where a strict one exists, else ``<IRI>``, and the prefix."""
        return self.term(token) if token[:1] == "<" else self._iri(token)

    def _iri(self, token: str) -> tuple[str, str | None]:
        if not _IS_IRI.fullmatch(token):
            raise SourceError(f"not an absolute IRI of RDF 1.1: {token}")
        if match := self._match(token):
            prefix = self._prefix[match[1]]
            return f"{prefix}:{match[2]}", prefix
        return token, None

    def _term(self, token: str) -> tuple[str, str | None]:
        if token[:2] == "_:":
            if not _BLANK.fullmatch(token):
                raise SourceError(f"not a blank node label: {token}")
            return token, None
        if token[:1] != '"':
            return self._iri(token)
        match = _LITERAL.fullmatch(token)
        if not match:
            raise SourceError(f"not a literal of RDF 1.1: {token}")
        quoted, datatype = match.groups()
        if datatype is None:
            return token, None
        if datatype in _SHORT and _SHORT[datatype].fullmatch(quoted):
            return str(quoted[1:-1]), None
        text, prefix = self._iri(datatype)
        return f"{quoted}^^{text}", prefix


def spelling(prefixes: Mapping[str, str]) -> Spelling:
    """Return how terms are written with prefixes. Raises UsageError for one that Turtle cannot write."""
    return _spelling(tuple(prefixes.items()))


@lru_cache(maxsize=4)
def _spelling(prefixes: tuple[tuple[str, str], ...]) -> Spelling:
    return Spelling(dict(prefixes))


class _Body:
    """The text of one graph: its subjects, with what is nested in them."""

    def __init__(
        self,
        subjects: Mapping[str, list[tuple[str, str]]],
        tree: Nesting,
        verbs: Mapping[str, tuple[int, str]],
        forms: Mapping[str, str],
    ) -> None:
        self._subjects, self._tree, self._verbs, self._forms = subjects, tree, verbs, forms
        self._flats: dict[str, str] = {}

    def text(self, margin: str) -> Iterator[str]:
        """Yield each subject's lines; every line begins with ``margin``."""
        nested = self._tree.nested
        separator = ""
        for subject in sorted((s for s in self._subjects if s not in nested), key=by_iri):
            yield separator + self.of(subject, margin)
            separator = "\n"

    def of(self, subject: str, margin: str) -> str:
        """Return the lines of a subject that is not nested."""
        forms, indent = self._forms, margin + STEP
        lines = [f"{margin}{forms[subject]}\n"]
        lines += [
            f"{indent}{verb} {forms[value] if value in forms else self._fit(value, indent, len(verb))} ;\n"
            for verb, value in self._pairs(subject)
        ]
        lines.append(f"{indent}.\n")
        self._flats.clear()
        return "".join(lines)

    def _pairs(self, subject: str) -> list[tuple[str, str]]:
        """Return the (verb, object token) pairs of a subject: nested objects after others, by their text."""
        verbs, nested = self._verbs, self._tree.nested
        pairs = self._subjects.get(subject, [])
        if any(value in nested for _, value in pairs):
            keyed = sorted(
                (*verbs[p], *((1, self._flat(value)) if value in nested else (0, value)), value) for p, value in pairs
            )
            return [(verb, value) for _, verb, _, _, value in keyed]
        return [(verb, value) for _, verb, value in sorted((*verbs[p], value) for p, value in pairs)]

    def _items(self, head: str) -> Iterator[str]:
        """Yield the members of a well-formed list."""
        while head != NIL:
            cell = dict(self._subjects[head])
            yield cell[FIRST]
            head = cell[REST]

    def _flat(self, token: str) -> str:
        """Return an object's text on one line."""
        if token in self._forms:
            return self._forms[token]
        if token not in self._flats:
            self._flats[token] = self._bracketed(token)
        return self._flats[token]

    def _bracketed(self, token: str) -> str:
        if token in self._tree.cells:
            return f"( {' '.join(map(self._flat, self._items(token)))} )"
        inside = " ; ".join(f"{verb} {self._flat(value)}" for verb, value in self._pairs(token))
        return f"[ {inside} ]" if inside else "[]"

    def _fit(self, token: str, indent: str, before: int = 0) -> str:
        """Return an object's text, on several lines when one is too short for it."""
        flat = self._flat(token)
        if token not in self._tree.nested or flat == "[]" or len(indent) + before + 1 + len(flat) + 2 <= WIDTH:
            return flat
        deeper = indent + STEP
        if token in self._tree.cells:
            lines = [f"{deeper}{self._fit(item, deeper)}\n" for item in self._items(token)]
            return f"(\n{''.join(lines)}{indent})"
        lines = [f"{deeper}{verb} {self._fit(value, deeper, len(verb))} ;\n" for verb, value in self._pairs(token)]
        return f"[\n{''.join(lines)}{indent}]"
