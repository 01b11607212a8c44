"""kg validate as a user and a CI meet it."""

import contextlib
import http.server
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.validation.report import FORMATS

from .conftest import git

SECOND = "instances/reference/second.ttl"
SHAPES = """@prefix sh: <http://www.w3.org/ns/shacl#> .
<#S> a sh:NodeShape ; sh:targetSubjectsOf <http://e/p> ; sh:property [ sh:path <http://e/p> ; sh:nodeKind sh:IRI ] .
"""


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_names_the_file_and_fails(kg, wrong: Path, form: str) -> None:
    run = kg(wrong, "validate", "--format", form)
    assert run.code == 1
    assert SECOND in run.out.replace("\\_", "_")
    assert run.err == ""


def test_what_makes_it_fail_is_a_choice(kg, repository: Path) -> None:
    """The derived shape asks for two acts: a warning once the pact amends none."""
    file = repository / "instances" / "passages" / "gazette.trig"
    file.write_text(file.read_text().replace("        t:amends id:charter ;\n", ""))
    assert kg(repository, "validate").code == 0
    assert kg(repository, "validate", "--fail-on", "warning").code == 1
    assert "warning" in kg(repository, "validate", "--format", "github").out


def test_a_baseline_makes_known_findings_no_fault(kg, wrong: Path) -> None:
    for form in ("json", "sarif"):
        assert kg(wrong, "validate", "--format", form, "--output", "known").code == 1
        run = kg(wrong, "validate", "--baseline", "known")
        assert run.code == 0
        assert "1 already known" in run.out
    (wrong / SECOND).rename(wrong / "instances" / "reference" / "moved.ttl")
    assert kg(wrong, "validate", "--baseline", "known").code == 0
    (wrong / "instances" / "reference" / "third.ttl").write_text(
        "<https://example.org/town/id/third> a <https://example.org/town/def#Pact> .\n"
    )
    run = kg(wrong, "validate", "--baseline", "known", "--format", "github")
    assert run.code == 1
    assert "third.ttl" in run.out
    assert "moved.ttl" not in run.out


def test_only_findings_of_changed_files_are_told(kg, wrong: Path) -> None:
    assert kg(wrong, "validate", "--changed-since", "HEAD").code == 1
    git(wrong, "add", ".")
    git(wrong, "commit", "--quiet", "-m", "Second")
    assert kg(wrong, "validate", "--changed-since", "HEAD").code == 0
    assert kg(wrong, "validate", "--changed-since", "HEAD~1").code == 1
    assert kg(wrong, "validate", "--changed-since", "HEAD~1", "--fail-on", "info").code == 1
    inner = wrong / "instances"
    assert kg(inner, "validate", "--changed-since", "HEAD~1").code == 1


def test_findings_of_a_changed_shape_are_told_wherever_they_are(kg, wrong: Path) -> None:
    git(wrong, "add", ".")
    git(wrong, "commit", "--quiet", "-m", "Second")
    assert kg(wrong, "validate", "--changed-since", "HEAD").code == 0
    for shapes in (wrong / "shapes").glob("*.ttl"):
        shapes.write_text(shapes.read_text(encoding="utf-8") + "\n# Changed.\n", encoding="utf-8")
    assert kg(wrong, "validate", "--changed-since", "HEAD").code == 1


def test_the_worst_come_first_and_the_others_are_counted(kg, tmp_path: Path) -> None:
    (tmp_path / "s.ttl").write_text(SHAPES)
    (tmp_path / "d.ttl").write_text("".join(f'<http://e/{n}> <http://e/p> "x" .\n' for n in range(5)))
    run = kg(tmp_path, "validate", "d.ttl", "--shapes", "s.ttl", "--max-findings", "2", "--format", "json")
    data = json.loads(run.out)
    assert (run.code, len(data["findings"]), data["leftOut"]) == (1, 2, 3)
    run = kg(tmp_path, "validate", "d.ttl", "--shapes", "s.ttl", "--max-findings", "0")
    assert (run.code, run.out) == (1, "5 more, not shown.\n")


def test_output_is_whole_or_as_it_was(kg, wrong: Path) -> None:
    (wrong / "report").write_text("old")
    torn = wrong / "instances" / "torn.ttl"
    torn.write_text("<http://e/a> <http://e/b")
    assert kg(wrong, "validate", "--output", "report").code == 1
    assert (wrong / "report").read_text() == "old"
    torn.unlink()
    run = kg(wrong, "validate", "--output", "report")
    assert (run.code, run.out) == (1, "")
    assert SECOND in (wrong / "report").read_text()
    (wrong / "link").symlink_to("report")
    kg(wrong, "validate", "--output", "link", "--format", "json")
    assert (wrong / "link").is_symlink()
    assert json.loads((wrong / "report").read_text())["conforms"] is False
    assert [path.name for path in wrong.iterdir() if path.name.startswith(".report")] == []


def test_a_device_is_written_as_it_is(kg, wrong: Path) -> None:
    assert kg(wrong, "validate", "--output", os.devnull).code == 1
    assert Path(os.devnull).is_char_device()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--format", "pdf"], "'pdf' is not one of"),
        (["--fail-on", "error"], "'error' is not one of"),
        (["--max-findings", "-1"], "-1 is not in the range"),
        (["--output", "nowhere/report"], "cannot write nowhere/report: No such file or directory"),
        (["--output", "instances"], "cannot write instances: it is a folder"),
        (["--baseline", "nowhere.json"], "nowhere.json: cannot read the baseline: No such file"),
        (["--baseline", "gazette.txt"], "gazette.txt:1: the baseline is not JSON"),
        (["--baseline", "list.json"], "list.json: the baseline is no report of kg validate"),
        (["--baseline", "other.sarif"], "other.sarif: the baseline is no report of kg validate"),
        (["--changed-since", "no-such"], 'no revision "no-such" in the repository'),
        (["--changed-since", "--output=x"], 'no revision "--output=x" in the repository'),
        (["--changed-since", ""], 'no revision "" in the repository'),
        (["https://example.org/data.ttl"], "https://example.org/data.ttl is not fetched without --allow-remote"),
        (["--shapes", "http://example.org/s.ttl"], "http://example.org/s.ttl is not fetched without"),
        (["ftp://example.org/data.ttl", "--allow-remote"], "only http and https are fetched"),
        (["file:///etc/passwd", "--allow-remote"], "only http and https are fetched"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(kg, wrong: Path, arguments: list[str], message: str) -> None:
    (wrong / "list.json").write_text('[{"x": 1}]')
    (wrong / "other.sarif").write_text('{"runs": [{"results": [{"ruleId": "x"}]}]}')
    run = kg(wrong, "validate", *arguments)
    assert (run.code, run.out) == (2, "")
    assert message in run.err
    assert "Traceback" not in run.err


def test_changes_need_a_repository(kg, tmp_path: Path) -> None:
    (tmp_path / "s.ttl").write_text(SHAPES)
    run = kg(tmp_path, "validate", "s.ttl", "--shapes", "s.ttl", "--changed-since", "HEAD")
    assert run.code == 2
    assert "not in a git repository" in run.err


def test_any_folder_is_validated_without_settings(kg, tmp_path: Path) -> None:
    for name in ("data/deep", "shapes"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "data" / "deep" / "a.ttl").write_text('<http://e/a> <http://e/p> "x" .\n')
    (tmp_path / "data" / "b.nt").write_text("<http://e/b> <http://e/p> <http://e/a> .\n")
    (tmp_path / "shapes" / "s.ttl").write_text(SHAPES)
    run = kg(tmp_path, "validate", "data/", "--shapes", "shapes/", "--format", "json")
    assert run.code == 1
    (finding,) = json.loads(run.out)["findings"]
    assert (finding["file"], finding["shapeFile"]) == ("data/deep/a.ttl", "shapes/s.ttl")


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(folder))

        def guess_type(self, path: str) -> str:
            return "text/turtle" if path.endswith(".ttl") else "text/html"

        def log_message(self, *arguments: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_what_is_a_url_is_fetched_when_it_is_allowed(kg, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "s.ttl").write_text(SHAPES)
    (tmp_path / "site" / "d.ttl").write_text('<#a> <http://e/p> "x" .\n')
    (tmp_path / "site" / "page.html").write_text("<p>no</p>")
    with served(tmp_path / "site") as address:
        run = kg(
            tmp_path, "validate", f"{address}/d.ttl", "--shapes", "s.ttl", "--allow-remote", "--format", "json"
        )  # fmt: skip
        assert run.code == 1
        (finding,) = json.loads(run.out)["findings"]
        assert finding["file"] == f"{address}/d.ttl"
        assert finding["focus"]["value"] == f"{address}/d.ttl#a"
        run = kg(tmp_path, "validate", f"{address}/none.ttl", "--shapes", "s.ttl", "--allow-remote")
        assert run.code == 3
        run = kg(tmp_path, "validate", f"{address}/page.html", "--shapes", "s.ttl", "--allow-remote")
        assert (run.code, "not an RDF file" in run.err) == (2, True)
