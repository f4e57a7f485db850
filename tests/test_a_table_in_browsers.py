"""Two phones and a board in real browsers: what stays as it is while the table changes, and what comes through."""

from __future__ import annotations

import gzip
from urllib.parse import parse_qs

import pytest
from django.test import Client

from pennypot.apps.game.models import TableMove
from pennypot.house import live
from pennypot.testing.games import first_table, make_game, move, sit
from tests.evening import PATIENCE, both_lanes

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 800}
FIRST_LOAD = 60_000  # bytes; phones may be asked for 80 kB, and a page grows


@pytest.fixture
def live_server(transactional_db, monkeypatch, settings):
    """Pages and streams in one server."""
    with both_lanes(monkeypatch, settings) as running:
        yield running


@pytest.fixture
def table(cast):
    """A table in Cut without a question."""
    found = first_table(make_game(cast, phase="values"))
    move(found, "advance")
    return found


def seat_of(table):
    return f"/brindley/game/{table.session.code}/t/{table.number}/"


def phone(look, table, seat):
    """Open a seat's page; the page that is loaded again is not this one."""
    browser = Client()
    sit(browser, table, seat)
    watched = look(seat_of(table), PHONE, client=browser)
    watched.page.evaluate("window.stayed = true")
    return watched


def shows(page, text):
    page.locator("#table").get_by_text(text).locator("visible=true").first.wait_for(timeout=PATIENCE)


def test_what_others_do_comes_to_phones_and_board_and_takes_nothing_away(look, table):
    move(table, "propose", "resident", kind="cut", card="roads", level=1)
    asha, bea = (phone(look, table, seat) for seat in ("council", "young"))
    board = look(f"{seat_of(table)}board/")
    page = asha.page
    page.locator("#part-answer summary").first.click()
    words = page.locator("#part-answer textarea").locator("visible=true").first
    words.fill("The buses need th")
    words.evaluate("one => { window.held = one; one.scrollIntoView({block: 'center'}) }")
    move(table, "safeguard", "group", text="Schools first.")
    move(table, "react", "young", reaction="support")
    for watched in (asha, bea, board):
        shows(watched.page, "Schools first.")
    page.keyboard.type("ese roads")
    assert page.evaluate("document.activeElement === window.held && window.held.isConnected")
    assert words.input_value() == "The buses need these roads"
    assert words.evaluate("one => one.closest('details').open")
    top = words.evaluate("one => one.getBoundingClientRect().top")
    assert 0 < top < PHONE["height"]
    assert page.evaluate("window.stayed")
    for watched in (asha, bea, board):
        assert not watched.problems


def test_a_stream_that_was_cut_off_goes_on_after_the_last_event(look, table, monkeypatch):
    monkeypatch.setattr(live, "HEARTBEAT", 0.3)
    monkeypatch.setattr(live, "LONGEST", 1.0)
    asha = phone(look, table, "council")
    asked = []
    last_seen = live._last_seen

    def noting(headers, scope):
        asked.append(headers.get("last-event-id", ""))
        return last_seen(headers, scope)

    monkeypatch.setattr(live, "_last_seen", noting)
    move(table, "propose", "resident", kind="cut", card="roads", level=1)
    shows(asha.page, "What do you say?")
    shown = asha.page.evaluate("document.querySelectorAll('#table > section').length")
    asha.page.wait_for_event("request", predicate=lambda one: "/live/" in one.url, timeout=PATIENCE)
    move(table, "safeguard", "group", text="Schools first.")
    shows(asha.page, "Schools first.")
    assert asha.page.evaluate("window.stayed && document.querySelectorAll('#table > section').length") == shown
    assert any(last.isdigit() for last in asked)


def test_where_no_stream_gets_through_the_page_asks_by_itself(look, table):
    asha = phone(look, table, "council")
    asha.page.context.route("**/live/**", lambda route: route.abort())
    asha.page.reload()
    asha.page.evaluate("window.stayed = true")
    move(table, "propose", "resident", kind="cut", card="roads", level=1)
    shows(asha.page, "What do you say?")
    assert asha.page.evaluate("window.stayed")


def test_s64_a_form_whose_answer_was_lost_goes_out_again_and_moves_once(look, table):
    move(table, "propose", "resident", kind="cut", card="roads", level=1)
    asha = phone(look, table, "council")
    keys = []

    def lose_the_first_answer(route):
        keys.append(parse_qs(route.request.post_data)["key"][0])
        if len(keys) == 1:
            assert route.fetch().ok
            route.abort()
        else:
            route.continue_()

    asha.page.context.route("**/move/", lose_the_first_answer)
    with asha.page.expect_response(lambda one: one.url.endswith("/move/"), timeout=PATIENCE) as answered:
        asha.page.locator("#part-answer").get_by_role("button", name="Support").click()
    assert answered.value.ok
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert TableMove.objects.filter(table=table, key=keys[0]).count() == 1
    assert TableMove.objects.filter(table=table, move__do="react", move__seat="council").count() == 1


def test_the_first_load_of_a_phone_is_small(look, table):
    """All that a browser which was never here gets for the entrance, the choice of a seat and the seat together.

    Pages count as they are sent; style sheets and scripts as a production server packs them.
    """
    page = look("/robots.txt", PHONE).page
    pages, files = 0, {}

    def weigh():
        nonlocal pages
        page.wait_for_load_state("load")
        pages += page.evaluate("performance.getEntriesByType('navigation')[0].encodedBodySize")
        for url in page.evaluate("performance.getEntriesByType('resource').map(one => one.name)"):
            if "/static/" in url and url not in files:
                body = page.context.request.get(url).body()
                files[url] = len(body) if url.endswith("woff2") else len(gzip.compress(body))

    page.goto(f"/brindley/game/{table.session.code}/")
    weigh()
    page.goto(seat_of(table))
    weigh()
    page.locator("input[name=seat]").first.check()
    page.get_by_role("button", name="Sit down").click()
    page.locator("#part-money").wait_for()
    weigh()
    assert any("woff2" in url for url in files)
    assert pages + sum(files.values()) <= FIRST_LOAD, (pages, files)
