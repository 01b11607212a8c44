"""Find things by their names and codes: accents and case ignored, beginnings of words, and slips of the keyboard.

A name matches when each word of the question begins a word of it. Where no name does, a word of four letters or more
may have one letter wrong, missing, surplus or swapped with its neighbour, and one of eight or more two.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from kg.service.collation import words

How = Literal["exact", "prefix", "word", "typo"]
HOWS: tuple[How, ...] = ("exact", "prefix", "word", "typo")
"""How a name matches, the closest first: it is what was asked, it begins so, its words begin so, they nearly do."""
LONGEST = 200
"""How many characters of a question are read."""
_MOST_WORDS = 12


@dataclass(frozen=True, slots=True)
class Match:
    """A thing by its number, the name that was found, and how."""

    thing: int
    text: str
    how: How


class Index:
    """The names of things by their words."""

    def __init__(self, names: Iterable[tuple[int, str]]) -> None:
        self._names = list(dict.fromkeys(names))
        self._plain = [" ".join(words(text)) for _, text in self._names]
        found: dict[str, list[int]] = defaultdict(list)
        for place, text in enumerate(self._plain):
            for word in set(text.split()):
                found[word].append(place)
        self._words = sorted(found)
        self._places = [found[word] for word in self._words]

    def find(self, question: str) -> list[Match]:
        """Return the things that a question finds, each once, the closest first, then those of shorter names."""
        asked = words(question[:LONGEST])[:_MOST_WORDS]
        if not asked:
            return []
        whole = " ".join(asked)
        ranked: dict[int, tuple[int, int, int]] = {}
        places = self._all(self._beginning(word) for word in asked)
        slipped = not places
        if slipped:
            places = self._all(self._beginning(word) | self._near(word) for word in asked)
        for place in places:
            thing, text = self._names[place]
            name = self._plain[place]
            how = 3 if slipped else 0 if name == whole else 1 if name.startswith(whole) else 2
            rank = (how, len(text), place)
            if thing not in ranked or rank < ranked[thing]:
                ranked[thing] = rank
        return [Match(thing, self._names[place][1], HOWS[how]) for thing, (how, _, place) in _ordered(ranked)]

    def _all(self, found: Iterable[set[int]]) -> set[int]:
        """Return the names that every word finds."""
        common: set[int] | None = None
        for places in found:
            common = places if common is None else common & places
            if not common:
                return set()
        return common or set()

    def _beginning(self, word: str) -> set[int]:
        """Return the names with a word that begins with this one."""
        places: set[int] = set()
        for at in range(bisect_left(self._words, word), bisect_left(self._words, f"{word}\U0010ffff")):
            places.update(self._places[at])
        return places

    def _near(self, word: str) -> set[int]:
        """Return the names with a word that is this one but for a slip or two."""
        slips = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
        places: set[int] = set()
        if slips:
            near = process.extract(word, self._words, scorer=OSA.distance, score_cutoff=slips, limit=None)
            for _, _, at in near:
                places.update(self._places[at])
        return places


def _ordered(ranked: dict[int, tuple[int, int, int]]) -> list[tuple[int, tuple[int, int, int]]]:
    return sorted(ranked.items(), key=lambda item: item[1])
