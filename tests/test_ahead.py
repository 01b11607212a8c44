"""What a process beside reads of queries is what is read here."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kg.ahead import read_rules, reading
from kg.errors import RuleError
from kg.validation.analyses import Analyses

PLAIN = "CONSTRUCT { ?s <http://e/q> ?o } WHERE { ?s <http://e/p> ?o }"
BEYOND = "CONSTRUCT { ?s <http://e/r> 1.50 } WHERE { ?s <http://e/p>+ ?o FILTER NOT EXISTS { ?s <http://e/x> 'é'@fr } }"


def write(folder: Path, *texts: str) -> list[tuple[Path, str]]:
    paths = [folder / f"rule-{number}.rq" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    return [(path, f"rules/{path.name}") for path in paths]


@pytest.mark.parametrize("ahead", [False, True])
def test_rules_are_the_same_however_they_are_read(tmp_path: Path, ahead: bool) -> None:
    files = write(tmp_path, PLAIN, BEYOND)
    with reading(files, ahead=ahead) as read:
        assert read.rules() == read_rules(files)


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="there is one processor only")
def test_a_process_beside_reads_them_and_not_this_one(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from kg.ahead import reading\n"
        "with reading([(Path(sys.argv[1]), 'rule')], ahead=True) as read:\n"
        "    print(len(read.rules()), 'rdflib' in sys.modules)"
    )
    [(path, _)] = write(tmp_path, PLAIN)
    (tmp_path / "kg.py").write_text("raise SystemExit('what lies in the folder is not the program')\n")
    command = [sys.executable, "-P", "-c", program, path]
    said = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert said.stdout == "1 False\n"


@pytest.mark.parametrize("ahead", [False, True])
def test_a_wrong_rule_is_the_same_error_with_its_file(tmp_path: Path, ahead: bool) -> None:
    files = write(tmp_path, PLAIN, "SELECT * { ?s ?p ?o }")
    with reading(files, ahead=ahead) as read, pytest.raises(RuleError) as caught:
        read.rules()
    assert caught.value.file == "rules/rule-1.rq"


def test_rules_that_nobody_asks_for_hold_nothing_up(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match="something else"),
        reading(write(tmp_path, PLAIN), ahead=True),
    ):
        raise RuntimeError("something else")


ASKED = ("SELECT $this WHERE { $this <http://e/p> ?x FILTER (?x > 3) }", frozenset({"this"}))
NESTED = ("SELECT $this WHERE { { SELECT $this WHERE { $this <http://e/p> ?x } } }", frozenset({"this"}))
REFUSED = ("SELECT $this WHERE { $this <http://e/p> ?x MINUS { ?x <http://e/q> $this } }", frozenset({"this"}))


@pytest.mark.parametrize("ahead", [False, True])
def test_what_queries_of_constraints_tell_is_the_same_however_they_are_read(tmp_path: Path, ahead: bool) -> None:
    with reading(write(tmp_path, PLAIN), ahead=ahead) as read:
        analyses = read.analyses(Analyses())
        analyses.expect([ASKED, REFUSED, NESTED])
        assert [analyses.of(*ASKED), analyses.of(*NESTED)] == [Analyses().of(*ASKED), Analyses().of(*NESTED)]
        with pytest.raises(ValueError, match="MINUS"):
            analyses.of(*REFUSED)
        assert [rule.name for rule in read.rules()] == ["rule-0"]


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="there is one processor only")
def test_queries_that_are_expected_are_read_beside(tmp_path: Path) -> None:
    program = (
        "import sys; from kg.ahead import reading; from kg.validation.analyses import Analyses\n"
        f"asked = {ASKED!r}\n"
        "with reading([], ahead=True) as read:\n"
        "    analyses = read.analyses(Analyses())\n"
        "    analyses.expect([asked])\n"
        "    print(analyses.of(*asked).plain, 'rdflib' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-P", "-c", program], check=True, capture_output=True, text=True)
    assert said.stdout == "True False\n"


def test_a_process_beside_that_is_no_more_leaves_the_reading_to_this_one(tmp_path: Path) -> None:
    files = write(tmp_path, PLAIN)
    with reading(files, ahead=True) as read:
        if process := getattr(read, "_process", None):
            process.kill()
            process.wait()
        analyses = read.analyses(Analyses())
        analyses.expect([ASKED])
        assert read.rules() == read_rules(files)
        assert analyses.of(*ASKED) == Analyses().of(*ASKED)
