"""Chromium for the tests of pages, and what it saw."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

FLAGS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
--disable-component-update --disable-sync""".split()
WATCH = "addEventListener('securitypolicyviolation', e => console.error('policy', e.violatedDirective, e.blockedURI))"
PASTE = """text => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""
PATIENCE = 20_000  # milliseconds
ANSWERED_WITH_AN_ERROR = "Failed to load resource: the server responded with a status of"


@dataclass
class Seen:
    """What a browser asked for, and what it complained of."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def check(self, address: str) -> None:
        """Check that nothing was asked of another server, and that there was nothing to complain of."""
        own = (f"{address}/", f"blob:{address}/")
        assert [url for url in self.requests if not url.startswith(own)] == []
        assert [said for said in self.complaints if not said.startswith(ANSWERED_WITH_AN_ERROR)] == []
        assert self.requests


@contextmanager
def chromium(*, patience: int = PATIENCE) -> Iterator[Browser]:
    """Start the browser; what is expected of pages is waited for so many milliseconds."""
    found = shutil.which("chromium")
    assert found, "chromium is not installed: make test-system installs it"
    expect.set_options(timeout=patience)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


def watched(browser: Browser, seen: Seen, **options: Any) -> Page:
    """Return a page of a context of its own, whose requests and complaints are written down."""
    context = browser.new_context(**options)
    context.add_init_script(WATCH)
    context.set_default_timeout(PATIENCE)
    # Also those of the workers of its pages.
    context.on("request", lambda request: seen.requests.append(request.url))
    page = context.new_page()
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("console", lambda said: seen.complaints.append(said.text) if said.type in ("error", "warning") else None)
    return page


def written(page: Page) -> str:
    """Return what stands in the editor."""
    text: str = page.evaluate("document.querySelector('.yasqe .CodeMirror').CodeMirror.getValue()")
    return text


def write(page: Page, text: str) -> None:
    """Put a query in the place of what is written, as who pastes it does."""
    page.locator(".yasqe .CodeMirror-code").click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.evaluate(PASTE, text)
    assert written(page) == text
