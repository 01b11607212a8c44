"""``kg evidence --warnings``: each warning with its passages and what explains it."""

import json

from kg.graph.build import Build
from kg.lookup.warnings import explain_warnings, render
from kg.project import Project

COMMENT = 's:PactShape-witness rdfs:comment "Nothing says who saw it."@en , "Rien ne dit qui l\'a vu."@fr .'
ON_FOCUS = 'id:pact t:explanation "The line is torn."@en .'
BETWEEN = 'id:torn t:between id:pact ; t:explanation "Two copies differ."@en .'


def explanations(built: tuple[Project, Build], language: str = "en") -> list[str | None]:
    project, build = built
    return [warned.explanation for warned in explain_warnings(build, project=project, language=language)]


def test_a_warning_says_what_is_asked_and_where_its_focus_is_stated(noted) -> None:
    project, build = noted()
    [warned] = explain_warnings(build, project=project, language="en")
    assert warned.shape == "s:PactShape-witness"
    assert warned.message == "A pact has a witness."
    assert warned.focus == "pacte de Grandville (id:pact)"
    assert warned.passages == tuple(f"doc/gazette, line {n}" for n in (3, 4, 5))
    assert warned.explanation is None
    assert "Warnings: 1. Unexplained: 1." in render([warned], form="text", language="en")
    assert "Avertissements\xa0: 1. Inexpliqués\xa0: 1." in render([warned], form="text", language="fr")


def test_the_nearest_explanation_is_taken(noted) -> None:
    assert explanations(noted("", COMMENT)) == ["Nothing says who saw it."]
    assert explanations(noted("", COMMENT), "fr") == ["Rien ne dit qui l'a vu."]
    assert explanations(noted(BETWEEN, COMMENT)) == ["Nothing says who saw it."]
    assert explanations(noted(BETWEEN)) == ["Two copies differ."]
    assert explanations(noted(BETWEEN + ON_FOCUS, COMMENT)) == ["The line is torn."]
    assert explanations(noted(ON_FOCUS), "fr") == [None]


def test_the_forms_hold_the_same(noted) -> None:
    project, build = noted(ON_FOCUS)
    found = explain_warnings(build, project=project, language="en")
    [read] = json.loads(render(found, form="json", language="en"))
    markdown = render(found, form="markdown", language="en")
    assert read["explanation"] == "The line is torn."
    assert (
        "## s:PactShape-witness\n\nWhat should hold: A pact has a witness.\n\n"
        "- pacte de Grandville (id:pact) (doc/gazette, line 3;" in markdown
    )
    assert "The line is torn.\n" in markdown


def test_every_warning_of_the_graph_is_explained_and_the_document_is_up_to_date(
    project: Project, project_build: Build
) -> None:
    for language in project.languages:
        found = explain_warnings(project_build, project=project, language=language)
        assert [warned.focus for warned in found if warned.explanation is None] == []
    written = project.root / "docs" / "source-warnings.md"
    english = explain_warnings(project_build, project=project, language="en")
    assert render(english, form="markdown", language="en") == written.read_text(encoding="utf-8")
