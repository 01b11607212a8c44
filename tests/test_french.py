"""French texts have no space that breaks a line before a colon, a semicolon, a mark or a closing quote."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.service.wordings import WORDINGS

# A colon that is followed by a space, so as to spare prefixed names and addresses.
BREAKS = re.compile(r"\S :(?=\s|$)|\S [;?!](?=\W|$)|« | »")
LITERAL = re.compile(r'^\s*(\S+) .*?"((?:[^"\\]|\\.)*)"@fr', re.MULTILINE)
# What others wrote stays as they wrote it.
THEIRS = {"rc:asStated", "rc:purpose", "dct:source", "skos:altLabel", "skos:hiddenLabel"}


def literals(file: Path) -> Iterator[str]:
    for term, text in LITERAL.findall(file.read_text(encoding="utf-8")):
        if term not in THEIRS:
            yield text


def heads(file: Path) -> Iterator[str]:
    yield from re.findall(r"^#\+ \w+@fr:\s*(.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)


def test_what_breaks_is_found() -> None:
    for text in ("quoi ?", "deux : un", "un ; deux", "non !", "« oui", "oui »"):
        assert BREAKS.search(text), text
    for text in ("quoi\u202f?", "deux\u00a0: un", "rc:Act", "http://x", "«\u00a0oui\u00a0»", "Why?", "?x"):
        assert not BREAKS.search(text), text


@pytest.mark.parametrize("folder", ["instances", "ontology", "shapes"])
def test_literals_in_french_do_not_break(folder: str, project_root: Path) -> None:
    files = [file for file in (project_root / folder).rglob("*") if file.suffix in (".ttl", ".trig")]
    texts = [(file.name, text) for file in files for text in literals(file)]
    assert len(texts) > 100
    assert [pair for pair in texts if BREAKS.search(pair[1])] == []


def test_heads_of_queries_in_french_do_not_break(project_root: Path) -> None:
    texts = [(file.name, text) for file in (project_root / "queries").rglob("*.rq") for text in heads(file)]
    assert len(texts) > 100
    assert [pair for pair in texts if BREAKS.search(pair[1])] == []


def test_words_of_pages_do_not_break() -> None:
    assert [text for text in WORDINGS["fr"].values() if BREAKS.search(text)] == []
