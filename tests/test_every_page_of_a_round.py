"""Every public page of rounds, proposals, voting and results in a real browser, from the list of rounds to the log."""

from __future__ import annotations

import pytest

from pennypot.apps.rounds.actions.results import publish
from pennypot.apps.rounds.tests.counted import TOWN, as_round
from pennypot.testing.elections import make_election, voters

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = {
    "rounds": [
        "/brindley/",
        "/brindley/rounds/",
        "/brindley/rounds/how/",
        "/brindley/rounds/spring-2027/",
        "/brindley/rounds/spring-2027/ballot/",
        "/brindley/rounds/spring-2027/decisions/",
        "/brindley/rounds/spring-2027/rivals/",
    ],
    "proposals": [
        "/brindley/proposals/",
        "/brindley/rounds/spring-2027/proposals/",
        "/brindley/rounds/spring-2027/proposals/1/",
        "/brindley/rounds/spring-2027/proposals/1/review/",
        "/brindley/rounds/spring-2027/proposals/1/versions/",
        "/brindley/rounds/spring-2027/proposals/1/print/",
        "/brindley/rounds/spring-2027/proposals/1/poster/",
    ],
    "vote": [
        "/brindley/vote/",
        "/brindley/vote/spring-2027/",
        "/brindley/vote/spring-2027/projects/",
        "/brindley/vote/spring-2027/receipt/",
        "/brindley/vote/spring-2027/log/",
        "/brindley/vote/spring-2027/log/0/",
        "/brindley/vote/spring-2027/keys/",
        "/brindley/vote/spring-2027/close/",
        "/brindley/vote/spring-2027/open/",
        "/brindley/vote/about/limits/",
    ],
    "results": [
        "/brindley/results/",
        "/brindley/results/town/",
        "/brindley/results/town/1/",
        "/brindley/results/town/2/",
        "/brindley/results/town/print/",
        "/brindley/results/spring-2027/",
    ],
}


@pytest.fixture
def two_rounds(cast):
    """Brindley with a round that is voted on now, and one that was decided."""
    election = make_election(cast)
    voters(election.round, 3)
    town = as_round(TOWN.read_bytes(), cast, slug="town", title="Town round")
    turnout = {"voters": 11, "eligible": 40, "by_area_channel": {"North": {"web": 6}, "South": {"web": 5}}}
    publish(town.round, pb=town.pb, certificate=town.certificate, turnout=turnout)


@pytest.mark.parametrize("room", PAGES)
def test_s64_axe_finds_nothing_nothing_needs_a_script_and_it_fits_320_pixels(barriers, two_rounds, room):
    assert barriers(PAGES[room]) == {}
