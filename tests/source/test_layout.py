"""The canonical layout says the same, keeps every comment, and is its own layout."""

import io
import os
import random
import re
import stat
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import SourceError, UsageError
from kg.project import Project
from kg.source.layout import fix, lay_out
from kg.source.reader import FORMATS, Quad
from kg.source.turtle import write_trig
from tests.source.test_positions import base_of, quads, scattered, suite

LOOSE = """\
# What this file is.
@prefix z: <http://z/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
PREFIX ex: <http://example.org/>
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . # for labels
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

# About s.
ex:s ex:p ex:o2, ex:o1; # both
   # A class comes first.
   rdf:type ex:C; rdfs:label "s"@en, 's'@fr
   ; ex:d "2020"^^xsd:gYear .
# Alone.

[ ex:q ( 1 # one
 2 ) ] .
# The end.
"""
CANONICAL = """\
# What this file is.

@prefix ex: <http://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . # for labels
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

# About s.
ex:s
    # A class comes first.
    a ex:C ;
    rdfs:label "s"@en ;
    rdfs:label 's'@fr ;
    ex:d "2020"^^xsd:gYear ;
    ex:p ex:o1 ; # both
    ex:p ex:o2 ;
    .

# Alone.

[]
    ex:q (
        1 # one
        2
    ) ;
    .

# The end.
"""


def graph(text: str, suffix: str, *, base: str = "http://base/") -> ox.Dataset:
    dataset = ox.Dataset(ox.parse(text.encode(), format=FORMATS[suffix], base_iri=base))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def comments(text: str) -> list[str]:
    found = re.findall(
        r'"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\''
        r"|<[^<>\s]*>|\\#|(#[^\r\n]*)",
        text,
        flags=re.DOTALL,
    )
    return sorted(" ".join(note.split()) for note in found if note)


def test_the_layout_is_that_of_the_conventions() -> None:
    layout = lay_out(LOOSE)
    assert layout.text == CANONICAL
    assert layout.removed == ("rdf", "z")
    assert graph(layout.text, ".ttl") == graph(LOOSE, ".ttl")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<a:s><a:p><a:o>.", "<a:s>\n    <a:p> <a:o> ;\n    .\n"),
        ("<a:s> <a:p> 1 . # last", "<a:s>\n    <a:p> 1 ; # last\n    .\n"),
        ("<a:s> <a:p> 1 ;\n. # last", "<a:s>\n    <a:p> 1 ;\n    . # last\n"),
        ("<a:s> # s\n <a:p> # p\n # o\n 1 .", "<a:s> # s\n    # o\n    <a:p> 1 ; # p\n    .\n"),
        ("<a:s> <a:p> [ # in\n <a:q> 1 # q\n # out\n ] .",
         "<a:s>\n    <a:p> [\n        # in\n        <a:q> 1 ; # q\n        # out\n    ] ;\n    .\n"),
        ("@base <a:b/> .\n@prefix b: <a:> .\n<x> b:p <y> .",
         "@base <a:b/> .\n@prefix b: <a:> .\n\n<x>\n    b:p <y> ;\n    .\n"),
        ("@prefix b: <a:> .\n# a note\n@prefix a: <b:> .\na:s b:p 1 .",
         "# a note\n\n@prefix a: <b:> .\n@prefix b: <a:> .\n\na:s\n    b:p 1 ;\n    .\n"),
        ("@prefix a: <a:> . a:s a:p 1 .\n@prefix a: <b:> . a:s a:p 1 .",
         "@prefix a: <a:> .\n\na:s\n    a:p 1 ;\n    .\n\n@prefix a: <b:> .\n\na:s\n    a:p 1 ;\n    .\n"),
        ('<a:s> <a:p> """x\n # no comment\n  y""" .', '<a:s>\n    <a:p> """x\n # no comment\n  y""" ;\n    .\n'),
        ("# only this", "# only this\n"),
        ("", ""),
        ("\ufeff".strip("\ufeff") + "<a:s> <a:p> <a:o> ; ; .", "<a:s>\n    <a:p> <a:o> ;\n    .\n"),
    ],
)  # fmt: skip
def test_comments_stay_with_what_they_are_about(text: str, expected: str) -> None:
    assert lay_out(text).text == expected
    assert lay_out(expected).text == expected


def test_graphs_of_trig() -> None:
    text = "# g\n<a:g> { # open\n<a:s> <a:p> 2, 1 # one\n# tail\n} # shut\n{ <a:s> <a:p> 1 . } _:g { } [] { }\n"
    expected = (
        "# g\nGRAPH <a:g> { # open\n    <a:s>\n        <a:p> 1 ; # one\n        <a:p> 2 ;\n        .\n\n"
        "    # tail\n} # shut\n\n{\n    <a:s>\n        <a:p> 1 ;\n        .\n}\n\n"
        "GRAPH _:g {\n}\n\nGRAPH [] {\n}\n"
    )
    assert lay_out(text).text == expected
    assert lay_out(expected).text == expected
    assert graph(text, ".trig") == graph(expected, ".trig")


@pytest.mark.conformance
@pytest.mark.parametrize(
    "file", suite("TestTurtleEval", "TestTurtlePositiveSyntax", "TestTrigEval", "TestTrigPositiveSyntax")
)
def test_the_files_of_the_suite_say_the_same_laid_out(file: Path) -> None:
    text = file.read_bytes().decode()
    layout = lay_out(text)
    assert graph(layout.text, file.suffix, base=base_of(file)) == graph(text, file.suffix, base=base_of(file))
    assert lay_out(layout.text).text == layout.text
    assert sorted(" ".join(comments(layout.text)).split()) == sorted(" ".join(comments(text)).split())


def commented(text: str, seed: int) -> str:
    """Return a text with comments above and behind some of its lines."""
    chance = random.Random(seed)
    lines = []
    for number, line in enumerate(text.removesuffix("\n").split("\n")):
        if chance.random() < 0.2:
            lines.append(f"# above {number}" + "\n" * chance.randint(0, 2))
        lines.append(line + (f" # behind {number}" if chance.random() < 0.2 else ""))
    return "\n".join(lines) + "\n"


@settings(deadline=None, max_examples=200)
@given(st.lists(quads, max_size=12), st.integers(0, 99))
def test_random_graphs_with_random_blanks_and_comments(rows: list[Quad], seed: int) -> None:
    out = io.StringIO(newline="")
    write_trig(out, rows, prefixes={"ex": "http://example.org/", "n": "http://example.org/ns#"})
    text = commented(scattered(out.getvalue(), seed), seed)
    layout = lay_out(text)
    assert graph(layout.text, ".trig") == graph(text, ".trig")
    assert lay_out(layout.text).text == layout.text
    assert sorted(" ".join(comments(layout.text)).split()) == sorted(" ".join(comments(text)).split())


@settings(deadline=None, max_examples=100)
@given(st.lists(quads, max_size=12))
def test_what_the_writer_writes_is_laid_out(rows: list[Quad]) -> None:
    out = io.StringIO(newline="")
    write_trig(out, [row for row in rows if row[2][:1] != '"'], prefixes={"ex": "http://example.org/"})
    layout = lay_out(out.getvalue())
    assert graph(layout.text, ".trig") == graph(out.getvalue(), ".trig")
    assert layout.text.count("\n") == out.getvalue().count("\n")


@pytest.fixture
def bare(tmp_path: Path) -> Project:
    return Project.bare(tmp_path)


def test_a_file_is_replaced_with_its_rights_and_only_once(bare: Project) -> None:
    path = bare.root / "a.ttl"
    path.write_text(LOOSE, encoding="utf-8")
    path.chmod(0o640)
    layout = fix(path, project=bare)
    assert layout is not None
    assert path.read_text(encoding="utf-8") == CANONICAL
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert fix(path, project=bare) is None
    assert os.listdir(bare.root) == ["a.ttl"]


def test_a_link_stays_a_link(bare: Project) -> None:
    (bare.root / "a.ttl").write_text(LOOSE, encoding="utf-8")
    (bare.root / "b.ttl").symlink_to("a.ttl")
    assert fix(bare.root / "b.ttl", project=bare)
    assert (bare.root / "b.ttl").is_symlink()
    assert (bare.root / "a.ttl").read_text(encoding="utf-8") == CANONICAL


@pytest.mark.parametrize(
    "text",
    [
        "<a:s> <a:p> .",
        "<a:s> <a:p> 1 {| <a:q> 2 |} .",
        "<a:s> <a:p> " + "[ <a:p> " * 150 + "1" + " ]" * 150 + " .",
        "<s> <a:p> 1 .",
    ],
)
def test_what_cannot_be_laid_out_is_left_as_it_is(bare: Project, text: str) -> None:
    path = bare.root / "a.ttl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        fix(path, project=bare)
    assert caught.value.file == "a.ttl"
    assert path.read_text(encoding="utf-8") == text


def test_other_formats_are_a_wrong_call(bare: Project) -> None:
    (bare.root / "a.nt").write_text("")
    with pytest.raises(UsageError, match=r"not Turtle or TriG: a\.nt"):
        fix(bare.root / "a.nt", project=bare)
