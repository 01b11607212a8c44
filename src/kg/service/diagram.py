"""Diagrams of classes and what links them, laid out in whole numbers: a graph has one drawing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap

from kg.service.names import Shown

_LETTER, _LINE, _PAD = 7, 17, 8
_WIDE = 148
"""The width of a box."""
_GAP, _ROWS, _LABELS = 18, 64, 158
"""Between boxes of a row, between rows, and the room for the names of links."""
_MOST = 6
"""How many boxes a row has at most."""
_SWEEPS = 8


@dataclass(frozen=True, slots=True)
class Box:
    """A class: where it stands, its name in lines, and what is said below it in smaller letters."""

    x: int
    y: int
    width: int
    height: int
    name: Shown
    lines: Sequence[str]
    below: Sequence[str] = ()
    here: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A link from a box to another: its path, what it is called, and those names that are written at a place."""

    path: str
    title: str
    labels: Sequence[tuple[int, int, str]] = ()
    kind: bool = False  # from a class to the one above it


@dataclass(frozen=True, slots=True)
class Drawing:
    """A diagram of so many pixels."""

    width: int
    height: int
    boxes: Sequence[Box]
    lines: Sequence[Line]


def box(name: Shown, *, below: Sequence[str] = (), here: bool = False) -> Box:
    """Return the box of a class, at no place yet."""
    letters = (_WIDE - 2 * _PAD) // _LETTER
    lines = wrap(name.text, letters) or [name.text]
    small = [line for text in below for line in wrap(text, letters + 3)]
    return Box(0, 0, _WIDE, 2 * _PAD + _LINE * (len(lines) + len(small)), name, lines, small, here)


def layered(boxes: Mapping[str, Box], links: Mapping[tuple[str, str], str]) -> Drawing:
    """Return the drawing of boxes in rows, so that most links lead down and few cross (Sugiyama, Tagawa, Toda 1981).

    ``links`` gives the title of what leads from one box to another.
    """
    down = _acyclic(list(boxes), [pair for pair in links if pair[0] != pair[1]])
    rows = _ordered(_rows(list(boxes), down), down)
    placed: dict[str, Box] = {}
    width = max((len(row) for row in rows), default=0) * (_WIDE + _GAP) - _GAP
    y = _GAP
    for row in rows:
        x = (width - len(row) * (_WIDE + _GAP) + _GAP) // 2
        for key in row:
            placed[key] = replace(boxes[key], x=x, y=y)
            x += _WIDE + _GAP
        y += max(boxes[key].height for key in row) + _ROWS
    level = {key: number for number, row in enumerate(rows) for key in row}
    drawn = [
        Line(_curve(placed[a], placed[b], level[a] - level[b]), title) for (a, b), title in links.items() if a != b
    ]
    own = [Line(_loop(placed[a]), title) for (a, b), title in links.items() if a == b]
    return Drawing(width + 2 * _GAP, y - _ROWS + _GAP, list(placed.values()), [*drawn, *own])


Beside = Sequence[tuple[Box, Sequence[str]]]


def around(middle: Box, *, above: Sequence[Box], below: Sequence[Box], before: Beside, after: Beside) -> Drawing:
    """Return the drawing of a class: those above and below it, and on its sides what leads to it and where it leads.

    Each box at the sides comes with the names of what links it.
    """
    step = _WIDE + _LABELS
    heights = [sum(_room(one) + _GAP for one in side) for side in (before, after)]
    wide = max(len(above), len(below), 1) * (_WIDE + _GAP) - _GAP
    left = step if before else 0
    middle_x = left + max(0, (wide - _WIDE) // 2)
    top = _GAP + (max(one.height for one in above) + _ROWS // 2 if above else 0)
    height = max([*heights, middle.height + _GAP])
    centre = replace(middle, x=middle_x, y=top + (height - middle.height) // 2)
    boxes, lines = [centre], []
    for number, one in enumerate(above):
        placed = replace(one, x=middle_x + _WIDE // 2 - wide // 2 + number * (_WIDE + _GAP), y=_GAP)
        boxes.append(placed)
        lines.append(Line(_curve(centre, placed, 1), "", kind=True))
    under = top + height + _ROWS // 2
    for number, one in enumerate(below):
        placed = replace(one, x=middle_x + _WIDE // 2 - wide // 2 + number * (_WIDE + _GAP), y=under)
        boxes.append(placed)
        lines.append(Line(_curve(placed, centre, 1), "", kind=True))
    right = middle_x + max(wide + _WIDE, 2 * _WIDE) // 2 + _LABELS if wide > _WIDE else middle_x + step
    for side, x, tall in ((before, 0, heights[0]), (after, right, heights[1])):
        y = top + (height - tall) // 2
        for one, names in side:
            room = _room((one, names))
            placed = replace(one, x=x, y=y + (room - one.height) // 2)
            boxes.append(placed)
            lines.append(_sideways(placed, centre, names, leading=side is before))
            y += room + _GAP
    bottom = max(one.y + one.height for one in boxes) + _GAP
    return Drawing(max(one.x + one.width for one in boxes) + 2, bottom, boxes, lines)


def _room(one: tuple[Box, Sequence[str]]) -> int:
    return max(one[0].height, _LINE * len(one[1]) + _PAD)


def _sideways(outer: Box, centre: Box, names: Sequence[str], *, leading: bool) -> Line:
    """Return the line between a box at a side and the middle, with the names above its level part."""
    y, level = outer.y + outer.height // 2, _LABELS - 50
    at = centre.y + centre.height // 2
    if leading:
        x = outer.x + outer.width
        end = centre.x - 2
        path = f"M{x} {y}H{x + level}C{x + level + 30} {y} {end - 30} {at} {end} {at}"
        first = x + 4
    else:
        x = outer.x - 2
        begin = centre.x + centre.width
        path = f"M{begin} {at}C{begin + 30} {at} {x - level - 30} {y} {x - level} {y}H{x}"
        first = x - level
    labels = [(first, y - 5 - _LINE * (len(names) - 1 - n), name) for n, name in enumerate(names)]
    return Line(path, ", ".join(names), labels)


def _curve(a: Box, b: Box, upward: int) -> str:
    """Return the path from a box to one of another row, or of the same row."""
    ax, bx = a.x + a.width // 2, b.x + b.width // 2
    if upward == 0:
        bend = max(a.y + a.height, b.y + b.height) + _ROWS // 2
        return f"M{ax} {a.y + a.height}C{ax} {bend} {bx} {bend} {bx} {b.y + b.height + 2}"
    ay, by = (a.y, b.y + b.height + 2) if upward > 0 else (a.y + a.height, b.y - 2)
    bend = (by - ay) // 2
    return f"M{ax} {ay}C{ax} {ay + bend} {bx} {by - bend} {bx} {by}"


def _loop(a: Box) -> str:
    x, y = a.x + a.width, a.y + a.height // 2
    return f"M{x - 14} {a.y}C{x - 14} {a.y - 22} {x + 22} {y} {x + 2} {y}"


def _acyclic(nodes: Sequence[str], pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return pairs turned so that no way leads back: by the order in which most lead on (Eades, Lin, Smyth 1993)."""
    left = list(nodes)
    first: list[str] = []
    last: list[str] = []
    while left:
        among = set(left)
        balance = dict.fromkeys(left, 0)
        outs, ins = dict(balance), dict(balance)
        for a, b in pairs:
            if a in among and b in among:
                outs[a] += 1
                ins[b] += 1
        sink = next((node for node in left if not outs[node]), None)
        chosen = sink or max(left, key=lambda node: (outs[node] - ins[node], -left.index(node)))
        (last if sink else first).append(chosen)
        left.remove(chosen)
    place = {node: number for number, node in enumerate([*first, *reversed(last)])}
    return sorted({(a, b) if place[a] < place[b] else (b, a) for a, b in pairs})


def _rows(nodes: Sequence[str], down: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Return nodes in rows, each below those that lead to it, few enough in each (Coffman, Graham 1972)."""
    parents: dict[str, set[str]] = defaultdict(set)
    degree: dict[str, int] = defaultdict(int)
    for a, b in down:
        parents[b].add(a)
        degree[a] += 1
        degree[b] += 1
    rows: list[list[str]] = []
    done: set[str] = set()
    left = [node for node in nodes if degree[node]]
    while left:
        ready = [node for node in left if parents[node] <= done]
        row = sorted(ready, key=lambda node: (-degree[node], node))[:_MOST]
        rows.append(row)
        done |= set(row)
        left = [node for node in left if node not in done]
    alone = [node for node in nodes if not degree[node]]
    return rows + [alone[start : start + _MOST] for start in range(0, len(alone), _MOST)]


def _ordered(rows: list[list[str]], down: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Return rows in which each node stands about where its neighbours do."""
    beside: dict[str, list[str]] = defaultdict(list)
    for a, b in down:
        beside[a].append(b)
        beside[b].append(a)
    place = {node: (2 * number + 1) * 1000 // (2 * len(row)) for row in rows for number, node in enumerate(row)}
    for sweep in range(_SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = {
                node: sum(place[other] for other in beside[node]) // len(beside[node]) if beside[node] else place[node]
                for node in row
            }
            row.sort(key=lambda node: (wanted[node], node))
            place.update({node: (2 * number + 1) * 1000 // (2 * len(row)) for number, node in enumerate(row)})
    return rows
