"""``kg evidence --coverage``: which lines carry something that nothing states."""

import json
from pathlib import Path

import pytest

from kg.errors import UsageError
from kg.graph.build import Build
from kg.lookup.coverage import cover, render
from kg.project import Project


def test_a_line_is_cited_or_has_a_reason_or_is_uncovered(noted) -> None:
    project, build = noted()
    report = cover(build, source=project.root / "gazette.txt", project=project, language="en")
    assert report.lines == 6
    assert set(report.carrying) == {3, 4, 5}
    assert report.carrying[3] == ("3", "2020", "pacte de grandville")
    assert report.cited == {3, 4, 5}
    assert report.reasons == {1: "heading", 2: "heading"}
    assert report.uncovered == report.needless == ()


def test_a_reason_beside_a_statement_is_needless(noted) -> None:
    note = "<https://example.org/town/doc/gazette#line=2,5> t:noStatement id:heading ."
    project, build = noted(note)
    report = cover(build, source=project.root / "gazette.txt", project=project, language="fr")
    assert report.needless == (3, 4, 5)
    assert "  3-5\n" in render(report, form="text", project=project, language="en")


def test_an_uncovered_line_is_named_without_its_text(noted) -> None:
    project, build = noted(settings=COVERAGE_OF_WORDS)
    report = cover(build, source=project.root / "gazette.txt", project=project, language="en")
    assert report.uncovered == ()
    assert report.carrying[1] == ("gazette",)
    project, build = noted("", "", COVERAGE_OF_WORDS.replace("noStatement", "otherReason"))
    report = cover(build, source=project.root / "gazette.txt", project=project, language="en")
    assert report.uncovered == (1,)
    text = render(report, form="markdown", project=project, language="en")
    assert "- 1: gazette\n" in text
    assert "La gazette" not in text
    found = json.loads(render(report, form="json", project=project, language="en"))
    assert found["uncovered"] == {"1": ["gazette"]}
    assert found["counts"]["uncovered"] == 1


COVERAGE_OF_WORDS = """
[evidence.coverage]
figures = 'gazette'
named = []
reason = "t:noStatement"
"""


def test_settings_and_text_are_needed(noted, tmp_path: Path) -> None:
    project, build = noted(settings="")
    with pytest.raises(UsageError, match="do not say what a line may carry"):
        cover(build, source=project.root / "gazette.txt", project=project, language="en")
    project, build = noted()
    other = tmp_path / "gazette.txt"
    other.write_text("another text", encoding="utf-8")
    with pytest.raises(UsageError, match="is not the text of"):
        cover(build, source=other, project=project, language="en")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("[evidence.coverage]\nfigures = '('\nnamed = []\nreason = 't:r'\n", "no regular expression"),
        ("[evidence.coverage]\nnamed = []\nreason = 't:r'\n", "missing 'figures'"),
        ("[evidence.coverage]\nfigurs = ''\n", 'unknown setting "figurs". Did you mean figures?'),
    ],
)
def test_wrong_settings_are_told(tmp_path: Path, settings: str, said: str) -> None:
    file = tmp_path / "kg.toml"
    file.write_text(f'base = "https://example.org/"\n{settings}', encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        Project.load(file)
    assert said in str(caught.value)


@pytest.mark.source
def test_no_line_of_the_magazine_is_uncovered_and_the_document_is_up_to_date(
    project: Project, project_build: Build, source_text: Path
) -> None:
    report = cover(project_build, source=source_text, project=project, language="en")
    assert report.uncovered == report.needless == ()
    written = project.root / "docs" / "source-coverage.md"
    assert render(report, form="markdown", project=project, language="en") == written.read_text(encoding="utf-8")
