"""The head of a picture says its kind and its headings; what it lacks is told with its line."""

import pytest

from kg.errors import QueryError
from kg.project import Project
from kg.query.catalogue import Catalogue
from kg.query.lint import lint_query
from kg.query.pictures import KINDS, missing, steps

HEAD = """#+ id: boats
#+ picture: timeline
#+ title@fr: Les bateaux
#+ title@en: Boats
#+ lead@fr: Quand ils ont navigué.
#+ lead@en: When they sailed.
#+ heading@fr: thing bateau
#+ heading@en: thing boat
#+ heading@fr: earliest depuis le
#+ heading@en: earliest since
#+ heading@fr: latest jusqu'au
#+ heading@en: latest until
#+ returns: thing, earliest, latest
"""
QUERY = "SELECT ?thing ?earliest ?latest { ?thing ?earliest ?latest } ORDER BY ?thing ?earliest ?latest\n"


def catalogue_with(boats: Project, text: str, name: str = "boats", folder: str = "pictures") -> Catalogue:
    (boats.queries / folder).mkdir(exist_ok=True)
    (boats.queries / folder / f"{name}.rq").write_text(text, encoding="utf-8")
    return Catalogue.of(boats)


def test_a_picture_has_a_kind_what_it_shows_and_headings(boats: Project) -> None:
    catalogue = catalogue_with(boats, HEAD + QUERY)
    [query] = catalogue.pictures
    assert (query.name, query.folder, query.picture) == ("boats", "pictures", "timeline")
    assert query.leads == {"fr": "Quand ils ont navigué.", "en": "When they sailed."}
    assert query.headings["en"] == {"thing": "boat", "earliest": "since", "latest": "until"}
    assert query in catalogue.questions
    assert lint_query(query) == []


def test_a_project_without_pictures_has_none(catalogue: Catalogue) -> None:
    assert catalogue.pictures == []


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("#+ picture: timeline\n", "", 1, "the head must say #+ picture: map, timeline, matrix, flows, tree"),
        ("picture: timeline", "picture: timelime", 2, "Did you mean timeline?"),
        ("#+ lead@en: When they sailed.\n", "", 1, "the head has no #+ lead@en:"),
        ("thing boat", "thing", 8, "a heading must be #+ heading@language: name words"),
        ("#+ heading@en: earliest since", "#+ heading@en: thing ship", 10, '"heading" is given twice'),
        ("heading@en: thing", "heading: thing", 8, 'the key must be "heading@fr"'),
    ],
)
def test_a_mistake_in_the_head_of_a_picture_is_an_error(
    boats: Project, old: str, new: str, line: int, message: str
) -> None:
    assert old in HEAD
    with pytest.raises(QueryError) as caught:
        _ = catalogue_with(boats, HEAD.replace(old, new, 1) + QUERY).pictures
    assert message in caught.value.message
    assert (caught.value.file, caught.value.line) == ("queries/pictures/boats.rq", line)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("latest", "last", 13, "a picture of the kind timeline needs the column ?latest"),
        ("picture: timeline", "picture: flows", 13, "a picture of the kind flows needs the column ?step2"),
        ("#+ heading@en: latest until\n", "", 7, "heading@en: latest is missing"),
        ("SELECT ?thing ?earliest ?latest {", "ASK {", 1, "the query of a picture must be a SELECT"),
        (" ORDER BY ?thing ?earliest ?latest", "", 14, "no ORDER BY"),
        ("{ ?thing ?earliest", "{ VALUES ?thing { 1 } ?thing ?earliest", 0, ""),
    ],
)
def test_what_cannot_be_drawn_is_a_fault(boats: Project, old: str, new: str, line: int, message: str) -> None:
    text = HEAD + QUERY
    assert old in text
    [query] = catalogue_with(boats, text.replace(old, new)).pictures
    faults = lint_query(query)
    assert (faults == []) if not message else any(at == line and message in said for at, said in faults), faults


def test_a_picture_has_no_parameter_and_no_name_of_another_page(boats: Project) -> None:
    text = HEAD.replace("id: boats", "id: search") + "#+ param: thing iri\n"
    text += QUERY.replace("{ ?thing", "{ VALUES ?thing { <https://example.org/a> } ?thing")
    [query] = catalogue_with(boats, text, name="search").pictures
    said = " ".join(message for _, message in lint_query(query))
    assert 'a picture may not be named "search"' in said
    assert "has no parameter" in said


def test_only_a_picture_has_the_keys_of_one(boats: Project) -> None:
    catalogue = catalogue_with(boats, HEAD + QUERY, folder="competency")
    with pytest.raises(QueryError, match='only a query of pictures/ has the key "picture"'):
        catalogue.find("boats")


def test_the_columns_of_each_kind_are_enough_for_it() -> None:
    for name, kind in KINDS.items():
        columns = [*kind.needs, "step1", "step2", "other"]
        assert missing(name, columns) == []
        assert missing(name, columns[1:]) == [columns[0]]
    assert steps(["step2", "amount", "step1", "steps", "step10"]) == ["step1", "step2"]
