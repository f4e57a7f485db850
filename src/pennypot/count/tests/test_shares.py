"""Equal Shares: both engines, exact prices, ties, Add1 in leaps."""

from fractions import Fraction

import pytest

from pennypot.count import RuleCard, count, shares
from pennypot.count.completion import settle
from pennypot.count.shares import Setting
from pennypot.count.tests.sweep import random_case
from pennypot.count.tests.towns import build
from pennypot.count.ties import TieOrder

NONE = RuleCard(completion="none")


@pytest.fixture
def by_numpy(monkeypatch):
    """Small elections as they are counted before compiled code is loaded."""
    monkeypatch.setattr(shares, "compiled", lambda: None)


def setting(election, card, engine):
    made = Setting(election, card, TieOrder(election, card))
    made.engine, made.spent = engine, float("-inf")
    return made


def test_supporters_pay_the_same_or_all_they_have():
    # Each of 4 voters has 25. a: four pay 10. Then b (45): x and y have 15 left, z 15: 15 each.
    election = build({"a": 40, "b": 45}, 100, ["ab", "ab", "ab", "a"])
    result = count(election, NONE)
    assert result.winners == ("a", "b")
    assert [entry["price"] for entry in result.trail] == ["10", "15"]
    # all three can just pay it: nobody has less than the price
    assert [entry["giving_all"] for entry in result.trail] == [0, 0]


def test_a_poor_supporter_gives_all_and_the_others_make_up():
    # 40 each. b costs 60: three pay 20. a costs 50: who also supports b has 20 left and gives all, the other 30.
    election = build({"a": 50, "b": 60}, 160, ["ab", "a", "b", "b"])
    result = count(election, RuleCard(completion="none", utility="count"))
    assert result.winners == ("b", "a")
    assert [(entry["price"], entry["payers"], entry["giving_all"]) for entry in result.trail] == [
        ("20", 3, 0), ("30", 1, 1),
    ]  # fmt: skip


def test_prices_add_up_to_the_cost_exactly_with_awkward_fractions():
    election = build({"a": 7, "b": 11, "c": 13}, 31, ["abc", "ab", "bc", "a", "c", "abc", "b"])
    made = setting(election, NONE, shares.shares_numpy)
    decision = made.decide(Fraction(31, 7), Fraction(31, 7))
    exact = shares.ExactRun(made, Fraction(31, 7), made.shift(Fraction(31, 7)))
    for c in decision.order:
        found = exact.price(c)
        before = {int(r): exact._held(found.rows[found.rows == r], made.weight[[r]]) for r in found.rows}
        exact.fund(c, found)
        after = {r: exact._held(found.rows[found.rows == r], made.weight[[r]]) if exact.alive[r] else 0 for r in before}
        assert sum(before.values()) - sum(after.values()) == election.costs[c]


def test_compiled_code_and_numpy_decide_the_same():
    shares_numba = pytest.importorskip("pennypot.count.shares_numba")
    compared = 0
    for number in range(400):
        election, _, card = random_case(number)
        if card.rule != "equal-shares" or not election.voters:
            continue
        if election.vote_type == "ordinal" and card.last_place == 0:
            election = election.without_last_place()
        first = settle(setting(election, card, shares.shares_numpy))
        second = settle(setting(election, card, shares_numba))
        assert (first.endowment, first.decision.order, first.steps) == (
            second.endowment, second.decision.order, second.steps,
        ), number  # fmt: skip
        compared += 1
    assert compared > 150


def test_a_range_of_endowments_decides_what_each_of_them_decides():
    """One run over [E, E + L] must agree with exact runs at every step inside it, or not settle."""
    settled = 0
    for number in range(1000, 1300):
        election, _, card = random_case(number)
        if card.rule != "equal-shares" or not election.voters or max(election.costs) > 10**6:
            continue
        made = setting(election, card.but(last_place=1), shares.shares_numpy)
        low = Fraction(election.budget, election.voters)
        whole = made.decide(low, low + 3)
        if whole.settled:
            settled += 1
            for quarter in range(13):
                at = low + Fraction(quarter, 4)
                assert made.decide(at, at).order == whole.order, (number, quarter)
    assert settled > 50


def test_projects_that_only_the_tie_order_parts_are_parted_by_it_and_listed(by_numpy):
    election = build({"a": 10, "b": 10}, 10, ["ab", "ab"])
    result = count(election, RuleCard(completion="none", seed="x"))
    (tie,) = result.ties
    assert set(tie.among) == {"a", "b"} and tie.decided_by == "lot" and tie.matters
    assert tie.otherwise[0]["winners"] == [tie.among[1]]


def test_a_tie_that_is_no_tie_of_whole_numbers_is_found_by_fractions(by_numpy):
    # After a, supporters of b and c are poor in different ways and yet b and c are exactly level.
    election = build({"a": 12, "b": 9, "c": 9}, 36, ["ab", "ac", "ab", "ac", "b", "c"])
    result = count(election, RuleCard(completion="none", ties=("id",)))
    assert result.winners[0] in "abc"
    assert any(set(tie.among) >= {"b", "c"} for tie in result.ties)


def test_free_projects_with_votes_are_funded_first_and_those_without_never():
    election = build({"a": 0, "b": 5, "c": 0}, 5, ["ab", "b"])
    assert count(election, NONE).winners == ("a", "b")


def test_nobody_votes_nothing_is_funded():
    assert count(build({"a": 1}, 10, [])).winners == ()
    assert count(build({"a": 1}, 10, ["", ""])).winners == ()


@pytest.mark.parametrize("scale", [2**40, 2**53 + 1, 2**61, 10**30])
def test_huge_amounts_give_the_same_winners_as_small_ones(scale):
    small = build({"a": 7, "b": 11, "c": 13, "d": 4}, 25, ["abc", "abd", "bcd", "ad", "c"])
    large = build({n: c * scale for n, c in zip("abcd", [7, 11, 13, 4], strict=True)}, 25 * scale,
                  ["abc", "abd", "bcd", "ad", "c"])  # fmt: skip
    for utility in ("cost", "count"):
        card = RuleCard(completion="none", utility=utility)
        assert count(large, card).winners == count(small, card).winners


def test_add1_stops_where_the_card_says():
    # 3 voters, 10 each. a (18) by two; b (13) alone cannot be paid from 10.
    election = build({"a": 18, "b": 13}, 31, ["a", "a", "b"])
    none = count(election, NONE)
    assert none.winners == ("a",)
    add1 = count(election, RuleCard(start="whole"))
    assert add1.winners == ("a", "b") and add1.endowment == 13 and add1.steps == 3
    exact = count(election, RuleCard())
    assert exact.endowment == Fraction(31, 3) + 3


def test_add1_without_the_exhaustive_stop_goes_on_while_the_budget_holds():
    election = build({"a": 10, "b": 6, "c": 9}, 16, ["a", "a", "b", "c"])
    stopped = count(election, RuleCard(stop="exhaustive"))
    assert stopped.cost <= 16
    assert count(election, RuleCard(stop="never")).steps >= stopped.steps


def test_points_weigh_what_supporters_pay():
    # u gives a 3 points, v gives it 1: u pays three times as much.
    election = build({"a": 8}, 20, [{"a": 3}, {"a": 1}])
    result = count(election, RuleCard(utility="points", completion="none"))
    assert result.trail[0]["price"] == "2"


def test_rivals_cannot_both_win():
    election = build({"a": 5, "b": 5, "c": 5}, 30, ["abc", "ab"])
    assert set(count(election, RuleCard(exclusive=(("a", "b"),), ties=("id",))).winners) == {"a", "c"}
