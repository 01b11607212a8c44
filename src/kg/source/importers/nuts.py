"""The regions of metropolitan France from before 2016, as the level-2 units of NUTS 2016.

Commission Regulation (EU) 2016/2066, annex I, made each of the 22 former regions one NUTS 2 unit, and each of the
13 regions of 2016 one NUTS 1 unit, whose code is the first three letters of those of its former regions.
"""

from collections.abc import Mapping
from dataclasses import dataclass

REGULATION = "http://data.europa.eu/eli/reg/2016/2066/oj"
AUTHORITY = "http://data.europa.eu/nuts/code/"


@dataclass(frozen=True)
class FormerRegion:
    """A region of before 2016: its French name and its départements, by INSEE code."""

    name: str
    departements: frozenset[str]


def _region(name: str, departements: str) -> FormerRegion:
    return FormerRegion(name, frozenset(departements.split()))


FORMER_REGIONS: Mapping[str, FormerRegion] = {
    "FR10": _region("Île-de-France", "75 77 78 91 92 93 94 95"),
    "FRB0": _region("Centre-Val de Loire", "18 28 36 37 41 45"),
    "FRC1": _region("Bourgogne", "21 58 71 89"),
    "FRC2": _region("Franche-Comté", "25 39 70 90"),
    "FRD1": _region("Basse-Normandie", "14 50 61"),
    "FRD2": _region("Haute-Normandie", "27 76"),
    "FRE1": _region("Nord - Pas-de-Calais", "59 62"),
    "FRE2": _region("Picardie", "02 60 80"),
    "FRF1": _region("Alsace", "67 68"),
    "FRF2": _region("Champagne-Ardenne", "08 10 51 52"),
    "FRF3": _region("Lorraine", "54 55 57 88"),
    "FRG0": _region("Pays de la Loire", "44 49 53 72 85"),
    "FRH0": _region("Bretagne", "22 29 35 56"),
    "FRI1": _region("Aquitaine", "24 33 40 47 64"),
    "FRI2": _region("Limousin", "19 23 87"),
    "FRI3": _region("Poitou-Charentes", "16 17 79 86"),
    "FRJ1": _region("Languedoc-Roussillon", "11 30 34 48 66"),
    "FRJ2": _region("Midi-Pyrénées", "09 12 31 32 46 65 81 82"),
    "FRK1": _region("Auvergne", "03 15 43 63"),
    "FRK2": _region("Rhône-Alpes", "01 07 26 38 42 69 73 74"),
    "FRL0": _region("Provence-Alpes-Côte d'Azur", "04 05 06 13 83 84"),
    "FRM0": _region("Corse", "2A 2B"),
}


def former_region(departement: str) -> str | None:
    """Return the NUTS 2 code of a metropolitan département's former region; None for any other code."""
    return next((code for code, region in FORMER_REGIONS.items() if departement in region.departements), None)
