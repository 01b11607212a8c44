"""A timeline: things by the days, or the spans of days, in which they fall, in lanes."""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from kg.graph.terms import parse
from kg.service.names import Names, Shown
from kg.service.pictures.rows import Row, Rows, by_name, shortened
from kg.service.view import View

WIDTH, PITCH = 980, 24
_LEFT, _TOP, _LETTER, _WORDS = 12, 34, 6.9, 60
_LEXICAL = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T.*)?(?:Z|[+-]\d\d:\d\d)?")


@dataclass(frozen=True, slots=True)
class Mark:
    """A thing: where its mark begins and ends, whether it is a dot, which side its name stands on, and what it is."""

    x: float
    width: float
    y: float
    dot: bool
    label_x: float
    before: bool
    text: str
    shown: Shown
    when: str
    keys: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane: its name, where it stands, its height, and its marks; without a name where rows have no lane."""

    y: float
    height: float
    shown: Shown | None
    marks: Sequence[Mark]


@dataclass(frozen=True)
class Timeline:
    """A timeline as it is drawn: its lanes, the years of its axis, and how many rows have no date."""

    width: float
    height: float
    described: str
    lanes: Sequence[Lane]
    ticks: Sequence[tuple[float, str]]
    undated: int
    top: float = _TOP


def span(token: str) -> tuple[date, date] | None:
    """Return the first day of a date, a month, a year or a moment, and the day after its last one."""
    match = _LEXICAL.fullmatch(parse(token).value)
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
        if day:
            return first, first + timedelta(days=1)
        days = monthrange(first.year, first.month)[1] if month else date(first.year, 12, 31).timetuple().tm_yday
        return first, first + timedelta(days=days)
    except (ValueError, OverflowError):  # a day that no calendar has, or one past its end
        return None


def draw(rows: Rows, names: Names, view: View) -> Timeline:
    """Return the timeline of rows; those whose dates are none stand in the table alone."""
    spans = [(row, found) for row in rows.rows if "thing" in row and (found := _between(row))]
    years = [day.year for _, days in spans for day in days] or [2000]
    begin, end = (
        date(min(years), 1, 1),
        _new_year(max(last - timedelta(days=1) for _, (_, last) in spans) if spans else None),
    )
    scale = (WIDTH - 2 * _LEFT) / (end - begin).days

    def x(day: date) -> float:
        return round(_LEFT + (day - begin).days * scale, 1)

    lanes: list[Lane] = []
    y = _TOP + 4.0
    for lane in [*by_name({row["lane"] for row, _ in spans if "lane" in row}, names), None]:
        inside = sorted((s for s in spans if s[0].get("lane") == lane), key=lambda s: s[1])
        if not inside:
            continue
        top = y + (PITCH if lane else 0)
        marks = _placed([(row, x(days[0]), x(days[1]), days) for row, days in inside], top, rows, names, view)
        height = max(mark.y for mark in marks) + PITCH / 2 + 4 - y
        lanes.append(Lane(y, height, names.shown(lane) if lane else None, marks))
        y += height
    step = ceil((end.year - begin.year) / 14) or 1
    ticks = [(x(date(year, 1, 1)), str(year)) for year in range(begin.year, end.year, step)]
    told = view.words["drawn_timeline"].format(len(spans), begin.year, end.year - 1)
    return Timeline(WIDTH, round(y + 6, 1), told, lanes, ticks, len(rows.rows) - len(spans))


def _new_year(last: date | None) -> date:
    year = last.year if last else 2000
    return date(min(year, 9998) + 1, 1, 1)


def _between(row: Row) -> tuple[date, date] | None:
    """Return the span of a row: from the first day that it may be, to the day after the last one.

    Of a row with one bound only, the span is that bound's.
    """
    bounds = [found for name in ("earliest", "latest") if name in row and (found := span(row[name]))]
    if not bounds or bounds[0][0] >= bounds[-1][1]:
        return None
    return bounds[0][0], bounds[-1][1]


_Placed = tuple[Row, float, float, tuple[date, date]]


def _placed(found: Sequence[_Placed], top: float, rows: Rows, names: Names, view: View) -> list[Mark]:
    """Return the marks of a lane, each on the first line where neither it nor its name meets another."""
    ends: list[float] = []
    marks = []
    for row, left, right, days in found:
        shown = names.shown(row["thing"])
        text = shortened(shown, _WORDS)
        dot = (days[1] - days[0]).days == 1 and "earliest" in row and "latest" in row
        width = 0.0 if dot else max(right - left, 6)
        room = len(text) * _LETTER
        before = left + width + 12 + room > WIDTH
        begin = left - 14 - room if before else left - 8
        end = left + width + (10 if before else 14 + room)
        line = next((i for i, taken in enumerate(ends) if taken <= begin), len(ends))
        ends[line : line + 1] = [end]
        marks.append(
            Mark(
                x=left,
                width=round(width, 1),
                y=top + PITCH * line + PITCH / 2,
                dot=dot,
                label_x=round(left - 10 if before else left + width + (10 if dot else 6), 1),
                before=before,
                text=text,
                shown=shown,
                when=_when(row, names, view),
                keys=" ".join(rows.keys[row[name]] for name in ("thing", "lane") if name in row),
            )
        )
    return marks


def _when(row: Row, names: Names, view: View) -> str:
    said = {name: names.shown(row[name]).text for name in ("earliest", "latest") if name in row}
    if len(said) == 1:
        [(name, day)] = said.items()
        return view.words["not_before" if name == "earliest" else "not_after"].format(day)
    if row["earliest"] == row["latest"]:
        return said["earliest"]
    return view.words["between"].format(said["earliest"], said["latest"])
