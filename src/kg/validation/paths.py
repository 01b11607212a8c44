"""SHACL property paths as values, as SPARQL 1.1 text and as triples (SHACL, section 2.3.1).

A path that is one predicate is the predicate's token, ``<iri>``. The others are tuples of an operator and what it
is of: ``("^", p)``, ``("/", p, q, …)``, ``("|", p, q, …)``, ``("*", p)``, ``("+", p)``, ``("?", p)``. As text they
are written as in SPARQL, with parentheses where one path is inside another.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from kg.graph.terms import RDF
from kg.source.reader import Triple

Path = str | tuple[Any, ...]

_SH = "http://www.w3.org/ns/shacl#"
_FIRST, _REST, _NIL = f"<{RDF}first>", f"<{RDF}rest>", f"<{RDF}nil>"
_INVERSE, _ALTERNATIVE = f"<{_SH}inversePath>", f"<{_SH}alternativePath>"
_SUFFIXES = {f"<{_SH}zeroOrMorePath>": "*", f"<{_SH}oneOrMorePath>": "+", f"<{_SH}zeroOrOnePath>": "?"}
_PREDICATES = {suffix: predicate for predicate, suffix in _SUFFIXES.items()}
_TOKEN = re.compile(r"<[^>]*>|[()^/|*+?]")


def read(node: str, value: Callable[[str, str], str | None]) -> Path:
    """Return the path that ``node`` is; ``value(s, p)`` gives the object of a triple, or None.

    Raises ValueError for what is not a path, one that contains itself included.
    """
    return _read(node, value, ())


def text(path: Path) -> str:
    """Return ``path`` as SPARQL writes it."""
    if isinstance(path, str):
        return path
    operator, *parts = path
    inner = [part if isinstance(part, str) else f"({text(part)})" for part in parts]
    if operator == "^":
        return f"^{inner[0]}"
    return operator.join(inner) if operator in "/|" else f"{inner[0]}{operator}"


def parse(path: str) -> Path:
    """Return the path that ``text`` wrote. Raises ValueError for what it does not write."""
    tokens = _Tokens(_TOKEN.findall(path))
    found = _alternative(tokens)
    if tokens.next is not None:
        raise ValueError(f"not a property path: {path}")
    return found


def triples(path: Path, blank: Callable[[], str]) -> tuple[str, list[Triple]]:
    """Return the node that ``path`` is in SHACL, and the triples that say so; ``blank()`` gives a new blank node."""
    if isinstance(path, str):
        return path, []
    operator, *parts = path
    nodes, made = [], []
    for part in parts:
        node, inside = triples(part, blank)
        nodes.append(node)
        made += inside
    if operator in "/|":
        cells = [blank() for _ in nodes]
        for cell, item, rest in zip(cells, nodes, [*cells[1:], _NIL], strict=True):
            made += [(cell, _FIRST, item), (cell, _REST, rest)]
        if operator == "/":
            return cells[0], made
        nodes = cells[:1]
    node = blank()
    made.append((node, {"^": _INVERSE, "|": _ALTERNATIVE}.get(operator) or _PREDICATES[operator], nodes[0]))
    return node, made


def single(path: str) -> tuple[str, bool] | None:
    """Return the predicate of the text of a path of one step and whether it goes backwards; None for longer paths."""
    match = re.fullmatch(r"(\^?)(<[^>]*>)", path)
    return (match[2], bool(match[1])) if match else None


def _read(node: str, value: Callable[[str, str], str | None], outer: tuple[str, ...]) -> Path:
    if node.startswith("<") and node != _NIL:
        return node
    if node in outer:
        raise ValueError(f"the path {node} contains itself")
    outer = (*outer, node)
    if value(node, _FIRST):
        return "/", *(_read(item, value, outer) for item in _items(node, value))
    if inside := value(node, _ALTERNATIVE):
        return "|", *(_read(item, value, outer) for item in _items(inside, value))
    if inside := value(node, _INVERSE):
        return "^", _read(inside, value, outer)
    for predicate, suffix in _SUFFIXES.items():
        if inside := value(node, predicate):
            return suffix, _read(inside, value, outer)
    raise ValueError(f"not a SHACL path: {node}")


def _items(head: str, value: Callable[[str, str], str | None]) -> Iterator[str]:
    seen: set[str] = set()
    while head != _NIL:
        first, rest = value(head, _FIRST), value(head, _REST)
        if first is None or rest is None or head in seen:
            raise ValueError(f"not a list: {head}")
        seen.add(head)
        yield first
        head = rest


class _Tokens:
    """The tokens of a path, read from left to right."""

    def __init__(self, tokens: Iterable[str]) -> None:
        self._rest = iter(tokens)
        self.next = next(self._rest, None)

    def take(self, *wanted: str) -> str | None:
        """Return the next token and go on when it is one of ``wanted``; else None."""
        token = self.next
        if token is None or token not in wanted:
            return None
        self.next = next(self._rest, None)
        return token


def _alternative(tokens: _Tokens) -> Path:
    parts = [_sequence(tokens)]
    while tokens.take("|"):
        parts.append(_sequence(tokens))
    return parts[0] if len(parts) == 1 else ("|", *parts)


def _sequence(tokens: _Tokens) -> Path:
    parts = [_step(tokens)]
    while tokens.take("/"):
        parts.append(_step(tokens))
    return parts[0] if len(parts) == 1 else ("/", *parts)


def _step(tokens: _Tokens) -> Path:
    path: Path
    if tokens.take("^"):
        return "^", _step(tokens)
    if tokens.take("("):
        path = _alternative(tokens)
        if not tokens.take(")"):
            raise ValueError("a property path lacks a closing parenthesis")
    elif tokens.next is not None and tokens.next.startswith("<"):
        path = tokens.take(tokens.next) or ""
    else:
        raise ValueError(f"not a property path: {tokens.next or 'nothing'} where a step should be")
    while suffix := tokens.take("*", "+", "?"):
        path = suffix, path
    return path
