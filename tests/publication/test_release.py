"""A release is kept, cited, verified, and breaks no promise of an earlier one."""

import datetime
import gzip
import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from click.testing import CliRunner
from pyshacl import validate

from kg import pipeline
from kg.cli import kg
from kg.errors import ReleaseError, SourceError, UsageError
from kg.graph.build import Build
from kg.graph.canonical import canonical_nquads
from kg.graph.store import read_quads
from kg.project import Project
from kg.publication.publish import publish
from kg.publication.release import Release, release
from kg.publication.released import releases
from kg.publication.verify import verify
from kg.publication.version import Version

DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")
DAY = datetime.date(2026, 11, 28)


class Town:
    """A copy of the fixture project that changes, is built, and is released."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def project(self) -> Project:
        return Project.find(self.root)

    def build(self) -> Build:
        outcome = pipeline.build(self.project, out=self.root / "build")
        assert outcome.build is not None, outcome.report
        return outcome.build

    def change(self, file: str, old: str, new: str) -> "Town":
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        return self

    def release(self, version: str) -> Release:
        return release(self.build(), version, project=self.project, date=DAY)

    def folder(self, version: str) -> Path:
        return self.root / "releases" / version


@pytest.fixture
def old_town(town: Project, tmp_path: Path) -> Town:
    return Town(shutil.copytree(town.root, tmp_path / "town", ignore=shutil.ignore_patterns("build*", "releases")))


@pytest.fixture
def released(old_town: Town) -> Town:
    old_town.release("1.0.0")
    return old_town


PLACES = "instances/reference/places.ttl"
HILL = 'rdfs:label "colline"@fr ;'


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def quads_of(folder: Path) -> bytes:
    return gzip.decompress((folder / "town.nq.gz").read_bytes())


def test_the_first_release_is_the_dataset_as_canonical_nquads(released: Town, tmp_path: Path) -> None:
    folder = released.folder("1.0.0")
    assert sorted(contents(folder)) == ["SHA256SUMS", "release.ttl", "town.nq.gz"]
    site = publish(released.build(), project=released.project, out=tmp_path / "site")
    assert quads_of(folder) == (site.folder / "data" / "town.nq").read_bytes()
    [known] = releases(released.project).values()
    assert (known.version, known.date, known.before) == (Version(1, 0, 0), DAY, None)
    assert known.digest == hashlib.sha256(quads_of(folder)).hexdigest() == site.digest


def test_the_same_build_gives_the_same_bytes(released: Town, old_town: Town) -> None:
    first = contents(released.folder("1.0.0"))
    shutil.rmtree(released.root / "releases")
    released.release("1.0.0")
    assert contents(released.folder("1.0.0")) == first


def test_a_patch_leads_from_one_release_to_the_next(released: Town) -> None:
    made = released.change(PLACES, HILL, 'rdfs:label "butte"@fr ;').release("1.0.1")
    assert made.need is not None
    assert (made.need.step, made.released.before) == ("patch", Version(1, 0, 0))
    folder = released.folder("1.0.1")
    lines = gzip.decompress((folder / "from-1.0.0.rdfp.gz").read_bytes()).decode().splitlines()
    assert (lines[0], lines[-1]) == ("TX .", "TC .")
    quads = set(quads_of(released.folder("1.0.0")).decode().splitlines())
    for line in lines[1:-1]:
        if line.startswith("D "):
            quads.remove(line[2:])
        else:
            quads.add(line[2:])
    patched = read_quads("\n".join(quads).encode(), suffix=".nq")
    assert "".join(canonical_nquads(patched)).encode() == quads_of(folder)
    said = (folder / "CHANGES.fr.md").read_text(encoding="utf-8")
    assert "- changé : rdfs:label « colline » devient « butte »." in said
    assert "becomes" in (folder / "CHANGES.en.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "refused", "accepted", "reason"),
    [
        (PLACES, HILL, 'rdfs:label "butte"@fr ;', None, "1.0.1", "facts are changed"),
        (PLACES, "id:hill\n", "id:well a t:Place .\nid:hill\n", "1.0.1", "1.1.0", "well is new"),
        ("ontology/town.ttl", '"Portion of space."', '"Part of space."', None, "1.0.1", "facts are changed"),
        (
            "ontology/town.ttl", "t:Place\n    a owl:Class ;", "t:Place\n    a owl:Class ; rdfs:seeAlso t:Act ;",
            "1.0.9", "1.1.0", "t:Place is changed",
        ),
        (
            "shapes/act.ttl", "s:PactShape\n    a sh:NodeShape ;",
            "s:PactShape-signatory a sh:PropertyShape ; sh:path t:signatory ; sh:minCount 1 .\n"
            "s:PactShape\n    a sh:NodeShape ; sh:property s:PactShape-signatory ;",
            "1.7.0", "2.0.0", "PactShape-signatory makes a property mandatory",
        ),
        (
            "shapes/act.ttl", "s:PactShape\n    a sh:NodeShape ;",
            "s:PactShape-signatory a sh:PropertyShape ; sh:path t:signatory ; sh:minCount 1 ; sh:severity sh:Info .\n"
            "s:PactShape\n    a sh:NodeShape ; sh:property s:PactShape-signatory ;",
            "1.0.1", "1.1.0", "PactShape-signatory is new",
        ),
    ],
)  # fmt: skip
def test_what_differs_says_how_far_a_version_must_be(
    released: Town, file: str, old: str, new: str, refused: str | None, accepted: str, reason: str
) -> None:
    released.change(file, old, new)
    if refused:
        with pytest.raises(UsageError, match=f"is too near to 1.0.0: {accepted} at least, .*{reason}"):
            released.release(refused)
        assert [path.name for path in (released.root / "releases").iterdir()] == ["1.0.0"]
    made = released.release(accepted)
    assert made.need is not None
    assert any(reason in said for said in made.need.reasons)


def test_an_iri_vanishes_only_after_it_was_deprecated(released: Town) -> None:
    country = 'id:country\n    a t:Place ;\n    rdfs:label "pays"@fr ;\n    .\n'
    deprecated = country.replace("a t:Place ;", "a t:Place ; owl:deprecated true ;")
    released.change(PLACES, country, "").change(PLACES, "    t:within id:country ;\n", "")
    with pytest.raises(ReleaseError, match=r"did not deprecate it: id:country"):
        released.release("2.0.0")
    released.change(PLACES, "id:hill\n", f"{deprecated}\nid:hill\n")
    released.change(PLACES, "@prefix rdfs:", "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n@prefix rdfs:")
    released.release("1.0.1")
    released.change(PLACES, deprecated, "")
    with pytest.raises(UsageError, match=r"2\.0\.0 at least, a major one, for id:country is gone"):
        released.release("1.1.0")
    assert released.release("2.0.0").released.before == Version(1, 0, 1)


@pytest.mark.parametrize("version", ["1.0", "v1.0.0", "01.0.0", "1.0.0-beta", "", "../1.0.0", "1.0.0.0", "٣.0.0"])
def test_a_version_that_is_none_is_refused(released: Town, version: str) -> None:
    with pytest.raises(UsageError, match=r"three numbers such as 1\.4\.0"):
        released.release(version)


def test_the_same_dataset_is_not_released_twice(released: Town) -> None:
    with pytest.raises(UsageError, match=r"nothing differs from 1\.0\.0"):
        released.release("1.0.1")


def test_a_version_is_above_the_last(released: Town) -> None:
    for version in ("1.0.0", "0.9.9"):
        with pytest.raises(UsageError, match=r"is not above the last release, 1\.0\.0"):
            released.release(version)


def test_an_earlier_release_that_was_touched_stops_the_next(released: Town) -> None:
    file = released.folder("1.0.0") / "town.nq.gz"
    whole = file.read_bytes()
    released.change(PLACES, HILL, 'rdfs:label "butte"@fr ;')
    for broken in (gzip.compress(quads_of(released.folder("1.0.0"))[:-1]), whole[:-20], b""):
        file.write_bytes(broken)
        with pytest.raises(ReleaseError, match=r"releases/1\.0\.0/town\.nq\.gz: (it is not as it|cannot be read)"):
            released.release("1.0.1")
    file.write_bytes(whole)
    (released.folder("1.0.0") / "release.ttl").write_text("<a> <b>")
    with pytest.raises(SourceError, match=r"releases/1\.0\.0/release\.ttl: not the description of a release"):
        released.release("1.0.1")


def test_an_interrupted_release_leaves_nothing(old_town: Town) -> None:
    def stop(_: str) -> None:
        raise KeyboardInterrupt

    old_town.release("1.0.0")
    build = old_town.change(PLACES, HILL, 'rdfs:label "butte"@fr ;').build()
    stops = iter([lambda _: None, stop])
    with pytest.raises(KeyboardInterrupt):
        release(build, "1.0.1", project=old_town.project, date=DAY, progress=lambda step: next(stops)(step))
    assert [path.name for path in (old_town.root / "releases").iterdir()] == ["1.0.0"]


@pytest.fixture
def site(released: Town, tmp_path: Path) -> Path:
    released.change(PLACES, HILL, 'rdfs:label "butte"@fr ;').release("1.0.1")
    return publish(released.build(), project=released.project, out=tmp_path / "site").folder


@pytest.fixture(scope="module")
def whole_release(project: Project, project_build: Build, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The publication of the whole project with a release, which is kept elsewhere."""
    root = tmp_path_factory.mktemp("released")
    elsewhere = replace(project, root=root)
    release(project_build, "1.0.0", project=elsewhere, date=DAY)
    return publish(project_build, project=elsewhere, out=root / "site").folder


def test_a_publication_has_every_release(site: Path, released: Town) -> None:
    for version in ("1.0.0", "1.0.1"):
        assert contents(site / "release" / version) == contents(released.folder(version))
    catalogue = rdflib.Graph().parse(site / "catalog.ttl")
    dataset = rdflib.URIRef("https://example.org/town/id/dataset/town")
    assert [str(o) for o in catalogue.objects(dataset, DCAT.version)] == ["1.0.1"]
    versions = {str(catalogue.value(o, DCAT.version)): o for o in catalogue.objects(dataset, DCAT.hasVersion)}
    assert catalogue.value(versions["1.0.1"], DCAT.previousVersion) == versions["1.0.0"]
    assert {str(o) for o in catalogue.objects(versions["1.0.0"], rdflib.DCTERMS.title)} == {
        "Actes de la ville (1.0.0)",
        "Acts of the town (1.0.0)",
    }


@pytest.mark.system
@pytest.mark.conformance
@pytest.mark.parametrize("shapes", ["shapes.ttl", "shapes_recommended.ttl"])
def test_a_catalogue_with_a_release_has_no_finding_against_dcat_ap(
    whole_release: Path, conformance: Path, shapes: str
) -> None:
    catalogue = rdflib.Graph().parse(whole_release / "catalog.ttl")
    assert "/release/1.0.0/" in " ".join(str(term) for term in catalogue.objects(None, DCAT.downloadURL))
    graph = rdflib.Graph().parse(conformance / "dcat-ap" / shapes)
    conforms, _, text = validate(catalogue, shacl_graph=graph)
    assert conforms, text


def test_a_release_is_verified_in_the_site_and_by_itself(site: Path, released: Town) -> None:
    assert verify(str(site)).whole
    [first, _] = releases(released.project).values()
    assert verify(str(site / "release" / "1.0.0"), digest=first.digest).whole
    other = (site / "release" / "1.0.1" / "town.nq.gz").read_bytes()
    (site / "release" / "1.0.0" / "town.nq.gz").write_bytes(other)
    assert {(fault.path, fault.message[:24]) for fault in verify(str(site)).faults} >= {
        ("release/1.0.0/town.nq.gz", "it is not the dataset th"),
        ("release/1.0.0/town.nq.gz", f"its SHA-256 is {hashlib.sha256(other).hexdigest()[:9]}"),
    }


def test_releases_are_compared_as_builds_are(released: Town) -> None:
    released.change(PLACES, HILL, 'rdfs:label "butte"@fr ;').release("1.0.1")
    said = []
    for sides in (("releases/1.0.0", "releases/1.0.1"), ("releases/1.0.0", "build")):
        done = CliRunner().invoke(
            kg, ["-C", str(released.root), "diff", *(str(released.root / side) for side in sides), "--format", "json"],
            standalone_mode=False,
        )  # fmt: skip
        assert done.return_value == 0
        said.append(json.loads(done.stdout)["changes"])
    assert said[0] == said[1]
    assert [change["resource"] for change in said[0]] == ["<https://example.org/town/id/hill>"]


def test_every_dump_of_a_release_is_read_by_another_parser(released: Town) -> None:
    text = quads_of(released.folder("1.0.0"))
    dataset = rdflib.Dataset().parse(data=text, format="nquads")
    again = ox.parse(dataset.serialize(format="nquads", encoding="utf-8"), format=ox.RdfFormat.N_QUADS)
    assert len(list(again)) == len(text.splitlines())


def test_the_command_releases(released: Town) -> None:
    released.change(PLACES, HILL, 'rdfs:label "butte"@fr ;').build()

    done = CliRunner().invoke(
        kg, ["-C", str(released.root), "release", "1.0.1", "--date", "2027-01-15"], standalone_mode=False
    )
    known = releases(released.project)[Version(1, 0, 1)]
    assert (done.return_value, done.stdout, known.date) == (0, f"{known.digest}\n", datetime.date(2027, 1, 15))
    assert "releases/1.0.1, a patch one: facts are changed" in done.stderr
