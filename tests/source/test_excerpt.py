from pathlib import Path

import pytest

from kg.source.excerpt import Excerpts, Span, Text


def test_a_span_counts_characters_from_one_and_gives_them_back() -> None:
    text = Text("é𝄞\nab\n")
    assert text.span(1, 2) == Span(1, 2, 1, 3)
    assert text.span(3, 5) == Span(2, 1, 2, 3)
    assert text.slice(text.span(1, 5)) == "𝄞\nab"


@pytest.mark.parametrize(
    ("content", "span", "shown"),
    [
        ("a b c\n", Span(1, 3, 1, 4), "    1 | a b c\n      |   ^"),
        ("\tab cd\n", Span(1, 2, 1, 4), "    1 | \tab cd\n      | \t^^"),
        ("漢 x\n", Span(1, 3, 1, 4), "    1 | 漢 x\n      |    ^"),
        ("x\n'''one\ntwo'''", Span(2, 1, 3, 7), "    2 | '''one\n      | ^^^^^^"),
        ("end\r\n", Span(1, 4, 1, 4), "    1 | end\n      |    ^"),
    ],
)
def test_the_line_stands_above_its_caret(tmp_path: Path, content: str, span: Span, shown: str) -> None:
    (tmp_path / "a.ttl").write_bytes(content.encode())
    assert Excerpts().at(tmp_path / "a.ttl", span) == shown


def test_a_long_line_is_cut_around_the_place(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("x" * 500 + "HERE" + "y" * 500)
    line, caret = Excerpts().at(tmp_path / "a.ttl", Span(1, 501, 1, 505)).split("\n")
    assert line[caret.index("^") : caret.rindex("^") + 1] == "HERE"
    assert len(line) < 140


def test_what_cannot_be_read_has_no_excerpt(tmp_path: Path) -> None:
    assert Excerpts().at(tmp_path / "none.ttl", Span(1, 1, 1, 2)) == ""
    (tmp_path / "a.ttl").write_text("one line")
    assert Excerpts().at(tmp_path / "a.ttl", Span(7, 1, 7, 2)) == ""
