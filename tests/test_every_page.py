"""Every public page in a real browser: no accessibility fault, no script needed, no sideways scrolling."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from pennypot.testing.browser import DESKTOP, NARROW, PHONE, PROJECTOR

PUBLIC_PAGES = [
    "/",
    "/accessibility/",
    "/privacy/",
    "/account/sign-in/",
    "/account/sign-up/",
    "/birmingham/",
    "/trafford/",
    "/birmingham/pool/",
    "/birmingham/pool/?by=purpose",
    "/birmingham/pool/?by=table",
    "/birmingham/pool/flows/",
    "/trafford/pool/",
    "/birmingham/fund/",
    "/birmingham/fund/money/",
    "/birmingham/fund/policy/",
    "/birmingham/results/",
    "/no-such-place/",
]
# Passkeys cannot work without scripts; the page says so and offers the code.
SAYS_THAT_SCRIPTS_ARE_OFF = {"/account/sign-in/"}
OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_s64_axe_finds_nothing(look, demo_places, path):
    for viewport, scheme in ((DESKTOP, "light"), (PHONE, "dark")):
        watched = look(path, viewport, color_scheme=scheme)
        found = Axe().run(watched.page, options=OPTIONS)
        assert found.violations_count == 0, found.generate_report()
        assert not watched.problems


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_a_page_fits_a_screen_of_320_pixels(look, demo_places, path):
    page = look(path, NARROW).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_s51_a_page_asks_nobody_else_and_needs_no_script(look, demo_places, path):
    with_scripts = look(path)
    without = look(path, java_script_enabled=False)
    assert not with_scripts.problems
    assert not without.problems
    assert without.page.locator("h1").count() == 1
    if path not in SAYS_THAT_SCRIPTS_ARE_OFF:
        assert without.page.locator("main").inner_text() == with_scripts.page.locator("main").inner_text()


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_a_page_fills_a_projector_without_breaking(look, demo_places, path):
    page = look(path, PROJECTOR).page
    assert page.evaluate("document.documentElement.scrollWidth") <= PROJECTOR["width"]
    heading = page.locator("h1").bounding_box()
    assert heading["x"] >= 0 and heading["x"] + heading["width"] <= PROJECTOR["width"]


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_everything_can_be_reached_with_the_tab_key(look, demo_places, path):
    page = look(path).page
    links = page.locator("main :is(a, button, summary, input:not([type=radio])):visible").count()
    # Of a group of radio buttons Tab reaches one; the arrow keys do the rest.
    links += len(set(page.locator("main input[type=radio]:visible").evaluate_all("all => all.map(one => one.name)")))
    reached = set()
    for _ in range(links + 60):
        page.keyboard.press("Tab")
        key = page.evaluate(
            "(() => { const e = document.activeElement;"
            " return e.closest('main') ? [...document.querySelectorAll('main *')].indexOf(e) : -1 })()"
        )
        if key >= 0:
            reached.add(key)
        if len(reached) >= links:
            break
    assert len(reached) >= links
