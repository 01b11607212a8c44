"""The rules of Caddy: maps that choose, and a site at the root of an address."""

import re
from collections.abc import Iterable, Iterator, Sequence

from kg.service.headers import SCRIPT
from kg.service.hosting.choosing import best, qualities, ranges_of_forms, ranges_of_languages
from kg.service.hosting.rules import HEADERS, SUFFIXES, Hosting, escaped
from kg.service.negotiation import FORMS, HTML

_SITE = """\
# Caddy: say which address, and where the folder is: that of the link that kg publish makes.
:8080 {{
	root * /srv/site

{maps}

	route {{
{headers}
		header Content-Security-Policy {{kg_policy}}

		@options method OPTIONS
		header @options Allow "GET, HEAD, OPTIONS"
		respond @options 204
		@refused not method GET HEAD
		error @refused 405
		@moved expression `{{kg_moved}} != ""`
		redir @moved {{kg_moved}}{{kg_query}} 303
		@hidden {{
			path_regexp /\\.
			not path_regexp ^/\\.well-known/[^/.][^/]*$
		}}
		error @hidden 404

		# The names of files: a page without a language is that of the best one.
		@page path_regexp page ^(/.*)\\.html$
		route @page {{
			@of_page file {{re.page.1}}{{kg_page}}.{{kg_language}}.html
			rewrite @of_page {{re.page.1}}{{kg_page}}.{{kg_language}}.html
		}}
		@data path_regexp data ^(/.*)\\.({data})$
		route @data {{
			@of_data file {{re.data.1}}{{kg_page}}.{{re.data.2}}
			rewrite @of_data {{re.data.1}}{{kg_page}}.{{re.data.2}}
		}}
		@unnumbered {{
			path_regexp \\.(?:html|{data})$
			expression `{{kg_page}} != "" && !{{path}}.contains(".page")`
		}}
		error @unnumbered 404

		@nofirst {{
			path /
			expression `{{kg_form}} != "html"`
		}}
		error @nofirst 406
		@first path /
		rewrite @first /index.{{kg_language}}.html

		# What has documents: one of them, or where it is.
		@documents {{
			not file {{path}}
			file {{path}}.html
		}}
		route @documents {{
			@none not file {{path}}{{kg_page}}.{{kg_form}}
			error @none 406
			@elsewhere not path_regexp ^/{answers}$
			redir @elsewhere {{kg_path}}{{kg_page}}{{kg_ending}} 303
			@html expression `{{kg_form}} == "html"`
			rewrite @html {{path}}{{kg_page}}.{{kg_language}}.html
			@other expression `{{kg_form}} != "html"`
			rewrite @other {{path}}{{kg_page}}.{{kg_form}}
		}}

{of_files}
{gone}
		file_server
	}}

	handle_errors {{
{headers}
		header Content-Security-Policy {{kg_policy}}
		header Content-Language {{kg_language}}
		header Content-Type "text/html; charset=utf-8"
		header -Link
		@refused expression `{{err.status_code}} == 405`
		route @refused {{
			header Allow "GET, HEAD, OPTIONS"
			rewrite * /405.{{kg_language}}.html
			file_server
		}}
		@unacceptable expression `{{err.status_code}} == 406`
		route @unacceptable {{
			header Content-Type "text/plain; charset=utf-8"
			rewrite * /406.{{kg_language}}.txt
			file_server
		}}
		rewrite * /404.{{kg_language}}.html
		file_server {{
			status 404
		}}
	}}
}}
"""


def caddy(hosting: Hosting) -> str:
    """Return the rules of a site at the root of an address."""
    return _SITE.format(
        maps="\n".join(_maps(hosting)),
        headers="\n".join(_headers()),
        data="|".join(form.suffix for form in FORMS[1:]),
        answers=hosting.answers,
        of_files="\n".join(_of_files(hosting)),
        gone=_gone(hosting),
    )


def _maps(hosting: Hosting) -> Iterator[str]:
    """Yield the maps: they are read when what they say is asked for."""
    languages = hosting.languages
    yield from _chosen("Accept", *ranges_of_forms(), name="kg_liked", other="none")
    yield from _map("{header.Accept}", "kg_accepted", [("", "html")], "{kg_liked}")
    yield from _chosen("Accept-Language", *ranges_of_languages(languages), name="kg_spoken", other=languages[0])
    formats = [
        (f"~(?i)^(?:{form.suffix}|{escaped(form.media_type).replace('+', '+ ')})$", form.suffix) for form in FORMS
    ]
    yield from _map("{query.format}", "kg_form", [("", "{kg_accepted}"), *formats], "none")
    yield from _map("{query.lang}", "kg_language", [(tag, tag) for tag in languages], "{kg_spoken}")
    # 303 keeps a language that the address asks for
    yield from _map("{query.lang}", "kg_named", [(tag, f".{tag}") for tag in languages], "")
    yield from _map("{kg_form}", "kg_ending", [("html", "{kg_named}.html")], ".{kg_form}")
    pages = [("", ""), ("1", ""), ("~^([2-9]|[1-9][0-9]+)$", ".page${1}")]
    yield from _map("{query.page}", "kg_page", pages, ".none")
    yield from _map("{uri}", "kg_path", [("~^([^?]*)", "${1}")], "")
    yield from _map("{uri}", "kg_query", [(r"~^[^?]*(\?.*)$", "${1}")], "")
    policies = [
        (rf"~^/(?:{'|'.join(map(re.escape, hosting.scripted))})(?:[./].*)?$", hosting.policy),
        (r"~^/static/.*\.js$", SCRIPT),
    ]
    yield from _map("{path}", "kg_policy", policies, HEADERS["Content-Security-Policy"])
    yield from _map("{path}", "kg_moved", _moved(hosting), "")
    spoken = rf"(?:\.(?:{hosting.spoken}))?"
    stems = [(f"~^/(?:{'|'.join(map(re.escape, hosting.pages))})[./]", "")]
    stems += [
        (rf"~^(/[\x21-\x7e]*?)(?:\.page\d+)?{spoken if form == HTML else ''}\.{form.suffix}$", "${1}") for form in FORMS
    ]
    yield from _map("{path}", "kg_stem", stems, "")


def _chosen(
    header: str, ranges: Sequence[str], ways: Sequence[tuple[str, Sequence[int]]], *,
    name: str, other: str,
) -> Iterator[str]:  # fmt: skip
    """Yield maps that choose by a header: the quality of each range, and the best choice by them."""
    found = []
    for place, (quality, named) in enumerate(qualities(ranges)):
        found.append(f"{name}_{place}")
        yield from _map(f"{{header.{header}}}", found[-1], [(f"~(?i){quality}", "${1}"), (f"~(?i){named}", "1")], "-")
    pairs = [(f"~{pattern}", choice) for pattern, choice in best(ways, len(ranges))]
    yield from _map("".join(f"{{{one}}}/" for one in found), name, pairs, other)


def _map(source: str, name: str, pairs: Iterable[tuple[str, str]], other: str) -> Iterator[str]:
    yield f"\tmap {_quoted(source)} {{{name}}} {{"
    for pattern, value in pairs:
        yield f"\t\t{_quoted(pattern)} {_quoted(value)}"
    yield f"\t\tdefault {_quoted(other)}"
    yield "\t}"


def _moved(hosting: Hosting) -> Iterator[tuple[str, str]]:
    """Yield where deprecated things have gone, in the form that the address asks for."""
    for old in sorted(hosting.moved):
        target = hosting.target(old)
        pattern = rf"~^/{re.escape(old)}((?:\.(?:{hosting.spoken}))?\.(?:{SUFFIXES}))?$"
        yield pattern, target if "://" in target else f"/{target}${{1}}"


def _headers() -> Iterator[str]:
    for name, value in HEADERS.items():
        if name != "Content-Security-Policy":
            yield f"\t\theader {name} {_quoted(value)}"


def _of_files(hosting: Hosting) -> Iterator[str]:
    """Yield the headers that depend on the name of a file: its type, its language, its other forms."""
    for form in FORMS:
        if form != HTML:
            yield f"\t\t@{form.suffix} path *.{form.suffix}"
            yield f'\t\theader @{form.suffix} Content-Type "{form.content_type}"'
        yield f"\t\t@linked_{form.suffix} {{"
        yield f"\t\t\tpath *.{form.suffix}"
        yield '\t\t\texpression `{kg_stem} != ""`'
        yield "\t\t}"
        yield f"\t\theader @linked_{form.suffix} Link {_quoted(hosting.link(form, '{kg_stem}'))}"
    yield "\t\t@txt path *.txt"
    yield '\t\theader @txt Content-Type "text/plain; charset=utf-8"'
    for language in hosting.languages:
        yield f"\t\t@in_{language} path *.{language}.html *.{language}.txt"
        yield f"\t\theader @in_{language} Content-Language {language}"


def _gone(hosting: Hosting) -> str:
    """Return what answers 410 with what there is to say of something that nothing replaces."""
    if not hosting.gone:
        return ""
    names = "|".join(re.escape(path) for path in sorted(hosting.gone))
    return (
        f"\t\t@gone path_regexp ^/(?:{names})(?:\\.(?:{hosting.spoken}))?\\.(?:{SUFFIXES})$\n"
        "\t\troute @gone {\n\t\t\tfile_server {\n\t\t\t\tstatus 410\n\t\t\t}\n\t\t}\n"
    )


def _quoted(text: str) -> str:
    """Return a token of a Caddyfile, where a backquote encloses anything but itself."""
    return f"`{text}`" if "`" not in text else '"' + text.replace('"', '\\"') + '"'
