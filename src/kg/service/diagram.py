"""Diagrams of classes and what links them, laid out in whole numbers: a graph has one drawing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import shorten, wrap

from kg.service import layering
from kg.service.names import Shown

_LETTER, _LINE, _PAD = 8, 17, 8
_WIDE = 148
"""The width of a box."""
_GAP, _ROWS, _LABELS, _THREAD = 18, 60, 230, 10
"""Between boxes of a row, between rows, the room for the names of links, and for a link that passes a row."""


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
    """A link between boxes: its path, what it is called, the names that are written at a place, and its arrows."""

    path: str
    title: str
    labels: Sequence[tuple[int, int, str]] = ()
    kind: bool = False  # from a class to the one above it
    start: bool = False
    end: bool = True


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
    small = [line for text in below for line in wrap(text, letters + 4)]
    return Box(0, 0, _WIDE, 2 * _PAD + _LINE * (len(lines) + len(small)), name, lines, small, here)


def layered(boxes: Mapping[str, Box], links: Mapping[tuple[str, str], str]) -> Drawing:
    """Return the drawing of boxes in rows, so that links lead down and few cross (Sugiyama, Tagawa, Toda 1981).

    ``links`` gives the title of what leads from one box to another. A link that passes rows has a place in each.
    """
    down = layering.acyclic(list(boxes), [pair for pair in links if pair[0] != pair[1]])
    rows = layering.in_rows(list(boxes), down)
    chains = layering.chained(rows, down)
    widths = {key: boxes[key].width if key in boxes else _THREAD for row in rows for key in row}
    centres = layering.centred(layering.ordered(rows, chains), chains, widths=widths, gap=_GAP)
    placed: dict[str, Box] = {}
    spans: dict[str, tuple[int, int]] = {}
    y = _GAP
    for row in rows:
        tall = max((boxes[key].height for key in row if key in boxes), default=0)
        spans.update(dict.fromkeys(row, (y, y + tall)))
        for key in row:
            if key in boxes:
                placed[key] = replace(boxes[key], x=centres[key] - boxes[key].width // 2, y=y)
        y += tall + _ROWS
    drawn = _threads(placed, chains, centres, spans, links)
    own = [Line(_loop(placed[a]), title) for (a, b), title in links.items() if a == b]
    right = max((centres[key] + widths[key] // 2 for key in centres), default=0)
    return Drawing(right + 2 * _GAP, y - _ROWS + _GAP, list(placed.values()), [*drawn, *own])


def _threads(
    placed: Mapping[str, Box],
    chains: Sequence[Sequence[str]],
    centres: Mapping[str, int],
    spans: Mapping[str, tuple[int, int]],
    links: Mapping[tuple[str, str], str],
) -> list[Line]:
    """Return the lines of links; those of one box begin and end side by side."""
    leaving: dict[str, list[int]] = defaultdict(list)
    coming: dict[str, list[int]] = defaultdict(list)
    for number, chain in sorted(enumerate(chains), key=lambda item: (centres[item[1][1]], item[0])):
        leaving[chain[0]].append(number)
    for number, chain in sorted(enumerate(chains), key=lambda item: (centres[item[1][-2]], item[0])):
        coming[chain[-1]].append(number)

    def port(box: Box, numbers: list[int], number: int) -> int:
        return box.x + box.width * (numbers.index(number) + 1) // (len(numbers) + 1)

    lines = []
    for number, chain in enumerate(chains):
        a, b = chain[0], chain[-1]
        x, y = port(placed[a], leaving[a], number), placed[a].y + placed[a].height
        path = f"M{x} {y}"
        ends = [(centres[key], *spans[key]) for key in chain[1:-1]]
        ends.append((port(placed[b], coming[b], number), placed[b].y, placed[b].y))
        for to, top, bottom in ends:
            bend = (top - y) // 2
            path += f"C{x} {y + bend} {to} {top - bend} {to} {top}" + (f"V{bottom}" if bottom > top else "")
            x, y = to, bottom
        titles = [links[pair] for pair in ((a, b), (b, a)) if pair in links]
        lines.append(Line(path, "; ".join(titles), start=(b, a) in links, end=(a, b) in links))
    return lines


Beside = Sequence[tuple[Box, Sequence[str]]]


def around(middle: Box, *, above: Sequence[Box], below: Sequence[Box], before: Beside, after: Beside) -> Drawing:
    """Return the drawing of a class: those above and below it, and on its sides what leads to it and where it leads.

    Each box at the sides comes with the names of what links it.
    """
    heights = [sum(_room(one) + _GAP for one in side) for side in (before, after)]
    middle_x = max(_WIDE + _LABELS if before else 0, max(len(above), len(below), 1) * (_WIDE + _GAP) // 2 - _WIDE // 2)
    top = _GAP + (max(one.height for one in above) + _ROWS // 2 if above else 0)
    height = max([*heights, middle.height + _GAP])
    centre = replace(middle, x=middle_x, y=top + (height - middle.height) // 2)
    boxes, lines = [centre], []
    for row, y in ((above, _GAP), (below, top + height + _ROWS // 2)):
        first = middle_x + _WIDE // 2 - (len(row) * (_WIDE + _GAP) - _GAP) // 2
        for number, one in enumerate(row):
            placed = replace(one, x=first + number * (_WIDE + _GAP), y=y)
            boxes.append(placed)
            lower, upper = (placed, centre) if row is below else (centre, placed)
            lines.append(Line(_upward(lower, upper, early=row is below), "", kind=True))
    for side, x, tall in (
        (before, middle_x - _LABELS - _WIDE, heights[0]),
        (after, middle_x + _WIDE + _LABELS, heights[1]),
    ):
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
    written = [shorten(name, level // _LETTER + 2, placeholder="…") for name in names]
    labels = [(first, y - 5 - _LINE * (len(names) - 1 - n), name) for n, name in enumerate(written)]
    return Line(path, ", ".join(names), labels)


def _upward(a: Box, b: Box, *, early: bool) -> str:
    """Return the path from a box to one above it: it goes aside near the first, else near the second."""
    ax, bx, ay, by = a.x + a.width // 2, b.x + b.width // 2, a.y, b.y + b.height
    bend = min(_ROWS // 2, (ay - by) // 2)
    y = ay - 2 * bend if early else by + 2 * bend
    if early:
        return f"M{ax} {ay}C{ax} {ay - bend} {bx} {y + bend} {bx} {y}V{by}"
    return f"M{ax} {ay}V{y}C{ax} {y - bend} {bx} {by + bend} {bx} {by}"


def _loop(a: Box) -> str:
    x, y = a.x + a.width, a.y + a.height // 2
    return f"M{x - 14} {a.y}C{x - 14} {a.y - 22} {x + 22} {y} {x + 2} {y}"
