"""Paper day in a real browser: no barriers, it fits a narrow phone, and ballots are keyed by the keyboard alone."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from pennypot.apps.voting.actions.envelopes import check_envelope, open_envelopes
from pennypot.apps.voting.actions.letters import ask_for_letters
from pennypot.apps.voting.actions.paper import Read, key_ballot
from pennypot.apps.voting.choices import Choices
from pennypot.apps.voting.models import PaperKeying
from pennypot.testing.browser import NARROW
from pennypot.testing.cast import cast, sign_in  # noqa: F401 - a fixture
from pennypot.testing.elections import make_election, voters

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def story(cast):  # noqa: F811
    """A batch of twelve with a ballot of each state, three envelopes that wait, and letters asked for."""
    made = make_election(cast)
    for entry in voters(made.round, 12):
        check_envelope(cast.tariq, made.election, entry)
    batch = open_envelopes(cast.aled, made.election, 12)
    for number, (first, second) in {1: ((1,), (1,)), 2: ((1, 2), (1, 3)), 3: ((4,), None)}.items():
        key_ballot(cast.tariq, batch, number, Read(Choices("knapsack", first)))
        if second:
            key_ballot(cast.aled, batch, number, Read(Choices("knapsack", second)))
    for officer in (cast.aled, cast.tariq):
        key_ballot(officer, batch, 4, Read(spoilt="empty"))
    for entry in voters(made.round, 3):
        check_envelope(cast.tariq, made.election, entry)
    made.run = ask_for_letters(cast.aled, made.round, count=600).run
    return made


def address(story, name, *more):
    return reverse(name, args=[story.round.place.slug, story.round.slug, *more])


def pages(story):
    waiting = story.election.envelopes.filter(state="checked").first()
    return [
        address(story, name, *more)
        for name, more in [
            ("paper", ()), ("envelopes", ()), ("envelopes_open", ()), ("envelope_back", (waiting.pk,)), ("batch", (1,)),
            ("ballot_key", (1, 2)), ("ballot_key", (1, 5)), ("desk", ()), ("codes", ()), ("letters", (story.run.pk,)),
        ]
    ]  # fmt: skip


def test_s64_paper_pages_are_free_of_barriers_and_fit_the_screen(story, barriers):
    assert barriers(pages(story), sign_in(Client(), story.cast.aled)) == {}


def test_the_code_page_is_free_of_barriers(story, look):
    aled = sign_in(Client(), story.cast.aled)
    watched = look(address(story, "desk"), viewport=NARROW, client=aled, java_script_enabled=False)
    page = watched.page
    page.get_by_label("a passport").check()
    page.get_by_label("The letter's code, or the number of the document").fill("AB123456")
    page.get_by_label("I have seen").check()
    page.get_by_label("a code for the tablet").check()
    page.get_by_role("button", name="Check in").click()
    assert page.locator(".slip .code").inner_text().count("-") == 3
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert watched.problems == []


def test_ballots_are_keyed_with_the_keyboard_alone_and_without_scripts(story, look):
    """Type the numbers, press Enter, and the next ballot waits with the cursor in its field."""
    aled = sign_in(Client(), story.cast.aled)
    watched = look(address(story, "ballot_key", 1, 5), client=aled, java_script_enabled=False)
    for number in range(5, 13):
        expect(watched.page.get_by_role("heading", name=f"Ballot {number} of 12")).to_be_visible()
        watched.page.keyboard.type(f"{number % 5 + 1}")
        with watched.page.expect_navigation():
            watched.page.keyboard.press("Enter")
    assert PaperKeying.objects.filter(officer=story.cast.aled, number__gte=5).count() == 8
    # What nobody keyed a second time comes next: ballot 3, which Tariq keyed.
    expect(watched.page.get_by_role("heading", name="Ballot 3 of 12")).to_be_visible()
