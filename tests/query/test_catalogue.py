"""The heads of saved queries, each mistake named with its line."""

import shutil
from pathlib import Path

import pytest

from kg.errors import QueryError
from kg.project import Project
from kg.query.catalogue import Catalogue

WHO = "queries/competency/who-signed.rq"


@pytest.fixture
def copy(project_root: Path, tmp_path: Path) -> Project:
    shutil.copytree(project_root / "tests" / "fixture", tmp_path / "town")
    return Project.find(tmp_path / "town")


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
