"""The groups of a query, nested as their braces are, and where each variable is used: what the lint reasons on."""

from dataclasses import dataclass, field
from typing import Literal, Self

from kg.query.tokens import Token, tokens

Kind = Literal[
    "query", "select", "where", "template", "group", "optional", "union", "minus", "exists", "graph", "service"
]
# solution: SELECT and CONSTRUCT clauses and the modifiers after WHERE, which see what WHERE leaves in scope.
Clause = Literal["pattern", "filter", "bind", "solution"]

_OPENED_BY: dict[str, Kind] = {
    "OPTIONAL": "optional",
    "UNION": "union",
    "MINUS": "minus",
    "EXISTS": "exists",
    "WHERE": "where",
    "CONSTRUCT": "template",
}


@dataclass(frozen=True)
class Use:
    """A variable used outside a ``VALUES`` block: its name, in which kind of clause, and where."""

    name: str
    clause: Clause
    position: int


@dataclass
class Group:
    """What stands between two braces: ``query`` is the whole text, ``select`` the braces around a sub-SELECT.

    ``blocks`` has the ``VALUES`` blocks of this group itself: their variables and where they stand.
    """

    kind: Kind
    position: int
    parent: Self | None = None
    groups: list[Self] = field(default_factory=list)
    blocks: list[tuple[tuple[str, ...], int]] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)

    @property
    def where(self) -> Self | None:
        """The WHERE group of a ``query`` or ``select``."""
        return next((group for group in self.groups if group.kind == "where"), None)

    def block(self, name: str) -> int | None:
        """Return where this group's own ``VALUES`` block of a variable stands, or None."""
        return next((position for names, position in self.blocks if name in names), None)

    def walk(self) -> list[Self]:
        """Return this group and all groups below it, in the order of the text."""
        return [self, *(below for group in self.groups for below in group.walk())]


def groups(query: str) -> Group:
    """Return the whole query as a group. Unbalanced braces are left to the parser."""
    reader = _Reader(tokens(query))
    root = Group("query", 0)
    reader.read(root)
    return root


class _Reader:
    """Read a group up to its closing brace, descending into the groups within."""

    def __init__(self, found: list[Token]) -> None:
        self.found = found
        self.index = 0

    def read(self, group: Group) -> None:
        """Read up to the brace that closes ``group``, and step over it."""
        while self.index < len(self.found):
            token = self.found[self.index]
            self.index += 1
            if token.word == "}":
                return
            if token.word == "{":
                self._descend(group, self._kind(group, self.index - 1), token)
            elif token.word == "VALUES":
                self._values(group, token)
            elif token.word == "SELECT" and group.kind != "query":
                group.kind = "select"
            elif token.word in ("FILTER", "BIND") and group.kind not in ("query", "select"):
                self._expression(group, "filter" if token.word == "FILTER" else "bind")
            elif token.variable:
                self._use(group, token, "solution" if group.kind in ("query", "select", "template") else "pattern")

    def _descend(self, parent: Group, kind: Kind, token: Token) -> None:
        child = Group(kind, token.start, parent)
        parent.groups.append(child)
        self.read(child)

    def _kind(self, group: Group, at: int) -> Kind:
        before = [token.word for token in self.found[max(at - 3, 0) : at]]
        if before and before[-1] in _OPENED_BY:
            return _OPENED_BY[before[-1]]
        if group.kind in ("query", "select"):
            return "where"
        if before[-2:-1] == ["GRAPH"]:
            return "graph"
        if before[-2:-1] == ["SERVICE"] or before[-2:-1] == ["SILENT"]:
            return "service"
        return "group"

    def _values(self, group: Group, token: Token) -> None:
        """Step over a ``VALUES`` block, whose variables and data are no uses."""
        names = []
        while self.index < len(self.found) and (current := self.found[self.index]).word != "{":
            if current.variable:
                names.append(current.variable)
            self.index += 1
        while self.index < len(self.found) and self.found[self.index].word != "}":
            self.index += 1
        self.index += 1
        group.blocks.append((tuple(names), token.start))

    def _expression(self, group: Group, clause: Clause) -> None:
        """Read a FILTER or a BIND: up to the parenthesis that closes it, or the group of its EXISTS."""
        depth = 0
        while self.index < len(self.found):
            token = self.found[self.index]
            self.index += 1
            depth += (token.word == "(") - (token.word == ")")
            if token.word == "{":
                self._descend(group, self._kind(group, self.index - 1), token)
            elif token.variable:
                self._use(group, token, clause)
            if depth == 0 and token.word in (")", "{"):
                return

    def _use(self, group: Group, token: Token, clause: Clause) -> None:
        assert token.variable is not None
        group.uses.append(Use(token.variable, clause, token.start))
