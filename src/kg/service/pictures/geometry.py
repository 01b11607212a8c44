"""Geometries of a graph: well-known text read (GeoSPARQL 1.1, section 8.5.1), projected, and written as GeoJSON."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from math import cos, radians
from typing import Any, TypeVar

from kg.graph.terms import parse

WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"
_LONGITUDE_FIRST = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_LATITUDE_FIRST = re.compile(r"http://www\.opengis\.net/def/crs/EPSG/[^/]+/(4326|4258)")
_SYSTEM = re.compile(r"\s*(?:<([^>]*)>)?(.*)", re.DOTALL)
_TOKEN = re.compile(r"\s*(?:([A-Za-z]+)|([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|([(),]))\s*")

Position = tuple[float, float]
"""A longitude and a latitude, in degrees."""
Line = Sequence[Position]
T = TypeVar("T")


@dataclass(frozen=True)
class Shapes:
    """What a geometry is made of: points, lines, and polygons of rings, the outer one first."""

    points: list[Position] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    polygons: list[Sequence[Line]] = field(default_factory=list)

    def positions(self) -> Iterator[Position]:
        """Yield every position."""
        rings = chain.from_iterable(self.polygons)
        return chain(self.points, chain.from_iterable(self.lines), chain.from_iterable(rings))


def read_wkt(token: str) -> Shapes | None:
    """Return the shapes of a literal; None when it is no well-known text, or not in degrees.

    Without a reference system it is in CRS84, longitude first; EPSG 4326 and 4258 have the latitude first.
    """
    term = parse(token)
    match = _SYSTEM.fullmatch(term.value)
    if term.datatype != WKT or match is None:
        return None
    system = match[1] or _LONGITUDE_FIRST
    swapped = bool(_LATITUDE_FIRST.fullmatch(system))
    if not swapped and system != _LONGITUDE_FIRST:
        return None
    try:
        reader = _Reader(match[2], swapped=swapped)
        reader.geometry()
        reader.take("")
    except ValueError:
        return None
    return reader.shapes


class _Reader:
    """Well-known text being read (OGC 06-103r4, section 7). Raises ValueError where it is none."""

    def __init__(self, text: str, *, swapped: bool) -> None:
        self._tokens = self._split(text)
        self._swapped = swapped
        self._next = next(self._tokens)
        self.shapes = Shapes()

    def _split(self, text: str) -> Iterator[str]:
        place = 0
        while place < len(text):
            found = _TOKEN.match(text, place)
            if found is None:
                raise ValueError(text[place])
            yield found[0].strip().upper()
            place = found.end()
        while True:
            yield ""

    def take(self, wanted: str | None = None) -> str:
        """Return the next token, which must be the one that is wanted, if one is."""
        token = self._next
        if wanted is not None and token != wanted:
            raise ValueError(token)
        self._next = next(self._tokens)
        return token

    def geometry(self) -> None:
        """Read a geometry, with those inside a collection."""
        kind = self.take()
        if self._next in ("Z", "M", "ZM"):
            self.take()
        if self._next == "EMPTY":
            self.take()
            return
        match kind:
            case "POINT":
                self.shapes.points.extend(self._list(self._position))
            case "MULTIPOINT":
                self.shapes.points.extend(self._list(self._point))
            case "LINESTRING":
                self.shapes.lines.append(self._line())
            case "MULTILINESTRING":
                self.shapes.lines.extend(self._list(self._line))
            case "POLYGON":
                self.shapes.polygons.append(self._list(self._line))
            case "MULTIPOLYGON":
                self.shapes.polygons.extend(self._list(lambda: self._list(self._line)))
            case "GEOMETRYCOLLECTION":
                self._list(self.geometry)
            case _:
                raise ValueError(kind)

    def _list(self, read: Callable[[], T]) -> list[T]:
        self.take("(")
        found = [read()]
        while self._next == ",":
            self.take()
            found.append(read())
        self.take(")")
        return found

    def _line(self) -> Line:
        return self._list(self._position)

    def _point(self) -> Position:
        return self._list(self._position)[0] if self._next == "(" else self._position()

    def _position(self) -> Position:
        numbers = []
        while self._next[:1] in tuple("+-.0123456789"):
            numbers.append(float(self.take()))
        if not 2 <= len(numbers) <= 4:
            raise ValueError(self._next)
        return (numbers[1], numbers[0]) if self._swapped else (numbers[0], numbers[1])


@dataclass(frozen=True)
class Projection:
    """Degrees onto a plane, equirectangular and true to scale at the middle latitude; whole numbers of its units.

    Lines that two outlines share stay shared: each position falls on the same place in both.
    """

    west: float
    north: float
    ratio: float
    scale: float
    width: int
    height: int

    @classmethod
    def of(cls, positions: Iterable[Position], *, width: int) -> "Projection":
        """Return the projection of some positions onto a plane of a width, with a margin; of none, of the earth."""
        found = list(positions) or [(-180.0, -90.0), (180.0, 90.0)]
        west, east = min(x for x, _ in found), max(x for x, _ in found)
        south, north = min(y for _, y in found), max(y for _, y in found)
        ratio = max(cos(radians((south + north) / 2)), 0.05)
        across, down = max((east - west) * ratio, 1e-6), max(north - south, 1e-6)
        # What is much higher than wide is made narrower, to be seen at once.
        inner = 0.96 * width * min(1.0, 1.2 * across / down)
        scale = inner / across
        height = max(round(down * scale + 0.04 * width), width // 4)
        middle = (west + east) / 2, (south + north) / 2
        return cls(
            middle[0] - width / scale / ratio / 2, middle[1] + height / scale / 2, ratio, scale, width, height
        )  # fmt: skip

    def place(self, position: Position) -> tuple[int, int]:
        """Return where a position stands."""
        x, y = position
        return round((x - self.west) * self.ratio * self.scale), round((self.north - y) * self.scale)

    def path(self, shapes: Shapes) -> str:
        """Return polygons and lines as the data of an SVG path; positions that fall on one place are one."""
        rings = chain.from_iterable(shapes.polygons)
        return "".join(chain((f"{self._way(ring)}z" for ring in rings), map(self._way, shapes.lines)))

    def dots(self, shapes: Shapes) -> str:
        """Return points as the data of an SVG path, lines without length that round ends make dots of."""
        return "".join(f"M{x} {y}h0" for x, y in map(self.place, shapes.points))

    def _way(self, line: Line) -> str:
        places = [self.place(position) for position in line]
        kept = [places[0], *(there for here, there in pairwise(places) if here != there)]
        moves = (f"{x - u} {y - v}" for (u, v), (x, y) in pairwise(kept))
        return f"M{kept[0][0]} {kept[0][1]}l{' '.join(moves) or '0 0'}"


def extent(shapes: Shapes) -> float:
    """Return the size of the box around shapes, to draw what is large below what is small."""
    found = list(shapes.positions())
    if not found:
        return 0.0
    (west, east), (south, north) = ((min(part), max(part)) for part in zip(*found, strict=True))
    return float((east - west) * (north - south))


def geojson(shapes: Shapes) -> dict[str, Any] | None:
    """Return shapes as a geometry of GeoJSON (RFC 7946, section 3.1); None when they are empty."""
    polygons = [[_turned(ring, left=place == 0) for place, ring in enumerate(polygon)] for polygon in shapes.polygons]
    found = [
        _simple(kind, parts)
        for kind, parts in (("Point", shapes.points), ("LineString", shapes.lines), ("Polygon", polygons))
        if parts
    ]
    if len(found) > 1:
        return {"type": "GeometryCollection", "geometries": found}
    return found[0] if found else None


def _simple(kind: str, parts: Sequence[Any]) -> dict[str, Any]:
    if len(parts) == 1:
        return {"type": kind, "coordinates": parts[0]}
    return {"type": f"Multi{kind}", "coordinates": parts}


def _turned(ring: Line, *, left: bool) -> Line:
    """Return a ring that turns left, or right (RFC 7946, section 3.1.6)."""
    doubled = sum((x2 - x1) * (y2 + y1) for (x1, y1), (x2, y2) in pairwise(ring))
    return ring if (doubled < 0) == left else ring[::-1]
