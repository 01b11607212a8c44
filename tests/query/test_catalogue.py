"""The heads of saved queries, each mistake named with its line."""

import shutil
from pathlib import Path

import pytest

from kg.errors import QueryError
from kg.project import Project
from kg.query.catalogue import Catalogue, read_query

WHO = "queries/competency/who-signed.rq"


def test_a_query_says_what_it_asks_in_each_language(town: Project) -> None:
    query = Catalogue.of(town).find("who-signed")
    assert (query.title("fr"), query.title("en")) == ("Qui a signé le pacte ?", "Who signed the pact?")
    assert [(p.name, p.type, p.optional) for p in query.params] == [("asOf", "xsd:date", False)]
    assert query.returns == ("party", "name")


def test_an_unknown_name_suggests_the_nearest(town: Project) -> None:
    with pytest.raises(QueryError, match="Did you mean who-signed"):
        Catalogue.of(town).find("who-sign")


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("#+ id: who-signed", "#+ id: who-signs", 1, "the id must be the name of the file"),
        ("#+ id: who-signed\n", "", 1, "no #+ id"),
        ("#+ title@en", "#+ titel@en", 3, "Did you mean title"),
        ("#+ title@en: Who signed the pact?\n", "", 1, "title@en"),
        ("#+ param: asOf xsd:date", "#+ param: asOf xsd:dat", 4, "Did you mean xsd:date"),
        ("#+ param: asOf xsd:date", "#+ param: when xsd:date", 4, "stands in no block"),
        ("#+ returns: party, name\n", "", 1, "returns"),
        ("#+ returns: party, name", "#+ returns: party, name\n#+ because: who-sign", 6, "Did you mean who-signed"),
        ("#+ title@en: Who signed the pact?", "#+ title@en:", 3, "no value"),
    ],
)
def test_a_mistake_in_a_head_is_named_with_its_line(copy: Project, old: str, new: str, line: int, message: str) -> None:
    path = copy.root / WHO
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(QueryError) as caught:
        Catalogue.of(copy).find("who-signed")
    assert message in caught.value.message
    assert (caught.value.file, caught.value.line) == (WHO, line)


def test_two_queries_of_one_name_are_an_error(copy: Project) -> None:
    shutil.copy(copy.root / WHO, copy.root / "queries" / "checks")
    with pytest.raises(QueryError, match="another query has this name"):
        Catalogue.of(copy)


def test_each_folder_has_its_queries_with_what_their_heads_say(catalogue: Catalogue) -> None:
    assert {query.name: query.folder for query in catalogue} == {
        "boats-signed": "competency",
        "kinds-of-boats": "competency",
        "unlabelled": "checks",
        "every-date": "pages",
        "owned": "rules",
    }
    query = catalogue.find("boats-signed")
    assert [(p.name, p.type, p.optional) for p in query.params] == [("asOf", "xsd:date", False), ("kind", "iri", True)]
    assert [reason.name for reason in catalogue.reasons(query)] == ["every-date", "kinds-of-boats"]
    assert catalogue.find("unlabelled").messages == {"fr": "Un bateau a un nom.", "en": "A boat has a label."}


def test_a_title_of_another_language_is_better_than_none(catalogue: Catalogue) -> None:
    query = catalogue.find("kinds-of-boats")
    assert query.title("de") == query.title() == "Combien de bateaux de chaque genre ?"


def test_binding_changes_the_blocks_of_the_query_and_nothing_else(catalogue: Catalogue) -> None:
    query = catalogue.find("boats-signed")
    bound = query.bound({"kind": "<https://example.org/sail>", "unknown": '"x"'})
    assert bound == query.text.replace("UNDEF", "<https://example.org/sail>")
    assert query.bound({}) == query.text


def test_a_file_from_elsewhere_may_have_no_head_or_a_part_of_one(catalogue: Catalogue, tmp_path: Path) -> None:
    path = tmp_path / "boats-signed.rq"
    path.write_text("#+ param: n xsd:integer\nSELECT ?s { VALUES ?n { 1 } ?s ?p ?n }")
    query = read_query(path, catalogue=catalogue)
    assert (query.folder, query.id, query.title("fr")) == ("", "boats-signed", "boats-signed")
    assert [parameter.name for parameter in query.params] == ["n"]


@pytest.mark.parametrize(
    ("data", "line", "message"),
    [
        (b"#+ nothing of the sort\nASK {}", 1, "a head line must be #+ key: value"),
        (b"#+ title: x\nASK {}", 1, 'the key must be "title@fr"'),
        (b"#+ id@fr: mine\nASK {}", 1, 'the key must be "id"'),
        (b"#+ returns: a\n#+ returns: b\nASK {}", 2, '"returns" is given twice'),
        (b"#+ param: n\nASK {}", 1, "a parameter must be #+ param: name type"),
        (b"ASK {}\n# \xff", 2, "not UTF-8"),
    ],
)
def test_a_mistake_in_a_file_from_elsewhere_is_named_with_its_line(
    catalogue: Catalogue, tmp_path: Path, data: bytes, line: int, message: str
) -> None:
    path = tmp_path / "mine.rq"
    path.write_bytes(data)
    with pytest.raises(QueryError) as caught:
        read_query(path, catalogue=catalogue)
    assert message in caught.value.message
    assert (caught.value.file, caught.value.line) == ("mine.rq", line)


def test_a_file_that_is_not_there_is_named(catalogue: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match=r"cannot read the query mine\.rq: No such file"):
        read_query(tmp_path / "mine.rq", catalogue=catalogue)
