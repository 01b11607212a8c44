"""Whatever terms and words say, they are texts and attributes, never elements."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from kg.service import marking
from kg.service.names import Shown
from kg.service.page import Group, Told

TEXTS = st.text(alphabet="<>&\"'ab =/;", min_size=1, max_size=12)
SHOWN = st.builds(Shown, TEXTS, st.none() | TEXTS, st.none() | TEXTS, st.none() | TEXTS)
TOLD = st.builds(Told, SHOWN, st.just(()), st.lists(SHOWN, max_size=2).map(tuple), st.none() | TEXTS)
GROUPS = st.lists(st.builds(Group, SHOWN, st.lists(TOLD, min_size=1, max_size=2), st.none() | SHOWN), max_size=2)


class Read(HTMLParser):
    """What a browser would read: elements, their attributes, and texts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.values: list[str | None] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.values += [value for _, value in attrs]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@given(GROUPS, st.fixed_dictionaries(dict.fromkeys(("semicolon", "stated", "inferred"), TEXTS)))
def test_nothing_that_is_said_becomes_an_element(groups: list[Group], words: dict[str, str]) -> None:
    read = Read(str(marking.facts(groups, words)))
    assert set(read.elements) <= {"dl", "div", "dt", "dd", "a", "span", "time", "small"}
    whole = "".join(read.texts)
    for group in groups:
        for shown in (group.property, *(told.value for told in group.values)):
            assert shown.text in whole
        for told in group.values:
            if told.why:
                assert told.why in read.values
            assert {source.href for source in told.sources if source.href and not told.why} <= set(read.values)
