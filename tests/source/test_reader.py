from pathlib import Path

import pytest

from kg.errors import SourceError, UsageError
from kg.project import Project
from kg.source.evidence import fold, read_document
from kg.source.reader import read


def written(town: Project, name: str, text: str) -> Path:
    path = town.root / "instances" / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def here(tmp_path: Path) -> Project:
    (tmp_path / "instances").mkdir()
    (tmp_path / "kg.toml").write_text('base = "https://example.org/"\n[prefixes]\nex = "https://example.org/ns#"\n')
    return Project.find(tmp_path)


def test_a_turtle_file_belongs_to_the_graph_of_its_path(here: Project) -> None:
    path = written(here, "a.ttl", "<http://e/s> <http://e/p> 1 .")
    one = '"1"^^<http://www.w3.org/2001/XMLSchema#integer>'
    assert list(read(path, project=here)) == [("<https://example.org/graph/a>", "<http://e/s>", "<http://e/p>", one)]


def test_a_trig_file_names_its_graphs_and_its_default_graph_is_the_empty_token(here: Project) -> None:
    path = written(here, "a.trig", "<http://e/s> <http://e/p> 1 . <http://e/g> { <http://e/s> <http://e/p> 2 }")
    assert [quad[0] for quad in read(path, project=here)] == ["", "<http://e/g>"]


def test_equal_terms_are_one_token_and_different_forms_are_two(here: Project) -> None:
    path = written(here, "a.ttl", r'<http://e/s> <http://e/p> "é", "\u00E9", 01, 1 .')
    assert len({quad[3] for quad in read(path, project=here)}) == 3


def test_blank_nodes_are_scoped_to_their_file_and_numbered_in_order(here: Project) -> None:
    one = list(read(written(here, "a.ttl", "[] <http://e/p> [] ."), project=here))
    again = list(read(written(here, "a.ttl", "[] <http://e/p> [] ."), project=here))
    other = list(read(written(here, "b.ttl", "[] <http://e/p> [] ."), project=here))
    assert one == again
    assert not {one[0][1], one[0][3]} & {other[0][1], other[0][3]}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.nt", "<http://e/s> <http://e/p> <http://e/o> .\n"),
        ("a.nq", "<http://e/s> <http://e/p> <http://e/o> <http://e/g> .\n"),
        ("a.jsonld", '{"@id": "http://e/s", "http://e/p": {"@id": "http://e/o"}}'),
        (
            "a.rdf",
            '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
            '<r:Description r:about="http://e/s"><e:p r:resource="http://e/o"/></r:Description></r:RDF>',
        ),
    ],
)
def test_every_format_is_read(here: Project, name: str, text: str) -> None:
    assert [quad[1:] for quad in read(written(here, name, text), project=here)] == [
        ("<http://e/s>", "<http://e/p>", "<http://e/o>")
    ]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("<http://e/s> <http://e/p> .\n", 1, "not a valid RDF object"),
        ("\n\n<http://e/s> ex:p 1 .\n", 3, "Add: @prefix ex: <https://example.org/ns#> ."),
        ("\n<http://e/s> exx:p 1 .\n", 2, "Did you mean ex?"),
        ("\n<s> <http://e/p> 1 .\n", 2, "relative IRI"),
    ],
)
def test_a_syntax_error_names_file_and_line(here: Project, text: str, line: int, message: str) -> None:
    with pytest.raises(SourceError, match=message.replace("?", r"\?")) as caught:
        list(read(written(here, "a.ttl", text), project=here))
    assert (caught.value.file, caught.value.line) == ("instances/a.ttl", line)


def test_an_unknown_suffix_and_a_missing_file_are_usage_errors(here: Project) -> None:
    with pytest.raises(UsageError, match="not an RDF file"):
        list(read(written(here, "a.txt", ""), project=here))
    with pytest.raises(UsageError, match="cannot read"):
        list(read(here.root / "missing.ttl", project=here))


def test_a_document_is_read_only_when_it_is_the_one_of_the_settings(town: Project, tmp_path: Path) -> None:
    document = town.evidence.documents[0]
    lines = read_document(town.root / "gazette.txt", document=document)
    assert lines[2].startswith("Le pacte")
    other = tmp_path / "other.txt"
    other.write_text("…")
    with pytest.raises(UsageError, match="SHA-256"):
        read_document(other, document=document)


def test_folding_makes_accents_case_and_punctuation_equal() -> None:
    assert fold("Cœur  d'Ostrevent") == fold("COEUR D’OSTREVENT")
    assert fold("État") == "etat"
