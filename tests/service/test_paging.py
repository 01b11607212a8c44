"""Where pages end."""

import random

import pytest

from kg.service import paging

SIZE = 20


def cut(items: list[int]) -> tuple[tuple[int, ...], ...]:
    return paging.cut(items, size=SIZE, text=str)


def numbers(seed: int, count: int) -> list[int]:
    return sorted(random.Random(seed).sample(range(10**9), count))


@pytest.mark.parametrize("count", [0, 1, SIZE])
def test_what_fits_a_page_is_not_cut(count: int) -> None:
    items = list(range(count))
    assert cut(items) == ((tuple(items),) if items else ())


@pytest.mark.parametrize("seed", range(20))
def test_all_items_are_on_pages_of_some_size(seed: int) -> None:
    items = numbers(seed, 2_000)
    found = cut(items)
    assert [item for page in found for item in page] == items
    assert all(SIZE // 2 <= len(page) <= 2 * SIZE for page in found[:-1])
    assert 0 < len(found[-1]) <= 2 * SIZE
    assert 0.8 * SIZE < len(items) / len(found) < 1.2 * SIZE


def test_items_of_one_text_are_cut_too() -> None:
    assert {len(page) for page in paging.cut([0] * 400, size=SIZE, text=str)} <= {SIZE // 2, 2 * SIZE}


def test_one_item_more_or_fewer_changes_few_pages() -> None:
    changed = []
    for seed in range(100):
        items = numbers(seed, 2_000)
        fewer = items[: seed * 20] + items[seed * 20 + 1 :]
        one, other = set(cut(items)), set(cut(fewer))
        changed.append(max(len(one - other), len(other - one)))
    assert sum(changed) / len(changed) < 2
    assert max(changed) < 12
