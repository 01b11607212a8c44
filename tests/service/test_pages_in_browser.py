"""Every kind of page in both languages: valid, nothing for axe to find, ours alone, for small screens and keyboards."""

import itertools
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from tests.service.chromium import chromium
from tests.service.dereferencing import Client
from tests.service.kinds import KINDS, STYLESHEET, Kind
from tests.service.test_resources import Reader

pytestmark = pytest.mark.system

MODULES = Path(__file__).parents[1] / "browser" / "node_modules"
LANGUAGES = ("fr", "en")
HTML = {"Accept": "text/html"}
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
every_kind = pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])


def module(name: str) -> Path:
    file = MODULES / name
    if not file.is_file():
        pytest.skip(f"{name.split('/')[0]} is not installed: make test-system does it")
    return file


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@every_kind
def test_a_page_says_what_it_should(kind: Kind, whole_site: Client) -> None:
    for language, text in (("fr", kind.french), ("en", kind.english)):
        reply = whole_site.ask(kind.target(language), headers=HTML)
        assert reply.status == kind.status
        assert reply.headers["content-language"] == language
        assert f'<html lang="{language}">' in reply.text
        assert text in unescape(re.sub(r"<[^>]*>", "", reply.text))
        Reader(reply.text)


def test_pages_are_valid(whole_site: Client, tmp_path: Path) -> None:
    java = shutil.which("java")
    if java is None:
        pytest.skip("java is not installed: the Nu checker needs it")
    files = []
    for kind in KINDS:
        for language in LANGUAGES:
            file = tmp_path / f"{kind.name.replace(' ', '-')}-{language}.html"
            file.write_bytes(whole_site.ask(kind.target(language), headers=HTML).body)
            files.append(str(file))
    command = [
        java,
        "-jar",
        str(module("vnu-jar/build/dist/vnu.jar")),
        "--format",
        "json",
        "--exit-zero-always",
        *files,
    ]
    checked = subprocess.run(command, capture_output=True, text=True, check=True)
    messages = json.loads(checked.stderr)["messages"]
    assert [f"{Path(m['url']).name}:{m.get('lastLine')}: {m['message']}" for m in messages] == []


def test_the_checker_finds_what_is_wrong(tmp_path: Path) -> None:
    java = shutil.which("java")
    if java is None:
        pytest.skip("java is not installed: the Nu checker needs it")
    file = tmp_path / "wrong.html"
    file.write_text("<!DOCTYPE html><html lang=fr><title>x</title><p><div id=a></div><div id=a></div>")
    command = [
        java,
        "-jar",
        str(module("vnu-jar/build/dist/vnu.jar")),
        "--format",
        "json",
        "--exit-zero-always",
        str(file),
    ]
    checked = subprocess.run(command, capture_output=True, text=True, check=True)
    assert any("Duplicate ID" in message["message"] for message in json.loads(checked.stderr)["messages"])


@every_kind
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_for_everybody(kind: Kind, language: str, browser: Any, whole_site: Client) -> None:
    """Axe finds nothing, nothing is scrolled sideways or comes from elsewhere; light and dark, small and large."""
    axe = module("axe-core/axe.min.js").read_text(encoding="utf-8")
    home = f"http://127.0.0.1:{whole_site.port}"
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{home}{kind.target(language)}")
    page.evaluate(axe)
    for scheme, width in itertools.product(("light", "dark"), (320, 1280)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = page.evaluate("rules => axe.run(document, rules)", RULES)["violations"]
        told = [f"{v['id']}: {node['html']} {node['failureSummary']}" for v in found for node in v["nodes"]]
        assert told == [], (scheme, width)
    loaded = {url.removeprefix(home) for url in asked} - {kind.target(language)}
    assert STYLESHEET in loaded
    assert all(path.startswith(kind.loads) for path in loaded), loaded
    assert [text for text in said if f"status of {kind.status}" not in text] == []
    context.close()


def test_axe_finds_what_is_wrong(browser: Any, whole_site: Client) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 900})
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{whole_site.port}/")
    page.evaluate("document.querySelector('main p').style.color = '#aaa'")
    page.evaluate(
        """for (const name of ['a', 'b']) {
          const small = document.createElement('button');
          small.style.cssText = 'all:unset;width:9px;height:9px;display:inline-block';
          document.querySelector('main').append(small);
        }"""
    )
    page.evaluate(module("axe-core/axe.min.js").read_text(encoding="utf-8"))
    found = {violation["id"] for violation in page.evaluate("rules => axe.run(document, rules)", RULES)["violations"]}
    assert {"color-contrast", "target-size", "button-name"} <= found
    context.close()


# A date has several stops within one element.
STOP = """() => {
  const e = document.activeElement, r = e.getBoundingClientRect();
  const outlined = (s) => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2;
  const whole = e.closest('.CodeMirror'); // the outline of the editor is around all of it
  window.stops = window.stops || [];
  const last = window.stops.at(-1);
  window.stops.push(e);
  return {
    tag: e.tagName, href: e.getAttribute('href'),
    after: !last || last === e || !!(last.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_FOLLOWING),
    outlined: [e, whole].some((one) => one && outlined(getComputedStyle(one))),
    seen: r.right > 0 && r.left < innerWidth && r.bottom > 0 && r.top < innerHeight,
  };
}"""


@every_kind
def test_a_page_is_walked_by_keyboard(kind: Kind, browser: Any, whole_site: Client) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 900})
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{whole_site.port}{kind.target('fr')}")
    page.keyboard.press("Tab")
    first = page.evaluate(STOP)
    assert first["href"] == "#content"
    assert first["seen"]
    assert first["outlined"]
    for _ in range(25):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop["tag"] == "BODY":
            break
        assert stop["after"], stop
        assert stop["seen"], stop
        assert stop["outlined"], stop
    page.goto(f"http://127.0.0.1:{whole_site.port}{kind.target('fr')}")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    context.close()


def test_a_search_is_made_by_keyboard_without_a_script(browser: Any, whole_site: Client) -> None:
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{whole_site.port}/id/act/erbm.html?lang=en")
    page.locator("header input[type=search]").focus()
    page.keyboard.type("valencienes")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search.en.html?q=valencienes")
    assert "these are the nearest" in page.locator("[role=status]").inner_text()
    page.locator("#class").select_option("rc:Act")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**class=rc%3AAct**")
    page.locator(".found a").first.click()
    page.wait_for_url("**/id/act/**")
    assert "Valenciennes" in page.locator("h1").inner_text()
    page.locator(".crumbs a").first.click()
    page.wait_for_url(f"http://127.0.0.1:{whole_site.port}/index.en.html")
    context.close()


@every_kind
def test_a_page_is_read_in_a_text_browser(kind: Kind, whole_site: Client) -> None:
    w3m = shutil.which("w3m")
    if w3m is None:
        pytest.skip("w3m is not installed: make test-system does it")
    page = whole_site.ask(kind.target("fr"), headers=HTML).body
    command = [w3m, "-dump", "-T", "text/html", "-I", "UTF-8", "-O", "UTF-8", "-cols", "80"]
    text = subprocess.run(command, input=page, capture_output=True, check=True).stdout.decode()
    lines = [line for line in text.splitlines() if line.strip()]
    assert lines[0].strip() == "Aller au contenu"
    assert kind.french in " ".join(text.split()) or kind.french in text
    heading = re.sub(r"<[^>]*>", "", re.findall(r"<h1[^>]*>(.*?)</h1>", page.decode(), re.DOTALL)[0])
    assert " ".join(unescape(heading).split()) in " ".join(text.split())
