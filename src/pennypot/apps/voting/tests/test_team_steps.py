"""The checklist of those who run a round: what is done, what comes next, and where."""

from __future__ import annotations

import pytest

from pennypot.apps.rounds.clock import database_now
from pennypot.apps.voting.models import Election
from pennypot.apps.voting.queries.team_steps import next_of, team_steps
from pennypot.apps.voting.tests.at_the_entrance import address
from pennypot.apps.voting.tests.elected import close, count
from pennypot.testing.cast import sign_in
from pennypot.testing.elections import an_election, fix_ballot  # noqa: F401 - a fixture
from pennypot.testing.rounds import make_round, put_in_stage

pytestmark = pytest.mark.django_db


def coming(round):
    """Return the page of the next step."""
    round = type(round).objects.get(pk=round.pk)
    election = Election.objects.select_related("round__place").filter(round=round).first()
    step = next_of(team_steps(round, election, database_now()))
    return step.page if step else ""


def freeze(round):
    """Mark the ballot as fixed, which the quick ballots of tests leave out."""
    type(round).objects.filter(pk=round.pk).update(rules_frozen_at=database_now())
    round.refresh_from_db()


def test_from_the_review_to_the_keys_the_next_step_follows_what_was_done(cast):
    round = make_round(cast, slug="spring-2027", stage="proposal")
    assert coming(round) not in ("decisions", "round_ballot", "keys")
    put_in_stage(round, "ballot")
    assert coming(round) == "round_ballot"
    fix_ballot(round, cast, None)
    freeze(round)
    assert coming(round) == "keys"


def test_after_voting_it_leads_from_the_close_to_the_result(an_election):  # noqa: F811
    freeze(an_election.round)
    steps = team_steps(an_election.round, an_election.election, database_now())
    assert [step.done for step in steps if step.page in ("round_ballot", "keys")] == [True, True]
    assert not [step for step in steps if step.page in ("close", "open") and step.ready]
    an_election.round = put_in_stage(an_election.round, "count")
    assert coming(an_election.round) == "close"
    close(an_election)
    assert coming(an_election.round) == "open"


def test_when_the_result_is_out_nothing_waits(an_election, client, cast):  # noqa: F811
    count(an_election)
    assert coming(an_election.round) == ""
    page = sign_in(client, cast.tariq).get(address(an_election.round, "vote_team"))
    assert "Nothing waits for you today" in page.content.decode()


def test_only_those_who_run_the_round_see_it_and_its_home_leads_there(an_election, client, cast):  # noqa: F811
    where = address(an_election.round, "vote_team")
    assert client.get(where).status_code == 403
    sign_in(client, cast.asha)
    assert client.get(where).status_code == 403
    sign_in(client, cast.aled)
    assert client.get(where).status_code == 200
    for home in (f"/brindley/rounds/{an_election.round.slug}/", address(an_election.round, "vote_round")):
        assert f'href="{where}"' in client.get(home).content.decode()
