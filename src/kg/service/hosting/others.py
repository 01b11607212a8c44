"""The rules of hosts that read ``_redirects`` and ``_headers``."""

import re

from kg.service.addresses import INDEX
from kg.service.headers import WIDEST
from kg.service.hosting.rules import HEADERS, Hosting
from kg.service.negotiation import FORMS


def headers(hosting: Hosting) -> str:
    """Return the headers of all files, and of those whose type a host would not know.

    Some hosts join the values that two rules give a header, and others take the last: the policy is one for all.
    """
    everywhere = {**HEADERS, "Content-Security-Policy": WIDEST}
    lines = ["/*", *(f"  {name}: {value}" for name, value in everywhere.items())]
    for form in FORMS[1:]:
        lines += [f"/*.{form.suffix}", f"  Content-Type: {form.content_type}"]
    for language in hosting.languages:
        lines += [f"/*.{language}.html", f"  Content-Language: {language}"]
    return "\n".join(lines) + "\n"


def redirects(hosting: Hosting) -> str:
    """Return where addresses without a file lead, as these hosts know no Accept.

    They show ``name.html`` at ``/name`` by themselves. The page of the language that is liked best is shown for
    the addresses that a rule can name: those of pages that are of no resource, without a slash in them.
    """
    first, *others = hosting.languages
    lines = []
    for old in sorted(hosting.moved):
        target = hosting.target(old)
        lines.append(f"/{_escaped(old)} {target if '://' in target else f'/{target}'} 303!")
    for language in others:
        lines.append(f"/ /{INDEX}.{language}.html 200! Language={language}")
        lines += [f"/{page} /{page}.{language}.html 200! Language={language}" for page in hosting.pages]
    lines.append(f"/ /{INDEX}.{first}.html 200")
    lines.append("/* /:splat.html 200")
    lines.append("/* /404.html 404")
    return "\n".join(lines) + "\n"


def _escaped(path: str) -> str:
    return re.sub(r"[^\w/.~-]", lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), path, flags=re.A)
