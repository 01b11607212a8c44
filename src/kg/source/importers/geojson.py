"""Read areas from GeoJSON (RFC 7946): a collection of polygons, each with a code."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.errors import SourceError, UsageError, suggestion

if TYPE_CHECKING:
    from shapely import Geometry

_KINDS = ("Polygon", "MultiPolygon")


def read_areas(path: Path) -> dict[str, "Geometry"]:
    """Return the area of each code of a FeatureCollection, in degrees of WGS 84, longitude first.

    The areas are checked to be valid polygons that nowhere overlap (OGC 06-103r4, section 6.1.11). Raises UsageError
    for a missing file or library; SourceError, with the feature at fault, for what is wrong in the file.
    """
    try:
        import shapely
    except ImportError as error:
        raise UsageError(
            "areas are read with shapely, which is missing: pip install 'kg-publisher[geometry]'"
        ) from error
    areas: dict[str, Geometry] = {}
    for place, feature in _features(path):
        code = _code(place, feature, path)
        if code in areas:
            raise SourceError(f"{place}: the code {code} is there twice", file=str(path))
        areas[code] = _area(f"{place} ({code})", feature.get("geometry"), path)
    edges = shapely.coverage_invalid_edges(list(areas.values()))
    if wrong := [code for code, edge in zip(areas, edges, strict=True) if not edge.is_empty]:
        more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        raise SourceError(
            f"areas that overlap, or share a border unequally: {' '.join(wrong[:5])}{more}", file=str(path)
        )
    return areas


def _features(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each feature with its place, counted from 1."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_number)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except json.JSONDecodeError as error:
        raise SourceError(f"not JSON: {error.msg}", file=str(path), line=error.lineno, column=error.colno) from error
    except RecursionError as error:
        raise SourceError("not GeoJSON: nested too deep", file=str(path)) from error
    except ValueError as error:
        raise SourceError(f"not JSON in UTF-8: {error}", file=str(path)) from error
    features = data.get("features") if isinstance(data, dict) and data.get("type") == "FeatureCollection" else None
    if not isinstance(features, list) or not features:
        raise SourceError("not a FeatureCollection of GeoJSON with features", file=str(path))
    for number, feature in enumerate(features, start=1):
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise SourceError(f"feature {number}: not a Feature of GeoJSON", file=str(path))
        yield f"feature {number}", feature


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _code(place: str, feature: Mapping[str, Any], path: Path) -> str:
    properties = feature.get("properties")
    if not isinstance(properties, dict):
        raise SourceError(f"{place}: no properties", file=str(path))
    if "code" not in properties:
        raise SourceError(f'{place}: no "code".{suggestion("code", properties)}', file=str(path))
    code = properties["code"]
    if not isinstance(code, str) or not code:
        raise SourceError(f'{place}: "code" is not a text: {json.dumps(code, ensure_ascii=False)}', file=str(path))
    return code


def _area(place: str, geometry: Any, path: Path) -> "Geometry":
    import shapely

    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in _KINDS:
        raise SourceError(f"{place}: the geometry is a Polygon or a MultiPolygon, not {kind}", file=str(path))
    parts = geometry.get("coordinates")
    try:
        parts = [parts] if kind == "Polygon" else parts
        polygons = [shapely.Polygon(rings[0], rings[1:]) for rings in parts]
        area = shapely.force_2d(polygons[0] if kind == "Polygon" else shapely.MultiPolygon(polygons))
    except (TypeError, ValueError, LookupError, shapely.errors.ShapelyError) as error:
        raise SourceError(f"{place}: these coordinates make no {kind}: {error}", file=str(path)) from error
    west, south, east, north = area.bounds if not area.is_empty else (0.0, 0.0, 0.0, 0.0)
    if area.is_empty:
        raise SourceError(f"{place}: the geometry is empty", file=str(path))
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise SourceError(f"{place}: not degrees of longitude and latitude: {west} {south}", file=str(path))
    if not area.is_valid:
        raise SourceError(f"{place}: not a valid {kind}: {shapely.is_valid_reason(area)}", file=str(path))
    return area
