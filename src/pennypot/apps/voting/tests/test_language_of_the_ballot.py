"""Choosing another language on a half-filled ballot keeps what was chosen, and nothing of it is kept by the server."""

from __future__ import annotations

import re

import pytest

from pennypot.apps.voting.tests.at_the_entrance import address, go_in, new_voter
from pennypot.apps.voting.tests.test_entrance import everything_written
from pennypot.testing.cast import cast  # noqa: F401 - a fixture
from pennypot.testing.elections import an_election, make_election  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def voter(an_election, client):  # noqa: F811
    """A browser with a pass for the election."""
    go_in(client, an_election.round, new_voter(an_election.round))
    return client


def in_welsh(client, page, choices):
    """Press “Cymraeg” on a page of the ballot, as a browser does: its hidden fields and the choices go along."""
    text = page.content.decode()
    button = re.search(r'<button name="language" value="cy"[^>]*>', text)[0]
    assert 'form="the-ballot"' in button and 'formaction="/language/"' in button
    form = text.split('id="the-ballot"')[1].split("</form>")[0]
    hidden = dict(re.findall(r'<input type="hidden" name="(next|again|token)" value="([^"]*)"', form))
    sent = {**hidden, **choices, "language": "cy"}
    answer = client.post("/language/", sent)
    assert answer.status_code == 307 and answer["Location"] == hidden["next"]
    return client.post(answer["Location"], sent)


@pytest.mark.parametrize("name", ["ballot", "ballot_check"])
def test_what_was_chosen_is_still_chosen_in_the_other_language(an_election, voter, name):  # noqa: F811
    where = address(an_election.round, name)
    page = voter.get(where) if name == "ballot" else voter.post(where, {"choice": ["1", "3"]})
    again = in_welsh(voter, page, {"choice": ["1", "3"]})
    text = again.content.decode()
    assert again.status_code == 200 and '<html lang="cy"' in text
    chosen = re.findall(r'<input[^>]*name="choice"[^>]*value="(\d+)"[^>]*', text)
    kept = {
        number
        for number in chosen
        if re.search(rf'value="{number}"[^>]*checked|type="hidden"[^>]*value="{number}"', text)
    }
    assert kept == {"1", "3"}
    assert voter.get(address(an_election.round, "ballot")).content.decode().count(" checked") == 0


def test_points_and_words_to_find_by_are_kept_too(cast, client):  # noqa: F811
    story = make_election(cast, ballot_form="points", points=10)
    go_in(client, story.round, new_voter(story.round))
    page = client.get(address(story.round, "ballot"))
    text = in_welsh(client, page, {"points-2": "7", "words": "project"}).content.decode()
    assert re.search(r'name="points-2"[^>]*value="7"', text) and re.search(r'name="words" value="project"', text)


def test_s10_choosing_a_language_writes_no_choice_anywhere(an_election, voter):  # noqa: F811
    before = everything_written()
    in_welsh(voter, voter.get(address(an_election.round, "ballot")), {"choice": ["1", "3"]})
    assert everything_written() == before


def test_a_language_leads_to_no_other_site_whatever_the_form_says(client):
    for target in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"):
        answer = client.post("/language/", {"language": "cy", "next": target, "again": "yes"})
        assert answer["Location"] == "/"
