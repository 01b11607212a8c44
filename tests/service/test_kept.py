"""Answers are kept within an amount of memory."""

from starlette.responses import Response

from kg.service.kept import Kept


def test_what_was_asked_last_is_kept() -> None:
    kept = Kept(limit=100_000)
    for name in "abcd":
        kept.put((name,), Response(bytes(20_000)))
        assert kept.get(("a",)) is not None
    kept.put(("e",), Response(bytes(20_000)))
    assert [name for name in "abcde" if kept.get((name,))] == ["a", "c", "d", "e"]


def test_an_answer_that_is_put_again_takes_its_room_once() -> None:
    kept = Kept(limit=100_000)
    for _ in range(50):
        kept.put(("a",), Response(bytes(20_000)))
    kept.put(("b",), Response(bytes(20_000)))
    assert kept.get(("a",))
    assert kept.get(("b",))


def test_what_is_larger_than_all_room_is_not_kept() -> None:
    kept = Kept(limit=100_000)
    kept.put(("a",), Response(bytes(200_000)))
    assert kept.get(("a",)) is None


def test_a_long_question_takes_room_too() -> None:
    kept = Kept(limit=100_000)
    kept.put(("a",), Response(b"x"))
    kept.put(("b" * 99_000,), Response(b"x"))
    assert kept.get(("a",)) is None
