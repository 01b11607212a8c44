"""A matrix: things against things, and in each cell what connects them."""

from collections.abc import Sequence
from dataclasses import dataclass

from kg.service.names import Names, Shown
from kg.service.pictures.rows import Rows, by_name, shortened
from kg.service.view import View

CELL = 26
_ROOM, _WORDS, _LETTER, _SLOPE = 290, 38, 6.6, 0.75  # names of columns rise by this part of their length
_NARROW = 12  # columns; names of rows stand after no more, so that a small screen begins with what is in the cells


@dataclass(frozen=True, slots=True)
class Head:
    """The name of a row or a column: where its text stands, the whole name, and the key of the thing."""

    x: float
    y: float
    text: str
    shown: Shown
    key: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell that has something: its corner, how many things, how dark, the address that it leads to, its title."""

    x: float
    y: float
    count: int
    shade: int
    href: str | None
    title: str
    keys: str


@dataclass(frozen=True)
class Matrix:
    """A matrix as it is drawn; the names of its rows stand before the cells or after them."""

    width: float
    height: float
    described: str
    lines: Sequence[Head]
    columns: Sequence[Head]
    before: bool
    left: float
    cells: Sequence[Cell]
    cell: int = CELL


def draw(rows: Rows, names: Names, view: View) -> Matrix:
    """Return the matrix of rows: the names in their order, a cell for each pair that some row has."""
    full = [(place, row) for place, row in enumerate(rows.rows) if "row" in row and "column" in row]
    lines = by_name({row["row"] for _, row in full}, names)
    columns = by_name({row["column"] for _, row in full}, names)
    held: dict[tuple[str, str], list[tuple[int, str | None]]] = {}
    for place, row in full:
        held.setdefault((row["row"], row["column"]), []).append((place, row.get("thing")))
    longest = max((len(shortened(names.shown(token), _WORDS)) for token in columns), default=0)
    slant = round(longest * _LETTER * _SLOPE) + 20
    before = len(columns) > _NARROW
    left = _ROOM if before else 4
    down = {token: slant + CELL * i for i, token in enumerate(lines)}
    across = {token: left + CELL * i for i, token in enumerate(columns)}

    def head(token: str, x: float, y: float) -> Head:
        shown = names.shown(token)
        return Head(x, y, shortened(shown, _WORDS), shown, rows.keys[token])

    def cell(pair: tuple[str, str], inside: list[tuple[int, str | None]]) -> Cell:
        things = [names.shown(thing) for _, thing in inside if thing]
        one = things[0].href if len(things) == 1 else None
        told = " × ".join(names.shown(token).text for token in pair)
        return Cell(
            across[pair[1]],
            down[pair[0]],
            len(inside),
            min(len(inside), 5),
            one or f"#row-{inside[0][0] + 1}",
            "\n".join([told, *(thing.text for thing in things)]),
            " ".join(rows.keys[token] for token in (*pair, *(thing for _, thing in inside if thing))),
        )

    cells = [cell(pair, inside) for pair, inside in held.items()]
    return Matrix(
        width=left + CELL * len(columns) + (slant if before else max(slant, _ROOM)),
        height=slant + CELL * len(lines) + 4,
        described=view.words["drawn_matrix"].format(len(lines), len(columns), len(cells)),
        lines=[
            head(token, left - 8 if before else left + CELL * len(columns) + 8, down[token] + CELL * 0.66)
            for token in lines
        ],
        columns=[head(token, across[token] + CELL * 0.6, slant - 8) for token in columns],
        before=before,
        left=left,
        cells=cells,
    )
