"""The rules of hosts that read ``_redirects`` and ``_headers``, and of Caddy."""

import re
from collections.abc import Iterator

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


def caddy(hosting: Hosting) -> str:
    """Return the rules of a site of Caddy at the root of an address."""
    lines = ["# Caddy: say which address, and where the folder is.", ":8080 {", "\troot * /srv/site"]
    lines += [f'\theader {name} "{value}"' for name, value in HEADERS.items() if name != "Content-Security-Policy"]
    for form in FORMS[1:]:
        lines.append(f'\theader *.{form.suffix} Content-Type "{form.content_type}"')
    lines += [f"\t{line}" for line in _moved(hosting)]
    for number, form in enumerate(FORMS[1:]):
        lines += [
            f"\t@data{number} {{",
            f"\t\theader_regexp Accept ^{re.escape(form.media_type)}",
            "\t\tfile {path}" + f".{form.suffix}",
            "\t}",
            f"\tredir @data{number} {{path}}.{form.suffix} 303",
        ]
    first, *others = hosting.languages
    for language in others:
        lines += [
            f"\t@page_{language} {{",
            f"\t\theader_regexp Accept-Language ^{language}",
            "\t\tfile {path}" + f".{language}.html",
            "\t}",
            f"\trewrite @page_{language} {{path}}.{language}.html",
            f"\t@first_{language} {{",
            "\t\tpath /",
            f"\t\theader_regexp Accept-Language ^{language}",
            "\t}",
            f"\trewrite @first_{language} /index.{language}.html",
        ]
    lines += ["\trewrite / /index.html", "\ttry_files {path} {path}.html", "\tfile_server"]
    lines += ["\thandle_errors {", f"\t\trewrite * /404.{first}.html", "\t\tfile_server", "\t}", "}"]
    return "\n".join(lines) + "\n"


def _moved(hosting: Hosting) -> Iterator[str]:
    for old in sorted(hosting.moved):
        target = hosting.target(old)
        yield f"redir /{_escaped(old)} {target if '://' in target else f'/{target}'} 303"


def _escaped(path: str) -> str:
    return re.sub(r"[^\w/.~-]", lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), path, flags=re.A)
