"""Costs that would have won, found from the run itself: what is called proven holds when counted again."""

from pennypot.count import Election, RuleCard, count
from pennypot.count.completion import _cost, _finished, settle, start_of, step_of
from pennypot.count.counting import as_counted
from pennypot.count.explain import explain
from pennypot.count.greedy import rivals
from pennypot.count.shares import Setting
from pennypot.count.shares_hints import SharesHints
from pennypot.count.tests.sweep import random_case
from pennypot.count.thresholds import Thresholds
from pennypot.count.ties import TieOrder
from pennypot.count.whatif import with_cost, with_more_votes


def losers_with_votes(election, result) -> list[int]:
    blocked = rivals(election, result.card)
    funded = {election.index[name] for name in result.winners}
    return [
        at
        for at in range(len(election.projects))
        if at not in funded and election.votes[at] and not blocked.get(at, set()) & funded
    ]


def wins(election, card, at, cost) -> bool:
    again = count(with_cost(election, at, cost), card, alternatives=False, trail=False)
    return election.projects[at].id in again.winners


def test_proven_costs_of_random_elections_hold_when_counted_again():
    proven = asked = 0
    for number in range(1500):
        election, _, card = random_case(number)
        card = card.but(rule="equal-shares", completion="none", pots=(), caps=(), leftover="keep")
        result = count(election, card, alternatives=False)
        election = as_counted(election, card)
        if result.endowment is None:
            continue
        hints = SharesHints(election, result, TieOrder(election, card))
        for at in losers_with_votes(election, result):
            found, sure = hints.cost_to_win(at)
            asked += 1
            if sure:
                proven += 1
                assert not found or wins(election, card, at, found)
                assert not wins(election, card, at, found + 1)
    assert proven > 0.6 * asked > 600


def test_a_tie_at_exactly_that_cost_is_left_to_the_recount():
    election = Election.build([("a", 60), ("b", 80)], 100, [["a", "b"]] * 4)
    card = RuleCard(completion="none", utility="count", ties=("id",))
    result = count(election, card)
    hints = SharesHints(election, result, TieOrder(election, card))
    assert hints.cost_to_win(1) == (60, False)  # at 60 the two are level, and the order of ids decides for a
    assert explain(election, result, ["b"])[0]["cost_to_win"] == "59"
    assert SharesHints(election, result, TieOrder(election, card)).held(1) == 40


def test_costs_after_add1_hold_when_counted_again_from_the_start():
    asked = found_some = 0
    for number in range(160):
        election, _, card = random_case(number)
        card = card.but(rule="equal-shares", completion="add1", pots=(), caps=(), leftover="keep")
        result = count(election, card, alternatives=False)
        election = as_counted(election, card)
        if result.endowment is None or result.steps > 300:
            continue
        losers = losers_with_votes(election, result)
        hints = SharesHints(election, result, TieOrder(election, card))
        hints.look_back(losers)
        for at in losers:
            found = hints.greatest_cost(at)
            asked += 1
            assert wins(election, card, at, 1) is False if found is None else wins(election, card, at, found)
            if found is not None:
                found_some += 1
                assert not wins(election, card, at, found + 1)
    assert found_some > 15, asked


def test_what_is_called_passable_never_ends_add1():
    passed = 0
    for number in range(400):
        election, _, card = random_case(number)
        card = card.but(rule="equal-shares", completion="add1", pots=(), caps=(), leftover="keep", exclusive=())
        result = count(election, card, alternatives=False, trail=False)
        if result.endowment is None or not 0 < result.steps <= 40:
            continue
        election = as_counted(election, card)
        setting = Setting(election, card, TieOrder(election, card))
        seen = []
        settle(setting, None, seen)
        for first, decision in [entry for entry in seen if entry[0] <= result.steps]:
            endowment = start_of(setting) + first * step_of(setting)
            run = Thresholds(setting, endowment, endowment, decision.shift, decision.order, decision.bounds)
            passable = run.passable()
            for at in losers_with_votes(election, result):
                most = run.cost_to_win(at, 0, passable)[0]
                for cost in {most + 1, (most + election.costs[at]) // 2} - {0}:
                    if passable and most < cost < election.costs[at]:
                        again = with_cost(election, at, cost)
                        other = Setting(again, card, TieOrder(again, card))
                        order = other.decide(endowment, endowment).order
                        passed += at in order
                        ended = _cost(other, order) > election.budget or _finished(other, order)
                        assert not ended or (at not in order and _finished(setting, decision.order)), number
    assert passed > 100


def test_votes_missing_hold_when_counted_again():
    asked = 0
    for number in range(120):
        election, _, card = random_case(number)
        card = card.but(rule="equal-shares", completion="none", pots=(), caps=(), leftover="keep")
        result = count(election, card, alternatives=False)
        election = as_counted(election, card)
        if result.endowment is None:
            continue
        for at in losers_with_votes(election, result):
            told = explain(election, result, [election.projects[at].id], withdrawn=False)[0]
            more = told.get("votes_more")
            if more is not None:
                asked += 1
                changed = with_more_votes(election, at, more)
                assert election.projects[at].id in count(changed, card, alternatives=False, trail=False).winners
                if more > 1:
                    changed = with_more_votes(election, at, more - 1)
                    assert election.projects[at].id not in count(changed, card, alternatives=False, trail=False).winners
    assert asked > 15
