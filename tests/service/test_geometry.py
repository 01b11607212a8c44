"""Geometries of pictures, held against shapely."""

from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape

from kg.graph.terms import literal
from kg.service.pictures.geometry import WKT, Projection, Shapes, extent, geojson, read_wkt

degrees = st.integers(-1800, 1800).map(lambda n: n / 10)
positions = st.tuples(degrees, st.integers(-900, 900).map(lambda n: n / 10))
points = positions.map(shapely.Point)
lines = st.lists(positions, min_size=2, max_size=6).map(shapely.LineString)
boxes = st.tuples(positions, st.integers(1, 20), st.integers(1, 20)).map(
    lambda box: shapely.box(box[0][0], box[0][1], box[0][0] + box[1], box[0][1] + box[2])
)
rings = boxes.map(lambda box: box.difference(box.buffer(-0.2)) if box.area > 4 else box)
simple = st.one_of(points, lines, boxes, rings)
several = st.one_of(
    simple,
    st.lists(points, min_size=2, max_size=4).map(shapely.MultiPoint),
    st.lists(lines, min_size=2, max_size=4).map(shapely.MultiLineString),
    st.lists(boxes, min_size=2, max_size=4).map(shapely.MultiPolygon),
)
geometries = st.one_of(several, st.lists(simple, min_size=2, max_size=4).map(shapely.GeometryCollection))


def read(text: str) -> Shapes | None:
    return read_wkt(literal(text, datatype=WKT))


def parts(geometry: Any) -> list[str]:
    """The points, lines and polygons of a geometry, as text, in one order and each ring turned alike."""
    inner = getattr(geometry, "geoms", None)
    found = [text for part in inner for text in parts(part)] if inner is not None else [geometry.normalize().wkt]
    return sorted(found)


@given(geometries)
def test_geometries_are_read_and_written_as_shapely_has_them(geometry: Any) -> None:
    shapes = read(geometry.wkt)
    assert shapes is not None
    told = geojson(shapes)
    assert told is not None
    assert parts(shape(told)) == parts(geometry)
    for polygon in (part for part in _polygons(shape(told))):
        assert polygon.exterior.is_ccw
        assert not any(ring.is_ccw for ring in polygon.interiors)


def _polygons(geometry: Any) -> list[Any]:
    if hasattr(geometry, "geoms"):
        return [polygon for part in geometry.geoms for polygon in _polygons(part)]
    return [geometry] if geometry.geom_type == "Polygon" else []


@given(st.lists(positions, min_size=1, max_size=30))
def test_a_projection_keeps_all_within_its_plane_and_north_above(found: list[tuple[float, float]]) -> None:
    projection = Projection.of(found, width=2000)
    places = [projection.place(position) for position in found]
    assert all(0 <= x <= projection.width and 0 <= y <= projection.height for x, y in places)
    north, south = max(found, key=lambda p: p[1]), min(found, key=lambda p: p[1])
    assert projection.place(north)[1] <= projection.place(south)[1]


def test_the_order_of_axes_is_that_of_the_reference_system() -> None:
    swapped = read("<http://www.opengis.net/def/crs/EPSG/0/4326> POINT (50 3)")
    assert swapped is not None
    assert swapped.points == [(3.0, 50.0)]
    same = read("<http://www.opengis.net/def/crs/OGC/1.3/CRS84> point z (3 50 12)")
    assert same is not None
    assert same.points == [(3.0, 50.0)]
    assert read("<http://www.opengis.net/def/crs/EPSG/0/2154> POINT (700000 7000000)") is None


@pytest.mark.parametrize(
    "text",
    ["", "POINT", "POINT (1)", "POINT (1 2", "POINT (1 2) 3", "POLYGON (1 2)", "CIRCLE (1 2)", "POINT (x y)", "(1 2)"],
)
def test_what_is_no_well_known_text_is_none(text: str) -> None:
    assert read(text) is None
    assert read_wkt('"POINT (1 2)"') is None


def test_an_empty_geometry_has_no_shape() -> None:
    shapes = read("MULTIPOLYGON EMPTY")
    assert shapes is not None
    assert geojson(shapes) is None
    assert extent(shapes) == 0


def test_borders_that_are_shared_stay_shared() -> None:
    left = read("POLYGON ((0 0, 1.00001 0, 1.00002 0.5, 1 1, 0 1, 0 0))")
    right = read("POLYGON ((1 1, 1.00002 0.5, 1.00001 0, 2 0, 2 1, 1 1))")
    assert left
    assert right
    projection = Projection.of([*left.positions(), *right.positions()], width=200)
    places = [{projection.place(position) for position in one.positions()} for one in (left, right)]
    assert {projection.place((1.00001, 0)), projection.place((1, 1))} <= places[0] & places[1]
    assert projection.path(left).count("M") == 1
