"""Many at once: a pot pays only what it holds, a key makes one entry, a thing happens once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from pennypot.apps.fund.actions.books import Move, accounts, open_ledger, post
from pennypot.apps.fund.actions.checks import check_ledger
from pennypot.apps.fund.actions.money import record_payment, reverse_entry
from pennypot.apps.fund.actions.pledges import Promise, sign_pledge
from pennypot.apps.fund.actions.policies import adopt_policy, propose_policy, set_contributions
from pennypot.apps.fund.models import Account, Contribution, Entry, Pledge, PolicyVersion
from pennypot.house.answers import Invalid, Refused

from .conftest import POLICIES

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(jobs, threads=8):
    """Run the jobs in threads that begin together; return "done" or the name of what was raised, for each."""
    ready = threading.Barrier(threads)

    def worker(mine):
        ready.wait()
        found = []
        try:
            for job in mine:
                try:
                    job()
                    found.append("done")
                except (Invalid, Refused) as problem:
                    found.append(type(problem).__name__)
        finally:
            connection.close()
        return found

    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(worker, [jobs[number::threads] for number in range(threads)]), [])


@pytest.fixture
def pots(place):
    found = accounts(place, [("area:1", "Hill", 0), ("project:1", "Hall", 0), ("fund", "", 0), ("outside", "", None)])
    post(place, key="start", kind="match", year="2025-26", moves=[Move(found["outside"], found["area:1"], 100)])
    return found


def test_of_400_payments_from_a_pot_for_100_exactly_100_are_accepted(place, pots):
    def pay(number):
        move = Move(pots["area:1"], pots["project:1"], 1)
        return lambda: post(place, key=f"pay {number}", kind="payment", year="2025-26", moves=[move])

    results = at_once([pay(number) for number in range(400)])
    assert (results.count("done"), results.count("Invalid")) == (100, 300)
    assert Account.objects.get(place=place, code="area:1").balance_pence == 0
    assert Account.objects.get(place=place, code="project:1").balance_pence == 100
    assert check_ledger(place.ledger) == []


def test_the_same_key_50_times_from_8_threads_is_one_entry(place, pots):
    def pay():
        return post(
            place, key="one form", kind="payment", year="2025-26", moves=[Move(pots["area:1"], pots["project:1"], 7)]
        )

    assert at_once([pay] * 56) == ["done"] * 56
    assert Entry.objects.filter(place=place, key="one form").count() == 1
    assert Account.objects.get(place=place, code="area:1").balance_pence == 93


def test_money_going_round_in_both_directions_does_not_block(place, pots):
    post(place, key="more", kind="award", year="2025-26", moves=[Move(pots["area:1"], pots["project:1"], 50)])

    def swing(number):
        ends = ("area:1", "project:1") if number % 2 else ("project:1", "area:1")
        move = Move(pots[ends[0]], pots[ends[1]], 1)
        return lambda: post(place, key=f"swing {number}", kind="payment", year="2025-26", moves=[move])

    assert at_once([swing(number) for number in range(160)]).count("done") == 160
    assert Account.objects.get(place=place, code="area:1").balance_pence == 50
    assert check_ledger(place.ledger) == []


def test_opening_a_ledger_from_many_sides_opens_one(place):
    assert at_once([lambda: open_ledger(place)] * 16) == ["done"] * 16
    assert Account.objects.filter(place=place, code="fund").count() == 1


def test_taking_an_entry_back_from_two_sides_takes_it_back_once(story, policy, due):
    entry = record_payment(story.tariq, due["council"], 50_00, money="new", key="p")
    jobs = [
        lambda number=number, who=who: reverse_entry(who, entry, reason="a slip", key=f"r {number}")
        for number, who in enumerate([story.tess, story.aled] * 8)
    ]
    results = at_once(jobs)
    assert results.count("done") == 1
    assert Account.objects.get(place=story.place, code="fund").balance_pence == 0


def test_a_pledge_signed_from_many_sides_is_signed_once(story, due):
    promise = Promise(new_pence=due["council"].due_pence)
    results = at_once([lambda: sign_pledge(story.ben, due["council"], promise, version=1)] * 16)
    assert results.count("done") == 1
    assert Pledge.objects.filter(contribution=due["council"]).count() == 1


def test_a_policy_adopted_from_many_sides_is_adopted_once(story):
    draft = propose_policy(story.tariq, story.place, POLICIES["people"], year="2025-26", reason="Agreed.")
    results = at_once(
        [lambda: adopt_policy(story.aled, PolicyVersion.objects.get(pk=draft.pk), seen=draft.drafted_at)] * 8
    )
    assert results.count("done") == 1
    assert Contribution.objects.filter(policy=draft).count() == 2


def test_contributions_set_from_many_sides_are_set_once(story):
    PolicyVersion.objects.all().delete()
    draft = propose_policy(story.tariq, story.place, POLICIES["people"], year="2031-32", reason="Early.")
    adopted = adopt_policy(story.aled, draft, seen=draft.drafted_at)
    assert not adopted.contributions.exists()
    from .conftest import make_budget

    make_budget(story.council, ("Parks", 100_00, "local"), year="2031-32")
    results = at_once([lambda: set_contributions(story.tariq, PolicyVersion.objects.get(pk=draft.pk))] * 8)
    assert results.count("done") == 1


def test_proposals_at_once_leave_one_proposal(story):
    jobs = [
        lambda who=who: propose_policy(who, story.place, POLICIES["whole"], year="2025-26", reason="At once.")
        for who in [story.tariq, story.tess] * 8
    ]
    results = at_once(jobs)
    assert "done" in results
    assert PolicyVersion.objects.filter(place=story.place, state="draft").count() == 1


def test_many_payments_by_an_agency_never_pass_what_it_owes(story, due):
    council = due["council"]
    part = council.due_pence // 10
    jobs = [
        lambda number=number: record_payment(story.tariq, council, part, money="new", key=f"p {number}")
        for number in range(24)
    ]
    assert at_once(jobs).count("done") == 10
    assert check_ledger(story.place.ledger) == []
