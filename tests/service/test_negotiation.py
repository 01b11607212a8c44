"""What a client accepts, as pure functions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.service.negotiation import FORMS, Form, choose_form, choose_language, form_of, matches, matches_strongly


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        (None, "html"),
        ("", "html"),
        ("*/*", "html"),
        ("*", "html"),
        ("text/turtle", "ttl"),
        ("TEXT/Turtle", "ttl"),
        ("text/*", "html"),
        ("application/*", "jsonld"),
        ("application/rdf+xml;q=0.9, application/n-triples", "nt"),
        ("text/html;q=0.1, */*;q=0.2", "ttl"),
        ("text/html;q=0, text/*", "ttl"),
        ("text/turtle;q=0", None),
        ("text/turtle;q=0.000, */*;q=0.001", "html"),
        ("*/*;q=0", None),
        ("image/png", None),
        ("image/png, */*;q=0.1", "html"),
        ("text/turtle;charset=utf-8", "ttl"),
        ('text/turtle;charset="UTF-8"', "ttl"),
        ("text/turtle;charset=latin1", None),
        ("text/turtle;charset=utf-8;q=0.1, text/turtle;q=0.9, text/html;q=0.5", "html"),
        ("text/html;level=1", None),
        ('application/ld+json;profile="http://www.w3.org/ns/json-ld#compacted"', "jsonld"),
        ('text/turtle;note="a,b;q=0", text/html;q=0.5', "html"),
        ("text/turtle;q=.2, text/html;q=.1", "ttl"),
        ("text/turtle;q=2, application/trig;q=0.1", "trig"),
        ("text/turtle;q=abc, application/trig;q=0.1", "trig"),
        ("garbage", "html"),
        ("*/turtle, application/trig;q=0.1", "trig"),
        (";;;,;q=1,application/trig;q=0.1", "trig"),
        (",,application/trig,,", "trig"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", "html"),
        ("application/rdf+xml, text/turtle;q=0.9, */*;q=0.1", "rdf"),
    ],
)
def test_the_form_that_is_liked_best(accept: str | None, suffix: str | None) -> None:
    chosen = choose_form(accept)
    assert (chosen and chosen.suffix) == suffix


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        (None, "fr"),
        ("", "fr"),
        ("en", "en"),
        ("EN", "en"),
        ("en-GB", "en"),
        ("en-GB;q=0.9, fr;q=0.5", "en"),
        ("fr-CA, en;q=0.9", "fr"),
        ("de", "fr"),
        ("de, en;q=0.2", "en"),
        ("*", "fr"),
        ("fr;q=0, *", "en"),
        ("fr;q=0, en;q=0", "fr"),
        ("fr;q=0.3, en;q=0.4", "en"),
        ("fr;q=0.3, en;q=9", "fr"),
        ("en, fr", "fr"),
    ],
)
def test_the_language_that_is_liked_best(accept: str | None, language: str) -> None:
    assert choose_language(accept, languages=("fr", "en")) == language


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_gets_an_answer(accept: str) -> None:
    assert choose_form(accept) in (*FORMS, None)
    assert choose_language(accept, languages=("fr", "en")) in ("fr", "en")
    assert matches(accept, '"tag"') in (True, False)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(FORMS), st.integers(0, 1000), min_size=1))
def test_no_form_is_liked_better_than_the_chosen_one(wanted: dict[Form, int]) -> None:
    accept = ", ".join(f"{form.media_type};q={quality / 1000:.3f}" for form, quality in wanted.items())
    chosen = choose_form(accept)
    best = max(wanted.values())
    assert chosen is None if best == 0 else chosen is not None and wanted[chosen] == best


def test_forms_have_names() -> None:
    assert [form_of(form.suffix) for form in FORMS] == [form_of(form.media_type) for form in FORMS] == list(FORMS)
    assert form_of("png") is None


def test_entity_tags_are_compared() -> None:
    assert matches('"a", W/"b"', '"b"')
    assert matches("*", '"b"')
    assert not matches('"ab"', '"b"')
    assert not matches("b", '"b"')
    assert matches_strongly('"a", "b"', '"b"')
    assert not matches_strongly('W/"b"', '"b"')
