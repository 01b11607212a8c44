"""Import the French administrative division of one région and its neighbours' communes: ``kg import cog``."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from kg.errors import SourceError, UsageError, suggestion
from kg.project import Project
from kg.source.importers.cog_package import NAME, VERSION, YEAR, Authority, Commune, Division, read_package
from kg.source.importers.nuts import AUTHORITY, FORMER_REGIONS, REGULATION, former_region
from kg.source.reader import Triple
from kg.source.turtle import write_turtle

_KEYS = ("terms", "territory", "perimeter", "party", "legal-form")
_LEGAL_FORMS = {"CC": "cc", "CA": "ca", "CU": "cu", "METRO": "metropole"}
_LICENCE = "https://spdx.org/licenses/etalab-2.0"

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_DCT = "http://purl.org/dc/terms/"
_PROV = "http://www.w3.org/ns/prov#"

_TITLES = {
    "territories": ("Régions, départements et arrondissements", "Regions, départements and arrondissements"),
    "communes": ("Communes", "Communes"),
    "epci": ("EPCI à fiscalité propre", "Inter-municipal authorities with their own taxation"),
    "perimeters": ("Périmètres des EPCI à fiscalité propre", "Perimeters of the inter-municipal authorities"),
}


@dataclass(frozen=True)
class Imported:
    """What an import wrote: the number of triples of each file, and how many there are of each kind of thing."""

    files: Mapping[Path, int]
    counts: Mapping[str, int]


@dataclass(frozen=True)
class _Selection:
    """The part of the division that is written, each kind in the order of its codes."""

    communes: tuple[Commune, ...]
    authorities: tuple[Authority, ...]
    arrondissements: tuple[str, ...]
    departements: tuple[str, ...]
    regions: tuple[str, ...]
    former_regions: tuple[str, ...]


def import_cog(package: Path, *, project: Project, region: str = "32") -> Imported:
    """Write the communes, territories, EPCI and perimeters of ``region`` below ``instances/reference/``.

    ``package`` is the tarball of @etalab/decoupage-administratif 0.7.0, ``region`` the INSEE code of a région. An
    EPCI is of the région when one of its communes is; its communes elsewhere are written too, with the
    arrondissements, départements and régions that they are in.

    The four files are made first and put in place last: nothing is written when anything is wrong. Raises UsageError
    for the settings, the region or the wrong package, SourceError for what is wrong in it.
    """
    names = _Names.of(project)
    division = read_package(package)
    if region not in division.regions:
        known = ", ".join(f"{unit.code} {unit.name}" for unit in division.regions.values())
        raise UsageError(f"no région has the code {region}.{suggestion(region, division.regions)} There are: {known}")
    selection = _select(division, region)
    graphs = {
        "territories": [*_territories(division, selection, names)],
        "communes": [*_communes(selection, names)],
        "epci": [*_authorities(selection, names)],
        "perimeters": [*_perimeters(selection, names)],
    }
    folder = project.instances / "reference"
    files = {folder / f"{stem}.ttl": triples for stem, triples in graphs.items()}
    for file, triples in files.items():
        triples += _description(project.graph_of(file), file.stem)
    _replace(files, project=project)
    return Imported(
        files={file: len(set(triples)) for file, triples in files.items()},
        counts={
            "communes": len(selection.communes),
            "arrondissements": len(selection.arrondissements),
            "departements": len(selection.departements),
            "regions": len(selection.regions),
            "former regions": len(selection.former_regions),
            "EPCI": len(selection.authorities),
            "members of EPCI": sum(len(authority.members) for authority in selection.authorities),
        },
    )


def _select(division: Division, region: str) -> _Selection:
    inside = {code for code, commune in division.communes.items() if commune.region == region}
    authorities = [unit for unit in division.authorities.values() if not inside.isdisjoint(unit.members)]
    members = {code for authority in authorities for code in authority.members}
    communes = [division.communes[code] for code in sorted(inside | members)]
    departements = {commune.departement for commune in communes}
    return _Selection(
        communes=tuple(communes),
        authorities=tuple(sorted(authorities, key=lambda authority: authority.siren)),
        arrondissements=tuple(sorted({code for commune in communes if (code := commune.arrondissement)})),
        departements=tuple(sorted(departements)),
        regions=tuple(sorted({division.departements[code].region for code in departements})),
        former_regions=tuple(sorted({code for each in departements if (code := former_region(each))})),
    )


@dataclass(frozen=True)
class _Names:
    """The IRIs of terms and things, as tokens, from the settings ``[tool.kg.import.cog]``."""

    namespaces: Mapping[str, str]

    @classmethod
    def of(cls, project: Project) -> "_Names":
        settings = project.importers.get("cog", {})
        for key in _KEYS:
            if not isinstance(settings.get(key), str):
                message = f'the settings of the import "cog" need "{key}", an IRI that others begin with'
                raise UsageError(message, file=str(project.settings_file))
        return cls({key: settings[key] for key in _KEYS})

    def __call__(self, key: str, local: str) -> str:
        return _iri(self.namespaces[key] + local)

    def term(self, local: str) -> str:
        return self("terms", local)

    def perimeter(self, siren: str) -> str:
        return self("perimeter", f"epci-{siren}-{YEAR}")


def _iri(iri: str) -> str:
    try:
        return str(NamedNode(iri))
    except ValueError as error:
        raise SourceError(f"a code that no IRI can have: <{iri}> ({error})") from error


def _text(value: str, language: str | None = None) -> str:
    return str(Literal(value, language=language))


def _typed(value: object, datatype: str) -> str:
    return str(Literal(str(value), datatype=NamedNode(_XSD + datatype)))


_TYPE, _LABEL, _SEE = _iri(f"{_RDF}type"), _iri(f"{_RDFS}label"), _iri(f"{_RDFS}seeAlso")


def _unit(names: _Names, *, iri: str, kind: str, name: str, code: str) -> Iterator[Triple]:
    """Yield what every unit of the official geographic code has."""
    yield iri, _TYPE, names.term(kind)
    yield iri, _LABEL, _text(name, "fr")
    yield iri, names.term("inseeCode"), _text(code)
    yield iri, names.term("vintage"), _typed(YEAR, "gYear")


def _nuts(names: _Names, iri: str, code: str) -> Iterator[Triple]:
    yield iri, names.term("nutsCode"), _text(code)
    yield iri, _SEE, _iri(AUTHORITY + code)


def _communes(selection: _Selection, names: _Names) -> Iterator[Triple]:
    for commune in selection.communes:
        iri = names("territory", f"commune-{commune.code}")
        yield from _unit(names, iri=iri, kind="Commune", name=commune.name, code=commune.code)
        if commune.arrondissement is not None:
            yield iri, names.term("inArrondissement"), names("territory", f"arrondissement-{commune.arrondissement}")
        yield iri, names.term("inDepartement"), names("territory", f"departement-{commune.departement}")
        if commune.population is not None:
            yield iri, names.term("municipalPopulation"), _typed(commune.population, "integer")


def _territories(division: Division, selection: _Selection, names: _Names) -> Iterator[Triple]:
    for code in selection.arrondissements:
        arrondissement = division.arrondissements[code]
        iri = names("territory", f"arrondissement-{code}")
        yield from _unit(names, iri=iri, kind="Arrondissement", name=arrondissement.name, code=code)
        yield iri, names.term("within"), names("territory", f"departement-{arrondissement.departement}")
    for code in selection.departements:
        departement = division.departements[code]
        iri = names("territory", f"departement-{code}")
        yield from _unit(names, iri=iri, kind="Departement", name=departement.name, code=code)
        yield iri, names.term("inRegion"), names("territory", f"region-{departement.region}")
        if former := former_region(code):
            yield iri, names.term("inFormerRegion"), names("territory", f"nuts-{former.lower()}")
    for code in selection.regions:
        iri = names("territory", f"region-{code}")
        yield from _unit(names, iri=iri, kind="RegionTerritory", name=division.regions[code].name, code=code)
        parts = {former_region(each.code) or "" for each in division.departements.values() if each.region == code}
        level_1 = {former[:3] for former in parts}
        if len(level_1) == 1 and "" not in level_1:
            yield from _nuts(names, iri, level_1.pop())
    for code in selection.former_regions:
        iri = names("territory", f"nuts-{code.lower()}")
        yield iri, _TYPE, names.term("FormerRegion")
        yield iri, _LABEL, _text(FORMER_REGIONS[code].name, "fr")
        yield from _nuts(names, iri, code)


def _authorities(selection: _Selection, names: _Names) -> Iterator[Triple]:
    for authority in selection.authorities:
        if authority.form not in _LEGAL_FORMS:
            known = " ".join(_LEGAL_FORMS)
            raise SourceError(f"the EPCI {authority.siren} has the unknown form {authority.form} (known: {known})")
        iri = names("party", f"siren-{authority.siren}")
        yield iri, _TYPE, names.term("EPCI")
        yield iri, _LABEL, _text(authority.name, "fr")
        yield iri, names.term("siren"), _text(authority.siren)
        yield iri, names.term("legalForm"), names("legal-form", _LEGAL_FORMS[authority.form])
        yield iri, names.term("hasPerimeter"), names.perimeter(authority.siren)


def _perimeters(selection: _Selection, names: _Names) -> Iterator[Triple]:
    for authority in selection.authorities:
        iri = names.perimeter(authority.siren)
        yield iri, _TYPE, names.term("Perimeter")
        yield iri, _LABEL, _text(f"{authority.name} ({YEAR})", "fr")
        yield iri, names.term("vintage"), _typed(YEAR, "gYear")
        yield iri, names.term("municipalPopulation"), _typed(authority.municipal_population, "integer")
        yield iri, names.term("totalPopulation"), _typed(authority.total_population, "integer")
        for code in authority.members:
            yield iri, names.term("hasMemberCommune"), names("territory", f"commune-{code}")


def _description(graph: str, stem: str) -> Iterator[Triple]:
    """Yield what the graph of one file says of itself."""
    iri, source = _iri(graph), _iri(f"{_DCT}source")
    french, english = _TITLES[stem]
    yield iri, _TYPE, _iri(f"{_PROV}Entity")
    yield iri, _LABEL, _text(f"{french} au 1er janvier {YEAR}", "fr")
    yield iri, _LABEL, _text(f"{english} on 1 January {YEAR}", "en")
    yield iri, _iri(f"{_DCT}date"), _typed(f"{YEAR}-01-01", "date")
    yield iri, _iri(f"{_DCT}license"), _iri(_LICENCE)
    yield iri, source, _text(f"{NAME} {VERSION}, d'après l'INSEE (COG) et la DGCL", "fr")
    yield iri, source, _text(f"{NAME} {VERSION}, after INSEE (COG) and DGCL", "en")
    if stem == "territories":
        yield iri, source, _iri(REGULATION)


def _replace(files: Mapping[Path, list[Triple]], *, project: Project) -> None:
    """Write each file beside its place, then put all in place."""
    beside = {file: file.with_name(f".{file.name}.new") for file in files}
    try:
        for file, triples in files.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            comment = f"{_TITLES[file.stem][1]} on 1 January {YEAR}. Written by `kg import cog`: do not edit by hand."
            with beside[file].open("w", encoding="utf-8", newline="\n") as out:
                write_turtle(out, triples, prefixes=project.prefixes, comment=comment)
        for file, new in beside.items():
            os.replace(new, file)
    except OSError as error:
        raise UsageError(f"cannot write {project.relative(Path(error.filename or '.'))}: {error.strerror}") from error
    finally:
        for new in beside.values():
            new.unlink(missing_ok=True)
