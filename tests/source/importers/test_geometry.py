import copy
import json
import shutil
import sys
from collections import defaultdict
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import shapely
from pyoxigraph import RdfFormat, parse

from kg.cli import kg
from kg.errors import KgError, SourceError, UsageError
from kg.project import Project
from kg.source.importers.geometry import ImportedGeometry, import_geometry

BASE = "https://example.org/"
GEO = "http://www.opengis.net/ont/geosparql#"
STEMS = ["geometry-outlines", "geometry-points"]

SETTINGS = f"""
base = "{BASE}"
[prefixes]
geo = "{GEO}"
geometry = "{BASE}id/geometry/"
perimeter = "{BASE}id/perimeter/"
[import.geometry]
terms = "{BASE}def#"
geometry = "{BASE}id/geometry/"
"""

PREFIXES = f"""
@prefix rc: <{BASE}def#> .
@prefix t: <{BASE}id/territory/> .
@prefix p: <{BASE}id/perimeter/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

# Six communes of the région 99 in two rows, X1001 to X1003 below, X2001 to X2003 above; X2004 has become part of X2003
# since the areas were drawn, X1009 of X1001 before. Y1001 is of another région, and has no area.
TERRITORIES = """
t:region-99 a rc:RegionTerritory ; rc:inseeCode "99" .
t:region-98 a rc:RegionTerritory ; rc:inseeCode "98" .
t:nuts-x a rc:FormerRegion .
t:nuts-y a rc:FormerRegion .
t:departement-X1 rc:inseeCode "X1" ; rc:inRegion t:region-99 ; rc:inFormerRegion t:nuts-x .
t:departement-X2 rc:inseeCode "X2" ; rc:inRegion t:region-99 ; rc:inFormerRegion t:nuts-y .
t:departement-Y1 rc:inseeCode "Y1" ; rc:inRegion t:region-98 ; rc:inFormerRegion t:nuts-y .
t:commune-X2004 a rc:FormerCommune ; rc:inseeCode "X2004" ; rc:mergedInto t:commune-X2003 .
t:commune-X1009 a rc:FormerCommune ; rc:inseeCode "X1009" ; rc:mergedInto t:commune-X1001 .
"""
COMMUNES = "".join(
    f't:commune-{code} a rc:Commune ; rc:inseeCode "{code}" ;'
    f" rc:inDepartement t:departement-{code[:2]} ; rc:inArrondissement t:arrondissement-{code[:2]}1 .\n"
    for code in ("X1001", "X1002", "X1003", "X2001", "X2002", "X2003", "Y1001")
)
PERIMETERS = {
    "a-2015": "X1001 X1002",
    "b-2015": "X1003 X2003 X2004",
    "c-2015": "X1009 X2001",
    "a-2019": "X1001 X1002 X2001 X2002",
    "b-2019": "X1003 X2003",
    "y-2019": "Y1001",
}
FACTS = "<https://example.org/id/act/one> rc:place t:commune-X1001, t:commune-X2004, t:commune-Y1001 ."

Feature = dict[str, Any]


def area(code: str, west: float, south: float, east: float | None = None) -> Feature:
    """A rectangle, 0.1 degrees high and, if its east is not given, wide."""
    right, north = round(west + 0.1 if east is None else east, 1), round(south + 0.1, 1)
    ring = [[west, south], [right, south], [right, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "properties": {"code": code, "nom": code},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def notched(feature: Feature) -> Feature:
    """Give the southern border of a rectangle a notch that is too small for an outline."""
    ring = feature["geometry"]["coordinates"][0]
    (west, south), (east, _) = ring[0], ring[1]
    middle = (west + east) / 2
    ring[1:1] = [[middle - 0.001, south], [middle, south + 0.002], [middle + 0.001, south]]
    return feature


AREAS = [
    notched(area("X1001", 2.0, 50.0)),
    area("X1002", 2.1, 50.0),
    area("X1003", 2.2, 50.0, 2.4),
    area("X2001", 2.0, 50.1),
    area("X2002", 2.1, 50.1),
    area("X2003", 2.2, 50.1),
    area("X2004", 2.3, 50.1),
    area("Z9999", 3.0, 50.0),
]
# Where the border of a row is cut by that of the other, both have the point.
AREAS[2]["geometry"]["coordinates"][0].insert(3, [2.3, 50.1])


def write(file: Path, features: list[Feature]) -> Path:
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return file


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "kg.toml").write_text(SETTINGS, encoding="utf-8")
    reference = tmp_path / "instances" / "reference"
    reference.mkdir(parents=True)
    (reference / "territories.ttl").write_text(PREFIXES + TERRITORIES + COMMUNES, encoding="utf-8")
    members = "".join(
        f'p:{name} rc:vintage "{name[-4:]}"^^xsd:gYear ; rc:hasMemberCommune '
        + ", ".join(f"t:commune-{code}" for code in codes.split())
        + " .\n"
        for name, codes in PERIMETERS.items()
    )
    (reference / "perimeters.ttl").write_text(PREFIXES + members, encoding="utf-8")
    (tmp_path / "instances" / "facts.ttl").write_text(PREFIXES + FACTS, encoding="utf-8")
    return Project.load(tmp_path / "kg.toml")


@pytest.fixture
def imported(project: Project) -> ImportedGeometry:
    return import_geometry(write(project.root / "areas.geojson", AREAS), project=project, region="99")


class Shapes:
    """The geometry of each territory, and the name of its IRI, by the end of the territory's IRI."""

    def __init__(self, project: Project) -> None:
        wkt: dict[str, shapely.Geometry] = {}
        self.name: dict[str, str] = {}
        for stem in STEMS:
            file = project.instances / "reference" / f"{stem}.ttl"
            for quad in parse(file.read_bytes(), format=RdfFormat.TURTLE):
                subject, value = str(quad.subject)[1:-1], str(quad.object)
                if str(quad.predicate) == f"<{GEO}hasGeometry>":
                    self.name[subject.rpartition("/")[2]] = value[1:-1].rpartition("/")[2]
                elif str(quad.predicate) == f"<{GEO}asWKT>":
                    assert value.endswith(f"^^<{GEO}wktLiteral>")
                    wkt[subject.rpartition("/")[2]] = shapely.from_wkt(value.split('"')[1])
        assert set(self.name.values()) == set(wkt)
        self.of = {territory: wkt[name] for territory, name in self.name.items()}


@pytest.fixture
def shapes(project: Project, imported: ImportedGeometry) -> Shapes:
    return Shapes(project)


def test_communes_that_the_facts_name_have_a_point_on_their_surface(shapes: Shapes) -> None:
    assert {name for name in shapes.of if name.startswith("commune")} == {"commune-X1001", "commune-X2004"}
    assert shapely.box(2.0, 50.0, 2.1, 50.1).contains(shapes.of["commune-X1001"])
    assert shapely.box(2.3, 50.1, 2.4, 50.2).contains(shapes.of["commune-X2004"])


def test_an_outline_is_that_of_the_communes_at_the_time(shapes: Shapes) -> None:
    assert shapes.of["a-2019"].equals(shapely.box(2.0, 50.0, 2.2, 50.2))
    assert shapes.of["b-2019"].equals(shapely.box(2.2, 50.0, 2.4, 50.2))
    assert shapes.of["departement-X1"].equals(shapely.box(2.0, 50.0, 2.4, 50.1))
    assert shapes.of["arrondissement-X21"].equals(shapely.box(2.0, 50.1, 2.4, 50.2))
    assert shapes.of["region-99"].equals(shapely.box(2.0, 50.0, 2.4, 50.2))


def test_territories_of_one_extent_have_one_geometry_named_after_the_last(shapes: Shapes) -> None:
    assert shapes.name["b-2015"] == shapes.name["b-2019"] == "b-2019"
    assert shapes.name["departement-X1"] == shapes.name["arrondissement-X11"] == shapes.name["nuts-x"] == "nuts-x"


def test_what_is_not_known_has_no_geometry_and_is_told(shapes: Shapes, imported: ImportedGeometry) -> None:
    # c-2015 and a-2015 part the area of X1001; the former region y is only in part in the région.
    assert shapes.of.keys().isdisjoint({"a-2015", "c-2015", "y-2019", "nuts-y", "region-98", "departement-Y1"})
    assert {iri[1:-1].rpartition("/")[2]: why for iri, why in imported.unknown.items()} == {
        "a-2015": "of its 2 areas, 1 with communes of other territories",
        "c-2015": "of its 2 areas, 1 with communes of other territories",
        "y-2019": "of its 1 communes, 1 without an area",
    }
    assert imported.strangers == ("Z9999",)
    assert imported.placeless == ("X1009", "Y1001")
    assert (imported.points, imported.outlines) == (2, 9)


@pytest.mark.parametrize("stem", STEMS)
def test_each_file_describes_its_graph_and_says_who_writes_it(
    project: Project, imported: ImportedGeometry, stem: str
) -> None:
    text = (project.instances / "reference" / f"{stem}.ttl").read_text(encoding="utf-8")
    assert "Written by `kg import geometry`: do not edit by hand.\n" in text.partition("\n\n")[0] + "\n"
    graph = text.partition(f"<{BASE}graph/reference/{stem}>\n")[2].partition("    .\n")[0]
    assert "<https://spdx.org/licenses/etalab-2.0>" in graph
    assert graph.count("IGN – Admin Express") == 2
    assert graph.count('"@en ;') == graph.count('"@fr ;') == 3
    assert "_:" not in text


def test_the_import_says_how_much_it_wrote(imported: ImportedGeometry) -> None:
    assert sorted(file.stem for file in imported.files) == STEMS
    for file, count in imported.files.items():
        assert len(list(parse(file.read_bytes(), format=RdfFormat.TURTLE))) == count


def test_a_second_import_writes_the_same_bytes(project: Project, imported: ImportedGeometry) -> None:
    before = {file: file.read_bytes() for file in imported.files}
    import_geometry(write(project.root / "again.geojson", AREAS[::-1]), project=project, region="99")
    assert {file: file.read_bytes() for file in imported.files} == before
    names = sorted(file.name for file in (project.instances / "reference").iterdir())
    assert names == ["geometry-outlines.ttl", "geometry-points.ttl", "perimeters.ttl", "territories.ttl"]


def test_the_command_tells_what_it_wrote_and_what_is_without(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(project.root / "areas.geojson", AREAS)
    arguments = ["-C", str(project.root), "import", "geometry", str(file), "--region", "99"]
    assert kg.main(arguments, standalone_mode=False) == 0
    out, err = capsys.readouterr()
    assert "instances/reference/geometry-outlines.ttl" in out
    assert "2 points, 9 outlines" in err
    assert "codes of the file that are of no commune of the graph (1): Z9999" in err
    assert "communes of the graph without an area in the file (2): X1009 Y1001" in err
    assert "no outline of perimeter:c-2015: of its 2 areas, 1 with communes of other territories" in err


# ---------------------------------------------------------------- wrong files


def feature(number: int, **changes: Any) -> Callable[[list[Feature]], None]:
    return lambda features: features[number].update(changes)


def ring(number: int, coordinates: Any, kind: str = "Polygon") -> Callable[[list[Feature]], None]:
    return feature(number, geometry={"type": kind, "coordinates": coordinates})


def again(features: list[Feature]) -> None:
    features.append(features[1])


SQUARE = [[2.05, 50.05], [2.5, 50.05], [2.5, 50.5], [2.05, 50.5], [2.05, 50.05]]
WRONG: dict[str, tuple[Callable[[list[Feature]], None], str]] = {
    "no feature": (list.clear, r"wrong\.geojson: not a FeatureCollection of GeoJSON with features"),
    "no Feature": (feature(1, type="Polygon"), r"wrong\.geojson: feature 2: not a Feature"),
    "no properties": (feature(0, properties=None), r"feature 1: no properties"),
    "no code": (feature(0, properties={"codes": "X1001"}), r'feature 1: no "code".*codes'),
    "code that is a number": (feature(0, properties={"code": 1001}), r'feature 1: "code" is not a text: 1001'),
    "empty code": (feature(0, properties={"code": ""}), r'feature 1: "code" is not a text: ""'),
    "code twice": (again, r"feature 9: the code X1002 is there twice"),
    "no geometry": (feature(2, geometry=None), r"feature 3 \(X1003\): .*not None"),
    "a point": (ring(2, [2.0, 50.0], "Point"), r"feature 3 \(X1003\): .* not Point"),
    "no coordinates": (feature(2, geometry={"type": "Polygon"}), r"feature 3 \(X1003\): these coordinates make no"),
    "ring of two": (ring(2, [[[2.0, 50.0], [2.1, 50.0]]]), r"these coordinates make no Polygon"),
    "text for a number": (ring(2, [[["a", "b"], ["c", "d"], ["e", "f"]]]), r"these coordinates make no Polygon"),
    "no ring": (ring(2, []), r"these coordinates make no Polygon"),
    "empty": (ring(2, [], "MultiPolygon"), r"feature 3 \(X1003\): the geometry is empty"),
    "metres": (ring(2, [[[7e5, 6e6], [8e5, 6e6], [8e5, 7e6]]]), r"not degrees of longitude and latitude"),
    "bow": (ring(2, [[[4, 50], [5, 51], [5, 50], [4, 51], [4, 50]]]), r"not a valid Polygon: Self-intersection"),
    "overlap": (ring(7, [SQUARE]), r"areas that overlap.*: X1003 X2001"),
    "no code of the graph": (lambda features: features.__delitem__(slice(7)), r"no code of this file is"),
}


def contents(project: Project) -> dict[Path, bytes]:
    return {file: file.read_bytes() for file in project.instances.rglob("*") if file.is_file()}


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_file_is_refused_and_nothing_is_written(
    project: Project, imported: ImportedGeometry, fault: str
) -> None:
    spoil, message = WRONG[fault]
    features = copy.deepcopy(AREAS)
    spoil(features)
    file = write(project.root / "wrong.geojson", features)
    before = contents(project)
    with pytest.raises(SourceError, match=message):
        import_geometry(file, project=project, region="99")
    assert contents(project) == before


@pytest.mark.parametrize(
    ("content", "kind", "message"),
    [
        (b'{\n"type": }', SourceError, r"x\.geojson:2: not JSON"),
        (b'{"type": "FeatureCollection", "features": [NaN]}', SourceError, "NaN is no number"),
        (b'"\xff"', SourceError, "not JSON in UTF-8"),
        (b"[" * 100_000, SourceError, "nested too deep"),
        (b"[]", SourceError, "not a FeatureCollection"),
        (b'{"type": "Feature"}', SourceError, "not a FeatureCollection"),
        (None, UsageError, r"cannot read .*x\.geojson: No such file"),
    ],
)
def test_what_is_no_geojson_is_refused(
    project: Project, content: bytes | None, kind: type[KgError], message: str
) -> None:
    file = project.root / "x.geojson"
    if content is not None:
        file.write_bytes(content)
    before = contents(project)
    with pytest.raises(kind, match=message):
        import_geometry(file, project=project, region="99")
    assert contents(project) == before


def test_a_commune_too_small_for_the_decimals_is_refused(project: Project) -> None:
    tiny = area("X1001", 2.00003, 50.00003)
    tiny["geometry"]["coordinates"] = [[[2.00003, 50.00003], [2.00004, 50.00003], [2.00004, 50.00004]]]
    with pytest.raises(SourceError, match="commune-X1001 is too small"):
        import_geometry(write(project.root / "x.geojson", [tiny]), project=project, region="99")


def test_an_unknown_region_is_refused_with_those_there_are(project: Project) -> None:
    with pytest.raises(UsageError, match=r"no region of the code 9\..*98, 99"):
        import_geometry(write(project.root / "x.geojson", AREAS), project=project, region="9")


@pytest.mark.parametrize("key", ["terms", "geometry"])
def test_a_missing_setting_is_named(project: Project, key: str) -> None:
    head, _, settings = SETTINGS.partition("[import.geometry]")
    wrong = "\n".join(line for line in settings.splitlines() if not line.startswith(f"{key} ="))
    (project.root / "kg.toml").write_text(f"{head}[import.geometry]{wrong}", encoding="utf-8")
    with pytest.raises(UsageError, match=f'need "{key}"'):
        import_geometry(project.root / "x.geojson", project=Project.load(project.root / "kg.toml"))


def test_without_shapely_the_message_says_how_to_get_it(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "shapely", None)
    with pytest.raises(UsageError, match=r"pip install 'kg-publisher\[geometry\]'"):
        import_geometry(write(project.root / "x.geojson", AREAS), project=project, region="99")


# ---------------------------------------------------------------- the files of this project


@pytest.fixture(scope="module")
def reference(project_root: Path) -> Shapes:
    return Shapes(Project.find(project_root))


def test_the_outlines_of_the_reference_are_valid_and_light(reference: Shapes, project_root: Path) -> None:
    assert all(shapely.is_valid(list(reference.of.values())))
    files = [project_root / "instances" / "reference" / f"{stem}.ttl" for stem in STEMS]
    assert sum(file.stat().st_size for file in files) < 800_000


def test_in_the_reference_territories_of_one_kind_touch_and_do_not_overlap(reference: Shapes) -> None:
    kinds: dict[str, list[shapely.Geometry]] = defaultdict(list)
    for name, shape in reference.of.items():
        if not name.startswith("commune"):
            kinds[name[-5:] if name.startswith("epci") else name.partition("-")[0]].append(shape)
    counts = {kind: len(each) for kind, each in kinds.items()}
    assert counts == {
        "-2015": 130, "-2016": 132, "-2017": 93, "-2019": 91,
        "arrondissement": 26, "departement": 5, "region": 1, "nuts": 2,
    }  # fmt: skip
    region = kinds["region"][0]
    for kind, each in kinds.items():
        assert shapely.coverage_is_valid(each), kind
        assert sum(shape.area for shape in each) == pytest.approx(shapely.union_all(each).area), kind
    for kind in ("arrondissement", "departement", "nuts", "-2017"):
        assert shapely.union_all(kinds[kind]).equals(region), kind
    assert all(not a.overlaps(b) for a, b in combinations(kinds["departement"], 2))


def test_every_territory_that_the_facts_cover_has_a_geometry_but_those_that_a_text_draws(project_root: Path) -> None:
    expected = project_root / "tests" / "competency" / "territories-without-a-geometry.csv"
    without = {row.split(",")[0] for row in expected.read_text(encoding="utf-8").splitlines()[1:]}
    drawn = (project_root / "instances" / "editorial" / "territories.ttl").read_text(encoding="utf-8")
    assert without
    assert all(f"territory:{name.rpartition('/')[2]}\n    a rc:ProjectPerimeter ;" in drawn for name in without)


def test_the_reference_is_what_the_file_gives(reference: Shapes, project_root: Path, tmp_path: Path) -> None:
    file = project_root.parent / "shared" / "data" / "geometry" / "communes.geojson"
    if not file.is_file():
        pytest.skip("the areas of communes are not beside the project (../shared/data/geometry/communes.geojson)")
    shutil.copytree(project_root / "instances", tmp_path / "instances")
    shutil.copy(project_root / "pyproject.toml", tmp_path)
    before = {stem: (tmp_path / "instances" / "reference" / f"{stem}.ttl").read_bytes() for stem in STEMS}
    imported = import_geometry(file, project=Project.find(tmp_path))
    assert {path.stem: path.read_bytes() for path in imported.files} == before
    assert imported.strangers == ()
    features = json.loads(file.read_text(encoding="utf-8"))["features"]
    areas = {each["properties"]["code"]: shapely.geometry.shape(each["geometry"]) for each in features}
    assert sum(code.startswith("76") for code in imported.placeless) == 49
    merged = (project_root / "instances" / "reference" / "former-communes.ttl").read_text(encoding="utf-8")
    # The area of a commune with which others have merged since is a part of it.
    points = {name[-5:]: point for name, point in reference.of.items() if name.startswith("commune")}
    elsewhere = [code for code, point in points.items() if not areas[code].contains(point)]
    assert len(points) > 1600
    assert all(f"rc:mergedInto territory:commune-{code} " in merged for code in elsewhere)
    whole = shapely.union_all(list(areas.values()))
    assert whole.symmetric_difference(reference.of["region-32"]).area < 0.003 * whole.area
