"""A report as one HTML page in French and in English, without script or any other file."""

from collections.abc import Mapping
from html import escape
from typing import TextIO

from kg.source.excerpt import Excerpts
from kg.validation.formats.context import Context
from kg.validation.report import Finding, Place, Report

_LANGUAGES = ("fr", "en")
_NAMES = {"fr": "Français", "en": "English"}
_LABELS = {
    "fr": {"violation": "Violation", "warning": "Avertissement", "info": "Information", "lang": "Langue :"},
    "en": {"violation": "Violation", "warning": "Warning", "info": "Info", "lang": "Language:"},
}
_STYLE = """
:root { color-scheme: light dark; --line: #8888; --violation: #b00020; --warning: #8a5300; --info: #005a9c }
@media (prefers-color-scheme: dark) { :root { --violation: #ff8a94; --warning: #ffc46b; --info: #7cc4ff } }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 1rem }
h1 { font-size: 1.5rem; margin: 0 0 .5rem }
summary { cursor: pointer; font-weight: 600; overflow-wrap: anywhere; padding: .5rem 0 }
ol { list-style: none; margin: 0; padding: 0 }
li { border-left: .3rem solid var(--line); margin: 0 0 1rem; padding: 0 0 0 .8rem }
li.violation { border-color: var(--violation) } li.violation b { color: var(--violation) }
li.warning { border-color: var(--warning) } li.warning b { color: var(--warning) }
li.info { border-color: var(--info) } li.info b { color: var(--info) }
p { margin: .2rem 0; overflow-wrap: anywhere }
pre { margin: .3rem 0; overflow-x: auto; padding: .4rem; background: #8882 }
code { font-family: ui-monospace, monospace; font-size: .9em }
fieldset { border: 0; margin: 0 0 1rem; padding: 0 } legend { display: contents } label { margin: 0 .8rem 0 .2rem }
body:has(#fr:checked) [lang=en]:not(html), body:has(#en:checked) [lang=fr]:not(html) { display: none }
"""


def write(out: TextIO, report: Report, context: Context) -> None:
    """Write the page. It opens in the language of the report; a choice at its head shows the other."""
    language = context.language if context.language in _LANGUAGES else "en"
    title = context.word("title", language=language)
    out.write(
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<header>\n"
        f"<h1>{_word(context, 'title')}</h1>\n"
    )
    legend = _both({code: _LABELS[code]["lang"] for code in _LANGUAGES})
    out.write(f"<fieldset><legend>{legend} </legend>\n")
    for code in _LANGUAGES:
        checked = " checked" if code == language else ""
        out.write(
            f'<input type="radio" name="lang" id="{code}"{checked}>'
            f'<label for="{code}"><span>{_NAMES[code]}</span></label>\n'
        )
    counts = _both({code: context.count(report, language=code) for code in _LANGUAGES})
    out.write(f"</fieldset>\n<p>{counts}</p>\n</header>\n<main>\n")
    excerpts = Excerpts()
    for name, findings in context.groups(report):
        shown = escape(name) if name else _word(context, "nowhere")
        out.write(f"<details open>\n<summary>{shown}</summary>\n<ol>\n")
        for finding in findings:
            _item(out, finding, context, excerpts)
        out.write("</ol>\n</details>\n")
    out.write("</main>\n</body>\n</html>\n")


def _item(out: TextIO, finding: Finding, context: Context, excerpts: Excerpts) -> None:
    place = finding.place or (Place(finding.file) if finding.file else None)
    out.write(f'<li class="{finding.severity}">\n')
    where = f" <code>{escape(str(place))}</code>" if place else ""
    severity = _both({code: _LABELS[code][finding.severity] for code in _LANGUAGES})
    out.write(f"<p><b>{severity}</b>{where}</p>\n")
    if finding.messages:
        out.write(f"<p>{_both(_messages(finding))}</p>\n")
    out.write(f"<p><code>{escape(context.about(finding))}</code></p>\n")
    if place and place.span and (lines := excerpts.at(context.project.root / place.file, place.span)):
        out.write(f'<pre tabindex="0"><code>{escape(lines)}</code></pre>\n')
    if suggestion := context.suggestion(finding):
        shown = f"<code>{escape(suggestion)}</code>"
        out.write(f"<p>{_word(context, 'fix').replace('{}', shown)}</p>\n")
    for premise in finding.premises:
        shown = f"<code>{escape(str(premise))}</code>"
        out.write(f"<p>{_word(context, 'from').replace('{}', shown)}</p>\n")
    at = finding.shape_place or finding.shape_file
    shape = f"<code>{escape(context.rule(finding.shape))}</code>" + (f" (<code>{escape(str(at))}</code>)" if at else "")
    out.write(f"<p>{_word(context, 'shape').replace('{}', shape)}</p>\n</li>\n")


def _messages(finding: Finding) -> dict[str, str]:
    """Return the message in each language of the page; where it is not said in one, any that there is."""
    return {code: finding.messages.get(code) or finding.message("en") for code in _LANGUAGES}


def _word(context: Context, name: str) -> str:
    return _both({code: context.word(name, language=code) for code in _LANGUAGES})


def _both(texts: Mapping[str, str]) -> str:
    """Return a text in both languages, of which the page shows one; once where they are the same."""
    if len(set(texts.values())) == 1:
        return escape(next(iter(texts.values())))
    return "".join(f'<span lang="{code}">{escape(text)}</span>' for code, text in texts.items())
