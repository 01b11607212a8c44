"""The rules of nginx: maps that choose, and a server, to be included in ``http { }``."""

import re
from collections.abc import Iterable, Iterator

from kg.service.headers import SCRIPT
from kg.service.hosting.choosing import forms, spoken
from kg.service.hosting.rules import HEADERS, SUFFIXES, Hosting, escaped
from kg.service.negotiation import FORMS, HTML

_HEAD = """\
# nginx: include this file in http {{ }}, and say where the folder is and at which address it answers.
# The folder is that of the link that kg publish makes.

map $http_accept $kg_accepted {{
    "" html;
    default none;
{accepted}
}}
map $arg_format $kg_form {{
    "" $kg_accepted;
    default none;
{formats}
}}
map $http_accept_language $kg_spoken {{
    default {first};
{languages}
}}
map $arg_lang $kg_language {{
    default $kg_spoken;
{chosen}
}}
map $arg_lang $kg_named {{  # 303 keeps a language that the address asks for
    default "";
{named}
}}
map $kg_form $kg_ending {{
    default .$kg_form;
    html $kg_named.html;
}}
map $arg_page $kg_page {{
    default .none;
    "" "";
    1 "";
    "~^(?<kg_number>[2-9]|[1-9][0-9]+)$" .page$kg_number;
}}
map $arg_page $kg_whole {{  # a page that is not there is none
    default /.none;
    "" $uri;
    1 $uri;
}}
map $request_uri $kg_path {{
    default "";
    "~^(?<kg_asked>[^?#]*)" $kg_asked;
}}
map $uri $kg_answers {{
    default "";
    "~^/{answers}$" 1;
}}
map $uri $kg_content_language {{
    default "";
    "~\\.(?<kg_written>{spoken})\\.(html|txt)$" $kg_written;
}}
map $uri $kg_policy {{
    default "{policy}";
    "~^/(?:{scripted})(?:[./].*)?\\.html$" "{scripts}";
    "~^/static/.*\\.js$" "{script}";
}}
map $uri $kg_link {{
    default "";
{links}
}}
map $status $kg_allow {{
    default "";
    ~^(204|405)$ "GET, HEAD, OPTIONS";
}}
map $uri $kg_moved {{
    default "";
{moved}
}}
map $uri $kg_gone {{
    default "";
{gone}
}}
"""

_SERVER = """
server {{
    listen 8080;
    server_name localhost;
    root /srv/site;

    absolute_redirect off;
    autoindex off;
    index off;
    charset utf-8;
    charset_types text/html text/css text/plain text/turtle text/csv application/rdf+xml;
    include mime.types;
    types {{
{types}
    }}
    default_type application/octet-stream;

{headers}
    add_header Content-Security-Policy $kg_policy always;
    add_header Content-Language $kg_content_language always;
    add_header Link $kg_link always;
    add_header Allow $kg_allow always;
    error_page 404 /404.$kg_language.html;
    error_page 405 /405.$kg_language.html;
    error_page 406 /406.$kg_language.txt;
    error_page 410 @gone;

    if ($request_method = OPTIONS) {{
        return 204;
    }}
    if ($request_method !~ ^(GET|HEAD)$) {{
        return 405;
    }}
    if ($kg_moved) {{
        return 303 $kg_moved$is_args$args;
    }}
    location ~ /\\.(?!well-known/) {{
        return 404;
    }}
    location @gone {{
        try_files $kg_gone =404;
    }}
    location = / {{
        if ($kg_form != html) {{
            return 406;
        }}
        try_files /index.$kg_language.html =404;
    }}
    location ~ ^(?<kg_stem>/.*)\\.html$ {{
        if ($kg_gone) {{
            return 410;
        }}
        try_files $kg_stem$kg_page.$kg_language.html $kg_whole @negotiated;
    }}
    location ~ ^(?<kg_stem>/.*)\\.(?<kg_suffix>{data})$ {{
        if ($kg_gone) {{
            return 410;
        }}
        try_files $kg_stem$kg_page.$kg_suffix @negotiated;
    }}
    location / {{
        try_files $uri @negotiated;
    }}
    location @negotiated {{
        if (!-f $document_root$uri.html) {{
            return 404;
        }}
        set $kg_found $kg_form;
        if (!-f $document_root$uri$kg_page.$kg_form) {{
            set $kg_found none;
        }}
        if ($kg_found = none) {{
            return 406;
        }}
        if ($kg_answers = "") {{
            return 303 $kg_path$kg_page$kg_ending;
        }}
        rewrite ^ $uri$kg_page.$kg_form last;
    }}
}}
"""


def nginx(hosting: Hosting) -> str:
    """Return the rules of a site at the root of a server."""
    data = "|".join(form.suffix for form in FORMS[1:])
    head = _HEAD.format(
        accepted=_lines((_quoted(f"~*{pattern}"), suffix) for pattern, suffix in forms()),
        formats=_lines((_quoted(f"~*^(?:{form.suffix}|{escaped(form.media_type)})$"), form.suffix) for form in FORMS),
        languages=_lines((_quoted(f"~*{pattern}"), language) for pattern, language in spoken(hosting.languages)),
        first=hosting.languages[0],
        chosen=_lines((language, language) for language in hosting.languages),
        named=_lines((language, f".{language}") for language in hosting.languages),
        answers=hosting.answers,
        spoken=hosting.spoken,
        policy=HEADERS["Content-Security-Policy"],
        scripts=hosting.policy,
        script=SCRIPT,
        scripted="|".join(map(re.escape, hosting.scripted)),
        links="\n".join(_link(hosting, place) for place in range(len(FORMS))),
        moved=_lines(
            (
                _quoted(f"~^/{re.escape(path)}(?<kg_m{n}>(?:\\.(?:{hosting.spoken}))?\\.(?:{SUFFIXES}))?$"),
                _moved(hosting, path, n),
            )
            for n, path in enumerate(sorted(hosting.moved))
        ),
        gone=_lines(pair for n, path in enumerate(sorted(hosting.gone)) for pair in _gone(hosting, path, n)),
    )
    headers = "\n".join(
        f'    add_header {name} "{value}" always;'
        for name, value in HEADERS.items()
        if name != "Content-Security-Policy"
    )
    types = "\n".join(f"        {form.media_type} {form.suffix};" for form in FORMS[1:])
    return head + _SERVER.format(types=types, headers=headers, data=data)


def _moved(hosting: Hosting, path: str, number: int) -> str:
    target = hosting.target(path)
    return target if "://" in target else f"/{target}$kg_m{number}"


def _gone(hosting: Hosting, path: str, number: int) -> Iterator[tuple[str, str]]:
    """Yield the lines of a map that says which file an answer of 410 has."""
    yield _quoted(rf"~^(?<kg_g{number}>/{re.escape(path)})\.html$"), f"$kg_g{number}.$kg_language.html"
    yield _quoted(rf"~^/{re.escape(path)}(?:\.(?:{hosting.spoken}))?\.(?:{SUFFIXES})$"), "$uri"


def _link(hosting: Hosting, place: int) -> str:
    """Return the line of the map of Link for the documents in a form."""
    form = FORMS[place]
    language = rf"(?:\.(?:{hosting.spoken}))?" if form == HTML else ""
    pattern = rf"~^{hosting.stem(f'kg_of{place}')}(?:\.page\d+)?{language}\.{form.suffix}$"
    value = hosting.link(form, f"${{kg_of{place}}}").replace('"', '\\"')
    return f'    {_quoted(pattern)} "{value}";'


def _quoted(pattern: str) -> str:
    """Return an expression as nginx reads it in quotes, where a backslash before a quote alone means anything."""
    return '"' + pattern.replace('"', '\\"') + '"'


def _lines(pairs: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"    {name} {value};" for name, value in pairs)
