"""The rules of hosts that read ``_redirects`` and ``_headers``."""

import re

from kg.service.hosting.rules import HEADERS, Hosting
from kg.service.negotiation import FORMS


def headers(hosting: Hosting) -> str:
    """Return the headers of all files, and of those whose type a host would not know."""
    lines = ["/*", *(f"  {name}: {value}" for name, value in HEADERS.items() if name != "Content-Security-Policy")]
    for form in FORMS[1:]:
        lines += [f"/*.{form.suffix}", f"  Content-Type: {form.content_type}"]
    for language in hosting.languages:
        lines += [f"/*.{language}.html", f"  Content-Language: {language}"]
    for page in hosting.scripted:
        lines += [f"/{page}*", f"  Content-Security-Policy: {hosting.policy}"]
    return "\n".join(lines) + "\n"


def redirects(hosting: Hosting) -> str:
    """Return where addresses without a file lead: by language, as these hosts know no Accept."""
    first, *others = hosting.languages
    lines = []
    for old in sorted(hosting.moved):
        target = hosting.target(old)
        lines.append(f"/{_escaped(old)} {target if '://' in target else f'/{target}'} 303!")
    for language in others:
        lines.append(f"/ /index.{language}.html 200 Language={language}")
        lines.append(f"/* /:splat.{language}.html 200 Language={language}")
    lines.append(f"/ /index.{first}.html 200")
    lines.append("/* /:splat.html 200")
    lines.append("/* /404.html 404")
    return "\n".join(lines) + "\n"


def _escaped(path: str) -> str:
    return re.sub(r"[^\w/.~-]", lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), path, flags=re.A)
