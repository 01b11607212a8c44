"""Pictures in a browser: what a script adds to them, and that all is there without it."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.service.chromium import chromium
from tests.service.dereferencing import Client

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


def opened(browser: Any, site: Client, name: str, **options: Any) -> Any:
    page = browser.new_context(viewport={"width": 1280, "height": 900}, **options).new_page()
    page.goto(f"http://127.0.0.1:{site.port}/{name}?lang=en")
    return page


def test_layers_are_taken_away_and_the_shades_with_them(browser: Any, whole_site: Client) -> None:
    page = opened(browser, whole_site, "map")
    shown = ".chart .mark:not(.gone)"
    all_of_them = page.locator(shown).count()
    shades = page.locator(".chart .mark:not(.s1)").count()
    page.get_by_role("button", name="All or none").click()
    assert page.locator(shown).count() == 0
    page.get_by_label("Action Cœur de Ville").check()
    rows = page.locator("table tbody tr", has_text="Action Cœur de Ville")
    places = {
        row.locator("td").nth(2).inner_text() for row in rows.all() if row.locator("td").nth(3).inner_text() != "none"
    }
    names = page.eval_on_selector_all(
        f"{shown} > title", "titles => titles.map((title) => title.textContent.split('\\n')[0])"
    )
    assert set(names) == places
    page.get_by_role("button", name="All or none").click()
    assert page.locator(shown).count() == all_of_them
    assert page.locator(".chart .mark:not(.s1)").count() == shades
    page.context.close()


def test_a_map_is_moved_by_keys_and_buttons_and_comes_back(browser: Any, whole_site: Client) -> None:
    page = opened(browser, whole_site, "map")
    box = page.locator(".chart svg")
    whole = box.get_attribute("viewBox")
    page.locator(".chart").focus()
    page.keyboard.press("+")
    page.keyboard.press("ArrowRight")
    x, y, width, _ = map(float, box.get_attribute("viewBox").split())
    assert (x, y) > (0, 0)
    assert width < float(whole.split()[2])
    page.keyboard.press("0")
    assert box.get_attribute("viewBox") == whole
    page.get_by_role("button", name="Larger").click()
    assert box.get_attribute("viewBox") != whole
    page.get_by_role("button", name="See it all").click()
    assert box.get_attribute("viewBox") == whole
    page.context.close()


def test_a_map_that_is_dragged_follows_no_link_and_one_that_is_clicked_does(browser: Any, whole_site: Client) -> None:
    page = opened(browser, whole_site, "map")
    page.locator(".chart").scroll_into_view_if_needed()
    # The middle of the box of an outline may lie in another that is drawn above it.
    mark = page.locator(".chart .mark").last
    place = mark.bounding_box()
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    before = page.url
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y + 30, steps=5)
    page.mouse.up()
    assert page.url == before
    moved = mark.bounding_box()
    assert abs(moved["x"] - place["x"] - 60) < 3
    assert abs(moved["y"] - place["y"] - 30) < 3
    name = mark.locator("title").text_content().split("\n")[0]
    page.mouse.move(x + 60, y + 30)
    assert page.locator(".told").inner_text().startswith(name)
    page.mouse.click(x + 60, y + 30)
    page.wait_for_url("**/id/territory/**")
    assert page.locator("h1").inner_text() == name
    page.context.close()


@pytest.mark.parametrize("name", ["timeline", "matrix", "flows", "family"])
def test_what_belongs_together_is_pointed_out_by_keyboard(name: str, browser: Any, whole_site: Client) -> None:
    page = opened(browser, whole_site, name)
    assert page.locator(".lit").count() == 0
    page.locator("svg a[data-of]").first.focus()
    lit = page.locator(".lit").count()
    assert 0 < lit < page.locator("[data-of]").count()
    page.locator("#same").focus()
    assert page.locator(".lit, .lit-up").count() == 0
    page.context.close()


@pytest.mark.parametrize("name", ["map", "timeline", "matrix", "flows", "family"])
def test_without_a_script_the_drawing_and_its_table_are_there(name: str, browser: Any, whole_site: Client) -> None:
    page = opened(browser, whole_site, name, java_script_enabled=False)
    assert page.locator("svg.drawing").first.is_visible()
    assert page.locator(".mark:visible").count() > 20
    assert not page.locator(".tools, .layers").first.is_visible()
    page.get_by_role("link", name="Skip to the table").click()
    assert page.url.endswith("#same")
    assert page.locator("table tbody tr").first.is_visible()
    page.context.close()
