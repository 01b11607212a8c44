"""The command line as a user meets it: results, messages, exit codes."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import rdflib

from kg.cli import main
from kg.graph.build import Build
from kg.graph.store import read_results
from kg.project import Project


class Run:
    """What a call gave: code, stdout and stderr."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def kg(town: Project, town_build: Build, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    """Call kg in the fixture project, in this process."""
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)

    def call(*arguments: str, folder: Path | None = None) -> Run:
        monkeypatch.setattr(sys, "argv", ["kg", "-C", str(folder or town.root), *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Run(int(ended.value.code or 0), out, err)

    return call


def test_help_has_examples(kg) -> None:
    for command in ([], ["build"], ["query"], ["explain"], ["import", "cog"]):
        run = kg(*command, "--help")
        assert run.code == 0
        assert "Examples:" in run.out


def test_a_wrong_command_suggests_the_nearest(kg) -> None:
    run = kg("querry")
    assert (run.code, run.out) == (2, "")
    assert 'no such command "querry". Did you mean query?' in run.err


def test_a_clean_project_has_no_problem_and_no_violation(kg) -> None:
    assert kg("check").code == 0
    run = kg("validate")
    assert run.code == 0


def test_a_build_says_what_it_made_on_stderr(kg, tmp_path: Path) -> None:
    run = kg("build", "--out", str(tmp_path / "out"))
    assert (run.code, run.out) == (0, "")
    assert "triples" in run.err
    assert kg("--quiet", "build", "--out", str(tmp_path / "out")).err == ""


def test_stats_list_what_each_rule_gave(kg, tmp_path: Path) -> None:
    run = kg("build", "--out", str(tmp_path / "out"), "--stats")
    assert "prp-trp" in run.out
    assert re.search(r"remote  as SPARQL: .*NOT EXISTS", run.out)
    assert "rounds" in run.out
    assert run.out.endswith("0 MB on disk at the most, for lack of memory\n")


def test_saved_queries_are_listed_in_the_language_asked_for(kg) -> None:
    assert "Who signed the pact?" in kg("query", "--list").out
    assert "Qui a signé le pacte ?" in kg("--lang", "fr", "query", "--list").out


def test_a_saved_query_answers_in_every_format(kg) -> None:
    league = "https://example.org/town/id/league"
    assert "id:league" in kg("query", "who-signed").out
    assert kg("query", "who-signed", "--format", "csv").out.splitlines()[1].startswith(league)
    assert kg("query", "who-signed", "--format", "tsv").out.splitlines()[1].startswith(f"<{league}>")
    for form in ("json", "xml"):
        found = read_results(kg("query", "who-signed", "--format", form).out.encode(), format=form)
        assert len(found.rows) == 2
    assert kg("query", "who-signed", "--format", "markdown").out.count("\n|") == 3
    assert len(rdflib.Graph().parse(data=kg("query", "who-signed", "--format", "turtle").out)) > 5


def test_the_date_of_the_settings_counts_unless_another_is_given(kg) -> None:
    assert "0 rows" in kg("query", "who-signed", "--as-of", "2020-05-02").out
    assert "2 rows" in kg("query", "who-signed", "--as-of", "2020-05-03").out


def test_a_query_on_the_command_line_knows_the_prefixes(kg) -> None:
    assert "id:town" in kg("query", "-e", "SELECT ?s { ?s a t:Party } ORDER BY ?s").out


def test_a_query_comes_from_a_file_or_from_standard_input(kg, tmp_path: Path, monkeypatch) -> None:
    import io

    file = tmp_path / "mine.rq"
    file.write_text("SELECT (1 AS ?one) {}")
    assert "1 row" in kg("query", str(file)).out
    monkeypatch.setattr(sys, "stdin", io.StringIO("ASK { ?s ?p ?o }"))
    assert kg("query", "-").out == "true\n"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["query", "who-sign"], 2, 'unknown query "who-sign". Did you mean who-signed?'),
        (["query", "who-signed", "--param", "asof=2020-01-01"], 2, 'has no parameter "asof"'),
        (["query", "who-signed", "--param", "2020"], 2, "NAME=VALUE"),
        (["query", "who-signed", "--as-of", "2020-02-30"], 2, "calendar date"),
        (["query"], 2, "kg query --list"),
        (["query", "-e", "SELECT"], 2, "does not parse"),
        (["query", "-e", "SELECT ?s { ?s foo:bar ?o }"], 2, 'the prefix "foo" is not known'),
        (["query", "-e", "INSERT DATA { <a:b> <c:d> 1 }"], 2, "an update is not a query"),
        (["query", "-e", "SELECT * { ?s ?p ?o }", "--as-of", "2020-01-01"], 2, "saved queries"),
        (["query", "missing.rq"], 2, "missing.rq"),
        (["query", "who-signed", "--endpoint", "http://127.0.0.1:9/sparql", "--timeout", "2"], 3, "127.0.0.1:9"),
        (["query", "who-signed", "--endpoint", "ftp://example.org/"], 2, "http"),
        (["--lang", "de", "query", "--list"], 2, 'no language "de"'),
        (["show", "idd:pact"], 2, 'unknown prefix "idd" in idd:pact. Did you mean id?'),
        (["show", "id:nobody"], 2, "holds nothing on id:nobody"),
        (["explain", "id:pact", "t:signatory", "id:nobody"], 2, "does not hold id:pact t:signatory id:nobody"),
        (["explain", "id:pact", "t:signatory", "nobody"], 2, "not a term"),
        (["evidence", "id:pact", "t:signatory"], 2, "a subject, a predicate and an object"),
        (["validate", "missing.ttl"], 2, "no such file or folder"),
        (["check", "missing"], 2, "no such file or folder"),
        (["check", __file__], 2, "not a file that kg checks"),
        (["evidence", "--warnings", "--source", "gazette.txt"], 2, "--source is not for --warnings"),
        (["evidence", "<doc/gazette#line=0,1>"], 2, "no passage states anything there"),
        (["evidence", "t:hasAncestor", "--format", "markdown"], 2, "no passage states anything of it"),
        (["build", "--out", "/proc/nowhere/build"], 2, "/proc/nowhere"),
        (["publish", "--base", "nowhere"], 2, "IRI"),
        (["import", "cog", "missing.tgz"], 2, 'the import "cog" need "terms"'),
        (["import", "cogg", "missing.tgz"], 2, 'no such command "cogg"'),
        (["build", "--no-such-option"], 2, "--no-such-option"),
    ],
)
def test_a_wrong_call_has_one_clear_message_and_the_right_code(
    kg, arguments: list[str], code: int, message: str
) -> None:
    run = kg(*arguments)
    assert run.code == code, run.err
    assert message in run.err
    assert run.out == ""
    assert "Traceback" not in run.err


def test_a_folder_without_project_is_a_usage_error(kg, tmp_path: Path) -> None:
    assert kg("build", folder=tmp_path).code == 2
    run = kg("build", folder=tmp_path / "nowhere")
    assert run.code == 2
    assert "no such folder" in run.err


def test_no_build_says_to_build(kg) -> None:
    run = kg("query", "who-signed", "--build", "nowhere")
    assert run.code == 2
    assert "run kg build" in run.err


def test_a_thing_is_shown_with_where_each_statement_comes_from(kg) -> None:
    run = kg("show", "id:pact")
    assert run.out.startswith("id:pact  pacte de Grandville\n")
    assert "t:signatory id:league  ligue des Vallons    [doc/gazette, line 4; doc/gazette, line 5]" in run.out
    assert "[inferred: kg explain says why]" in run.out


def test_a_triple_is_explained_with_turtle_terms(kg) -> None:
    run = kg("explain", "id:pact", "a", "t:Act")
    assert "by cax-sco, from" in run.out
    run = kg("explain", "id:pact", "t:signedOn", '"2020-05-03"^^xsd:date')
    assert "line 3" in run.out
    assert json.loads(kg("explain", "id:pact", "a", "t:Act", "--format", "json").out)["rule"] == "cax-sco"


def test_evidence_prints_the_lines_to_those_who_have_the_text(kg, town: Project) -> None:
    text = str(town.root / "gazette.txt")
    run = kg("evidence", "id:pact", "t:hasAncestor", "id:oath", "--source", text)
    assert "    5: Il complète la charte des Vallons." in run.out
    assert "line 4" in kg("evidence", "id:league").out


def test_a_passage_as_it_is_shown_can_be_asked_for(kg) -> None:
    run = kg("--lang", "fr", "evidence", "<doc/gazette#line=3,4>")
    assert run.out.startswith("doc/gazette, l. 4\n")
    assert "ligue des Vallons" in run.out
    assert "t:signatory" in kg("explain", "id:pact", "t:signatory", "<id/league>").out


def test_a_file_that_is_not_of_the_project_is_checked_too(kg, tmp_path: Path) -> None:
    file = tmp_path / "torn.ttl"
    file.write_text("<http://e/a> <http://e/b")
    run = kg("check", str(file))
    assert run.code == 1
    assert f"{file}:1:" in run.out
    (tmp_path / "empty").mkdir()
    assert "nothing to check" in kg("check", str(tmp_path / "empty")).err


def test_another_text_is_not_taken_for_the_document(kg, town: Project, tmp_path: Path) -> None:
    other = tmp_path / "gazette.txt"
    other.write_text((town.root / "gazette.txt").read_text() + "\n")
    run = kg("evidence", "id:pact", "--source", str(other))
    assert run.code == 2
    assert "SHA-256" in run.err


def test_reasons_are_printed_on_stderr_and_in_json(project: Project, project_build: Build, kg) -> None:
    where = ["--build", str(project_build.folder)]
    run = kg("query", "epci-in-erbm-and-cte", *where, folder=project.root)
    assert run.code == 0
    assert run.out.endswith("0 rows\n")
    assert run.err.count("graph/deduced/erbm-signatories") >= 8
    data = json.loads(kg("query", "epci-in-erbm-and-cte", "--format", "json", *where, folder=project.root).out)
    assert [reason["id"] for reason in data["because"]] == ["epci-of-erbm", "epci-of-cte", "deductions-of-erbm-and-cte"]


def run_in_terminal(arguments: list[str], cwd: Path, **environment: str) -> str:
    parent, child = pty.openpty()
    command = [sys.executable, "-m", "kg", *arguments]
    process = subprocess.Popen(
        command, stdout=child, stderr=child, stdin=child, cwd=cwd, env={**os.environ, "TERM": "xterm", **environment}
    )
    os.close(child)
    written = b""
    while True:
        try:
            chunk = os.read(parent, 65536)
        except OSError:
            break
        if not chunk:
            break
        written += chunk
    process.wait()
    os.close(parent)
    return written.decode()


def test_progress_and_colours_are_for_terminals(town: Project, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    assert "inferring" in run_in_terminal(["build", "--out", out], town.root)
    assert "\x1b[31merror" in run_in_terminal(["query", "nothing"], town.root)
    assert "\x1b[31m" not in run_in_terminal(["query", "nothing"], town.root, NO_COLOR="1")
    piped = subprocess.run(
        [sys.executable, "-m", "kg", "build", "--out", out], cwd=town.root, capture_output=True, text=True
    )
    assert "inferring" not in piped.stderr
    assert "\x1b" not in piped.stderr


def test_a_reader_that_stops_reading_is_no_error(town: Project, town_build: Build) -> None:
    command = f'"{sys.executable}" -m kg query -e "SELECT * {{ ?s ?p ?o }}" --format tsv | head -1'
    done = subprocess.run(command, shell=True, cwd=town.root, capture_output=True, text=True)
    assert done.stderr == ""
    piped = f"set -o pipefail; {command}"
    assert subprocess.run(["bash", "-c", piped], cwd=town.root, capture_output=True).returncode == 0


_READS_INPUT = (["0", "0x0"], ["63", "0x0"])
"""read(2) of standard input, by its number for x86-64 and for AArch64."""


def test_an_interrupt_ends_with_130(town: Project) -> None:
    waiting = subprocess.Popen(
        [sys.executable, "-m", "kg", "query", "-"],
        cwd=town.root,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while Path(f"/proc/{waiting.pid}/syscall").read_text().split()[:2] not in _READS_INPUT:
        time.sleep(0.05)  # until it waits for a query on standard input
    waiting.send_signal(signal.SIGINT)
    _, err = waiting.communicate(timeout=30)
    assert waiting.returncode == 130
    assert err.strip() == "interrupted"
