"""Cut and create at home in a real browser: on a phone, with and without scripts, by keyboard, and for axe."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from pennypot.apps.game.actions.packs import keep_shipped
from pennypot.testing.browser import DESKTOP, PHONE
from pennypot.testing.cast import Cast

PICTURES = os.environ.get("PICTURES_INTO", "")


def snap(page: Any, name: str) -> None:
    """Save a picture of the whole page where somebody asked for pictures."""
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


def no_axe_problem(page: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    assert not found, [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("scripts", "viewport", "scheme"), [(True, PHONE, "light"), (False, PHONE, "dark"), (True, DESKTOP, "dark")]
)
def test_a_visitor_plays_from_the_front_page_to_the_comparison_and_on_to_the_neighbours(
    cast: Cast, look: Any, scripts: bool, viewport: dict[str, int], scheme: str
) -> None:
    keep_shipped()
    kind = f"solo-{viewport['width']}-{scheme}"
    watched = look("/", viewport=viewport, color_scheme=scheme, java_script_enabled=scripts)
    page = watched.page
    page.get_by_role("link", name="Cut and create").first.click()
    snap(page, f"{kind}-0-start")
    steps = [no_axe_problem] if scripts else []
    for step in steps:
        step(page)
    page.get_by_role("button", name="Begin").click()
    for number in range(3):
        page.locator('input[name="needs"]').nth(number).check()
    for step in steps:
        step(page)
    if scripts:
        assert page.locator('input[name="needs"]:disabled').count() == 6
    snap(page, f"{kind}-1-values")
    page.get_by_role("button", name="Keep and go on").click()
    opened = page.locator(".solo-line").nth(1)
    opened.locator("summary").first.click()
    opened.locator('input[value="2"]').check()
    if scripts:
        assert "£0 found" not in page.locator(".solo-bar .sum").inner_text()
    else:
        page.get_by_role("button", name="Add up").click()
        assert page.locator(".solo-line.cut").count() == 1
    for step in steps:
        step(page)
    snap(page, f"{kind}-2-cut")
    page.get_by_role("button", name="Keep and go on").click()
    page.locator('input[name="pooled"]').first.check()
    for step in steps:
        step(page)
    snap(page, f"{kind}-3-share")
    page.get_by_role("button", name="Keep and go on").click()
    page.locator('input[name="ideas"]').first.check()
    for step in steps:
        step(page)
    snap(page, f"{kind}-4-create")
    with page.expect_navigation():
        page.get_by_role("button", name="Keep and go on").click()
    # The browser's own Back, and the same form once more: nothing is lost.
    page.go_back()
    assert page.locator('input[name="ideas"]:checked').count() == 1
    page.get_by_role("button", name="Keep and go on").click()
    page.get_by_label("Much as now").check()
    page.get_by_label("Who loses by your plan?").fill("People who read in the evening")
    page.get_by_label("What did you do about it?").fill("Nothing yet")
    for step in steps:
        step(page)
    snap(page, f"{kind}-5-next-year")
    page.get_by_role("button", name="Keep and go on").click()
    page.get_by_label("I could live with it").check()
    for step in steps:
        step(page)
    snap(page, f"{kind}-6-send")
    page.get_by_role("button", name="Send my plan").click()
    expect(page.get_by_role("heading", name="Your plan was sent")).to_be_visible()
    for step in steps:
        step(page)
    snap(page, f"{kind}-7-done")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="Play it with neighbours").click()
    expect(page.get_by_role("heading", name="Cut and create, together")).to_be_visible()
    expect(page.get_by_role("heading", name="You are in the hall?")).to_be_visible()
    assert not watched.problems
