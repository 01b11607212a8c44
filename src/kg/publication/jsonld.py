"""Write a dataset as JSON-LD 1.1, compact by a context that is published beside it.

The context has the prefixes that the project knows, and of each property that its ontology declares whether its values
are things (``owl:ObjectProperty``) or of which datatype, where that is one (``rdfs:range``, ``schema:rangeIncludes``).
Names are those of the prefixes, ``ex:name``, as in Turtle and in queries. The context stands in each document, so that
who reads it needs nothing else, and by itself, for documents to come.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, TextIO

from kg.graph.terms import OWL, RDF, RDFS, TYPE, XSD, iri, parse
from kg.source.blocks import Run
from kg.source.reader import Quad
from kg.source.turtle import predicate_order

Context = dict[str, Any]
_RANGES = (iri(f"{RDFS}range"), iri("https://schema.org/rangeIncludes"), iri("http://schema.org/rangeIncludes"))
_OBJECT, _DATA = iri(f"{OWL}ObjectProperty"), iri(f"{OWL}DatatypeProperty")
_STRING, _LANGUAGE = f"{XSD}string", f"{RDF}langString"
_DELIMITERS = tuple(":/?#[]@")  # JSON-LD 1.1, section 4.1.5: what a prefix ends in that is written as its IRI alone
_BEGIN, _END = b'\n"@graph":[', b"\n]}\n"
_ID = rb'\{"@id":("(?:[^"\\]|\\.)*"),'
_NODE, _GRAPH = re.compile(_ID), re.compile(rb',"@graph":\[\n')
_SCHEME = re.compile(r'(?:^|"\^\^)<([A-Za-z][A-Za-z0-9+.-]*):(?!//)')


@dataclass(frozen=True)
class Terms:
    """What names of a document mean: namespaces by prefix, and the ``@type`` of the values of properties by IRI.

    Properties without a prefix have none.
    """

    prefixes: Mapping[str, str]
    types: Mapping[str, str]

    @classmethod
    def of(cls, quads: Iterable[Quad], *, prefixes: Mapping[str, str]) -> "Terms":
        """Return the terms for documents of these quads.

        A prefix that is the scheme of an IRI, as ``tel`` of ``tel:112``, would be mistaken for it and is left out.
        """
        kinds: dict[str, str] = {}
        ranges: dict[str, set[str]] = {}
        tokens: set[str] = set()
        for quad in quads:
            tokens.update(quad)
            _, s, p, o = quad
            if p == TYPE and o in (_OBJECT, _DATA):
                kinds[s] = o
            elif p in _RANGES:
                ranges.setdefault(s, set()).add(o[1:-1])
        schemes = _schemes(tokens)
        known = {name: space for name, space in prefixes.items() if name and name not in schemes}
        types = {
            token[1:-1]: "@id" if kind == _OBJECT else next(iter(ranges[token]))
            for token, kind in kinds.items()
            if kind == _OBJECT or _is_datatype(ranges.get(token, set()))
        }
        bare = cls(known, {})
        return cls(known, {name: types[name] for name in sorted(types) if bare.name(name) != name})

    @classmethod
    def read(cls, context: Context, *, prefixes: Mapping[str, str]) -> "Terms":
        """Return the terms that some of the prefixes had in a context of ours."""
        known = {name: space for name, space in prefixes.items() if name in context}
        bare = cls(known, {})
        said = {bare.whole(name): bare.whole(term["@type"]) for name, term in context.items() if "@type" in term}
        return cls(known, dict(sorted(said.items())))

    @staticmethod
    def follow(quad: Quad, *, prefixes: Mapping[str, str]) -> bool:
        """Tell whether the terms of a dataset may be others with this quad than without it."""
        _, _, p, o = quad
        return p in _RANGES or (p == TYPE and o in (_OBJECT, _DATA)) or not _schemes(quad).isdisjoint(prefixes)

    def context(self) -> Context:
        """Return the context."""
        named: Context = {
            name: space if space.endswith(_DELIMITERS) else {"@id": space, "@prefix": True}
            for name, space in sorted(self.prefixes.items())
        }
        terms = {
            self.name(name): {"@id": self.name(name), "@type": self.name(kind)} for name, kind in self.types.items()
        }
        return {**named, **dict(sorted(terms.items()))}

    def whole(self, name: str) -> str:
        """Return the IRI that a name of the document is short for."""
        prefix, _, local = name.partition(":")
        return self.prefixes[prefix] + local if prefix in self.prefixes and not local.startswith("//") else name

    def token(self, name: str) -> str:
        """Return the token of a resource by its name in the document."""
        return name if name.startswith("_:") else f"<{self.whole(name)}>"

    def name(self, name: str) -> str:
        """Return an IRI as the context shortens it; ``@id`` and what has no prefix as it is."""
        if not (found := self._space.match(name)):
            return name
        local = name[found.end() :]
        return f"{self._prefix[found[0]]}:{local}" if local and not local.startswith("//") else name

    @cached_property
    def _prefix(self) -> Mapping[str, str]:
        """The prefix of each namespace, the last by name where it has several."""
        return {space: prefix for prefix, space in sorted(self.prefixes.items())}

    @cached_property
    def _space(self) -> re.Pattern[str]:
        """What the longest namespace matches that an IRI begins with."""
        longest = sorted(self._prefix, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest)) if longest else r"(?!)")


def _schemes(tokens: Iterable[str]) -> set[str]:
    """Return the schemes of IRIs that are not followed by ``//``."""
    return {match[1] for token in tokens if (match := _SCHEME.search(token))}


def _is_datatype(ranges: set[str]) -> bool:
    return len(ranges) == 1 and all(name.startswith(XSD) and name != _STRING for name in ranges)


def write_context(out: TextIO, terms: Terms) -> None:
    """Write the context as a document of its own."""
    json.dump({"@context": terms.context()}, out, ensure_ascii=False, indent=2)
    out.write("\n")


def write_jsonld(out: TextIO, quads: Iterable[Quad], *, terms: Terms) -> None:
    """Write quads as one document: the nodes of the default graph, then each named graph, a node a line.

    Blank nodes keep their labels, and literals their lexical forms. The same quads give the same text.
    """
    graphs: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for g, s, p, o in quads:
        graphs.setdefault(g, {}).setdefault(s, []).append((p, o))
    nodes = Nodes(terms)
    out.write(f'{{"@context":{_json(terms.context())},\n"@graph":[')
    between = "\n"
    for node in nodes.of(graphs.pop("", {})):
        out.write(f"{between}{node}")
        between = ",\n"
    for graph, subjects in sorted(graphs.items()):
        inside = ",\n".join(nodes.of(subjects))
        out.write(f'{between}{{"@id":{_json(nodes.resource(graph))},"@graph":[\n{inside}]}}')
        between = ",\n"
    out.write("\n]}\n")


def rewrite_jsonld(old: bytes, quads: Iterable[Quad], *, differ: Collection[tuple[str, str]], terms: Terms) -> bytes:
    """Return the document that is ``old``, of the same terms, but for some subjects, by graph.

    ``quads`` are all that are now of these subjects.
    """
    nodes = Nodes(terms)
    subjects: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for g, s, p, o in quads:
        subjects.setdefault((g, s), []).append((p, o))
    changes: dict[str, dict[str, bytes | None]] = {}
    for graph, subject in differ:
        pairs = subjects.get((graph, subject))
        node = next(nodes.of({subject: pairs})).encode() if pairs else None
        changes.setdefault(graph, {})[subject] = node
    head = old.index(_BEGIN) + len(_BEGIN)
    sections = _sections(old, head, terms)
    written = []
    for graph in sorted({*sections, *changes}):
        start, end = sections.get(graph, (head, head))
        text, _ = Run(old, start, end, b",\n", lambda text, place: _subject(text, place, terms)).replaced(
            changes.get(graph, {})
        )
        name = _json(nodes.resource(graph)) if graph else ""
        if text:
            written.append(f'{{"@id":{name},"@graph":[\n'.encode() + text + b"]}" if graph else text)
    return old[:head] + b"\n" * bool(written) + b",\n".join(written) + _END


def _sections(old: bytes, head: int, terms: Terms) -> dict[str, tuple[int, int]]:
    """Return where the nodes of each graph begin and end."""
    found = [(old.rindex(b"\n", 0, match.start()) + 1, match.end()) for match in _GRAPH.finditer(old, head)]
    ends = [*(start - len("]},\n") for start, _ in found[1:]), len(old) - len(_END) - len("]}")]
    named = {_subject(old, start, terms): (begin, end) for (start, begin), end in zip(found, ends, strict=False)}
    start, end = head + len("\n"), found[0][0] - len(",\n") if found else len(old) - len(_END)
    return {"": (start, end), **named} if end > start else named


def _subject(text: bytes, place: int, terms: Terms) -> str:
    """Return the token of the node that begins at a place."""
    node = _NODE.match(text, place)
    assert node
    return terms.token(json.loads(node[1]))


class Nodes:
    """Writes node objects, in the words of some terms."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms
        self.resource = lru_cache(maxsize=None)(self._resource)
        self._key = lru_cache(maxsize=None)(self._read_key)
        self._value = lru_cache(maxsize=None)(self._read_value)

    def of(self, subjects: Mapping[str, list[tuple[str, str]]]) -> Iterator[str]:
        """Yield the nodes of a graph, by subject."""
        for subject, pairs in sorted(subjects.items()):
            values: dict[str, list[str]] = {}
            for p, o in sorted(set(pairs), key=lambda pair: (*predicate_order(pair[0]), pair[1])):
                key = '"@type"' if p == TYPE and o[:1] != '"' else self._key(p)
                values.setdefault(key, []).append(self._value(p, o))
            said = ",".join(f"{key}:{_array(of)}" for key, of in values.items())
            yield f'{{"@id":{_json(self.resource(subject))},{said}}}'

    def _resource(self, token: str) -> str:
        return self._terms.name(token[1:-1]) if token[0] == "<" else token

    def _read_key(self, predicate: str) -> str:
        return _json(self._resource(predicate))

    def _read_value(self, predicate: str, token: str) -> str:
        kind = self._terms.types.get(predicate[1:-1])
        if predicate == TYPE and token[0] != '"':
            return _json(self.resource(token))
        if token[0] != '"':
            resource = _json(self.resource(token))
            return resource if kind == "@id" else f'{{"@id":{resource}}}'
        term = parse(token)
        if term.datatype == kind or (term.datatype == _STRING and kind is None):
            return _json(term.value)
        if term.datatype == _LANGUAGE:
            return f'{{"@language":{_json(str(term.language))},"@value":{_json(term.value)}}}'
        if term.datatype == _STRING:
            return f'{{"@value":{_json(term.value)}}}'
        return f'{{"@type":{_json(self._terms.name(str(term.datatype)))},"@value":{_json(term.value)}}}'


def _array(values: list[str]) -> str:
    return values[0] if len(values) == 1 else f"[{','.join(values)}]"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
