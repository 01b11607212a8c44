from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from kg.source.importers.divisions import Extents, extents


def areas(codes: str) -> dict[str, str]:
    """Communes a, b… with the areas A, B…"""
    return {code: code.upper() for code in codes}


def division(**parts: str) -> dict[str, frozenset[str]]:
    return {name: frozenset(members) for name, members in parts.items()}


def codes(found: Extents) -> dict[str, str]:
    return {name: "".join(sorted(each)) for name, each in found.known.items()}


def test_a_territory_has_the_areas_of_its_communes() -> None:
    found = extents(division(one="ab", other="c"), areas=areas("abc"), merged={})
    assert codes(found) == {"one": "AB", "other": "C"}
    assert found.unknown == {}


def test_the_area_of_a_commune_that_has_merged_since_is_part_of_the_other() -> None:
    found = extents(division(one="ab", other="c"), areas=areas("abcde"), merged={"d": "a", "e": "d"})
    assert codes(found) == {"one": "ABDE", "other": "C"}


def test_before_they_merged_each_has_its_own() -> None:
    found = extents(division(one="ab", other="cd"), areas=areas("abcd"), merged={"d": "a"})
    assert codes(found) == {"one": "AB", "other": "CD"}


def test_a_commune_inside_the_area_of_another_counts_where_both_are_members() -> None:
    merged = {"x": "a"}
    assert codes(extents(division(one="axb", other="c"), areas=areas("abc"), merged=merged)) == {
        "one": "AB",
        "other": "C",
    }
    apart = extents(division(one="ab", other="xc", third="d"), areas=areas("abcd"), merged=merged)
    assert codes(apart) == {"third": "D"}
    assert apart.unknown == {
        "one": "of its 2 areas, 1 with communes of other territories",
        "other": "of its 2 areas, 1 with communes of other territories",
    }


def test_a_commune_of_a_new_code_has_the_areas_of_those_that_became_it() -> None:
    assert codes(extents(division(one="n"), areas=areas("ab"), merged={"a": "n", "b": "n"})) == {"one": "AB"}


def test_a_commune_without_an_area_leaves_its_territory_unknown() -> None:
    found = extents(division(one="axy", other="b"), areas=areas("ab"), merged={})
    assert codes(found) == {"other": "B"}
    assert found.unknown == {"one": "of its 3 communes, 2 without an area"}


def test_communes_that_merge_in_a_circle_are_nowhere() -> None:
    found = extents(division(one="x"), areas=areas("a"), merged={"x": "y", "y": "x"})
    assert found.unknown == {"one": "of its 1 communes, 1 without an area"}


def test_an_area_of_no_member_is_left_out() -> None:
    assert codes(extents(division(one="a"), areas=areas("ab"), merged={"b": "c"})) == {"one": "A"}


COMMUNES = "abcdefgh"


@given(
    parts=st.fixed_dictionaries({name: st.sampled_from("123-") for name in COMMUNES}),
    with_area=st.sets(st.sampled_from(COMMUNES), min_size=1),
    merged=st.dictionaries(st.sampled_from(COMMUNES), st.sampled_from(COMMUNES), max_size=5),
)
def test_no_area_is_in_two_territories_of_one_time(
    parts: Mapping[str, str], with_area: set[str], merged: dict[str, str]
) -> None:
    given_parts = {number: frozenset(c for c in COMMUNES if parts[c] == number) for number in set(parts.values())}
    found = extents(given_parts, areas=areas("".join(sorted(with_area))), merged=merged)
    assert found.known.keys() | found.unknown.keys() == given_parts.keys()
    assert found.known.keys().isdisjoint(found.unknown)
    taken = [code for each in found.known.values() for code in each]
    assert len(taken) == len(set(taken))
    for name, each in found.known.items():
        assert {code.lower() for code in each} >= given_parts[name] & with_area
