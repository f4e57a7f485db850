"""The pool's inner pages in a real browser: no accessibility fault, no script needed, no sideways scrolling."""

import pytest
from playwright.sync_api import expect

from pennypot.apps.budgets.models import Line
from pennypot.testing.browser import PHONE, PROJECTOR

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PAGES = [
    "pool/compare/",
    "pool/kind/nhs/",
    "pool/for/care-and-family/",
    "pool/birmingham-city-council/",
    "pool/history/dwp/",
    "pool/line/<Policing>/",
    "pool/line/<Council Tax Benefit>/",
    "pool/budget/<Policing>/",
]


def address(page: str) -> str:
    """Fill in the number of the line, or of its budget, that is named in the page."""
    if "<" not in page:
        return f"/birmingham/{page}"
    line = Line.objects.get(
        service=page[page.index("<") + 1 : page.index(">")], budget__agency__place__slug="birmingham"
    )
    number = line.budget_id if "budget/" in page else line.pk
    return f"/birmingham/{page[: page.index('<')]}{number}/"


def test_s64_axe_finds_nothing_in_the_pools_inner_pages(barriers, birmingham, trafford):
    assert barriers(address(page) for page in PAGES) == {}


def test_an_inner_page_fits_a_projector(look, birmingham, trafford):
    shown = look(address(PAGES[0]), PROJECTOR).page
    for page in [*PAGES, "pool/", "pool/flows/"]:
        shown.goto(address(page))
        assert shown.evaluate("document.documentElement.scrollWidth") <= PROJECTOR["width"], page


def test_on_a_phone_the_picture_becomes_bars_that_can_be_walked_into(look, birmingham):
    page = look("/birmingham/pool/", PHONE, java_script_enabled=False).page
    expect(page.locator("svg.treemap")).not_to_be_visible()
    page.locator(".bars a", has_text="Council").click()
    assert "Birmingham City Council: £2.19 billion" in page.locator("h1").inner_text()
    page.locator(".lines a", has_text="Social care for adults").click()
    assert "Social care for adults and children: £484.12 million" in page.locator("h1").inner_text()


def test_a_tile_is_walked_into_with_the_keyboard(look, birmingham):
    page = look("/birmingham/pool/").page
    tile = page.locator("svg.treemap a", has_text="State Pension")
    tile.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/pool/line/*/")
    assert "State Pension: £875.10 million" in page.locator("h1").inner_text()
