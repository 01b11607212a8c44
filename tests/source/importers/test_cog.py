import copy
import csv
import io
import json
import tarfile
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import RdfFormat, parse

from kg.errors import KgError, SourceError, UsageError
from kg.project import Project
from kg.source.importers.cog import Imported, import_cog

XSD = "http://www.w3.org/2001/XMLSchema#"
BASE = "https://example.org/"
STEMS = ["communes", "epci", "perimeters", "territories"]

SETTINGS = f"""
base = "{BASE}"
[prefixes]
rc = "{BASE}def#"
territory = "{BASE}id/territory/"
rdfs = "http://www.w3.org/2000/01/rdf-schema#"
[import.cog]
terms = "{BASE}def#"
territory = "{BASE}id/territory/"
perimeter = "{BASE}id/perimeter/"
party = "{BASE}id/party/"
legal-form = "{BASE}id/legal-form/"
"""

Data = dict[str, Any]


def commune(code: str, name: str, **more: object) -> Data:
    departement = code[:2]
    region = {"X1": "99", "X2": "99", "59": "32"}[departement]
    place = {"arrondissement": f"{departement}1", "departement": departement, "region": region}
    return {"code": code, "nom": name, "type": "commune-actuelle", **place, **more}


def authority(siren: str, name: str, kind: str, members: list[str]) -> Data:
    rows = [{"code": code, "siren": f"2{code}", "nom": code} for code in members]
    populations = {"populationMunicipale": 1000, "populationTotale": 1010}
    return {"code": siren, "nom": name, "type": kind, **populations, "membres": rows}


# Région 99: two départements, five communes; a sixth commune, of the real département 59, in one of its two EPCI.
GEOGRAPHY: Data = {
    "package.json": {"name": "@etalab/decoupage-administratif", "version": "0.7.0"},
    "data/regions.json": [{"code": "99", "nom": "Basse-Plaine"}, {"code": "32", "nom": "Voisine"}],
    "data/departements.json": [
        {"code": "X1", "nom": "Amont", "region": "99"},
        {"code": "X2", "nom": "Aval", "region": "99"},
        {"code": "59", "nom": "Lointain", "region": "32"},
    ],
    "data/arrondissements.json": [
        {"code": "X11", "nom": "Haut", "departement": "X1"},
        {"code": "X21", "nom": "Bas", "departement": "X2"},
        {"code": "591", "nom": "Loin", "departement": "59"},
    ],
    "data/communes.json": [
        commune("X1001", "L'Écluse", population=500),
        commune("X1002", 'Pré dit "le Grand"', population=300),
        commune("X1003", "Moulin", population=200),
        commune("X2001", "Gué"),
        commune("X2002", "Pont", population=0),
        commune("59001", "Outre-Pont", population=40),
        commune("59002", "Ailleurs", population=41),
        {"code": "X1001", "nom": "Ancienne Écluse", "type": "commune-deleguee"},
        {"code": "98801", "nom": "Île", "type": "commune-actuelle", "collectiviteOutremer": {"code": "988"}},
    ],
    "data/epci.json": [
        authority("200000002", "CC du Gué", "CC", ["X2001", "X2002", "59001"]),
        authority("200000001", "CA de l'Écluse", "CA", ["X1001", "X1002", "X1003"]),
        authority("200000003", "CC d'Ailleurs", "CC", ["59002"]),
    ],
}


def pack(file: Path, geography: Data) -> Path:
    """Write a package; a value that is bytes is put in as it is."""
    with tarfile.open(file, "w:gz") as archive:
        for name, content in geography.items():
            data = content if isinstance(content, bytes) else json.dumps(content).encode()
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return file


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "kg.toml").write_text(SETTINGS, encoding="utf-8")
    return Project.load(tmp_path / "kg.toml")


@pytest.fixture
def imported(project: Project) -> Imported:
    return import_cog(pack(project.root / "cog.tgz", GEOGRAPHY), project=project, region="99")


class Facts:
    """The objects of each subject and property, all shortened to what comes after the namespace."""

    def __init__(self, folder: Path) -> None:
        self.of: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.kinds: dict[str, set[str]] = defaultdict(set)
        for file in (folder / f"{stem}.ttl" for stem in STEMS):
            for quad in parse(file.read_bytes(), format=RdfFormat.TURTLE):
                subject, predicate, value = (
                    short(str(quad.subject)),
                    short(str(quad.predicate)),
                    short(str(quad.object)),
                )
                self.of[subject, predicate].append(value)
                if predicate == "type":
                    self.kinds[value].add(subject)


def short(token: str) -> str:
    if token.startswith("<"):
        return token[1:-1].rpartition("/id/" if "/id/" in token else "#" if "#" in token else "/")[2]
    return token.replace(f"<{XSD}", "").removesuffix(">") if "^^" in token else token


@pytest.fixture
def facts(project: Project, imported: Imported) -> Facts:
    return Facts(project.instances / "reference")


def test_the_communes_are_those_of_the_region_and_of_its_epci(facts: Facts) -> None:
    codes = ["59001", "X1001", "X1002", "X1003", "X2001", "X2002"]
    assert facts.kinds["Commune"] == {f"territory/commune-{code}" for code in codes}
    one = "territory/commune-X1001"
    assert facts.of[one, "label"] == ['"L\'Écluse"@fr']
    assert facts.of[one, "inseeCode"] == ['"X1001"']
    assert facts.of[one, "inArrondissement"] == ["territory/arrondissement-X11"]
    assert facts.of[one, "inDepartement"] == ["territory/departement-X1"]
    assert facts.of[one, "municipalPopulation"] == ['"500"^^integer']
    assert facts.of[one, "vintage"] == ['"2019"^^gYear']
    assert facts.of["territory/commune-X1002", "label"] == ['"Pré dit \\"le Grand\\""@fr']


def test_a_population_that_the_package_does_not_have_is_not_written_and_zero_is(facts: Facts) -> None:
    assert facts.of["territory/commune-X2001", "municipalPopulation"] == []
    assert facts.of["territory/commune-X2002", "municipalPopulation"] == ['"0"^^integer']


def test_the_territories_are_those_touched(facts: Facts) -> None:
    assert facts.kinds["Arrondissement"] == {f"territory/arrondissement-{code}" for code in ("X11", "X21", "591")}
    assert facts.kinds["Departement"] == {f"territory/departement-{code}" for code in ("X1", "X2", "59")}
    assert facts.kinds["RegionTerritory"] == {"territory/region-99", "territory/region-32"}
    assert facts.kinds["FormerRegion"] == {"territory/nuts-fre1"}
    assert facts.of["territory/arrondissement-X11", "within"] == ["territory/departement-X1"]
    assert facts.of["territory/departement-X1", "inRegion"] == ["territory/region-99"]
    assert facts.of["territory/departement-X1", "inFormerRegion"] == []
    assert facts.of["territory/departement-59", "inFormerRegion"] == ["territory/nuts-fre1"]
    assert facts.of["territory/nuts-fre1", "nutsCode"] == ['"FRE1"']
    assert facts.of["territory/nuts-fre1", "seeAlso"] == ["FRE1"]
    assert facts.of["territory/region-32", "nutsCode"] == ['"FRE"']
    assert facts.of["territory/region-99", "nutsCode"] == []


def test_each_epci_has_a_form_and_a_perimeter_with_its_own_population(facts: Facts) -> None:
    assert facts.kinds["EPCI"] == {"party/siren-200000001", "party/siren-200000002"}
    party, perimeter = "party/siren-200000001", "perimeter/epci-200000001-2019"
    assert facts.of[party, "label"] == ['"CA de l\'Écluse"@fr']
    assert facts.of[party, "siren"] == ['"200000001"']
    assert facts.of[party, "legalForm"] == ["legal-form/ca"]
    assert facts.of[party, "hasPerimeter"] == [perimeter]
    assert facts.of[perimeter, "type"] == ["Perimeter"]
    assert facts.of[perimeter, "label"] == ['"CA de l\'Écluse (2019)"@fr']
    assert facts.of[perimeter, "municipalPopulation"] == ['"1000"^^integer']
    assert facts.of[perimeter, "totalPopulation"] == ['"1010"^^integer']
    outside = facts.of["perimeter/epci-200000002-2019", "hasMemberCommune"]
    assert sorted(outside) == [f"territory/commune-{code}" for code in ("59001", "X2001", "X2002")]


@pytest.mark.parametrize("stem", STEMS)
def test_each_file_describes_its_graph_and_says_who_writes_it(project: Project, imported: Imported, stem: str) -> None:
    text = (project.instances / "reference" / f"{stem}.ttl").read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert "Written by `kg import cog`: do not edit by hand.\n" in text
    graph = text.partition(f"<{BASE}graph/reference/{stem}>\n")[2].partition("    .\n")[0]
    assert "<https://spdx.org/licenses/etalab-2.0>" in graph
    assert "@etalab/decoupage-administratif 0.7.0, d'après l'INSEE (COG) et la DGCL" in graph
    assert '"2019-01-01"^^' in graph
    assert '"@en' in graph
    assert '"@fr' in graph


def test_the_import_says_what_it_wrote(project: Project, imported: Imported) -> None:
    assert sorted(file.stem for file in imported.files) == STEMS
    for file, count in imported.files.items():
        assert len(list(parse(file.read_bytes(), format=RdfFormat.TURTLE))) == count
    assert imported.counts == {
        "communes": 6,
        "arrondissements": 3,
        "departements": 3,
        "regions": 2,
        "former regions": 1,
        "EPCI": 2,
        "members of EPCI": 6,
    }


def test_a_second_import_writes_the_same_bytes(project: Project, imported: Imported) -> None:
    before = {file: file.read_bytes() for file in imported.files}
    other_order = {name: list(reversed(rows)) if isinstance(rows, list) else rows for name, rows in GEOGRAPHY.items()}
    import_cog(pack(project.root / "again.tgz", other_order), project=project, region="99")
    assert {file: file.read_bytes() for file in imported.files} == before
    assert sorted(file.name for file in (project.instances / "reference").iterdir()) == [f"{s}.ttl" for s in STEMS]


# ---------------------------------------------------------------- wrong packages


def without(member: str) -> Callable[[Data], None]:
    return lambda geography: geography.pop(member)


def replaced(member: str, content: object) -> Callable[[Data], None]:
    return lambda geography: geography.update({member: content})


def with_field(member: str, record: int, key: str, value: object) -> Callable[[Data], None]:
    return lambda geography: geography[f"data/{member}.json"][record].update({key: value})


def without_field(member: str, record: int, key: str) -> Callable[[Data], None]:
    return lambda geography: geography[f"data/{member}.json"][record].pop(key)


def again(member: str, record: int) -> Callable[[Data], None]:
    return lambda geography: geography[f"data/{member}.json"].append(geography[f"data/{member}.json"][record])


def with_members(*codes: str) -> Callable[[Data], None]:
    rows = [{"code": code} for code in codes]
    return lambda geography: geography["data/epci.json"][0].update({"membres": rows})


WRONG: dict[str, tuple[Callable[[Data], None], type[KgError], str]] = {
    "communes missing": (without("data/communes.json"), SourceError, r"data/communes\.json: .*no such member"),
    "epci missing": (without("data/epci.json"), SourceError, r"data/epci\.json: .*no such member"),
    "broken JSON": (replaced("data/regions.json", b'[\n{"code": '), SourceError, r"data/regions\.json:2: not JSON"),
    "not UTF-8": (replaced("data/regions.json", b'["\xff"]'), SourceError, r"data/regions\.json: not JSON"),
    "no list": (replaced("data/epci.json", {}), SourceError, r"data/epci\.json: not a list"),
    "no records": (replaced("data/epci.json", [1]), SourceError, r"data/epci\.json: not a list of records"),
    "no name": (without_field("communes", 0, "nom"), SourceError, r'data/communes\.json: record 1: no "nom"'),
    "no region": (without_field("departements", 1, "region"), SourceError, r'record 2: no "region"'),
    "no members": (without_field("epci", 0, "membres"), SourceError, r'data/epci\.json: record 1: no "membres"'),
    "no population": (without_field("epci", 0, "populationTotale"), SourceError, r'no "populationTotale".*Munici'),
    "text for a number": (with_field("communes", 0, "population", "500"), SourceError, r'"population" is not a number'),
    "number for a text": (with_field("communes", 0, "code", 1001), SourceError, r'"code" is not a text: 1001'),
    "commune twice": (again("communes", 1), SourceError, r"data/communes\.json: .*the code X1002 is there twice"),
    "EPCI twice": (again("epci", 0), SourceError, r"data/epci\.json: .*the code 200000002 is there twice"),
    "arrondissement twice": (again("arrondissements", 0), SourceError, r"the code X11 is there twice"),
    "unknown member": (with_members("X2001", "X9999"), SourceError, r"200000002 names the unknown commune X9999"),
    "member twice": (with_members("X2001", "X2001"), SourceError, r"the member X2001 is there twice"),
    "member of two": (with_members("X2001", "X1001"), SourceError, r"X1001 is a member of both"),
    "unknown arrondissement": (with_field("communes", 0, "arrondissement", "X19"), SourceError, r"X1001 names .*X19"),
    "unknown form": (with_field("epci", 0, "type", "SAN"), SourceError, r"unknown form SAN"),
    "code that no IRI has": (with_field("communes", 0, "code", "X1 01"), SourceError, r"X1 01|X1001"),
    "other version": (
        replaced("package.json", {"name": "@etalab/decoupage-administratif", "version": "1.0.0"}),
        UsageError,
        r"1\.0\.0; only @etalab/decoupage-administratif 0\.7\.0 is accepted: other versions mix years or are broken",
    ),
    "other package": (
        replaced("package.json", {"name": "leaflet", "version": "0.7.0"}),
        UsageError,
        r"leaflet 0\.7\.0",
    ),
    "no description": (without("package.json"), UsageError, r"not a package with a name; only"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_wrong_package_is_refused_and_nothing_is_written(project: Project, imported: Imported, fault: str) -> None:
    spoil, kind, message = WRONG[fault]
    geography = copy.deepcopy(GEOGRAPHY)
    spoil(geography)
    package = pack(project.root / "wrong.tgz", geography)
    before = {file: file.read_bytes() for file in project.root.rglob("*") if file.is_file()}
    with pytest.raises(kind, match=message):
        import_cog(package, project=project, region="99")
    assert {file: file.read_bytes() for file in project.root.rglob("*") if file.is_file()} == before


def test_a_wrong_package_leaves_no_folder(project: Project) -> None:
    with pytest.raises(SourceError):
        import_cog(
            pack(project.root / "x.tgz", GEOGRAPHY | {"data/epci.json": [], "data/regions.json": [{}]}), project=project
        )
    assert not project.instances.exists()


@pytest.mark.parametrize("content", [b"not a tarball", b"", b"\x1f\x8b\x08 cut", None])
def test_what_is_no_tarball_is_refused(project: Project, content: bytes | None) -> None:
    file = project.root / "x.tgz"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=r"x\.tgz"):
        import_cog(file, project=project, region="99")


def test_a_tarball_cut_short_is_refused(project: Project) -> None:
    file = pack(project.root / "x.tgz", GEOGRAPHY)
    file.write_bytes(file.read_bytes()[:-200])
    with pytest.raises(UsageError, match=r"x\.tgz"):
        import_cog(file, project=project, region="99")
    assert not project.instances.exists()


def test_an_unknown_region_is_refused_with_those_there_are(project: Project) -> None:
    with pytest.raises(UsageError, match="98.*99 Basse-Plaine"):
        import_cog(pack(project.root / "x.tgz", GEOGRAPHY), project=project, region="98")


@pytest.mark.parametrize("key", ["terms", "territory", "perimeter", "party", "legal-form"])
def test_a_missing_setting_is_named(tmp_path: Path, key: str) -> None:
    lines = SETTINGS.split("[import.cog]")
    wrong = "\n".join(line for line in lines[1].splitlines() if not line.startswith(f"{key} ="))
    (tmp_path / "kg.toml").write_text(f"{lines[0]}[import.cog]{wrong}", encoding="utf-8")
    with pytest.raises(UsageError, match=f'need "{key}"'):
        import_cog(tmp_path / "x.tgz", project=Project.load(tmp_path / "kg.toml"))


# ---------------------------------------------------------------- the files of this project


@pytest.fixture(scope="module")
def reference(project_root: Path) -> Facts:
    return Facts(project_root / "instances" / "reference")


def test_the_reference_has_the_communes_of_the_region_and_49_of_seine_maritime(reference: Facts) -> None:
    departements = Counter(reference.of[one, "inDepartement"][0] for one in reference.kinds["Commune"])
    assert departements.pop("territory/departement-76") == 49
    assert sum(departements.values()) == 3789
    assert sorted(departements) == [f"territory/departement-{code}" for code in ("02", "59", "60", "62", "80")]
    assert all(len(reference.of[one, "municipalPopulation"]) == 1 for one in reference.kinds["Commune"])


def test_the_reference_has_93_epci_by_form(reference: Facts) -> None:
    forms = Counter(reference.of[one, "legalForm"][0] for one in reference.kinds["EPCI"])
    assert forms == {"legal-form/cc": 67, "legal-form/ca": 23, "legal-form/cu": 2, "legal-form/metropole": 1}
    assert reference.of["party/siren-200072460", "label"] == ['"CA de Béthune-Bruay, Artois-Lys Romane"@fr']


def test_in_the_reference_every_commune_is_in_exactly_one_epci(reference: Facts) -> None:
    members = Counter(c for one in reference.kinds["Perimeter"] for c in reference.of[one, "hasMemberCommune"])
    assert members.keys() == reference.kinds["Commune"]
    assert members.total() == 3789 + 49


def test_in_the_reference_every_territory_named_is_described(reference: Facts) -> None:
    territories = set[str]().union(
        *(
            reference.kinds[kind]
            for kind in ("Commune", "Arrondissement", "Departement", "RegionTerritory", "FormerRegion")
        )
    )
    named = {value for values in reference.of.values() for value in values if value.startswith("territory/")}
    assert named == territories
    assert reference.kinds["FormerRegion"] == {f"territory/nuts-{code}" for code in ("fre1", "fre2", "frd2")}


def test_the_reference_agrees_with_the_table_of_epci(reference: Facts, project_root: Path) -> None:
    table = project_root.parent / "shared" / "data" / "epci-2019-hdf.csv"
    if not table.is_file():
        pytest.skip("the table of EPCI is not beside the project (../shared/data/epci-2019-hdf.csv)")
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {f"party/siren-{row['siren']}" for row in rows} == reference.kinds["EPCI"]
    for row in rows:
        party, perimeter = f"party/siren-{row['siren']}", f"perimeter/epci-{row['siren']}-2019"
        form = {"METRO": "metropole"}.get(row["type"], row["type"].lower())
        communes = reference.of[perimeter, "hasMemberCommune"]
        assert reference.of[party, "label"] == [f'"{row["nom"]}"@fr']
        assert reference.of[party, "legalForm"] == [f"legal-form/{form}"]
        assert len(communes) == int(row["n"])
        assert reference.of[perimeter, "municipalPopulation"] == [f'"{row["pmun"]}"^^integer']
        assert reference.of[perimeter, "totalPopulation"] == [f'"{row["ptot"]}"^^integer']
        departements = Counter(reference.of[one, "inDepartement"][0][-2:] for one in communes)
        assert departements == {code: int(n) for code, n in (part.split(":") for part in row["dep"].split("+"))}
