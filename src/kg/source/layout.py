"""Lay Turtle and TriG out as people review it, without touching what it says or its comments.

Only the prefixes that are used, sorted; the subject alone on its line; one predicate and object per line; ``a``
first, then labels, definitions, the rest by IRI; the final dot alone: the layout of ``turtle.write_turtle``. The
order of statements, the spelling of terms and labels of blank nodes stay as their author has them.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kg.errors import SourceError, UsageError
from kg.project import Project
from kg.source.reader import FORMATS, read
from kg.source.tokens import BLANK, IRI, WORD
from kg.source.tree import Block, Brackets, Collection, Directive, Document, Leaf, Node, Pair, Statement, read_tree
from kg.source.turtle import STEP, WIDTH, predicate_order
from kg.source.whole import written_whole

SUFFIXES = (".ttl", ".trig")
_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_DATATYPE = re.compile(rf"\^\^{BLANK}({IRI}|{WORD})$")
_NUMBERS = (
    (re.compile(r"[+-]?[0-9]+"), f"{_XSD}integer"),
    (re.compile(r"[+-]?[0-9]*\.[0-9]+"), f"{_XSD}decimal"),
    (re.compile(r"true|false"), f"{_XSD}boolean"),
)


class LayoutError(SourceError):
    """A file is left as it is, for its layout would not say the same, or cannot be known to."""


@dataclass(frozen=True)
class Layout:
    """A text in the canonical layout, and the prefixes that it no longer declares."""

    text: str
    removed: tuple[str, ...]


def lay_out(text: str) -> Layout:
    """Return a text of Turtle 1.1 or TriG 1.1 in the canonical layout; of one that is, the same.

    Raises SourceError for what is neither.
    """
    document = read_tree(text)
    printer = _Printer()
    body = list(printer.body(document))
    head, removed = _head(document, printer.used)
    paragraphs = [*head, *body]
    if document.tail:
        paragraphs.append("".join(f"{line}\n" for line in _trimmed(document.tail)))
    return Layout("\n".join(paragraphs), tuple(sorted(removed)))


def proposed(path: Path, *, project: Project, base: str | None = None) -> Layout | None:
    """Return the layout of a Turtle or TriG file, when it is another than the file's; nothing is written.

    Both texts are read, relative IRIs after ``base``, and their graphs compared.

    Raises LayoutError for a file that must stay as it is, SourceError for one that cannot be read, UsageError for one
    of another format.
    """
    name = project.relative(path)
    if path.suffix not in SUFFIXES:
        raise UsageError(f"not Turtle or TriG: {name}")
    for _ in read(path, project=project, base=base):
        pass
    before = path.read_bytes()
    try:
        layout = lay_out(before.decode("utf-8-sig"))
    except SourceError as error:
        raise LayoutError(f"left as it is: {error.message}", file=name) from error
    after = layout.text.encode()
    if after == before:
        return None
    try:
        same = _graph(after, path.suffix, base) == _graph(before, path.suffix, base)
    except (SyntaxError, ValueError) as error:
        raise LayoutError(f"left as it is: its layout cannot be read ({error})", file=name) from error
    if not same:
        raise LayoutError("left as it is: its layout would not say the same", file=name)
    return layout


def fix(path: Path, *, project: Project, base: str | None = None) -> Layout | None:
    """Lay a Turtle or TriG file out, and return its layout when that is another than before.

    The file is replaced at once, and only by what says the same. Raises what ``proposed`` raises, and UsageError for a
    file that cannot be written.
    """
    layout = proposed(path, project=project, base=base)
    if layout is not None:
        try:
            with written_whole(path) as stream:
                stream.write(layout.text)
        except OSError as error:
            raise UsageError(f"cannot write {project.relative(path)}: {error.strerror}") from error
    return layout


def _graph(data: bytes, suffix: str, base: str | None) -> ox.Dataset:
    """Return the canonical dataset of a file (RDF Dataset Canonicalization 1.0)."""
    dataset = ox.Dataset(ox.parse(data, format=FORMATS[suffix], base_iri=base))
    if b"_:" in data or b"[" in data or b"(" in data:
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def _head(document: Document, used: set[str]) -> tuple[list[str], set[str]]:
    """Return the paragraphs of the first comment and of the directives above the first statement."""
    directives = _leading(document)
    if not directives:
        return [], set()
    comments, own = _split(directives[0].above)
    directives[0].above = own
    names = [part.name for part in document.parts if isinstance(part, Directive)]
    plain = len(names) == len(set(names)) and all(":" in d.iri for d in directives if d.name is not None)
    removed: set[str] = set()
    if plain:
        removed = {d.name for d in directives if d.name is not None and d.name not in used}
        comments += [line for d in directives if d.name in removed for line in (*d.above, *d.behind)]
        directives = [d for d in directives if d.name not in removed]
        directives.sort(key=lambda d: (d.name is not None, d.name or ""))
    if directives and not comments:
        comments, directives[0].above = directives[0].above, []
    paragraphs = ["".join(f"{line}\n" for line in _trimmed(comments))] if comments else []
    if directives:
        paragraphs.append("".join(_directive(d) for d in directives))
    return paragraphs, removed


def _leading(document: Document) -> list[Directive]:
    found = []
    for part in document.parts:
        if not isinstance(part, Directive):
            break
        found.append(part)
    return found


def _split(above: list[str]) -> tuple[list[str], list[str]]:
    """Return the lines that speak of the file, and those right above the first directive when others precede."""
    if "" not in above or above[-1] == "":
        return _trimmed(above), []
    last = len(above) - above[::-1].index("")
    return _trimmed(above[:last]), above[last:]


def _directive(directive: Directive) -> str:
    above = "".join(f"{line}\n" for line in directive.above if line)
    word = "@base" if directive.name is None else f"@prefix {directive.name}:"
    return f"{above}{word} {directive.iri} .{_behind(directive.behind)}\n"


def _behind(notes: Iterable[str]) -> str:
    return "".join(f" {note}" for note in notes if note)


def _trimmed(lines: list[str]) -> list[str]:
    return lines[:-1] if lines and not lines[-1] else lines


class _Printer:
    """The text of statements; the prefixes in force, and those that were used."""

    def __init__(self) -> None:
        self.used: set[str] = set()
        self._prefixes: dict[str, str] = {}
        self._flats: dict[int, str | None] = {}

    def body(self, document: Document) -> Iterator[str]:
        """Yield the paragraphs below the head."""
        leading = len(_leading(document))
        for index, part in enumerate(document.parts):
            if isinstance(part, Directive):
                if part.name is not None:
                    self._prefixes[part.name] = part.iri[1:-1]
                if index >= leading:
                    yield self._above(part.above, "") + _directive(Directive(part.name, part.iri, [], part.behind))
            elif isinstance(part, Block):
                yield self._block(part)
            else:
                yield self._statement(part, "")
            self._flats.clear()

    def _block(self, block: Block) -> str:
        label = "" if block.label is None else f"GRAPH {self._leaf(block.label)} "
        lines = [f"{self._above(block.above, '')}{label}{{{_behind(block.behind)}\n"]
        lines.append("\n".join(self._statement(statement, STEP) for statement in block.statements))
        if block.tail and block.statements:
            lines.append("\n")
        lines += [f"{STEP}{line}".rstrip() + "\n" for line in _trimmed(block.tail)]
        return "".join(lines) + f"}}{_behind(block.last)}\n"

    def _above(self, lines: list[str], margin: str) -> str:
        return "".join(f"{margin}{line}".rstrip() + "\n" for line in lines)

    def _statement(self, statement: Statement, margin: str) -> str:
        indent = margin + STEP
        subject = self._fit(statement.subject, margin, 0)
        lines = [f"{self._above(statement.above, margin)}{margin}{subject}{_behind(statement.behind)}\n"]
        lines += self._lines(statement.pairs, indent)
        lines += [f"{indent}{line}\n" for line in statement.tail if line]
        return "".join(lines) + f"{indent}.{_behind(statement.last)}\n"

    def _lines(self, pairs: list[Pair], indent: str) -> Iterator[str]:
        for pair in self._sorted(pairs):
            verb = self._verb(pair)
            above = "".join(f"{indent}{line}\n" for line in pair.above if line)
            yield f"{above}{indent}{verb} {self._fit(pair.node, indent, len(verb))} ;{_behind(pair.behind)}\n"

    def _sorted(self, pairs: list[Pair]) -> list[Pair]:
        return sorted(pairs, key=lambda pair: (predicate_order(self._token(pair.verb)), self._value_order(pair.node)))

    def _value_order(self, node: Node) -> tuple[int, str]:
        """Nested values come after the others, in their order; these by their token."""
        return (0, self._token(node.text)) if isinstance(node, Leaf) else (1, self._flat(node) or "")

    def _verb(self, pair: Pair) -> str:
        return "a" if self._token(pair.verb) == _TYPE else self._leaf(pair.verb)

    def _leaf(self, text: str) -> str:
        """Return a term as it is, its prefix noted."""
        if text[0] not in "<\"'_[(" and ":" in text:
            self.used.add(text.partition(":")[0])
        elif text[0] in "\"'" and (datatype := _DATATYPE.search(text)) and datatype[1][0] != "<":
            self.used.add(datatype[1].partition(":")[0])
        return text

    def _token(self, text: str) -> str:
        """Return what a term is sorted by: its N-Triples token, as far as one can tell without unescaping."""
        if text == "a":
            return _TYPE
        if text[0] in "\"'":
            datatype = _DATATYPE.search(text)
            return text[: datatype.start()] + "^^" + self._token(datatype[1]) if datatype else text
        if text[0] in "<_[(":
            return text
        for form, datatype_iri in _NUMBERS:
            if form.fullmatch(text):
                return f'"{text}"^^<{datatype_iri}>'
        prefix, _, local = text.partition(":")
        return f"<{self._prefixes.get(prefix, prefix)}{local}>"

    def _flat(self, node: Node) -> str | None:
        """Return a node on one line, or None when it has comments or line breaks."""
        if isinstance(node, Leaf):
            return None if "\n" in node.text else self._leaf(node.text)
        if id(node) not in self._flats:
            self._flats[id(node)] = self._bracketed(node)
        return self._flats[id(node)]

    def _bracketed(self, node: Collection | Brackets) -> str | None:
        commented = [*node.tail, *(node.items if isinstance(node, Collection) else node.pairs)]
        if any(isinstance(part, str) or part.above or part.behind for part in commented):
            return None
        if isinstance(node, Collection):
            items = [self._flat(item.node) for item in node.items]
            return None if None in items else f"( {' '.join(filter(None, items))} )" if items else "()"
        parts = []
        for pair in self._sorted(node.pairs):
            if (flat := self._flat(pair.node)) is None:
                return None
            parts.append(f"{self._verb(pair)} {flat}")
        return f"[ {' ; '.join(parts)} ]" if parts else "[]"

    def _fit(self, node: Node, indent: str, before: int) -> str:
        """Return a node's text, on several lines when one is too short for it."""
        if isinstance(node, Leaf):
            return self._leaf(node.text)
        flat = self._flat(node)
        if flat is not None and (flat in ("[]", "()") or len(indent) + before + 1 + len(flat) + 2 <= WIDTH):
            return flat
        deeper = indent + STEP
        tail = "".join(f"{deeper}{line}\n" for line in node.tail if line)
        if isinstance(node, Brackets):
            return f"[\n{''.join(self._lines(node.pairs, deeper))}{tail}{indent}]"
        lines = []
        for item in node.items:
            above = "".join(f"{deeper}{line}\n" for line in item.above if line)
            lines.append(f"{above}{deeper}{self._fit(item.node, deeper, 0)}{_behind(item.behind)}\n")
        return f"(\n{''.join(lines)}{tail}{indent})"
