"""A document written again from an earlier one is the one that is written of all."""

import io
import random
from collections.abc import Collection

import pytest

from kg.source.reader import Quad
from kg.source.rewriting import rewrite_trig
from kg.source.turtle import write_trig

XSD = "http://www.w3.org/2001/XMLSchema#"
PREFIXES = {"a": "http://a/", "b": "http://a/b/", "c": "http://c#", "": "http://e/", "x": XSD}
THINGS = [f"<http://a/{local}>" for local in ("1", "2", "b/1", "b/2", "1/2", "%", "x#y")]
THINGS += ["<http://c#1>", "<http://e/q>", "<http://z/1>"]
LITERALS = ['"a"', '"a: b:q ;"@fr', f'"1"^^<{XSD}integer>', '"q"^^<http://c#dt>', '"c:x ;\\n\\nGRAPH a:g {\\n"']
GRAPHS = ["", "<http://a/g>", "<http://c#g>", "<http://z/g>"]
BLANKS = [f"_:b{number}" for number in range(4)]


def document(quads: Collection[Quad], comment: str | None = None) -> bytes:
    out = io.StringIO()
    write_trig(out, quads, prefixes=PREFIXES, comment=comment)
    return out.getvalue().encode()


def again(old: set[Quad], new: set[Quad], comment: str | None = None) -> bytes | None:
    differ = {(g, s) for g, s, _, _ in old ^ new}
    told = [quad for quad in new if quad[:2] in differ or "_:" in (quad[1][:2], quad[3][:2])]
    return rewrite_trig(document(old, comment), told, differ=differ, prefixes=PREFIXES)


@pytest.mark.parametrize("seed", range(8))
def test_a_document_of_anything_is_written_again(seed: int) -> None:
    chance = random.Random(seed)
    unknown = 0

    def quad() -> Quad:
        return chance.choice(GRAPHS), chance.choice(THINGS), chance.choice(THINGS), chance.choice(THINGS + LITERALS)

    def nested() -> Quad:
        return chance.choice(GRAPHS[:2]), chance.choice(THINGS + BLANKS), chance.choice(THINGS), chance.choice(BLANKS)

    for turn in range(100):
        blanks = {nested() for _ in range(chance.randrange(5))}
        old = {quad() for _ in range(chance.randrange(20))} | blanks
        new = set(old)
        for _ in range(chance.randrange(6)):
            if chance.random() < 0.5 and new - blanks:
                new.discard(chance.choice(sorted(new - blanks)))
            else:
                new.add(quad())
        comment = "of\ntwo lines" if turn % 2 else None
        written = again(old, new, comment)
        unknown += written is None
        assert written in (None, document(new, comment))
    assert unknown < 20


def test_a_prefix_goes_with_its_last_use_or_nothing_is_told() -> None:
    kept = ("", "<http://a/1>", "<http://a/p>", "<http://a/2>")
    gone = ("", "<http://a/1>", "<http://a/p>", "<http://c#1>")
    assert again({kept, gone}, {kept}) is None
    used = ("", "<http://a/0>", "<http://a/p>", "<http://c#2>")
    assert again({kept, gone, used}, {kept, used}) == document({kept, used})


def test_a_prefix_comes_with_its_first_use() -> None:
    old = {("", "<http://a/1>", "<http://a/p>", "<http://a/2>")}
    new = old | {("<http://c#g>", "<http://a/1>", "<http://a/p>", f'"x"^^<{XSD}date>')}
    assert again(old, new) == document(new)
    assert b"@prefix c:" in document(new)
