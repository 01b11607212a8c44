"""Read Turtle and TriG as it is written: directives, statements, brackets, and the comments of each."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from kg.errors import SourceError
from kg.source.tokens import Token, tokens

DEPTH = 100
"""How deep brackets may be in one another."""

_PREFIX = re.compile(r"(?i:@?prefix)")
_BASE = re.compile(r"(?i:@?base)")


@dataclass
class Leaf:
    """A term in one token, as written."""

    text: str


@dataclass
class Item:
    """A member of a collection, with its comments."""

    node: "Node"
    above: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)


@dataclass
class Collection:
    """``( … )``; ``tail`` are the comments before its end."""

    items: list[Item] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)


@dataclass
class Pair:
    """A predicate and one object, with their comments."""

    verb: str
    node: "Node"
    above: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)


@dataclass
class Brackets:
    """``[ … ]``; ``tail`` are the comments before its end."""

    pairs: list[Pair] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)


Node = Leaf | Collection | Brackets


@dataclass
class Directive:
    """A prefix (its name, without colon) or, with ``name`` None, a base."""

    name: str | None
    iri: str
    above: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)


@dataclass
class Statement:
    """A subject and its pairs; ``tail`` are comments before the dot, ``last`` those behind it."""

    subject: Node
    pairs: list[Pair] = field(default_factory=list)
    above: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)
    last: list[str] = field(default_factory=list)


@dataclass
class Block:
    """A graph of TriG; ``label`` is None for ``{ … }``."""

    label: str | None
    statements: list[Statement] = field(default_factory=list)
    above: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)
    last: list[str] = field(default_factory=list)


@dataclass
class Document:
    """A whole file, in its order; ``tail`` are the comments at its end."""

    parts: list[Directive | Statement | Block]
    tail: list[str]


def read_tree(text: str) -> Document:
    """Return a text of Turtle 1.1 or TriG 1.1 as it is written.

    Raises SourceError for what is neither, such as statements of RDF 1.2.
    """
    reader = _Reader(tokens(text))
    parts: list[Directive | Statement | Block] = []
    while reader.next.text:
        parts.append(reader.part())
    if not reader.next.sign:
        raise SourceError("not Turtle or TriG of RDF 1.1")
    return Document(parts, reader.next.above)


class _Reader:
    """A reader of tokens, one ahead."""

    def __init__(self, stream: Iterator[Token]) -> None:
        self._stream = stream
        self.next = next(stream)

    def take(self, sign: str | None = None) -> Token:
        """Return the next token and go on; with ``sign`` it must be this one."""
        token = self.next
        if not token.text or (sign is not None and token.text != sign) or (sign is None and token.sign):
            raise SourceError(f"not Turtle or TriG of RDF 1.1 at {token.text or 'the end'}")
        self._stream_on()
        return token

    def _stream_on(self) -> None:
        self.next = next(self._stream)

    def part(self) -> Directive | Statement | Block:
        token = self.next
        if token.text.startswith("@") or (
            not token.sign and (_PREFIX.fullmatch(token.text) or _BASE.fullmatch(token.text))
        ):
            return self._directive()
        if token.text == "{":
            return self._block(None, list(token.above))
        if not token.sign and token.text.lower() == "graph":
            self.take()
            above = token.above + token.behind
            label = self._label()
            return self._block(label.text, above + label.above + label.behind)
        subject, above, behind = self._node(0)
        if self.next.text == "{":
            text = "[]" if isinstance(subject, Brackets) else subject.text if isinstance(subject, Leaf) else "()"
            return self._block(text, above + behind)
        statement = self._statement(subject, above, behind)
        dot = self.take(".")
        self._end(statement, dot)
        return statement

    def _label(self) -> Token:
        if self.next.text != "[":
            return self.take()
        opening, closing = self.take("["), self.take("]")
        return Token("[]", above=opening.above + opening.behind + closing.above, behind=closing.behind)

    def _directive(self) -> Directive:
        keyword = self._any()
        name = self.take() if _PREFIX.fullmatch(keyword.text) else None
        if name is None and not _BASE.fullmatch(keyword.text):
            raise SourceError(f"not Turtle or TriG of RDF 1.1 at {keyword.text}")
        iri = self.take()
        used = [token for token in (name, iri) if token]
        if keyword.text.startswith("@"):
            used.append(self.take("."))
        above = keyword.above + keyword.behind + [line for token in used for line in token.above]
        behind = [line for token in used for line in token.behind]
        return Directive(name.text.removesuffix(":") if name else None, iri.text, above, behind)

    def _any(self) -> Token:
        token = self.next
        self._stream_on()
        return token

    def _block(self, label: str | None, above: list[str]) -> Block:
        opening = self.take("{")
        block = Block(label, [], above + (opening.above if label is not None else []), opening.behind)
        while self.next.text != "}":
            subject, over, behind = self._node(0)
            statement = self._statement(subject, over, behind)
            block.statements.append(statement)
            if self.next.text == ".":
                self._end(statement, self.take("."))
        closing = self.take("}")
        block.tail, block.last = closing.above, closing.behind
        return block

    def _end(self, statement: Statement, dot: Token) -> None:
        statement.tail += dot.above
        if dot.fresh or not statement.pairs:
            statement.last = dot.behind
        else:
            statement.pairs[-1].behind += dot.behind

    def _statement(self, subject: Node, above: list[str], behind: list[str]) -> Statement:
        statement = Statement(subject, [], above, behind)
        if isinstance(subject, Brackets):  # [ p o ] q r is [] p o ; q r
            statement.subject = Leaf("[]")
            statement.pairs, statement.tail = subject.pairs, []
            carried = subject.tail
        else:
            carried = []
        pairs, tail = self._pairs(carried, 0)
        statement.pairs += pairs
        statement.tail = tail
        return statement

    def _pairs(self, carried: list[str], depth: int) -> tuple[list[Pair], list[str]]:
        """Return pairs up to what ends them, and the comments that no pair follows."""
        pairs: list[Pair] = []
        while True:
            while self.next.text == ";":
                mark = self._any()
                carried = carried + mark.above
                self._behind(mark, pairs, carried)
            if self.next.sign:
                return pairs, carried
            verb = self.take()
            carried = carried + verb.above
            notes = verb.behind
            while True:
                node, above, behind = self._node(depth)
                pairs.append(Pair(verb.text, node, carried + above, notes + behind))
                carried, notes = [], []
                if self.next.text != ",":
                    break
                mark = self._any()
                carried = carried + mark.above
                self._behind(mark, pairs, carried)

    def _behind(self, mark: Token, pairs: list[Pair], carried: list[str]) -> None:
        if pairs and not mark.fresh:
            pairs[-1].behind += mark.behind
        else:
            carried += mark.behind

    def _node(self, depth: int) -> tuple[Node, list[str], list[str]]:
        """Return a node with the comments above and behind it."""
        if depth > DEPTH:
            raise SourceError(f"brackets are more than {DEPTH} deep")
        if self.next.text == "[":
            opening = self.take("[")
            pairs, tail = self._pairs(list(opening.behind), depth + 1)
            closing = self.take("]")
            return Brackets(pairs, tail + closing.above), opening.above, closing.behind
        if self.next.text == "(":
            opening = self.take("(")
            items: list[Item] = []
            carried = list(opening.behind)
            while self.next.text != ")":
                node, above, behind = self._node(depth + 1)
                items.append(Item(node, carried + above, list(behind)))
                carried = []
            closing = self.take(")")
            return Collection(items, carried + closing.above), opening.above, closing.behind
        token = self.take()
        return Leaf(token.text), token.above, list(token.behind)
