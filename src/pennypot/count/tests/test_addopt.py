"""ADD-OPT: equal payments only, and every endowment at which anything changes."""

from fractions import Fraction

import pytest

from pennypot.count import RuleCard, count
from pennypot.count.addopt import EqualPayments
from pennypot.count.shares import Setting
from pennypot.count.tests.sweep import random_case
from pennypot.count.tests.towns import build
from pennypot.count.ties import TieOrder

ADD_OPT = RuleCard(completion="add-opt")


def equal_payments(election, card):
    return EqualPayments(Setting(election, card, TieOrder(election, card)))


def choices(outcome):
    return [(choice.project, choice.payers, choice.price) for choice in outcome.choices]


def test_all_payers_of_a_project_pay_the_same_and_the_poor_pay_nothing():
    # 40 each. b costs 60: three pay 20. a costs 50: who also supports b has 20 left, less than 25, and pays nothing;
    # the other would have to pay 50.
    election = build({"a": 50, "b": 60}, 160, ["ab", "a", "b", "b"])
    card = ADD_OPT.but(utility="count", stop="never")
    first = equal_payments(election, card).run(Fraction(40))
    assert choices(first) == [(1, 3, Fraction(20))]
    result = count(election, card)
    # at 45 the one who paid for b holds 25 and both pay for a
    assert (result.winners, result.endowment, result.steps) == (("b", "a"), Fraction(45), 1)
    assert [(entry["price"], entry["payers"], entry["giving_all"]) for entry in result.trail] == [
        ("20", 3, 0), ("25", 2, 0),
    ]  # fmt: skip


def test_it_stops_before_the_budget_would_be_broken():
    election = build({"a": 50, "b": 60}, 100, ["ab", "a", "b", "b"])
    assert count(election, ADD_OPT.but(utility="count", stop="never")).winners == ("b",)


@pytest.mark.parametrize("begin", range(0, 400, 100))
def test_between_two_endowments_nothing_changes_and_at_the_next_something_does(begin):
    looked = 0
    for number in range(begin, begin + 100):
        election, _, card = random_case(number)
        if not election.voters or not election.projects:
            continue
        rule = equal_payments(election, card.but(rule="equal-shares", utility="cost", completion="add-opt", caps=()))
        now = rule.run(Fraction(election.budget, election.voters))
        for _ in range(6):
            after = rule.next_endowment(now)
            if after is None:
                break
            looked += 1
            for share in (Fraction(1, 3), Fraction(99, 100), Fraction(10**30 - 1, 10**30)):
                between = rule.run(now.endowment + share * (after - now.endowment))
                assert choices(between) == choices(now), number
            changed = rule.run(after)
            assert choices(changed) != choices(now), number
            now = changed
    assert looked > 50


def test_where_nothing_can_change_any_more_it_ends():
    election = build({"a": 1, "b": 1}, 10, ["ab", "ab"])
    rule = equal_payments(election, ADD_OPT)
    assert rule.next_endowment(rule.run(Fraction(5))) is None


def test_points_are_refused_with_the_reason():
    with pytest.raises(ValueError, match="all pay the same"):
        RuleCard(completion="add-opt", utility="points")
