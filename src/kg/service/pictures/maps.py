"""A map: places where they are, and what stands there, all together and by layer."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kg.graph.terms import iri, parse
from kg.service.documents import DCT
from kg.service.names import Names, Shown
from kg.service.pictures.geometry import Projection, Shapes, extent, geojson, read_wkt
from kg.service.pictures.rows import Row, Rows, by_name
from kg.service.view import View

WIDTH = 2000
"""How many units wide a map is: outlines are drawn in whole ones."""
_NAMED = 12
_ORIGIN = (iri(f"{DCT}source"), iri(f"{DCT}license"))


@dataclass(frozen=True, slots=True)
class Outline:
    """What is drawn of a geometry, as data of SVG paths: its areas and ways, and its dots."""

    name: str
    path: str
    dots: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A place: its outline by name, what it leads to, its title, how many things stand there, by layer too."""

    outline: str
    shown: Shown
    title: str
    count: int
    shade: int
    layers: str
    keys: str


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer: its key, its name, how many things it has, and the outlines of its places."""

    key: str
    shown: Shown
    count: int
    places: int
    outlines: Sequence[str]


@dataclass(frozen=True)
class Map:
    """A map as it is drawn: its outlines, the names of those of the ground below, the marks, and the layers."""

    width: int
    height: int
    described: str
    outlines: Sequence[Outline]
    ground: Sequence[str]
    marks: Sequence[Mark]
    layers: Sequence[Layer]
    placeless: int
    unread: int
    attributions: Sequence[tuple[Shown, Sequence[Shown]]]


_Place = tuple[str, str]  # a place and its geometry


def draw(rows: Rows, names: Names, view: View) -> Map:
    """Return the map of rows. Rows without thing and layer are the ground; those without a geometry are counted."""
    read = {row["wkt"]: read_wkt(row["wkt"]) for row in rows.rows if "wkt" in row}
    shapes = {wkt: found for wkt, found in read.items() if found and any(found.positions())}
    projection = Projection.of((p for found in shapes.values() for p in found.positions()), width=WIDTH)
    drawn = sorted(
        (row for row in rows.rows if row.get("wkt") in shapes and "place" in row),
        key=lambda r: -extent(shapes[r["wkt"]]),
    )
    outlines = {wkt: f"g{i}" for i, wkt in enumerate(dict.fromkeys(row["wkt"] for row in drawn))}
    ground = [row for row in drawn if "thing" not in row and "layer" not in row]
    standing: dict[_Place, list[Row]] = defaultdict(list)
    for row in drawn:
        if "thing" in row or "layer" in row:
            standing[row["place"], row["wkt"]].append(row)
    marks = [_mark(place, inside, outlines, rows, names, view) for place, inside in standing.items()]
    counts = view.words["drawn_map"].format(len(marks), len({row.get("thing") for row in drawn} - {None}))
    return Map(
        WIDTH,
        projection.height,
        counts,
        [Outline(name, projection.path(shapes[wkt]), projection.dots(shapes[wkt])) for wkt, name in outlines.items()],
        [outlines[wkt] for wkt in _distinct(ground, "wkt")],
        marks,
        _layers(standing, outlines, rows, names),
        placeless=len({row["place"] for row in rows.rows if "wkt" not in row and "place" in row}),
        unread=len(read) - len(shapes),
        attributions=[_attribution(token, names) for token in _distinct(rows.rows, "attribution")],
    )


def _mark(
    place: _Place, inside: Sequence[Row], outlines: Mapping[str, str], rows: Rows, names: Names, view: View
) -> Mark:
    shown = names.shown(place[0])
    things = _distinct(inside, "thing")
    by_layer: dict[str, set[str]] = defaultdict(set)
    for row in inside:
        if "layer" in row:
            by_layer[rows.keys[row["layer"]]].add(row.get("thing", ""))
    told = [names.shown(thing).text for thing in things[:_NAMED]]
    if len(things) > _NAMED:
        told.append(view.words["others"].format(len(things) - _NAMED))
    return Mark(
        outlines[place[1]],
        shown,
        "\n".join([shown.text, *(f"• {one}" for one in told)]),
        len(things),
        min(max(len(things), 1), 5),
        " ".join(f"{key}:{len(found)}" for key, found in sorted(by_layer.items())),
        " ".join(rows.keys[token] for token in (place[0], *things)),
    )


def _layers(
    standing: Mapping[_Place, Sequence[Row]], outlines: Mapping[str, str], rows: Rows, names: Names
) -> list[Layer]:
    things: dict[str, set[str]] = defaultdict(set)
    places: dict[str, dict[_Place, None]] = defaultdict(dict)
    for place, inside in standing.items():
        for row in inside:
            if "layer" in row:
                things[row["layer"]].add(row.get("thing", ""))
                places[row["layer"]][place] = None
    return [
        Layer(
            rows.keys[layer],
            names.shown(layer),
            len(things[layer] - {""}),
            len(places[layer]),
            [outlines[wkt] for _, wkt in places[layer]],
        )
        for layer in by_name(places, names)
    ]


def _attribution(token: str, names: Names) -> tuple[Shown, Sequence[Shown]]:
    """Return what geometries come from, with its sources and licences where the graph says them."""
    if parse(token).kind != "iri":
        return names.shown(token), ()
    return names.shown(token), [value for name in _ORIGIN for value in names.values(token, name)]


def _distinct(rows: Iterable[Row], column: str) -> list[str]:
    return list(dict.fromkeys(row[column] for row in rows if column in row))


def write_geojson(rows: Rows, names: Names) -> bytes:
    """Return the rows of a map as GeoJSON (RFC 7946), a feature each; things by IRI, and by name in the language."""

    def properties(row: Row) -> dict[str, Any]:
        said: dict[str, Any] = {}
        for column in rows.columns:
            if column != "wkt" and column in row:
                said[column] = parse(row[column]).value
                if row[column].startswith("<"):
                    said[f"{column}Name"] = names.shown(row[column]).text
        return said

    def feature(row: Row) -> dict[str, Any]:
        shapes: Shapes | None = read_wkt(row["wkt"]) if "wkt" in row else None
        return {"type": "Feature", "geometry": geojson(shapes) if shapes else None, "properties": properties(row)}

    features = [feature(row) for row in rows.rows]
    told = {"type": "FeatureCollection", "features": features}
    return (json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
