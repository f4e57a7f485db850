"""The ballot is fixed once: copies that stay, an order that anybody can draw again, and the rule card of the count."""

import hashlib

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from pennypot.apps.rounds.actions.ballot import fix_ballot, take_off_ballot, write_ballot
from pennypot.apps.rounds.actions.schedule import look_after_rounds
from pennypot.apps.rounds.models import BallotItem, ExclusiveGroup, ExclusiveMember, Pot, Proposal
from pennypot.apps.rounds.queries.ballot import ballot_of, counted_by, drawn_order, projects_of
from pennypot.apps.rounds.rules import VOTE_TYPES, pabulib_meta
from pennypot.apps.talk.models import Thread
from pennypot.count import Election, count, write_pabulib
from pennypot.house.answers import Invalid, Refused
from pennypot.house.models import Deed
from pennypot.testing.cast import sign_in
from pennypot.testing.rounds import DAY, fresh, put_in_stage


def propose(round, person, number, *, pence=1_000_00, decision="accepted", **values):
    """Make a proposal that was sent in and decided."""
    thread = Thread.objects.create(place=round.place, address=f"/{number}/", subject=f"Proposal {number}")
    given = {"title": f"Proposal {number}", "plain_summary": "Something good.", "cost_pence": pence}
    return Proposal.objects.create(
        round=round, number=number, owner=person, thread=thread, state="submitted", submitted_at=timezone.now(),
        decision=decision, proposed_cost_pence=pence, **(given | values),
    )  # fmt: skip


@pytest.fixture
def ready(a_round, cast):
    """The round in the stage of the ballot, with four accepted proposals and one that was refused."""
    cast.tariq.second_factor = True
    moved = put_in_stage(a_round, "ballot")
    for number in range(1, 5):
        propose(moved, cast.asha, number, pence=number * 5_000_00)
    propose(moved, cast.asha, 5, decision="refused")
    return moved


def test_the_ballot_holds_what_was_accepted_in_an_order_that_anybody_can_draw(ready, cast):
    items = fix_ballot(cast.tariq, ready, order_seed="4 8 15 16 23 42")
    by_hash = sorted(range(1, 5), key=lambda n: hashlib.sha256(f"4 8 15 16 23 42\n{n}".encode()).hexdigest())
    assert [item.number for item in items] == by_hash == drawn_order("4 8 15 16 23 42", [1, 2, 3, 4])
    assert fresh(ready).rules_frozen_at is not None
    assert Deed.objects.filter(kind="rounds.ballot.fixed").count() == 1


def test_fixing_it_twice_changes_nothing(ready, cast):
    first = write_ballot(ready, by=None, order_seed="one")
    assert [item.pk for item in write_ballot(fresh(ready), by=None, order_seed="two")] == [item.pk for item in first]
    with pytest.raises(Refused):
        fix_ballot(cast.tariq, fresh(ready))


def test_what_happens_to_a_proposal_afterwards_changes_nothing_on_the_ballot(ready):
    write_ballot(ready, by=None)
    Proposal.objects.filter(number=1).update(title="Something else", cost_pence=1)
    item = BallotItem.objects.get(number=1)
    assert (item.title, item.cost_pence) == ("Proposal 1", 5_000_00)
    for change in ({"title": "Other"}, {"cost_pence": 1}, {"position": 9}, {"number": 9}):
        with pytest.raises(DatabaseError), transaction.atomic():
            BallotItem.objects.filter(number=1).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        BallotItem.objects.filter(number=1).delete()


def test_proposals_without_a_decision_are_never_left_out_in_silence(ready, cast):
    propose(ready, cast.asha, 6, decision="")
    with pytest.raises(Invalid, match="no decision yet"):
        fix_ballot(cast.tariq, ready)
    fix_ballot(cast.tariq, ready, leave_out_undecided=True)
    assert Deed.objects.get(kind="rounds.ballot.fixed").after["left_out"] == [6]


def test_the_schedule_fixes_a_ballot_that_nobody_fixed(ready, cast):
    undecided = propose(ready, cast.asha, 6, decision="")
    look_after_rounds()
    assert fresh(ready).rules_frozen_at is None
    put_in_stage(ready, "ballot", left=DAY / 24)
    look_after_rounds()
    assert fresh(ready).rules_frozen_at is not None
    assert not BallotItem.objects.filter(proposal=undecided).exists()


def test_a_project_is_taken_off_with_a_reason_and_cannot_win(ready, cast, client):
    write_ballot(ready, by=None)
    put_in_stage(ready, "voting")
    item = BallotItem.objects.select_related("round__place").get(number=2)
    with pytest.raises(Invalid):
        take_off_ballot(cast.tariq, item, reason="")
    sign_in(client, cast.tariq)
    client.post("/brindley/rounds/spring-2027/ballot/2/take-off/", {"reason": "The hall was sold."})
    assert "The hall was sold." in client.get("/brindley/rounds/spring-2027/ballot/").content.decode()
    assert counted_by(fresh(ready), ballot_of(ready)).withdrawn == ("2",)
    put_in_stage(ready, "count")
    with pytest.raises(DatabaseError), transaction.atomic():
        BallotItem.objects.filter(number=3).update(withdrawn_at=timezone.now(), withdrawn_reason="Late")


def test_rivals_in_different_pots_are_said_before_the_vote(ready, cast):
    for name, number in (("Parks", 1), ("Young people", 2)):
        kind = ready.categories.get(name=name)
        Pot.objects.create(round=ready, name=name, kind="category", category=kind, quota_pence=10_000_00)
        Proposal.objects.filter(number=number).update(category=kind)
    group = ExclusiveGroup.objects.create(round=ready, reason="One hall, two uses.")
    for number in (1, 2):
        ExclusiveMember.objects.create(group=group, proposal=Proposal.objects.get(number=number))
    with pytest.raises(Invalid, match="different pots"):
        write_ballot(ready, by=None)
    assert not BallotItem.objects.exists()


@pytest.mark.parametrize("form", VOTE_TYPES)
@pytest.mark.parametrize("pots", [False, True])
def test_every_ballot_with_every_pot_can_be_counted_and_written_as_pabulib(ready, form, pots):
    type(ready).objects.filter(pk=ready.pk).update(ballot_form=form, points=5, max_choices=3, min_votes=1)
    if pots:
        kind = ready.categories.get(name="Parks")
        Pot.objects.create(round=ready, name="Parks", kind="category", category=kind, quota_pence=9_000_00)
        Proposal.objects.filter(number__in=(1, 2)).update(category=kind)
    round = fresh(ready)
    items = write_ballot(round, by=None)
    rankings = [["1", "2"], ["2", "3"], ["1"]]
    ballots = [dict.fromkeys(one, 2) for one in rankings] if form == "points" else rankings
    made = Election.build(
        projects_of(items), round.budget_pence, ballots, vote_type=VOTE_TYPES[form], meta=pabulib_meta(round)
    )
    card = counted_by(round, items)
    assert [pot.name for pot in card.pots] == (["Parks"] if pots else [])
    assert count(made, card).cost <= round.budget_pence
    assert f"vote_type;{VOTE_TYPES[form]}" in write_pabulib(made)
