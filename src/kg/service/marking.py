"""How terms and facts are marked in HTML: what templates would say, in a fraction of the time, for they are many."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from kg.service.names import Shown
    from kg.service.page import Group, Told


_word = lru_cache(maxsize=1_024)(escape)


@lru_cache(maxsize=8_192)
def text(shown: "Shown") -> Markup:
    """Return a text in its language, or a date as machines read it too."""
    if shown.language:
        return Markup(f'<span lang="{escape(shown.language)}">{escape(shown.text)}</span>')
    if shown.date:
        return Markup(f'<time datetime="{escape(shown.date)}">{escape(shown.text)}</time>')
    return escape(shown.text)


@lru_cache(maxsize=8_192)
def term(shown: "Shown") -> Markup:
    """Return a term with its link, if it has one."""
    if not shown.href:
        return text(shown)
    inside = escape(shown.text)
    if shown.language:
        inside = Markup(f'<span lang="{escape(shown.language)}">{inside}</span>')
    return Markup(f'<a href="{escape(shown.href)}">{inside}</a>')


def cited(sources: Sequence["Shown"], words: Mapping[str, str]) -> Markup:
    """Return where something is stated."""
    if not sources:
        return Markup()
    between = f"{_word(words['semicolon'])} "
    return Markup(f" <small>({_word(words['stated'])} {between.join(map(term, sources))})</small>")


def facts(groups: Sequence["Group"], words: Mapping[str, str], kind: str = "facts") -> Markup:
    """Return properties with their values, and what backs each."""
    return Markup("".join(_facts(groups, words, kind)))


def _facts(groups: Sequence["Group"], words: Mapping[str, str], kind: str) -> Iterator[str]:
    yield f'<dl class="{kind}">\n'
    for group in groups:
        yield f"<div><dt>{term(group.property)}</dt>\n"
        for told in group.values:
            if told.nested:
                yield "<dd>"
                yield from _facts(told.nested, words, "nested")
                yield "</dd>\n"
            else:
                yield f"<dd>{term(told.value)}{_backing(told, words)}</dd>\n"
        if group.more:
            yield f"<dd>{term(group.more)}</dd>\n"
        yield "</div>\n"
    yield "</dl>\n"


def _backing(told: "Told", words: Mapping[str, str]) -> str:
    if told.why:
        return f' <small>(<a href="{escape(told.why)}">{_word(words["inferred"])}</a>)</small>'
    return cited(told.sources, words)
