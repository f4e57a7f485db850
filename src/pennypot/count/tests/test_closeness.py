"""Optimist and pessimist adds, against every choice of voters there is."""

import random
from itertools import combinations

import pytest

from pennypot.count import Election, RuleCard, count
from pennypot.count.closeness import least, with_approvals
from pennypot.count.explain import explain
from pennypot.count.tests.towns import build


def by_hand(costs, budget, ballots, card, name) -> tuple[int | None, int | None]:
    """The fewest of whom some are enough, and the fewest of whom any are, by counting with every set of voters."""
    others = [at for at, ballot in enumerate(ballots) if name not in ballot]
    some = every = None
    for many in range(1, len(others) + 1):
        won = []
        for chosen in combinations(others, many):
            changed = [[*b, name] if at in chosen else b for at, b in enumerate(ballots)]
            again = count(Election.build(costs, budget, changed), card, alternatives=False, trail=False)
            won.append(name in again.winners)
        some = many if some is None and any(won) else some
        every = (every or many) if all(won) else None
    return some, every


@pytest.mark.parametrize("card", [
    RuleCard(completion="none"), RuleCard(completion="none", utility="count", ties=("lot",)), RuleCard(rule="greedy"),
], ids=["cost", "count", "greedy"])  # fmt: skip
def test_adds_are_those_found_by_trying_every_choice_of_voters(card):
    draw, looked, proven = random.Random(11), 0, 0
    for _ in range(60):
        ids = "abcde"[: draw.randint(2, 5)]
        costs = [(name, draw.randint(1, 12) * 10) for name in ids]
        ballots = [draw.sample(ids, draw.randint(0, len(ids))) for _ in range(draw.randint(2, 6))]
        budget = draw.randint(3, 20) * 10
        election = Election.build(costs, budget, ballots)
        told = explain(election, count(election, card), votes=False, withdrawn=False, adds=True)
        for one in told:
            if "optimist_add" not in one:
                continue
            some, every = by_hand(costs, budget, ballots, card, one["project"])
            right, any_ = one["optimist_add"], one["pessimist_add"]
            assert (right and right["voters"]) == some
            if any_ is None or any_["proven"]:
                assert (any_ and any_["voters"]) == every
            else:
                assert every is not None and any_["voters"] >= every
            looked += 1
            proven += any_ is None or any_["proven"]
    assert looked > 40 and proven > 0.8 * looked


def test_after_add1_what_is_said_was_counted_and_is_not_called_proven():
    election = build({"a": 50, "b": 60, "c": 90}, 160, ["ab", "a", "b", "b", "c", "c"])
    result = count(election, RuleCard())
    for one in explain(election, result, adds=True):
        for key in ("optimist_add", "pessimist_add"):
            assert not (one.get(key) or {"proven": False})["proven"]


def test_added_approvals_split_groups_of_equal_ballots():
    election = build({"a": 1, "b": 1}, 2, ["a", "a", "a", "b"])
    group = int(election.ballots.weight.argmax())
    voters = election.ballots.weight * 0
    voters[group] = 2
    changed = with_approvals(election, 1, voters)
    assert (changed.votes, changed.voters) == ([3, 3], 4)


@pytest.mark.parametrize("guess", [1, 4, 7, 30])
def test_the_least_number_is_found_from_any_guess(guess):
    assert least(lambda k: k >= 7, guess, 30) == 7
    assert least(lambda k: False, guess, 30) is None
    assert least(lambda k: True, guess, 0) is None


def test_rankings_and_points_have_none():
    election = build({"a": 5, "b": 6}, 6, [{"a": 2, "b": 1}, {"b": 5}])
    (lost,) = [one for one in explain(election, count(election, RuleCard(rule="greedy")), adds=True) if not one["won"]]
    assert (lost["optimist_add"], lost["pessimist_add"]) == (None, None)
