"""The order of names, and what of them a search goes by: letters, without their accents and case."""

import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "đ": "d", "ł": "l"})
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"(\d+)")

Key = tuple[tuple[tuple[int, int, str], ...], str, str]


def plain(text: str) -> str:
    """Return a text in lower case without accents: «Œuvre d'Été» is «oeuvre d'ete»."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    return "".join(c for c in apart if not unicodedata.combining(c)).translate(_LIGATURES)


def words(text: str) -> list[str]:
    """Return the words of a text, plain."""
    return _WORD.findall(plain(text))


def key(text: str) -> Key:
    """Return what a name is sorted by in French and in English, as the root of CLDR has it.

    First by letters and digits, marks left out; then by accents; then by case, the lower first. Numbers go by value.
    """
    pieces = _NUMBER.split(" ".join(words(text)))
    # Python's digits are those of all scripts, each of which int() reads.
    ranked = tuple((0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in pieces if piece)
    return ranked, unicodedata.normalize("NFKD", text.casefold()), text.swapcase()
