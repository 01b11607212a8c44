"""Give the territories of the graph their points and outlines, from the areas of communes: ``kg import geometry``."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from kg.errors import SourceError, UsageError, suggestion
from kg.project import Project
from kg.source.importers.divisions import Division, extents
from kg.source.importers.geojson import read_areas
from kg.source.reader import Triple, read
from kg.source.turtle import write_turtle
from kg.source.whole import written_whole

if TYPE_CHECKING:
    from shapely import Geometry

DECIMALS = 4
"""Of a degree: some ten metres."""
TOLERANCE = 0.005
"""In degrees: the square root of the area of the triangles that an outline may lose (Visvalingam and Whyatt)."""

_KEYS = ("terms", "geometry")
_POINTS, _OUTLINES = "geometry-points", "geometry-outlines"
_TITLES = {
    _POINTS: ("Points des communes", "Points of communes"),
    _OUTLINES: ("Contours des territoires", "Outlines of territories"),
}
_DESCRIPTIONS = {
    _POINTS: (
        "Un point de la surface de chaque commune que nomment les faits, hors du seul découpage.",
        "A point on the surface of each commune that the facts name, the mere division apart.",
    ),
    _OUTLINES: (
        "L'union des communes de chaque territoire à sa date, les contours étant simplifiés ensemble : ceux qui se "
        "touchent gardent la même limite. Des périmètres de même étendue ont la même géométrie. Un territoire dont une "
        "commune n'a pas de surface connue à cette date n'en a pas.",
        "The union of the communes of each territory at its date, the outlines being simplified together: those that "
        "touch keep the same border. Perimeters of the same extent have the same geometry. A territory with a commune "
        "whose area at that date is not known has none.",
    ),
}
_SOURCE = (
    "IGN – Admin Express, contours simplifiés des communes d'avant les fusions du 1er janvier 2019",
    "IGN – Admin Express, simplified outlines of the communes from before the mergers of 1 January 2019",
)
_LICENCE = "https://spdx.org/licenses/etalab-2.0"

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_DCT = "http://purl.org/dc/terms/"
_GEO = "http://www.opengis.net/ont/geosparql#"
_PROV = "http://www.w3.org/ns/prov#"


@dataclass(frozen=True)
class ImportedGeometry:
    """What an import wrote: the triples of each file; and what has no geometry.

    ``strangers`` are codes of the file that are of no commune of the graph, ``placeless`` the codes of communes of the
    graph without an area in the file; ``unknown`` says of a territory, by its IRI, why its outline is not known.
    """

    files: Mapping[Path, int]
    points: int
    outlines: int
    strangers: tuple[str, ...]
    placeless: tuple[str, ...]
    unknown: Mapping[str, str]


def import_geometry(file: Path, *, project: Project, region: str = "32") -> ImportedGeometry:
    """Write the points and outlines of the territories of ``instances/reference/`` beside them.

    ``file`` has the area of each commune, in GeoJSON, by its INSEE code. A commune that a file outside of
    ``reference/`` names gets a point on its surface; a perimeter, and each arrondissement, département and region,
    former ones too, of the ``region``, gets the outline of its communes. The graph has all communes of that region.

    Both files are put in place last: nothing is written when anything is wrong. Raises UsageError for the settings,
    the region or a missing file, SourceError for what is wrong in the file or the graph.
    """
    graph = _Graph.read(project)
    divisions = graph.divisions(region)
    areas = read_areas(file)
    homes = {iri: code for iri, code in graph.codes.items() if code in areas}
    if not homes:
        raise SourceError("no code of this file is that of a commune of the graph", file=str(file))
    found = [extents(division, areas=homes, merged=graph.merged) for division in divisions]
    known = {iri: codes for each in found for iri, codes in each.known.items()}
    unknown = {iri: why for each in found for iri, why in each.unknown.items()}
    communes = {iri: frozenset({iri}) for iri in graph.current}
    surfaces = extents(communes, areas=homes, merged=graph.merged).known
    surfaces = {iri: frozenset({code}) for iri, code in homes.items()} | dict(surfaces)
    named = _named(project)
    points = {iri: _point(iri, [areas[code] for code in sorted(surfaces[iri])]) for iri in named & surfaces.keys()}
    outlines = _outlines({code: areas[code] for code in homes.values()}, known)
    graphs = {
        _POINTS: [*graph.geometries(points)],
        _OUTLINES: [*graph.geometries(outlines)],
    }
    files = {project.instances / "reference" / f"{stem}.ttl": triples for stem, triples in graphs.items()}
    for path, triples in files.items():
        triples += _description(project.graph_of(path), path.stem)
    _write(files, project=project)
    return ImportedGeometry(
        files={path: len(set(triples)) for path, triples in files.items()},
        points=len(points),
        outlines=len(outlines),
        strangers=tuple(sorted(areas.keys() - set(homes.values()))),
        placeless=tuple(sorted(graph.codes[iri] for iri in graph.codes.keys() - surfaces.keys())),
        unknown=dict(sorted(unknown.items())),
    )


@dataclass(frozen=True)
class _Graph:
    """What the reference graphs say of territories, as tokens: the objects of each property by subject."""

    said: Mapping[str, Mapping[str, tuple[str, ...]]]
    codes: Mapping[str, str]
    current: frozenset[str]
    merged: Mapping[str, str]
    base: str

    @classmethod
    def read(cls, project: Project) -> "_Graph":
        settings = project.importers.get("geometry", {})
        for key in _KEYS:
            if not isinstance(settings.get(key), str):
                message = f'the settings of the import "geometry" need "{key}", an IRI that others begin with'
                raise UsageError(message, file=str(project.settings_file))
        terms = settings["terms"]
        said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        kinds: dict[str, set[str]] = defaultdict(set)
        for path in project.files(project.instances / "reference"):
            for _, s, p, o in read(path, project=project):
                if p == f"<{_RDF}type>":
                    kinds[o].add(s)
                elif p.startswith(f"<{terms}"):
                    said[p[len(terms) + 1 : -1]][s].append(o)
        current = kinds[f"<{terms}Commune>"]
        communes = current | kinds[f"<{terms}FormerCommune>"]
        return cls(
            said={name: {s: tuple(sorted(o)) for s, o in pairs.items()} for name, pairs in said.items()},
            codes={s: values[0].strip('"') for s, values in said["inseeCode"].items() if s in communes},
            current=frozenset(current),
            merged={s: values[0] for s, values in said["mergedInto"].items()},
            base=settings["geometry"],
        )

    def _one(self, name: str) -> dict[str, str]:
        return {s: values[0] for s, values in self.said.get(name, {}).items()}

    def divisions(self, region: str) -> list[Division]:
        """Return the perimeters of each year, then the divisions of the region of this INSEE code."""
        vintages = self._one("vintage")
        years: dict[str, dict[str, frozenset[str]]] = defaultdict(dict)
        for perimeter, members in self.said.get("hasMemberCommune", {}).items():
            years[vintages.get(perimeter, "")][perimeter] = frozenset(members)
        region_of, departement_of = self._one("inRegion"), self._one("inDepartement")
        codes = self._one("inseeCode")
        regions = {codes[iri].strip('"'): iri for iri in region_of.values() if iri in codes}
        if region not in regions:
            known = ", ".join(sorted(regions)) or "none"
            raise UsageError(
                f"the graph has no region of the code {region}.{suggestion(region, regions)} It has: {known}"
            )
        inside = [c for c in self.current if region_of.get(departement_of.get(c, "")) == regions[region]]
        # A former region is whole when each of its départements is in the region.
        former_of, outside = self._one("inFormerRegion"), set[str]()
        for departement, former in former_of.items():
            if region_of.get(departement) != regions[region]:
                outside.add(former)
        formers = {d: former for d, former in former_of.items() if former not in outside}
        return [
            *(years[year] for year in sorted(years)),
            _divided(inside, self._one("inArrondissement")),
            _divided(inside, departement_of),
            _divided(inside, dict.fromkeys(inside, regions[region])),
            _divided(inside, {c: formers[d] for c in inside if (d := departement_of[c]) in formers}),
        ]

    def geometries(self, found: Mapping[str, "Geometry"]) -> Iterator[Triple]:
        """Yield a geometry for each shape, named after the territory or, where several have it, the last of these."""
        import shapely

        of: dict[str, list[str]] = defaultdict(list)
        for territory, geometry in found.items():
            of[shapely.to_wkt(geometry, rounding_precision=DECIMALS)].append(territory)
        for wkt, territories in of.items():
            name = max(territory.rstrip(">").rpartition("/")[2] for territory in territories)
            iri = str(NamedNode(self.base + name))
            yield iri, f"<{_RDF}type>", f"<{_GEO}Geometry>"
            yield iri, f"<{_GEO}asWKT>", str(Literal(wkt, datatype=NamedNode(f"{_GEO}wktLiteral")))
            for territory in territories:
                yield territory, f"<{_GEO}hasGeometry>", iri


def _divided(communes: Iterable[str], of: Mapping[str, str]) -> Division:
    parts: dict[str, set[str]] = defaultdict(set)
    for commune in communes:
        if commune in of:
            parts[of[commune]].add(commune)
    return {whole: frozenset(members) for whole, members in parts.items()}


def _named(project: Project) -> set[str]:
    """Return what the facts outside of ``reference/`` name."""
    reference = project.instances / "reference"
    files = [path for path in project.files(project.instances) if not path.is_relative_to(reference)]
    return {term for path in files for _, s, _, o in read(path, project=project) for term in (s, o)}


def _point(iri: str, parts: list["Geometry"]) -> "Geometry":
    """Return a point that lies on the surface that the parts make, after it is rounded too."""
    import shapely

    surface = shapely.coverage_union_all(parts)
    point = _rounded(shapely.point_on_surface(surface))
    if not surface.contains(point):
        raise SourceError(f"{iri[1:-1]} is too small for a point of {DECIMALS} decimals")
    return point


def _outlines(areas: Mapping[str, "Geometry"], known: Mapping[str, frozenset[str]]) -> dict[str, "Geometry"]:
    """Return the outline of each territory, simplified so that those that touch keep one border.

    Areas that are in the same territories are joined first; these parts are simplified as one coverage, and joined
    again into territories. So the borders between territories are simplified, and those inside are not there.
    """
    import shapely

    territories: dict[str, set[str]] = defaultdict(set)
    for territory, codes in known.items():
        for code in codes:
            territories[code].add(territory)
    alike: dict[frozenset[str], list[str]] = defaultdict(list)
    for code in sorted(territories):
        alike[frozenset(territories[code])].append(code)
    parts = [shapely.coverage_union_all([areas[code] for code in codes]) for codes in alike.values()]
    simple = [_rounded(part) for part in shapely.coverage_simplify(parts, TOLERANCE)]
    if not (shapely.is_valid(simple).all() and shapely.coverage_is_valid(simple)):
        raise SourceError(f"the outlines cross each other once simplified to {DECIMALS} decimals")
    pieces: dict[str, list[Geometry]] = defaultdict(list)
    for members, part in zip(alike, simple, strict=True):
        for territory in members:
            pieces[territory].append(part)
    joined = {territory: shapely.coverage_union_all(parts) for territory, parts in pieces.items()}
    return {territory: shapely.orient_polygons(shapely.normalize(outline)) for territory, outline in joined.items()}


def _rounded(geometry: "Geometry") -> "Geometry":
    import shapely

    return shapely.transform(geometry, lambda coordinates: coordinates.round(DECIMALS))


def _description(graph: str, stem: str) -> Iterator[Triple]:
    """Yield what the graph of one file says of itself."""
    iri = str(NamedNode(graph))
    yield iri, f"<{_RDF}type>", f"<{_PROV}Entity>"
    yield iri, f"<{_DCT}license>", f"<{_LICENCE}>"
    texts = {f"{_RDFS}label": _TITLES, f"{_DCT}description": _DESCRIPTIONS, f"{_DCT}source": {stem: _SOURCE}}
    for predicate, both in texts.items():
        for language, text in zip(("fr", "en"), both[stem], strict=True):
            yield iri, f"<{predicate}>", str(Literal(text, language=language))


def _write(files: Mapping[Path, list[Triple]], *, project: Project) -> None:
    """Write all files, then put all in place."""
    try:
        with ExitStack() as drafts:
            for path, triples in files.items():
                out = drafts.enter_context(written_whole(path))
                comment = f"{_TITLES[path.stem][1]}. Written by `kg import geometry`: do not edit by hand."
                write_turtle(out, triples, prefixes=project.prefixes, comment=comment)
    except OSError as error:
        raise UsageError(f"cannot write {project.relative(Path(error.filename or '.'))}: {error.strerror}") from error
