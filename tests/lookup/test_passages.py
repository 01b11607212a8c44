"""``kg evidence --all``: what each passage states, in sentences."""

import json
from pathlib import Path

import pytest

from kg.graph.build import Build
from kg.lookup.passages import read_passages, render
from kg.lookup.speaker import number
from kg.project import Project


@pytest.fixture(scope="module")
def built(noted) -> tuple[Project, Build]:
    return noted()


def test_each_passage_says_its_facts_in_the_order_of_the_lines(built: tuple[Project, Build]) -> None:
    project, build = built
    said = list(read_passages(build, project=project, language="fr"))
    assert [(p.document, p.line) for p in said] == [("https://example.org/town/doc/gazette", n) for n in (3, 4, 5)]
    [sentence] = said[0].sentences
    assert sentence.startswith("pacte de Grandville : est de la classe pacte ; ")
    assert "2020-05-03" in sentence
    assert sentence.endswith(".")
    [english] = next(iter(read_passages(build, project=project, language="en"))).sentences
    assert english.startswith("pacte de Grandville: is of class pact ; ")


def test_values_of_one_property_are_said_together(built: tuple[Project, Build]) -> None:
    project, build = built
    [_, signed, _] = read_passages(build, project=project, language="fr")
    assert len(signed.sentences) == 1
    assert ", " in signed.sentences[0]


def test_the_lines_are_shown_to_those_who_have_the_text(built: tuple[Project, Build]) -> None:
    project, build = built
    source = project.root / "gazette.txt"
    said = read_passages(build, project=project, language="fr", source=source)
    text = render(said, form="markdown", project=project, language="fr")
    assert "## doc/gazette\n\n### l. 3\n\n> Le pacte de Grandville est signé le 3 mai 2020.\n\n- pacte" in text


def test_the_passages_of_one_resource(built: tuple[Project, Build]) -> None:
    project, build = built
    league = f"<{project.expand('id:league')}>"
    said = read_passages(build, project=project, language="fr", about=league[1:-1])
    assert [passage.line for passage in said] == [4, 5]


def test_the_forms_hold_the_same(built: tuple[Project, Build]) -> None:
    project, build = built
    found = json.loads(
        render(read_passages(build, project=project, language="en"), form="json", project=project, language="en")
    )
    assert [passage["line"] for passage in found] == [3, 4, 5]
    text = render(read_passages(build, project=project, language="en"), form="text", project=project, language="en")
    for passage in found:
        assert f"doc/gazette, line {passage['line']}\n" in text
        assert all(f"  {sentence}\n" in text for sentence in passage["sentences"])


@pytest.mark.parametrize(
    ("lexical", "french", "english"),
    [
        ("1200000.0", "1\u202f200\u202f000", "1,200,000"),
        ("3186368.61", "3\u202f186\u202f368,61", "3,186,368.61"),
        ("-1.6", "-1,6", "-1.6"),
        ("100", "100", "100"),
        ("0.80", "0,8", "0.8"),
    ],
)
def test_numbers_are_written_as_the_language_does(lexical: str, french: str, english: str) -> None:
    assert number(lexical, "fr") == french
    assert number(lexical, "en") == english


@pytest.mark.source
def test_every_passage_of_the_magazine_is_said(project: Project, project_build: Build, source_text: Path) -> None:
    said = list(read_passages(project_build, project=project, language="fr", source=source_text))
    assert len(said) > 700
    assert all(passage.sentences and passage.text for passage in said)
    assert not [s for p in said for s in p.sentences if "https://" in s]
