"""A project that is changed and published again and again."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from kg import pipeline
from kg.graph.build import Build
from kg.project import Project
from kg.publication.publish import Publication
from kg.service.hosting.publisher import Publisher
from tests.service.dereferencing import FORMER

PLACES, TERMS, SHAPES = "instances/reference/places.ttl", "ontology/town.ttl", "shapes/act.ttl"
ID = "https://example.org/town/id/"
_PREFIXES = "@prefix dct: <http://purl.org/dc/terms/> .\n@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"


@dataclass
class Town:
    """A project that is changed, and where it is published again and again."""

    root: Path
    publishers: dict[str, Publisher] = field(default_factory=dict)

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
        """Publish as a process of its own does, and return how many files are kept."""
        publisher = Publisher(out=self.root / name)
        made = publisher.publish(*self.build()).made
        publisher.leave()
        return made, made.kept

    def go_on(self, name: str = "stays") -> tuple[Publication, int]:
        """Publish by who has published there before, if anybody has, and return how many files are kept."""
        publisher = self.publishers.setdefault(name, Publisher(out=self.root / name))
        made = publisher.publish(*self.build()).made
        publisher.prepare()
        return made, made.kept

    def forget(self) -> None:
        """Let others go on from where those are who have published."""
        self.publishers.clear()

    def differs(self) -> list[str]:
        """Publish beside the earlier publication, by who has made it too, and from nothing.

        Return the files that differ, or are not listed.
        """
        shutil.rmtree(self.root / "fresh.d", ignore_errors=True)
        (self.root / "fresh").unlink(missing_ok=True)
        fresh, none = self.publish("fresh")
        assert none == 0
        other = bodies(fresh.folder)
        found: set[str] = set()
        for step in (self.publish, self.go_on) if self.publishers else (self.publish,):
            again, self.kept = step()
            self.rewritten = again.count - self.kept
            one = bodies(again.folder)
            assert one.keys() - {"SHA256SUMS"} == set(again.paths)
            found |= {path for path in one.keys() | other.keys() if one.get(path) != other.get(path)}
        return sorted(found)


def changing(fixture: Path, root: Path) -> Town:
    """Copy the fixture project, with things that have a past and many links to one, and publish it."""
    shutil.copytree(fixture, root)
    many = "".join(f"id:hamlet-{n} a t:Place ; t:within id:valley .\n" for n in range(60))
    (root / "instances/reference/former.ttl").write_text(FORMER + many, encoding="utf-8")
    with (root / "kg.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[pages]\ntrail = ["t:within"]\n')
    places = (root / PLACES).read_text(encoding="utf-8")
    (root / PLACES).write_text(f"{_PREFIXES}{places}", encoding="utf-8")
    town = Town(root)
    town.publish()
    return town


def again(town: Town, root: Path) -> Town:
    """Copy such a project; its publication is the same files by other names."""
    shutil.copytree(town.root, root, symlinks=True, ignore=shutil.ignore_patterns("site.d"))
    shutil.copytree(town.root / "site.d", root / "site.d", copy_function=_link)
    return Town(root)


def bodies(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _link(file: str, name: str) -> None:
    """Give a file another name; notes, which a test writes to, are copied."""
    if Path(file).name in ("read", "record"):
        shutil.copy2(file, name)
    else:
        os.link(file, name)
