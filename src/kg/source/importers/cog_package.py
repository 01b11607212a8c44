"""Read the npm package @etalab/decoupage-administratif: the French administrative division of 1 January 2019."""

import gzip
import json
import tarfile
import zlib
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from kg.errors import SourceError, UsageError, suggestion

NAME = "@etalab/decoupage-administratif"
VERSION = "0.7.0"
YEAR = 2019

_ROOT = "package/"
_DESCRIPTION = "package.json"
_MEMBERS = tuple(f"data/{name}.json" for name in ("communes", "arrondissements", "departements", "regions", "epci"))


@dataclass(frozen=True)
class Commune:
    """A commune: INSEE codes, and the municipal population where the package has one.

    Mayotte has no arrondissement.
    """

    code: str
    name: str
    arrondissement: str | None
    departement: str
    region: str
    population: int | None


@dataclass(frozen=True)
class Arrondissement:
    """An arrondissement, and the code of its département."""

    code: str
    name: str
    departement: str


@dataclass(frozen=True)
class Departement:
    """A département, and the code of its région."""

    code: str
    name: str
    region: str


@dataclass(frozen=True)
class Region:
    """A région of 2016."""

    code: str
    name: str


@dataclass(frozen=True)
class Authority:
    """An EPCI with its own taxation: SIREN, form as the package writes it, populations, members' INSEE codes."""

    siren: str
    name: str
    form: str
    municipal_population: int
    total_population: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Division:
    """The whole division: each kind of unit by its code."""

    communes: Mapping[str, Commune]
    arrondissements: Mapping[str, Arrondissement]
    departements: Mapping[str, Departement]
    regions: Mapping[str, Region]
    authorities: Mapping[str, Authority]


def read_package(package: Path) -> Division:
    """Return what the package's tarball says; nothing is extracted to disk.

    Raises UsageError for a file that is missing, no tarball, or another package or version; SourceError, with the
    member at fault, for one that is missing, not JSON, lacks a key, repeats a code or names a unknown unit.
    """
    contents = _contents(package)
    _refuse_other(package, contents)
    records = {name: _records(package, contents, name) for name in _MEMBERS}
    communes, arrondissements, departements, regions, authorities = records.values()
    # Communes that are no more (delegated, associated) share codes; those of overseas collectivities have no région.
    present = [record for record in communes if record.text("type") == "commune-actuelle"]
    overseas = {record.text("code") for record in present if "collectiviteOutremer" in record.fields}
    division = Division(
        communes=_by_code((r for r in present if "collectiviteOutremer" not in r.fields), _commune),
        arrondissements=_by_code(arrondissements, _arrondissement),
        departements=_by_code(departements, _departement),
        regions=_by_code(regions, _region),
        authorities=_by_code(authorities, _authority),
    )
    _refuse_unknown(division, overseas, package)
    return division


@dataclass(frozen=True)
class _Record:
    """A record of a member, and where it stands: the member, and its number in the list, from 1."""

    place: str
    number: int
    fields: Mapping[str, Any]

    def wrong(self, message: str) -> SourceError:
        return SourceError(f"record {self.number}: {message}", file=self.place)

    def value(self, key: str) -> Any:
        if key not in self.fields:
            raise self.wrong(f'no "{key}".{suggestion(key, self.fields)}')
        return self.fields[key]

    def text(self, key: str) -> str:
        value = self.value(key)
        if not isinstance(value, str) or not value:
            raise self.wrong(f'"{key}" is not a text: {json.dumps(value, ensure_ascii=False)}')
        return value

    def count(self, key: str) -> int:
        value = self.value(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.wrong(f'"{key}" is not a number of inhabitants: {json.dumps(value, ensure_ascii=False)}')
        return value


_U = TypeVar("_U")


def _by_code(records: Iterable[_Record], make: Callable[[_Record], _U]) -> dict[str, _U]:
    units: dict[str, _U] = {}
    for record in records:
        code = record.text("code")
        if code in units:
            raise record.wrong(f"the code {code} is there twice")
        units[code] = make(record)
    return units


def _commune(record: _Record) -> Commune:
    return Commune(
        code=record.text("code"),
        name=record.text("nom"),
        arrondissement=record.text("arrondissement") if record.value("arrondissement") != "" else None,
        departement=record.text("departement"),
        region=record.text("region"),
        population=record.count("population") if "population" in record.fields else None,
    )


def _arrondissement(record: _Record) -> Arrondissement:
    return Arrondissement(record.text("code"), record.text("nom"), record.text("departement"))


def _departement(record: _Record) -> Departement:
    return Departement(record.text("code"), record.text("nom"), record.text("region"))


def _region(record: _Record) -> Region:
    return Region(record.text("code"), record.text("nom"))


def _authority(record: _Record) -> Authority:
    rows = record.value("membres")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise record.wrong('"membres" is not a list of records')
    members = tuple(_Record(record.place, record.number, row).text("code") for row in rows)
    if repeated := [code for code, times in Counter(members).items() if times > 1]:
        raise record.wrong(f"the member {repeated[0]} is there twice")
    return Authority(
        siren=record.text("code"),
        name=record.text("nom"),
        form=record.text("type"),
        municipal_population=record.count("populationMunicipale"),
        total_population=record.count("populationTotale"),
        members=members,
    )


def _refuse_unknown(division: Division, overseas: Container[str], package: Path) -> None:
    """Raise SourceError for a code that names no unit, and for a commune in two EPCI (CGCT, article L5210-2)."""

    def check(member: str, unit: str, kind: str, code: str, known: Container[str]) -> None:
        if code not in known:
            raise SourceError(f"{unit} names the unknown {kind} {code}", file=_place(package, member))

    for departement in division.departements.values():
        check("data/departements.json", departement.code, "région", departement.region, division.regions)
    for arrondissement in division.arrondissements.values():
        name, code = arrondissement.code, arrondissement.departement
        check("data/arrondissements.json", name, "département", code, division.departements)
    for commune in division.communes.values():
        name = commune.code
        if commune.arrondissement is not None:
            check("data/communes.json", name, "arrondissement", commune.arrondissement, division.arrondissements)
        check("data/communes.json", name, "département", commune.departement, division.departements)
        check("data/communes.json", name, "région", commune.region, division.regions)
    taken: dict[str, str] = {}
    for authority in division.authorities.values():
        for code in authority.members:
            if code not in overseas:
                check("data/epci.json", authority.siren, "commune", code, division.communes)
            if code in taken:
                message = f"the commune {code} is a member of both {taken[code]} and {authority.siren}"
                raise SourceError(message, file=_place(package, "data/epci.json"))
            taken[code] = authority.siren


def _place(package: Path, member: str) -> str:
    return f"{package}: {member}"


def _contents(package: Path) -> dict[str, bytes]:
    """Return the bytes of the members that are read, by their name in the package."""
    wanted = {_ROOT + name: name for name in (_DESCRIPTION, *_MEMBERS)}
    contents = {}
    try:
        with tarfile.open(package, "r:gz") as archive:
            for member in archive:
                if member.name in wanted and (file := archive.extractfile(member)):
                    contents[wanted[member.name]] = file.read()
    except FileNotFoundError as error:
        raise UsageError(f"no such file: {package}") from error
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UsageError(f"not a package of the npm registry (.tgz): {package}") from error
    except OSError as error:
        raise UsageError(f"cannot read {package}: {error.strerror}") from error
    return contents


def _json(package: Path, contents: Mapping[str, bytes], name: str) -> Any:
    if name not in contents:
        raise SourceError("the package has no such member", file=_place(package, name))
    try:
        return json.loads(contents[name])
    except json.JSONDecodeError as error:
        raise SourceError(f"not JSON: {error.msg}", file=_place(package, name), line=error.lineno) from error
    except UnicodeDecodeError as error:
        raise SourceError("not JSON: not in UTF-8", file=_place(package, name)) from error


def _records(package: Path, contents: Mapping[str, bytes], name: str) -> list[_Record]:
    rows = _json(package, contents, name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise SourceError("not a list of records", file=_place(package, name))
    return [_Record(_place(package, name), number, row) for number, row in enumerate(rows, start=1)]


def _refuse_other(package: Path, contents: Mapping[str, bytes]) -> None:
    described = _json(package, contents, _DESCRIPTION) if _DESCRIPTION in contents else None
    found = (described.get("name"), described.get("version")) if isinstance(described, dict) else (None, None)
    if found != (NAME, VERSION):
        what = f"{found[0]} {found[1]}" if found[0] else "not a package with a name"
        accepted = f"only {NAME} {VERSION} is accepted: other versions mix years or are broken"
        raise UsageError(f"{package} is {what}; {accepted}")
