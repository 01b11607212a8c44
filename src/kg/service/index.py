"""Find things by their names and codes: accents and case ignored, beginnings of words, and slips of the keyboard.

A name matches when each word of the question begins a word of it. Where no name does, a word of four letters or more
may have one letter wrong, missing, surplus or swapped with its neighbour, and one of eight or more two.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from typing import Literal, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from kg.service.collation import words

How = Literal["exact", "prefix", "word", "typo"]
HOWS: tuple[How, ...] = ("exact", "prefix", "word", "typo")
"""How a name matches, the closest first: it is what was asked, it begins so, its words begin so, they nearly do."""
LONGEST = 200
"""How many characters of a question are read."""
_MOST_WORDS = 12


class Match(NamedTuple):
    """A thing by its number, the name that was found, and how."""

    thing: int
    text: str
    how: How


class Index:
    """The names of things by their words."""

    def __init__(self, names: Iterable[tuple[int, str]]) -> None:
        # The shorter first, so that places are in the order of what is found.
        self._names = sorted(dict.fromkeys(names), key=lambda name: (len(name[1]), name))
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
        places = self._all(self._beginning(word) for word in asked)
        if not places:
            near = sorted(self._all(self._beginning(word) | self._near(word) for word in asked))
            return self._once([("typo", near)])
        begun: dict[How, list[int]] = {"exact": [], "prefix": [], "word": []}
        for place in sorted(places):
            name = self._plain[place]
            begun["word" if not name.startswith(whole) else "exact" if name == whole else "prefix"].append(place)
        return self._once(begun.items())

    def _once(self, found: Iterable[tuple[How, list[int]]]) -> list[Match]:
        """Return the things whose names are found, each by the first of them."""
        first: dict[int, Match] = {}
        for how, places in found:
            for place in places:
                thing, text = self._names[place]
                if thing not in first:
                    first[thing] = Match(thing, text, how)
        return list(first.values())

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
