"""What columns are called: by the project, and by a query before it."""

from pathlib import Path

import pytest

from kg.errors import QueryError
from kg.project import Project
from kg.query.catalogue import Catalogue
from kg.query.headings import FILE, heading, read_headings


def project_with(columns: str, root: Path) -> Project:
    (root / "queries" / "competency").mkdir(parents=True)
    (root / "kg.toml").write_text('base = "https://example.org/"\n', encoding="utf-8")
    (root / "queries" / FILE).write_text(columns, encoding="utf-8")
    head = "#+ id: q\n#+ title@fr: Quoi\n#+ title@en: What\n#+ heading@fr: b ici\n#+ returns: a, b, c\n"
    (root / "queries" / "competency" / "q.rq").write_text(f"{head}SELECT ?a ?b ?c {{ }} ORDER BY ?a", encoding="utf-8")
    return Project.find(root)


def test_a_query_goes_before_the_project_and_a_name_is_what_is_left(tmp_path: Path) -> None:
    project = project_with('a = { fr = "premier" }\nb = { fr = "là", en = "there" }\n', tmp_path)
    query, known = Catalogue.of(project).find("q"), read_headings(project)
    assert [heading(name, query, known, language="fr") for name in "abc"] == ["premier", "ici", "c"]
    assert [heading(name, query, known, language="en") for name in "abc"] == ["a", "there", "c"]


@pytest.mark.parametrize(
    ("columns", "says"), [("a = ", "not TOML"), ('a = "x"', "a: a column is called"), ("a = { fr = 3 }", "a: ")]
)
def test_a_wrong_file_is_told(columns: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=says) as caught:
        read_headings(project_with(columns, tmp_path))
    assert caught.value.file == f"queries/{FILE}"


def test_every_column_of_every_question_is_called_something_in_both_languages(project: Project) -> None:
    known = read_headings(project)
    for query in Catalogue.of(project).questions:
        for language in ("fr", "en"):
            for name in query.returns:
                said = query.headings.get(language, {}).get(name) or known.get(name, {}).get(language)
                assert said, (query.name, name, language)
