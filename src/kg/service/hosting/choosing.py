"""Choose a form and a language by regular expressions, for servers that know nothing else.

Qualities count to a tenth: for each tenth from the highest, and for each form in the order of preference, one
expression tells whether a header gives the form that quality, by the most specific range that names it (RFC 9110,
sections 12.5.1 and 12.5.4). They are expressions of PCRE, to be matched without regard to case.
"""

import re
from collections.abc import Iterator, Sequence

from kg.service.negotiation import FORMS

_PARAMETERS = r"(?:\s*;(?!\s*q=)[^,;]*)*"
_END = r"\s*(?:$|,)"
_LEVELS = (
    rf"{_PARAMETERS}(?:\s*;\s*q=1(?:\.0*)?)?{_END}",
    *(rf"{_PARAMETERS}\s*;\s*q=0?\.{tenth}\d*{_END}" for tenth in range(9, 0, -1)),
    rf"{_PARAMETERS}\s*;\s*q=0?\.0\d?[1-9]\d?{_END}",
)
_BEGIN = r"(?:^|,)\s*"


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
