"""Which communes of a file of areas make up each territory, at its own time.

A file of areas is of one day, the territories are of several: since or before, communes have merged. The area of a
commune that has merged is part of the area of the other; one that merged before the day of the file is inside
another's area, and cannot be told from it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

Division = Mapping[str, frozenset[str]]
"""Territories of one time and kind, each with the communes that it is made of."""


@dataclass(frozen=True)
class Extents:
    """The codes of the areas that make up each territory, and why others have none."""

    known: Mapping[str, frozenset[str]]
    unknown: Mapping[str, str]


def extents(division: Division, *, areas: Mapping[str, str], merged: Mapping[str, str]) -> Extents:
    """Return the areas that together are each territory of ``division``.

    ``areas`` maps a commune to the code of its area, ``merged`` a former commune to the one that it is now part of.
    A territory is known when each of its communes is in an area, and each of these areas holds its communes alone.
    """
    listed = frozenset[str]().union(*division.values())
    held: dict[str, set[str]] = defaultdict(set)
    for commune in listed:
        if (home := _first(commune, among=areas, merged=merged)) is not None:
            held[areas[home]].add(commune)
    for commune, code in areas.items():
        if code not in held and (heir := _first(commune, among=listed, merged=merged)) is not None:
            held[code].add(heir)
    places: dict[str, set[str]] = defaultdict(set)
    for code, communes in held.items():
        for commune in communes:
            places[commune].add(code)
    known, unknown = {}, {}
    for territory, members in division.items():
        met = frozenset(code for commune in members for code in places.get(commune, ()))
        if missing := members - places.keys():
            unknown[territory] = f"of its {len(members)} communes, {len(missing)} without an area"
        elif shared := sum(not held[code] <= members for code in met):
            unknown[territory] = f"of its {len(met)} areas, {shared} with communes of other territories"
        else:
            known[territory] = met
    return Extents(known, unknown)


def _first(commune: str, *, among: Collection[str], merged: Mapping[str, str]) -> str | None:
    """Return the commune, or the first of those that it has become part of, that is among these."""
    seen: set[str] = set()
    while commune not in among:
        if commune in seen or commune not in merged:
            return None
        seen.add(commune)
        commune = merged[commune]
    return commune
