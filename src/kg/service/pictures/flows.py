"""Flows of an amount through steps (a Sankey diagram): each statement is a band as thick as its amount.

What one statement says of several things together, two funders of one sum for instance, stays together: they are one
node, for nobody has said how the sum is divided. A statement that stands in several rows is counted once. Statements
of different parts, planned and granted sums for instance, are never added up: each part is a picture of its own.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from kg.errors import QueryError
from kg.graph.terms import parse
from kg.lookup.speaker import number
from kg.query.pictures import steps
from kg.service.names import Names, Shown
from kg.service.pictures.rows import Row, Rows, by_name, shortened
from kg.service.view import View

_WIDTH, _NAMES, _TOP, _HEIGHT, _PITCH, _NODE, _WORDS = 1040, 235, 44, 380, 40, 12, 30
_SWEEPS = 6

Spot = tuple[int, tuple[str, ...]]
"""A node: the number of its step, and the things that it is, most often one."""


@dataclass(frozen=True, slots=True)
class Node:
    """A node as it is drawn: its box, its name, what it leads to when it is one thing, and the amount through it."""

    x: float
    y: float
    height: float
    text: str
    shown: Shown
    whole: str
    amount: str
    keys: str


@dataclass(frozen=True, slots=True)
class Band:
    """A statement as it is drawn, through all its steps, and the address of its page, if it has one."""

    path: str
    href: str | None
    thickness: float
    title: str
    keys: str


@dataclass(frozen=True)
class Part:
    """The picture of one part: its name, if parts have one, what flows in all, its nodes and its bands."""

    shown: Shown | None
    height: float
    total: str
    nodes: Sequence[Node]
    bands: Sequence[Band]
    described: str


@dataclass(frozen=True)
class Flows:
    """Flows as they are drawn: their parts, the steps with the place of each, and how many statements do not flow."""

    width: float
    described: str
    steps: Sequence[tuple[str, float]]
    parts: Sequence[Part]
    still: int


@dataclass(frozen=True, slots=True)
class _Statement:
    """A statement: its token, its amount, its part, and the nodes that it goes through."""

    name: str | None
    amount: Decimal
    part: str | None
    spots: Sequence[Spot]


def draw(rows: Rows, names: Names, view: View) -> Flows:
    """Return the flows of rows. Raises QueryError when a statement has two amounts or is of two parts."""
    columns = steps(rows.columns)
    found = _statements(rows, columns)
    flowing = [one for one in found if len(one.spots) > 1 and one.amount > 0]
    gap = (_WIDTH - _NAMES) / max(len(columns) - 1, 1)
    inside: dict[str | None, list[_Statement]] = defaultdict(list)
    for one in flowing:
        inside[one.part].append(one)
    # One scale for all parts: what is as thick in two of them is as much.
    largest = max((amount for of in inside.values() for amount in _through_steps(of).values()), default=Decimal(1))
    parts = [
        _part(of, _HEIGHT / float(largest), gap, rows, names, view)
        for of in sorted(inside.values(), key=lambda of: -sum(one.amount for one in of))
    ]
    return Flows(
        _WIDTH,
        view.words["drawn_flows"].format(len(flowing)),
        [(column, round(i * gap, 1)) for i, column in enumerate(columns)],
        parts,
        len(found) - len(flowing),
    )


def _statements(rows: Rows, columns: Sequence[str]) -> list[_Statement]:
    """Return the statements of rows, each once; a row without one is a statement of its own."""
    gathered: dict[str, list[Row]] = defaultdict(list)
    for place, row in enumerate(rows.rows):
        gathered[row.get("statement", f"row {place}")].append(row)
    found = []
    for of in gathered.values():
        for column in ("amount", "part"):
            if len({row.get(column) for row in of}) > 1:
                raise QueryError(f"one statement has several values of ?{column}: {of[0].get('statement')}")
        spots = [
            (step, things)
            for step, column in enumerate(columns)
            if (things := tuple(sorted({row[column] for row in of if column in row})))
        ]
        found.append(_Statement(of[0].get("statement"), _amount(of[0]), of[0].get("part"), spots))
    return found


def _through_steps(statements: Sequence[_Statement]) -> Mapping[int, Decimal]:
    """Return what flows through each step in all."""
    sums: dict[int, Decimal] = defaultdict(Decimal)
    for one in statements:
        for step, _ in one.spots:
            sums[step] += one.amount
    return sums


def _amount(row: Row) -> Decimal:
    try:
        amount = Decimal(parse(row["amount"]).value)
    except (KeyError, InvalidOperation):
        return Decimal(0)
    return amount if amount.is_finite() else Decimal(0)


@dataclass(slots=True)
class _Box:
    """A node while it is placed: its top, its height, and how much of each side is taken."""

    y: float = 0.0
    height: float = 0.0
    taken: float = 0.0
    given: float = 0.0

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


def _part(statements: Sequence[_Statement], scale: float, gap: float, rows: Rows, names: Names, view: View) -> Part:
    through: dict[Spot, Decimal] = defaultdict(Decimal)
    for one in statements:
        for spot in one.spots:
            through[spot] += one.amount
    thick = {id(one): max(float(one.amount) * scale, 1.0) for one in statements}
    boxes, height = _boxes(statements, through, thick)
    said = {spot: _named(spot, names) for spot in through}

    def amount(value: Decimal) -> str:
        return number(f"{value:f}", view.language)

    nodes = [
        Node(
            round(spot[0] * gap, 1),
            round(box.y, 1),
            round(box.height, 1),
            *said[spot],
            amount(through[spot]),
            " ".join(rows.keys[token] for token in spot[1]),
        )
        for spot, box in boxes.items()
    ]
    bands = [
        Band(
            _path(one, boxes, gap, thick[id(one)]),
            names.shown(one.name).href if one.name else None,
            round(thick[id(one)], 2),
            f"{' → '.join(said[spot][2] for spot in one.spots)}\n{amount(one.amount)}",
            " ".join(rows.keys[token] for _, things in one.spots for token in things),
        )
        for one in sorted(statements, key=lambda one: [boxes[spot].middle for spot in one.spots])
    ]
    total = amount(sum((one.amount for one in statements), Decimal(0)))
    part = statements[0].part
    shown = names.shown(part) if part else None
    told = view.words["drawn_part"].format(len(statements), total)
    return Part(shown, round(height, 1), total, nodes, bands, f"{shown.text} — {told}" if shown else told)


def _named(spot: Spot, names: Names) -> tuple[str, Shown, str]:
    """Return the text of a node, what it leads to, and the names of all its things; several have no page together."""
    all_ = [names.shown(token) for token in by_name(spot[1], names)]
    whole = " + ".join(one.text for one in all_)
    if len(all_) == 1:
        return shortened(all_[0], _WORDS), all_[0], whole
    more = f" + {len(all_) - 1}"
    return shortened(all_[0], _WORDS - len(more)) + more, Shown(whole), whole


def _boxes(
    statements: Sequence[_Statement], through: Mapping[Spot, Decimal], thick: Mapping[int, float]
) -> tuple[dict[Spot, _Box], float]:
    """Return the place of each node, and the height of all: large ones above at first, then near what they meet."""
    heights: dict[Spot, float] = defaultdict(float)
    near: dict[Spot, list[tuple[Spot, float]]] = defaultdict(list)
    for one in statements:
        for place, spot in enumerate(one.spots):
            heights[spot] += thick[id(one)]
            for other in (*one.spots[place - 1 : place], *one.spots[place + 1 : place + 2]):
                near[spot].append((other, thick[id(one)]))
    columns: dict[int, list[Spot]] = defaultdict(list)
    for spot in sorted(through, key=lambda spot: (-through[spot], spot)):
        columns[spot[0]].append(spot)
    boxes = {spot: _Box(height=max(heights[spot], 2.0)) for spot in through}
    height = max(sum(max(boxes[s].height + 8, _PITCH) for s in column) for column in columns.values())

    def stack(column: Sequence[Spot]) -> None:
        room = sum(max(boxes[spot].height + 8, _PITCH) for spot in column)
        y = _TOP + (height - room) / 2
        for spot in column:
            boxes[spot].y = y
            y += max(boxes[spot].height + 8, _PITCH)

    def pull(spot: Spot) -> tuple[float, Spot]:
        weight = sum(thickness for _, thickness in near[spot])
        return sum(boxes[other].middle * thickness for other, thickness in near[spot]) / weight, spot

    for column in columns.values():
        stack(column)
    for sweep in range(_SWEEPS):
        for step in sorted(columns, reverse=sweep % 2 == 1):
            columns[step].sort(key=pull)
            stack(columns[step])
    return boxes, _TOP + height + 8


def _path(one: _Statement, boxes: Mapping[Spot, _Box], gap: float, thickness: float) -> str:
    """Return the way of a statement through its nodes, each of whose sides it takes a part of."""
    pieces = []
    for left, right in zip(one.spots, one.spots[1:], strict=False):
        source, target = boxes[left], boxes[right]
        x1, x2 = left[0] * gap + _NODE, right[0] * gap
        y1, y2 = source.y + source.given + thickness / 2, target.y + target.taken + thickness / 2
        source.given += thickness
        target.taken += thickness
        bend = (x2 - x1) / 2
        pieces.append(f"M{x1:.1f} {y1:.1f}C{x1 + bend:.1f} {y1:.1f} {x2 - bend:.1f} {y2:.1f} {x2:.1f} {y2:.1f}")
    return "".join(pieces)
