"""Each question with an answer: the service, the browser's own engine, and ``kg query`` find the same solutions.

The browser is on a copy made of files at Python's web server, which answers no query.
"""

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from kg.graph.build import Build
from kg.graph.store import read_results
from kg.project import Project
from kg.query.answer import Answer
from kg.query.catalogue import Catalogue
from kg.query.local import answer
from kg.query.parameters import parse_values
from tests.service.chromium import Seen, chromium, watched
from tests.service.copied import copy_site, hosted
from tests.service.dereferencing import Client

pytestmark = pytest.mark.system

# Each answer of the worker is written down as it comes to the page.
HEARD = """{
  const Own = Worker;
  globalThis.heard = [];
  globalThis.Worker = class extends Own {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => data.answer && heard.push(data.answer.text));
    }
  };
}"""
ANSWERS = sorted(path.stem for path in (Path(__file__).parents[1] / "competency").glob("*.csv"))


@pytest.fixture(scope="module")
def live(whole_site: Client) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://127.0.0.1:{whole_site.port}", timeout=60) as found:
        yield found


@pytest.fixture(scope="module")
def address(
    live: httpx.Client, project: Project, project_build: Build, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    root = tmp_path_factory.mktemp("copy") / "site"
    dated = sorted({name.partition("@")[0] for name in ANSWERS if "@" in name})
    copy_site(live, project_build, project, questions=dated, root=root)
    with hosted(root) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(patience=60_000) as found:
        yield found


def solutions(document: bytes) -> tuple[Answer, Counter[tuple[str | None, ...]]]:
    found = Answer.of(read_results(document))
    return found, Counter(found.rows)


def test_every_question_has_the_same_answer_everywhere(
    browser: Browser, address: str, live: httpx.Client, project: Project, project_build: Build
) -> None:
    seen = Seen()
    page = watched(browser, seen)
    page.add_init_script(HEARD)
    page.goto(f"{address}/sparql.fr.html")
    expect(page.locator(".yasqe .CodeMirror")).to_be_visible()
    catalogue = Catalogue.of(project)
    asked = sorted({name.partition("@")[0] for name in ANSWERS})
    assert len(asked) >= 100
    for name in asked:
        query = catalogue.find(name)
        values = parse_values({}, query.params, query=name, project=project)
        text = query.bound(values)
        here, rows = solutions(run(page, text))
        there, served_rows = solutions(live.post("/sparql", data={"query": text, "format": "json"}).content)
        ours = answer(query, catalogue=catalogue, build=project_build, values=values)
        assert (name, here.variables) == (name, there.variables) == (name, ours.variables)
        assert rows == served_rows == Counter(ours.rows), name
    page.context.close()
    seen.check(address)


def run(page: Page, text: str) -> bytes:
    """Return the results in JSON that the engine of the page has for a query."""
    before = page.evaluate("heard.length")
    page.evaluate("text => document.querySelector('.yasqe .CodeMirror').CodeMirror.setValue(text)", text)
    page.get_by_role("button", name="Interroger").click()
    page.wait_for_function("before => heard.length > before", arg=before, timeout=60_000)
    expect(page.get_by_role("button", name="Interroger")).to_be_visible()
    found: str = page.evaluate("heard.at(-1)")
    return found.encode()


@pytest.mark.parametrize("name", [name for name in ANSWERS if "@" in name])
def test_a_question_with_another_date_has_the_answer_of_that_date(
    name: str, browser: Browser, address: str, live: httpx.Client, project: Project, project_build: Build
) -> None:
    question, _, day = name.partition("@")
    catalogue = Catalogue.of(project)
    query = catalogue.find(question)
    values = parse_values({"asOf": day}, query.params, query=question, project=project)
    expected = answer(query, catalogue=catalogue, build=project_build, values=values)
    seen = Seen()
    page = watched(browser, seen)
    page.add_init_script(HEARD)
    page.goto(f"{address}/query/{question}.fr.html")
    assert page.evaluate("heard") == []
    page.locator("#p-asOf").fill(day)
    page.locator("#asked button").click()
    expect(page.locator("#answers [role=tablist]")).to_be_visible()
    first, *others = (solutions(text.encode())[1] for text in page.evaluate("heard"))
    assert first == Counter(expected.rows)
    because = [Counter(reason.rows) for _, reason in expected.because]
    assert others[: len(because)] == because
    assert page.locator("#p-asOf").input_value() == day
    # Things have their names, as on the page that the service writes for the same date.
    text = live.get(f"/query/{question}", params={"asOf": day, "lang": "fr"}, headers={"Accept": "text/html"}).text
    written = re.search(r'<section aria-labelledby="answer">.*?</section>', text, re.DOTALL)
    assert written
    theirs = [unescape(re.sub(r"<[^>]*>", "", link)) for link in re.findall(r"<td><a .*?</td>", written[0])]
    assert page.locator("#answers [role=tabpanel] td a").all_inner_texts() == theirs
    assert f"asOf={day}" in page.locator("#cited").inner_text()
    page.context.close()
    seen.check(address)
