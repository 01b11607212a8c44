"""Choose a form and a language by regular expressions, for servers that know nothing else.

Qualities count to a tenth: for each tenth from the highest, and for each form in the order of preference, one
expression tells whether a header gives the form that quality, by the most specific range that names it (RFC 9110,
sections 12.5.1 and 12.5.4). They are expressions of PCRE, to be matched without regard to case.
"""

import re
from collections.abc import Iterator, Sequence

from kg.service.negotiation import FORMS, Form

_PARAMETERS = r"(?:\s*;(?!\s*q=)[^,;]*)*"
_END = r"\s*(?:$|,)"
_LEVELS = (
    rf"{_PARAMETERS}(?:\s*;\s*q=1(?:\.0*)?)?{_END}",
    *(rf"{_PARAMETERS}\s*;\s*q=0?\.{tenth}\d*{_END}" for tenth in range(9, 0, -1)),
    rf"{_PARAMETERS}\s*;\s*q=0?\.0\d?[1-9]\d?{_END}",
)
_QUALITIES = (
    r"1(?:\.0*)?",
    *(rf"0?\.{tenth}[0-9]*" for tenth in range(9, 0, -1)),
    r"0?\.0[0-9]?[1-9][0-9]?",
)


def forms() -> Iterator[tuple[str, str]]:
    """Yield expressions over an Accept value and the suffix that each says, to be tried in this order."""
    for level in _LEVELS:
        for form in FORMS:
            kind = form.media_type.split("/")[0]
            yield _liked([re.escape(form.media_type), rf"{kind}/\*", r"\*/\*"], level), form.suffix


def spoken(languages: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield expressions over an Accept-Language value and the language that each says, to be tried in this order."""
    for level in _LEVELS:
        for language in languages:
            yield _liked([language, rf"{language}(?:-[a-z0-9]+)+", r"\*"], level), language


def _liked(ranges: Sequence[str], level: str) -> str:
    """Return an expression that tells whether the first of some ranges that a header has is liked so much."""
    ways = []
    for place, named in enumerate(ranges):
        without = "".join(rf"(?!(?:.*,)?\s*{closer}\s*(?:[;,]|$))" for closer in ranges[:place])
        ways.append(rf"{without}(?:.*,)?\s*{named}{level}")
    return f"^(?:{'|'.join(ways)})"


def qualities(ranges: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield, for each range, two expressions over a header, without looking ahead (RE2 cannot).

    The first finds the quality that the range is given, as a group; the second tells whether it is named at all.
    """
    for name in ranges:
        named = rf"^(?:.*,)?\s*{name}\s*"
        yield rf"{named};(?:[^,]*;)?\s*q=([01]?(?:\.[0-9]*)?)\s*(?:,.*)?$", rf"{named}(?:[;,].*)?$"


def best(ways: Sequence[tuple[str, Sequence[int]]], count: int) -> Iterator[tuple[str, str]]:
    """Yield expressions over the qualities of ``count`` ranges, each with a slash after it, and the choice each says.

    They are to be tried in this order. ``ways`` are the choices, the preferred first, each with the places of the
    ranges that name it, the closest first. The quality of a range that is not named is a minus.
    """
    for level in _QUALITIES:
        for choice, places in ways:
            for rank, place in enumerate(places):
                there = {**dict.fromkeys(places[:rank], "-"), place: level}
                yield f"^{''.join(there.get(n, '[^/]*') + '/' for n in range(count))}$", choice


def ranges_of_forms() -> tuple[Sequence[str], Sequence[tuple[str, Sequence[int]]]]:
    """Return expressions for the ranges that name forms, and each form's suffix with the places of its ranges."""
    kinds = list(dict.fromkeys(map(_kind, FORMS)))
    names = [re.escape(form.media_type) for form in FORMS] + [rf"{kind}/\*" for kind in kinds] + [r"\*/\*"]
    ways = [
        (form.suffix, (place, len(FORMS) + kinds.index(_kind(form)), len(names) - 1))
        for place, form in enumerate(FORMS)
    ]
    return names, ways


def ranges_of_languages(languages: Sequence[str]) -> tuple[Sequence[str], Sequence[tuple[str, Sequence[int]]]]:
    """Return expressions for the ranges that name languages, and each language with the places of its ranges."""
    names = [*languages, *(f"{language}(?:-[a-z0-9]+)+" for language in languages), r"\*"]
    count = len(languages)
    return names, [(language, (n, count + n, 2 * count)) for n, language in enumerate(languages)]


def _kind(form: Form) -> str:
    return form.media_type.split("/")[0]
