"""The rules of Apache: the ``.htaccess`` of a site, below any path, and that of https://w3id.org."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from kg.service.headers import SCRIPT
from kg.service.hosting.choosing import forms, spoken
from kg.service.hosting.rules import HEADERS, SUFFIXES, Hosting, escaped
from kg.service.negotiation import FORMS, HTML

_HEAD = """\
# Apache: the folder needs AllowOverride All (or FileInfo Indexes Options), mod_rewrite, mod_headers, mod_setenvif,
# mod_mime.
Options -Indexes -MultiViews
DirectorySlash Off
DirectoryIndex disabled
AcceptPathInfo Off
FileETag MTime Size
{types}
AddDefaultCharset Off

# The form and the language that are liked best: of the lines that match, the last counts.
SetEnvIf Request_URI . kg_form=none kg_language={first}
SetEnvIf Accept "^$" kg_form=html
{chosen}
"""

_BODY = """
ErrorDocument 404 "{path}404.%{{reqenv:kg_language}}.html"
ErrorDocument 405 "{path}405.%{{reqenv:kg_language}}.html"
ErrorDocument 406 "{path}406.%{{reqenv:kg_language}}.txt"
ErrorDocument 410 "{path}%{{reqenv:kg_gone}}"

RewriteEngine On
RewriteCond %{{ENV:REDIRECT_STATUS}} !=""
RewriteRule ^ - [END]
RewriteCond %{{REQUEST_METHOD}} =OPTIONS
RewriteRule ^ - [R=204,END]
RewriteCond %{{REQUEST_METHOD}} !^(?:GET|HEAD)$
RewriteRule ^ - [R=405,END]
{moved}
RewriteCond %{{QUERY_STRING}} (?:^|&)format=
RewriteRule ^ - [E=kg_form:none]
{formats}
RewriteCond %{{QUERY_STRING}} (?:^|&)lang=({spoken})(?:&|$)
RewriteRule ^ - [E=kg_language:%1,E=kg_named:.%1]
RewriteCond %{{QUERY_STRING}} (?:^|&)page=(?!1?(?:&|$))
RewriteRule ^ - [E=kg_page:.none]
RewriteCond %{{QUERY_STRING}} (?:^|&)page=([2-9]|[1-9][0-9]+)(?:&|$)
RewriteRule ^ - [E=kg_page:.page%1]
RewriteRule (?:^|/)\\.(?!well-known/) - [R=404,END]

{gone}

# The names of files: a page without a language is that of the best one.
RewriteCond %{{REQUEST_FILENAME}} ^(.+)\\.html$
RewriteCond %1%{{ENV:kg_page}}.%{{ENV:kg_language}}.html -f
RewriteRule ^(.+)\\.html$ $1%{{ENV:kg_page}}.%{{ENV:kg_language}}.html [END]
RewriteCond %{{REQUEST_FILENAME}} ^(.+)\\.({data})$
RewriteCond %1%{{ENV:kg_page}}.%2 -f
RewriteRule ^(.+)\\.({data})$ $1%{{ENV:kg_page}}.$2 [END]
RewriteCond %{{ENV:kg_page}} !=""
RewriteRule \\.(?:html|{data})$ - [R=404,END]
RewriteCond %{{REQUEST_FILENAME}} -f
RewriteRule ^ - [END]
RewriteCond %{{ENV:kg_form}} !=html
RewriteRule ^$ - [R=406,END]
RewriteRule ^$ index.%{{ENV:kg_language}}.html [END]

# What has documents: one of them, or where it is.
RewriteCond %{{REQUEST_FILENAME}}.html !-f
RewriteRule ^ - [R=404,END]
RewriteCond %{{REQUEST_FILENAME}}%{{ENV:kg_page}}.%{{ENV:kg_form}} !-f
RewriteRule ^ - [R=406,END]
{gone_documents}
RewriteCond %{{ENV:kg_form}} =html
RewriteRule ^{answers}$ $0%{{ENV:kg_page}}.%{{ENV:kg_language}}.html [END]
RewriteRule ^{answers}$ $0%{{ENV:kg_page}}.%{{ENV:kg_form}} [END]
RewriteCond %{{ENV:kg_form}} =html
RewriteCond %{{THE_REQUEST}} "^\\S+ ([^?\\s]+)"
RewriteRule ^ %1%{{ENV:kg_page}}%{{ENV:kg_named}}.html [R=303,NE,QSD,END]
RewriteCond %{{THE_REQUEST}} "^\\S+ ([^?\\s]+)"
RewriteRule ^ %1%{{ENV:kg_page}}.%{{ENV:kg_form}} [R=303,NE,QSD,END]

{headers}
Header always set Allow "GET, HEAD, OPTIONS" "expr=%{{REQUEST_STATUS}} -in {{'204', '405'}}"
"""


def htaccess(hosting: Hosting) -> str:
    """Return the rules of the folder of a site."""
    path = urlsplit(hosting.base).path
    types = [f'AddType "{form.content_type}" .{form.suffix}' for form in FORMS]
    types += ['AddType "text/css; charset=utf-8" .css', 'AddType "text/csv; charset=utf-8" .csv']
    types += ['AddType "text/plain; charset=utf-8" .txt', "AddType application/json .json"]
    # The last that matches counts: the most liked stand last.
    chosen = [f'SetEnvIfNoCase Accept "{pattern}" kg_form={suffix}' for pattern, suffix in reversed(list(forms()))]
    chosen += [
        f'SetEnvIfNoCase Accept-Language "{pattern}" kg_language={language}'
        for pattern, language in reversed(list(spoken(hosting.languages)))
    ]
    head = _HEAD.format(types="\n".join(types), first=hosting.languages[0], chosen="\n".join(chosen))
    return head + _BODY.format(
        path=path,
        spoken=hosting.spoken,
        moved="\n".join(_moved(hosting, path)),
        formats="\n".join(_formats()),
        data="|".join(form.suffix for form in FORMS[1:]),
        gone="\n".join(_gone(hosting)),
        gone_documents="\n".join(_gone_documents(hosting)),
        answers=hosting.answers,
        headers="\n".join([*_headers(hosting), *_links(hosting)]),
    )


def _moved(hosting: Hosting, path: str) -> Iterator[str]:
    """Yield where deprecated things have gone, in the form that the address asks for."""
    for old in sorted(hosting.moved):
        target = hosting.target(old).replace("%", "\\%")
        ending = rf"((?:\.(?:{hosting.spoken}))?\.(?:{SUFFIXES}))?"
        if "://" in target:
            yield f'RewriteRule "^{re.escape(old)}{ending}$" "{target}" [R=303,NE,QSD,END]'
        else:
            yield f'RewriteRule "^{re.escape(old)}{ending}$" "{path}{target}$1" [R=303,NE,END]'


def _gone(hosting: Hosting) -> Iterator[str]:
    """Yield which file an answer of 410 has, by the names of files."""
    for path in sorted(hosting.gone):
        name = re.escape(path)
        yield f'RewriteRule "^({name})\\.html$" - [E=kg_gone:$1.%{{ENV:kg_language}}.html,R=410,END]'
        yield f'RewriteRule "^({name}(?:\\.(?:{hosting.spoken}))?\\.(?:{SUFFIXES}))$" - [E=kg_gone:$1,R=410,END]'


def _gone_documents(hosting: Hosting) -> Iterator[str]:
    """Yield the same for documents, whose form has been chosen."""
    for path in (path for path in sorted(hosting.gone) if re.fullmatch(hosting.answers, path)):
        yield "RewriteCond %{ENV:kg_form} =html"
        yield f'RewriteRule "^{re.escape(path)}$" - [E=kg_gone:$0.%{{ENV:kg_language}}.html,R=410,END]'
        yield f'RewriteRule "^{re.escape(path)}$" - [E=kg_gone:$0.%{{ENV:kg_form}},R=410,END]'


def _formats() -> Iterator[str]:
    for form in FORMS:
        yield f"RewriteCond %{{QUERY_STRING}} (?:^|&)format=(?:{form.suffix}|{escaped(form.media_type)})(?:&|$) [NC]"
        yield f"RewriteRule ^ - [E=kg_form:{form.suffix}]"


def _headers(hosting: Hosting) -> Iterator[str]:
    for name, value in HEADERS.items():
        yield f'Header always set {name} "{value}"'
    scripted = "|".join(map(re.escape, hosting.scripted))
    yield (
        f'Header always set Content-Security-Policy "{hosting.policy}" '
        f'"expr=%{{REQUEST_URI}} =~ m#/(?:{scripted})(?:[./][^/]*)?$#"'
    )
    yield f'Header always set Content-Security-Policy "{SCRIPT}" "expr=%{{REQUEST_URI}} =~ m#/static/.*[.]js$#"'
    for language in hosting.languages:
        written = rf"%{{REQUEST_FILENAME}} =~ m#\.{language}\.(?:html|txt)$# && %{{REQUEST_STATUS}} -ne 303"
        yield f'Header always set Content-Language {language} "expr={written}"'


def _links(hosting: Hosting) -> Iterator[str]:
    """Yield the lines that say Link of the documents in each form; after a rewriting, variables have a longer name."""
    for form in FORMS:
        language = rf"(?:\.(?:{hosting.spoken}))?" if form == HTML else ""
        stem = hosting.stem("of").replace("(?<of>/", f"({urlsplit(hosting.base).path}", 1)
        pattern = rf"^{stem}(?:\.page\d+)?{language}\.{form.suffix}$"
        yield f'SetEnvIf Request_URI "{pattern}" kg_{form.suffix}=$1'
        for name in (f"kg_{form.suffix}", f"REDIRECT_kg_{form.suffix}"):
            value = hosting.link(form, f"%{{{name}}}e").replace('"', '\\"')
            yield f'Header set Link "{value}" env={name}'


def w3id(hosting: Hosting) -> str:
    """Return the rules for https://w3id.org, which sends every address of the graph on to where it is hosted."""
    return (
        "# https://w3id.org: what is asked for here is hosted elsewhere, where forms and languages are chosen.\n"
        "RewriteEngine On\n"
        'Header always set Access-Control-Allow-Origin "*"\n'
        f"RewriteRule ^(.*)$ {hosting.base}$1 [R=303,NE,L]\n"
    )
