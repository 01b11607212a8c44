"""The lines in which two dumps differ are found, wherever they stand."""

import random
from pathlib import Path

import pytest

from kg.graph.differing import differing


def write(path: Path, parts: list[set[bytes]]) -> set[bytes]:
    path.write_bytes(b"".join(line for part in parts for line in sorted(part)))
    return set().union(*parts)


@pytest.mark.parametrize("seed", range(100))
def test_lines_of_one_file_alone_are_found(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    graphs = (b"", b"<g> ", b"<g> ")
    old = [{b"<s%d> <p> <o> %s.\n" % (chance.randrange(60), g) for _ in range(chance.randrange(40))} for g in graphs]
    new = [set(part) for part in old]
    for part in new:
        for _ in range(chance.randrange(4)):
            if part and chance.random() < 0.5:
                part.discard(chance.choice(sorted(part)))
            else:
                part.add(b"<s%d> <p> <o> .\n" % chance.randrange(70))
    before, now = write(tmp_path / "old.nq", old), write(tmp_path / "new.nq", new)
    found = differing(tmp_path / "old.nq", tmp_path / "new.nq")
    assert (found.gone, found.fresh) == (before - now, now - before)


def test_a_long_run_of_lines_that_are_the_same_is_passed_over(tmp_path: Path) -> None:
    lines = {b"<s%06d> <p> <o> .\n" % number for number in range(20_000)}
    write(tmp_path / "old.nq", [lines])
    write(tmp_path / "new.nq", [lines - {b"<s015000> <p> <o> .\n"}])
    found = differing(tmp_path / "old.nq", tmp_path / "new.nq")
    assert (found.gone, found.fresh) == ({b"<s015000> <p> <o> .\n"}, set())


def test_an_empty_file_differs_in_all(tmp_path: Path) -> None:
    (tmp_path / "old.nq").touch()
    write(tmp_path / "new.nq", [{b"<a:s> <a:p> <a:o> .\n"}])
    found = differing(tmp_path / "old.nq", tmp_path / "new.nq")
    assert [*found.quads()] == [("", "<a:s>", "<a:p>", "<a:o>")]
