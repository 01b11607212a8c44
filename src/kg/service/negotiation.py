"""Choose a representation by what a client accepts (RFC 9110, section 12). Pure functions over header values."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
# Java says ``*`` for ``*/*`` and leaves out the zero of ``q=.2``: nothing else can be meant.
_RANGE = re.compile(rf"({_TOKEN})/({_TOKEN})|\*")
_PARAMETER = re.compile(rf"({_TOKEN})=({_TOKEN}|\"(?:[^\"\\]|\\.)*\")")
_QUALITY = re.compile(r"0?\.[0-9]{1,3}|0\.?|1(?:\.0{0,3})?")
_LANGUAGE = re.compile(r"\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
# A split at commas or semicolons that are not in quotes.
_ELEMENTS = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*(?:"|$))+')
_PIECES = re.compile(r'(?:[^;"]|"(?:[^"\\]|\\.)*(?:"|$))+')
_HINTS = {"profile"}


@dataclass(frozen=True)
class Form:
    """A form that a document has: its suffix, its media type, and its charset where the type has that parameter."""

    suffix: str
    media_type: str
    charset: str | None = None

    @property
    def content_type(self) -> str:
        """The value of Content-Type (section 8.3)."""
        return f"{self.media_type}; charset={self.charset}" if self.charset else self.media_type


HTML = Form("html", "text/html", "utf-8")
FORMS = (
    HTML,
    Form("ttl", "text/turtle", "utf-8"),
    Form("jsonld", "application/ld+json"),
    Form("nt", "application/n-triples"),
    Form("rdf", "application/rdf+xml", "utf-8"),
    Form("trig", "application/trig"),
)
"""The forms of a document, the preferred one first. N-Triples, TriG and JSON-LD are UTF-8 without a parameter."""


def form_of(name: str) -> Form | None:
    """Return the form that a suffix or a media type names, or None."""
    return next((form for form in FORMS if name.lower() in (form.suffix, form.media_type)), None)


def choose_form(accept: str | None, *, forms: Sequence[Form] = FORMS) -> Form | None:
    """Return the form that an Accept value likes best, the first of those liked alike, or None (section 12.5.1).

    The most specific range that names a form gives its quality; at 0 the form is not acceptable (section 12.4.2).
    A value without one well-formed range says nothing, as does none at all: every form is acceptable then. The
    parameter ``profile`` is a hint, by which nothing is refused (JSON-LD 1.1, section C).
    """
    ranges = list(_ranges(accept or ""))
    if not ranges:
        return forms[0]
    qualities = [_quality(form, ranges) for form in forms]
    best = max(qualities)
    return forms[qualities.index(best)] if best > 0 else None


def choose_language(accept: str | None, *, languages: Sequence[str]) -> str:
    """Return the language that an Accept-Language value likes best (section 12.5.4), else the first.

    A language is named by a range that is the tag or goes on from it, ``fr-CA`` for ``fr`` (RFC 4647, section 3.4:
    lookup). The longest such range gives its quality, ``*`` that of languages that none names. When none is
    acceptable the header is disregarded.
    """
    wanted = {name.lower(): quality for name, quality in _languages(accept or "")}
    ranked = []
    for place, language in enumerate(languages):
        named = [name for name in wanted if name == language or name.startswith(f"{language}-")]
        exact = language if language in wanted else max(named, key=lambda name: wanted[name], default="*")
        if (quality := wanted.get(exact, 0.0)) > 0:
            ranked.append((-quality, place, language))
    return min(ranked)[2] if ranked else languages[0]


def matches(condition: str, etag: str) -> bool:
    """Tell whether an If-None-Match or If-Match value names an entity tag (sections 13.1.1 and 13.1.2)."""
    if condition.strip() == "*":
        return True
    return etag in re.findall(r'"[\x21\x23-\x7e\x80-\xff]*"', condition)


def matches_strongly(condition: str, etag: str) -> bool:
    """Tell whether an If-Match value names an entity tag by the strong comparison (sections 8.8.3.2 and 13.1.1)."""
    return matches(re.sub(r'W/"[^"]*"', "", condition), etag)


@dataclass(frozen=True)
class _Range:
    type: str
    subtype: str
    parameters: Mapping[str, str]
    quality: float

    def specificity(self, form: Form) -> int | None:
        """Return how closely the range names a form, or None when it does not."""
        kind, subtype = form.media_type.split("/")
        if (self.type, self.subtype) == ("*", "*"):
            degree = 0
        elif self.type == kind and self.subtype == "*":
            degree = 1
        elif (self.type, self.subtype) == (kind, subtype):
            degree = 2
        else:
            return None
        asked = {name: value for name, value in self.parameters.items() if name not in _HINTS}
        if asked and asked != {"charset": form.charset}:
            return None
        return degree + len(asked)


def _quality(form: Form, ranges: list[_Range]) -> float:
    found = [(degree, r.quality) for r in ranges if (degree := r.specificity(form)) is not None]
    return max(found)[1] if found else 0.0


def _ranges(accept: str) -> Iterator[_Range]:
    """Yield the well-formed media ranges of an Accept value."""
    for element in _ELEMENTS.findall(accept):
        first, *rest = [piece.strip() for piece in _PIECES.findall(element)] or [""]
        match = _RANGE.fullmatch(first)
        parameters = _parameters(rest)
        if not match or parameters is None or (match[1] == "*" and match[2] != "*"):
            continue
        quality = parameters.pop("q", "1")
        if _QUALITY.fullmatch(quality):
            yield _Range((match[1] or "*").lower(), (match[2] or "*").lower(), parameters, float(quality))


def _parameters(pieces: list[str]) -> dict[str, str] | None:
    """Return parameters by name in lower case, without quotes (section 5.6.6), or None when they are ill-formed."""
    found: dict[str, str] = {}
    for piece in filter(None, pieces):
        match = _PARAMETER.fullmatch(piece)
        if not match:
            return None
        value = match[2]
        if value.startswith('"'):
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        found[match[1].lower()] = value.lower()
    return found


def _languages(accept: str) -> Iterator[tuple[str, float]]:
    for element in accept.split(","):
        name, *rest = [piece.strip() for piece in element.split(";")]
        parameters = _parameters(rest)
        quality = (parameters or {}).get("q", "1")
        if _LANGUAGE.fullmatch(name) and parameters is not None and _QUALITY.fullmatch(quality):
            yield name, float(quality)
