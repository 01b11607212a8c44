"""A publication beside an earlier one is what it would be from nothing, byte for byte, whatever has changed."""

import os
import random
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from kg import pipeline
from kg.graph.build import Build
from kg.project import Project
from kg.publication.publish import Publication, publish
from kg.publication.verify import verify
from kg.service.hosting import site as hosting
from kg.service.hosting.site import HostedSite
from tests.service.dereferencing import FORMER

PLACES, TERMS, SHAPES = "instances/reference/places.ttl", "ontology/town.ttl", "shapes/act.ttl"
ID = "https://example.org/town/id/"
PREFIXES = "@prefix dct: <http://purl.org/dc/terms/> .\n@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
QUERY = """#+ id: {0}
#+ title@en: What is in what
#+ title@fr: Ce qui est dans quoi
#+ returns: place whole
PREFIX t: <https://example.org/town/def#>
SELECT ?place ?whole WHERE {{ ?place t:within ?whole }} ORDER BY ?place ?whole
"""


@dataclass
class Town:
    """A project that is changed, and where it is published again and again."""

    root: Path

    def change(self, file: str, old: str, new: str) -> None:
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def add(self, file: str, text: str) -> None:
        with (self.root / file).open("a", encoding="utf-8") as out:
            out.write(text)

    def build(self) -> tuple[Project, Build]:
        project = Project.find(self.root)
        build = pipeline.build(project, out=self.root / "build").build
        assert build is not None
        return project, build

    def publish(self, name: str = "site") -> tuple[Publication, int]:
        """Publish, and return how many files are kept."""
        project, build = self.build()
        made = publish(build, project=project, out=self.root / name, pages=HostedSite(project, build))
        return made, made.kept

    def differs(self) -> list[str]:
        """Publish beside the earlier publication, and from nothing; return the files that differ, or are not listed."""
        shutil.rmtree(self.root / "fresh.d", ignore_errors=True)
        (self.root / "fresh").unlink(missing_ok=True)
        again, self.kept = self.publish()
        fresh, none = self.publish("fresh")
        assert none == 0
        one, other = bodies(again.folder), bodies(fresh.folder)
        assert one.keys() - {"SHA256SUMS"} == {file.path for file in again.files}
        return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))


def bodies(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def published(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """The fixture project, with things that have a past and many links to one, published."""
    root = tmp_path_factory.mktemp("changing") / "town"
    shutil.copytree(project_root / "tests" / "fixture", root)
    many = "".join(f"id:hamlet-{n} a t:Place ; t:within id:valley .\n" for n in range(60))
    (root / "instances/reference/former.ttl").write_text(FORMER + many, encoding="utf-8")
    with (root / "kg.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[pages]\ntrail = ["t:within"]\n')
    places = (root / PLACES).read_text(encoding="utf-8")
    (root / PLACES).write_text(f"{PREFIXES}{places}", encoding="utf-8")
    town = Town(root)
    town.publish()
    return town


def link(file: str, name: str) -> None:
    """Give a file another name; the record, which a test writes to, is copied."""
    if Path(file).name == "record":
        shutil.copy2(file, name)
    else:
        os.link(file, name)


@pytest.fixture
def town(published: Town, tmp_path: Path) -> Town:
    """A copy of it; of the publication the same files, by other names."""
    root = tmp_path / "town"
    shutil.copytree(published.root, root, symlinks=True, ignore=shutil.ignore_patterns("site.d"))
    shutil.copytree(published.root / "site.d", root / "site.d", copy_function=link)
    return Town(root)


CHANGES: dict[str, Callable[[Town], None]] = {
    "nothing": lambda town: None,
    "a fact added": lambda town: town.add(PLACES, "id:league t:seat id:hill .\n"),
    "a fact removed": lambda town: town.change(PLACES, "    t:neighbour id:hill ;\n", ""),
    "a label": lambda town: town.change(PLACES, '"vallée"@fr', '"val"@fr'),
    "a label in another language": lambda town: town.add(PLACES, 'id:hill rdfs:label "hill"@en .\n'),
    "a thing renamed": lambda town: town.change(PLACES, "id:hill", "id:mount"),
    "a new place": lambda town: town.add(PLACES, 'id:moor a t:Place ; rdfs:label "lande"@fr ; t:within id:valley .\n'),
    "a thing of another class": lambda town: town.change(PLACES, "id:oath\n    a t:Act", "id:oath\n    a t:Party"),
    "the label of a class": lambda town: town.change(TERMS, '"lieu"@fr', '"endroit"@fr'),
    "a definition": lambda town: town.change(TERMS, '"Portion of space."@en', '"A part of space."@en'),
    "an axiom": lambda town: town.change(TERMS, "    owl:propertyChainAxiom ( t:signatory t:seat t:within ) ;\n", ""),
    "a blank node": lambda town: town.change(TERMS, "hasValue <https://example.org/town/id/league>", "hasValue t:Act"),
    "a class below": lambda town: town.add(TERMS, f"t:Valley rdfs:subClassOf t:Place . <{ID}valley> a t:Valley .\n"),
    "a passage": lambda town: town.change("instances/passages/gazette.trig", '"2020-05-03"', '"2020-05-04"'),
    "something deprecated": lambda town: town.add(PLACES, "id:dale owl:deprecated true .\n"),
    "something replaced": lambda town: town.add(
        PLACES, "id:dale owl:deprecated true ; dct:isReplacedBy id:hill .\n"
    ),
    "a query added": lambda town: town.add("queries/competency/what-is-within.rq", QUERY.format("what-is-within")),
    "a shape": lambda town: town.change(SHAPES, "A pact has one day", "A pact must have one day"),
    "the description": lambda town: town.change("instances/dataset.ttl", "Acts of a little town.", "Acts of a town."),
    "the licence": lambda town: town.change("instances/dataset.ttl", "etalab-2.0", "CC-BY-4.0"),
    "the settings": lambda town: town.change("kg.toml", '["fr", "en"]', '["en", "fr"]'),
}  # fmt: skip
ANEW = {"a query added", "a shape", "the settings"}
"""Changes after which nothing can be kept."""


@pytest.mark.parametrize("name", CHANGES)
def test_a_publication_after_a_change_is_one_from_nothing(town: Town, name: str) -> None:
    CHANGES[name](town)
    assert town.differs() == []
    assert (town.kept == 0) == (name in ANEW)


def test_a_publication_of_the_same_stays(town: Town) -> None:
    before = (town.root / "site").resolve()
    again, kept = town.publish()
    assert again.folder == before
    assert kept == len(again.files)
    assert len(list((town.root / "site.d").iterdir())) == 3


def test_what_a_label_is_not_on_is_kept(town: Town) -> None:
    town.change(PLACES, '"serment"@fr', '"serment juré"@fr')
    again, kept = town.publish()
    assert kept > 0.75 * len(again.files)


@pytest.mark.parametrize("seed", range(3))
def test_publications_after_changes_at_random_are_those_from_nothing(town: Town, seed: int) -> None:
    chance, tags = random.Random(seed), ("fr", "en", "br")
    classes = ("Place", "Act", "Agreement")
    for _ in range(2):
        things = sorted(set(re.findall(r"^(id:[a-z0-9-]+)", (town.root / PLACES).read_text("utf-8"), re.MULTILINE)))
        for _ in range(chance.randint(1, 4)):
            one, other = chance.choice(things), chance.choice(things)
            fact = chance.choice(
                (
                    f"{one} t:neighbour {other} .",
                    f"{one} t:within {other} .",
                    f'{one} rdfs:label "{chance.random():.3f}"@{chance.choice(tags)} .',
                    f'{one} rdfs:comment "{chance.random()}" .',
                    f"id:new-{chance.randint(0, 9)} a t:{chance.choice(classes)} ; t:amends {other} .",
                )
            )
            town.add(PLACES, f"{fact}\n")
        text = (town.root / PLACES).read_text("utf-8")
        lines = [line for line in text.splitlines() if re.match(r"    (t:|rdfs:label)", line)]
        town.change(PLACES, f"{chance.choice(lines)}\n", "")
        assert town.differs() == []


def test_what_was_touched_is_written_anew(town: Town) -> None:
    site = (town.root / "site").resolve()
    (site / "id/valley.ttl").write_bytes(b"touched")
    (site / "id/hill.fr.html").unlink()
    (site / "search.en.html").write_bytes((site / "search.en.html").read_bytes()[::-1])
    other = site / "query/who-signed.csv"
    body, times = other.read_bytes(), other.stat()
    other.unlink()
    other.write_bytes(body[::-1])
    os.utime(other, ns=(times.st_atime_ns, times.st_mtime_ns))
    (site / "id/stranger.ttl").write_bytes(b"not ours")
    shutil.rmtree(site / "def")
    assert town.differs() == []
    assert verify(str(town.root / "site")).whole
    assert town.kept > 100


def test_a_record_that_cannot_be_read_is_none(town: Town) -> None:
    [record] = town.root.glob("site.d/.notes-*/record")
    record.write_bytes(record.read_bytes()[:-100])
    assert town.differs() == []
    assert town.kept == 0


def test_another_program_keeps_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosting, "version", lambda name: f"{name} of tomorrow")
    _, kept = town.publish()
    assert kept == 0


def test_a_publication_that_fails_leaves_the_one_before(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    before = bodies(town.root / "site")
    town.change(PLACES, '"vallée"@fr', '"val"@fr')
    with monkeypatch.context() as patched:
        patched.setattr(hosting, "sitemaps", fails)
        with pytest.raises(OSError, match="No space"):
            town.publish()
    assert bodies(town.root / "site") == before
    assert [path.name for path in (town.root / "site.d").iterdir() if path.name.startswith(".tmp")] == []
    assert town.differs() == []
    assert town.kept > 100


def test_nothing_is_left_of_what_was_published_before(town: Town) -> None:
    town.change(PLACES, '"vallée"@fr', '"val"@fr')
    now, _ = town.publish()
    assert {path.name for path in (town.root / "site.d").iterdir()} == {
        ".kg",
        now.folder.name,
        f".notes-{now.folder.name}",
    }


def test_nothing_is_left_of_what_is_not_published_any_more(town: Town) -> None:
    for old, new in (('"vallée"@fr', '"val"@fr'), ('"val"@fr', '"vallon"@fr')):
        town.change(PLACES, old, new)
        town.publish()
    left = [
        path for path in (town.root / "site.d").rglob("*") if path.is_file() and "val<" in path.read_text("latin-1")
    ]
    assert left == []
    assert list(town.root.glob("site.d/.notes-*/spare/id/*.ttl"))


def test_a_spare_folder_gives_only_what_is_right(town: Town) -> None:
    town.change(PLACES, '"vallée"@fr', '"val"@fr')
    town.publish()
    [spare] = town.root.glob("site.d/.notes-*/spare")
    one, *_ = sorted(spare.glob("id/*.ttl"))
    one.unlink()
    one.write_bytes(b"another")
    (spare / "id/stranger.ttl").write_bytes(b"not ours")
    (spare / "strangers").mkdir()
    (spare / "strangers/one.ttl").write_bytes(b"not ours")
    shutil.rmtree(spare / "def")
    elsewhere = town.root / "elsewhere"
    (spare / "id").rename(elsewhere)
    (spare / "id").symlink_to(elsewhere)
    before = bodies(elsewhere)
    town.change(PLACES, '"val"@fr', '"vallon"@fr')
    assert town.differs() == []
    assert town.kept > 100
    assert bodies(elsewhere) == before


@pytest.mark.system
def test_the_whole_graph_after_changes_is_published_as_from_nothing(project_root: Path, tmp_path: Path) -> None:
    for part in ("ontology", "shapes", "instances", "queries"):
        shutil.copytree(project_root / part, tmp_path / part)
    shutil.copyfile(project_root / "pyproject.toml", tmp_path / "pyproject.toml")
    whole = Town(tmp_path)
    whole.publish()
    acts, terms = tmp_path / "instances/editorial/acts.ttl", tmp_path / "ontology/contract.ttl"
    for path in (acts, terms):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r'(rdfs:label "[^"]*)("@en)', r"\1 (again)\2", text, count=2), encoding="utf-8")
    passages = sorted((tmp_path / "instances/magazine").glob("*.trig"))[0]
    text = passages.read_text(encoding="utf-8")
    day = re.search(r'"(\d{4}-\d\d-)(\d\d)"\^\^xsd:date', text)
    if day:
        passages.write_text(text.replace(day[0], day[0].replace(day[2], "11"), 1), encoding="utf-8")
    assert whole.differs() == []
    assert whole.kept > 50_000
