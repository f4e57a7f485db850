"""The hall's pages in a real browser: nothing that axe finds, no sideways scrolling, no pen that is taken away."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import expect

from pennypot.apps.game.models import Session
from pennypot.testing.browser import DESKTOP, NARROW, PROJECTOR
from pennypot.testing.cast import sign_in
from pennypot.testing.games import first_table, make_game, move

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OPTIONS = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# A live lane is not a part of the test server: the page then asks by itself.
ASK_NOW = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.fixture
def playing(cast) -> Session:
    """A table in Cut with a question that is open."""
    session = make_game(cast, phase="values")
    table = first_table(session)
    move(table, "advance")
    move(table, "propose", "resident", kind="cut", card="roads", level=1)
    move(table, "safeguard", "group", text="Schools first.")
    return session


def test_s64_axe_finds_nothing_and_everything_fits_320_pixels(look, cast, playing):
    fay = sign_in(Client(), cast.fay)
    path = f"/brindley/game/{playing.code}"
    for page in ("/console/", "/console/1/", "/console/notes/", "/t/1/paper/"):
        watched = look(path + page, NARROW, client=fay, color_scheme="dark")
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= 320, page
        found = Axe().run(watched.page, options=OPTIONS)
        assert found.violations_count == 0, (page, found.generate_report())
        assert not watched.problems


def test_s64_the_big_screen_fits_a_wall_and_axe_finds_nothing(look, cast, playing):
    for screen in ("welcome", "question:1"):
        Session.objects.filter(pk=playing.pk).update(screen=screen)
        watched = look(f"/brindley/game/{playing.code}/screen/", PROJECTOR)
        assert watched.page.evaluate("document.documentElement.scrollHeight") <= PROJECTOR["height"], screen
        found = Axe().run(watched.page, options=OPTIONS)
        assert found.violations_count == 0, (screen, found.generate_report())
        assert not watched.problems


def test_a_console_shows_what_is_new_and_never_takes_the_pen_away(look, cast, playing):
    fay = sign_in(Client(), cast.fay)
    page = look(f"/brindley/game/{playing.code}/console/", DESKTOP, client=fay).page
    page.get_by_text("Go back to an earlier part").click()
    page.get_by_label("Why").fill("We forgot")
    page.get_by_label("Why").focus()
    move(first_table(playing), "react", "young", reaction="support")
    page.evaluate(ASK_NOW)
    page.get_by_text("1 of 4 have answered.").wait_for()
    assert page.get_by_label("Why").input_value() == "We forgot"
    assert page.evaluate("document.activeElement.name") == "reason"
    page.keyboard.type(" the roads")
    page.get_by_role("button", name="Take all tables in Cut back").click()
    page.get_by_text("Gone back.").wait_for()
    assert first_table(playing).log.last().move["reason"] == "We forgot the roads"


def test_a_whole_evening_is_run_without_scripts(look, cast):
    session = make_game(cast)
    fay = sign_in(Client(), cast.fay)
    page = look(f"/brindley/game/{session.code}/console/", DESKTOP, client=fay, java_script_enabled=False).page
    page.get_by_role("button", name="Start the game").click()
    for following in ("Place", "Values", "Cut"):
        page.get_by_role("button", name=f"On to: {following}").click()
    move(first_table(session), "propose", "resident", kind="cut", card="roads", level=1)
    page.get_by_role("link", name="Show what is new").click()
    expect(page.get_by_text("0 of 4 have answered.")).to_be_visible()
    page.get_by_role("link", name="Table 1", exact=True).click()
    page.get_by_role("link", name="Act for a seat").click()
    for number, answer in ((1, "support"), (2, "live"), (3, "support"), (4, "concern")):
        page.locator(f"input[name=answer-{number}][value={answer}]").check()
    page.get_by_role("button", name="Enter").click()
    expect(page.get_by_text("4 moves are made.")).to_be_visible()
    expect(page.get_by_text("£560,000", exact=True).first).to_be_visible()
