"""Find the lines of the nodes of JSON-LD and RDF/XML files: where the object with the ``@id``, or the element, is."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from xml.parsers import expat

from kg.source.excerpt import Span, Text

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XML = "http://www.w3.org/XML/1998/namespace"
_JSON = re.compile(r'[ \t\r\n]*(?:("(?:[^"\\]|\\.)*")|([{}\[\],:])|([^\s{}\[\],:"]+))')
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def nodes_of(path: Path, *, base: str | None = None) -> dict[str, Span]:
    """Return the first place of each IRI (as a token) that a JSON-LD or RDF/XML file describes.

    An IRI written after a context or an entity of another file is not found; a file that cannot be read as JSON or
    XML, or of another format, has no nodes: its errors are the reader's to tell.
    """
    find = {".jsonld": _json_nodes, ".rdf": _xml_nodes}.get(path.suffix)
    nodes: dict[str, Span] = {}
    try:
        for iri, span in find(path.read_bytes(), base or "") if find else ():
            if _ABSOLUTE.match(iri):
                nodes.setdefault(f"<{iri}>", span)
    except (OSError, ValueError, expat.ExpatError):
        return nodes
    return nodes


def _xml_nodes(data: bytes, base: str) -> Iterator[tuple[str, Span]]:
    """Yield the subjects of RDF/XML (section 2) at their elements' start tags."""
    found: list[tuple[str, Span]] = []
    bases = [base]
    parser = expat.ParserCreate(namespace_separator=" ")

    def start(name: str, attributes: dict[str, str]) -> None:
        bases.append(urljoin(bases[-1], attributes.get(f"{_XML} base", "")))
        about, fragment = attributes.get(f"{_RDF} about"), attributes.get(f"{_RDF} ID")
        iri = urljoin(bases[-1], about) if about is not None else f"{bases[-1]}#{fragment}" if fragment else None
        if iri is not None:
            line, column = parser.CurrentLineNumber, parser.CurrentColumnNumber + 1
            found.append((iri, Span(line, column, line, column + 1)))

    def end(_: str) -> None:
        bases.pop()

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.Parse(data, True)
    yield from found


@dataclass
class _Object:
    """A JSON object or array being read: where it opens, its last key, and the names that its contexts declare."""

    opening: int
    terms: dict[str, str]
    key: str | None = None
    iri: str | None = None


def _json_nodes(data: bytes, base: str) -> Iterator[tuple[str, Span]]:
    """Yield the values of ``@id`` and of its aliases (JSON-LD 1.1, section 3.3) at their objects' opening braces."""
    content = data.decode("utf-8-sig")
    text, decoder = Text(content), json.JSONDecoder()
    open_: list[_Object] = []
    at, expects_key = 0, False
    while found := _JSON.match(content, at):
        at = found.end()
        string, sign, _ = found.groups()
        if sign and sign in "{[":
            terms = open_[-1].terms if open_ else {"@base": base}
            open_.append(_Object(found.start(2), terms))
            expects_key = sign == "{"
        elif sign and sign in "}]":
            if not open_:
                return
            closed = open_.pop()
            if closed.iri is not None:
                yield _expand(closed.iri, closed.terms), text.span(closed.opening, closed.opening + 1)
            expects_key = False
        elif sign == ",":
            expects_key = bool(open_) and content[open_[-1].opening] == "{"
        elif sign == ":" and open_ and open_[-1].key == "@context":
            start = at + len(content[at:]) - len(content[at:].lstrip())
            context, at = decoder.raw_decode(content, start)
            open_[-1].terms = open_[-1].terms | _declared(context)
        elif string and open_:
            if expects_key:
                open_[-1].key, expects_key = json.loads(string), False
            elif open_[-1].terms.get(open_[-1].key or "", open_[-1].key) == "@id":
                open_[-1].iri = json.loads(string)


def _declared(context: Any) -> dict[str, str]:
    """Return the names that a context declares, and its base."""
    if isinstance(context, list):
        return {name: iri for part in context for name, iri in _declared(part).items()}
    if not isinstance(context, dict):
        return {}
    values = {name: value.get("@id") if isinstance(value, dict) else value for name, value in context.items()}
    return {name: value for name, value in values.items() if isinstance(value, str)}


def _expand(iri: str, terms: dict[str, str]) -> str:
    prefix, colon, local = iri.partition(":")
    if colon and not local.startswith("//") and prefix in terms:
        return _expand(terms[prefix], {}) + local
    return iri if _ABSOLUTE.match(iri) else urljoin(terms.get("@base", ""), iri)
