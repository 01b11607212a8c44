"""A family tree: each thing below what it comes from, on a line of its own."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg.service.names import Names, Shown
from kg.service.pictures.rows import Rows, by_name, shortened
from kg.service.view import View

PITCH, INDENT = 25, 26
_LEFT, _WORDS, _LETTER = 12, 90, 7.2


@dataclass(frozen=True, slots=True)
class Line:
    """A thing on its line: where it stands, from where its branch comes, how it is related to what is above it.

    ``again`` is the number of the line that has what is below the thing, where the thing stands there too.
    """

    number: int
    x: float
    y: float
    branch: str
    text: str
    shown: Shown
    relation: Shown | None
    again: int | None
    keys: str


@dataclass(frozen=True)
class Tree:
    """A tree as it is drawn."""

    width: float
    height: float
    described: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class _Stop:
    """A thing on the way through the tree, below the line of another, if it is below one."""

    thing: str
    relation: str | None
    depth: int
    above: int | None


def draw(rows: Rows, names: Names, view: View) -> Tree:
    """Return the tree of rows: a line for each row, and one for each parent that no row is about."""
    below: dict[str, dict[tuple[str, str | None], None]] = defaultdict(dict)
    tops: dict[str, None] = {}
    hung: set[str] = set()
    for row in rows.rows:
        if "thing" in row and "parent" in row:
            below[row["parent"]][row["thing"], row.get("relation")] = None
            hung.add(row["thing"])
        elif "thing" in row:
            tops[row["thing"]] = None
    roots = by_name({*tops, *(set(below) - hung)}, names)
    stops = list(_walk(roots, below, names))
    first: dict[str, int] = {}
    for number, stop in enumerate(stops, start=1):
        first.setdefault(stop.thing, number)
    lines = [_line(number, stop, first, below, rows, names) for number, stop in enumerate(stops, start=1)]
    width = max(
        (line.x + 40 + _LETTER * (len(line.text) + len(line.relation.text if line.relation else "")) for line in lines),
        default=100,
    )
    told = view.words["drawn_tree"].format(len(first), len(roots))
    return Tree(round(width), _y(len(lines)) + PITCH, told, lines)


def _walk(
    roots: Sequence[str], below: Mapping[str, Mapping[tuple[str, str | None], None]], names: Names
) -> Iterator[_Stop]:
    """Yield the things of a tree from the top down; what is below a thing follows its first line alone.

    Things that are below each other in a circle hang from the first of them by name.
    """
    seen: set[str] = set()
    number = 0
    circle = iter(by_name(below, names))
    waiting = [_Stop(root, None, 0, None) for root in reversed(roots)]
    while True:
        while waiting:
            stop = waiting.pop()
            number += 1
            yield stop
            if stop.thing in seen:
                continue
            seen.add(stop.thing)
            order = {
                thing: place for place, thing in enumerate(by_name({t for t, _ in below.get(stop.thing, ())}, names))
            }
            under = sorted(below.get(stop.thing, ()), key=lambda pair: (order[pair[0]], pair[1] or ""))
            waiting += [_Stop(thing, relation, stop.depth + 1, number) for thing, relation in reversed(under)]
        left = next((thing for thing in circle if thing not in seen), None)
        if left is None:
            return
        waiting.append(_Stop(left, None, 0, None))


def _line(
    number: int,
    stop: _Stop,
    first: Mapping[str, int],
    below: Mapping[str, Mapping[tuple[str, str | None], None]],
    rows: Rows,
    names: Names,
) -> Line:
    shown = names.shown(stop.thing)
    x, y = _LEFT + INDENT * stop.depth, _y(number)
    branch = "" if stop.above is None else f"M{x - INDENT} {_y(stop.above) + 6}V{y}H{x - 6}"
    return Line(
        number,
        x,
        y,
        branch,
        shortened(shown, _WORDS),
        shown,
        names.shown(stop.relation) if stop.relation else None,
        first[stop.thing] if first[stop.thing] != number and below.get(stop.thing) else None,
        rows.keys[stop.thing],
    )


def _y(number: int) -> float:
    return PITCH * number - 8
