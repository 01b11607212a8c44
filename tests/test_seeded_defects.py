"""Over a hundred defects, each put at a place that a seed chooses: kg says the file, the line and the code of each.

The expected place is marked in the text before kg sees it (``tests/seeded/defects.py``); after ``kg check --fix``
has moved every line it is found again by its words.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Literal

import pytest
from click.testing import CliRunner

from kg.check.problem import MESSAGES
from kg.cli import kg
from tests.seeded.canton import Canton
from tests.seeded.defects import CHECKED, VALIDATED, Defect, Kind, plant

SEEDS = (1, 2)
FOLDERS = ("ontology", "shapes", "instances", "queries", "letters")
_PROBLEM = re.compile(r"^(?! )(?P<file>[^:\n]+?)(?::(?P<line>\d+):\d+)?: .* \[(?P<code>[a-z-]+)\]$", re.MULTILINE)

State = Literal["as written", "laid out"]
Place = tuple[str, int, str]
"""A file, a line, and the code of what is wrong there."""


@dataclass(frozen=True)
class Outcome:
    """What was put into a project, and what kg found in it."""

    seed: int
    state: State
    expected: tuple[Place, ...]
    found: tuple[Place, ...]

    @property
    def files(self) -> list[tuple[str, str]]:
        return sorted((file, code) for file, _, code in self.expected)

    @property
    def files_found(self) -> list[tuple[str, str]]:
        return sorted((file, code) for file, _, code in self.found)


class Work:
    """A project on disk, as written or laid out, and the defects that come and go in it."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root = root
        self.seed = seed
        canton = Canton(seed)
        canton.write(root)
        self.written = canton.texts
        assert self.check() == self.validate() == ()
        self.check("--fix")
        self.laid_out = {name: (root / name).read_bytes().decode() for name in self.written}
        assert self.check() == self.validate() == ()

    def write(self, texts: dict[str, str]) -> None:
        for name, text in texts.items():
            (self.root / name).write_bytes(text.encode())

    def check(self, *options: str) -> tuple[Place, ...]:
        folders = [str(self.root / folder) for folder in FOLDERS]
        out = self.call("check", *options, *folders)
        return tuple((m["file"], int(m["line"] or 0), m["code"]) for m in _PROBLEM.finditer(out))

    def validate(self) -> tuple[Place, ...]:
        paths = [str(self.root / folder) for folder in ("instances", "letters")]
        out = self.call("validate", *paths, "--shapes", str(self.root / "shapes"), "--format", "json")
        findings = json.loads(out)["findings"]
        return tuple((f["file"], (f["place"] or {}).get("line", 0), _component(f["component"])) for f in findings)

    def call(self, *arguments: str) -> str:
        result = CliRunner().invoke(kg, ["-C", str(self.root), "--lang", "en", *arguments], standalone_mode=False)
        assert result.exception is None, result.exception
        return result.stdout

    def as_written(self, kinds: list[Kind]) -> Outcome:
        """Put defects into the project as it was written, and return what is found. The project is so before."""
        changed, defects = plant(kinds, self.written, self.chance(kinds))
        return Outcome(self.seed, "as written", places(defects), self.found(kinds, changed, self.written))

    def laid_out_again(self, kinds: list[Kind]) -> Outcome:
        """Lay out files with these defects in the project that is laid out, and return what is found.

        Those that a layout would mend, or that cannot be read, come after it.
        """
        if any(kind.after for kind in kinds):
            changed, defects = plant(kinds, self.laid_out, self.chance(kinds))
            return Outcome(self.seed, "laid out", places(defects), self.found(kinds, changed, self.laid_out))
        changed, defects = plant(kinds, self.written, self.chance(kinds))
        self.write(changed)
        self.check("--fix")
        texts = {name: (self.root / name).read_bytes().decode() for name in changed}
        assert all(texts[name] != text for name, text in changed.items() if not name.endswith(".rq"))
        again = tuple((d.file, d.line_in(texts[d.file]), d.kind.code) for d in defects)
        return Outcome(self.seed, "laid out", again, self.found(kinds, texts, self.laid_out))

    def chance(self, kinds: list[Kind]) -> Random:
        """Return the same random numbers for the same defects."""
        return Random(f"{self.seed} {[kind.old for kind in kinds]}")

    def found(self, kinds: list[Kind], changed: dict[str, str], before: dict[str, str]) -> tuple[Place, ...]:
        """Return what is found with these files changed, which are then as before."""
        self.write(changed)
        found = self.validate() if kinds[0] in VALIDATED else self.check()
        self.write({name: before[name] for name in changed})
        return found


def places(defects: list[Defect]) -> tuple[Place, ...]:
    return tuple((defect.file, defect.line, defect.kind.code) for defect in defects)


def _component(iri: str) -> str:
    return iri.removeprefix("http://www.w3.org/ns/shacl#").removesuffix("ConstraintComponent")


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    """What kg found of each defect: those of check one by one, those of validation all kinds at once."""
    found: list[Outcome] = []
    for seed in SEEDS:
        work = Work(tmp_path_factory.mktemp("canton"), seed)
        together = [*([kind] for kind in CHECKED), Random(seed).sample(VALIDATED, len(VALIDATED))]
        found += map(work.laid_out_again, together)
        work.write(work.written)
        found += map(work.as_written, together)
    return found


@pytest.mark.parametrize("state", ["as written", "laid out"])
def test_each_defect_is_in_its_file_and_nothing_else_is_found(outcomes: list[Outcome], state: State) -> None:
    several = [outcome for outcome in outcomes if outcome.state == state]
    assert sum(len(outcome.expected) for outcome in several) >= 100
    assert [outcome for outcome in several if outcome.files != outcome.files_found] == []


@pytest.mark.parametrize("state", ["as written", "laid out"])
def test_each_defect_is_on_its_line(outcomes: list[Outcome], state: State) -> None:
    several = [outcome for outcome in outcomes if outcome.state == state]
    wrong = [place for outcome in several for place in outcome.expected if place not in outcome.found]
    assert wrong == []


def test_there_are_defects_of_each_code() -> None:
    assert {kind.code for kind in CHECKED} == set(MESSAGES)
