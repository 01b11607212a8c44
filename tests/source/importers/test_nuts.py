from collections import Counter

from kg.source.importers.nuts import FORMER_REGIONS, former_region

METROPOLITAN = {f"{number:02}" for number in range(1, 96)} - {"20"} | {"2A", "2B"}


def test_each_metropolitan_departement_is_in_exactly_one_former_region() -> None:
    times = Counter(code for region in FORMER_REGIONS.values() for code in region.departements)
    assert set(times) == METROPOLITAN
    assert set(times.values()) == {1}
    assert len(METROPOLITAN) == 96


def test_there_are_22_former_regions_in_the_13_regions_of_2016() -> None:
    assert len(FORMER_REGIONS) == 22
    assert len({code[:3] for code in FORMER_REGIONS}) == 13
    assert len({region.name for region in FORMER_REGIONS.values()}) == 22


def test_a_former_region_is_found_by_departement() -> None:
    assert former_region("62") == "FRE1"
    assert former_region("02") == "FRE2"
    assert former_region("76") == "FRD2"
    assert former_region("971") is None
