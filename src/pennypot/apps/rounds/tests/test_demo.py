"""The demonstration's rounds: invented, labelled, loaded once, and with money that is really in the ledger."""

import pytest

from pennypot.apps.fund.models import Account
from pennypot.apps.rounds import demo
from pennypot.apps.rounds.models import BallotItem, Proposal, Round
from pennypot.apps.rounds.permissions.rounds import open_for


@pytest.fixture
def rounds(demo_places):
    place = demo_places["birmingham"]
    demo.load(place)
    return {one.slug: one for one in Round.objects.filter(place=place).select_related("place")}


def test_one_round_is_open_for_votes_and_one_waits_for_its_ballots(rounds):
    assert open_for(rounds["neighbourhood-round"], "cast")
    assert not rounds["warm-winter-round"].is_published
    assert BallotItem.objects.count() == Proposal.objects.count() == 44
    assert all(one.label == "Invented for demonstration" for one in rounds.values())


def test_loading_again_changes_nothing(rounds):
    before = Account.objects.get(code="fund", place__slug="birmingham").balance_pence
    demo.load(rounds["neighbourhood-round"].place)
    assert Round.objects.filter(place__slug="birmingham").count() == 2
    assert Account.objects.get(code="fund", place__slug="birmingham").balance_pence == before


def test_every_proposal_can_be_on_the_ballot_and_all_together_cost_more_than_there_is(rounds):
    for round in rounds.values():
        costs = [item.cost_pence for item in round.ballot.all()]
        assert max(costs) <= round.most_cost_pence < round.budget_pence
        assert sum(costs) > 2 * round.budget_pence
        assert not [item.title for item in round.ballot.all() if len(item.summary) > round.summary_letters]


def test_when_its_ballots_are_cast_the_second_round_is_closed_published_and_can_be_counted(rounds):
    round = rounds["warm-winter-round"]
    demo.end_voting(round)
    round.refresh_from_db()
    assert not open_for(round, "cast")
    assert open_for(round, "count")
    assert round.account.balance_pence == round.budget_pence
