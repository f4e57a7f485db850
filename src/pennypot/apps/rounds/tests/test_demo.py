"""The demonstration's rounds: invented, labelled, loaded once, and with money that is really in the ledger."""

import pytest

from pennypot.apps.fund.models import Account
from pennypot.apps.people.models import Person
from pennypot.apps.places.models import Agency
from pennypot.apps.rounds import demo
from pennypot.apps.rounds.actions import appeal, review
from pennypot.apps.rounds.models import Appeal, BallotItem, Check, CostChange, Decision, Proposal, Round
from pennypot.apps.rounds.permissions.proposals import may_draft, may_edit, may_endorse
from pennypot.apps.rounds.permissions.review import may_decide, may_decide_appeal, may_take, may_write
from pennypot.apps.rounds.permissions.rounds import open_for
from pennypot.apps.rounds.whole import missing


@pytest.fixture
def rounds(demo_places):
    place = demo_places["birmingham"]
    demo.load(place)
    return {one.slug: one for one in Round.objects.filter(place=place).select_related("place")}


def test_one_round_is_open_for_votes_and_one_waits_for_its_ballots(rounds):
    assert open_for(rounds["neighbourhood-round"], "cast")
    assert not rounds["warm-winter-round"].is_published
    assert BallotItem.objects.count() == Proposal.objects.exclude(round=rounds["summer-round"]).count() == 44
    assert all(one.label == "Invented for demonstration" for one in rounds.values())


def test_loading_again_changes_nothing(rounds):
    before = Account.objects.get(code="fund", place__slug="birmingham").balance_pence
    demo.load(rounds["neighbourhood-round"].place)
    assert Round.objects.filter(place__slug="birmingham").count() == 3
    assert Account.objects.get(code="fund", place__slug="birmingham").balance_pence == before


def test_every_proposal_can_be_on_the_ballot_and_all_together_cost_more_than_there_is(rounds):
    for round in (rounds["neighbourhood-round"], rounds["warm-winter-round"]):
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


@pytest.fixture
def summer(settings, db):
    """The round to propose in, with the demo's people."""
    from pennypot.apps.budgets import demo as budgets
    from pennypot.apps.fund import demo as fund
    from pennypot.apps.places import demo as places

    settings.DEMO = True
    place = places.load("birmingham")
    for room in (budgets, fund, demo):
        room.load(place)
    return Round.objects.select_related("place").get(place=place, slug="summer-round")


def entered(name):
    person = Person.objects.get(email=f"{name}.birmingham@demo.invalid")
    person.second_factor = True  # as the demo bar gives it
    return person


def one(round, title):
    return Proposal.objects.select_related("round__place", "owner").get(round=round, title__startswith=title)


def test_in_the_round_to_propose_in_a_visitor_can_take_every_step_as_one_of_the_demo_people(summer):
    council, police = entered("officer.birmingham-city-council"), entered("officer.west-midlands-police")
    resident, group = entered("resident"), entered("group")
    assert may_draft(summer)
    untaken, looked_at = one(summer, "A stage made of pallets"), one(summer, "Swings")
    assert may_edit(group, untaken) and may_endorse(resident, untaken) and not may_endorse(group, untaken)
    agency = Agency.objects.get(place=summer.place, slug="west-midlands-police")
    assert may_take(police, untaken, agency)
    assert may_decide(council, looked_at) and may_write(resident, looked_at)

    review.note_check(council, looked_at, kind="feasible", verdict="yes", reason="There is room beside the gate.")
    for kind in ("costed", "running"):
        review.note_check(council, looked_at, kind=kind, verdict="yes", reason="It is.")
    review.decide(council, looked_at, outcome="accepted", reason="All is well.")
    refused = one(summer, "Cool rooms")
    appeal.appeal(resident, refused, "We open the five halls that have a second way out.")
    assert not may_decide_appeal(council, one(summer, "Cool rooms"))
    appeal.decide_appeal(police, one(summer, "Cool rooms"), outcome="accepted", reason="Five halls are enough.")
    appeal.decide_appeal(
        entered("accountable"), one(summer, "Paddling"), outcome="accepted", reason="Somebody checks the water."
    )
    decided = {"accepted": 4, "refused": 0}
    assert {key: Proposal.objects.filter(round=summer, decision=key).count() for key in decided} == decided


def test_what_the_demonstration_has_an_agency_say_is_marked_as_invented(summer):
    said = [*Check.objects.values_list("reason", flat=True), *Decision.objects.values_list("reason", flat=True)]
    said += [*CostChange.objects.values_list("reason", flat=True), *Appeal.objects.values_list("text", flat=True)]
    assert len(said) > 20
    assert all(text.startswith("Invented for demonstration: ") for text in said)
    assert not [one.title for one in Proposal.objects.filter(round=summer) if missing(one)]
