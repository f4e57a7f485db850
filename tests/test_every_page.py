"""Every public page in a real browser: no accessibility fault, no script needed, no sideways scrolling."""

from __future__ import annotations

import pytest

from pennypot.testing.browser import PROJECTOR

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
    "/birmingham/game/solo/",
    "/birmingham/game/BRMBTS/compare/",
    "/birmingham/game/BRMBTS/t/1/plan/",
    "/birmingham/advice/",
    "/birmingham/game/",
    "/no-such-place/",
]
# Passkeys cannot work without scripts; the page says so and offers the code.
SAYS_THAT_SCRIPTS_ARE_OFF = {"/account/sign-in/"}
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_s64_no_page_has_a_barrier_and_none_scrolls_sideways_on_a_narrow_phone(barriers, demo_evenings):
    assert barriers(PUBLIC_PAGES) == {}


def test_s51_a_page_asks_nobody_else_and_says_the_same_without_scripts(look, demo_evenings):
    with_scripts, without = look("/robots.txt"), look("/robots.txt", java_script_enabled=False)
    for path in PUBLIC_PAGES:
        for watched in (with_scripts, without):
            watched.page.goto(path)
            assert not watched.problems, path
        if path not in SAYS_THAT_SCRIPTS_ARE_OFF:
            assert without.page.locator("main").inner_text() == with_scripts.page.locator("main").inner_text(), path


def test_a_page_fills_a_projector_without_breaking(look, demo_evenings):
    page = look("/robots.txt", PROJECTOR).page
    for path in PUBLIC_PAGES:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PROJECTOR["width"], path
        heading = page.locator("h1").bounding_box()
        assert heading["x"] >= 0 and heading["x"] + heading["width"] <= PROJECTOR["width"], path


def test_everything_can_be_reached_with_the_tab_key(look, demo_evenings):
    page = look("/robots.txt").page
    for path in PUBLIC_PAGES:
        page.goto(path)
        links, reached = can_be_reached(page), reached_with_tab(page)
        assert reached >= links, path


def can_be_reached(page) -> int:
    """Return how many things on the page can be used."""
    links = page.locator("main :is(a, button, summary, input:not([type=radio])):visible").count()
    # Of a group of radio buttons Tab reaches one; the arrow keys do the rest.
    return links + len(
        set(page.locator("main input[type=radio]:visible").evaluate_all("all => all.map(one => one.name)"))
    )


def reached_with_tab(page) -> int:
    """Return how many different things Tab comes to, until it has gone round."""
    wanted, reached = can_be_reached(page), set()
    for _ in range(wanted + 60):
        page.keyboard.press("Tab")
        key = page.evaluate(
            "(() => { const e = document.activeElement;"
            " return e.closest('main') ? [...document.querySelectorAll('main *')].indexOf(e) : -1 })()"
        )
        if key >= 0:
            reached.add(key)
        if len(reached) >= wanted:
            break
    return len(reached)
