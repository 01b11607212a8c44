"""What all rules of servers are about, and say in the same words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from kg.service.headers import EVERY
from kg.service.negotiation import FORMS, HTML, Form

SUFFIXES = "|".join(form.suffix for form in FORMS)
HEADERS = {**EVERY, "Cache-Control": "no-cache", "Vary": "Accept, Accept-Language"}
"""The headers of every answer; that of the policy is another for pages with scripts."""
_PATH = "/:@!$&'()*+,;=~"


def escaped(media_type: str) -> str:
    """Return an expression for a media type in the query of an address."""
    return re.escape(media_type).replace("/", "(?:/|%2F)").replace("\\+", "(?:[+]|%2B)")


@dataclass(frozen=True)
class Hosting:
    """What the rules are about, paths being unescaped and without a first slash.

    ``pages`` are the first parts of the paths of pages that are of no resource; ``documents`` the paths of documents,
    below which other documents are; ``moved`` says where something deprecated has gone, a path or an IRI; ``gone`` is
    what nothing replaces. ``scripted`` are the first parts of pages with scripts, under ``policy``.
    """

    base: str
    languages: Sequence[str]
    pages: Sequence[str]
    documents: Sequence[str]
    moved: Mapping[str, str]
    gone: Sequence[str]
    scripted: Sequence[str]
    policy: str
    license: str | None

    @property
    def spoken(self) -> str:
        """An expression for a language."""
        return "|".join(self.languages)

    @property
    def answers(self) -> str:
        """An expression for the paths, without a first slash, of what answers itself and sends nowhere."""
        parts = [rf"{re.escape(name)}(?:/[^/]+|/line/\d+)?" for name in self.documents]
        return f"(?:{'|'.join([*parts, *(rf'{re.escape(page)}(?:/.*)?' for page in self.pages)])})"

    def link(self, form: Form, stem: str) -> str:
        """Return the value of Link (RFC 8288) of a document in a form, whose address without its ending is ``stem``."""
        parts = []
        for other in FORMS:
            if other == form:
                parts.append(f'<{stem}.{form.suffix}>; rel="canonical"')
            else:
                rel = "alternate describedby" if form == HTML else "alternate"
                parts.append(f'<{stem}.{other.suffix}>; rel="{rel}"; type="{other.media_type}"')
        if self.license:
            parts.append(f'<{self.license}>; rel="license"')
        return ", ".join(parts)

    def stem(self, name: str) -> str:
        """Return an expression, in a group of this name, for the addresses of resources without their ending."""
        return rf"(?<{name}>/(?!(?:{'|'.join(map(re.escape, self.pages))})[./])[\x21-\x7e]*?)"

    def target(self, path: str) -> str:
        """Return where something deprecated has gone: an address below the base, or another site's."""
        place = self.moved[path]
        return place if "://" in place else quote(place, safe=f"{_PATH}%")
