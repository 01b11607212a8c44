"""Over a hundred defects, each put at a place that a seed chooses: kg says the file, the line and the code of each.

The expected place is marked in the text before kg sees it (``tests/seeded/defects.py``); after ``kg check --fix``
has moved every line it is found again by its words.
"""

import json
import re
from collections.abc import Iterator
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
        self.random = Random(seed)
        canton = Canton(seed)
        canton.write(root)
        self.written = canton.texts
        assert self.check() == self.validate() == ()
        self.check("--fix")
        self.laid_out = self.read()
        assert self.check() == self.validate() == ()

    def read(self) -> dict[str, str]:
        return {name: (self.root / name).read_bytes().decode() for name in self.written}

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

    def outcomes(self, kinds: list[Kind], number: int, *, validated: bool) -> Iterator[Outcome]:
        """Yield what is found of defects planted together: as they were written, then as they are laid out."""
        run = self.validate if validated else self.check
        self.write(self.written)
        changed, defects = plant(kinds, self.written, self.random, number)
        self.write(changed)
        yield Outcome(self.seed, "as written", places(defects), run())
        if any(kind.after for kind in kinds):
            self.write(self.laid_out)
            changed, defects = plant(kinds, self.laid_out, self.random, number)
            self.write(changed)
            yield Outcome(self.seed, "laid out", places(defects), run())
            return
        found = self.check("--fix")
        texts = self.read()
        assert all(texts[name] != text for name, text in changed.items() if not name.endswith(".rq"))
        again = tuple((d.file, d.line_in(texts[d.file]), d.kind.code) for d in defects)
        yield Outcome(self.seed, "laid out", again, self.validate() if validated else found)


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
        for number, kind in enumerate(CHECKED, start=10):
            found += work.outcomes([kind], number, validated=False)
        found += work.outcomes(work.random.sample(VALIDATED, len(VALIDATED)), 10, validated=True)
    return found


@pytest.mark.parametrize("state", ["as written", "laid out"])
def test_each_defect_is_in_its_file_and_nothing_else_is_found(outcomes: list[Outcome], state: State) -> None:
    several = [outcome for outcome in outcomes if outcome.state == state]
    assert sum(len(outcome.expected) for outcome in several) >= 100
    assert [outcome for outcome in several if outcome.files != outcome.files_found] == []


@pytest.mark.parametrize("state", ["as written", "laid out"])
def test_nearly_all_defects_are_on_their_line(outcomes: list[Outcome], state: State) -> None:
    several = [outcome for outcome in outcomes if outcome.state == state]
    count = sum(len(outcome.expected) for outcome in several)
    wrong = [place for outcome in several for place in outcome.expected if place not in outcome.found]
    assert len(wrong) <= 0.02 * count, wrong


def test_there_are_defects_of_each_code() -> None:
    assert {kind.code for kind in CHECKED} == set(MESSAGES)
