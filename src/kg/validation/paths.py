"""SHACL property paths as SPARQL 1.1 text, and back.

A path that is one predicate is the predicate's token, ``<iri>``; the others are written as in SPARQL:
``^p``, ``p/q``, ``p|q``, ``p*``, ``p+``, ``p?``, with parentheses where one path is inside another.
SHACL, section 2.3.1.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from kg.graph.terms import RDF
from kg.source.reader import Triple

_SH = "http://www.w3.org/ns/shacl#"
_FIRST, _REST, _NIL = f"<{RDF}first>", f"<{RDF}rest>", f"<{RDF}nil>"
_INVERSE, _ALTERNATIVE = f"<{_SH}inversePath>", f"<{_SH}alternativePath>"
_SUFFIXES = {f"<{_SH}zeroOrMorePath>": "*", f"<{_SH}oneOrMorePath>": "+", f"<{_SH}zeroOrOnePath>": "?"}
_PREDICATES = {suffix: predicate for predicate, suffix in _SUFFIXES.items()}
_TOKEN = re.compile(r"<[^>]*>|[()^/|*+?]")


def text(node: str, value: Callable[[str, str], str | None]) -> str:
    """Return the text of the path that ``node`` is; ``value(s, p)`` gives the object of a triple, or None.

    Raises ValueError for what is not a path.
    """
    if node.startswith("<") and node != _NIL:
        return node
    if value(node, _FIRST):
        return "/".join(_part(item, value) for item in _items(node, value))
    if inside := value(node, _ALTERNATIVE):
        return "|".join(_part(item, value) for item in _items(inside, value))
    if inside := value(node, _INVERSE):
        return "^" + _part(inside, value)
    for predicate, suffix in _SUFFIXES.items():
        if inside := value(node, predicate):
            return _part(inside, value) + suffix
    raise ValueError(f"not a SHACL path: {node}")


def triples(path: str, blank: Callable[[], str]) -> tuple[str, list[Triple]]:
    """Return the node that ``path`` is in SHACL, and the triples that say so; ``blank()`` gives a new blank node.

    Raises ValueError for what ``text`` does not write.
    """
    made: list[Triple] = []
    tokens = _Tokens(_TOKEN.findall(path))
    node = _alternative(tokens, blank, made)
    if tokens.next is not None:
        raise ValueError(f"not a property path: {path}")
    return node, made


def single(path: str) -> tuple[str, bool] | None:
    """Return the predicate of a path of one step and whether the step goes backwards; None for longer paths."""
    match = re.fullmatch(r"(\^?)(<[^>]*>)", path)
    return (match[2], bool(match[1])) if match else None


def _part(node: str, value: Callable[[str, str], str | None]) -> str:
    inside = text(node, value)
    return inside if re.fullmatch(r"<[^>]*>", inside) else f"({inside})"


def _items(head: str, value: Callable[[str, str], str | None]) -> Iterator[str]:
    while head != _NIL:
        first, rest = value(head, _FIRST), value(head, _REST)
        if first is None or rest is None:
            raise ValueError(f"not a list: {head}")
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


def _alternative(tokens: _Tokens, blank: Callable[[], str], made: list[Triple]) -> str:
    parts = [_sequence(tokens, blank, made)]
    while tokens.take("|"):
        parts.append(_sequence(tokens, blank, made))
    if len(parts) == 1:
        return parts[0]
    node = blank()
    made.append((node, _ALTERNATIVE, _list(parts, blank, made)))
    return node


def _sequence(tokens: _Tokens, blank: Callable[[], str], made: list[Triple]) -> str:
    parts = [_step(tokens, blank, made)]
    while tokens.take("/"):
        parts.append(_step(tokens, blank, made))
    return parts[0] if len(parts) == 1 else _list(parts, blank, made)


def _step(tokens: _Tokens, blank: Callable[[], str], made: list[Triple]) -> str:
    if tokens.take("^"):
        node = blank()
        made.append((node, _INVERSE, _step(tokens, blank, made)))
        return node
    if tokens.take("("):
        node = _alternative(tokens, blank, made)
        if not tokens.take(")"):
            raise ValueError("a property path lacks a closing parenthesis")
    elif tokens.next is not None and tokens.next.startswith("<"):
        node = tokens.take(tokens.next) or ""
    else:
        raise ValueError(f"not a property path: {tokens.next or 'nothing'} where a step should be")
    while suffix := tokens.take("*", "+", "?"):
        inner, node = node, blank()
        made.append((node, _PREDICATES[suffix], inner))
    return node


def _list(items: list[str], blank: Callable[[], str], made: list[Triple]) -> str:
    cells = [blank() for _ in items]
    for cell, item, rest in zip(cells, items, [*cells[1:], _NIL], strict=True):
        made += [(cell, _FIRST, item), (cell, _REST, rest)]
    return cells[0]
