from pathlib import Path

import pytest

from kg.errors import UsageError
from kg.project import Project


def project(tmp_path: Path, text: str) -> Project:
    (tmp_path / "kg.toml").write_text(text)
    return Project.find(tmp_path)


def test_the_nearest_settings_above_are_found(town: Project) -> None:
    assert Project.find(town.root / "instances" / "passages").root == town.root


def test_a_passage_is_the_fragment_of_its_line(town: Project) -> None:
    document = town.evidence.documents[0]
    assert document.passage(3) == "https://example.org/town/doc/gazette#line=2,3"
    assert document.line(document.passage(3)) == 3
    assert document.line("https://example.org/town/doc/gazette#line=2,4") is None
    assert document.line("https://example.org/town/doc/gazette#line=5,6") is None
    assert document.line("https://example.org/town/doc/other#line=2,3") is None


def test_names_expand_and_compact(town: Project) -> None:
    for name in ("id:pact", "<https://example.org/town/id/pact>", "https://example.org/town/id/pact"):
        assert town.expand(name) == "https://example.org/town/id/pact"
    assert town.compact("https://example.org/town/id/pact") == "id:pact"
    assert town.compact("https://example.org/town/id/a/b") == "<https://example.org/town/id/a/b>"


def test_graphs_are_named_by_path(town: Project) -> None:
    assert (
        town.graph_of(town.root / "instances/reference/places.ttl") == "https://example.org/town/graph/reference/places"
    )
    assert town.graph_of(town.root / "ontology/town.ttl") == "https://example.org/town/graph/ontology/town"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", '"base"'),
        ('base = "nowhere"', '"base"'),
        ('base = "https://e/"\nbsae = 1', 'unknown setting "bsae". Did you mean base'),
        ('base = "https://e/"\nas-of = "2019"', '"as-of" must be a date'),
        ('base = "https://e/"\n[prefixes]\nx = "y"', 'the prefix "x"'),
        ('base = "https://e/"\n[[evidence.documents]]\niri = "d"', "missing"),
        ("base = ", "not valid TOML"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message.replace("[", r"\[")) as caught:
        project(tmp_path, text)
    assert str(caught.value.file).endswith("kg.toml")
